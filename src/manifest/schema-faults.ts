/**
 * What ajv says is written for the author of a schema, and says one fault several times. Here it becomes one
 * problem for each thing that somebody has to change, in the words of the manifest.
 */
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Json } from '../model/json.ts'
import { mostFaults, type Path, type Problem, type RawDocument } from './document.ts'
import { nearest } from './nearest.ts'
import { explain, keysOf, param } from './schema-words.ts'
import { isSecret } from './secret.ts'

/** What is checked: a document, or an object inside it at `at`. */
interface Checked {
  readonly raw: RawDocument
  readonly at: Path
  readonly value: Json
  readonly written: Written
}

/** The text at a path of a document as it is written: `0123` where the value is 123. */
export type Written = (raw: RawDocument, path: Path) => string | undefined

/** One problem for each fault, in the order in which ajv finds them; alternatives are one fault, not one each. */
export function schemaProblems(errors: readonly ErrorObject[], checked: Checked): Problem[] {
  const faults = errors
    .slice(0, mostFaults)
    .filter((error) => error.keyword !== 'propertyNames' && !/\/(?:oneOf|anyOf)\/\d/.test(error.schemaPath))
    .map((error) => ({ error, path: pathOf(error, checked.value) }))
  const unknown = faults.filter(({ error }) => error.keyword === 'additionalProperties')
  return faults
    .filter((fault) => !unknown.some((other) => explains(other, fault)))
    .map(({ error, path }) => toProblem(error, path, checked))
}

interface Fault {
  readonly error: ErrorObject
  readonly path: Path
}

/** A misspelled key makes the right one missing too: only the first is said. */
function explains(unknown: Fault, fault: Fault): boolean {
  if (unknown.error.instancePath !== fault.error.instancePath) return false
  const { keyword } = fault.error
  if (keyword === 'oneOf' || keyword === 'minProperties' || keyword === 'maxProperties') return true
  const meant = nearest(param(unknown.error, 'additionalProperty'), keysOf(unknown.error))
  return keyword === 'required' && meant === param(fault.error, 'missingProperty')
}

/** The path of a fault inside the checked value; list positions are numbers, whatever a key looks like. */
function pathOf(error: ErrorObject, value: Json): Path {
  const path: (string | number)[] = []
  let at: Json | undefined = value
  for (const token of error.instancePath.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~')
    const step = Array.isArray(at) ? Number(name) : name
    path.push(step)
    at = child(at, step)
  }
  if (error.propertyName !== undefined) path.push(error.propertyName)
  return path
}

function child(value: Json | undefined, step: string | number): Json | undefined {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, Json>>)[step]
    : undefined
}

function toProblem(error: ErrorObject, path: Path, { raw, at, written }: Checked): Problem {
  const whole = [...at, ...path]
  const place = {
    subject: subjectOf(whole, raw),
    isItem: typeof whole.at(-1) === 'number',
    isSecret: isSecret(whole),
    written: () => written(raw, whole),
  }
  const { path: more = [], fix, ...told } = explain(error, place)
  const mark = error.propertyName === undefined ? 'value' : 'key'
  const where = {
    source: raw.source,
    index: raw.index,
    path: [...whole, ...more],
    severity: 'error',
  } as const
  return { mark, ...where, ...told, ...(fix === undefined ? {} : { fix }) }
}

/** How a sentence calls the place: by its key, in quotes; a list item goes by the key of its list. */
function subjectOf(path: Path, raw: RawDocument): string {
  const key = path.findLast((step) => typeof step === 'string')
  const kind = raw.value['kind']
  return key === undefined ? `this ${typeof kind === 'string' ? kind : 'document'}` : `"${key}"`
}
