/**
 * What a change at hand edits of the documents that count as the protected ref has them: what it is planned with is not
 * what it will be carried out with.
 */
import { contentDigest } from './content.ts'
import type { RawDocument, Source } from './document.ts'
import { parseSources } from './parse.ts'

/**
 * The systems for which another System, Settings or Guardrail will count once the change at hand is merged, sorted:
 * their own where their System is edited, and all of `systems` where Settings or a Guardrail is. An Acceptance is none
 * of it: it decides whether a finding holds up a plan, not what the plan is.
 */
export function editedSystems(
  sources: readonly Source[],
  protectedSources: readonly Source[],
  systems: readonly string[],
): readonly string[] {
  const [at, then] = [ruling(sources, protectedSources), ruling(protectedSources, sources)]
  const edited = [...new Set([...at.keys(), ...then.keys()])].filter(
    (name) => at.get(name) !== then.get(name),
  )
  if (edited.some((name) => !name.startsWith('System/'))) return [...systems].sort()
  return systems.filter((name) => edited.includes(`System/${name}`)).sort()
}

/** By kind and name what the documents say. Files that are the same on the other side are not parsed: they differ in nothing. */
function ruling(sources: readonly Source[], others: readonly Source[]): ReadonlyMap<string, string> {
  const texts = new Map(others.map(({ file, text }) => [file, text]))
  const candidates = sources.filter(
    ({ file, text }) => texts.get(file) !== text && /System|Settings|Guardrail|\\/.test(text),
  )
  const found = new Map<string, string>()
  for (const { value } of parseSources(candidates).documents) {
    const name = nameOf(value)
    if (name !== undefined) found.set(name, `${found.get(name) ?? ''}${contentDigest(value)}`)
  }
  return found
}

function nameOf({ kind, metadata }: RawDocument['value']): string | undefined {
  if (kind !== 'System' && kind !== 'Settings' && kind !== 'Guardrail') return undefined
  const isNamed = typeof metadata === 'object' && metadata !== null && 'name' in metadata
  const name = isNamed ? metadata['name'] : undefined
  return `${kind}/${typeof name === 'string' ? name : ''}`
}
