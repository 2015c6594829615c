import type { AccessFacts, AccessRules, Pass, Thing } from '../../connector/contract.ts'
import type { Rank } from '../../model/access.ts'
import type { GraphView } from '../../model/graph.ts'
import { splitTarget, type LinkTarget, type Resource } from '../../model/resource.ts'
import { description, userTypes } from './describe.ts'
import type { Limits } from './invariants.ts'
import { domainKey, isDomainKey, namedBy } from './names.ts'

/**
 * Who may do what in a Keystone: a role is held on a project, a domain, the system, or all projects below one. What a
 * role allows is in the policy files of each service and not shown here, but for `admin`, which rules the cloud, and
 * for the types of users in CloudVPS, whose rights in the customer interface are written down.
 */
export function accessOf(limits: Limits): AccessRules {
  return {
    facts: (thing, graph) => facts(thing, graph, limits),
    hangsOn: (resource) => hangsOn(resource, limits),
    within: (target, graph) => within(target, graph, limits),
  }
}

function facts({ type, name, resource }: Thing, graph: GraphView, limits: Limits): AccessFacts {
  switch (type) {
    case 'account':
      return resource === undefined ? nothing : ofAccount(resource, graph)
    case 'role':
      return limits.cloudvps && isUserType(name) ? ofUserType(name) : ofRole(name, resource, limits)
    case 'project':
      return limits.cloudvps && resource?.fields['type'] === 'openstack'
        ? ofProject(resource, graph, limits)
        : nothing
    case 'grant':
      return ofGrant(resource, graph, limits)
    default:
      return nothing
  }
}

const nothing: AccessFacts = { passes: [], rights: [] }
const everything: LinkTarget = 'all:*'
/** What the customer interface is called among the things that rights are on. */
const customerInterface: LinkTarget = 'interface:*'

/** A status that is not known may be a usable one; so may a domain. */
function ofAccount(account: Resource, graph: GraphView): AccessFacts {
  const home = graph.get('project', splitTarget(linksOf(account, 'domain')[0] ?? '').name)
  if (account.fields['status'] === 'suspended' || home?.fields['enabled'] === false)
    return { ...nothing, barred: true }
  return {
    passes: [
      ...linksOf(account, 'role').map((role) => ({ to: role, on: customerInterface })),
      ...linksOf(account, 'groups').map((group) => ({ to: group })),
    ],
    rights: [],
  }
}

function ofRole(name: string, role: Resource | undefined, { cloudvps }: Limits): AccessFacts {
  const rules = name === 'admin' && !cloudvps
  const isKnown = role !== undefined || description.roles.includes(name)
  const rank: Rank = rules ? 'owner' : isKnown ? 'ordinary' : 'unknown'
  return {
    passes: linksOf(role, 'implies').map((implied) => ({ to: implied })),
    rights: [
      { action: `role:${name}`, rank },
      // Under Keystone's default policy, wherever it is held.
      ...(rules ? [{ action: 'administer the cloud', on: everything, rank }] : []),
    ],
  }
}

function isUserType(name: string): name is (typeof userTypes)[number] {
  return (userTypes as readonly string[]).includes(name)
}

/** V2: the interface is open to whoever is on its project, and to nobody else. V4 to V8: what each type may do there. */
const inInterface: Readonly<Record<(typeof userTypes)[number], readonly string[]>> = {
  'main-customer': [
    'manage customer and accounts',
    'assign VPS',
    'configure CDN',
    'see billing',
    'edit contact information',
    'remove the main-customer',
  ],
  'customer-admin': [
    'manage customer and accounts',
    'assign VPS',
    'configure CDN',
    'see billing',
    'edit contact information',
  ],
  'customer-billing': ['see billing', 'edit contact information'],
  'customer-tech': ['sign in'],
  'customer-client': ['sign in'],
}

function ofUserType(name: (typeof userTypes)[number]): AccessFacts {
  const rank: Rank =
    name === 'main-customer' ? 'owner' : name === 'customer-admin' ? 'administrator' : 'ordinary'
  return {
    passes: [],
    rights: inInterface[name].map((action) => ({ action, on: customerInterface, rank })),
  }
}

/** V4, V5: a project that comes is one more that they are added to. */
function ofProject(project: Resource, graph: GraphView, limits: Limits): AccessFacts {
  if (isDisabled(project.ref.key, graph, limits)) return nothing
  return {
    passes: [{ from: 'role:main-customer' }, { from: 'role:customer-admin' }],
    rights: [{ action: 'every right', on: `project:${project.ref.key}`, rank: 'ordinary' }],
  }
}

/**
 * For what is disabled, or in a disabled domain, nobody gets a token. A type of user means something on the interface
 * project alone (V2).
 */
function ofGrant(grant: Resource | undefined, graph: GraphView, limits: Limits): AccessFacts {
  const on = linksOf(grant, 'resource')[0]
  const { type, name } = splitTarget(on ?? '')
  if (type === 'domain' && isOff(domainKey(name), graph)) return nothing
  if (type === 'project' && isDisabled(name, graph, limits)) return nothing
  const { cloudvps } = limits
  const project = type === 'project' ? graph.get('project', name) : undefined
  const from: Pass[] = linksOf(grant, 'subject').map((subject) => ({ from: subject }))
  const held = on === undefined ? {} : { on }
  const [role = ''] = linksOf(grant, 'role')
  if (cloudvps && isUserType(splitTarget(role).name) && project?.fields['type'] !== 'interface')
    return { passes: from, rights: [{ action: role, ...held, rank: 'ordinary' }] }
  return { passes: [...from, { to: role, ...held }], rights: [] }
}

/** What is not known to be disabled may be enabled. */
function isDisabled(key: string, graph: GraphView, { home }: Limits): boolean {
  return isOff(key, graph) || isOff(domainKey(domainOf(key, graph.get('project', key), home)), graph)
}

function isOff(key: string, graph: GraphView): boolean {
  return graph.get('project', key)?.fields['enabled'] === false
}

/** An account hangs on its domain, a grant on what it is held on, and a project on its domain. */
function hangsOn({ ref: { kind, key }, links }: Resource, { home }: Limits): readonly LinkTarget[] {
  const project = (name: string): LinkTarget => `project:${name}`
  if (kind === 'account') return links['domain'] ?? []
  if (kind === 'project') return isDomainKey(key) ? [] : [project(domainKey(domainOf(key, { links }, home)))]
  if (kind !== 'grant') return []
  return (links['resource'] ?? []).map((target) => {
    const { type, name } = splitTarget(target)
    return type === 'domain' ? project(domainKey(name)) : target
  })
}

/**
 * A project is in what stands above it and in its domain's projects; an inherited role gives nothing above, nor on one
 * that is disabled or in a disabled domain.
 */
function within(target: LinkTarget, graph: GraphView, limits: Limits): readonly LinkTarget[] {
  const { home } = limits
  const { type, name } = splitTarget(target)
  if (target === everything) return []
  if (type === 'project' && !isDomainKey(name)) {
    const project = graph.get('project', name)
    if (isDisabled(name, graph, limits)) return [everything]
    return [
      ...linksOf(project, 'parent').map((parent) => `projectsUnder:${splitTarget(parent).name}`),
      `projectsIn:${domainOf(name, project, home)}`,
      everything,
    ]
  }
  if (type === 'projectsUnder') {
    const parent = graph.get('project', name)
    return [
      ...linksOf(parent, 'parent').map((each) => `projectsUnder:${splitTarget(each).name}`),
      `projectsIn:${domainOf(name, parent, home)}`,
      everything,
    ]
  }
  return [everything]
}

/** The domain's name; of something new it shows in its own name alone. */
function domainOf(key: string, project: Pick<Resource, 'links'> | undefined, home: string): string {
  return namedBy(home, splitTarget(project?.links['domain']?.[0] ?? '').name || key).domain
}

function linksOf(resource: Resource | undefined, link: string): readonly LinkTarget[] {
  return resource?.links[link] ?? []
}
