import type { GraphView } from '../../model/graph.ts'
import { splitTarget, type LinkTarget, type Resource, type ResourceRef } from '../../model/resource.ts'
import { domainKey, namedBy } from './names.ts'

/**
 * Who holds the top right, by the direct assignments: groups are followed to their members, roles to what they imply,
 * inherited assignments to the projects they reach. Keystone works the same out itself (`effective`), and the
 * independent checker asks it; what is here looks at states that do not exist yet. Pure.
 */
interface TopRight {
  /** The grant; absent for the role that is an account's type. */
  readonly grant?: Resource
  /** What it hangs on: the grant, the roles on the way to the top, the group, the project and its domain. */
  readonly hangsOn: readonly ResourceRef[]
  /** Why it gives nothing now, one phrase; absent when it does. */
  readonly idle?: string
}

/** Which roles are the top, and where they count. */
export interface Top {
  readonly roles: readonly string[]
  /** Only on the project that opens the customer interface; everywhere where it is absent. */
  readonly onInterfaceOnly?: true
  /** The domain of what goes by a bare name. */
  readonly home: string
}

/** All top rights of an account: its own, and those of its groups. */
export function topRights(account: Resource, graph: GraphView, top: Top): readonly TopRight[] {
  const { bySubject, paths, entrance } = indexOf(graph, top)
  const groups = (account.links['groups'] ?? []).flatMap((group) =>
    (bySubject.get(group) ?? []).map((right) => ({
      ...right,
      hangsOn: [...right.hangsOn, refOf(graph, group)],
    })),
  )
  return [
    ...ofType(account, graph, { paths, entrance }, top.home),
    ...(bySubject.get(`account:${account.ref.key}`) ?? []),
    ...groups,
  ]
}

/** The type of a user is a role on the interface project. */
function ofType(
  account: Resource,
  graph: GraphView,
  { paths, entrance }: Pick<Index, 'paths' | 'entrance'>,
  home: string,
): readonly TopRight[] {
  return (account.links['role'] ?? []).flatMap((role) => {
    const path = paths.get(splitTarget(role).name)
    if (path === undefined) return []
    const reach =
      entrance === undefined
        ? missing('the one interface project')
        : throughProject(entrance.ref.key, graph, home)
    return [rightOf(reach, path, graph)]
  })
}

/** The one project that opens the interface; of several none can be said to. */
function interfaceOf(graph: GraphView): Resource | undefined {
  const found = [...graph.all('project')].filter(({ fields }) => fields['type'] === 'interface')
  return found.length === 1 ? found[0] : undefined
}

/** Names of the roles on the way from one role to the top, itself and the top among them. */
type Paths = ReadonlyMap<string, readonly string[]>

interface Index {
  readonly bySubject: ReadonlyMap<LinkTarget, readonly TopRight[]>
  readonly paths: Paths
  /** The interface project, where the top counts there alone. */
  readonly entrance: Resource | undefined
}

/** Worked out once for each state: it is asked once an account. */
function indexOf(graph: GraphView, top: Top): Index {
  const known = memory.get(graph)
  if (known?.top === top) return known.index
  const paths = pathsTo(top.roles, graph)
  const entrance = top.onInterfaceOnly === true ? interfaceOf(graph) : undefined
  const bySubject = new Map<LinkTarget, TopRight[]>()
  for (const grant of graph.all('grant')) {
    const [subject, role, resource] = ['subject', 'role', 'resource'].map((name) => grant.links[name]?.[0])
    const path = role === undefined ? undefined : paths.get(splitTarget(role).name)
    if (subject === undefined || path === undefined || resource === undefined) continue
    if (top.onInterfaceOnly === true && resource !== targetOf(entrance)) continue
    const right = rightOf(reachOf(resource, graph, top.home), path, graph, grant)
    const rights = bySubject.get(subject)
    if (rights) rights.push(right)
    else bySubject.set(subject, [right])
  }
  const index = { bySubject, paths, entrance }
  memory.set(graph, { top, index })
  return index
}

const memory = new WeakMap<GraphView, { top: Top; index: Index }>()

function rightOf(reach: Reach, path: readonly string[], graph: GraphView, grant?: Resource): TopRight {
  const { system } = graph
  return {
    ...(grant === undefined ? {} : { grant }),
    hangsOn: [
      ...(grant === undefined ? [] : [grant.ref]),
      ...path.map((key): ResourceRef => ({ system, kind: 'role', key })),
      ...reach.through.map((key): ResourceRef => ({ system, kind: 'project', key })),
    ],
    ...(reach.idle === undefined ? {} : { idle: reach.idle }),
  }
}

/** Against cycles each role is looked at once. */
function pathsTo(top: readonly string[], graph: GraphView): Paths {
  const above = new Map<string, string[]>()
  for (const role of graph.all('role'))
    for (const implied of role.links['implies'] ?? []) {
      const { name } = splitTarget(implied)
      above.set(name, [...(above.get(name) ?? []), role.ref.key])
    }
  const paths = new Map<string, readonly string[]>(
    // A role that is not there, or has another name by now, gives nothing.
    top.filter((name) => graph.get('role', name) !== undefined).map((name) => [name, [name]]),
  )
  for (const [name, path] of paths)
    for (const prior of above.get(name) ?? []) if (!paths.has(prior)) paths.set(prior, [prior, ...path])
  return paths
}

interface Reach {
  /** Keys of the projects and domains that it goes through. */
  readonly through: readonly string[]
  readonly idle?: string
}

/** Whether an assignment on this gives anything: a token needs a project or domain that is enabled. */
function reachOf(resource: LinkTarget, graph: GraphView, home: string): Reach {
  const { type, name } = splitTarget(resource)
  switch (type) {
    case 'system':
      return { through: [] }
    case 'project':
      return throughProject(name, graph, home)
    case 'domain':
      return throughDomain(domainKey(name), graph)
    case 'projectsIn':
      return below(name, graph, home, (project) => domainOf(project, home) === domainKey(name))
    case 'projectsUnder':
      return below(name, graph, home, (project) => isUnder(project, name, graph))
    default:
      return missing('what it is held on')
  }
}

function throughProject(key: string, graph: GraphView, home: string): Reach {
  const project = graph.get('project', key)
  if (project === undefined) return missing(`project ${key}`)
  const domain = throughDomain(domainOf(project, home), graph)
  const through = [key, ...domain.through]
  if (project.fields['enabled'] !== true) return { through, idle: `in the disabled project ${key}` }
  return { ...domain, through }
}

function throughDomain(key: string, graph: GraphView): Reach {
  const domain = graph.get('project', key)
  if (domain === undefined) return missing(`domain ${key}`)
  return domain.fields['enabled'] === true
    ? { through: [key] }
    : { through: [key], idle: `in the disabled domain ${key}` }
}

/** The key of the domain that something is in; of something new it shows in its name alone. */
export function domainOf({ ref, links }: Resource, home: string): string {
  const [domain] = links['domain'] ?? []
  return domain === undefined ? domainKey(namedBy(home, ref.key).domain) : splitTarget(domain).name
}

/** One enabled project that it reaches is enough. */
function below(name: string, graph: GraphView, home: string, isBelow: (project: Resource) => boolean): Reach {
  const projects = [...graph.all('project')].filter(
    (project) => project.fields['type'] !== 'domain' && isBelow(project),
  )
  const reaches = projects.map((project) => throughProject(project.ref.key, graph, home))
  return reaches.find(({ idle }) => idle === undefined) ?? reaches[0] ?? missing(`project below ${name}`)
}

function isUnder(project: Resource, name: string, graph: GraphView): boolean {
  const seen = new Set<string>()
  for (let at: Resource | undefined = project; at !== undefined && !seen.has(at.ref.key);) {
    seen.add(at.ref.key)
    const [above] = at.links['parent'] ?? []
    if (above === undefined) return false
    if (above === `project:${name}`) return true
    at = graph.get('project', splitTarget(above).name)
  }
  return false
}

function missing(what: string): Reach {
  return { through: [], idle: `on nothing that is there: no ${what}` }
}

function refOf(graph: GraphView, group: LinkTarget): ResourceRef {
  return { system: graph.system, kind: 'group', key: splitTarget(group).name }
}

function targetOf(project: Resource | undefined): LinkTarget | undefined {
  return project && `project:${project.ref.key}`
}

/** A role and all that come with it. */
export function rolesWith(role: string, graph: GraphView): ReadonlySet<string> {
  const all = new Set([role])
  for (const each of all)
    for (const implied of graph.get('role', each)?.links['implies'] ?? []) all.add(splitTarget(implied).name)
  return all
}
