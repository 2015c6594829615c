/**
 * The schema stage: each document by itself against the schema of its kind, then the parts that a connector
 * describes against the connector of their system. What takes more than one document to judge comes later.
 */
import type { Json } from '../model/json.ts'
import { dateProblems } from './calendar.ts'
import { connectorProblems } from './connector-parts.ts'
import type { Connectors, Manifest, Problem, RawDocument, Source } from './document.ts'
import { locator, type Locator } from './locate.ts'
import { suggest } from './nearest.ts'
import { schemaProblems, type Written } from './schema-faults.ts'
import { manifestKinds, validator } from './schemas.ts'
import { atOnce, paused, type Steps } from './steps.ts'
import { upgradeDocument } from './upgrade.ts'

/**
 * The documents without a fault, typed, in the order they came in, and the problems of the others. Connector
 * settings are checked where the System they belong to is among the documents and without fault itself; a
 * reference to a system that nobody declares is for a later stage to name.
 */
export function validateDocuments(documents: readonly RawDocument[], connectors: Connectors): Validated {
  return atOnce(validating(documents, connectors))
}

interface Validated {
  readonly manifests: Manifest[]
  readonly problems: Problem[]
}

/** As `validateDocuments`, in steps. */
export function* validating(documents: readonly RawDocument[], connectors: Connectors): Steps<Validated> {
  const written = writtenText()
  const problems: Problem[] = []
  const sound: Manifest[] = []
  yield* paused(documents, documentsInAStep, (document) => {
    const result = validateDocument(document, written)
    if ('manifest' in result) sound.push(result.manifest)
    else problems.push(...result.problems)
  })
  const connectorOf = connectorsBySystem(sound)
  const manifests = sound.filter((manifest) => {
    const found = connectorProblems(manifest, { connectors, connectorOf, written })
    problems.push(...found)
    return found.length === 0
  })
  return { manifests, problems }
}

const documentsInAStep = 64

function validateDocument(
  document: RawDocument,
  written: Written,
): { manifest: Manifest } | { problems: Problem[] } {
  const upgraded = upgradeDocument(document)
  if ('problem' in upgraded) return { problems: [upgraded.problem] }
  const raw = upgraded.document
  const kind = manifestKinds.find((name) => name === raw.value['kind'])
  if (kind === undefined) return { problems: [unknownKind(raw, raw.value['kind'])] }
  const validate = validator(kind)
  const fits = validate(raw.value)
  const checked = { raw, at: [], value: raw.value, written }
  const problems = [...(fits ? [] : schemaProblems(validate.errors ?? [], checked)), ...dateProblems(raw)]
  // The schema of the kind has just accepted the value, and the types are generated from that schema.
  return problems.length > 0 ? { problems } : { manifest: { raw, ...raw.value } as unknown as Manifest }
}

function unknownKind(raw: RawDocument, kind: Json | undefined): Problem {
  const place = { source: raw.source, index: raw.index, severity: 'error' } as const
  const all = `The kinds are ${manifestKinds.join(', ')}.`
  if (kind === undefined) {
    const message = 'This document has no "kind".'
    return { ...place, code: 'missing-key', path: [], mark: 'key', message, fix: all }
  }
  const message = typeof kind === 'string' ? `There is no kind "${kind}".` : 'The kind of a document is text.'
  const fix = typeof kind === 'string' ? (suggest(kind, manifestKinds, 'kinds') ?? all) : all
  return { ...place, code: 'unknown-kind', path: ['kind'], mark: 'value', message, fix }
}

/** System handle → connector name. Of two documents with one handle the first counts; that is an error elsewhere. */
function connectorsBySystem(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  const byHandle = new Map<string, string>()
  for (const manifest of manifests) {
    if (manifest.kind !== 'System' || byHandle.has(manifest.metadata.name)) continue
    byHandle.set(manifest.metadata.name, manifest.spec.connector)
  }
  return byHandle
}

/** Each source is parsed again at most once, and only if something in it is at fault. */
function writtenText(): Written {
  const places = new Map<Source, Locator>()
  return (raw, path) => {
    const known = places.get(raw.source) ?? locator(raw.source)
    places.set(raw.source, known)
    return known.written(raw.index, path)
  }
}
