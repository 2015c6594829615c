import type {
  AccessFacts,
  AccessRules,
  GivenRight,
  Inherited,
  Pass,
  Thing,
} from '../../connector/contract.ts'
import type { GraphView } from '../../model/graph.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { splitTarget, type LinkTarget, type Resource } from '../../model/resource.ts'

/**
 * Who may do what in a CloudConnexa account. All groups of a person add access (M5, M6), the primary one alone governs
 * the settings (M3), and a group as a destination is all its people and their devices (M7). Under full mesh, or where
 * nobody can tell the topology, access groups say nothing: everybody reaches everything.
 */
export const access: AccessRules = { facts, within, inherits }

function facts({ type, name, resource }: Thing, graph: GraphView): AccessFacts {
  switch (type) {
    case 'account':
      return resource === undefined ? nothing : ofAccount(resource)
    case 'everyone':
      return graph.facts?.['topology'] === 'custom' ? nothing : { passes: [{ to: fullMesh }], rights: [] }
    case 'topology':
      return { passes: [], rights: [reach(everything)], note: 'no policy has any effect' }
    case 'role':
      return { passes: [], rights: rightsOf(name) }
    case 'policy':
      return ofPolicy(resource)
    case 'mapping':
      return { passes: ofMapping(resource), rights: [] }
    default:
      return nothing
  }
}

const nothing: AccessFacts = { passes: [], rights: [] }
const everything: LinkTarget = 'all:*'
/** What stands in the way when everybody reaches everything: no resource, and it is told as the way. */
const fullMesh: LinkTarget = 'topology:full-mesh'

/** A status that is not known may be a usable one. */
function ofAccount(account: Resource): AccessFacts {
  if (account.fields['status'] === 'suspended') return { ...nothing, barred: true }
  const groups = [...linksOf(account, 'primaryGroup'), ...linksOf(account, 'groups')]
  return {
    passes: [
      { to: 'everyone:*' },
      ...linksOf(account, 'role').map((role) => ({ to: role })),
      ...groups.map((group) => ({ to: group })),
    ],
    rights: [],
  }
}

/** C5, C6, C7: billing, the subscription and the Owner's account are the Owner's alone; a member administers nothing. */
function rightsOf(role: string): readonly GivenRight[] {
  const held = (rank: GivenRight['rank']): GivenRight => ({ action: `role:${role}`, on: everything, rank })
  switch (role) {
    case 'Owner':
      return [
        held('owner'),
        { action: 'administer', on: everything, rank: 'owner' },
        { action: 'manage', on: 'billing:*', rank: 'owner' },
        { action: 'manage', on: 'subscription:*', rank: 'owner' },
        { action: 'manage', on: 'owner:*', rank: 'owner' },
      ]
    case 'Administrator':
      return [held('administrator'), { action: 'administer', on: everything, rank: 'administrator' }]
    case 'Member':
      return [held('ordinary')]
    default:
      return [held('unknown')]
  }
}

function ofPolicy(policy: Resource | undefined): AccessFacts {
  // While the group of the full-mesh topology is there, it voids all others, whatever it was made into.
  if (policy?.fields['default'] === true)
    return {
      passes: [{ from: 'everyone:*' }],
      rights: [reach(everything)],
      note: 'the full-mesh access group is still there: no other policy has any effect',
    }
  return {
    passes: linksOf(policy, 'subjects').map((subject) => ({ from: subject })),
    rights: linksOf(policy, 'resources').map(reach),
  }
}

function reach(on: LinkTarget): GivenRight {
  return { action: 'reach', on, rank: 'ordinary' }
}

/** Who has an attribute is the identity provider's to know: whoever has it is a thing by itself. */
function ofMapping(mapping: Resource | undefined): readonly Pass[] {
  const fallback = mapping?.fields['fallback']
  return [
    ...listOf(mapping?.fields['rules']).flatMap(passesOf),
    ...(typeof fallback === 'string' && fallback !== 'none'
      ? [{ from: 'attribute:*', to: `group:${fallback}` }]
      : []),
  ]
}

function passesOf(rule: Json): readonly Pass[] {
  if (typeof rule !== 'object' || rule === null || !('group' in rule)) return []
  const { attribute, in: values, group } = rule
  if (typeof attribute !== 'string' || typeof group !== 'string') return []
  return listOf(values).flatMap((value) =>
    typeof value === 'string' ? [{ from: `attribute:${attribute}=${value}`, to: `group:${group}` }] : [],
  )
}

/** Who may reach a network or host reaches what belongs to it; a group, its members; and `all`, everything. */
function within(target: LinkTarget, graph: GraphView): readonly LinkTarget[] {
  const { type, name } = splitTarget(target)
  switch (type) {
    case 'all':
      return []
    case 'account': {
      const account = graph.get('account', name)
      return [...linksOf(account, 'primaryGroup'), ...linksOf(account, 'groups'), 'everyone:*', everything]
    }
    case 'group':
      return ['everyone:*', everything]
    case 'application':
    case 'ipService': {
      const above = name.split('/')[0] ?? ''
      return [...placesOf(above, graph).map((sort) => `${sort}:${above}`), everything]
    }
    case 'network':
    case 'host':
      return name === '*' ? [everything] : [`${type}:*`, everything]
    default:
      return [everything]
  }
}

/** What has a name: a network, a host, or one of each; where nobody read them, it may be either. */
function placesOf(name: string, { facts: known }: GraphView): readonly string[] {
  const places = known?.['places']
  const found = isObject(places) && Object.hasOwn(places, name) ? listOf(places[name]) : []
  return found.length > 0 ? found.map(String) : ['network', 'host']
}

/** M3, C2: the primary group governs the settings; secondary ones change none (M5). */
function inherits(account: Resource, graph: GraphView): readonly Inherited[] {
  return linksOf(account, 'primaryGroup').flatMap((group) =>
    Object.entries(graph.get('group', splitTarget(group).name)?.fields ?? {}).map(([name, value]) => ({
      name,
      value,
      from: group,
    })),
  )
}

function linksOf(resource: Resource | undefined, link: string): readonly LinkTarget[] {
  return resource?.links[link] ?? []
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
