/** A person becomes accounts: where there is one, what it holds, and whether it is there, stopped or gone today. */
import { foldKey } from '../../connector/describe.ts'
import type { Wish } from '../../model/desired.ts'
import { life, overlap, type Life, type Period, type Status } from '../dates.ts'
import type { AccountEntry, User } from '../normalised.ts'
import { key as keyOf, type Place } from '../place.ts'
import { authentication, connectorKeys, fieldsOf, membershipLinks, stopped, textOf } from './account-parts.ts'
import {
  addWish,
  namePlace,
  previousKeys,
  showSite,
  specPlace,
  unknownName,
  type Context,
  type GroupThere,
  type RoleThere,
  type Site,
} from './context.ts'
import { merge, valuePlace, type Value } from './layers.ts'
import { checkOnce, held, personSide, type Pair } from './memberships.ts'
import { expectedOwner } from './owners.ts'
import { mainEntry, sitesOf } from './presence.ts'
import { roleNamed } from './roles.ts'
import type { Parts } from './values.ts'

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
  if (role?.role && now.state !== 'absent') expectedOwner(context, site, user, role.role, role.place)
  if (name === undefined || !role) return undefined
  const key = foldKey(site.description, 'account', name)
  const parts: Parts = { fields: fieldsOf(site, kind, user, name, values, now), links: {} }
  connectorKeys(context, site, parts, values)
  authentication(context, site, kind, parts, values)
  membershipLinks(kind, parts, role.role, groups, isExact(asked))
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
    ...(groups.ended.size > 0 && {
      ended: Object.fromEntries([...groups.ended].map(([{ target }, because]) => [target, because])),
    }),
    ...(groups.ending.size > 0 && {
      ending: Object.fromEntries([...groups.ending].map(([{ target }, until]) => [target, until])),
    }),
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
  /** Undefined where accounts have no role of their own, only grants. */
  readonly role: RoleThere | undefined
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
  const { accountRole } = site.description
  const written = values.get('role')
  if (written && accountRole !== 'role') {
    noRoleThere(context, site, valuePlace('role', written))
    return undefined
  }
  if (accountRole === undefined) return { role: undefined, place: at }
  const value = values.get(accountRole)
  const name = textOf(values, accountRole)
  if (value && name !== undefined) {
    const place = valuePlace(accountRole, value)
    const role = roleNamed(context, site, { name, place })
    return role && { role, place }
  }
  // It may come from a group or a System that could not be read.
  if (context.lost.any('Group') || context.lost.any('System')) return undefined
  context.report.error(
    'no-role',
    keyOf(at),
    `"${user.handle}" has an account in the ${showSite(site)} and no ${accountRole === 'role' ? 'role' : `"${accountRole}"`} there.`,
    `Write \`${accountRole}\` under accounts.${entry?.name ?? site.name}, under \`account\` of a group, or as defaults.account.${accountRole} of the System.`,
  )
  return undefined
}

/** What a reader would take for a right that is given. */
function noRoleThere(context: Context, site: Site, at: Place): void {
  const { accountRole } = site.description
  context.report.error(
    'unsupported-field',
    keyOf(at),
    `An account in the ${showSite(site)} has no "role" of its own.`,
    accountRole === undefined
      ? 'Take the line out, and give roles on projects, domains or the system by an AccessPolicy.'
      : `Write \`${accountRole}\`.`,
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
