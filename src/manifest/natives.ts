/**
 * Some names only the live system can confirm: applications, networks, regions. They are looked up once the system was
 * read and before anything is compared: a bare name becomes the full one, and one that is not there, or is several
 * things, is told at its line with the nearest that is.
 */
import type { Natives } from '../connector/contract.ts'
import type { Description, KindDescription } from '../connector/describe.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Json } from '../model/json.ts'
import { kinds, splitTarget } from '../model/resource.ts'
import { nearest } from './nearest.ts'

interface Named {
  readonly desired: DesiredGraph
  readonly problems: readonly Diagnostic[]
}

/** The wishes with full names. What could not be looked up stays as it is written, and is among the problems. */
export function withLiveNames(desired: DesiredGraph, natives: Natives, description: Description): Named {
  const where = { system: desired.system, connector: description.connector }
  const look = lookUp(natives)
  const problems: Diagnostic[] = []
  const wishes = { ...desired.wishes }
  for (const kind of kinds) {
    const described = description.kinds[kind]
    if (described === undefined || !namesAny(described)) continue
    const renamed = new Map<string, Wish>()
    for (const [key, wish] of desired.wishes[kind]) {
      const say: Say = (name, written, miss) => {
        problems.push(problem(where, wish, { name, written }, miss))
      }
      renamed.set(key, { ...wish, links: links(wish, described, look, say) })
      fields(wish, described, look, say)
    }
    wishes[kind] = renamed
  }
  return { desired: { ...desired, wishes }, problems }
}

function namesAny({ fields, links }: KindDescription): boolean {
  return (
    Object.values(fields).some(({ native }) => native !== undefined) ||
    Object.values(links).some(({ native }) => native === true)
  )
}

interface Miss {
  readonly type: string
  readonly name: string
  /** All that have the name, where that is more than one. */
  readonly several: readonly string[]
  /** What the name may be a slip of. */
  readonly known: readonly string[]
}

/** The full name; or why there is none. Undefined where names of the type are not checked. */
type Look = (type: string, name: string) => string | Miss | undefined
/** `name`: the field or link. */
type Say = (name: string, written: string, miss: Miss) => void

function lookUp(natives: Natives): Look {
  const indexes = new Map<string, ReadonlyMap<string, readonly string[]>>()
  return (type, name) => {
    const known = Object.hasOwn(natives, type) ? natives[type] : undefined
    if (known === undefined || name === '*') return undefined
    const index = indexes.get(type) ?? indexOf(known)
    indexes.set(type, index)
    if (index.get(name)?.includes(name) === true) return name
    const several = index.get(name) ?? []
    const [only] = several
    return only !== undefined && several.length === 1 ? only : { type, name, several, known }
  }
}

/** Full names by each name that may stand for them: the last part of a path, and the name without an id behind it. */
function indexOf(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, Set<string>>()
  for (const full of names) {
    const plain = full.replace(/#[^#]*$/, '')
    for (const name of [full, plain, last(full), last(plain)])
      index.set(name, (index.get(name) ?? new Set<string>()).add(full))
  }
  return new Map([...index].map(([name, all]) => [name, [...all].sort()]))
}

function last(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

function links(wish: Wish, described: KindDescription, look: Look, say: Say): Wish['links'] {
  return Object.fromEntries(
    Object.entries(wish.links).map(([side, targets]) => {
      if (described.links[side]?.native !== true) return [side, targets]
      const full = targets.map((target) => {
        const { type, name } = splitTarget(target)
        const found = look(type, name)
        if (typeof found === 'object') say(side, target, found)
        return typeof found === 'string' ? `${type}:${found}` : target
      })
      return [side, [...new Set(full)].sort()]
    }),
  )
}

/** Of a setting the value itself is the name; a rule names its attribute. */
function fields(wish: Wish, described: KindDescription, look: Look, say: Say): void {
  for (const [field, value] of Object.entries(wish.fields)) {
    const type = described.fields[field]?.native
    if (type === undefined) continue
    for (const name of new Set(namesIn(value))) {
      const found = look(type, name)
      // Another spelling than the full name would never be equal to what is live.
      if (typeof found === 'object') say(field, name, found)
      else if (found !== undefined && found !== name)
        say(field, name, { type, name, several: [found], known: [found] })
    }
  }
}

function namesIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null || !('attribute' in value)) return []
  return namesIn(value['attribute'] ?? null)
}

function problem(
  { system, connector }: Where,
  wish: Wish,
  place: { readonly name: string; readonly written: string },
  { type, name, several, known }: Miss,
): Diagnostic {
  const what = words[type] ?? type
  const { file, line } = wish.cause
  const at = {
    severity: 'error',
    span: wish.spanOf?.(place.name, place.written) ?? { file, line, column: 1, length: 1 },
  } as const
  const of = `The system "${system}" (${connector}) has`
  return several.length > 0
    ? {
        code: `ambiguous-${dashed(type)}`,
        ...at,
        message:
          several.length > 1
            ? `${of} more than one ${what} called "${name}".`
            : `${of} the ${what} "${name}" under a longer name.`,
        fix: `Write ${several.map((full) => `"${full}"`).join(' or ')}.`,
      }
    : {
        code: `unknown-${dashed(type)}`,
        ...at,
        message: `${of} no ${what} "${name}".`,
        fix: near(name, known, what),
      }
}

interface Where {
  readonly system: string
  readonly connector: string
}

const words: Readonly<Record<string, string>> = {
  ipService: 'IP service',
  locationContext: 'location context',
  devicePosture: 'device posture',
}

/** A bare name is compared with the last part of a full one too. */
function near(name: string, known: readonly string[], what: string): string {
  const byLast = new Map(known.map((full) => [last(full), full]))
  const guess = nearest(name, name.includes('/') ? known : [...known, ...byLast.keys()])
  const parts = [
    ...(guess === undefined ? [] : [`Did you mean "${byLast.get(guess) ?? guess}"?`]),
    ...(known.length > 0 && known.length <= 12 ? [`The ${what}s are ${known.join(', ')}.`] : []),
  ]
  return parts.length === 0 ? 'Name one that is there, or take the reference out.' : parts.join(' ')
}

function dashed(type: string): string {
  return type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
