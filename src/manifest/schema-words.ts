/**
 * What each keyword of JSON Schema means to somebody who writes manifests: one sentence for the fault, and one for
 * the way forward, with the nearest known word where there is one.
 */
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Json } from '../model/json.ts'
import type { Path } from './document.ts'
import { suggest } from './nearest.ts'
import { isSecretKey } from './secret.ts'

interface Told {
  readonly code: string
  readonly message: string
  readonly fix?: string | undefined
  readonly mark?: 'key' | 'value'
  /** The rest of the path, for a fault that lies below the place where ajv reports it. */
  readonly path?: Path
}

/** The place of a fault, as sentences need it. */
interface Place {
  /** `"members"`, `this User`. */
  readonly subject: string
  /** Whether it is an item of the subject, which then is a list. */
  readonly isItem: boolean
  /** Whether the value must not be repeated. */
  readonly isSecret: boolean
  /** The text of the value as it stands in the file. */
  readonly written: () => string | undefined
}

export function explain(error: ErrorObject, place: Place): Told {
  return (explanations[error.keyword] ?? unexplained)(error, place)
}

/** A parameter of an error that is text. */
export function param(error: ErrorObject, name: string): string {
  return String(error.params[name])
}

/** The keys that an object could have at the place of an error. */
export function keysOf(error: ErrorObject): string[] {
  const properties: unknown = error.parentSchema?.['properties']
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

type Explain = (error: ErrorObject, place: Place) => Told

const explanations: Readonly<Record<string, Explain>> = {
  additionalProperties: (error, place) =>
    unknownKey(param(error, 'additionalProperty'), keysOf(error), placeOf(place)),
  required(error, place) {
    const key = param(error, 'missingProperty')
    const message = `The key "${key}" is missing in ${placeOf(place)}.`
    return { code: 'missing-key', message, fix: `Add "${key}".`, mark: 'key' }
  },
  type: wrongType,
  enum(error, place) {
    const values = (error.params['allowedValues'] as unknown[]).map(String)
    const fix = suggest(String(error.data), values, 'values')
    return { code: 'unknown-value', message: `${shown(error.data, place)} cannot be ${roleOf(place)}.`, fix }
  },
  const(error, place) {
    const value = JSON.stringify(error.params['allowedValue'])
    return {
      code: 'unknown-value',
      message: `${capital(placeOf(place))} can only be ${value}.`,
      fix: `Write ${value}, or take it out.`,
    }
  },
  pattern(error, place) {
    const role = error.propertyName === undefined ? roleOf(place) : `a key in ${placeOf(place)}`
    const words = error.parentSchema?.['patternErrorMessage'] as string | undefined
    const message = `${shown(error.propertyName ?? error.data, place)} cannot be ${role}.`
    return { code: 'bad-format', message, fix: words ?? `It has to match ${param(error, 'pattern')}.` }
  },
  minLength: (_, place) => ({
    code: 'empty',
    message: `${capital(placeOf(place))} is empty.`,
    fix: 'Write something, or take it out.',
  }),
  maxLength(error, place) {
    const { length } = error.propertyName ?? String(error.data)
    const message = `${capital(placeOf(place))} has ${length} characters, and at most ${param(error, 'limit')} are allowed.`
    return { code: 'too-long', message, fix: 'Shorten it.' }
  },
  minimum: bound('least', 'more'),
  maximum: bound('most', 'less'),
  minItems: (_, place) => ({
    code: 'empty',
    message: `The list ${place.subject} is empty.`,
    fix: 'Name at least one.',
  }),
  maxItems(error, place) {
    const message = `The list ${place.subject} has more than ${param(error, 'limit')} items.`
    return { code: 'too-many', message, fix: 'Take some out.' }
  },
  uniqueItems(error, place) {
    const { i, j } = error.params as { i: number; j: number }
    const message = `${shown((error.data as Json[])[i], place)} stands twice in ${place.subject}.`
    return { code: 'duplicate-item', message, fix: 'Keep one of them.', path: [Math.max(i, j)] }
  },
  minProperties: (error, place) => notOne(place, keysOf(error)),
  maxProperties: (error, place) => notOne(place, keysOf(error)),
  oneOf(error, place) {
    const alternatives = error.schema as readonly { readonly required?: readonly string[] }[]
    return notOne(
      place,
      alternatives.flatMap(({ required = [] }) => required),
    )
  },
}

/** `place` is how the sentence goes on: `"spec"`, `accounts of system "dir"`. */
export function unknownKey(key: string, known: readonly string[], place: string): Told {
  const fix = isSecretKey(key)
    ? 'Take it out: a secret is never written in a manifest, and one that was committed has to be changed.'
    : (suggest(key, known, 'keys') ?? 'Take it out; "rolecall schema" shows the keys that there are.')
  return {
    code: 'unknown-key',
    message: `There is no key "${key}" in ${place}.`,
    fix,
    path: [key],
    mark: 'key',
  }
}

function unexplained(error: ErrorObject, place: Place): Told {
  return { code: 'invalid', message: `${capital(placeOf(place))} ${error.message ?? 'is not valid'}.` }
}

function notOne(place: Place, keys: readonly string[]): Told {
  const message = `${capital(placeOf(place))} must have exactly one of ${keys.join(', ')}.`
  return { code: 'not-exactly-one', message, fix: 'Write one of them, and only one.' }
}

function bound(word: string, direction: string): Explain {
  return (error, place) => {
    const limit = param(error, 'limit')
    const message = `${capital(placeOf(place))} is ${shown(error.data, place)}, and ${limit} is the ${word} that is allowed.`
    return { code: 'out-of-range', message, fix: `Write ${limit} or ${direction}.` }
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

function wrongType(error: ErrorObject, place: Place): Told {
  const wanted = [error.params['type'] as TypeName | TypeName[]].flat()
  const found = typeOf(error.data as Json)
  const names = wanted.map((type) => typeWords[type]).join(' or ')
  const message = `${capital(placeOf(place))} must be ${names}, and this is ${typeWords[found]}.`
  const fix = place.isSecret
    ? 'Name where the secret is, as {env: NAME} or {file: PATH}; one that was committed has to be changed.'
    : typeFix(wanted, found, place.written() ?? '')
  return { code: 'wrong-type', message, fix: fix ?? `Write ${names}.` }
}

function typeOf(value: Json): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

function typeFix(wanted: readonly TypeName[], found: TypeName, written: string): string | undefined {
  const takesText = wanted.includes('string')
  if (found === 'null' && takesText && written !== '')
    return `Write a value, or put it in quotes: "${written}".`
  if (takesText && (found === 'number' || found === 'boolean')) return `Put it in quotes: "${written}".`
  if (takesText && found === 'array') return 'Write one value, without brackets or a dash.'
  if (wanted.includes('array')) {
    return found === 'object' || found === 'null'
      ? 'Write a list, or [] for none.'
      : `Write a list: [${written}].`
  }
  if (wanted.includes('object')) return 'Write keys and values under it, or {} for none.'
  if (found === 'string' && isPlain(wanted, written)) return 'Take the quotes away.'
  return found === 'null' ? 'Write a value, or take the line out.' : undefined
}

function isPlain(wanted: readonly TypeName[], text: string): boolean {
  return wanted.includes('boolean') ? /^(?:true|false)$/.test(text) : /^-?\d+(?:\.\d+)?$/.test(text)
}

/** `"members"`, `an item of "members"`. */
function placeOf({ subject, isItem }: Place): string {
  return isItem ? `an item of ${subject}` : subject
}

/** `the value of "status"`, `an item of "members"`. */
function roleOf({ subject, isItem }: Place): string {
  return isItem ? `an item of ${subject}` : `the value of ${subject}`
}

/** A value in a sentence: text in quotes and not too long, anything else as JSON. */
function shown(value: unknown, { isSecret }: Place): string {
  if (isSecret) return 'This'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return typeof value === 'string' ? `"${short}"` : short
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
