import type { Ownership, Rules, Violation } from '../../connector/contract.ts'
import type { Write } from '../../model/change.ts'
import type { GraphView } from '../../model/graph.ts'
import {
  kinds,
  refKey,
  splitTarget,
  type Kind,
  type LinkTarget,
  type Resource,
  type ResourceRef,
} from '../../model/resource.ts'
import { access } from './access.ts'
import { description } from './describe.ts'

/**
 * What holds in a directory: who owns it, what a role is worth, and what no plan may do. What is not known here
 * (a role, a status, a type of account) is never taken for harmless and never counts as an owner.
 */
export const rules: Rules = {
  ownership,
  ownershipDependsOn,
  power,
  invariants,
  sealed: (resource) => resource.fields['sealed'] === true,
  access,
}

function ownership(account: Resource): Ownership {
  if (!linksOf(account, 'role').includes('role:Owner')) return { owner: false, unusable: [] }
  const { type, status } = account.fields
  const unusable: string[] = []
  if (type === 'service') unusable.push('a service account')
  else if (type !== 'person' && type !== 'break-glass') unusable.push(`of unknown type ${show(type)}`)
  if (status === 'suspended') unusable.push('suspended')
  else if (status !== 'active') unusable.push(`of unknown status ${show(status)}`)
  for (const scope of linksOf(account, 'scope')) unusable.push(`limited to scope ${splitTarget(scope).name}`)
  return { owner: true, unusable }
}

/** The highest tier of the account's role and all that it implies; a suspended account has none. */
function power(account: Resource, graph: GraphView): ReturnType<Rules['power']> {
  if (account.fields['status'] === 'suspended') return 'none'
  const held = [...impliedRoles(linksOf(account, 'role'), graph)]
  return ranking[Math.min(...held.map((role) => ranking.indexOf(tierOf(role, graph))))] ?? 'none'
}

/** The declared roles that the account's power comes through. Built-in ones stand on it by themselves. */
function ownershipDependsOn(account: Resource, graph: GraphView): readonly ResourceRef[] {
  return [...impliedRoles(linksOf(account, 'role'), graph)]
    .filter((role) => !description.roles.includes(role))
    .map((key) => ({ system: account.ref.system, kind: 'role', key }))
}

/** Unknown power may be any: only an owner is certain to have no more. */
const ranking = ['owner', 'unknown', 'administrator', 'member'] as const

function tierOf(role: string, graph: GraphView): (typeof ranking)[number] {
  if (role === 'Owner') return 'owner'
  if (role === 'Administrator') return 'administrator'
  return role === 'Member' || graph.get('role', role) !== undefined ? 'member' : 'unknown'
}

/** Names of the roles and of everything they imply, also through each other. */
function impliedRoles(roles: readonly LinkTarget[], graph: GraphView): ReadonlySet<string> {
  const held = new Set<string>()
  const open = [...roles]
  for (let role = open.pop(); role !== undefined; role = open.pop()) {
    const { name } = splitTarget(role)
    if (held.has(name)) continue
    held.add(name)
    open.push(...(graph.get('role', name)?.links['implies'] ?? []))
  }
  return held
}

function invariants(before: GraphView, after: GraphView, writes: readonly Write[]): readonly Violation[] {
  return [
    ...sealedWrites(before, writes),
    ...builtInRoles(writes),
    ...missingTargets(after, writes),
    ...keptReferences(after, writes),
    ...cycles('group', 'parent', after, writes),
    ...cycles('role', 'implies', after, writes),
  ]
}

function sealedWrites(before: GraphView, writes: readonly Write[]): Violation[] {
  return writes.flatMap((write) => {
    const live = before.get(write.ref.kind, write.action === 'rename' ? write.from : write.ref.key)
    if (live === undefined || !rules.sealed(live)) return []
    return {
      refs: [write.ref],
      message: `${refKey(write.ref)} is sealed, and no plan may write it.`,
      remedy: 'Declare it as it is, or let a person lift the seal in the file of the directory.',
    }
  })
}

function builtInRoles(writes: readonly Write[]): Violation[] {
  return writes.flatMap((write) => {
    if (write.ref.kind !== 'role' || write.action === 'delete') return []
    const isBuiltIn = description.roles.includes(write.ref.key)
    const impliesOwner = (write.after.links['implies'] ?? []).includes('role:Owner')
    if (!isBuiltIn && !impliesOwner) return []
    return {
      refs: [write.ref],
      message: isBuiltIn
        ? `${refKey(write.ref)} has the name of a built-in role.`
        : `${refKey(write.ref)} would imply Owner, which stands on accounts only.`,
      remedy: isBuiltIn ? 'Give the role another name.' : 'Give the role Owner to the accounts themselves.',
    }
  })
}

/** Links that come must find what they point at. */
function missingTargets(after: GraphView, writes: readonly Write[]): Violation[] {
  return writes.flatMap((write) => {
    if (write.action === 'delete') return []
    return Object.values(write.after.links)
      .flat()
      .filter((target) => !exists(after, target))
      .map((target) => ({
        refs: [write.ref],
        message: `${refKey(write.ref)} refers to ${target}, which is not in the directory.`,
        remedy: `Declare ${target} for this system, or take the reference out.`,
      }))
  })
}

/** What goes must not be referred to by anything that stays, memberships aside. */
function keptReferences(after: GraphView, writes: readonly Write[]): Violation[] {
  const gone = new Set(writes.filter((write) => write.action === 'delete').map((write) => refKey(write.ref)))
  if (gone.size === 0) return []
  const goneKinds = new Set([...gone].map((target) => splitTarget(target).type))
  return kinds.flatMap((kind) => {
    const restricting = restrictingLinks(kind, goneKinds)
    if (restricting.length === 0) return []
    return [...after.all(kind)].flatMap((resource) =>
      restricting
        .flatMap((link) => linksOf(resource, link))
        .filter((target) => gone.has(target) && !exists(after, target))
        .map((target) => stillReferred(resource, target)),
    )
  })
}

function restrictingLinks(kind: Kind, targets: ReadonlySet<string>): readonly string[] {
  return Object.entries(description.kinds[kind]?.links ?? {})
    .filter(([, link]) => link.onRemove === 'restrict' && link.to.some((type) => targets.has(type)))
    .map(([name]) => name)
}

function stillReferred(resource: Resource, target: LinkTarget): Violation {
  return {
    refs: [resource.ref],
    message: `${refKey(resource.ref)} still refers to ${target}, which would be removed.`,
    remedy: `Keep ${target}, or change ${refKey(resource.ref)} in the same plan.`,
  }
}

/** Cycles that run through something the plan writes; each is told once. */
function cycles(kind: Kind, link: string, after: GraphView, writes: readonly Write[]): Violation[] {
  const told = new Set<string>()
  return writes.flatMap((write) => {
    if (write.ref.kind !== kind || write.action === 'delete' || told.has(write.ref.key)) return []
    const cycle = cycleThrough(kind, write.ref.key, link, after)
    if (cycle === undefined) return []
    for (const key of cycle) told.add(key)
    return {
      refs: [write.ref],
      message: `${refKey(write.ref)} would lead back to itself: ${[...cycle, write.ref.key].join(' → ')}.`,
      remedy: `Take one ${link} of these out.`,
    }
  })
}

/** The way from a resource back to itself, or undefined. Each resource is looked at once. */
function cycleThrough(kind: Kind, start: string, link: string, graph: GraphView): string[] | undefined {
  const seen = new Set<string>()
  const walk = (key: string, way: readonly string[]): string[] | undefined => {
    for (const target of graph.get(kind, key)?.links[link] ?? []) {
      const { name } = splitTarget(target)
      if (name === start) return [...way, key]
      if (seen.has(name)) continue
      seen.add(name)
      const found = walk(name, [...way, key])
      if (found) return found
    }
    return undefined
  }
  return walk(start, [])
}

/** Native targets (`everyone:*`, `network:hq`) are not the directory's to check. */
function exists(graph: GraphView, target: LinkTarget): boolean {
  const { type, name } = splitTarget(target)
  if (type === 'role' && description.roles.includes(name)) return true
  const kind = kinds.find((known) => known === type)
  return kind === undefined || graph.get(kind, name) !== undefined
}

function linksOf(resource: Resource, link: string): readonly LinkTarget[] {
  return resource.links[link] ?? []
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
