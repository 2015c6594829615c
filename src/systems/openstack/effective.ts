/** Who holds the top right, as Keystone itself works it out: the raw payloads for the independent checker. */
import type { HttpReader } from '../../connector/http/http.ts'
import type { JsonObject } from '../../model/json.ts'
import { interfaceDescription } from './describe.ts'
import { byItsId, named, readAssignments, readInferences, readMembers } from './lists.ts'
import type { NativeAssignment, NativeDomain, NativeProject, NativeRole, NativeUser } from './native.ts'
import type { Session } from './session.ts'

export async function ownerPayloads(session: Session<HttpReader>): Promise<readonly JsonObject[]> {
  const { http, variety } = session
  const top = variety.cloudvps ? ['main-customer', 'customer-admin'] : ['admin']
  const look = lookUps(http)
  const payloads = await Promise.all(
    top.map(async (name) => {
      const role = await named<NativeRole>(http, 'roles', { name, domain: null })
      if (role === undefined) return []
      const { items } = await readAssignments(http, { effective: 1, 'role.id': role.id })
      const onSystem = variety.cloudvps ? [] : await heldOnSystem(http, role.id)
      const held = unique([...items, ...onSystem].filter(({ user }) => user !== undefined))
      return Promise.all(held.map((assignment) => payload(session, role, assignment, look)))
    }),
  )
  return payloads.flat().filter((one) => one !== undefined)
}

/** What is effective on the system Keystone (Zed) never lists, so groups and implied roles are followed here. */
async function heldOnSystem(http: HttpReader, role: string): Promise<readonly NativeAssignment[]> {
  const [{ items }, inferences] = await Promise.all([
    readAssignments(http, { 'scope.system': 'all' }),
    readInferences(http),
  ])
  const leading = new Set([role])
  for (const one of leading)
    for (const { prior_role: prior, implies } of inferences.items)
      if (implies.some(({ id }) => id === one)) leading.add(prior.id)
  const held = items.filter((one) => one.scope.system !== undefined && leading.has(one.role.id))
  const expanded = held.map(async (one) => {
    if (one.group === undefined) return [one]
    const { items: members } = await readMembers(http, one.group.id)
    return members.map(({ id }): NativeAssignment => ({ role: one.role, scope: one.scope, user: { id } }))
  })
  return (await Promise.all(expanded)).flat()
}

/** The same right may come by several ways. */
function unique(assignments: readonly NativeAssignment[]): readonly NativeAssignment[] {
  return [
    ...new Map(
      assignments.map((one) => [`${one.user?.id ?? ''} ${JSON.stringify(placeOf(one))}`, one]),
    ).values(),
  ]
}

function placeOf({ scope }: NativeAssignment): readonly [string, string] {
  if (scope.system !== undefined) return ['system', '']
  return scope.domain === undefined ? ['project', scope.project?.id ?? ''] : ['domain', scope.domain.id]
}

async function payload(
  { variety, homeOnly }: Session<HttpReader>,
  role: NativeRole,
  assignment: NativeAssignment,
  look: LookUps,
): Promise<JsonObject | undefined> {
  const [scope, id] = placeOf(assignment)
  const user = await look.user(assignment.user?.id ?? '')
  const domain = user && (await look.domain(user.domain_id))
  if (domain === undefined || (homeOnly && domain.name !== variety.home)) return undefined
  const project = scope === 'project' ? await look.project(id) : undefined
  const around = scope === 'domain' ? id : (project?.domain_id ?? undefined)
  const scopeDomain = around === undefined ? undefined : await look.domain(around)
  return {
    home: variety.home,
    role: role.name,
    scope,
    ...plain({ user, domain, project, scopeDomain }),
    ...(variety.cloudvps ? { only: interfaceDescription } : {}),
  }
}

function plain(parts: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as JsonObject
}

interface LookUps {
  readonly user: (id: string) => Promise<NativeUser | undefined>
  readonly domain: (id: string) => Promise<NativeDomain | undefined>
  readonly project: (id: string) => Promise<NativeProject | undefined>
}

/** Each thing is read once a look. */
function lookUps(http: HttpReader): LookUps {
  const once = <Item>(what: 'user' | 'domain' | 'project'): ((id: string) => Promise<Item | undefined>) => {
    const known = new Map<string, Promise<Item | undefined>>()
    return (id) => {
      const found = known.get(id) ?? byItsId<Item>(http, what, id)
      known.set(id, found)
      return found
    }
  }
  return { user: once('user'), domain: once('domain'), project: once('project') }
}
