/**
 * What ajv says is written for the author of a schema, and says one fault several times. Here it becomes one
 * problem for each thing that somebody has to change, in the words of the manifest.
 */
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Json } from '../model/json.ts'
import type { Path, Problem, RawDocument } from './document.ts'
import { nearest, suggest } from './nearest.ts'

/** What is checked: a document, or an object inside it at `at`. */
export interface Checked {
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

function toProblem(error: ErrorObject, path: Path, checked: Checked): Problem {
  const { raw, at } = checked
  const whole = [...at, ...path]
  const explain = explanations[error.keyword] ?? unexplained
  const { path: more = [], fix, ...told } = explain(error, { name: nameOf(whole, raw), path: whole, checked })
  const place = {
    source: raw.source,
    index: raw.index,
    path: [...whole, ...more],
    severity: 'error',
  } as const
  const mark = error.propertyName === undefined ? 'value' : 'key'
  return { mark, ...place, ...told, ...(fix === undefined ? {} : { fix }) }
}

/** How people call the place: its key, in quotes; a list item goes by the key of its list. */
function nameOf(path: Path, raw: RawDocument): string {
  const key = path.findLast((step) => typeof step === 'string')
  return key === undefined
    ? `this ${typeof raw.value['kind'] === 'string' ? raw.value['kind'] : 'document'}`
    : `"${key}"`
}

interface Told {
  readonly code: string
  readonly message: string
  readonly fix?: string | undefined
  readonly mark?: 'key' | 'value'
  /** The rest of the path, for a fault that lies below the place where ajv reports it. */
  readonly path?: Path
}

interface Place {
  readonly name: string
  readonly path: Path
  readonly checked: Checked
}

type Explain = (error: ErrorObject, place: Place) => Told

const explanations: Readonly<Record<string, Explain>> = {
  additionalProperties(error, { name }) {
    const key = param(error, 'additionalProperty')
    const message = `There is no key "${key}" in ${name}.`
    return {
      code: 'unknown-key',
      message,
      fix: suggest(key, keysOf(error), 'keys'),
      path: [key],
      mark: 'key',
    }
  },
  required(error, { name }) {
    const key = param(error, 'missingProperty')
    const message = `The key "${key}" is missing in ${name}.`
    return { code: 'missing-key', message, fix: `Add "${key}".`, mark: 'key' }
  },
  type(error, place) {
    const wanted = [error.params['type'] as string | string[]].flat()
    const found = typeOf(error.data as Json)
    const message = `${capital(place.name)} is ${wanted.map(typeWord).join(' or ')}, and this is ${typeWord(found)}.`
    return { code: 'wrong-type', message, fix: typeFix(wanted, found, place) }
  },
  enum(error, { name }) {
    const values = (error.params['allowedValues'] as unknown[]).map(String)
    const message = `${shown(error.data)} is not a value of ${name}.`
    return { code: 'unknown-value', message, fix: suggest(String(error.data), values, 'values') }
  },
  const(error, { name }) {
    const value = shown(error.params['allowedValue'])
    return {
      code: 'unknown-value',
      message: `${capital(name)} can only be ${value}.`,
      fix: `Write ${value}, or take it out.`,
    }
  },
  pattern(error, { name }) {
    const words = error.parentSchema?.['patternErrorMessage'] as string | undefined
    const value = shown(error.propertyName ?? error.data)
    const what = error.propertyName === undefined ? `in ${name}` : 'as a key'
    const fix = words ?? `It must match ${param(error, 'pattern')}.`
    return { code: 'bad-format', message: `${value} cannot stand here ${what}.`, fix }
  },
  minLength: (_, { name }) => ({
    code: 'empty',
    message: `${capital(name)} is empty.`,
    fix: 'Write something, or take it out.',
  }),
  maxLength(error, { name }) {
    const limit = error.params['limit'] as number
    const { length } = String(error.propertyName ?? error.data)
    const message = `${capital(name)} has ${length} characters, and at most ${limit} are allowed.`
    return { code: 'too-long', message, fix: 'Shorten it.' }
  },
  minimum: bound('least'),
  maximum: bound('most'),
  minItems: (_, { name }) => ({
    code: 'empty',
    message: `The list ${name} is empty.`,
    fix: 'Name at least one, or take the key out.',
  }),
  maxItems(error, { name }) {
    const limit = error.params['limit'] as number
    return {
      code: 'too-many',
      message: `The list ${name} has more than ${limit} items.`,
      fix: 'Take some out.',
    }
  },
  uniqueItems(error, { name }) {
    const { i, j } = error.params as { i: number; j: number }
    const item = shown((error.data as Json[])[i])
    const message = `${item} stands in ${name} twice.`
    return { code: 'duplicate-item', message, fix: 'Keep one of them.', path: [Math.max(i, j)] }
  },
  minProperties: exactlyOne,
  maxProperties: exactlyOne,
  oneOf(error, { name }) {
    const alternatives = error.schema as readonly { readonly required?: readonly string[] }[]
    return notOne(
      name,
      alternatives.flatMap(({ required = [] }) => required),
    )
  },
}

function unexplained(error: ErrorObject, { name }: Place): Told {
  return { code: 'invalid', message: `${capital(name)} ${error.message ?? 'is not valid'}.` }
}

function exactlyOne(error: ErrorObject, { name }: Place): Told {
  return notOne(name, keysOf(error))
}

function notOne(name: string, keys: readonly string[]): Told {
  return {
    code: 'not-exactly-one',
    message: `${capital(name)} has exactly one key.`,
    fix: `Write one of ${keys.join(', ')}.`,
  }
}

function bound(word: string): Explain {
  return (error, { name }) => {
    const limit = error.params['limit'] as number
    const message = `${capital(name)} is ${shown(error.data)}, and ${limit} is the ${word} that is allowed.`
    return { code: 'out-of-range', message, fix: `Write ${limit} or ${word === 'least' ? 'more' : 'less'}.` }
  }
}

type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'

const typeWords: Readonly<Record<TypeName, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'nothing',
}

function typeWord(type: string): string {
  return typeWords[type as TypeName]
}

function typeOf(value: Json): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

function typeFix(wanted: readonly string[], found: TypeName, { path, checked }: Place): string {
  const written = checked.written(checked.raw, path) ?? ''
  const takesText = wanted.includes('string')
  if (found === 'null') {
    const quoted = takesText && written !== '' ? `, or put it in quotes if it is meant: "${written}"` : ''
    return `Write a value, or take the line out${quoted}.`
  }
  if (takesText && (found === 'number' || found === 'boolean')) return `Put it in quotes: "${written}".`
  if (wanted.includes('array') && found !== 'object') return `Write a list: [${written}].`
  if (wanted.includes('array')) return 'Write a list: each item on its own line, beginning with "- ".'
  if (wanted.includes('object')) return 'Write keys and values, each on its own line, indented under the key.'
  if (found === 'string' && isPlain(wanted, written)) return 'Take the quotes away.'
  return `Write ${wanted.map(typeWord).join(' or ')}.`
}

function isPlain(wanted: readonly string[], text: string): boolean {
  return wanted.includes('boolean') ? /^(?:true|false)$/.test(text) : /^-?\d+(?:\.\d+)?$/.test(text)
}

/** A value in a sentence: text in quotes and not too long, anything else as JSON. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return typeof value === 'string' ? `"${short}"` : short
}

function capital(text: string): string {
  return text.replace(/^t/, 'T')
}

function param(error: ErrorObject, name: string): string {
  return String(error.params[name])
}

function keysOf(error: ErrorObject): string[] {
  const properties: unknown = error.parentSchema?.['properties']
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}
