/**
 * Whose groups are others once a mapping is: by what the provider sends of each person, as far as anybody wrote it down.
 * Of whom nobody did, anything may come, so whatever is not plainly more of the same may give them everything (M10).
 */
import { simulate, type Attributes, type Mapped, type Mapping } from './simulate.ts'

interface MappingChange {
  readonly before: Mapping
  readonly after: Mapping
  /** Secondary groups at most. */
  readonly most: number
}

export interface Person {
  readonly name: string
  readonly attributes?: Attributes
}

interface Remapped {
  /** Whose groups are known to be others, sorted: `bo (+ oncall)`. */
  readonly changed: readonly { readonly name: string; readonly how: string }[]
  /** Who may gain everything, sorted. */
  readonly unknown: readonly string[]
  /** What of the mapping does it: the beginning of a sentence. */
  readonly because: string
}

/** Undefined where nothing is switched or reordered: further rules at the end say themselves whom they give what. */
export function remapped(
  { before, after, most }: MappingChange,
  people: readonly Person[],
): Remapped | undefined {
  const because = reason(before, after)
  if (because === undefined) return undefined
  const known = people.filter(({ attributes }) => attributes !== undefined)
  const changed = known.flatMap(({ name, attributes = {} }) => {
    const how = difference(simulate(before, attributes, most), simulate(after, attributes, most))
    return how === undefined ? [] : [{ name, how }]
  })
  const unknown = people.flatMap(({ name, attributes }) => (attributes === undefined ? [name] : []))
  if (changed.length + unknown.length === 0) return undefined
  return { changed: changed.sort(byName), unknown: unknown.sort(), because }
}

function reason(before: Mapping, after: Mapping): string | undefined {
  if (before.rules.length === 0) return undefined
  // What cannot be known is taken for the narrower before and the wider after, unless it is the same unknown.
  const wasMultiple = before.mode === 'multiple' || (before.mode === undefined && after.mode === undefined)
  if (!wasMultiple && after.mode !== 'single')
    return 'Giving people all groups that match, and not the first alone,'
  if (before.mode === 'multiple' && after.mode === 'single') return 'Giving people the first group alone'
  if (before.fallback !== after.fallback && after.fallback !== undefined) return 'Another fallback group'
  const kept = before.rules.every((rule, index) => isSame(rule, after.rules[index]))
  return kept ? undefined : 'Another order of the rules'
}

function isSame(one: Mapping['rules'][number], other: Mapping['rules'][number] | undefined): boolean {
  return (
    JSON.stringify([one.attribute, one.in, one.group]) ===
    JSON.stringify([other?.attribute, other?.in, other?.group])
  )
}

function difference(was: Mapped, is: Mapped): string | undefined {
  const [had, has] = [groupsOf(was), groupsOf(is)]
  const parts = [
    ...(was.primary === is.primary ? [] : [`primary ${was.primary ?? 'none'} → ${is.primary ?? 'none'}`]),
    ...[...has].filter((group) => !had.has(group)).map((group) => `+ ${group}`),
    ...[...had].filter((group) => !has.has(group)).map((group) => `- ${group}`),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

function groupsOf({ primary, secondary }: Mapped): ReadonlySet<string> {
  return new Set([...(primary === undefined ? [] : [primary]), ...secondary])
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1
}
