/**
 * An anchor leaves in two merged changes: one that takes it out of `owners.anchors`, and a later one that lowers it. So
 * besides the anchors of the protected ref those of the manifests at hand count, those just before the last merge, and
 * those of the manifests that were applied last: a change that was merged and refused is not let through by the next.
 */
import type { Source } from '../manifest/document.ts'
import { parseSources } from '../manifest/parse.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'

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
      return [
        name,
        withFormer(
          config,
          all.flatMap((anchors) => anchors.get(name) ?? []),
        ),
      ]
    }),
  )
  return { ...workspace, systems }
}

/** The system with its anchors in these sources beside those that count anyway. */
export function withAnchorsOf(config: SystemConfig, sources: readonly Source[]): SystemConfig {
  return withFormer(config, anchorsIn(sources).get(config.name) ?? [])
}

function withFormer(config: SystemConfig, anchors: readonly string[]): SystemConfig {
  const now = new Set(config.owners.anchors)
  const former = [...new Set([...(config.owners.former ?? []), ...anchors])].filter((one) => !now.has(one))
  return former.length === 0 ? config : { ...config, owners: { ...config.owners, former } }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
