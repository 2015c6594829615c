/** Roles: what a name in a manifest means in a system, what implies ownership, and clones as full privilege sets. */
import { foldKey } from '../../connector/describe.ts'
import type { Json } from '../../model/json.ts'
import { nearest } from '../nearest.ts'
import type { Reference, Role } from '../normalised.ts'
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
  there,
  type Context,
  type RoleThere,
  type Site,
} from './context.ts'
import { lookUp, place, placeSettings, sortedSet, type Parts } from './values.ts'

/** First all names, so that roles may name each other; then what each consists of. */
export function resolveRoles(context: Context, roles: readonly Role[]): void {
  const placed = roles.flatMap((role) => {
    const site = siteOf(context, role.system)
    return site && declare(context, site, role) ? [{ site, role }] : []
  })
  const byHandle = new Map(placed.map((each) => [`${each.site.name}/${each.role.handle}`, each.role]))
  for (const { site, role } of placed) build(context, site, role, byHandle)
  for (const site of context.sites.values()) closeOwnerRoles(site)
  for (const { site, role } of placed) ownerFromOutside(context, site, role)
}

/**
 * What a role's name means there: a Role's handle first, then a built-in name, and where roles are open a live one.
 * Anything else is an error (C4).
 */
export function roleNamed(context: Context, site: Site, reference: Reference): RoleThere | undefined {
  const declared = site.roles.get(reference.name)
  if (declared?.absent === true) {
    context.report.error(
      'absent-reference',
      reference.place,
      `The role "${reference.name}" is declared absent.`,
      'Take the reference out, or the `state: absent`.',
    )
    return undefined
  }
  if (declared) return declared
  if (site.description.openRoles === true || site.description.roles.includes(reference.name))
    return builtIn(site, reference.name)
  if (!context.lost.has('Role', reference.name)) unknownRole(context, site, reference)
  return undefined
}

/** One object for all holders of a role that nobody declares. */
function builtIn(site: Site, name: string): RoleThere {
  const known = site.builtInRoles.get(name)
  if (known) return known
  const key = foldKey(site.description, 'role', name)
  const role: RoleThere = { key, link: [`role:${key}`] }
  site.builtInRoles.set(name, role)
  return role
}

function unknownRole(context: Context, site: Site, reference: Reference): void {
  const declared = [...site.roles.values()].filter((role) => !role.absent)
  const byName = declared.find((role) => role.key === foldKey(site.description, 'role', reference.name))
  const known = [...site.description.roles, ...declared.map((role) => role.handle)]
  const near = byName?.handle ?? nearest(reference.name, known)
  context.report.error(
    'unknown-role',
    reference.place,
    `The ${showSite(site)} has no role "${reference.name}".`,
    (near === undefined ? '' : `Did you mean "${near}"? `) + `The roles are ${shortList(known)}.`,
  )
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 12)
  return shown.join(', ') + (names.length > shown.length ? ` and ${names.length - shown.length} more` : '')
}

function declare(context: Context, site: Site, role: Role): boolean {
  if (!hasKind(context, site, 'role', namePlace(role), 'roles of its own')) return false
  if (!site.description.declaredRoles) {
    context.report.error(
      'unsupported-kind',
      namePlace(role),
      `The ${showSite(site)} knows only its built-in roles: ${site.description.roles.join(', ')}.`,
      'Use one of them.',
    )
    return false
  }
  site.roles.set(role.handle, there(site, 'role', role, role.name))
  return true
}

function build(context: Context, site: Site, role: Role, all: ReadonlyMap<string, Role>): void {
  const key = foldKey(site.description, 'role', role.name)
  if (role.absent) {
    addWish(context, site, absentWish(site, 'role', role, key, 'declared absent'), namePlace(role))
    return
  }
  const parts: Parts = { fields: {}, links: {} }
  const described = site.description.kinds.role
  describeIt(site, 'role', parts, role.description)
  const privileges = privilegesOf(context, site, role, all, [])
  if (privileges)
    place(context, site, 'role', parts, 'privileges', sortedSet(privileges), specPlace(role, 'privileges'))
  if (role.directoryGroups)
    place(
      context,
      site,
      'role',
      parts,
      'directoryGroups',
      role.directoryGroups,
      specPlace(role, 'directoryGroups'),
    )
  if (role.implies) {
    const implied = role.implies.flatMap((each) => roleNamed(context, site, each)?.link ?? [])
    if (described?.links['implies']) parts.links['implies'] = sortedSet(implied)
    else place(context, site, 'role', parts, 'implies', [], specPlace(role, 'implies'))
    impliesItself(context, site, role, all)
  }
  if (role.availability !== undefined)
    place(
      context,
      site,
      'role',
      parts,
      'availability',
      availability(context, site, role.availability),
      specPlace(role, 'availability'),
    )
  if (role.settings) placeSettings(context, site, 'role', parts, role.settings)
  const wish = {
    ref: { system: site.name, kind: 'role' as const, key },
    ...parts,
    state: 'present' as const,
    handle: role.handle,
    previousKeys: previousKeys(site, 'role', role.previously, key),
    cause: role.cause,
  }
  addWish(context, site, wish, namePlace(role))
}

function availability(context: Context, site: Site, written: 'global' | Reference): Json {
  if (written === 'global') return written
  const enterprise = lookUp(context, site, 'project', written)
  return enterprise ? { enterprise: enterprise.key } : null
}

/** A4: a clone is resolved to its full set, so that the plan shows what the role may do and not how it was written. */
function privilegesOf(
  context: Context,
  site: Site,
  role: Role,
  all: ReadonlyMap<string, Role>,
  above: readonly Role[],
): readonly string[] | undefined {
  const { privileges, cloneOf } = role
  if (privileges && 'exact' in privileges) return privileges.exact
  const { add, remove } = privileges ?? { add: [], remove: [] }
  if (!cloneOf) {
    if (privileges)
      context.report.error(
        'no-base',
        specPlace(role, 'privileges'),
        `The role "${role.handle}" adds and removes privileges, but nothing says from what.`,
        'Write `cloneOf`, or list the privileges.',
      )
    return undefined
  }
  const base = basePrivileges(context, site, cloneOf, all, [...above, role])
  if (!base) return undefined
  const missing = remove.findIndex((privilege) => !base.includes(privilege))
  if (missing >= 0 && above.length === 0) {
    const near = nearest(remove[missing] ?? '', base)
    context.report.error(
      'unknown-privilege',
      specPlace(role, 'privileges', 'remove', missing),
      `The role "${cloneOf.name}" has no privilege "${remove[missing]}" to remove.`,
      near === undefined ? 'Take the line out.' : `Did you mean "${near}"?`,
    )
  }
  return [...base.filter((privilege) => !remove.includes(privilege)), ...add]
}

function basePrivileges(
  context: Context,
  site: Site,
  cloneOf: Reference,
  all: ReadonlyMap<string, Role>,
  above: readonly Role[],
): readonly string[] | undefined {
  if (!roleNamed(context, site, cloneOf)) return undefined
  const base = all.get(`${site.name}/${cloneOf.name}`)
  if (base && above.includes(base)) {
    // Every role of the circle would say the same: only those on it do, not those that lead to it.
    if (base === above[0])
      cycle(context, cloneOf, [...above.map((role) => role.handle), base.handle], 'a clone of itself')
    return undefined
  }
  // What is wrong with the base is said of the base.
  if (base?.cloneOf) return privilegesOf(context, site, base, all, above)
  const known =
    base?.privileges && 'exact' in base.privileges
      ? base.privileges.exact
      : base === undefined
        ? site.description.rolePrivileges?.[cloneOf.name]
        : undefined
  if (!known && above.length === 1)
    context.report.error(
      'unknown-base',
      cloneOf.place,
      `The privileges of "${cloneOf.name}" are not known, so a clone of it cannot be worked out.`,
      'List the privileges instead.',
    )
  return known
}

function impliesItself(context: Context, site: Site, role: Role, all: ReadonlyMap<string, Role>): void {
  const visit = (at: Role, seen: readonly string[]): Reference | undefined => {
    for (const each of at.implies ?? []) {
      if (each.name === role.handle)
        return at === role ? each : role.implies?.find(({ name }) => name === seen[1])
      const next = all.get(`${site.name}/${each.name}`)
      if (next && !seen.includes(next.handle)) {
        const found = visit(next, [...seen, next.handle])
        if (found) return found
      }
    }
    return undefined
  }
  const found = visit(role, [role.handle])
  if (found) cycle(context, found, [role.handle, found.name], 'implied by itself')
}

function cycle(context: Context, at: Reference, names: readonly string[], what: string): void {
  context.report.error(
    'role-cycle',
    at.place,
    `The role "${names[0]}" is ${what} (${names.join(' → ')}).`,
    'Break the circle at one of them.',
  )
}

/** Whoever holds a role that implies an owner role owns the system. */
function closeOwnerRoles(site: Site): void {
  for (let grown = true; grown;) {
    grown = false
    for (const [key, wish] of site.wishes.role) {
      const implied = wish.links['implies'] ?? []
      if (
        site.ownerRoles.has(key) ||
        !implied.some((target) => site.ownerRoles.has(target.slice('role:'.length)))
      )
        continue
      site.ownerRoles.add(key)
      grown = true
    }
  }
}

/** `directoryGroups` hand a role to whoever is in a group elsewhere: nobody can say that they are expected. */
function ownerFromOutside(context: Context, site: Site, role: Role): void {
  const handle = there(site, 'role', role, role.name)
  if (!site.system.owners.expected || !role.directoryGroups?.length || !site.ownerRoles.has(handle.key))
    return
  context.report.error(
    'unexpected-owner',
    specPlace(role, 'directoryGroups'),
    `Whoever is in these directory groups would own the ${showSite(site)}, and owners.expected names people.`,
    'Take the directory groups out, or what makes the role an owner role.',
  )
}
