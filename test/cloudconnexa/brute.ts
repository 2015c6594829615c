/**
 * Who may do what in a CloudConnexa account, worked out the long way from what its documentation says: every account
 * against every action on every target, apart from the engine and from the rules that it judges.
 */
import type { GraphView } from '../../src/model/graph.ts'
import { splitTarget, type LinkTarget, type Resource } from '../../src/model/resource.ts'
import type { BruteForce } from '../access/brute.ts'

/** What only the Owner manages (C5, C6): no resource names these. */
const ownersOnly = ['billing:*', 'subscription:*', 'owner:*']

/** All other places are networks. */
const hosts = new Set(['build-1'])

export const cloudconnexaBrute: BruteForce = (graph, named) => {
  const targets = new Set([...named, ...ownersOnly])
  const links = (resource: Resource, ...names: readonly string[]): readonly LinkTarget[] =>
    names.flatMap((name) => resource.links[name] ?? [])
  const groupsOf = (account: Resource): readonly LinkTarget[] => links(account, 'primaryGroup', 'groups')
  const people = [...graph.all('account')].filter(({ fields }) => fields['status'] !== 'suspended')
  const policies = [...graph.all('policy')]

  /** Whether who may do something to `holder` may do it to `target`: a thing in a place, a person in a group (M7). */
  const covers = (holder: LinkTarget, target: LinkTarget): boolean => {
    if (holder === target || holder === 'all:*') return true
    const [above, below] = [splitTarget(holder), splitTarget(target)]
    switch (below.type) {
      case 'application':
      case 'ipService': {
        const place = below.name.split('/')[0] ?? ''
        return above.type === (hosts.has(place) ? 'host' : 'network') && ['*', place].includes(above.name)
      }
      case 'network':
      case 'host':
        return above.type === below.type && above.name === '*'
      case 'group':
        return holder === 'everyone:*'
      case 'account': {
        const account = graph.get('account', below.name)
        return holder === 'everyone:*' || (account !== undefined && groupsOf(account).includes(holder))
      }
      default:
        return false
    }
  }

  const facts = new Set<string>()
  const say = (subject: LinkTarget, action: string, on: LinkTarget): void => {
    for (const target of targets) if (covers(on, target)) facts.add(`${subject} ${action} ${target}`)
  }
  /** The groups of a person are all sources alike (M5, M6). */
  const standsFor = (account: Resource): readonly LinkTarget[] => [
    `account:${account.ref.key}`,
    'everyone:*',
    ...groupsOf(account),
  ]
  const open = topologyIsOpen(graph) || policies.some(({ fields }) => fields['default'] === true)
  for (const account of people) {
    const name = `account:${account.ref.key}`
    if (open) say(name, 'reach', 'all:*')
    for (const policy of policies)
      if (links(policy, 'subjects').some((subject) => standsFor(account).includes(subject)))
        for (const on of links(policy, 'resources')) say(name, 'reach', on)
    for (const role of links(account, 'role')) {
      say(name, role, 'all:*')
      if (role === 'role:Owner' || role === 'role:Administrator') say(name, 'administer', 'all:*')
      if (role === 'role:Owner') for (const on of ownersOnly) say(name, 'manage', on)
    }
  }
  // What sits in a network or host is no person: it is told by the policies that name it.
  const places = new Set(policies.flatMap((policy) => links(policy, 'subjects')).filter(isPlace))
  for (const place of places)
    for (const policy of policies)
      if (policy.fields['default'] !== true && links(policy, 'subjects').includes(place))
        for (const on of links(policy, 'resources')) say(place, 'reach', on)

  return {
    facts,
    behind: (subject) =>
      isPlace(subject)
        ? [subject]
        : people
            .filter((account) => standsFor(account).includes(subject))
            .map(({ ref }) => `account:${ref.key}`),
    held: (target) => [...targets].filter((one) => covers(target, one)),
  }
}

/** Under full mesh policies mean nothing; where nobody can tell the topology, they may mean nothing. */
function topologyIsOpen({ facts }: GraphView): boolean {
  return facts?.['topology'] !== 'custom'
}

function isPlace(subject: LinkTarget): boolean {
  return ['network', 'host', 'ipService', 'application'].includes(splitTarget(subject).type)
}
