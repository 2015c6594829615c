import type { AccessFacts, AccessRules, Inherited, Pass, Thing, Widening } from '../../connector/contract.ts'
import type { Rank } from '../../model/access.ts'
import type { Write } from '../../model/change.ts'
import type { GraphView } from '../../model/graph.ts'
import type { Json } from '../../model/json.ts'
import { splitTarget, type LinkTarget, type Resource } from '../../model/resource.ts'
import { description } from './describe.ts'

/**
 * Who may do what in a directory: the whole portable model. Members have the access of their groups and of the groups
 * above; policies let their subjects reach resources; a role is held on a resource by a grant, and on everything, or
 * on a scope, by an account.
 */
export const access: AccessRules = { facts, within, inherits, widens }

function facts({ type, name, resource }: Thing): AccessFacts {
  switch (type) {
    case 'account':
      return resource === undefined ? nothing : ofAccount(resource)
    case 'group':
      return { passes: to(linksOf(resource, 'parent')), rights: [] }
    case 'role':
      return ofRole(name, resource)
    case 'policy':
      return {
        passes: from(linksOf(resource, 'subjects')),
        rights: linksOf(resource, 'resources').map((on) => ({ action: 'reach', on, rank: 'ordinary' })),
      }
    case 'grant':
      return ofGrant(resource)
    case 'mapping':
      return { passes: ofMapping(resource), rights: [] }
    default:
      return nothing
  }
}

const nothing: AccessFacts = { passes: [], rights: [] }

/** A status that is not known may be a usable one. */
function ofAccount(account: Resource): AccessFacts {
  if (account.fields['status'] === 'suspended') return { ...nothing, barred: true }
  const manages = linksOf(account, 'manages')
  const on = linksOf(account, 'scope')[0] ?? everything
  const passes: Pass[] = [toEveryone]
  for (const role of linksOf(account, 'role')) passes.push({ to: role, on })
  for (const link of memberships) for (const group of linksOf(account, link)) passes.push({ to: group })
  return {
    passes,
    rights: manages.map((group) => ({
      action: 'manage',
      on: `members:${splitTarget(group).name}`,
      rank: 'ordinary',
    })),
  }
}

const toEveryone: Pass = { to: 'everyone:*' }
const memberships = ['primaryGroup', 'groups', 'manages']

/** A role is a right by itself, whatever its privileges: what a system makes of it need not be said here. */
function ofRole(name: string, role: Resource | undefined): AccessFacts {
  const rank = rankOf(name, role)
  const privileges = listOf(role?.fields['privileges'])
  return {
    passes: [
      ...to(linksOf(role, 'implies')),
      ...listOf(role?.fields['directoryGroups']).map((group) => ({
        from: `directoryGroup:${group}`,
        on: everything,
      })),
    ],
    rights: [
      { action: `role:${name}`, rank },
      ...privileges.map((action) => ({ action, rank: 'ordinary' as const })),
    ],
  }
}

function rankOf(role: string, known: Resource | undefined): Rank {
  if (role === 'Owner') return 'owner'
  if (role === 'Administrator') return 'administrator'
  return known !== undefined || description.roles.includes(role) ? 'ordinary' : 'unknown'
}

function ofGrant(grant: Resource | undefined): AccessFacts {
  const on = linksOf(grant, 'resource')[0]
  const roles = linksOf(grant, 'role').map((role) => ({ to: role, ...(on === undefined ? {} : { on }) }))
  return { passes: [...from(linksOf(grant, 'subject')), ...roles], rights: [] }
}

/** Who has an attribute is the identity provider's to know: whoever has it is a thing by itself. */
function ofMapping(mapping: Resource | undefined): readonly Pass[] {
  const rules = mapping?.fields['rules']
  const fallback = mapping?.fields['fallback']
  const groups = (Array.isArray(rules) ? rules : []).flatMap((rule: Json) => passesOf(rule))
  const rest =
    typeof fallback === 'string' && fallback !== 'none'
      ? [{ from: 'attribute:*', to: `group:${fallback}` }]
      : []
  return [...groups, ...rest]
}

function passesOf(rule: Json): readonly Pass[] {
  if (typeof rule !== 'object' || rule === null || !('group' in rule)) return []
  const { attribute, in: values, group } = rule
  if (typeof attribute !== 'string' || typeof group !== 'string') return []
  return listOf(values).map((value) => ({ from: `attribute:${attribute}=${value}`, to: `group:${group}` }))
}

/** Whoever may reach a group may reach its members; a scope holds what it names; `all` holds everything. */
function within(target: LinkTarget, graph: GraphView): readonly LinkTarget[] {
  if (target === everything) return []
  const { type, name } = splitTarget(target)
  const account = type === 'account' ? graph.get('account', name) : undefined
  const group = type === 'group' ? graph.get('group', name) : undefined
  return [
    ...linksOf(account, 'primaryGroup'),
    ...linksOf(account, 'groups'),
    ...linksOf(account, 'manages'),
    ...linksOf(group, 'parent'),
    ...(type === 'project' ? scopesOf(target, graph) : []),
    everything,
  ]
}

function scopesOf(project: LinkTarget, graph: GraphView): readonly LinkTarget[] {
  return [...graph.all('scope')]
    .filter((scope) => linksOf(scope, 'enterprises').some((each) => each === project || each === everything))
    .map(({ ref }) => `scope:${ref.key}`)
}

/** The primary group governs the settings. */
function inherits(account: Resource, graph: GraphView): readonly Inherited[] {
  return linksOf(account, 'primaryGroup').flatMap((group) => {
    const fields = graph.get('group', splitTarget(group).name)?.fields ?? {}
    return governed.flatMap((name) =>
      fields[name] === undefined ? [] : [{ name, value: fields[name], from: group }],
    )
  })
}

const governed = [
  'subnets',
  'regions',
  'internetAccess',
  'connectAuth',
  'maxDevices',
  'locationContext',
  'devicePosture',
]

/** Who has which attributes is not written here, so nobody can be named: what the rules give may go to anybody. */
function widens(before: GraphView, after: GraphView, writes: readonly Write[]): readonly Widening[] {
  return writes.flatMap(({ ref }): Widening[] => {
    const [was, is] = [before, after].map((graph) => graph.get('mapping', ref.key)?.fields)
    if (ref.kind !== 'mapping' || was === undefined || is === undefined) return []
    const many = was['mode'] === 'single' && is['mode'] === 'multiple'
    const reordered = isReordered(listOf(was['rules']), listOf(is['rules']))
    return [
      ...(many
        ? [`The mapping "${ref.key}" gives each person all groups that match, and no longer the first alone.`]
        : []),
      ...(reordered
        ? [`The rules of the mapping "${ref.key}" are tried in another order, so people get other groups.`]
        : []),
    ].map((message) => ({ refs: [ref], message }))
  })
}

/** Whether rules that stay come in another order. */
function isReordered(was: readonly string[], is: readonly string[]): boolean {
  const [kept, known] = [new Set(is), new Set(was)]
  const then = was.filter((rule) => kept.has(rule))
  return is.filter((rule) => known.has(rule)).some((rule, at) => rule !== then[at])
}

const everything: LinkTarget = 'all:*'

function to(targets: readonly LinkTarget[]): readonly Pass[] {
  return targets.map((target) => ({ to: target }))
}

function from(targets: readonly LinkTarget[]): readonly Pass[] {
  return targets.map((target) => ({ from: target }))
}

function linksOf(resource: Resource | undefined, link: string): readonly LinkTarget[] {
  return resource?.links[link] ?? []
}

function listOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value)
    ? value.map((item: Json) => (typeof item === 'string' ? item : JSON.stringify(item)))
    : []
}
