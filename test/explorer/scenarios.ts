/** The worlds that are explored: three people and two groups in two systems, and what two merged changes wish of them. */
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { kinds, type Kind, type Resource } from '../../src/model/resource.ts'
import { truthOf } from './plain-system.ts'
import type { Scenario } from './world.ts'

/** `ana: Owner ops` an account with its role and groups; `suspended` stops it. A person who is not named is not there. */
export type Words = Readonly<Record<string, string>>
/** By system. */
export type Both = { readonly vpn: Words; readonly stack: Words }

interface ScenarioWords {
  readonly title: string
  readonly live: Both
  /** What the first run and the second wish; the second is the newer. */
  readonly wishes: readonly Both[]
  readonly groups?: readonly [live: readonly string[], ...wished: readonly (readonly string[])[]]
  readonly anchors?: readonly string[]
  readonly faults?: number
  readonly attempts?: readonly number[]
  readonly hides?: string
}

export function scenario(words: ScenarioWords): Scenario {
  const {
    title,
    live,
    wishes,
    groups = [['ops']],
    anchors = [],
    faults = 1,
    attempts = [2, 1],
    hides = 'bo',
  } = words
  const [liveGroups, ...wishedGroups] = groups
  return {
    ...{ title, attempts, faults, hides },
    systems: (['vpn', 'stack'] as const).map((name) => {
      const resources = [
        ...liveGroups.map((group) => groupOf(name, group)),
        ...Object.entries(live[name]).map(([person, said]) => accountOf(name, person, said)),
      ]
      return {
        ...{ name, lag: name === 'vpn' ? 0 : 1, anchors },
        live: truthOf(name, resources),
        inventory: resources.map(entryOf),
      } as const
    }),
    wishes: wishes.map(
      (wish, index) =>
        new Map(
          (['vpn', 'stack'] as const).map((name) => [
            name,
            desiredOf(name, wishedGroups[index] ?? liveGroups, wish[name]),
          ]),
        ),
    ),
  }
}

function groupOf(system: string, key: string): Resource {
  return { ref: { system, kind: 'group', key }, id: `group:${key}#0`, fields: {}, links: { parent: [] } }
}

function accountOf(system: string, key: string, said: string): Resource {
  const { role, status, groups } = partsOf(said)
  return {
    ref: { system, kind: 'account', key },
    id: `account:${key}#0`,
    fields: { username: key, type: 'person', status },
    links: { role: [`role:${role}`], groups, primaryGroup: [], manages: [], scope: [] },
  }
}

function partsOf(said: string): { role: string; status: string; groups: string[] } {
  const [role = 'Member', ...rest] = said.split(' ')
  return {
    role,
    status: rest.includes('suspended') ? 'suspended' : 'active',
    groups: rest.filter((word) => word !== 'suspended').map((group) => `group:${group}`),
  }
}

function entryOf({ ref, id }: Resource): InventoryEntry {
  return { ...ref, ...(id === undefined ? {} : { id }), handle: ref.key, wish: 'as before', run: 'r0' }
}

function desiredOf(system: string, groups: readonly string[], accounts: Words): DesiredGraph {
  const wishes = Object.fromEntries(kinds.map((kind) => [kind, new Map<string, Wish>()])) as Record<
    Kind,
    Map<string, Wish>
  >
  const add = (kind: Kind, key: string, document: string, more: Partial<Wish>): void => {
    const wish: Wish = {
      ...{
        ref: { system, kind, key },
        fields: {},
        links: {},
        state: 'present',
        handle: key,
        previousKeys: [],
      },
      cause: { file: 'access/all.yaml', line: 1, document: `${document}/${key}` },
      ...more,
    }
    wishes[kind].set(key, wish)
  }
  for (const group of groups) add('group', group, 'Group', {})
  for (const [person, said] of Object.entries(accounts)) {
    const { role, status, groups: memberOf } = partsOf(said)
    add('account', person, 'User', {
      fields: { username: person, type: 'person', status },
      links: { role: [`role:${role}`], groups: memberOf },
      ...{ person, exactGroups: true },
    })
  }
  return { system, wishes, comparesGrants: false }
}
