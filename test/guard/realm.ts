import type { Rules } from '../../src/connector/contract.ts'
import type { Description } from '../../src/connector/describe.ts'
import type { GraphView } from '../../src/model/graph.ts'
import { splitTarget, type Resource, type ResourceRef } from '../../src/model/resource.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { rules as directoryRules } from '../../src/systems/directory/rules.ts'

/**
 * A system in which the owner role can also come through a group, at any depth, or from an identity provider; in which
 * people are invited before they are in, and roles may have an end: the directory has no such thing, and guards must
 * hold for systems that do. Unknown values are no.
 */
export const description: Description = {
  ...directory,
  connector: 'realm',
  kinds: {
    ...directory.kinds,
    account: {
      ...must(directory.kinds.account),
      fields: {
        ...must(directory.kinds.account).fields,
        invitation: { about: 'Where it stands.', write: 'read', shape: 'scalar' },
        roleFrom: { about: 'Who gave the role.', write: 'read', shape: 'scalar' },
        roleEnds: { about: 'Until when the role is held.', write: 'read', shape: 'scalar' },
      },
    },
    group: {
      ...must(directory.kinds.group),
      links: {
        ...must(directory.kinds.group).links,
        role: {
          about: 'The role that members hold.',
          write: 'write',
          shape: 'one',
          to: ['role'],
          onRemove: 'restrict',
        },
      },
    },
  },
}

export const rules: Rules = {
  ...directoryRules,
  ownership(account, graph) {
    const own = account.links['role'] ?? []
    const given = groupsOf(account, graph).flatMap((key) => graph.get('group', key)?.links['role'] ?? [])
    const known =
      given.length === 0 ? account : { ...account, links: { ...account.links, role: [...own, ...given] } }
    const { owner, unusable } = directoryRules.ownership(known, graph)
    if (!owner) return { owner, unusable }
    const { invitation, roleFrom, roleEnds } = account.fields
    const accepted = invitation === undefined || invitation === 'accepted'
    return {
      owner,
      unusable: !accepted ? [...unusable, `invited (${JSON.stringify(invitation)})`] : unusable,
      ...(invitation === 'pending' && unusable.length === 0 ? { pending: true } : {}),
      ...(roleFrom === undefined || roleFrom === 'here' ? {} : { viaProvider: true }),
      ...(typeof roleEnds === 'string' ? { lasts: roleEnds } : {}),
    }
  },
  ownershipDependsOn: (account, graph) => groupRefs(account, graph),
  power(account, graph) {
    if (account.fields['status'] === 'suspended') return 'none'
    return rules.ownership(account, graph).owner ? 'owner' : directoryRules.power(account, graph)
  },
}

function groupRefs(account: Resource, graph: GraphView): readonly ResourceRef[] {
  const { system } = account.ref
  return groupsOf(account, graph).map((key) => ({ system, kind: 'group', key }))
}

/** The groups of an account and all above them; a cycle ends where it began. */
function groupsOf({ links }: Pick<Resource, 'links'>, graph: GraphView): readonly string[] {
  const seen: string[] = []
  const open = [...(links['groups'] ?? []), ...(links['primaryGroup'] ?? [])]
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    const { name } = splitTarget(target)
    if (seen.includes(name)) continue
    seen.push(name)
    open.push(...(graph.get('group', name)?.links['parent'] ?? []))
  }
  return seen
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the directory has groups')
  return value
}
