/** The lists of a Keystone in its own words, each with what is known of its completeness. */
import { ConnectorFault } from '../../connector/fault.ts'
import type { HttpReader } from '../../connector/http/http.ts'
import { path, type Path, type Query } from '../../connector/http/path.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { Names } from './convert.ts'
import type {
  NativeAssignment,
  NativeDomain,
  NativeGroup,
  NativeInference,
  NativeProject,
  NativeRole,
  NativeUser,
} from './native.ts'

/** What one answer held. `cut`: why it may not be all; `last`: it says that nothing follows. */
export interface List<Item> {
  readonly items: readonly Item[]
  readonly last: boolean
  readonly cut?: string
}

/** A list is one answer: Keystone has no pages, and a list that it cuts says so and has no rest. */
async function list<Item>(
  http: HttpReader,
  where: Path,
  member: string,
  query: Query = {},
): Promise<List<Item>> {
  const answer = await http.read(where, { query, accept: [403] })
  if (answer.status === 403) return { items: [], last: false, cut: 'they may not be read (403)' }
  const body = objectIn(answer.body)
  const items = body[member]
  if (!Array.isArray(items))
    throw new ConnectorFault(
      'unreadable',
      `The answer to GET /v3${where} has no list of ${member}.`,
      'Check that the endpoint is the identity service, and not a proxy before it.',
    )
  const cut =
    body['truncated'] === true ? { cut: 'the server cut the list at its own limit (list_limit)' } : {}
  return {
    items: items as unknown as readonly Item[],
    last: objectIn(body['links'])['next'] === null,
    ...cut,
  }
}

/** Everything but memberships, side by side. */
export interface Lists {
  readonly domains: List<NativeDomain>
  readonly projects: List<NativeProject>
  readonly roles: List<NativeRole>
  readonly users: List<NativeUser>
  readonly groups: List<NativeGroup>
}

/** `home`: the name of the one domain that is read; undefined for all of them. */
export async function readLists(http: HttpReader, home: string | undefined): Promise<Lists> {
  const domains = await list<NativeDomain>(http, path`/domains`, 'domains')
  const one = home === undefined ? undefined : idOf(domains, home)
  const within: Query = one === undefined ? {} : { domain_id: one }
  const [projects, users, groups, roles] = await Promise.all([
    list<NativeProject>(http, path`/projects`, 'projects', within),
    list<NativeUser>(http, path`/users`, 'users', within),
    list<NativeGroup>(http, path`/groups`, 'groups', within),
    rolesIn(http, one === undefined ? domains.items.map(({ id }) => id) : [one]),
  ])
  return { domains, projects, users, groups, roles }
}

function idOf({ items }: List<NativeDomain>, home: string): string {
  const found = items.find(({ name }) => name === home)
  if (found !== undefined) return found.id
  throw new ConnectorFault(
    'unreadable',
    `There is no domain "${home}" that these credentials may see.`,
    'Write `domain` in the settings of the System as the cloud spells it.',
  )
}

/** Roles of one domain are not among the others, and have to be asked for. */
async function rolesIn(http: HttpReader, domains: readonly string[]): Promise<List<NativeRole>> {
  const lists = await Promise.all([
    list<NativeRole>(http, path`/roles`, 'roles'),
    ...domains.map((id) => list<NativeRole>(http, path`/roles`, 'roles', { domain_id: id })),
  ])
  const cut = lists.find((one) => one.cut !== undefined)?.cut
  return {
    items: lists.flatMap(({ items }) => items),
    last: lists.every(({ last }) => last),
    ...(cut === undefined ? {} : { cut }),
  }
}

export function namesIn({ domains, projects, roles, groups, users }: Lists): Names {
  return {
    domains: byId(domains.items),
    projects: byId(projects.items),
    roles: byId(roles.items),
    groups: byId(groups.items),
    users: byId(users.items),
  }
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [item.id, item]))
}

/** Never with names: each would cost the server a look-up, and a large list a hundred times the time. */
export function readAssignments(http: HttpReader, query: Query = {}): Promise<List<NativeAssignment>> {
  return list<NativeAssignment>(http, path`/role_assignments`, 'role_assignments', query)
}

/** Which roles come with which; it does not say that nothing follows, so it counts as whole unless it says it is not. */
export async function readInferences(http: HttpReader): Promise<List<NativeInference>> {
  return { ...(await list<NativeInference>(http, path`/role_inferences`, 'role_inferences')), last: true }
}

export function readMembers(http: HttpReader, group: string): Promise<List<NativeUser>> {
  return list<NativeUser>(http, path`/groups/${group}/users`, 'users')
}

export function readGroupsOf(http: HttpReader, user: string): Promise<List<NativeGroup>> {
  return list<NativeGroup>(http, path`/users/${user}/groups`, 'groups')
}

export async function readImplied(http: HttpReader, role: string): Promise<readonly string[]> {
  const answer = await http.read(path`/roles/${role}/implies`)
  const implies = objectIn(objectIn(answer.body)['role_inference'])['implies']
  return (Array.isArray(implies) ? (implies as readonly Json[]) : []).flatMap((one) => {
    const { id } = objectIn(one)
    return typeof id === 'string' ? [id] : []
  })
}

/** Those of one name. A filter that Keystone does not know is ignored without a word, so each is looked at again. */
export async function named<Item extends { readonly name: string; readonly domain_id: string | null }>(
  http: HttpReader,
  what: 'users' | 'groups' | 'projects' | 'roles',
  { name, domain }: { readonly name: string; readonly domain: string | null },
): Promise<Item | undefined> {
  const query: Query = domain === null ? { name } : { name, domain_id: domain }
  const { items, cut } = await list<Item>(http, path`/${what}`, what, query)
  if (cut !== undefined)
    throw new ConnectorFault(
      'unreadable',
      `The ${what} named "${name}" could not be read: ${cut}.`,
      'Ask for more rights.',
    )
  return items.find((item) => item.name === name && item.domain_id === domain)
}

/** One thing by its id; undefined where it is not there. */
export async function byItsId<Item>(
  http: HttpReader,
  what: 'user' | 'group' | 'project' | 'role' | 'domain',
  id: string,
): Promise<Item | undefined> {
  const answer = await http.read(path`/${`${what}s`}/${id}`, { accept: [404] })
  return answer.status === 404 ? undefined : (objectIn(answer.body)[what] as unknown as Item)
}

export function objectIn(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}
