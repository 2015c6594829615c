/** Access policies: subjects that reach resources become one policy, subjects that hold roles on them become grants. */
import { foldKey } from '../../connector/describe.ts'
import type { Kind, LinkTarget } from '../../model/resource.ts'
import type { Wish } from '../../model/desired.ts'
import { phase } from '../dates.ts'
import { suggest } from '../nearest.ts'
import type { Policy, TypedReference } from '../normalised.ts'
import { key as keyOf, spanOf, type Place } from '../place.ts'
import { describeIt } from './containers.ts'
import {
  absentWish,
  addWish,
  hasKind,
  namePlace,
  previousKeys,
  showSite,
  siteOf,
  specPlace,
  unknownName,
  type Context,
  type Site,
} from './context.ts'
import { isActive } from './memberships.ts'
import { roleNamed } from './roles.ts'
import { lookUp, sortedSet, type Parts } from './values.ts'

export function resolvePolicy(context: Context, policy: Policy): void {
  for (const system of policy.systems) {
    const site = siteOf(context, system)
    if (!site) continue
    if (policy.roles) grants(context, site, policy, system.place)
    else reach(context, site, policy, system.place)
  }
}

function reach(context: Context, site: Site, policy: Policy, at: Place): void {
  if (!hasKind(context, site, 'policy', at, 'policies on what may be reached')) return
  const key = foldKey(site.description, 'policy', policy.name)
  const gone = goneBecause(policy, context.today)
  const parts = reachParts(context, site, policy)
  const wish: Wish =
    gone !== undefined
      ? absentWish(site, 'policy', policy, key, gone)
      : {
          ref: { system: site.name, kind: 'policy', key },
          ...parts,
          state: 'present',
          handle: policy.handle,
          previousKeys: previousKeys(site, 'policy', policy.previously, key),
          ...(policy.until !== undefined && { until: policy.until }),
          ...(isNative(site) && { spanOf: spansOf(policy) }),
          cause: policy.cause,
        }
  addWish(context, site, wish, namePlace(policy))
}

function isNative({ description }: Site): boolean {
  return Object.values(description.kinds.policy?.links ?? {}).some(({ native }) => native === true)
}

/** By side and target: where a name is written that only the system can confirm. */
function spansOf(policy: Policy): NonNullable<Wish['spanOf']> {
  return (side, target) => {
    const references = side === 'subjects' ? policy.subjects : side === 'resources' ? policy.resources : []
    const found = references?.find(({ type, name }) => `${type}:${name}` === target)
    return found && spanOf(found.place)
  }
}

function reachParts(context: Context, site: Site, policy: Policy): Parts & Pick<Wish, 'ending' | 'ended'> {
  const parts: Parts = { fields: {}, links: {} }
  const ending: [LinkTarget, string][] = []
  const ended: [LinkTarget, string][] = []
  describeIt(site, 'policy', parts, policy.description)
  for (const side of ['subjects', 'resources'] as const) {
    const to = site.description.kinds.policy?.links[side]?.to ?? []
    const references = policy[side]
    if (!references) continue
    const days = daysOf(context, site, references, to)
    parts.links[side] = sortedSet(days.keys())
    for (const [target, until] of days) if (until !== undefined) ending.push([target, until])
    for (const each of references)
      for (const target of endedTargets(context, site, each, to))
        if (!days.has(target)) ended.push([target, `expired on ${each.until ?? ''}`])
  }
  return {
    ...parts,
    ...(ending.length > 0 && { ending: Object.fromEntries(ending) }),
    ...(ended.length > 0 && { ended: Object.fromEntries(ended) }),
  }
}

/** What a line whose day is over gave. */
function endedTargets(
  context: Context,
  site: Site,
  { from: _from, until, ...reference }: TypedReference,
  to: readonly string[],
): readonly LinkTarget[] {
  return until !== undefined && phase({ until }, context.today) === 'after'
    ? targets(context, site, reference, to)
    : []
}

/** Outside its days a policy must not hold, so it is wished away, not forgotten. */
function goneBecause(policy: Policy, today: string): string | undefined {
  if (policy.absent) return 'declared absent'
  const now = phase(policy, today)
  if (now === 'after') return `expired on ${policy.until ?? ''}`
  return now === 'before' ? `begins on ${policy.from ?? ''}` : undefined
}

/** Grants of declared subjects are exact, so one that is no longer wished needs no wish to be gone. */
function grants(context: Context, site: Site, policy: Policy, at: Place): void {
  if (!hasKind(context, site, 'grant', at, 'roles on resources')) return
  site.comparesGrants = true
  const links = site.description.kinds.grant?.links ?? {}
  const roles = (policy.roles ?? []).flatMap((reference) => {
    const role = roleNamed(context, site, reference)
    return role ? [{ reference, role }] : []
  })
  for (const { reference, role } of roles)
    if (site.ownerRoles.has(role.key)) unexpectedOwners(context, site, policy, reference.place)
  const subjects = bothSides(context, site, policy, 'subjects', links['subject']?.to ?? [])
  const resources = bothSides(context, site, policy, 'resources', links['resource']?.to ?? [])
  for (const resource of policy.resources ?? []) givesNoRoles(context, site, policy, resource)
  if (goneBecause(policy, context.today) !== undefined) return
  for (const [subject, one] of subjects)
    for (const { role } of roles)
      for (const [resource, other] of resources)
        grant(site, policy, { subject, role, resource, until: firstOf(policy.until, one, other) })
}

type Days = ReadonlyMap<LinkTarget, string | undefined>

/** The targets of today, sorted, each with its last day; what two lines name lasts as long as the longer of them. */
function daysOf(
  context: Context,
  site: Site,
  references: readonly TypedReference[],
  to: readonly string[],
): Days {
  const days = new Map<LinkTarget, string | undefined>()
  for (const each of references)
    for (const target of targets(context, site, each, to))
      days.set(target, days.has(target) ? lastOf(days.get(target), each.until) : each.until)
  return new Map([...days].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function firstOf(...days: readonly (string | undefined)[]): string | undefined {
  return days
    .filter((day) => day !== undefined)
    .sort()
    .at(0)
}

function lastOf(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || other === undefined ? undefined : one < other ? other : one
}

function bothSides(
  context: Context,
  site: Site,
  policy: Policy,
  side: 'subjects' | 'resources',
  to: readonly string[],
): Days {
  const references = policy[side]
  if (references) return daysOf(context, site, references, to)
  context.report.error(
    'missing-key',
    keyOf(specPlace(policy)),
    `The policy "${policy.handle}" gives roles, and does not say ${side === 'subjects' ? 'to whom' : 'on what'}.`,
    `Write \`${side}\`.`,
  )
  return new Map()
}

interface Granted {
  readonly subject: LinkTarget
  readonly role: { readonly key: string; readonly link: readonly LinkTarget[] }
  readonly resource: LinkTarget
  readonly until: string | undefined
}

/** Two policies may give the same grant: it is held once, and stays until the last of them goes. */
function grant(site: Site, policy: Policy, { subject, role, resource, until }: Granted): void {
  const key = `${subject} ${role.key} ${resource}`
  const known = site.wishes.grant.get(key)
  if (known) {
    const { until: before, ...rest } = known
    const last = lastOf(before, until)
    site.wishes.grant.set(key, last === undefined ? rest : { ...rest, until: last })
    return
  }
  site.wishes.grant.set(key, {
    ref: { system: site.name, kind: 'grant', key },
    fields: {},
    links: { subject: [subject], role: role.link, resource: [resource] },
    state: 'present',
    handle: policy.handle,
    previousKeys: [],
    ...(until !== undefined && { until }),
    cause: policy.cause,
  })
}

/** A subject or resource as link targets, none where its days are over; a name that is not there is an error. */
function targets(
  context: Context,
  site: Site,
  reference: TypedReference,
  to: readonly string[],
): readonly LinkTarget[] {
  const type = reference.type === 'user' ? 'account' : reference.type
  if (!to.includes(type)) {
    context.report.error(
      'unsupported-type',
      keyOf(reference.place),
      `The ${showSite(site)} has no "${reference.type}" here.`,
      suggest(
        reference.type,
        to.map((each) => (each === 'account' ? 'user' : each)),
        'types',
      ),
    )
    return []
  }
  const found = target(context, site, type, reference)
  return found !== undefined && isActive(reference, context) ? [found] : []
}

function target(
  context: Context,
  site: Site,
  type: string,
  reference: TypedReference,
): LinkTarget | undefined {
  if (type === 'account') return accountOf(context, site, reference)
  if (isHandle(type)) return lookUp(context, site, type, reference)?.target
  return type === 'everyone' || type === 'all' ? `${type}:*` : `${type}:${reference.name}`
}

function isHandle(type: string): type is Extract<Kind, 'group' | 'project'> {
  return type === 'group' || type === 'project'
}

/** A person's main account. One that is gone or still to come cannot be a subject, and takes its access along. */
function accountOf(context: Context, site: Site, reference: TypedReference): LinkTarget | undefined {
  const account = site.accounts.get(reference.name)?.[0]
  if (account) return account.state === 'present' ? `account:${account.ref.key}` : undefined
  if (!context.index.users.has(reference.name))
    unknownName(context, reference, 'user', context.index.users.keys())
  else if (!site.unsound.has(reference.name) && !context.lost.any('Group'))
    context.report.error(
      'no-account',
      reference.place,
      `"${reference.name}" has no account in the ${showSite(site)}.`,
      `Write \`accounts: {${site.name}: {}}\` on the person, or take the subject out.`,
    )
  return undefined
}

/** Some containers are given rights on by another word, and a policy would say the same a second time, or something else. */
function givesNoRoles(context: Context, site: Site, policy: Policy, resource: TypedReference): void {
  if (resource.type !== 'project') return
  const key = site.projects.get(resource.name)?.key
  const type = key === undefined ? undefined : site.wishes.project.get(key)?.fields['type']
  if (typeof type !== 'string') return
  const because = site.description.withoutPolicies?.[type]
  if (because === undefined) return
  context.report.error(
    'policy-not-here',
    resource.place,
    `The policy "${policy.handle}" gives roles on "${resource.name}", a project of type "${type}" in the ${showSite(site)}.`,
    because,
  )
}

/** Who is behind a group or everyone is not known by name, so with `owners.expected` an owner role goes to people. */
function unexpectedOwners(context: Context, site: Site, policy: Policy, at: Place): void {
  const { expected } = site.system.owners
  if (!expected) return
  const names = new Set(expected.map(({ name }) => name))
  const other = policy.subjects?.find(({ type, name }) => type !== 'user' || !names.has(name))
  if (!other) return
  context.report.error(
    'unexpected-owner',
    at,
    `This role makes an owner of the ${showSite(site)}, and ${other.type} "${other.name}" is not among its expected owners.`,
    'Give another role, or name only expected owners as subjects.',
  )
}
