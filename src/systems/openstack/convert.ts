import type { Json } from '../../model/json.ts'
import type { Kind, LinkTarget, Resource } from '../../model/resource.ts'
import { interfaceDescription, userOptions, userTypes } from './describe.ts'
import { domainKey, domainTarget, keyOf, noDomain } from './names.ts'
import type {
  NativeAssignment,
  NativeDomain,
  NativeGroup,
  NativeInference,
  NativeProject,
  NativeRole,
  NativeUser,
} from './native.ts'

/**
 * Native ↔ Resource. Keystone speaks of everything by id and rolecall by name, so a look at one thing needs the names
 * of others. What is sent is a part of the native object, never the whole, so nothing is lost on the way.
 */

/** Where names count from, and whether the role on one project is the type of a user. */
export interface Variety {
  readonly system: string
  /** The domain whose things go by their bare names. */
  readonly home: string
  readonly cloudvps: boolean
}

/** The names of all ids that an answer may speak of. */
export interface Names {
  readonly domains: ReadonlyMap<string, NativeDomain>
  readonly projects: ReadonlyMap<string, NativeProject>
  readonly roles: ReadonlyMap<string, NativeRole>
  readonly groups: ReadonlyMap<string, NativeGroup>
  readonly users: ReadonlyMap<string, NativeUser>
}

export function keyOfNative(
  { home }: Pick<Variety, 'home'>,
  { domains }: Names,
  { name, domain_id }: { readonly name: string; readonly domain_id: string | null },
): string {
  return keyOf(home, { domain: domainName(domains, domain_id), name })
}

/** Roles are of the whole cloud unless they say otherwise, whichever domain is home. */
export function keyOfRole(names: Names, role: Pick<NativeRole, 'name' | 'domain_id'>): string {
  return keyOfNative({ home: noDomain }, names, role)
}

function domainName(domains: Names['domains'], id: string | null): string {
  return id === null ? noDomain : (domains.get(id)?.name ?? id)
}

function domainLink({ domains }: Names, id: string | null): readonly LinkTarget[] {
  return id === null ? none : [`project:${domainKey(domainName(domains, id))}`]
}

export function domainResource({ system }: Variety, domain: NativeDomain): Resource {
  return {
    ref: { system, kind: 'project', key: domainKey(domain.name) },
    id: `domain/${domain.id}`,
    fields: {
      type: 'domain',
      enabled: domain.enabled,
      ...textual({ description: domain.description }),
      tags: sorted(domain.tags ?? []),
    },
    links: { parent: none, domain: none },
  }
}

export function projectResource(variety: Variety, names: Names, project: NativeProject): Resource {
  const { parent_id: parent = null, domain_id: domain } = project
  const above = parent === null || parent === domain ? none : [targetOf(variety, names, 'project', parent)]
  return {
    ref: { system: variety.system, kind: 'project', key: keyOfNative(variety, names, project) },
    id: project.id,
    fields: {
      type: isInterface(variety, project) ? 'interface' : 'openstack',
      enabled: project.enabled,
      ...textual({ description: project.description }),
      tags: sorted(project.tags ?? []),
      immutable: project.options?.['immutable'] === true,
    },
    links: { parent: above, domain: domainLink(names, domain) },
  }
}

/** The customer's own words for it: https://www.cloudvps.com says that it is recognised by this description. */
function isInterface({ cloudvps }: Variety, { description }: Pick<NativeProject, 'description'>): boolean {
  return cloudvps && description === interfaceDescription
}

export function roleResource(
  variety: Variety,
  names: Names,
  role: NativeRole,
  implied: readonly string[],
): Resource {
  return {
    ref: { system: variety.system, kind: 'role', key: keyOfRole(names, role) },
    id: role.id,
    fields: {
      ...textual({ description: role.description }),
      immutable: role.options?.['immutable'] === true,
    },
    links: {
      implies: sorted(implied.map((id) => targetOf(variety, names, 'role', id))),
      domain: domainLink(names, role.domain_id),
    },
  }
}

export function groupResource(variety: Variety, names: Names, group: NativeGroup): Resource {
  return {
    ref: { system: variety.system, kind: 'group', key: keyOfNative(variety, names, group) },
    id: group.id,
    fields: textual({ description: group.description }),
    links: { domain: domainLink(names, group.domain_id) },
  }
}

/** `groups` by id; `types` are the ids of the roles that are the user's type, one where all is well. */
export function accountResource(
  variety: Variety,
  names: Names,
  user: NativeUser,
  { groups, types }: { readonly groups: readonly string[]; readonly types: readonly string[] },
): Resource {
  const { default_project_id: project } = user
  const type = sorted(types.map((id) => targetOf(variety, names, 'role', id)))
  return {
    ref: { system: variety.system, kind: 'account', key: keyOfNative(variety, names, user) },
    id: user.id,
    fields: {
      status: user.enabled ? 'active' : 'suspended',
      ...textual({ email: user.email, description: user.description }),
      options: userOptions.filter((option) => user.options?.[option] === true),
      ...textual({ passwordExpires: user.password_expires_at }),
    },
    links: {
      groups: sorted(groups.map((id) => targetOf(variety, names, 'group', id))),
      defaultProject: typeof project === 'string' ? [targetOf(variety, names, 'project', project)] : none,
      domain: domainLink(names, user.domain_id),
      ...(variety.cloudvps ? { role: type } : {}),
    },
  }
}

/** The id of a grant is the path of its assignment: which one exactly, whatever the names come to mean. */
export function grantResource(variety: Variety, names: Names, assignment: NativeAssignment): Resource {
  const subject = subjectOf(variety, names, assignment)
  const role = targetOf(variety, names, 'role', assignment.role.id)
  const resource = resourceOf(variety, names, assignment)
  return {
    ref: {
      system: variety.system,
      kind: 'grant',
      key: `${subject} ${role.slice('role:'.length)} ${resource}`,
    },
    id: assignmentPath(assignment),
    fields: {},
    links: { subject: [subject], role: [role], resource: [resource] },
  }
}

/** Whether it is the type of a user, and not a grant: one of the five roles, held directly on the interface project. */
export function isUserType(variety: Variety, names: Names, { user, role, scope }: NativeAssignment): boolean {
  if (!variety.cloudvps || user === undefined || isInherited(scope)) return false
  const project = names.projects.get(scope.project?.id ?? '')
  const held = names.roles.get(role.id)
  return (
    project !== undefined &&
    isInterface(variety, project) &&
    held?.domain_id === null &&
    (userTypes as readonly string[]).includes(held.name)
  )
}

/** `projects/1f5d/users/9f44/roles/116d`, as the API has it below `/v3/`. */
export function assignmentPath({ role, user, group, scope }: NativeAssignment): string {
  const actor = user === undefined ? `groups/${group?.id ?? ''}` : `users/${user.id}`
  const target =
    scope.project !== undefined
      ? `projects/${scope.project.id}`
      : scope.domain !== undefined
        ? `domains/${scope.domain.id}`
        : 'system'
  const path = `${target}/${actor}/roles/${role.id}`
  return isInherited(scope) ? `OS-INHERIT/${path}/inherited_to_projects` : path
}

function isInherited(scope: NativeAssignment['scope']): boolean {
  return scope['OS-INHERIT:inherited_to'] !== undefined
}

function subjectOf(variety: Variety, names: Names, { user, group }: NativeAssignment): LinkTarget {
  if (user !== undefined) {
    return names.users.has(user.id) ? targetOf(variety, names, 'account', user.id) : `foreign:user/${user.id}`
  }
  const id = group?.id ?? ''
  return names.groups.has(id) ? targetOf(variety, names, 'group', id) : `foreign:group/${id}`
}

function resourceOf(variety: Variety, names: Names, { scope }: NativeAssignment): LinkTarget {
  if (scope.system !== undefined) return 'system:all'
  const [domain, project] = [scope.domain?.id, scope.project?.id]
  if (domain !== undefined) {
    const target = domainTarget(domainName(names.domains, domain))
    return isInherited(scope) ? target.replace(/^domain:/, 'projectsIn:') : target
  }
  if (project === undefined || !names.projects.has(project)) return `elsewhere:project/${project ?? ''}`
  const target = targetOf(variety, names, 'project', project)
  return isInherited(scope) ? target.replace(/^project:/, 'projectsUnder:') : target
}

/** What an id means that was not seen stays an id, which no name is: names of projects hold no `#` at their front. */
function targetOf(
  variety: Variety,
  names: Names,
  kind: Extract<Kind, 'project' | 'role' | 'group' | 'account'>,
  id: string,
): LinkTarget {
  const all = { project: names.projects, role: names.roles, group: names.groups, account: names.users }
  const native = all[kind].get(id)
  const home = kind === 'role' ? noDomain : variety.home
  return `${kind}:${native === undefined ? `#/${id}` : keyOfNative({ home }, names, native)}`
}

/** By role, the ids of those that it implies. */
export function impliedBy(inferences: readonly NativeInference[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    inferences.map(({ prior_role: { id }, implies }) => [id, implies.map((implied) => implied.id)]),
  )
}

/** Members of a native object for what a write says of fields. Null empties: Keystone cannot forget a member. */
export function nativeFields(kind: Kind, fields: Readonly<Record<string, Json>>): Record<string, Json> {
  const native: Record<string, Json> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'status') native['enabled'] = value === 'active'
    else if (name === 'options') native['options'] = optionMembers(value)
    else if (name === 'immutable') native['options'] = { immutable: value === true }
    // A project may have no description, and never null; a role refuses null as well.
    else if (name === 'description' && value === null && kind !== 'account') native[name] = ''
    else if (name !== 'type') native[name] = value
  }
  return native
}

/** All that rolecall knows: what is not on is off, and others are left alone. */
function optionMembers(value: Json): Json {
  const on = Array.isArray(value) ? value : []
  return Object.fromEntries(userOptions.map((option) => [option, on.includes(option) ? true : null]))
}

/** Null, nothing and an empty text are one: Keystone gives a group `""` that was made without a description. */
function textual(fields: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, value]],
    ),
  )
}

const none: readonly never[] = []

function sorted(values: readonly string[]): readonly string[] {
  return values.length === 0 ? none : [...new Set(values)].sort()
}
