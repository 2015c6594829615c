import type { Wish } from '../model/desired.ts'
import type { Cause } from '../model/span.ts'
import type { LinkTarget } from '../model/resource.ts'
import type { Delta } from './delta.ts'
import { memberships, type GroupSides } from './members.ts'

/** The place a difference comes from: the account's own document, or the group's if only its side speaks of the pairs. */
export function causeOf(wish: Wish, delta: Delta, groups: GroupSides): Cause {
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
