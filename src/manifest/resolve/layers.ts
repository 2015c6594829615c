/** Account values from three sides: the person's own go before those of groups, and these before the system's. */
import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../model/json.ts'
import type { Layer } from '../normalised.ts'
import { key as keyOf, showPlace, under, type Place } from '../place.ts'
import { showSite, type Context, type GroupThere, type Site } from './context.ts'
import { roleNamed } from './roles.ts'
import { place, sortedSet } from './values.ts'

export interface Value {
  readonly value: Json
  readonly layer: Layer
}

/** Keys of an account that are worked out, and are not simply carried into the system. */
export const workedOut: ReadonlySet<string> = new Set([
  'system',
  'email',
  'username',
  'role',
  'status',
  'from',
  'until',
  'authentication',
  'groups',
  'primaryGroup',
])

export function merge(
  context: Context,
  site: Site,
  person: string,
  own: Layer | undefined,
  groups: readonly GroupThere[],
): ReadonlyMap<string, Value> {
  const merged = new Map<string, Value>()
  if (own) put(merged, own)
  const fromGroups = new Map<string, Value>()
  for (const { account } of groups) {
    if (!account) continue
    for (const name of Object.keys(account.values)) {
      const value = account.values[name] ?? null
      const other = fromGroups.get(name)
      if (!other) fromGroups.set(name, { value, layer: account })
      else if (!merged.has(name) && !same(other.value, value))
        disagree(context, site, person, name, other.layer, account)
    }
  }
  for (const [name, value] of fromGroups) if (!merged.has(name)) merged.set(name, value)
  if (site.system.account) put(merged, site.system.account)
  return merged
}

export function valuePlace(name: string, { layer }: Value): Place {
  return under(layer.place, name)
}

function put(merged: Map<string, Value>, layer: Layer): void {
  for (const name of Object.keys(layer.values))
    if (!merged.has(name)) merged.set(name, { value: layer.values[name] ?? null, layer })
}

function same(one: Json, other: Json): boolean {
  if (one === other) return true
  return Array.isArray(one) && Array.isArray(other)
    ? isDeepStrictEqual(sortedSet(one as Json[]), sortedSet(other as Json[]))
    : isDeepStrictEqual(one, other)
}

/** Said once for each two groups, not once for each of their common members. */
function disagree(
  context: Context,
  site: Site,
  person: string,
  name: string,
  first: Layer,
  second: Layer,
): void {
  const at = under(second.place, name)
  const pair = `${site.name} ${name} ${first.place.raw.source.file} ${first.place.raw.index} ${at.raw.source.file} ${at.raw.index}`
  if (context.disagreements.has(pair)) return
  context.disagreements.add(pair)
  context.report.error(
    'groups-disagree',
    at,
    `Two groups of "${person}" give different values of "${name}" for accounts in the ${showSite(site)}: here and in ${showPlace(under(first.place, name))}.`,
    `Write "${name}" on the person, or make the groups agree.`,
  )
}

/** Values for whoever has an account here: checked once, and not again for each of them. */
export function checkShared(context: Context, site: Site, layer: Layer): void {
  for (const [name, value] of Object.entries(layer.values)) {
    const at = under(layer.place, name)
    // Looked up again for each who has it; said here, it is said even when nobody has it yet.
    const isRole = name === site.description.accountRole
    if (isRole && typeof value === 'string') roleNamed(context, site, { name: value, place: at })
    if (isRole || name === 'role' || name === 'authentication') continue
    if (workedOut.has(name))
      context.report.error(
        'personal-field',
        keyOf(at),
        `"${name}" is one account's own, and cannot be given to several.`,
        'Write it on the person.',
      )
    else place(context, site, 'account', { fields: {}, links: {} }, name, value, at)
  }
}
