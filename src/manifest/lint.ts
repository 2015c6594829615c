/** What is allowed and is probably not meant: warnings and hints that are cheap to know and certain. */
import { daysBetween, phase } from './dates.ts'
import type { ManifestOf } from './normalize.ts'
import type { Group, Policy, Role, User } from './normalised.ts'
import { key as keyOf } from './place.ts'
import { namePlace, specPlace, type Context } from './resolve/context.ts'
import type { Pair } from './resolve/memberships.ts'

/** Days before the end of a membership from which on it is said. */
const soon = 14

export function lintUser(context: Context, user: User, listed: readonly Pair[]): void {
  const { report } = context
  const name = `"${user.handle}"`
  if (user.employment === 'contractor' && user.status === 'active' && !hasEnd(context, user))
    report.warning(
      'contractor-without-until',
      specPlace(user, 'employment'),
      `${name} is a contractor, and it is not said until when.`,
      'Write `until`, the last day of the contract.',
    )
  if (user.employment === 'third-party' && !user.sponsor)
    report.warning(
      'no-sponsor',
      specPlace(user, 'employment'),
      `Nobody answers for ${name}, who belongs to a third party.`,
      'Write `sponsor`, the handle of a person of your own.',
    )
  if (user.type === 'service' && (!user.owner || user.purpose === undefined))
    report.warning(
      'service-without-owner',
      specPlace(user, 'type'),
      `The service ${name} does not say ${user.owner ? 'what it is for' : 'who answers for it'}.`,
      'Write `owner` and `purpose`.',
    )
  expiresSoon(context, user, listed)
}

/** Of the person, or of every account that there is. */
function hasEnd({ sites }: Context, { handle, until }: User): boolean {
  if (until !== undefined) return true
  const accounts = [...sites.values()].flatMap((site) => site.accounts.get(handle) ?? [])
  return (
    accounts.length > 0 &&
    accounts.every(({ state, until: last }) => state === 'absent' || last !== undefined)
  )
}

function expiresSoon(context: Context, user: User, listed: readonly Pair[]): void {
  const own = user.groups?.others ?? []
  for (const { place, until, ...reference } of [...own, ...listed.map((pair) => pair.reference)]) {
    if (until === undefined || phase({ until }, context.today) === 'after') continue
    const days = daysBetween(context.today, until)
    if (days > soon) continue
    const group = own.some((each) => each.place === place)
      ? reference.name
      : listed.find((pair) => pair.reference.place === place)?.group.handle
    context.report.hint(
      'expires-soon',
      place,
      `The membership of "${user.handle}" in "${group ?? ''}" ends ${days === 0 ? 'today' : `in ${days} ${days === 1 ? 'day' : 'days'}, on ${until}`}.`,
      'Move `until`, or let it end.',
    )
  }
}

/** People who are in no system at all. Somebody who is kept out of one by name is not forgotten. */
export function lintPeople(context: Context, users: readonly ManifestOf<'User'>[]): void {
  const sites = [...context.sites.values()]
  if (sites.length === 0) return
  for (const { raw, metadata, spec } of users) {
    if (spec.accounts !== undefined || sites.some((site) => site.accounts.has(metadata.name))) continue
    context.report.warning(
      'no-account-anywhere',
      { raw, path: ['metadata', 'name'] },
      `"${metadata.name}" has no account in any system, and no group brings one.`,
      'Name a system under `accounts`, or write `account: {}` on a group.',
    )
  }
}

export function lintGroup(context: Context, group: Group): void {
  if (group.systems.size > 0) return
  context.report.warning(
    'group-without-system',
    namePlace(group),
    `The group "${group.handle}" exists in no system, so nothing comes of it.`,
    'Name its systems under `systems`.',
  )
}

export function lintPolicy(context: Context, policy: Policy): void {
  if (policy.absent) return
  for (const side of ['subjects', 'resources'] as const) {
    const references = policy[side]
    const left = references?.filter((each) => phase(each, context.today) !== 'after')
    if (!left || left.length > 0) continue
    context.report.warning(
      'empty-policy',
      keyOf(specPlace(policy, side)),
      `The policy "${policy.handle}" has no ${side}${references && references.length > 0 ? ' any more: all have expired' : ''}.`,
      'Name some, or delete the policy.',
    )
  }
}

/** A declared role that nothing names. What holds it by hand in the live system is not known here. */
export function lintRoles(context: Context, roles: readonly Role[]): void {
  const used = new Map([...context.sites.values()].map((site) => [site.name, usedRoles(site)]))
  for (const role of roles) {
    const site = context.sites.get(role.system.name)
    const there = site?.roles.get(role.handle)
    if (
      !there ||
      role.absent ||
      role.directoryGroups?.length ||
      used.get(role.system.name)?.has(there.target)
    )
      continue
    context.report.hint(
      'unused-role',
      namePlace(role),
      `Nobody is given the role "${role.handle}".`,
      'Give it to somebody, or declare it absent.',
    )
  }
}

function usedRoles(site: NonNullable<ReturnType<Context['sites']['get']>>): ReadonlySet<string> {
  const used = new Set<string>()
  for (const kind of ['account', 'grant', 'role'] as const)
    for (const wish of site.wishes[kind].values())
      for (const target of wish.links[kind === 'role' ? 'implies' : 'role'] ?? []) used.add(target)
  for (const shared of [site.system.account, ...[...site.groups.values()].map(({ account }) => account)]) {
    const role = shared?.values[site.description.accountRole ?? 'role']
    if (typeof role === 'string') used.add(site.roles.get(role)?.target ?? `role:${role}`)
  }
  return used
}
