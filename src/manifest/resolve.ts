/**
 * References become links, and documents one desired graph for each system. The order is that of dependence:
 * systems, what accounts refer to, accounts, and what refers to accounts.
 */
import { withProfile } from '../connector/describe.ts'
import type { DesiredGraph } from '../model/desired.ts'
import { splitTarget } from '../model/resource.ts'
import type { RuleReader } from '../model/rule.ts'
import type { Acceptance, Guardrail, Person, SystemConfig } from '../model/workspace.ts'
import type { Connectors, Manifest } from './document.ts'
import { lintGroup, lintPolicy, lintPeople, lintRoles, lintUser } from './lint.ts'
import { lintIdle } from './lint-idle.ts'
import { lintOwners } from './lint-owners.ts'
import { lintReach } from './lint-reach.ts'
import {
  normalizeGroup,
  normalizeMapping,
  normalizePolicy,
  normalizeProject,
  normalizeRole,
  normalizeScope,
  normalizeUser,
  type ManifestOf,
} from './normalize.ts'
import { normalizeSystem } from './normalize-system.ts'
import type { Lost } from './lost.ts'
import type { Policy, User } from './normalised.ts'
import type { Reporter } from './place.ts'
import { paused, type Steps } from './steps.ts'
import { resolveUser } from './resolve/accounts.ts'
import { resolveProjects, resolveScopes } from './resolve/containers.ts'
import { newSite, type Context, type Site } from './resolve/context.ts'
import { resolveAcceptance } from './resolve/documents.ts'
import { resolveGroups } from './resolve/groups.ts'
import { resolveGuardrail } from './resolve/guardrails.ts'
import { resolveMappings } from './resolve/mappings.ts'
import { groupSide, isActive, type Pair } from './resolve/memberships.ts'
import { declaredAndIgnored, resolveOwners } from './resolve/owners.ts'
import { resolvePolicy } from './resolve/policies.ts'
import { resolveRoles } from './resolve/roles.ts'
import { checkRenames, checkSystem } from './resolve/systems.ts'

interface ResolveInput {
  /** Sound documents, one for each kind and handle. */
  readonly manifests: readonly Manifest[]
  readonly connectors: Connectors
  /** The UTC day on which dates are judged, `YYYY-MM-DD`. */
  readonly today: string
  /** Days between suspension and removal. */
  readonly grace: number
  readonly report: Reporter
  readonly lost: Lost
  /** Systems that stand as on the protected branch. */
  readonly isProtected: (system: string) => boolean
  readonly labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly rules: RuleReader | undefined
}

interface Resolved {
  readonly systems: ReadonlyMap<string, SystemConfig>
  readonly desired: ReadonlyMap<string, DesiredGraph>
  readonly people: ReadonlyMap<string, Person>
  readonly acceptances: readonly Acceptance[]
  readonly guardrails: readonly Guardrail[]
  /** Says what of the documents together looks like a slip; takes longer than some of the rest, and changes none of it. */
  readonly lint: () => Steps<void>
}

/** What is wrong goes to `report`; with an error among it the graphs are incomplete and must not be used. */
export function* resolving(input: ResolveInput): Steps<Resolved> {
  const of = byKind(input.manifests)
  const roles = of('Role').map(normalizeRole)
  const projects = of('Project').map(normalizeProject)
  const scopes = of('Scope').map(normalizeScope)
  const groups = of('Group').map(normalizeGroup)
  const policies: Policy[] = []
  yield* paused(of('AccessPolicy'), policiesInAStep, (policy) => policies.push(normalizePolicy(policy)))
  const users = of('User')
  const context: Context = {
    ...input,
    sites: sitesOf(of('System'), input),
    index: {
      users: new Map(users.map((user) => [user.metadata.name, user])),
      groups: byHandle(groups),
      roles: byHandle(roles),
      projects: byHandle(projects),
      scopes: byHandle(scopes),
    },
    groups: new Map(),
    disagreements: new Set(),
    guesses: 0,
  }
  resolveProjects(context, projects)
  resolveScopes(context, scopes)
  resolveRoles(context, roles)
  resolveGroups(context, groups)
  for (const site of context.sites.values()) checkSystem(context, site)

  const people = yield* resolvePeople(context, users, groups)
  yield* paused(policies, policiesInAStep, (policy) => {
    resolvePolicy(context, policy)
  })
  const mappings = of('GroupMapping').map(normalizeMapping)
  resolveMappings(context, mappings)

  for (const policy of policies) lintPolicy(context, policy)
  return {
    ...{ ...finish(context), people, ...decisions(context, of, input) },
    lint: function* () {
      // What comes of nothing may come of what is at fault: these are for when all else is well.
      if (!input.lost.nothing || context.report.problems.some(({ severity }) => severity === 'error')) return
      for (const group of groups) lintGroup(context, group)
      lintRoles(context, roles)
      lintPeople(context, users)
      yield
      lintReach(context, { policies, groups, users, mappings })
      yield
      lintIdle(context, { policies, groups, mappings })
      lintOwners(context, people, users)
    },
  }
}

/** One person at a time: in the long form, a person is needed only while it is their turn. */
function* resolvePeople(
  context: Context,
  users: readonly ManifestOf<'User'>[],
  groups: Parameters<typeof groupSide>[1],
): Steps<ReadonlyMap<string, Person>> {
  const listed = groupSide(context, groups)
  const people = new Map<string, Person>()
  yield* paused(users, peopleInAStep, (manifest) => {
    const user = normalizeUser(manifest)
    const pairs = listed.get(user.handle) ?? []
    resolveUser(context, user, pairs)
    lintUser(context, user, pairs)
    people.set(user.handle, { ...person(user), ...holdings(context, user, pairs) })
  })
  return people
}

const policiesInAStep = 64
const peopleInAStep = 32

/** What a rule on two groups or two roles of one person needs, whatever system each is in. */
function holdings(context: Context, user: User, listed: readonly Pair[]): Pick<Person, 'groups' | 'roles'> {
  const own = [
    ...(user.groups?.primary ? [user.groups.primary] : []),
    ...(user.groups?.others ?? []),
    ...user.accounts.flatMap(({ primaryGroup, groups = [] }) => [
      ...(primaryGroup ? [primaryGroup] : []),
      ...groups,
    ]),
  ].map((reference) => ({ reference, name: reference.name }))
  const pairs = [...own, ...listed.map(({ reference, group }) => ({ reference, name: group.handle }))]
  const groups = new Set(pairs.flatMap(({ reference, name }) => (isActive(reference, context) ? [name] : [])))
  for (const group of groups) {
    const parent = context.index.groups.get(group)?.parent
    if (parent) groups.add(parent.name)
  }
  const roles = [...context.sites.values()].flatMap((site) =>
    (site.accounts.get(user.handle) ?? []).flatMap(({ links }) =>
      (links['role'] ?? []).map((role) => `${site.name}/${splitTarget(role).name}`),
    ),
  )
  return {
    ...(groups.size > 0 && { groups: [...groups].sort() }),
    ...(roles.length > 0 && { roles: [...new Set(roles)].sort() }),
  }
}

const noLabels = {}

function person({ handle, type, employment, labels, attributes, cause }: User): Person {
  return {
    name: handle,
    type,
    ...(employment !== undefined && { employment }),
    labels: labels ?? noLabels,
    ...(attributes !== undefined && { attributes }),
    cause,
  }
}

export function sitesOf(
  systems: readonly ManifestOf<'System'>[],
  input: Pick<ResolveInput, 'connectors' | 'isProtected'>,
): ReadonlyMap<string, Site> {
  const sites = new Map<string, Site>()
  for (const manifest of systems) {
    const { name } = manifest.metadata
    const description = input.connectors[manifest.spec.connector]
    if (!description) continue
    const system = normalizeSystem(manifest, input.isProtected(name))
    const profiled = system.profile && withProfile(description, system.profile.name)
    sites.set(name, newSite(system, profiled ?? description))
  }
  return sites
}

function finish(context: Context): Pick<Resolved, 'systems' | 'desired'> {
  const systems = new Map<string, SystemConfig>()
  const desired = new Map<string, DesiredGraph>()
  for (const [name, site] of context.sites) {
    checkRenames(context, site)
    declaredAndIgnored(context, site)
    systems.set(name, { ...site.system.config, owners: resolveOwners(context, site) })
    desired.set(name, { system: name, wishes: site.wishes, comparesGrants: site.comparesGrants })
  }
  return { systems, desired }
}

function decisions(
  context: Context,
  of: OfKind,
  { labelsOf, rules }: ResolveInput,
): Pick<Resolved, 'acceptances' | 'guardrails'> {
  const guardrails = of('Guardrail').map((manifest) => resolveGuardrail(context, manifest, rules))
  const byName = new Map(guardrails.map((guardrail) => [guardrail.name, guardrail]))
  const acceptances = of('Acceptance').map((manifest) =>
    resolveAcceptance(context, manifest, labelsOf, byName),
  )
  return { acceptances, guardrails }
}

type OfKind = <K extends Manifest['kind']>(kind: K) => readonly ManifestOf<K>[]

/** Documents by kind, sorted by handle: whatever order the files come in, the graphs are the same to the byte. */
function byKind(manifests: readonly Manifest[]): OfKind {
  const lists = new Map<Manifest['kind'], Manifest[]>()
  for (const manifest of manifests) {
    const list = lists.get(manifest.kind)
    if (list) list.push(manifest)
    else lists.set(manifest.kind, [manifest])
  }
  for (const list of lists.values())
    list.sort((one, other) =>
      one.metadata.name < other.metadata.name ? -1 : one.metadata.name > other.metadata.name ? 1 : 0,
    )
  return <K extends Manifest['kind']>(kind: K) =>
    (lists.get(kind) ?? []) as unknown as readonly ManifestOf<K>[]
}

function byHandle<T extends { readonly handle: string }>(documents: readonly T[]): ReadonlyMap<string, T> {
  return new Map(documents.map((document) => [document.handle, document]))
}
