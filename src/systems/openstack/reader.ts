import type { Observation, Reader } from '../../connector/contract.ts'
import { prove } from '../../connector/evidence.ts'
import type { HttpReader } from '../../connector/http/http.ts'
import { Graph } from '../../model/graph.ts'

import type { Proof } from '../../model/plan.ts'
import type { Kind, Resource, ResourceRef } from '../../model/resource.ts'
import {
  accountResource,
  assignmentPath,
  domainResource,
  grantResource,
  groupResource,
  impliedBy,
  isUserType,
  keyOfNative,
  projectResource,
  roleResource,
  type Names,
} from './convert.ts'
import { description } from './describe.ts'
import { ownerPayloads } from './effective.ts'
import {
  byItsId,
  named,
  namesIn,
  readAssignments,
  readGroupsOf,
  readImplied,
  readInferences,
  readLists,
  readMembers,
  type List,
  type Lists,
} from './lists.ts'
import type { NativeAssignment, NativeGroup, NativeProject, NativeRole, NativeUser } from './native.ts'
import { namedBy, noDomain } from './names.ts'
import type { Session } from './session.ts'

/**
 * Reads one Keystone: a fixed number of lists, and the members of each group, which no list has. The direct assignments
 * are read, not what follows from them: that is worked out from them, for states that do not exist yet too.
 */
export function readKeystone(session: Session<HttpReader>): Reader {
  const { http, variety } = session
  return {
    whoami: async () => {
      const { user } = await session.token()
      return keyOfNative(variety, noNames, { name: user.name, domain_id: user.domain.name })
    },
    observe: () => observe(session),
    read: (ref) => readOne(session, ref),
    ownerPayloads: () => ownerPayloads(session),
    close: () => http.close(),
  }
}

/** A domain that is told by its name stands for itself. */
const noNames: Names = {
  domains: new Map(),
  projects: new Map(),
  roles: new Map(),
  groups: new Map(),
  users: new Map(),
}

async function observe(session: Session<HttpReader>): Promise<Observation> {
  const { http, variety, homeOnly, now } = session
  const readAt = now().toISOString()
  const before = http.calls
  const token = await session.token()
  const [lists, assignments, inferences] = await Promise.all([
    readLists(http, homeOnly ? variety.home : undefined),
    readAssignments(http),
    readInferences(http),
  ])
  const members = await Promise.all(
    lists.groups.items.map(async ({ id }) => ({ group: id, users: await readMembers(http, id) })),
  )
  const names = namesIn(lists)
  const graph = new Graph(variety.system)
  for (const resource of resources(session, names, { lists, assignments, inferences, members }))
    graph.add(resource)

  // A token of one domain shows that domain alone, and does not say so.
  const callerSeesAll = token.domain === undefined || (homeOnly && token.domain.name === variety.home)
  const memberships = combined(members.map(({ users }) => users))
  const proofs = proofsOf({ lists, assignments, inferences, memberships }, graph, callerSeesAll)
  return { graph, proofs, readAt, calls: http.calls - before }
}

interface Read {
  readonly lists: Lists
  readonly assignments: List<NativeAssignment>
  readonly inferences: Awaited<ReturnType<typeof readInferences>>
  readonly members: readonly { readonly group: string; readonly users: List<NativeUser> }[]
}

function* resources(
  { variety, homeOnly }: Session<HttpReader>,
  names: Names,
  { lists, assignments, inferences, members }: Read,
): Iterable<Resource> {
  const implied = impliedBy(inferences.items)
  for (const domain of lists.domains.items)
    if (!homeOnly || domain.name === variety.home) yield domainResource(variety, domain)
  for (const project of lists.projects.items) yield projectResource(variety, names, project)
  for (const role of lists.roles.items) yield roleResource(variety, names, role, implied.get(role.id) ?? [])
  for (const group of lists.groups.items) yield groupResource(variety, names, group)
  const groupsOf = new Map<string, string[]>()
  for (const { group, users } of members)
    for (const { id } of users.items) groupsOf.set(id, [...(groupsOf.get(id) ?? []), group])
  const types = new Map<string, string[]>()
  for (const assignment of assignments.items) {
    const { user, role } = assignment
    if (user !== undefined && isUserType(variety, names, assignment))
      types.set(user.id, [...(types.get(user.id) ?? []), role.id])
    else if (concerns(names, assignment, homeOnly)) yield grantResource(variety, names, assignment)
  }
  for (const user of lists.users.items)
    yield accountResource(variety, names, user, {
      groups: groupsOf.get(user.id) ?? [],
      types: types.get(user.id) ?? [],
    })
}

/** Of one domain: what somebody of it holds, and what anybody holds on a project of it. */
function concerns(names: Names, { user, group, scope }: NativeAssignment, homeOnly: boolean): boolean {
  if (!homeOnly) return true
  return (
    names.users.has(user?.id ?? '') ||
    names.groups.has(group?.id ?? '') ||
    names.projects.has(scope.project?.id ?? '')
  )
}

/** What a list lacks is missing from all that speaks of it: a grant of somebody unseen would be one of a stranger. */
function proofsOf(
  { lists, assignments, inferences, memberships }: Omit<Read, 'members'> & { memberships: List<unknown> },
  graph: Graph,
  callerSeesAll: boolean,
): Observation['proofs'] {
  const { domains, projects, roles, users, groups } = lists
  const proof = (kind: Kind, ids: readonly string[], ...of: readonly List<unknown>[]): Proof => {
    const whole = combined(of)
    if (whole.cut !== undefined) return { complete: false, reason: whole.cut }
    const proven = prove(description.kinds[kind]?.evidence ?? [], {
      passes: [[{ ids, last: whole.last }]],
      callerSeesAll,
    })
    return proven.complete ? { ...proven, count: graph.count(kind) } : proven
  }
  return {
    role: proof('role', idsOf(roles), roles, inferences, domains),
    project: proof('project', idsOf(projects), projects, domains),
    group: proof('group', idsOf(groups), groups, domains),
    account: proof('account', idsOf(users), users, groups, memberships, assignments, domains),
    grant: proof(
      'grant',
      assignments.items.map(assignmentPath),
      ...[assignments, users, groups, projects, roles, domains],
    ),
  }
}

function idsOf({ items }: List<{ readonly id: string }>): readonly string[] {
  return items.map(({ id }) => id)
}

function combined(lists: readonly List<unknown>[]): List<never> {
  const cut = lists.find((one) => one.cut !== undefined)?.cut
  return { items: [], last: lists.every(({ last }) => last), ...(cut === undefined ? {} : { cut }) }
}

/** One thing by its name, past everything that was read before. */
async function readOne(session: Session<HttpReader>, ref: ResourceRef): Promise<Resource | undefined> {
  const { http, variety, homeOnly } = session
  const { kind, key } = ref
  // The names in the key of a grant may hold anything: it is looked for among all, which is one list more.
  if (kind === 'grant') return (await observe(session)).graph.get(kind, key)
  const lists = await readLists(http, homeOnly ? variety.home : undefined)
  const names = namesIn(lists)
  const { domain, name } = namedBy(kind === 'role' ? noDomain : variety.home, key)
  const within = lists.domains.items.find((one) => one.name === domain)
  switch (kind) {
    case 'project': {
      if (name === '') return within && domainResource(variety, within)
      const project = within && (await named<NativeProject>(http, 'projects', { name, domain: within.id }))
      return project && projectResource(variety, await parentOf(http, names, project), project)
    }
    case 'group': {
      const group = within && (await named<NativeGroup>(http, 'groups', { name, domain: within.id }))
      return group && groupResource(variety, names, group)
    }
    case 'role': {
      const isThere = domain === noDomain || within !== undefined
      const role = isThere
        ? await named<NativeRole>(http, 'roles', { name, domain: within?.id ?? null })
        : undefined
      return role && roleResource(variety, names, role, await readImplied(http, role.id))
    }
    case 'account': {
      const user = within && (await named<NativeUser>(http, 'users', { name, domain: within.id }))
      return user && accountResource(variety, names, user, await heldBy(session, names, user.id))
    }
    case 'scope':
    case 'policy':
    case 'mapping':
      return undefined
  }
}

/** A project of another domain stands below one that the lists of home do not have. */
async function parentOf(http: HttpReader, names: Names, { parent_id: id }: NativeProject): Promise<Names> {
  if (typeof id !== 'string' || names.projects.has(id) || names.domains.has(id)) return names
  const parent = await byItsId<NativeProject>(http, 'project', id)
  return parent === undefined ? names : { ...names, projects: new Map([...names.projects, [id, parent]]) }
}

/** The groups and types of one user. */
export async function heldBy(
  { http, variety }: Pick<Session<HttpReader>, 'http' | 'variety'>,
  names: Names,
  user: string,
): Promise<{ readonly groups: readonly string[]; readonly types: readonly string[] }> {
  const [groups, assignments] = await Promise.all([
    readGroupsOf(http, user),
    variety.cloudvps ? readAssignments(http, { 'user.id': user }) : { items: [] },
  ])
  const types = assignments.items.filter((one) => one.user?.id === user && isUserType(variety, names, one))
  return { groups: idsOf(groups), types: types.map(({ role }) => role.id) }
}
