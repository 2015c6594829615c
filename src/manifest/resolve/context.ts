/** What the resolving of each kind shares: the systems with what is known of each, and how a name is looked up. */
import { foldKey, type Description } from '../../connector/describe.ts'
import type { Wish } from '../../model/desired.ts'
import { kinds, type Kind, type LinkTarget } from '../../model/resource.ts'
import type { Named, Group, Layer, Reference, System } from '../normalised.ts'
import { suggest } from '../nearest.ts'
import type { Lost } from '../lost.ts'
import type { Place, Reporter } from '../place.ts'

export interface Context {
  /** The UTC day on which dates are judged. */
  readonly today: string
  readonly grace: number
  readonly report: Reporter
  readonly sites: ReadonlyMap<string, Site>
  readonly index: Index
  /** Where each group exists, by handle. */
  readonly groups: Map<string, GroupThere[]>
  readonly lost: Lost
  /** Pairs of groups that were already said to disagree. */
  readonly disagreements: Set<string>
  /** Unknown names so far for which a known one was looked for. */
  guesses: number
}

/** Handles that a reference may name, each with its document; users are normalised only when it is their turn. */
export interface Index {
  readonly users: ReadonlyMap<string, unknown>
  readonly groups: ReadonlyMap<string, Group>
  readonly roles: ReadonlyMap<string, Named>
  readonly projects: ReadonlyMap<string, Named>
  readonly scopes: ReadonlyMap<string, Named>
}

/** One system while its desired graph grows. */
export interface Site {
  readonly name: string
  readonly system: System
  readonly description: Description
  readonly roles: Map<string, There>
  /** Built-in roles that somebody holds, by name. */
  readonly builtInRoles: Map<string, RoleThere>
  readonly projects: Map<string, There>
  readonly scopes: Map<string, There>
  readonly groups: Map<string, GroupThere>
  /** Accounts by handle of the person, the main one first. */
  readonly accounts: Map<string, readonly Wish[]>
  /** People whose accounts here could not be worked out; why was said. */
  readonly unsound: Set<string>
  readonly wishes: Record<Kind, Map<string, Wish>>
  /** Keys of roles that make an owner: the system's own, and declared ones that imply one. */
  readonly ownerRoles: Set<string>
  /** Wishes with former names, and where these are written. */
  readonly renames: { readonly wish: Wish; readonly place: Place }[]
  comparesGrants: boolean
}

/** A role that can be held, declared or built in. */
export interface RoleThere {
  readonly key: string
  readonly link: readonly LinkTarget[]
}

/** A declared thing in one system. `link` is shared by all who point at it: memory, at 100,000 people. */
export interface There {
  readonly handle: string
  readonly key: string
  readonly target: LinkTarget
  readonly link: readonly LinkTarget[]
  readonly absent: boolean
}

export interface GroupThere extends There {
  readonly group: Group
  readonly site: Site
  /** Settings of the group there; what comes first goes before. */
  readonly settings: readonly Layer[]
  /** Values of the account that membership gives; absent where it gives none. */
  readonly account: Layer | undefined
}

export function newSite(system: System, description: Description): Site {
  return {
    name: system.handle,
    system,
    description,
    roles: new Map(),
    builtInRoles: new Map(),
    projects: new Map(),
    scopes: new Map(),
    groups: new Map(),
    accounts: new Map(),
    unsound: new Set(),
    wishes: Object.fromEntries(kinds.map((kind) => [kind, new Map()])) as unknown as Site['wishes'],
    ownerRoles: new Set(description.ownerRoles.map((role) => foldKey(description, 'role', role))),
    renames: [],
    comparesGrants: false,
  }
}

/** `"vpn" (directory)`: a system in a sentence, with what sort of system it is. */
export function showSite(site: Site): string {
  return `system "${site.name}" (${site.description.connector})`
}

export function there(site: Site, kind: Kind, document: Named, name: string): There {
  const key = foldKey(site.description, kind, name)
  const target = `${kind}:${key}`
  return { handle: document.handle, key, target, link: [target], absent: document.absent }
}

/** The system that a document names, or a diagnostic. */
export function siteOf(context: Context, reference: Reference): Site | undefined {
  const site = context.sites.get(reference.name)
  if (!site) unknownName(context, reference, 'system', context.sites.keys())
  return site
}

const nouns = {
  user: 'User',
  group: 'Group',
  role: 'Role',
  project: 'Project',
  scope: 'Scope',
  system: 'System',
}

/** No document has this name: an error with the nearest that is there. Silent where it may stand in a broken file. */
export function unknownName(
  context: Context,
  reference: Reference,
  what: keyof typeof nouns,
  known: Iterable<string>,
): void {
  if (context.lost.has(nouns[what], reference.name)) return
  context.report.error(
    `unknown-${what}`,
    reference.place,
    `There is no ${nouns[what]} "${reference.name}".`,
    guess(context, reference.name, known, `${what}s`) ?? 'Declare it, or take the reference out.',
  )
}

/** Names that are looked for among all others: each look costs as much as there are. */
const guesses = 100

/**
 * What was probably meant. After so many unknown names nobody mistyped: a folder is missing, and to compare each
 * with 100,000 others would take hours.
 */
export function guess(
  context: Context,
  name: string,
  known: Iterable<string>,
  what: string,
): string | undefined {
  context.guesses += 1
  return context.guesses > guesses ? undefined : suggest(name, [...known], what)
}

/** Whether the system has the kind; a kind that it lacks is never left out in silence. */
export function hasKind(context: Context, site: Site, kind: Kind, place: Place, what: string): boolean {
  const described = site.description.kinds[kind]
  if (described?.writable === true || described?.fixed !== undefined) return true
  const lack = described ? `fixes its ${what} itself` : `has no ${what}`
  context.report.error(
    'unsupported-kind',
    place,
    `The ${showSite(site)} ${lack}.`,
    'Name a system that has them, or take it out.',
  )
  return false
}

/** Adds a wish. Two documents that come out as one resource would overwrite each other, so that is an error. */
export function addWish(context: Context, site: Site, wish: Wish, place: Place): boolean {
  const wishes = site.wishes[wish.ref.kind]
  const other = wishes.get(wish.ref.key)
  if (other) {
    context.report.error(
      'duplicate-name',
      place,
      `The ${wish.ref.kind} "${wish.ref.key}" of the ${showSite(site)} is declared twice: ` +
        `here and by ${other.cause.document} (${other.cause.file}:${other.cause.line}).`,
      'Give one of them another name there.',
    )
    return false
  }
  wishes.set(wish.ref.key, wish)
  if (wish.previousKeys.length > 0)
    site.renames.push({ wish, place: { raw: place.raw, path: ['metadata', 'previously'], mark: 'key' } })
  return true
}

const none: readonly string[] = []

/** The keys that a resource was known by; shared when there are none, which is nearly always. */
export function previousKeys(
  site: Site,
  kind: Kind,
  names: readonly string[],
  now: string,
): readonly string[] {
  if (names.length === 0) return none
  return [...new Set(names.map((name) => foldKey(site.description, kind, name)))].filter(
    (name) => name !== now,
  )
}

/** A wish that a document says is gone. */
export function absentWish(site: Site, kind: Kind, document: Named, key: string, because: string): Wish {
  return {
    ref: { system: site.name, kind, key },
    fields: {},
    links: {},
    state: 'absent',
    handle: document.handle,
    previousKeys: previousKeys(site, kind, document.previously, key),
    cause: { ...document.cause, because },
  }
}

/** `metadata.name` of a document: what to point at where the document as a whole is meant. */
export function namePlace(document: Named): Place {
  return { raw: document.raw, path: ['metadata', 'name'] }
}

export function specPlace(document: Named, ...steps: (string | number)[]): Place {
  return { raw: document.raw, path: ['spec', ...steps] }
}
