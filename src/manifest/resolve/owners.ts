/** Who owns a system according to the manifests: who may, who always must, and where somebody else would. */
import { foldKey } from '../../connector/describe.ts'
import type { Wish } from '../../model/desired.ts'
import type { LinkTarget } from '../../model/resource.ts'
import { matches } from '../../model/pattern.ts'
import type { SystemConfig } from '../../model/workspace.ts'
import type { Reference, User } from '../normalised.ts'
import { under, type Place } from '../place.ts'
import { showSite, unknownName, type Context, type RoleThere, type Site } from './context.ts'

/** `owners.expected`: anybody else who is given an owner role is an error, before anything is planned. */
export function expectedOwner(context: Context, site: Site, user: User, role: RoleThere, at: Place): void {
  const { expected } = site.system.owners
  if (!expected || !site.ownerRoles.has(role.key) || expected.some(({ name }) => name === user.handle)) return
  context.report.error(
    'unexpected-owner',
    at,
    `"${user.handle}" would own the ${showSite(site)}, and is not among its expected owners${people(expected)}.`,
    `Give another role, or add "${user.handle}" to owners.expected of the System "${site.name}".`,
  )
}

function people(expected: readonly Reference[]): string {
  const names = expected.slice(0, 5).map(({ name }) => name)
  return names.length === 0
    ? ' (there are none)'
    : ` (${names.join(', ')}${expected.length > 5 ? ', …' : ''})`
}

/** The people of a System's `owners` as accounts over there. */
export function resolveOwners(context: Context, site: Site): SystemConfig['owners'] {
  const { expected, anchors, minimum } = site.system.owners
  return {
    ...(expected && { expected: accountsOf(context, site, expected, 'expected') }),
    anchors: accountsOf(context, site, anchors, 'anchor'),
    minimum,
  }
}

/** A person with several accounts there: all are expected, and those that own are anchors. */
function accountsOf(
  context: Context,
  site: Site,
  references: readonly Reference[],
  as: 'expected' | 'anchor',
): string[] {
  const keys = new Set<string>()
  for (const reference of references) {
    const accounts = site.accounts.get(reference.name) ?? []
    const owning = accounts.filter((wish) => owns(site, wish))
    for (const wish of as === 'anchor' && owning.length > 0 ? owning : accounts) keys.add(wish.ref.key)
    if (owning.length === 0 && !site.unsound.has(reference.name))
      noOwner(context, site, reference, as, accounts.length > 0)
  }
  return [...keys].sort()
}

function owns(site: Site, wish: Wish): boolean {
  return ownerRightsIn(site)(wish).length > 0
}

/** What makes an account an owner. */
interface OwnerRight {
  /** The last day it is given for, `YYYY-MM-DD`; absent where it ends with the account. */
  readonly until?: string
}

/** The rights of an account that make an owner of it, worked out for a system once. */
export function ownerRightsIn(site: Site): (wish: Wish) => readonly OwnerRight[] {
  const isOwnerRole = (role: LinkTarget): boolean => site.ownerRoles.has(role.slice('role:'.length))
  if (site.description.accountRole !== undefined)
    return ({ links }) => (links['role']?.some(isOwnerRole) === true ? [{}] : [])
  const given = new Map<LinkTarget, OwnerRight[]>()
  for (const { links, until } of site.wishes.grant.values())
    for (const subject of links['role']?.some(isOwnerRole) === true ? (links['subject'] ?? []) : [])
      given.set(subject, [...(given.get(subject) ?? []), until === undefined ? {} : { until }])
  return (wish) => rightsOf(wish, given)
}

/** Where accounts have no role of their own, whoever is given an owner role on something, or is in a group that is. */
function rightsOf(
  { ref, links, ending = {} }: Wish,
  given: ReadonlyMap<LinkTarget, readonly OwnerRight[]>,
): readonly OwnerRight[] {
  const groups = (links['groups'] ?? []).flatMap((group) => {
    const membership = ending[group]
    return (given.get(group) ?? []).map(({ until }) => {
      const [first] = [until, membership].filter((day) => day !== undefined).sort()
      return first === undefined ? {} : { until: first }
    })
  })
  return [...(given.get(`account:${ref.key}`) ?? []), ...groups]
}

/**
 * An anchor that is no owner protects nothing, and whoever reads the System would believe that it does. Somebody
 * expected who is none is harmless; from the protected branch it may name people that the change at hand takes out.
 */
function noOwner(
  context: Context,
  site: Site,
  reference: Reference,
  as: 'expected' | 'anchor',
  hasAccount: boolean,
): void {
  const isUser = context.index.users.has(reference.name)
  if (!isUser && !(as === 'expected' && site.system.isProtected)) {
    unknownName(context, reference, 'user', context.index.users.keys())
  } else if (!isUser || !hasAccount) {
    if (context.lost.any('User') || context.lost.any('Group')) return
    const say = as === 'anchor' ? context.report.error : context.report.warning
    say(
      'no-account',
      reference.place,
      `"${reference.name}" is ${as === 'anchor' ? 'an anchor' : 'an expected owner'} of the ${showSite(site)}, and has no account there.`,
      `Write \`accounts: {${site.name}: {role: …}}\` on the person, or take the name out.`,
    )
  } else if (as === 'anchor') {
    context.report.warning(
      'anchor-not-owner',
      reference.place,
      `"${reference.name}" is an anchor of the ${showSite(site)}, and the role declared for the account there makes no owner.`,
      `Give the account an owner role (${site.description.ownerRoles.join(', ')}), or take the name out.`,
    )
  }
}

/** Declared and known-and-left-alone at once: one of the two is not meant. */
export function declaredAndIgnored(context: Context, site: Site): void {
  for (const { kind, patterns, collection } of site.system.ignore) {
    for (const wish of site.wishes[kind].values()) {
      const hit = patterns.findIndex((pattern) =>
        matches(foldKey(site.description, kind, pattern), wish.ref.key),
      )
      if (hit < 0) continue
      context.report.error(
        'declared-and-ignored',
        under(collection.place, hit),
        `The ${kind} "${wish.ref.key}" is declared by ${wish.cause.document} (${wish.cause.file}:${wish.cause.line}), and "${patterns[hit] ?? ''}" says that it is left alone.`,
        'Take one of the two out.',
      )
    }
  }
}
