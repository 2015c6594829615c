import type { Rules, Violation } from '../../connector/contract.ts'
import { asciiLower } from '../../connector/describe.ts'
import type { Write } from '../../model/change.ts'
import type { GraphView } from '../../model/graph.ts'
import { kinds, splitTarget, type Kind, type LinkTarget, type Resource } from '../../model/resource.ts'
import { ofCloudvps } from './cloudvps.ts'
import { domainKey, isDomainKey } from './names.ts'
import { rolesWith } from './rights.ts'
import { violation } from './violation.ts'

/** What of a system's settings and profile decides what no plan may do. */
export interface Limits {
  readonly cloudvps: boolean
  readonly home: string
  readonly deleteProjects: boolean
}

/** What Keystone refuses, and what it would do without a word and nobody could take back. */
export function invariantsOf(limits: Limits): Rules['invariants'] {
  return (before, after, writes) => [
    ...writes.flatMap((write) => [
      ...named(write, after),
      ...onDomain(write),
      ...onProject(write, before, after, limits),
      ...immutable(write, before),
      ...onRole(write, before, after, limits),
      ...missingTargets(write, after, limits),
    ]),
    ...cycles(after, writes),
    ...(limits.cloudvps ? ofCloudvps(before, after, writes) : []),
  ]
}

/** Keystone drops blanks at the ends without a word, and on MySQL takes two names that differ in case for one. */
function named(write: Write, after: GraphView): Violation[] {
  const { kind, key } = write.ref
  if (kind === 'grant' || (write.action !== 'create' && write.action !== 'rename')) return []
  const name = key.slice(key.indexOf('/') + 1)
  if (name !== name.trim())
    return [
      violation(
        write,
        `has blanks at an end of its name, which Keystone drops without a word`,
        'Write the name without them.',
      ),
    ]
  const most = longest[kind] ?? Infinity
  if (Array.from(name).length > most)
    return [
      violation(
        write,
        `has a name of more than ${most} signs, which Keystone refuses`,
        'Write a shorter one.',
      ),
    ]
  const twin = folded(after)
    .get(`${kind}:${asciiLower(key)}`)
    ?.find((other) => other !== key)
  return twin === undefined
    ? []
    : [
        violation(
          write,
          `differs from ${kind} "${twin}" in case only, and some databases take the two for one`,
          'Give it another name.',
        ),
      ]
}

/** Of Keystone's own tables. */
const longest: Readonly<Partial<Record<Kind, number>>> = { group: 64, project: 64, account: 255, role: 255 }

/** By kind and then by name in small letters, all that are called so. */
const folded = perGraph((graph) => {
  const names = new Map<string, string[]>()
  for (const kind of kinds.filter((one) => one !== 'grant'))
    for (const { ref } of graph.all(kind)) {
      const name = `${kind}:${asciiLower(ref.key)}`
      const known = names.get(name)
      if (known) known.push(ref.key)
      else names.set(name, [ref.key])
    }
  return names
})

/** Whoever is in a domain goes with it, so rolecall makes and removes none. Its immutability can never be lifted again. */
function onDomain(write: Write): Violation[] {
  const { kind, key } = write.ref
  if (kind !== 'project') return []
  const isDomain = isDomainKey(key) || (write.action === 'rename' && isDomainKey(write.from))
  if (!isDomain) return []
  if (write.action !== 'update')
    return [
      violation(
        write,
        `is a domain, and rolecall neither makes, renames nor removes one`,
        'Do that with the tools of the cloud, and declare it here as it is.',
      ),
    ]
  return 'immutable' in write.after.fields
    ? [
        violation(
          write,
          'is a domain, and one that is immutable stays so for ever',
          'Take `immutable` out of its settings.',
        ),
      ]
    : []
}

function onProject(write: Write, before: GraphView, after: GraphView, limits: Limits): Violation[] {
  const { kind, key } = write.ref
  if (kind !== 'project' || isDomainKey(key)) return []
  if (write.action === 'delete' && !limits.deleteProjects)
    return [
      violation(
        write,
        'would be deleted, and its servers, volumes and networks would stay behind in the other services without a project',
        'Disable it instead (`settings: {enabled: false}`), or empty it and write `deleteProjects: true` in the settings of the System.',
      ),
    ]
  if (write.action === 'create') return parentDisabled(write, after)
  if (write.action === 'rename' && inheritedFrom(before).has(`projectsUnder:${write.from}`))
    return [
      violation(
        write,
        `is renamed while roles are given on all projects below "${write.from}", and a policy names those by the old name`,
        'Take these policies out, rename, and then write them with the new name.',
      ),
    ]
  const children = childrenIn(after).get(`project:${key}`) ?? []
  if (write.action === 'delete' && children.length > 0)
    return [violation(write, `has projects below it`, 'Remove those first.')]
  const stops = write.action === 'update' && write.after.fields['enabled'] === false
  return stops && children.some((child) => child.fields['enabled'] === true)
    ? [violation(write, 'would be disabled above an enabled project', 'Disable those below it first.')]
    : []
}

function parentDisabled(write: Extract<Write, { action: 'create' }>, after: GraphView): Violation[] {
  const [parent] = write.after.links['parent'] ?? []
  const above = parent === undefined ? undefined : after.get('project', splitTarget(parent).name)
  return above?.fields['enabled'] === false && write.after.fields['enabled'] !== false
    ? [violation(write, `would be enabled below a disabled project`, 'Make it with `enabled: false`.')]
    : []
}

/** By what stands above them. */
const childrenIn = perGraph((graph) => {
  const children = new Map<LinkTarget, Resource[]>()
  for (const project of graph.all('project'))
    for (const parent of project.links['parent'] ?? []) {
      const known = children.get(parent)
      if (known) known.push(project)
      else children.set(parent, [project])
    }
  return children
})

/** All that roles are held on. */
const inheritedFrom = perGraph(
  (graph) => new Set([...graph.all('grant')].flatMap(({ links }) => links['resource'] ?? [])),
)

/** Keystone takes a change of something immutable only where it lifts that alone. */
function immutable(write: Write, before: GraphView): Violation[] {
  if (write.action === 'create') return []
  const key = write.action === 'rename' ? write.from : write.ref.key
  const live = before.get(write.ref.kind, key)
  if (live?.fields['immutable'] !== true) return []
  const isLifted = write.action === 'update' && write.after.fields['immutable'] === false
  const onlyLinks =
    write.action === 'update' &&
    Object.keys(write.after.fields).length + Object.keys(write.before.fields).length === 0
  return isLifted || onlyLinks
    ? []
    : [
        violation(
          write,
          'is immutable, and Keystone refuses to change it',
          'Lift that first (`settings: {immutable: false}`), in a plan of its own.',
        ),
      ]
}

function onRole(write: Write, before: GraphView, after: GraphView, { cloudvps }: Limits): Violation[] {
  const { kind, key } = write.ref
  if (kind !== 'role' || write.action === 'delete') return []
  const implied = write.after.links['implies'] ?? []
  const found: Violation[] = []
  if (implied.includes('role:admin'))
    found.push(
      violation(
        write,
        'would imply admin, which Keystone refuses',
        'Give the role admin itself, by a policy.',
      ),
    )
  const ofDomain = implied.find((role) => after.get('role', splitTarget(role).name)?.links['domain']?.length)
  if (ofDomain !== undefined)
    found.push(
      violation(
        write,
        `would imply ${ofDomain}, a role of one domain, which Keystone refuses`,
        'Take it out.',
      ),
    )
  const lifts = write.action === 'update' && write.before.fields['immutable'] === true
  if (!cloudvps && key === 'admin' && lifts && before.get('role', 'admin') !== undefined)
    found.push(
      violation(
        write,
        'would no longer be immutable: whoever renames or deletes it then takes it from every owner at once, and nobody is left to put it right',
        'This cannot be accepted: leave `immutable` as it is.',
      ),
    )
  return found
}

/** Links that come must find what they point at; roles are open, so this is where a name nobody has is noticed. */
function missingTargets(write: Write, after: GraphView, { home }: Limits): Violation[] {
  if (write.action === 'delete') return []
  return Object.values(write.after.links)
    .flat()
    .filter((target) => !exists(after, target))
    .map((target) =>
      violation(
        write,
        `refers to ${target}, which is not there`,
        target.startsWith('role:')
          ? `Declare it as a Role, or name one that is there: ${rolesIn(after)}.`
          : `Declare it for this system (home is the domain ${home}), or take the reference out.`,
      ),
    )
}

function exists(graph: GraphView, target: LinkTarget): boolean {
  const { type, name } = splitTarget(target)
  switch (type) {
    case 'role':
    case 'project':
    case 'group':
    case 'account':
      return graph.get(type, name) !== undefined
    case 'domain':
    case 'projectsIn':
      return graph.get('project', domainKey(name)) !== undefined
    case 'projectsUnder':
      return graph.get('project', name) !== undefined
    case 'system':
      return name === 'all'
    default:
      return false
  }
}

function rolesIn(graph: GraphView): string {
  const names = [...graph.all('role')].map(({ ref }) => ref.key).sort()
  return names.slice(0, 12).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '')
}

/** Keystone accepts a circle, and then shows what follows from it twice. */
function cycles(after: GraphView, writes: readonly Write[]): Violation[] {
  return writes.flatMap((write) => {
    if (write.ref.kind !== 'role' || write.action === 'delete') return []
    const implied = after.get('role', write.ref.key)?.links['implies'] ?? []
    return implied.some((role) => rolesWith(splitTarget(role).name, after).has(write.ref.key))
      ? [violation(write, 'would imply itself', 'Break the circle at one of its roles.')]
      : []
  })
}

/** What is worked out of a state once, however many writes are looked at in it. */
function perGraph<V>(work: (graph: GraphView) => V): (graph: GraphView) => V {
  const memory = new WeakMap<GraphView, V>()
  return (graph) => {
    const found = memory.get(graph) ?? work(graph)
    memory.set(graph, found)
    return found
  }
}
