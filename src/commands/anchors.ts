/**
 * An anchor leaves in two merged changes: one that takes it out of `owners.anchors`, and a later one that lowers it. So
 * besides the anchors of the protected ref those of the manifests at hand count, and those just before the last merge.
 */
import type { Source } from '../manifest/document.ts'
import { parseSources } from '../manifest/parse.ts'
import type { Workspace } from '../model/workspace.ts'

type Anchors = ReadonlyMap<string, readonly string[]>

/** Anchors by system, as far as they can be read: what is no list of names is no manifest that could have been merged. */
function anchorsIn(sources: readonly Source[]): Anchors {
  const candidates = sources.filter(({ text }) => text.includes('anchors'))
  return new Map(
    parseSources(candidates).documents.flatMap(({ value }): [string, readonly string[]][] => {
      if (value['kind'] !== 'System') return []
      const name = member(value['metadata'], 'name')
      const anchors = member(member(value['spec'], 'owners'), 'anchors')
      if (typeof name !== 'string' || !Array.isArray(anchors)) return []
      return [[name, anchors.filter((one) => typeof one === 'string')]]
    }),
  )
}

/** The workspace with the anchors of these versions of its manifests beside those that count anyway. */
export function withFormerAnchors(workspace: Workspace, versions: readonly (readonly Source[])[]): Workspace {
  const all = versions.map(anchorsIn)
  const systems = new Map(
    [...workspace.systems].map(([name, config]) => {
      const now = new Set(config.owners.anchors)
      const former = [...new Set(all.flatMap((anchors) => anchors.get(name) ?? []))].filter(
        (one) => !now.has(one),
      )
      return [name, former.length === 0 ? config : { ...config, owners: { ...config.owners, former } }]
    }),
  )
  return { ...workspace, systems }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
