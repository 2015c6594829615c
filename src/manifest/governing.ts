/**
 * With a protected branch, the documents that decide over guards and credentials count as they stand there: a pull
 * request cannot relax its own rules. Everything else is taken from the change at hand.
 */
import type { Json } from '../model/json.ts'
import type { Manifest, Problem, RawDocument, Source } from './document.ts'
import { parseSources } from './parse.ts'

const ruling: ReadonlySet<Json | undefined> = new Set(['System', 'Settings', 'Guardrail', 'Acceptance'])

export function governs({ kind }: Pick<Manifest, 'kind'>): boolean {
  return ruling.has(kind)
}

/**
 * The documents of the protected files that govern. Files that are the same in the change at hand are not parsed
 * twice, and files that cannot hold such a document not once: there may be 100,000 others.
 */
export function governingDocuments(
  sources: readonly Source[],
  known: readonly RawDocument[],
  parser = parseSources,
): { documents: RawDocument[]; problems: Problem[] } {
  // A kind has its name in the text, unless it is written with escapes.
  const candidates = sources.filter(({ text }) => /System|Settings|Guardrail|Acceptance|\\/.test(text))
  const { documents, problems } = parse(candidates, known, parser)
  return { documents: documents.filter(({ value }) => ruling.has(value['kind'])), problems }
}

type Labels = Readonly<Record<string, string>>

/**
 * Labels of people, as the protected branch has them where there is one: somebody whom a change takes out is still
 * known by them, and nobody can give themselves any. Read only if an Acceptance chooses by labels.
 */
export function labelsOfPeople(
  manifests: readonly Manifest[],
  known: readonly RawDocument[],
  protectedSources?: readonly Source[],
): ReadonlyMap<string, Labels> {
  if (!manifests.some(({ kind, spec }) => kind === 'Acceptance' && 'people' in spec)) return new Map()
  const documents = protectedSources ? parse(protectedSources, known).documents : known
  return new Map(
    documents.flatMap(({ value }) => (value['kind'] === 'User' ? labelled(value['metadata']) : [])),
  )
}

function labelled(metadata: Json | undefined): [string, Labels][] {
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return []
  const { name, labels = {} } = metadata
  return typeof name === 'string' && typeof labels === 'object' ? [[name, labels as Labels]] : []
}

function parse(
  sources: readonly Source[],
  known: readonly RawDocument[],
  parser = parseSources,
): { documents: RawDocument[]; problems: Problem[] } {
  const byFile = new Map<string, RawDocument[]>()
  for (const document of known) {
    const list = byFile.get(document.source.file)
    if (list) list.push(document)
    else byFile.set(document.source.file, [document])
  }
  const shared: RawDocument[] = []
  const others: Source[] = []
  for (const source of sources) {
    const own = byFile.get(source.file)
    if (own?.[0]?.source.text === source.text) shared.push(...own)
    else others.push(source)
  }
  const { documents, problems } = parser(others)
  return { documents: [...shared, ...documents], problems }
}
