/**
 * Random plans, carried out by the real executor on plain values, so that every call that it makes is a point at which
 * it may crash: what is there then, and what a later run makes of it. The system is the realm, in which the right also
 * comes through nested groups.
 */
import { execute } from '../../src/apply/driver.ts'
import type { Ports } from '../../src/apply/ports.ts'
import type { RunReport } from '../../src/apply/report.ts'
import type { FloorReader, Observation } from '../../src/connector/contract.ts'
import { check, type GuardCase } from '../../src/guard/check.ts'
import { lastOwner } from '../../src/guard/last-owner.ts'
import type { Ledger, LedgerChange } from '../../src/ledger/ledger.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { DesiredGraph, Wish } from '../../src/model/desired.ts'
import { isWrite } from '../../src/model/change.ts'
import { refuses } from '../../src/model/finding.ts'
import type { Plan } from '../../src/model/plan.ts'
import { kinds, type Kind, type Resource } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { assembled } from './assembled.ts'
import { description as realm, rules } from '../guard/realm.ts'
import { plainLedger, type Store } from './plain-ledger.ts'
import { land, observationOf, truthOf, type Truth } from './plain-system.ts'

const system = 'realm'
const now = new Date('2026-05-04T10:00:00Z')
const description = { ...realm, batch: 1 }
const config: SystemConfig = {
  ...{ name: system, connector: 'realm', credentials: {}, authentication: 'local', memberships: 'manifests' },
  ...{ settings: {}, stage: 'full', exclusive: [], ignore: {}, owners: { anchors: [], minimum: 1 } },
  ...{ automation: [], limits: { moreThan: 1000, percent: 100 }, places: {} },
  cause: { file: 'rolecall.yaml', line: 1, document: 'System/realm' },
}

/** What became of one random plan. */
interface Tried {
  readonly verdict: 'refused' | 'nothing to do' | 'carried out'
  readonly steps: number
  /** Points at which the run was looked at: before and after each call that it made. */
  readonly points: number
  readonly restarts: number
  readonly lowersOwner: boolean
}

/** The world after some calls of a run: what a crash there leaves behind. */
interface Point {
  readonly truth: Truth
  readonly ledger: Readonly<Record<string, unknown>>
}

/** Tries plan number `seed`, and starts again from some of its points. Throws on a broken promise. */
export async function tryPlan(seed: number, again: 'nowhere' | 'somewhere' | 'everywhere'): Promise<Tried> {
  observations.clear()
  owners.clear()
  const draw = drawing(seed)
  const people = peopleOf(draw)
  const truth = truthOf(system, people.live)
  const start: Point = { truth, ledger: ledgerOf(people.live.map(entryOf)) }
  const plan = planOf(start, people.wished, 0)
  if (plan === undefined || ownersOf(truth).size === 0) return nothing('refused')
  const steps = plan.systems[0]?.steps.filter(({ change }) => isWrite(change)) ?? []
  if (steps.length === 0) return nothing('nothing to do')

  const { points, report } = await carryOut(start, plan, people.wished, 'first')
  for (const truth of new Set(points.map((point) => point.truth))) hold(seed, truth, `plan ${seed}`)
  const failed = report.systems.flatMap((one) =>
    one.steps.filter(({ outcome }) => outcome.result === 'failed'),
  )
  if (failed.length > 0) throw new Error(`plan ${seed}: nothing went wrong, and ${JSON.stringify(failed[0])}`)
  const somewhere = points[Math.floor(draw() * points.length)] ?? start
  const from = { nowhere: [], somewhere: [somewhere], everywhere: points }[again]
  for (const [index, point] of from.entries()) await restart(seed, point, people.wished, index)
  const lowersOwner = steps.some(({ lowers }) => lowers.length > 0)
  return {
    verdict: 'carried out',
    steps: steps.length,
    points: points.length,
    restarts: from.length,
    lowersOwner,
  }
}

function nothing(verdict: Tried['verdict']): Tried {
  return { verdict, steps: 0, points: 0, restarts: 0, lowersOwner: false }
}

/** A new run plans afresh and brings the rest about, or says what it refuses; an owner is left at every point. */
async function restart(seed: number, from: Point, wished: DesiredGraph, number: number): Promise<void> {
  let point = from
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const plan = planOf(point, wished, number * 10 + attempt)
    if (plan === undefined) return
    const sends = plan.systems.some(({ steps }) => steps.some(({ change }) => isWrite(change)))
    const { points } = await carryOut(point, plan, wished, `again ${attempt}`)
    for (const truth of new Set(points.map((each) => each.truth)))
      hold(seed, truth, `plan ${seed}, started again`)
    if (!sends) return
    point = points.at(-1) ?? point
  }
  throw new Error(`plan ${seed}: three runs after the crash, and there is still something to do`)
}

function hold(seed: number, truth: Truth, what: string): void {
  if (ownersOf(truth).size === 0) throw new Error(`${what}: no owner is left`)
  if (truth.twins.length > 0) throw new Error(`${what}: ${truth.twins.join(', ')} was made twice (${seed})`)
}

/** The plan for these wishes; undefined where a guard refuses it. */
function planOf({ truth, ledger }: Point, desired: DesiredGraph, second: number): Plan | undefined {
  const observation = observed(truth)
  const inventory = ledger[`inventory ${system}`] as readonly InventoryEntry[]
  const actual = observation.graph
  const changes = diff({ desired, actual, description, rules, config, inventory })
  const steps = order(changes, { actual, description, rules, system })
  const one: GuardCase = {
    config,
    description,
    rules,
    observation,
    desired,
    steps,
    people: new Map(),
    inventory,
  }
  const at = new Date(now.getTime() + second * 1000).toISOString()
  const today = at.slice(0, 10)
  // what another guard refuses would only make fewer plans of them
  const findings = check([one], { acceptances: [], spent: new Map(), guardrails: [], today, now: at }, [
    lastOwner,
  ])
  if (findings.some(refuses)) return undefined
  return assembled([one], findings, at)
}

/** Carries the plan out from a point, and keeps the world before and after each call. */
async function carryOut(
  from: Point,
  plan: Plan,
  desired: DesiredGraph,
  run: string,
): Promise<{ readonly points: readonly Point[]; readonly report: RunReport }> {
  let point = from
  const points: Point[] = [from]
  const keep = (next: Point): void => {
    point = next
    points.push(next)
  }
  const store: Store = {
    get: (name) => point.ledger[name],
    set: (name, value) => {
      keep({ truth: point.truth, ledger: { ...point.ledger, [name]: value } })
    },
  }
  const reader = {
    whoami: () => Promise.resolve(undefined),
    observe: (): Promise<Observation> => Promise.resolve(observed(point.truth)),
    read: ({ kind, key }: { kind: Kind; key: string }) =>
      Promise.resolve(point.truth.things[`${kind}:${key}`]),
    ownerPayloads: () => Promise.resolve(Array.from(ownersOf(point.truth), (account) => ({ account }))),
    close: () => Promise.resolve(),
  }
  const ports: Ports = {
    // whoever held the lock before is dead
    ledger: withoutAudit(plainLedger(store, { now: () => now, isGone: () => true })),
    systems: new Map([
      [
        system,
        {
          ...{ config, connector: { description, rules, floor }, desired },
          openReader: () => Promise.resolve(reader),
          openWriter: () =>
            Promise.resolve({
              write: (writes) => {
                const { truth, results } = land(point.truth, writes, true)
                keep({ truth, ledger: point.ledger })
                return Promise.resolve(results)
              },
              close: () => Promise.resolve(),
            }),
        },
      ],
    ]),
    people: new Map(),
    spends: () => [],
    ...{ run: `${run} ${plan.createdAt}`, actor: 'ana', host: 'runner', pid: 1, tool: 'rolecall' },
    isGone: () => true,
    isBeside: () => false,
    now: () => now,
    sleep: () => Promise.resolve(),
    progress: () => undefined,
  }
  const report = await execute(plan, ports)
  return { points, report }
}

/** The audit log grows with every call, and nothing here reads it. */
function withoutAudit(ledger: Ledger): Ledger {
  const rest = (changes: readonly LedgerChange[]): readonly LedgerChange[] =>
    changes.filter((change) => change.do !== 'audit')
  return {
    ...ledger,
    begin: (record, changes = []) => ledger.begin(record, rest(changes)),
    write: (changes) => ledger.write(rest(changes)),
  }
}

/** Of the plan at hand: a WeakMap for all of them would keep what is young alive until everything is collected. */
const observations = new Map<Truth, Observation>()

/** A run looks several times at what has not changed. */
function observed(truth: Truth): Observation {
  const known = observations.get(truth)
  if (known !== undefined) return known
  const made = observationOf(truth)
  observations.set(truth, made)
  return made
}

const floor: FloorReader = ({ account }) => ({ account: account as string, owner: true, usable: true })

/** Who can run the realm: active, and Owner by itself or through a group or one above it. Shares no code with its rules. */
function ownersOf(truth: Truth): ReadonlySet<string> {
  const known = owners.get(truth)
  if (known !== undefined) return known
  const { things } = truth
  const found = new Set<string>()
  for (const { ref, fields, links } of Object.values(things)) {
    if (ref.kind !== 'account' || fields['status'] !== 'active') continue
    const isOwner = (one: Pick<Resource, 'links'> | undefined): boolean =>
      one?.links['role']?.includes('role:Owner') === true
    // a set that grows while it is gone through: the groups above come after those below
    const above = new Set(links['groups'])
    let owns = isOwner({ links })
    for (const group of above) {
      if (owns) break
      owns = isOwner(things[group])
      for (const parent of things[group]?.links['parent'] ?? []) above.add(parent)
    }
    if (owns) found.add(ref.key)
  }
  owners.set(truth, found)
  return found
}

/** Of the plan at hand, too. */
const owners = new Map<Truth, ReadonlySet<string>>()

function ledgerOf(inventory: readonly InventoryEntry[]): Point['ledger'] {
  return { made: { at: now.toISOString() }, [`inventory ${system}`]: inventory }
}

function entryOf({ ref, id }: Resource): InventoryEntry {
  return { ...ref, ...(id === undefined ? {} : { id }), handle: ref.key, wish: 'as before', run: 'earlier' }
}

// ---------------------------------------------------------------- random organisations

type Draw = () => number

/** mulberry32: the same numbers for the same seed, everywhere. */
function drawing(seed: number): Draw {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Names of what a state may hold. */
interface Names {
  readonly accounts: readonly string[]
  readonly groups: readonly string[]
}

const all: Names = {
  accounts: Array.from({ length: 12 }, (_, index) => `p${String(index).padStart(2, '0')}`),
  groups: ['g0', 'g1', 'g2', 'g3', 'g4', 'g5'],
}

/** Two of five organisations are large; in the others few are owners, and each of them counts. */
function namesOf(draw: Draw): Names {
  if (draw() < 0.4) return all
  const upTo = (least: number, most: number): number => least + Math.floor(draw() * (most - least + 1))
  return { accounts: all.accounts.slice(0, upTo(3, 6)), groups: all.groups.slice(0, upTo(1, 3)) }
}

interface Drawn {
  readonly status: string
  readonly links: Resource['links']
}

/** A state, and wishes that are a state of their own with something in common. */
function peopleOf(draw: Draw): { readonly live: readonly Resource[]; readonly wished: DesiredGraph } {
  const names = namesOf(draw)
  const live = stateOf(draw, names, new Map(), 1)
  const wished = stateOf(draw, names, live, 0.85)
  for (const state of [live, wished]) giveOwner(draw, names, state)
  return {
    live: Array.from(live, ([name, { status, links }]) => resourceOf(name, status, links)),
    wished: desiredOf(wished),
  }
}

/** Without one the plan would only be refused. */
function giveOwner(draw: Draw, { accounts }: Names, state: Map<string, Drawn>): void {
  const isOwner = ({ status, links }: Drawn): boolean =>
    status === 'active' && links['role']?.includes('role:Owner') === true
  if ([...state.values()].some(isOwner)) return
  const name = `account:${accounts[Math.floor(draw() * accounts.length)] ?? ''}`
  const { groups = [] } = state.get(name)?.links ?? {}
  state.set(name, { status: 'active', links: { groups, role: ['role:Owner'] } })
}

function stateOf(
  draw: Draw,
  { accounts, groups }: Names,
  before: ReadonlyMap<string, Drawn>,
  changing: number,
): Map<string, Drawn> {
  const state = new Map<string, Drawn>()
  const keep = (name: string): boolean => before.has(name) && draw() > changing
  const there = groups.filter((group) => (keep(`group:${group}`) ? true : draw() < 0.8))
  for (const [index, group] of there.entries()) {
    const name = `group:${group}`
    const known = before.get(name)
    const parents = there.slice(0, index).map((parent) => `group:${parent}`)
    const drawn: Drawn = {
      status: '',
      links: { parent: pick(draw, parents, 0.4), role: draw() < 0.25 ? ['role:Owner'] : [] },
    }
    const stays =
      known !== undefined &&
      draw() > changing &&
      (known.links['parent'] ?? []).every((parent) => state.has(parent))
    state.set(name, stays ? known : drawn)
  }
  for (const account of accounts) {
    const name = `account:${account}`
    const known = before.get(name)
    const stays = known !== undefined && draw() > changing
    if (!stays && draw() < 0.15) continue
    const of = there.filter(() => draw() < 0.25).map((group) => `group:${group}`)
    const drawn: Drawn = {
      status: draw() < 0.85 ? 'active' : 'suspended',
      links: { groups: of, role: [draw() < 0.3 ? 'role:Owner' : 'role:Member'] },
    }
    const isWhole = (known?.links['groups'] ?? []).every((group) => state.has(group))
    state.set(name, stays && isWhole ? known : drawn)
  }
  return state
}

function pick(draw: Draw, from: readonly string[], chance: number): readonly string[] {
  const one = from[Math.floor(draw() * from.length)]
  return one === undefined || draw() > chance ? [] : [one]
}

function resourceOf(name: string, status: string, links: Resource['links']): Resource {
  const [kind, key] = name.split(':') as [Kind, string]
  const ref = { system, kind, key }
  if (kind === 'group') return { ref, id: `${name}#0`, fields: {}, links }
  return {
    ...{ ref, id: `${name}#0`, fields: { username: key, type: 'person', status } },
    links: { primaryGroup: [], manages: [], scope: [], ...links },
  }
}

function desiredOf(state: ReadonlyMap<string, Drawn>): DesiredGraph {
  const wishes = Object.fromEntries(kinds.map((kind) => [kind, new Map<string, Wish>()])) as Record<
    Kind,
    Map<string, Wish>
  >
  for (const [name, { status, links }] of state) {
    const { ref, fields } = resourceOf(name, status, links)
    const isGroup = ref.kind === 'group'
    wishes[ref.kind].set(ref.key, {
      ...{ ref, fields, links, state: 'present', handle: ref.key, previousKeys: [] },
      cause: { file: 'access/all.yaml', line: 1, document: `${isGroup ? 'Group' : 'User'}/${ref.key}` },
      ...(isGroup ? {} : { person: ref.key, exactGroups: true }),
    })
  }
  return { system, wishes, comparesGrants: false }
}
