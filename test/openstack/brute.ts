/**
 * Who may do what in a Keystone, worked out the long way and apart from the engine and from the connector's rules: each
 * account against each assignment, each role that comes with it and each thing that it reaches. Names of other domains
 * are read here as they are written: `acme/web`, and `acme/` for the domain itself.
 */
import type { GraphView } from '../../src/model/graph.ts'
import type { LinkTarget, Resource } from '../../src/model/resource.ts'
import type { BruteForce } from '../access/brute.ts'

export const keystoneBrute: BruteForce = (graph, targets) => bruteOf(graph, targets, ofKeystone)
export const cloudvpsBrute: BruteForce = (graph, targets) => bruteOf(graph, targets, ofCloudvps)

/** What somebody may do by the roles that are held on things, and by the type of a user. */
type Says = (held: Held, graph: GraphView) => readonly (readonly [action: string, on: LinkTarget])[]

interface Held {
  readonly types: readonly string[]
  readonly roles: readonly { readonly role: string; readonly on: LinkTarget }[]
}

function bruteOf(graph: GraphView, asked: ReadonlySet<LinkTarget>, says: Says): ReturnType<BruteForce> {
  // nothing is done to a grant
  const targets = [...[...asked].filter((target) => !target.startsWith('grant:')), 'interface:*']
  const accounts = [...graph.all('account')].filter((account) => {
    const domain = graph.get('project', rest(one(account, 'domain') ?? ''))
    return account.fields['status'] !== 'suspended' && domain?.fields['enabled'] !== false
  })
  const facts = new Set<string>()
  for (const account of accounts) {
    const name = `account:${account.ref.key}`
    const subjects = [name, ...(account.links['groups'] ?? [])]
    const roles = [...graph.all('grant')]
      .filter((grant) => subjects.includes(one(grant, 'subject') ?? ''))
      .map((grant) => ({ role: rest(one(grant, 'role') ?? ''), on: one(grant, 'resource') ?? '' }))
      .filter(({ on }) => !isClosed(on, graph))
    const types = (account.links['role'] ?? []).map(rest)
    for (const [action, on] of says({ types, roles }, graph))
      for (const target of targets) if (isOn(target, on, graph)) facts.add(`${name} ${action} ${target}`)
  }
  return {
    facts,
    behind: (subject) =>
      accounts
        .filter(
          ({ ref, links }) => subject === `account:${ref.key}` || links['groups']?.includes(subject) === true,
        )
        .map(({ ref }) => `account:${ref.key}`),
    held: (on) => targets.filter((target) => isOn(target, on, graph)),
  }
}

/** Under the default policy whoever is admin anywhere rules the cloud. */
const ofKeystone: Says = ({ roles }, graph) =>
  roles.flatMap(({ role, on }) =>
    withImplied(role, graph).flatMap((each): [string, LinkTarget][] => [
      [`role:${each}`, on],
      ...(each === 'admin' ? [['administer the cloud', 'all:*'] as [string, LinkTarget]] : []),
    ]),
  )

/** What CloudVPS writes of its types of users. */
const interfaceRights: Readonly<Record<string, readonly string[]>> = {
  'main-customer': ['remove the main-customer'],
  'customer-admin': ['manage customer and accounts', 'assign VPS', 'configure CDN'],
  'customer-billing': ['see billing', 'edit contact information'],
  'customer-tech': ['sign in'],
  'customer-client': ['sign in'],
}

const ofCloudvps: Says = ({ types, roles }, graph) => {
  const project = (on: LinkTarget): Resource | undefined =>
    on.startsWith('project:') ? graph.get('project', rest(on)) : undefined
  const onInterface = roles.filter(({ on }) => project(on)?.fields['type'] === 'interface')
  const all = [...types, ...onInterface.map(({ role }) => role)].filter((type) => type in interfaceRights)
  const isAdmin = all.includes('customer-admin') || all.includes('main-customer')
  return [
    ...all.flatMap((type) => interfaceRights[type] ?? []),
    ...(isAdmin ? [...interfaceRights['customer-admin']!, ...interfaceRights['customer-billing']!] : []),
  ]
    .map((action): [string, LinkTarget] => [action, 'interface:*'])
    .concat(
      isAdmin
        ? [...graph.all('project')]
            .filter(
              ({ ref, fields }) => fields['type'] === 'openstack' && !isClosed(`project:${ref.key}`, graph),
            )
            .map(({ ref }) => ['every right', `project:${ref.key}`])
        : [],
      roles
        .filter(({ role, on }) => !(role in interfaceRights && onInterface.some((each) => each.on === on)))
        .flatMap(({ role, on }) =>
          withImplied(role, graph).map((each): [string, LinkTarget] => [`role:${each}`, on]),
        ),
    )
}

function withImplied(role: string, graph: GraphView): readonly string[] {
  const all = new Set([role])
  for (const each of all)
    for (const implied of graph.get('role', each)?.links['implies'] ?? []) all.add(rest(implied))
  return [...all]
}

/** Whether a right on one thing is one on the other. An inherited role reaches enabled projects below, and nothing else. */
function isOn(target: LinkTarget, on: LinkTarget, graph: GraphView): boolean {
  if (target === on || on === 'all:*') return true
  const isProject = target.startsWith('project:') && !target.endsWith('/')
  const isBelow = target.startsWith('projectsUnder:')
  const project = isProject || isBelow ? graph.get('project', rest(target)) : undefined
  if (!isProject && !isBelow) return false
  if (isProject && isClosed(target, graph)) return false
  if (on.startsWith('projectsIn:')) {
    const domain = target.includes('/') ? rest(target).split('/')[0] : 'Default'
    return on === `projectsIn:${domain}`
  }
  if (!on.startsWith('projectsUnder:')) return false
  for (let above = one(project, 'parent'); above !== undefined;) {
    if (rest(above) === rest(on)) return true
    above = one(graph.get('project', rest(above)), 'parent')
  }
  return false
}

/** No token is given for a project or domain that is disabled, nor for a project whose domain is. */
function isClosed(target: LinkTarget, graph: GraphView): boolean {
  const off = (key: string): boolean => graph.get('project', key)?.fields['enabled'] === false
  const name = rest(target)
  if (target.startsWith('domain:')) return off(`${name}/`)
  if (!target.startsWith('project:')) return false
  return off(name) || off(`${name.includes('/') ? name.split('/')[0] : 'Default'}/`)
}

function one(resource: Resource | undefined, link: string): LinkTarget | undefined {
  return resource?.links[link]?.[0]
}

function rest(target: LinkTarget): string {
  return target.slice(target.indexOf(':') + 1)
}
