import {
  asciiLower,
  type FieldDescription,
  type KindDescription,
  type WriteMode,
} from '../connector/describe.ts'
import type { Json } from '../model/json.ts'
import type { LinkTarget, Resource } from '../model/resource.ts'
import { emptyDelta, emptyPart, pick, type Delta } from './delta.ts'
import { canonical } from './digest.ts'
import { list, setDifference, spelling } from './sets.ts'

/** Values and references as a manifest wishes them; a missing name is not managed. */
export type Wished = Pick<Resource, 'fields' | 'links'>

/**
 * The differences between a wish and what is live, by the connector's description: those a write can settle, and
 * those that only a person can, because the system takes them by hand or at creation alone. What the system sets
 * itself and what it never gives back are not compared.
 */
export function compare(
  kind: KindDescription,
  wish: Wished,
  live: Wished,
): { readonly written: Delta; readonly byHand: Delta } {
  const sides: Readonly<Record<WriteMode, Difference[]>> = {
    write: [],
    'create-only': [],
    manual: [],
    read: [],
    'write-only': [],
  }
  for (const [name, value] of Object.entries(wish.fields)) {
    const described = kind.fields[name]
    const difference = described && fieldDifference(described, live.fields[name], value)
    if (difference) sides[described.write].push({ part: 'fields', name, ...difference })
  }
  for (const [name, targets] of Object.entries(wish.links)) {
    const described = kind.links[name]
    const difference = described && linkDifference(live.links[name] ?? [], targets)
    if (difference) sides[described.write].push({ part: 'links', name, ...difference })
  }
  return {
    written: deltaOf(sides.write),
    byHand: deltaOf([...sides.manual, ...sides['create-only']]),
  }
}

/** What a create sends of a wish, and what is left for a person to do once the resource is there. */
export function creation(
  kind: KindDescription,
  wish: Wished,
): { readonly sent: Wished; readonly byHand: Delta } {
  const isSent = (mode: WriteMode | undefined): boolean =>
    mode === 'write' || mode === 'create-only' || mode === 'write-only'
  return {
    sent: {
      fields: pick(wish.fields, (name, value) => value !== null && isSent(kind.fields[name]?.write)),
      links: pick(wish.links, (name) => isSent(kind.links[name]?.write)),
    },
    byHand: {
      before: emptyPart,
      after: {
        fields: pick(wish.fields, (name, value) => !isNone(value) && kind.fields[name]?.write === 'manual'),
        links: pick(
          wish.links,
          (name, targets) => targets.length > 0 && kind.links[name]?.write === 'manual',
        ),
      },
    },
  }
}

/** The resource without what only the system sets: all that a manifest could say of it. */
export function ofManifests(live: Resource, kind: KindDescription | undefined): Resource {
  return {
    ...live,
    fields: pick(live.fields, (name) => kind?.fields[name]?.write !== 'read'),
    links: pick(live.links, (name) => kind?.links[name]?.write !== 'read'),
  }
}

interface Difference {
  readonly part: 'fields' | 'links'
  readonly name: string
  /** Absent where nothing was, or will be. */
  readonly before?: Json
  readonly after?: Json
}

type Sides = Pick<Difference, 'before' | 'after'>

function fieldDifference(described: FieldDescription, live: Json | undefined, wish: Json): Sides | undefined {
  if (described.shape === 'set') {
    const { goes, comes } = setDifference(list(live), list(wish), spelling(described))
    return sides(goes.length > 0 ? goes : undefined, comes.length > 0 ? comes : undefined)
  }
  if (live === wish || (isNone(live) && isNone(wish))) return undefined
  if (live !== undefined && comparable(described, live) === comparable(described, wish)) return undefined
  return sides(isNone(live) ? undefined : live, isNone(wish) ? undefined : wish)
}

function linkDifference(live: readonly LinkTarget[], wish: readonly LinkTarget[]): Sides | undefined {
  const { goes, comes } = setDifference(live, wish)
  return sides(goes.length > 0 ? goes : undefined, comes.length > 0 ? comes : undefined)
}

function sides(before: Json | undefined, after: Json | undefined): Sides | undefined {
  if (before === undefined && after === undefined) return undefined
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

/** `null`, nothing at all and an empty list or map are the same answer: there is none. An empty text is a value. */
function isNone(value: Json | undefined): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  )
}

/** Equal exactly when two values of the field are. Of letters only A-Z fold. */
function comparable(described: FieldDescription, value: Json): string {
  const text = canonical(value)
  return described.caseInsensitive === true ? asciiLower(text) : text
}

function deltaOf(differences: readonly Difference[]): Delta {
  if (differences.length === 0) return emptyDelta
  const part = (name: 'fields' | 'links', side: 'before' | 'after'): object =>
    Object.fromEntries(
      differences
        .filter((difference) => difference.part === name && difference[side] !== undefined)
        .map((difference) => [difference.name, difference[side]]),
    )
  const whole = (side: 'before' | 'after'): Delta['before'] => ({
    fields: part('fields', side) as Delta['before']['fields'],
    links: part('links', side) as Delta['before']['links'],
  })
  return { before: whole('before'), after: whole('after') }
}
