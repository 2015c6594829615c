import type { Ownership, Rules } from '../../connector/contract.ts'
import type { GraphView } from '../../model/graph.ts'
import { splitTarget, type Resource, type ResourceRef } from '../../model/resource.ts'
import { accessOf } from './access.ts'
import { interfaceDescription, userTypes } from './describe.ts'
import { invariantsOf, type Limits } from './invariants.ts'
import { isDomainKey } from './names.ts'
import { domainOf, topRights, type Top } from './rights.ts'

/**
 * What holds in a Keystone: who owns it, what a role is worth, and what no plan may do. Under Keystone's default policy
 * the role `admin` on the system, or on any one project or domain, rules the whole cloud. In CloudVPS the customer's
 * owners are those whose type is main-customer or customer-admin.
 */
export function rulesOf(limits: Limits): Rules {
  const top: Top = limits.cloudvps
    ? { roles: ['main-customer', 'customer-admin'], onInterfaceOnly: true, home: limits.home }
    : { roles: ['admin'], home: limits.home }
  return {
    ownership: (account, graph) => ownership(account, graph, top),
    ownershipDependsOn: (account, graph) => dependsOn(account, graph, top),
    power: (account, graph) => power(account, graph, top),
    invariants: invariantsOf(limits),
    // Without one nobody can sign in as it, and it would have to be set by hand.
    needsPassword: () => true,
    sealed: (resource) => limits.cloudvps && isSealed(resource),
    implied: (resource, outcome) =>
      comesWithCloud(resource) ?? (limits.cloudvps ? impliedBy(resource, outcome) : undefined),
    access: accessOf(limits),
  }
}

function ownership(account: Resource, graph: GraphView, top: Top): Ownership {
  const rights = topRights(account, graph, top)
  if (rights.length === 0) return { owner: false, unusable: [] }
  const { status, passwordExpires, options } = account.fields
  const home = graph.get('project', domainOf(account, top.home))
  const unusable: string[] = []
  if (status === 'suspended') unusable.push('suspended')
  else if (status !== 'active')
    unusable.push(`of unknown status ${status === undefined ? 'nothing' : JSON.stringify(status)}`)
  if (home?.fields['enabled'] !== true) unusable.push(`in a disabled or unknown domain`)
  const idle = rights.find((right) => right.idle !== undefined)?.idle
  if (idle !== undefined && rights.every((right) => right.idle !== undefined)) unusable.push(idle)
  const isExempt = Array.isArray(options) && options.includes('ignore_password_expiry')
  return {
    owner: true,
    unusable,
    ...(typeof passwordExpires === 'string' && !isExempt ? { lasts: moment(passwordExpires) } : {}),
  }
}

/** Keystone gives the time without a zone, and means UTC. */
function moment(written: string): string {
  return /(Z|[+-]\d\d:\d\d)$/.test(written) ? written : `${written}Z`
}

function dependsOn(account: Resource, graph: GraphView, top: Top): readonly ResourceRef[] {
  const rights = topRights(account, graph, top)
  if (rights.length === 0) return []
  const own: ResourceRef = { system: graph.system, kind: 'project', key: domainOf(account, top.home) }
  const all = [own, ...rights.flatMap(({ hangsOn }) => hangsOn)]
  return [...new Map(all.map((ref) => [`${ref.kind}:${ref.key}`, ref])).values()]
}

function power(account: Resource, graph: GraphView, top: Top): ReturnType<Rules['power']> {
  if (account.fields['status'] === 'suspended') return 'none'
  if (topRights(account, graph, top).length > 0) return 'owner'
  const roles = rolesOf(account, graph)
  if (roles.some((role) => graph.get('role', role) === undefined)) return 'unknown'
  return roles.length > 0 ? 'member' : 'none'
}

/** Names of all roles that an account holds anywhere, itself or by a group. */
function rolesOf(account: Resource, graph: GraphView): readonly string[] {
  const held = rolesBySubject(graph)
  const subjects = [`account:${account.ref.key}`, ...(account.links['groups'] ?? [])]
  const own = (account.links['role'] ?? []).map((role) => splitTarget(role).name)
  return [...own, ...subjects.flatMap((subject) => held.get(subject) ?? [])]
}

function rolesBySubject(graph: GraphView): ReadonlyMap<string, readonly string[]> {
  const known = memory.get(graph)
  if (known !== undefined) return known
  const held = new Map<string, string[]>()
  for (const { links } of graph.all('grant')) {
    const [subject, role] = [links['subject']?.[0], links['role']?.[0]]
    if (subject === undefined || role === undefined) continue
    const { name } = splitTarget(role)
    const roles = held.get(subject)
    if (roles) roles.push(name)
    else held.set(subject, [name])
  }
  memory.set(graph, held)
  return held
}

const memory = new WeakMap<GraphView, ReadonlyMap<string, readonly string[]>>()

/** The main-customer, the interface project and the roles that are types: they come with the account, and stay. */
function isSealed({ ref, links, fields }: Resource): boolean {
  switch (ref.kind) {
    case 'account':
      return (links['role'] ?? []).includes('role:main-customer')
    case 'project':
      return fields['type'] === 'interface' || fields['description'] === interfaceDescription
    case 'role':
      return (userTypes as readonly string[]).includes(ref.key)
    case 'scope':
    case 'group':
    case 'policy':
    case 'grant':
    case 'mapping':
      return false
  }
}

/** Nobody declares a domain to keep it: no plan makes one, and none removes one. */
function comesWithCloud({ ref }: Resource): string | undefined {
  return ref.kind === 'project' && isDomainKey(ref.key) ? 'domains come with the cloud' : undefined
}

/** V4, V5: the platform adds the main-customer and every customer-admin to every OpenStack project, old and new. */
function impliedBy({ ref, links }: Resource, outcome: GraphView): string | undefined {
  if (ref.kind !== 'grant') return undefined
  const [subject = '', role = '', resource = ''] = ['subject', 'role', 'resource'].map(
    (name) => links[name]?.[0],
  )
  const on = splitTarget(resource)
  const isEvery = on.type === 'projectsIn'
  const project = on.type === 'project' ? outcome.get('project', on.name) : undefined
  if (!isEvery && project?.fields['type'] !== 'openstack') return undefined
  const owning = ['main-customer', 'customer-admin']
  const who = splitTarget(subject)
  const type = who.type === 'account' ? outcome.get('account', who.name)?.links['role']?.[0] : undefined
  const held = [type, isEvery ? role : undefined].find(
    (one) => one !== undefined && owning.includes(splitTarget(one).name),
  )
  return held && `${splitTarget(held).name} is added to every project`
}
