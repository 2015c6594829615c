import type { DesiredGraph, Wish } from '../model/desired.ts'
import { splitTarget, type LinkTarget, type Resource } from '../model/resource.ts'
import { byText } from './sets.ts'

/** What the groups' side says of live pairs. Each takes the link target, `group:<key>`. */
export interface GroupSides {
  readonly exactMembers: (group: LinkTarget) => boolean
  readonly exactManagers: (group: LinkTarget) => boolean
  /** Ignored groups: who is in them is none of our business. */
  readonly spared: (group: LinkTarget) => boolean
  /** The wish for the group: the cause of what its side changes. */
  readonly wish: (group: LinkTarget) => Wish | undefined
}

/**
 * A membership is a pair that either side may declare, the person or the group. It is compared as a link of the
 * account, so what the group's side says is worked into the account's wish here: a live pair that nobody declares
 * stays if neither side manages it and goes if one does. A manager is a member, whether or not the system lists the
 * pair twice; and a primary group is not listed among the secondary ones.
 */
export function wishedMemberships(wish: Wish, live: Resource, groups: GroupSides): Wish['links'] {
  if (memberships.every((name) => isSame(wish.links[name], live.links[name]))) return wish.links
  const links: Record<string, readonly LinkTarget[]> = { ...wish.links }
  const [primaryNow, groupsNow, managesNow] = memberships.map((name) => live.links[name] ?? [])
  const declared = wish.links['groups'] ?? []
  const isFree = (group: LinkTarget): boolean =>
    groups.spared(group) || (wish.exactGroups !== true && !groups.exactMembers(group))

  const manages = union(
    wish.links['manages'] ?? [],
    managesNow?.filter((group) => groups.spared(group) || !groups.exactManagers(group)),
  )
  const primary =
    wish.links['primaryGroup'] ??
    primaryNow?.filter((group) => isFree(group) || declared.includes(group) || manages.includes(group)) ??
    []
  const managed = new Set(manages)
  const wanted = union(
    declared.filter((group) => !managed.has(group)),
    groupsNow?.filter((group) => isFree(group) || managed.has(group)),
  )
  const wished = [primary, wanted.filter((group) => !primary.includes(group)), manages]
  memberships.forEach((name, index) => {
    if (live.links[name] !== undefined || wish.links[name] !== undefined) links[name] = wished[index] ?? []
  })
  return links
}

/** The memberships of an account nobody declared, less those in groups whose members or managers are written. */
export function strangersMemberships(live: Resource, groups: GroupSides): Wish['links'] {
  const stays: Record<(typeof memberships)[number], (group: LinkTarget) => boolean> = {
    primaryGroup: (group) => !groups.exactMembers(group),
    groups: (group) => !groups.exactMembers(group),
    manages: (group) => !groups.exactManagers(group),
  }
  return Object.fromEntries(
    memberships
      .filter((name) => live.links[name] !== undefined)
      .map((name) => [
        name,
        live.links[name]?.filter((group) => groups.spared(group) || stays[name](group)) ?? [],
      ]),
  )
}

export function groupSides(desired: DesiredGraph, spared: (group: LinkTarget) => boolean): GroupSides {
  const wish = (group: LinkTarget): Wish | undefined => {
    const found = desired.wishes.group.get(splitTarget(group).name)
    return found?.state === 'present' ? found : undefined
  }
  return {
    exactMembers: (group) => wish(group)?.exactMembers === true,
    exactManagers: (group) => wish(group)?.exactManagers === true,
    spared,
    wish,
  }
}

/** The links of an account that are pairs with groups. */
export const memberships = ['primaryGroup', 'groups', 'manages'] as const

/** Most accounts are as wished: nothing has to be worked out for them. */
function isSame(some: readonly LinkTarget[] | undefined, others: readonly LinkTarget[] | undefined): boolean {
  if (some === undefined || others === undefined) return some === others
  return some.length === others.length && some.every((target, index) => target === others[index])
}

function union(some: readonly LinkTarget[], others: readonly LinkTarget[] = []): readonly LinkTarget[] {
  return [...new Set([...some, ...others])].sort(byText)
}
