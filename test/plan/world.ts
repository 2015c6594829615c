/** Small worlds for the planner: wishes on one side, live resources on the other, and what comes between. */
import type { Rules } from '../../src/connector/contract.ts'
import type { Description } from '../../src/connector/describe.ts'
import type { Change } from '../../src/model/change.ts'
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { Step } from '../../src/model/plan.ts'
import { kinds, refKey, type Kind, type Resource } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { diff } from '../../src/plan/diff.ts'
import { grantKey } from '../../src/plan/renaming.ts'
import { order } from '../../src/plan/order.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'

export const system = 'office'

type Content = Partial<Pick<Resource, 'fields' | 'links' | 'id'>>

export function live(kind: Kind, key: string, { fields = {}, links = {}, id }: Content = {}): Resource {
  return { ref: { system, kind, key }, ...(id === undefined ? {} : { id }), fields, links }
}

/** An account that is usable by default, with whatever else is said. */
export function person(key: string, { fields = {}, links = {}, id }: Content = {}): Resource {
  return live('account', key, {
    fields: { username: key, type: 'person', status: 'active', ...fields },
    links: { role: ['role:Member'], primaryGroup: [], groups: [], manages: [], scope: [], ...links },
    ...(id === undefined ? {} : { id }),
  })
}

export function owner(key: string, content: Content = {}): Resource {
  return person(key, { ...content, links: { ...content.links, role: ['role:Owner'] } })
}

export function grant(subject: string, role: string, resource: string): Resource {
  const links = { subject: [subject], role: [`role:${role}`], resource: [resource] }
  const ref = { system, kind: 'grant', key: '' } as const
  return live('grant', grantKey({ ref, links }) ?? '', { links })
}

/** Wishes a resource just as it is live, with whatever else is said. */
export function wish(resource: Resource, more: Partial<Wish> = {}): Wish {
  const { ref, fields, links } = resource
  return {
    ref,
    fields,
    links,
    state: 'present',
    handle: ref.key,
    previousKeys: [],
    cause: { file: 'access/all.yaml', line: 1, document: `${titles[ref.kind]}/${more.handle ?? ref.key}` },
    ...more,
  }
}

export function desired(wishes: readonly Wish[], comparesGrants = false): DesiredGraph {
  const of = (kind: Kind) =>
    new Map(wishes.filter((one) => one.ref.kind === kind).map((one) => [one.ref.key, one]))
  return {
    system,
    wishes: Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as unknown as DesiredGraph['wishes'],
    comparesGrants,
  }
}

export function config(more: Partial<SystemConfig> = {}): SystemConfig {
  return {
    name: system,
    connector: 'directory',
    credentials: {},
    authentication: 'local',
    memberships: 'manifests',
    settings: {},
    stage: 'full',
    exclusive: [],
    ignore: {},
    owners: { anchors: [], minimum: 1 },
    automation: [],
    limits: { moreThan: 10, percent: 10 },
    places: {},
    cause: { file: 'rolecall.yaml', line: 7, document: 'System/office' },
    ...more,
  }
}

/** What an earlier run applied. */
export function applied(kind: Kind, key: string, more: Partial<InventoryEntry> = {}): InventoryEntry {
  return { system, kind, key, handle: key, wish: 'its digest', run: '20261101-1', ...more }
}

export interface World {
  readonly wishes?: readonly Wish[]
  readonly live?: readonly Resource[]
  readonly config?: Partial<SystemConfig>
  readonly inventory?: readonly InventoryEntry[]
  readonly comparesGrants?: boolean
  readonly description?: Description
  readonly rules?: Rules
}

export function changesOf(world: World): Change[] {
  return diff({
    desired: desired(world.wishes ?? [], world.comparesGrants),
    actual: new Graph(system, world.live ?? []),
    description: world.description ?? description,
    rules: world.rules ?? rules,
    config: config(world.config),
    inventory: world.inventory ?? [],
  })
}

export function stepsOf(world: World): Step[] {
  return order(changesOf(world), {
    actual: new Graph(system, world.live ?? []),
    description: world.description ?? description,
    rules: world.rules ?? rules,
    system,
  })
}

/** The inventory after a run: what is declared and live, and what was known before and is still there. */
export function remembered({ wishes = [], inventory = [] }: World, end: GraphView): InventoryEntry[] {
  const declared = wishes.flatMap(({ ref, handle }) => {
    const id = end.get(ref.kind, ref.key)?.id
    return [applied(ref.kind, ref.key, { handle, ...(id === undefined ? {} : { id }) })]
  })
  const known = new Set(declared.map(refKey))
  const ids = new Set(declared.flatMap((entry) => entry.id ?? []))
  return [...declared, ...inventory.filter((one) => !known.has(refKey(one)) && !ids.has(one.id ?? ''))]
}

/** One line a change, enough to read a plan in a test: `update account:bo -role role:Member +role role:Owner`. */
export function short(change: Change): string {
  const held = change.action === 'keep' ? ` (${[change.reason, change.held].filter(Boolean).join(' ')})` : ''
  const from = 'from' in change ? ` from ${change.from ?? ''}` : ''
  const sign = { before: '-', after: '+' }
  const touched = (['before', 'after'] as const).flatMap((side) => {
    if (change.action === 'create' || change.action === 'delete') return []
    const part = side in change ? (change[side as never] as Resource | undefined) : undefined
    return [part?.fields ?? {}, part?.links ?? {}].flatMap((values) =>
      Object.entries(values).map(
        ([name, value]) =>
          ` ${sign[side]}${name} ${[value]
            .flat()
            .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
            .join(',')}`,
      ),
    )
  })
  return `${change.action} ${change.ref.kind}:${change.ref.key}${from}${held}${touched.join('')}`
}

const titles: Record<Kind, string> = {
  role: 'Role',
  project: 'Project',
  scope: 'Scope',
  group: 'Group',
  account: 'User',
  policy: 'AccessPolicy',
  grant: 'AccessPolicy',
  mapping: 'GroupMapping',
}
