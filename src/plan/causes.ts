import type { Wish } from '../model/desired.ts'
import type { Cause } from '../model/span.ts'
import type { LinkTarget } from '../model/resource.ts'
import type { Delta } from './delta.ts'
import { memberships, type GroupSides } from './members.ts'

/**
 * The place a difference comes from: the account's own document, or the group's if only its side speaks of the pairs;
 * with the date, where a date alone makes the difference.
 */
export function causeOf(wish: Wish, delta: Delta, groups: GroupSides): Cause {
  const because = endedBy(wish, delta)
  const cause = placeOf(wish, delta, groups)
  return because === undefined ? cause : { ...cause, because }
}

/** Why every membership that goes has ended, if nothing else differs. */
function endedBy({ ended }: Wish, { before, after }: Delta): string | undefined {
  if (!ended || [before.fields, after.fields, after.links].some((part) => Object.keys(part).length > 0))
    return undefined
  const reasons = Object.values(before.links).flatMap((targets) => targets.map((target) => ended[target]))
  return reasons.length > 0 && reasons.every((reason) => reason !== undefined)
    ? [...new Set(reasons)].sort().join(', ')
    : undefined
}

function placeOf(wish: Wish, delta: Delta, groups: GroupSides): Cause {
  return wish.ref.kind === 'account' && wish.exactGroups !== true
    ? (groupCause(delta, groups) ?? wish.cause)
    : wish.cause
}

/** The document of the first group whose side alone makes this difference; undefined if anything else differs. */
export function groupCause({ before, after }: Delta, groups: GroupSides): Cause | undefined {
  if (Object.keys(before.fields).length > 0 || Object.keys(after.fields).length > 0) return undefined
  const touched = [before.links, after.links].flatMap((links) => Object.entries(links))
  if (!touched.every(([name]) => pairs.has(name))) return undefined
  const targets = touched.flatMap(([, list]) => list)
  if (!targets.every((target) => speaks(target, groups))) return undefined
  const [first] = [...targets].sort()
  return first === undefined ? undefined : groups.wish(first)?.cause
}

function speaks(group: LinkTarget, groups: GroupSides): boolean {
  return groups.exactMembers(group) || groups.exactManagers(group)
}

const pairs: ReadonlySet<string> = new Set(memberships)
