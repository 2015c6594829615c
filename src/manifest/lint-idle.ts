/**
 * Groups that grant nothing. What a group is good for is said in many places, so this looks for any of them: a policy that
 * names it, settings, an account for its members, a use as the place of somebody suspended or mapped, groups below it. A
 * primary group has settings over there whether or not they are declared, and some systems want one of everybody.
 */
import type { LinkTarget } from '../model/resource.ts'
import { phase } from './dates.ts'
import type { Group, Mapping, Policy } from './normalised.ts'
import { namePlace, type Context, type GroupThere, type Site } from './resolve/context.ts'

interface Documents {
  readonly policies: readonly Policy[]
  readonly groups: readonly Group[]
  readonly mappings: readonly Mapping[]
}

export function lintIdle(context: Context, documents: Documents): void {
  const groups = documents.groups.filter(({ absent }) => !absent)
  const named = namedIn(context, documents)
  const primary = primaryOf(context)
  const parents = new Map(groups.map(({ handle, parent }) => [handle, parent?.name]))
  const above = new Set(parents.values())
  const counts = new Map<string, boolean>()
  // A member has what the groups above give, so one use there is a use of all below.
  const isOfUse = (handle: string): boolean => {
    const known = counts.get(handle)
    if (known !== undefined) return known
    const parent = parents.get(handle)
    const found =
      named.has(handle) ||
      (context.groups.get(handle) ?? []).some((there) => hasUseThere(there, primary.get(there.site))) ||
      (parent !== undefined && isOfUse(parent))
    counts.set(handle, found)
    return found
  }
  for (const group of groups) {
    // One that gathers others is told once these are gone; one that is nowhere is told as such.
    const { handle, systems } = group
    if (systems.size === 0 || above.has(handle) || isOfUse(handle)) continue
    context.report.hint(
      'idle-group',
      namePlace(group),
      `Nothing in the manifests is granted through the group "${handle}": no policy names it, and it brings neither accounts nor settings.`,
      'Name it in a policy, or delete it.',
    )
  }
}

/** Groups that another document names, other than by putting somebody into them. */
function namedIn({ sites, today }: Context, { policies, mappings }: Documents): ReadonlySet<string> {
  const named = new Set<string>()
  for (const policy of policies) {
    if (policy.absent || phase(policy, today) === 'after') continue
    for (const one of [...(policy.subjects ?? []), ...(policy.resources ?? [])])
      if (one.type === 'group' && phase(one, today) !== 'after') named.add(one.name)
  }
  // A group without rights may be just what the others are to be in.
  for (const { rules = [], fallback } of mappings) {
    for (const { group } of rules) named.add(group.name)
    if (fallback !== undefined && fallback !== 'none') named.add(fallback.name)
  }
  for (const { system } of sites.values()) if (system.suspendTo) named.add(system.suspendTo.name)
  return named
}

/** Primary groups of accounts, in each system. */
function primaryOf({ sites }: Context): ReadonlyMap<Site, ReadonlySet<LinkTarget>> {
  const groupsOf = (site: Site): LinkTarget[] =>
    [...site.wishes.account.values()].flatMap(({ links }) => links['primaryGroup'] ?? [])
  return new Map([...sites.values()].map((site) => [site, new Set(groupsOf(site))]))
}

/** Where a system has no policies, what its groups may do is decided over there, and not known here. */
function hasUseThere(
  { site, target, account, settings }: GroupThere,
  primary: ReadonlySet<LinkTarget> | undefined,
): boolean {
  const { policy, grant } = site.description.kinds
  return (
    account !== undefined ||
    primary?.has(target) === true ||
    (policy === undefined && grant === undefined) ||
    settings.some(({ values }) => Object.keys(values).length > 0)
  )
}
