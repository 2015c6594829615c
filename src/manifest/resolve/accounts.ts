/** A person becomes accounts: where there is one, what it holds, and whether it is there, stopped or gone today. */
import { foldKey, type KindDescription } from '../../connector/describe.ts'
import type { Wish } from '../../model/desired.ts'
import type { Json } from '../../model/json.ts'
import type { LinkTarget } from '../../model/resource.ts'
import { life, overlap, type Life, type Period, type Status } from '../dates.ts'
import type { AccountEntry, User } from '../normalised.ts'
import { key as keyOf, under, type Place } from '../place.ts'
import {
  addWish,
  namePlace,
  previousKeys,
  showSite,
  siteOf,
  specPlace,
  unknownName,
  type Context,
  type GroupThere,
  type RoleThere,
  type Site,
} from './context.ts'
import { merge, valuePlace, workedOut, type Value } from './layers.ts'
import { checkOnce, held, isActive, personSide, type Pair } from './memberships.ts'
import { expectedOwner } from './owners.ts'
import { roleNamed } from './roles.ts'
import { place, type Parts } from './values.ts'

/** Adds the accounts of one person to the graphs of all systems. `listed` is what the groups say of the person. */
export function resolveUser(context: Context, user: User, listed: readonly Pair[]): void {
  const references = user.groups
    ? [...(user.groups.primary ? [user.groups.primary] : []), ...user.groups.others]
    : []
  const own = personSide(context, references, user.groups?.primary)
  checkOnce(context, user, [...own, ...listed])
  checkPerson(context, user)
  for (const [site, { entries, given }] of sitesOf(context, user, [...own, ...listed])) {
    const main = mainEntry(context, site, user, entries, own)
    const accounts: Wish[] = []
    for (const entry of entries.length > 0 ? entries : [undefined]) {
      const isMain = entry === main
      const pairs = entry?.groups ? ownGroups(context, user, entry, isMain ? own : []) : isMain ? own : []
      const wish = account(context, site, {
        user,
        entry,
        isMain,
        own: pairs,
        listed: isMain ? listed : [],
        given: isMain ? given : [],
      })
      if (wish) accounts[isMain ? 'unshift' : 'push'](wish)
      else site.unsound.add(user.handle)
    }
    if (accounts.length > 0) site.accounts.set(user.handle, accounts)
  }
}

function checkPerson(context: Context, user: User): void {
  for (const person of [user.sponsor, user.owner])
    if (person && !context.index.users.has(person.name))
      unknownName(context, person, 'user', context.index.users.keys())
  if (user.status !== 'left' || user.until !== undefined) return
  context.report.error(
    'left-without-until',
    specPlace(user, 'status'),
    `"${user.handle}" has left, and it is not said on which day: the grace before removal begins then.`,
    'Write `until`, the last day.',
  )
}

/** In one system: the accounts that the person names, and groups by which membership brings one. */
interface Presence {
  readonly entries: AccountEntry[]
  readonly given: GroupThere[]
}

function sitesOf(context: Context, user: User, pairs: readonly Pair[]): Map<Site, Presence> {
  const found = new Map<Site, Presence>()
  const presence = (site: Site): Presence => {
    let one = found.get(site)
    if (!one) found.set(site, (one = { entries: [], given: [] }))
    return one
  }
  const refused = new Set<Site>()
  for (const entry of user.accounts) {
    const written = entry.layer?.values['system'] !== undefined
    const at = written ? under(entry.place, 'system') : keyOf(entry.place)
    const site = siteOf(context, { name: entry.system, place: at })
    if (entry.name !== entry.system && context.sites.has(entry.name)) takenName(context, entry)
    if (site && entry.layer) presence(site).entries.push(entry)
    else if (site) refused.add(site)
  }
  for (const { group, reference } of pairs) {
    if (!isActive(reference, context)) continue
    for (const there of context.groups.get(group.handle) ?? [])
      if (there.account && !refused.has(there.site)) presence(there.site).given.push(there)
  }
  return found
}

/** A reader would take it for the account in the system of that name. */
function takenName(context: Context, entry: AccountEntry): void {
  context.report.error(
    'account-named-as-system',
    keyOf(entry.place),
    `"${entry.name}" is the name of a system, and this account is in "${entry.system}".`,
    'Give the account a name of its own.',
  )
}

/**
 * The account that the person's groups are about: the one under the system's own name, or the only one. Of several
 * with names of their own none is, and then each must say its groups itself.
 */
function mainEntry(
  context: Context,
  site: Site,
  user: User,
  entries: readonly AccountEntry[],
  own: readonly Pair[],
): AccountEntry | undefined | 'none' {
  const named = entries.find(({ name }) => name === site.name)
  if (named || entries.length < 2) return named ?? entries[0]
  const group = own.find((pair) => site.groups.has(pair.group.handle))
  if (group && entries.some((entry) => !entry.groups))
    context.report.error(
      'ambiguous-account',
      keyOf(specPlace(user, 'accounts')),
      `"${user.handle}" has ${entries.length} accounts in the ${showSite(site)}, and it is not said which of them is in "${group.group.handle}".`,
      `Name one of them "${site.name}", or write \`groups\` under each.`,
    )
  return 'none'
}

/** `accounts.<s>.groups` stand in place of the person's further groups; the primary one stays unless it is named too. */
function ownGroups(context: Context, user: User, entry: AccountEntry, own: readonly Pair[]): Pair[] {
  const pairs = personSide(context, entry.groups ?? [])
  checkOnce(context, user, pairs)
  const replaced = new Set(pairs.map(({ group }) => group))
  return [...own.filter(({ side, group }) => side === 'primary' && !replaced.has(group)), ...pairs]
}

interface Asked {
  readonly user: User
  readonly entry: AccountEntry | undefined
  readonly isMain: boolean
  readonly own: readonly Pair[]
  readonly listed: readonly Pair[]
  readonly given: readonly GroupThere[]
}

function account(context: Context, site: Site, asked: Asked): Wish | undefined {
  const { user, entry, given } = asked
  const at = entry?.place ?? asked.listed[0]?.reference.place ?? namePlace(user)
  const kind = site.description.kinds.account
  if (!kind) {
    context.report.error('unsupported-kind', at, `The ${showSite(site)} has no accounts.`)
    return undefined
  }
  const values = merge(context, site, user.handle, entry?.layer, given)
  const name = nameOf(context, site, user, values, at)
  const role = roleOf(context, site, asked, values, at)
  const groups = held(context, site, asked)
  const period = overlap(user, periodOf(values))
  const now = lifeOf(context, site, user, period, values, at)
  if (role && now.state !== 'absent') expectedOwner(context, site, user, role.role, role.place)
  if (name === undefined || !role) return undefined
  const key = foldKey(site.description, 'account', name)
  const parts: Parts = { fields: fieldsOf(site, kind, user, name, values, now), links: {} }
  connectorKeys(context, site, parts, values)
  authentication(context, site, kind, parts, values)
  membershipLinks(kind, parts, role.role, groups, asked)
  stopped(site, parts, now)
  const wish: Wish = {
    ref: { system: site.name, kind: 'account', key },
    fields: now.state === 'absent' ? nothing : parts.fields,
    links: now.state === 'absent' ? nothing : parts.links,
    state: now.state,
    handle: user.handle,
    previousKeys: previousKeys(site, 'account', asked.isMain ? formerNames(site, user) : [], key),
    person: user.handle,
    ...(isExact(asked) && { exactGroups: true }),
    ...(period.until !== undefined && { until: period.until }),
    ...(user.status === 'compromised' && { compromised: true }),
    cause: now.because === undefined ? user.cause : { ...user.cause, because: now.because },
  }
  const username = values.get('username')
  return addWish(context, site, wish, username ? valuePlace('username', username) : keyOf(at))
    ? wish
    : undefined
}

const nothing = {}

/** The person's groups are written, or those of this account: then memberships beyond them are differences. */
function isExact({ user, entry, isMain }: Asked): boolean {
  return entry?.groups !== undefined || (isMain && user.groups !== undefined)
}

/** The natural name: what the system knows an account by. */
function nameOf(
  context: Context,
  site: Site,
  user: User,
  values: ReadonlyMap<string, Value>,
  at: Place,
): string | undefined {
  if (site.description.accountKey === 'username') return textOf(values, 'username') ?? user.handle
  const email = textOf(values, 'email') ?? user.email
  if (email === undefined)
    context.report.error(
      'no-email',
      at,
      `The ${showSite(site)} knows accounts by their e-mail address, and "${user.handle}" has none.`,
      'Write `email` on the person.',
    )
  return email
}

function formerNames(site: Site, user: User): readonly string[] {
  return site.description.accountKey === 'email' ? user.previousEmails : user.previously
}

interface RoleAt {
  readonly role: RoleThere
  readonly place: Place
}

/** A person's role is never unmanaged: an account without one would keep whatever power it has over there. */
function roleOf(
  context: Context,
  site: Site,
  { user, entry }: Asked,
  values: ReadonlyMap<string, Value>,
  at: Place,
): RoleAt | undefined {
  const value = values.get('role')
  const name = textOf(values, 'role')
  if (value && name !== undefined) {
    const place = valuePlace('role', value)
    const role = roleNamed(context, site, { name, place })
    return role && { role, place }
  }
  // It may come from a group or a System that could not be read.
  if (context.lost.any('Group') || context.lost.any('System')) return undefined
  context.report.error(
    'no-role',
    keyOf(at),
    `"${user.handle}" has an account in the ${showSite(site)} and no role there.`,
    `Write \`role\` under accounts.${entry?.name ?? site.name}, under \`account\` of a group, or as defaults.account.role of the System.`,
  )
  return undefined
}

function periodOf(values: ReadonlyMap<string, Value>): Period {
  return { from: textOf(values, 'from'), until: textOf(values, 'until') }
}

function lifeOf(
  context: Context,
  site: Site,
  user: User,
  period: Period,
  values: ReadonlyMap<string, Value>,
  at: Place,
): Life {
  const own = textOf(values, 'status') as Status | undefined
  const status = user.status === 'active' ? (own ?? 'active') : user.status
  const canSuspend = site.description.suspend === 'native' || site.system.suspendTo !== undefined
  if (status === 'suspended' && !canSuspend)
    context.report.error(
      'cannot-suspend',
      at,
      `The ${showSite(site)} cannot suspend an account.`,
      'Write `suspendTo` on the System, a group that may do nothing, or take the account away.',
    )
  return life({ status, ...period }, { today: context.today, grace: context.grace, canSuspend })
}

/** What every system may carry. Descriptive values stay in git where it has no room for them. */
function fieldsOf(
  site: Site,
  kind: KindDescription,
  user: User,
  name: string,
  values: ReadonlyMap<string, Value>,
  now: Life,
): Record<string, Json> {
  const { fields } = kind
  const email = textOf(values, 'email') ?? user.email
  const username = site.description.accountKey === 'username' ? name : textOf(values, 'username')
  const written: Record<string, Json> = {}
  if (fields['username'] && username !== undefined) written['username'] = username
  if (fields['email'] && email !== undefined) written['email'] = email
  if (fields['givenName'] && user.givenName !== undefined) written['givenName'] = user.givenName
  if (fields['familyName'] && user.familyName !== undefined) written['familyName'] = user.familyName
  if (fields['employment'] && user.employment !== undefined) written['employment'] = user.employment
  if (fields['type']) written['type'] = user.type
  if (fields['status']) written['status'] = now.status
  if (fields['labels'] && user.labels !== undefined) written['labels'] = user.labels
  return written
}

function connectorKeys(context: Context, site: Site, parts: Parts, values: ReadonlyMap<string, Value>): void {
  for (const [name, value] of values)
    if (!workedOut.has(name))
      place(context, site, 'account', parts, name, value.value, valuePlace(name, value))
}

/** Where a system has no such setting of an account, only what its own setting says anyway is no approximation. */
function authentication(
  context: Context,
  site: Site,
  kind: KindDescription,
  parts: Parts,
  values: ReadonlyMap<string, Value>,
): void {
  const value = values.get('authentication')
  if (!value) return
  if (kind.fields['authentication'] || value.value !== site.system.config.authentication)
    place(context, site, 'account', parts, 'authentication', value.value, valuePlace('authentication', value))
}

function membershipLinks(
  { links }: KindDescription,
  parts: Parts,
  role: RoleThere,
  groups: ReturnType<typeof held>,
  asked: Asked,
): void {
  if (links['role']) parts.links['role'] = role.link
  if (!links['groups']) return
  if (links['primaryGroup'] && (groups.primary || isExact(asked)))
    parts.links['primaryGroup'] = groups.primary?.link ?? noTargets
  parts.links['groups'] = targets(groups.secondary)
  if (links['manages']) parts.links['manages'] = targets(groups.manages)
}

const noTargets: readonly LinkTarget[] = []

function targets(groups: readonly GroupThere[]): readonly LinkTarget[] {
  return groups.length === 0 ? noTargets : groups.map(({ target }) => target).sort(byCodeUnit)
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Without a switch of its own, a system stops an account by leaving it in one group that may do nothing. */
function stopped(site: Site, parts: Parts, now: Life): void {
  const { suspendTo } = site.system
  if (now.status !== 'suspended' || site.description.suspend === 'native' || !suspendTo) return
  const quarantine = site.groups.get(suspendTo.name)
  if (!quarantine) return
  const { primaryGroups } = site.description
  if (primaryGroups) parts.links['primaryGroup'] = quarantine.link
  parts.links['groups'] = primaryGroups ? noTargets : quarantine.link
}

function textOf(values: ReadonlyMap<string, Value>, name: string): string | undefined {
  const value = values.get(name)?.value
  return typeof value === 'string' ? value : undefined
}
