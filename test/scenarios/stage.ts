/**
 * Where a scenario is played: systems and the ledger are plain values, and each call that a run makes is a point at
 * which it may crash, or another run come in between. Planner, guards and executor are the real ones.
 */
import { execute } from '../../src/apply/driver.ts'
import type { Ports } from '../../src/apply/ports.ts'
import type { RunReport } from '../../src/apply/report.ts'
import type { FloorReader, Observation, WriteResult } from '../../src/connector/contract.ts'
import { check, type GuardCase } from '../../src/guard/check.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { isWrite, type Write } from '../../src/model/change.ts'
import { refuses, type Finding } from '../../src/model/finding.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Plan } from '../../src/model/plan.ts'
import { refKey, type Resource } from '../../src/model/resource.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { ownerContext } from '../../src/plan/owners.ts'
import { assembled } from '../explorer/assembled.ts'
import { description as realm, rules } from '../guard/realm.ts'
import { plainLedger, type Store } from '../explorer/plain-ledger.ts'
import { land, observationOf, type Truth } from '../explorer/plain-system.ts'
import { ownersOf } from './judge.ts'
import type { Scenario, ScenarioSystem } from './scenario.ts'
import { configOf, inventoryIn, truthIn, wishesIn, type SystemWords } from './words.ts'

const description = { ...realm, connector: 'realm', batch: 1 }
const start = Date.parse('2026-05-04T10:00:00Z')

/** All that there is, at one moment. */
export interface World {
  readonly truths: ReadonlyMap<string, Truth>
  readonly ledger: ReadonlyMap<string, unknown>
  /** Seconds since the beginning. */
  readonly clock: number
}

export function worldOf({ systems }: Scenario): World {
  return {
    truths: new Map(systems.map(({ name, live }) => [name, truthIn(name, live)])),
    ledger: new Map<string, unknown>([
      ['made', { at: new Date(start).toISOString() }],
      ...systems.map(({ name, live, known = live }): [string, unknown] => [
        `inventory ${name}`,
        inventoryIn(name, known),
      ]),
    ]),
    clock: 0,
  }
}

/** A run is asked to wait at each call; it rejects when the run is dead. */
export type Gate = (call: string) => Promise<void>

export interface RunWords {
  readonly name: string
  readonly gate: Gate
  /** What it wishes; what the scenario does unless said otherwise. */
  readonly wished?: Readonly<Record<string, SystemWords>>
  readonly guards: 'on' | 'off'
  /** Runs that are known to be dead. */
  readonly isDead: (run: string) => boolean
  readonly interrupt?: AbortSignal
}

export type Ended =
  | { readonly how: 'refused'; readonly findings: readonly Finding[] }
  | { readonly how: 'nothing to do'; readonly findings: readonly Finding[] }
  | { readonly how: 'carried out'; readonly report: RunReport }

/** What a run finds of one system when it reads it to plan. */
interface Found {
  readonly truth: Truth
  readonly inventory: readonly InventoryEntry[]
  readonly readAt: string
}

interface Planned {
  readonly plan?: Plan
  readonly cases: readonly GuardCase[]
  readonly findings: readonly Finding[]
}

export class Stage {
  readonly #scenario: Scenario
  #world: World
  /** Every world that there was, in order, and whether rolecall made it. */
  readonly past: World[]

  constructor(scenario: Scenario, world: World) {
    this.#scenario = scenario
    this.#world = world
    this.past = [world]
  }

  get world(): World {
    return this.#world
  }

  /** Somebody else changes a system. */
  byHand(does: (truth: Truth) => Truth): void {
    const truths = new Map(Array.from(this.#world.truths, ([name, truth]) => [name, does(truth)]))
    this.#world = { ...this.#world, truths }
    this.past.push(this.#world)
  }

  pass(seconds: number): void {
    this.#world = { ...this.#world, clock: this.#world.clock + seconds }
  }

  readonly now = (): Date => new Date(start + this.#world.clock * 1000)

  /** Plans and applies, as `rolecall apply` does. */
  async run(words: RunWords): Promise<Ended> {
    const { plan, cases, findings } = await this.#plan(words)
    if (plan === undefined) return { how: 'refused', findings }
    if (!plan.systems.some(({ steps }) => steps.some(({ change }) => isWrite(change))))
      return { how: 'nothing to do', findings }
    return { how: 'carried out', report: await execute(plan, this.#ports(words, cases)) }
  }

  async #plan({ gate, wished = {}, guards }: RunWords): Promise<Planned> {
    // a plan is single use, so that two that are alike are still two
    this.pass(1)
    const now = this.now().toISOString()
    const found: Found[] = []
    for (const { name } of this.#scenario.systems) {
      await gate(`${name}: read to plan`)
      const inventory = (this.#world.ledger.get(`inventory ${name}`) ?? []) as readonly InventoryEntry[]
      found.push({ truth: this.#truth(name), inventory, readAt: this.now().toISOString() })
    }
    return once(this.#scenario, JSON.stringify([now, guards, wished, found]), () => {
      const people = new Map((this.#scenario.people ?? []).map((person) => [person.name, person]))
      const cases = this.#scenario.systems.map((system, index) => {
        const words = wished[system.name] ?? system.wished
        return caseOf(system, wishesIn(system.name, words), people, found[index] ?? none(), now)
      })
      return judged(cases, now, guards)
    })
  }

  #ports({ name, gate, isDead, interrupt }: RunWords, cases: readonly GuardCase[]): Ports {
    const store: Store = {
      get: (key) => this.#world.ledger.get(key),
      set: (key, value) => {
        this.#world = { ...this.#world, ledger: new Map(this.#world.ledger).set(key, value) }
        this.past.push(this.#world)
      },
    }
    const isGone = ({ run }: { readonly run: string }): boolean => isDead(run)
    const ledger = plainLedger(store, { now: this.now, isGone })
    return {
      ledger: {
        ...ledger,
        lock: (system, holder) =>
          gate(`ledger: lock ${system}`)
            .then(() => ledger.lock(system, holder))
            .then((lock) =>
              'heldBy' in lock
                ? lock
                : { ...lock, release: () => gate(`ledger: release ${system}`).then(() => lock.release()) },
            ),
        begin: (record, changes) => gate('ledger: begin').then(() => ledger.begin(record, changes)),
        write: (changes) =>
          gate(`ledger: ${changes.map((change) => change.do).join(', ')}`).then(() => ledger.write(changes)),
        reservations: (system) =>
          gate(`ledger: reservations of ${system}`).then(() => ledger.reservations(system)),
      },
      systems: new Map(
        this.#scenario.systems.map((system) => {
          const { config, desired } = cases.find((one) => one.config.name === system.name) ?? none()
          return [
            system.name,
            {
              ...{ config, desired, connector: { description, rules, floor } },
              openReader: () =>
                Promise.resolve({
                  whoami: () => Promise.resolve(system.identity),
                  observe: () => gate(`${system.name}: read`).then(() => this.#observe(system)),
                  read: (ref) =>
                    gate(`${system.name}: read ${refKey(ref)}`).then(
                      () => this.#truth(system.name).things[refKey(ref)],
                    ),
                  ownerPayloads: () =>
                    gate(`${system.name}: owners`).then(() => payloadsOf(this.#truth(system.name))),
                  close: () => Promise.resolve(),
                }),
              openWriter: () =>
                Promise.resolve({
                  write: async (writes: readonly Write[]) => {
                    await gate(`${system.name}: send ${writes.map(({ ref }) => refKey(ref)).join(', ')}`)
                    const results = this.#land(system, writes)
                    await gate(`${system.name}: answer`)
                    return results
                  },
                  close: () => Promise.resolve(),
                }),
            },
          ]
        }),
      ),
      people: new Map((this.#scenario.people ?? []).map((person) => [person.name, person])),
      spends: () => [],
      ...{ run: name, actor: 'ana', host: 'runner', pid: 1, tool: 'rolecall' },
      isGone,
      isBeside: ({ run }) => !isDead(run),
      now: this.now,
      sleep: () => Promise.resolve(),
      progress: () => undefined,
      ...(interrupt === undefined ? {} : { interrupt }),
    }
  }

  #truth(system: string): Truth {
    return this.#world.truths.get(system) ?? none()
  }

  #observe(system: ScenarioSystem): Observation {
    return observed(system, this.#truth(system.name), this.now().toISOString())
  }

  #land(
    { name, denies, invites, reacts = (_, same) => same }: ScenarioSystem,
    writes: readonly Write[],
  ): readonly WriteResult[] {
    const denied = writes.map((write) => denies?.(write)).find((message) => message !== undefined)
    if (denied !== undefined) return writes.map(() => ({ outcome: 'failed', message: denied }))
    const [only] = writes
    const isInvitation = invites === true && only?.action === 'create' && only.ref.kind === 'account'
    const sent = isInvitation
      ? [{ ...only, after: { ...only.after, fields: { ...only.after.fields, invitation: 'pending' } } }]
      : writes
    const { truth: landed, results } = land(this.#truth(name), sent, true)
    const isDone = results.every(({ outcome }) => outcome === 'done')
    const truth = isDone ? writes.reduce((now, write) => reacts(write, now), landed) : landed
    this.#world = { ...this.#world, truths: new Map(this.#world.truths).set(name, truth) }
    this.past.push(this.#world)
    if (!isInvitation || results[0]?.outcome !== 'done') return results
    return [{ outcome: 'waiting', forWhom: only.ref.key, message: 'an invitation was sent' }]
  }
}

let plans: { readonly of: Scenario; readonly made: Map<string, Planned> } | undefined

/** Most runs of a scenario find what another one found, and a plan is made of nothing else: the planner is asked once. */
function once(scenario: Scenario, found: string, plan: () => Planned): Planned {
  if (plans?.of !== scenario) plans = { of: scenario, made: new Map() }
  const made = plans.made.get(found) ?? plan()
  plans.made.set(found, made)
  return made
}

function caseOf(
  system: ScenarioSystem,
  desired: GuardCase['desired'],
  people: GuardCase['people'],
  { truth, inventory, readAt }: Found,
  now: string,
): GuardCase {
  const { name, identity } = system
  const observation = observed(system, truth, readAt)
  const config = configOf(name, system.config)
  const actual = observation.graph
  const input = { config, description, rules, desired, people }
  const changes = diff({ ...input, actual, inventory })
  const owners = ownerContext(input, actual, changes.filter(isWrite), now)
  const steps = order(changes, { actual, description, rules, system: name, owners })
  return { ...input, observation, steps, inventory, ...(identity === undefined ? {} : { identity }) }
}

function observed({ shows = (same) => same }: ScenarioSystem, truth: Truth, readAt: string): Observation {
  return { ...shows(observationOf(truth)), readAt }
}

function judged(cases: readonly GuardCase[], now: string, guards: RunWords['guards']): Planned {
  const context = { acceptances: [], spent: new Map(), guardrails: [], today: now.slice(0, 10), now }
  const findings = check(cases, context)
  if (guards === 'on' && findings.some(refuses)) return { cases, findings }
  const plan = assembled(cases, findings, now)
  return { plan, cases, findings }
}

function none(): never {
  throw new Error('the scenario has no such system')
}

/** Every account that has the owner role by any way, as the system lists it. */
function payloadsOf({ things }: Truth): readonly JsonObject[] {
  return Object.values(things)
    .filter((one) => one.ref.kind === 'account' && hasRole(one, things))
    .map(({ ref, fields, links }) => ({
      account: ref.key,
      ...fields,
      scopes: [...(links['scope'] ?? [])],
    }))
}

function hasRole(account: Resource, things: Truth['things']): boolean {
  const all = [refKey(account.ref), ...(account.links['groups'] ?? [])]
  for (const one of all)
    all.push(...(things[one]?.links['parent'] ?? []).filter((parent) => !all.includes(parent)))
  return all.some((one) => things[one]?.links['role']?.includes('role:Owner') === true)
}

const floor: FloorReader = ({ account, type, status, invitation, scopes, roleEnds }) => ({
  account: account as string,
  owner: true,
  usable:
    (type === 'person' || type === 'break-glass') &&
    status === 'active' &&
    (invitation ?? 'accepted') === 'accepted' &&
    (scopes as readonly string[]).length === 0,
  ...(typeof roleEnds === 'string' ? { lasts: roleEnds } : {}),
})

/** What went wrong between two worlds, if rolecall made the second of the first. */
export function brokenBetween(before: World, after: World, scenario: Scenario): string | undefined {
  for (const { name } of scenario.systems) {
    const [was, is] = [before.truths.get(name) ?? none(), after.truths.get(name) ?? none()]
    if (was === is) continue
    if (ownersOf(was, scenario).length > 0 && ownersOf(is, scenario).length === 0)
      return `${name} has no owner any more`
    if (is.twins.length > 0) return `${name} has ${is.twins.join(', ')} twice`
  }
  return undefined
}
