/**
 * Documents that were written and could not be read. A reference to one of them is no second fault: whoever has
 * repaired the first would find it gone.
 */
import { manifestKinds } from './schemas.ts'
import type { Manifest, Problem, RawDocument } from './document.ts'

export interface Lost {
  /** Whether everything could be read. */
  readonly nothing: boolean
  /** Whether a document of this kind and name may stand in what could not be read. */
  readonly has: (kind: string, handle: string) => boolean
  /** Whether any of this kind may. */
  readonly any: (kind: string) => boolean
}

export function lostDocuments(
  documents: readonly RawDocument[],
  sound: readonly Manifest[],
  problems: readonly Problem[],
): Lost {
  if (documents.length === sound.length && problems.length === 0) return nothing
  const kept = new Set(sound.map(({ raw }) => at(raw)))
  const unsound = documents.filter((document) => !kept.has(at(document)))
  const names = new Set(unsound.map(({ value }) => `${kindOf(value['kind'])}/${handleOf(value['metadata'])}`))
  const kinds = new Set(unsound.map(({ value }) => kindOf(value['kind'])))
  // Of a file with a fault of form, nobody knows which documents are in it: the words in it have to do.
  const words = wordsOf(new Set(problems.map(({ source }) => source.text)))
  return {
    nothing: false,
    has: (kind, handle) =>
      names.has(`${kind}/${handle}`) || names.has(`${unknown}/${handle}`) || words.has(handle),
    any: (kind) => kinds.has(kind) || kinds.has(unknown) || words.has(kind),
  }
}

/** Collected once: a broken file of 25,000 people is not searched for each of them. */
function wordsOf(texts: Iterable<string>): ReadonlySet<string> {
  const words = new Set<string>()
  for (const text of texts) for (const [word] of text.matchAll(/[A-Za-z0-9][A-Za-z0-9._-]*/g)) words.add(word)
  return words
}

const nothing: Lost = { nothing: true, has: () => false, any: () => false }

const unknown = '?'

/** An upgraded document is another object, at the same place. */
function at({ source, index }: RawDocument): string {
  return `${source.file} ${index}`
}

function kindOf(kind: unknown): string {
  return manifestKinds.find((known) => known === kind) ?? unknown
}

function handleOf(metadata: unknown): string {
  const name: unknown =
    typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined
  return typeof name === 'string' ? name : unknown
}
