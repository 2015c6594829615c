import process from 'node:process'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { refusals } from '../../src/guard/exit.ts'
import { lastOwner } from '../../src/guard/last-owner.ts'
import { isWrite, type Change } from '../../src/model/change.ts'
import type { Wish } from '../../src/model/desired.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { Resource } from '../../src/model/resource.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { ownerContext } from '../../src/plan/owners.ts'
import { lowered } from '../../src/plan/simulate.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { rules as directoryRules } from '../../src/systems/directory/rules.ts'
import { account, config, context, desired, guardCase, ref, thing } from './case.ts'
import { allDone, inOrder, someSubsetLocksOut, wayToLockout, type World } from './oracle.ts'
import * as realm from './realm.ts'

/**
 * The floor of one owner against an oracle that walks through every state there is: random small worlds, random
 * wishes, the real difference, every order, and any step done or not done. What is drawn is drawn anew in every run;
 * `ROLECALL_DEEP=1` draws more in one.
 */

const isDeep = process.env['ROLECALL_DEEP'] === '1'

const systems = {
  directory: { description: directory, rules: directoryRules },
  realm,
}
type SystemName = keyof typeof systems

const accounts = ['ana', 'bo', 'ci-bot', 'guest-1'] as const
const groups = ['admins', 'staff', 'crew'] as const

interface AccountState {
  readonly role: string
  readonly status: string
  readonly type: string
  readonly scope: string | undefined
  readonly groups: readonly string[]
}

interface Draw {
  readonly before: Readonly<Record<string, AccountState | undefined>>
  readonly after: Readonly<Record<string, AccountState | undefined>>
  readonly groupsBefore: GroupsState
  readonly groupsAfter: GroupsState
  /** Who gets another name: nobody; ana; or each the name of the next, in a row or all round. */
  readonly names: 'as before' | 'one' | 'a row' | 'a ring'
  readonly soon: readonly string[]
  readonly automation: boolean
  /** What the realm itself says of an account, and nobody here can write. */
  readonly facts: Readonly<Record<string, Resource['fields']>>
  /** Who is compromised: suspended, in the first wave, unless the plan cannot. */
  readonly stopped: readonly string[]
  readonly suspends: boolean
  /** A group in which everybody's membership soon ends. */
  readonly ending: string | undefined
  readonly planned: boolean
  readonly order: readonly number[]
}

type GroupsState = Readonly<
  Record<string, { readonly role: string | undefined; readonly parent: string | undefined } | undefined>
>

/** Mostly what makes owners and what unmakes them: worlds in which nobody owns anything say little. */
const accountState = fc.record({
  role: fc.constantFrom('Owner', 'Owner', 'Member', 'Mystery'),
  status: fc.constantFrom('active', 'active', 'active', 'suspended', 'dormant'),
  type: fc.constantFrom('person', 'person', 'person', 'break-glass', 'service'),
  scope: fc.constantFrom(undefined, undefined, undefined, 'eu'),
  groups: fc.subarray([...groups]),
})
const someAccounts = fc.record(
  Object.fromEntries(accounts.map((key) => [key, fc.option(accountState, { nil: undefined, freq: 4 })])),
)
/** Nested either way round, so that a plan may turn a tree over; manifests with a circle never become a plan. */
const someGroups = fc.boolean().chain((upwards) => {
  const ranked = upwards ? [...groups] : [...groups].reverse()
  const groupState = (key: (typeof groups)[number]) =>
    fc.record({
      role: fc.constantFrom(undefined, 'Owner'),
      parent: fc.constantFrom(undefined, ...ranked.slice(0, ranked.indexOf(key))),
    })
  return fc.record(
    Object.fromEntries(groups.map((key) => [key, fc.option(groupState(key), { nil: undefined, freq: 4 })])),
  )
})
const facts = fc.constantFrom<Resource['fields'][]>(
  ...[{}, {}, {}, {}, {}],
  ...[{ invitation: 'pending' }, { roleFrom: 'okta' }, { roleEnds: '2026-11-23' }],
  { invitation: 'accepted', roleFrom: 'here', roleEnds: '2027-01-01' },
)
const anything: fc.Arbitrary<Draw> = fc.record({
  before: someAccounts,
  after: someAccounts,
  groupsBefore: someGroups,
  groupsAfter: someGroups,
  names: fc.constantFrom('as before', 'one'),
  soon: fc.subarray([...accounts], { maxLength: 1 }),
  automation: fc.boolean(),
  facts: fc.record(Object.fromEntries(accounts.map((key) => [key, facts]))),
  stopped: fc.oneof(
    { arbitrary: fc.constant([]), weight: 3 },
    { arbitrary: fc.subarray([...accounts], { minLength: 1, maxLength: 1 }), weight: 1 },
  ),
  suspends: fc.boolean(),
  ending: fc.option(fc.constantFrom(...groups), { nil: undefined, freq: 2 }),
  planned: fc.boolean(),
  order: fc.noShrink(fc.array(fc.nat(100), { minLength: 12, maxLength: 12 })),
})

/**
 * The one who owns everything goes, and all hangs on bo, who owns it through a group and has some reason not to be
 * counted on, or none: worlds that chance alone hardly ever makes.
 */
const handovers: fc.Arbitrary<Draw> = fc
  .record({ draw: anything, stopped: fc.constantFrom([], ['bo']), goes: fc.boolean() })
  .map(({ draw, stopped, goes }) => {
    const words = { status: 'active', type: 'person', scope: undefined }
    const bo = { ...words, role: 'Member', groups: ['admins'] }
    const [ana, lowered] = ['Owner', 'Member'].map((role) => ({ ...words, role, groups: [] }))
    const admins = { role: 'Owner', parent: undefined }
    return {
      ...draw,
      before: { ...draw.before, ana, bo },
      after: { ...draw.after, ana: goes ? undefined : lowered, bo },
      groupsBefore: { ...draw.groupsBefore, admins },
      groupsAfter: { ...draw.groupsAfter, admins },
      facts: {},
      soon: [],
      stopped,
      ending: draw.ending === undefined ? undefined : 'admins',
    }
  })
/** Names that move along a row: nothing else here is told by a name, and only a plan has them in an order that can be done. */
const rows: fc.Arbitrary<Draw> = fc
  .record({ draw: anything, names: fc.constantFrom('a row', 'a ring') })
  .map(({ draw, names }) => ({
    ...draw,
    ...{ names, soon: [], stopped: [], ending: undefined, automation: false, planned: true },
  }))
const draws = fc.oneof(
  { arbitrary: anything, weight: 4 },
  { arbitrary: handovers, weight: 1 },
  { arbitrary: rows, weight: 1 },
)

/** Quick on an idle machine; these walks must not fail for want of one. */
vi.setConfig({ testTimeout: 240_000 })

describe.each<SystemName>(['directory', 'realm'])('%s', (name) => {
  it('D3: for random states and manifests a plan is accepted only if no reachable state is without a usable owner, and refused only if some part of it leaves nobody', () => {
    fc.assert(
      fc.property(draws.filter(isOwned(name)), (draw) => {
        const { one, world } = scene(name, draw)
        const findings = check([one], context(), [lastOwner])
        const refused = refusals(findings).length > 0
        // in a directory nothing depends on what others do, and so it is exactly the end that counts
        if (name === 'directory' && one.steps.some(({ change }) => isWrite(change)))
          expect(refused).toBe(world.usable(allDone(world)).size === 0)
        // whatever is done of it, in any order and without any barrier
        if (refused) {
          // a rename that waits for a name holds up what comes after it, and a guard that counts on nothing refuses all the same
          if (!isMoving(draw)) expect(someSubsetLocksOut(world)).toBe(true)
        } else {
          expect(wayToLockout(world, { barrier: true })).toBeUndefined()
          // with a warning, what lowers the last one waits until somebody has accepted an invitation
          if (findings.length === 0) expect(world.usable(allDone(world)).size).toBeGreaterThan(0)
        }
      }),
      { numRuns: isDeep ? 2000 : 1000 },
    )
  })

  it('without a usable owner at the start, an accepted plan takes nothing away', () => {
    fc.assert(
      // who is compromised can be relied on by nobody, and hands over all the same
      fc.property(
        draws.filter((draw) => draw.stopped.length === 0 && !isOwned(name)(draw)),
        (draw) => {
          const { one } = scene(name, draw)
          if (refusals(check([one], context(), [lastOwner])).length > 0) return
          expect(one.steps.filter(({ change }) => change.action === 'delete')).toEqual([])
        },
      ),
      { numRuns: isDeep ? 1000 : 400 },
    )
  })
})

it('without the guard the oracle does find the way to a lockout', () => {
  let found = 0
  fc.assert(
    fc.property(draws, (draw) => {
      if (isOwned('realm')(draw) && wayToLockout(scene('realm', draw).world, { barrier: false })) found++
    }),
    { numRuns: 500, seed: 1 },
  )
  expect(found).toBeGreaterThan(50)
})

/** Whether somebody owns the system before anything is done: asked of many worlds, of which few are planned for. */
function isOwned(name: SystemName): (draw: Draw) => boolean {
  return (draw) => usableFor(name, draw)(new Graph('vpn', liveOf(name, draw))).size > 0
}

function liveOf(name: SystemName, draw: Draw): readonly Resource[] {
  return [
    thing('role', 'Mystery-not'),
    thing('scope', 'eu'),
    ...groupsOf(name, draw.groupsBefore),
    ...accountsOf(draw.before, draw.groupsBefore).map((one) => ({
      ...one,
      ...(isMoving(draw) ? { id: `${one.ref.key}#` } : {}),
      fields: name === 'realm' ? { ...one.fields, ...draw.facts[one.ref.key] } : one.fields,
    })),
  ]
}

function scene(name: SystemName, draw: Draw) {
  const { description, rules } = systems[name]
  const live = liveOf(name, draw)
  const settings = config({
    automation: draw.automation ? ['ci-bot'] : [],
    ignore: { account: ['guest-*'] },
  })
  const wishes = wishesOf(name, draw)
  const graph = new Graph('vpn', live)
  const changes = diff({
    desired: desired(wishes),
    actual: graph,
    description,
    rules,
    config: settings,
    inventory: inventoryOf(draw),
  })
  // The order of a plan, or any order at all in which each step still says whom it lowers.
  const parts = { config: settings, description, rules, desired: desired(wishes), people: new Map() }
  const owners = ownerContext(parts, graph, changes.filter(isWrite), context().now)
  const steps = draw.planned
    ? order(changes, { actual: graph, description, rules, system: 'vpn', owners })
    : inOrder(shuffled(changes, draw.order), (change) => lowered(change, graph, description, rules))
  const one = guardCase({ live, wishes, config: settings, steps, description, rules })
  const world: World = { live, steps, usable: usableFor(name, draw) }
  return { one, world }
}

function usableFor(name: SystemName, draw: Draw): World['usable'] {
  const soon = new Set(
    draw.soon.filter((key) => draw.after[key]).flatMap((key) => [key, comingKey(draw, key)]),
  )
  const stopped = new Set(stoppedIn(name, draw).flatMap((key) => [key, comingKey(draw, key)]))
  return (state) =>
    usableIn(
      state,
      (key) => soon.has(key) || stopped.has(key) || (draw.automation && key === 'ci-bot'),
      (key, group) => name === 'realm' && group === endingGroup(draw) && isWished(draw, key),
    )
}

function stoppedIn(name: SystemName, draw: Draw): readonly string[] {
  return name === 'realm' ? draw.stopped.filter((key) => draw.after[key] !== undefined) : []
}

function endingGroup({ ending }: Draw): string | undefined {
  return ending === undefined ? undefined : `group:${ending}`
}

/** Whether the manifests, by whichever name, have the account in the group whose memberships end. */
function isWished(draw: Draw, key: string): boolean {
  const of = accounts.find((one) => one === key || comingKey(draw, one) === key)
  const words = of === undefined ? undefined : draw.after[of]
  return (
    words?.groups.some((group) => group === draw.ending && draw.groupsAfter[group] !== undefined) === true
  )
}

function comingKey(draw: Draw, key: string): string {
  if (draw.names === 'as before') return key
  const row = inRow(draw)
  const place = row.indexOf(key)
  const last = draw.names === 'a ring' ? row[0] : 'anna'
  return place < 0 ? key : (row[place + 1] ?? last ?? key)
}

/** Names move, and only the native id says who is who. */
function isMoving({ names }: Draw): boolean {
  return names === 'a row' || names === 'a ring'
}

/** Who stays and gets another name. */
function inRow({ names, before, after }: Draw): readonly string[] {
  const some = names === 'one' ? ['ana'] : ['ana', 'bo', 'ci-bot']
  return some.filter((key) => before[key] !== undefined && after[key] !== undefined)
}

/** What an earlier run applied. */
function inventoryOf(draw: Draw): InventoryEntry[] {
  if (!isMoving(draw)) return []
  return inRow(draw).map((key) => ({
    ...{ system: 'vpn', kind: 'account', key, id: `${key}#`, handle: key, wish: 'as before', run: 'earlier' },
  }))
}

function groupsOf(name: SystemName, state: GroupsState): Resource[] {
  return Object.entries(state).flatMap(([key, group]) =>
    group === undefined
      ? []
      : [
          thing('group', key, {
            links: {
              parent: group.parent !== undefined && state[group.parent] ? [`group:${group.parent}`] : [],
              ...(name === 'realm' ? { role: group.role === undefined ? [] : [`role:${group.role}`] } : {}),
            },
          }),
        ],
  )
}

function accountsOf(state: Draw['before'], existing: GroupsState): Resource[] {
  return Object.entries(state).flatMap(([key, words]) =>
    words === undefined ? [] : [accountOf(key, words, existing)],
  )
}

function accountOf(key: string, { scope, ...words }: AccountState, existing: GroupsState): Resource {
  return account(key, {
    ...words,
    groups: words.groups.filter((group) => existing[group] !== undefined),
    ...(scope === undefined ? {} : { scope }),
  })
}

function wishesOf(name: SystemName, draw: Draw): Partial<Wish>[] {
  const gone = (of: Resource['ref']): Partial<Wish> => ({ ref: of, state: 'absent' })
  const groupWishes = groups.flatMap((key): Partial<Wish>[] => {
    const [wished] = groupsOf(name, draw.groupsAfter).filter((group) => group.ref.key === key)
    if (wished) return [wished]
    return draw.groupsBefore[key] ? [gone(ref('group', key))] : []
  })
  const accountWishes = accounts.flatMap((key): Partial<Wish>[] => {
    const words = draw.after[key]
    if (words === undefined) return draw.before[key] ? [gone(ref('account', key))] : []
    const coming = comingKey(draw, key)
    const stops = stoppedIn(name, draw).includes(key)
    const stopped = stops && draw.suspends ? { ...words, status: 'suspended' } : words
    const wished = accountOf(coming, stopped, draw.groupsAfter)
    const ending = endingGroup(draw)
    return [
      {
        ...wished,
        person: key === 'bo' ? 'ana' : key,
        exactGroups: true,
        ...(isMoving(draw) ? { handle: key } : { previousKeys: coming === key ? [] : [key] }),
        ...(draw.soon.includes(key) ? { until: '2026-11-24' } : {}),
        ...(stops ? { compromised: true } : {}),
        ...(name === 'realm' && ending !== undefined && isWished(draw, key)
          ? { ending: { [ending]: '2026-11-23' } }
          : {}),
      },
    ]
  })
  return [{ ref: ref('scope', 'eu') }, { ref: ref('role', 'Mystery-not') }, ...groupWishes, ...accountWishes]
}

/** Said once more, from the raw fields and in other words than the rules have. */
function usableIn(
  state: GraphView,
  discounted: (key: string) => boolean,
  ends: (key: string, group: string) => boolean,
): ReadonlySet<string> {
  const owning = new Set<string>()
  for (const { ref: of, fields, links } of state.all('account')) {
    const roles = [...(links['role'] ?? [])]
    let open = (links['groups'] ?? []).filter((group) => !ends(of.key, group))
    for (let depth = 0; depth < 4; depth++)
      open = open.flatMap((target) => {
        const group = state.get('group', target.slice('group:'.length))
        roles.push(...(group?.links['role'] ?? []))
        return [...(group?.links['parent'] ?? [])]
      })
    const human = fields['type'] === 'person' || fields['type'] === 'break-glass'
    const whole = (links['scope'] ?? []).length === 0
    if (!roles.includes('role:Owner') || !human || !whole || fields['status'] !== 'active') continue
    if (fields['invitation'] === 'pending' || fields['roleFrom'] === 'okta') continue
    if (fields['roleEnds'] === '2026-11-23') continue
    if (!discounted(of.key) && !of.key.startsWith('guest-')) owning.add(of.key)
  }
  return owning
}

function shuffled(changes: readonly Change[], keys: readonly number[]): Change[] {
  return changes
    .map((change, index) => ({ change, place: keys[index % keys.length] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ change }) => change)
}
