/**
 * The world that is explored: two systems, a ledger, runs of rolecall, requests on their way, and time. Each transition
 * is one thing that can happen next; what a run does in it is the real planner, guards, machine and effects.
 */
import { compile } from '../../src/apply/program.ts'
import type { Run, Event } from '../../src/apply/run.ts'
import type { Connector, FloorReader, Observation, Rules, WriteResult } from '../../src/connector/contract.ts'
import { check, guards, type GuardCase } from '../../src/guard/check.ts'
import type { Guard } from '../../src/guard/guard.ts'
import type { RunRecord } from '../../src/ledger/ledger.ts'
import type { LockState } from '../../src/ledger/lock.ts'
import type { DesiredGraph } from '../../src/model/desired.ts'
import { refuses } from '../../src/model/finding.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import type { Step } from '../../src/model/plan.ts'
import { refKey } from '../../src/model/resource.ts'
import type { SystemConfig } from '../../src/model/workspace.ts'
import type { Write } from '../../src/model/change.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { assembled } from './assembled.ts'
import { plainLedger, type Generations, type PlainLedger, type Store } from './plain-ledger.ts'
import { land, observationOf, ownerRows, type Truth } from './plain-system.ts'
import { again, begin, goOn, interrupted, type Applying, type Planned, type Surroundings } from './run.ts'
import { canon, name as call, type Transition } from './values.ts'

/** A system, and which earlier states of it a read may still show. */
export interface Shown {
  readonly now: Truth
  readonly older: readonly Truth[]
}

/** A request that was sent. Who sent it may wait for the answer, or be gone. */
export interface Message {
  readonly run: string
  readonly writes: readonly Write[]
  readonly results?: readonly WriteResult[]
  /** Nobody waits for it any more. */
  readonly orphan: boolean
}

/** One of the places where runs happen: one after the other, each planning afresh. */
export type Slot =
  | { readonly phase: 'idle'; readonly ended: number }
  | {
      readonly phase: 'planning'
      readonly name: string
      readonly observations: readonly Observation[]
    }
  | Applying

/** What protects: the real thing, unless a test switches it off by handing in something else. */
export interface Defences {
  readonly order: (steps: readonly Step[]) => readonly Step[]
  readonly guards: readonly Guard[]
  readonly rules: Rules
  readonly floor: FloorReader
  readonly tell: (event: Event) => Event
  readonly ledger: (ledger: PlainLedger) => PlainLedger
  /** What a ledger finds of a lock. */
  readonly lock: (system: string, real: LockState | undefined, taken: Generations) => LockState | undefined
  readonly cutReads: 'what it knows' | 'that it is whole'
  /** Whether a run that was put to sleep finds the clock further on. */
  readonly clock: 'goes on' | 'stands still'
  /** What the connector says of how long its system may lag. */
  readonly lag: 'as it is' | 'none'
  /** Whether a request lands or is lost while its system may still lag, or whenever it likes. */
  readonly requests: 'land in time' | 'land whenever'
}

export const allDefences: Defences = {
  order: (steps) => steps,
  guards,
  rules: directory.rules,
  floor: directory.floor,
  tell: (event) => event,
  ledger: (ledger) => ledger,
  lock: (_system, real) => real,
  cutReads: 'what it knows',
  clock: 'goes on',
  lag: 'as it is',
  requests: 'land in time',
}

/** One system of a scenario. `lag`: seconds for which a read may show what was before, and a request may be late. */
export interface SystemWords {
  readonly name: string
  readonly lag: 0 | 1
  readonly live: Truth
  readonly inventory: readonly InventoryEntry[]
  readonly anchors: readonly string[]
}

export interface Scenario {
  readonly title: string
  readonly systems: readonly SystemWords[]
  /** What each slot wishes, by system. The last is the newest. */
  readonly wishes: readonly ReadonlyMap<string, DesiredGraph>[]
  /** Runs that each slot may start. */
  readonly attempts: readonly number[]
  /** Faults that may happen in all. */
  readonly faults: number
  /** Whether a run to which nothing went wrong must have done all it planned. */
  readonly oneRun?: boolean
  /** What a read leaves out when a page of it is lost. */
  readonly hides: string
}

const start = Date.parse('2026-05-04T10:00:00Z')
const long = 61_000

export function cellsOf({ systems, wishes, attempts }: Scenario): readonly string[] {
  const runs = wishes.flatMap((_, slot) =>
    Array.from({ length: attempts[slot] ?? 1 }, (_, attempt) => `journal ${runName(slot, attempt)}`),
  )
  return [
    ...systems.map(({ name }) => name),
    ...wishes.map((_, slot) => `slot ${slot}`),
    ...systems.flatMap(({ name }) => [
      ...[`wire ${name}`, `lock ${name}`, `inventory ${name}`, `reservations ${name}`, `seen ${name}`],
    ]),
    'runs',
    ...runs,
    'faults',
  ]
}

export function startOf({ systems, wishes, faults }: Scenario): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(systems.map(({ name, live }) => [name, { now: live, older: [] } satisfies Shown])),
    ...Object.fromEntries(systems.map(({ name }) => [`wire ${name}`, []])),
    ...Object.fromEntries(systems.map(({ name, inventory }) => [`inventory ${name}`, inventory])),
    ...Object.fromEntries(
      wishes.map((_, slot) => [`slot ${slot}`, { phase: 'idle', ended: 0 } satisfies Slot]),
    ),
    faults,
  }
}

export const constants = { made: { at: new Date(start).toISOString() } }

function runName(slot: number, attempt: number): string {
  return `r${slot + 1}.${attempt + 1}`
}

/** All that can happen, by name. A slot is called `r1`, a system by its name. */
export function transitionsOf(scenario: Scenario, defences: Defences): ReadonlyMap<string, Transition> {
  const all = new Map<string, Transition>()
  scenario.wishes.forEach((_, slot) => {
    const to = (does: (world: World, slot: number) => ReturnType<Transition>): Transition => {
      return (store) => does(new World(scenario, defences, store), slot)
    }
    const who = `r${slot + 1}`
    all.set(
      `${who} starts`,
      to((world) => world.starts(slot)),
    )
    all.set(
      `${who} goes on`,
      to((world) => world.goesOn(slot, 'fresh')),
    )
    all.set(
      `${who} reads late`,
      to((world) => world.goesOn(slot, 'late')),
    )
    all.set(
      `${who} loses a page`,
      to((world) => world.goesOn(slot, 'cut')),
    )
    all.set(
      `${who} hears nothing`,
      to((world) => world.hears(slot, 'nothing')),
    )
    all.set(
      `${who} hears no`,
      to((world) => world.hears(slot, 'no')),
    )
    all.set(
      `${who} hears a lie`,
      to((world) => world.hears(slot, 'a lie')),
    )
    all.set(
      `${who} crashes`,
      to((world) => world.crashes(slot)),
    )
    all.set(
      `${who} sleeps`,
      to((world) => world.sleeps(slot)),
    )
    all.set(
      `${who} wakes`,
      to((world) => world.wakes(slot)),
    )
  })
  for (const { name, lag } of scenario.systems) {
    const to = (does: (world: World) => ReturnType<Transition>): Transition => {
      return (store) => does(new World(scenario, defences, store))
    }
    for (const place of lag === 0 ? [0] : [0, 1]) {
      all.set(
        `${name} lands ${place}`,
        to((world) => world.lands(name, place, 'once')),
      )
      if (lag === 0) continue
      all.set(
        `${name} lands ${place} twice`,
        to((world) => world.lands(name, place, 'twice')),
      )
      all.set(
        `${name} drops ${place}`,
        to((world) => world.drops(name, place)),
      )
    }
  }
  all.set('time passes', (store) => new World(scenario, defences, store).passes())
  return all
}

/**
 * What happens in several places at once, each by itself: whether it may, and then the parts, of which at least one has
 * to be possible. As one transition it would read all places together, and nearly never find them so again.
 */
interface Together {
  readonly may: Transition
  readonly parts: readonly Transition[]
}

/** The same as the transition of this name. */
export function togetherOf(scenario: Scenario, defences: Defences): ReadonlyMap<string, Together> {
  const to = (does: (world: World) => boolean): Transition => {
    return (store) => does(new World(scenario, defences, store))
  }
  const passes = {
    may: to((world) => world.mayPass()),
    parts: [
      ...scenario.systems.map(({ name }) => to((world) => world.settles(name))),
      ...scenario.wishes.map((_, slot) => to((world) => world.rests(slot))),
    ],
  }
  return new Map([['time passes', passes]])
}

type Read = 'fresh' | 'late' | 'cut'

/** The cells of one moment, by what they mean. */
class World {
  readonly #scenario: Scenario
  readonly #defences: Defences
  readonly #store: Store
  #unfinished = false

  constructor(scenario: Scenario, defences: Defences, store: Store) {
    this.#scenario = scenario
    this.#defences = defences
    this.#store = store
  }

  // ---------------------------------------------------------------- what runs do

  starts(slot: number): boolean {
    const { phase, ended } = this.#idle(slot) ?? { phase: 'busy', ended: 0 }
    if (phase !== 'idle' || ended >= (this.#scenario.attempts[slot] ?? 1)) return false
    this.#set(slot, { phase: 'planning', name: runName(slot, ended), observations: [] })
    return true
  }

  async goesOn(slot: number, read: Read): Promise<boolean | string> {
    const run = this.#slot(slot)
    if (run.phase === 'idle') return false
    if (run.phase === 'planning') return this.#plans(slot, run, read)
    const { call } = run
    if (call.on === 'write') {
      if (read !== 'fresh') return false
      return run.posted ? this.#hearsBack(slot, run) : this.#posts(slot, run)
    }
    if (call.on === 'sleep' && !run.rested) return false
    const reads = call.on === 'observe' || call.on === 'owners' || call.on === 'read'
    if (read === 'cut' && call.on !== 'observe') return false
    if (read !== 'fresh' && (!reads || !this.#mayRead(call.system, read))) return false
    await this.#advance(slot, run, read)
    if (this.#scenario.oneRun === true && this.#unfinished)
      return 'nothing went wrong, and the run left something undone'
    return true
  }

  async #plans(slot: number, run: Extract<Slot, { phase: 'planning' }>, read: Read): Promise<boolean> {
    const system = this.#scenario.systems[run.observations.length]
    if (system === undefined || (read !== 'fresh' && !this.#mayRead(system.name, read))) return false
    const observations = [...run.observations, this.#observe(system.name, read)]
    if (observations.length < this.#scenario.systems.length) {
      this.#set(slot, { ...run, observations })
      return true
    }
    const planned = this.#plan(slot, run.name, observations)
    if (planned === undefined) this.#ends(slot)
    else this.#put(slot, await begin(run.name, planned, this.#around(run.name, 'fresh')))
    return true
  }

  /** As `plan` and `apply` put it together; undefined where a guard refuses. */
  #plan(slot: number, run: string, observations: readonly Observation[]): Planned | undefined {
    const inventories = this.#scenario.systems.map(
      ({ name }) => (this.#store.get(`inventory ${name}`) ?? []) as readonly InventoryEntry[],
    )
    const label = [this.#scenario.title, run, ...observations.map(canon), ...inventories.map(canon)].join('|')
    const known = plans.get(this.#defences)?.get(label)
    if (known !== undefined) return known
    const made = this.#planNow(slot, run, observations, inventories)
    const mine = plans.get(this.#defences) ?? new Map<string, Planned | undefined>()
    plans.set(this.#defences, mine)
    mine.set(label, made)
    return made
  }

  #planNow(
    slot: number,
    run: string,
    observations: readonly Observation[],
    inventories: readonly (readonly InventoryEntry[])[],
  ): Planned | undefined {
    const desired = this.#scenario.wishes[slot] ?? new Map<string, DesiredGraph>()
    const { rules } = this.#defences
    const cases = this.#scenario.systems.map((words, index): GuardCase => {
      const observation = observations[index]
      const wishes = desired.get(words.name)
      if (observation === undefined || wishes === undefined) throw new Error(`no wishes for ${words.name}`)
      const config = configOf(words)
      const description = descriptionOf(words, this.#defences)
      const inventory = inventories[index] ?? []
      const actual = observation.graph
      const changes = diff({ desired: wishes, actual, description, rules, config, inventory })
      const steps = this.#defences.order(order(changes, { actual, description, rules, system: words.name }))
      return { config, description, rules, observation, desired: wishes, steps, people: new Map(), inventory }
    })
    // two plans that are alike are still two: a plan is single use
    const now = new Date(start + Number(run.replace(/\D/g, '')) * 1000).toISOString()
    const context = { acceptances: [], spent: new Map(), guardrails: [], today: now.slice(0, 10), now }
    const findings = check(cases, context, this.#defences.guards)
    if (findings.some(refuses)) return undefined
    const plan = assembled(cases, findings, now)
    const descriptions = Object.fromEntries(
      cases.map(({ description }) => [description.connector, description]),
    )
    const seen = new Map(cases.map(({ config, observation }) => [config.name, observation]))
    plansMade += 1
    return call(
      { plan, program: compile(plan, descriptions), desired, observations: seen },
      `plan ${plansMade}`,
    )
  }

  /** The request is on its way. A writer looks first whether what it writes is as it was. */
  async #posts(slot: number, before: Applying): Promise<boolean | string> {
    // the clock is looked at just before sending
    const run = await again(before, this.#around(before.name, 'fresh'))
    if ('over' in run || run.call.on !== 'write') {
      this.#put(slot, run)
      return true
    }
    const { system, writes } = run.call
    const wire = this.#wire(system)
    if (wire.length >= 2) return false
    const looked = land(this.#shown(system).now, writes, true)
    const refused = looked.results.some(({ outcome }) => outcome !== 'done')
    this.#setWire(system, [
      ...wire,
      { run: run.name, writes, orphan: false, ...(refused ? { results: looked.results } : {}) },
    ])
    this.#set(slot, { ...run, posted: true })
    return this.#removesUnseen(run, system, writes) ?? true
  }

  /** Nothing is taken away on a read that was not whole. */
  #removesUnseen({ planned }: Applying, system: string, writes: readonly Write[]): string | undefined {
    const read = planned.observations.get(system)
    const whole = this.#observe(system, 'fresh')
    const hidden = read?.graph.get('account', this.#scenario.hides) === undefined
    if (!hidden || whole.graph.get('account', this.#scenario.hides) === undefined) return undefined
    const removed = writes.filter(({ action }) => action === 'delete').map(({ ref }) => refKey(ref))
    return removed.length === 0
      ? undefined
      : `${removed.join(', ')} is removed after a read that was not whole`
  }

  async #hearsBack(slot: number, run: Applying): Promise<boolean> {
    const message = this.#messageOf(run)
    if (message?.results === undefined) return false
    await this.#answered(slot, run, message, message.results)
    return true
  }

  /** What a run hears of its request, whatever became of it. */
  async hears(slot: number, what: 'nothing' | 'no' | 'a lie'): Promise<boolean> {
    const run = this.#slot(slot)
    if (run.phase !== 'applying' || !run.posted) return false
    const message = this.#messageOf(run)
    if (message === undefined || (what !== 'nothing' && message.results !== undefined)) return false
    if (!this.#fault()) return false
    const results = message.writes.map((): WriteResult => {
      if (what === 'a lie') return { outcome: 'done' }
      if (what === 'no') return { outcome: 'failed', message: 'the system says no' }
      return { outcome: 'uncertain', message: 'the connection was reset' }
    })
    await this.#answered(slot, run, message, results, what === 'nothing')
    return true
  }

  /** The run goes on with these results. What it no longer waits for may still land where a system lags. */
  async #answered(
    slot: number,
    run: Applying,
    message: Message,
    results: readonly WriteResult[],
    lost = false,
  ): Promise<void> {
    if (run.call.on !== 'write') return
    this.#leave(run.call.system, message, lost)
    const around = { ...this.#around(run.name, 'fresh'), answer: () => results }
    this.#put(slot, await goOn(run, around))
  }

  crashes(slot: number): boolean {
    const run = this.#slot(slot)
    if (run.phase === 'idle' || !this.#fault()) return false
    if (run.phase === 'applying' && run.call.on === 'write' && run.posted) {
      const message = this.#messageOf(run)
      if (message) this.#leave(run.call.system, message, true)
    }
    this.#ends(slot)
    return true
  }

  /** A heartbeat: it says that the holder lives, or the holder learns that it is none any more. */
  wakes(slot: number): boolean {
    const run = this.#slot(slot)
    if (run.phase !== 'applying') return false
    let woke = false
    for (const [system, generation] of Object.entries(run.taken)) {
      const lock = this.#lock(system)
      if (lock === undefined) continue
      if (lock.generation !== generation || !lock.held) {
        const told = interrupted(run, { type: 'lockLost', message: 'another run took it over' })
        if (canon(told.machine) === canon(run.machine)) return false
        this.#set(slot, told)
        return true
      }
      if (isStale(lock)) {
        this.#store.set(`lock ${system}`, beaten(lock, start))
        woke = true
      }
    }
    if (woke) this.#set(slot, { ...run, session: { ...run.session, heardAt: this.#nowOf(run) } })
    return woke
  }

  async #advance(slot: number, run: Applying, read: Read): Promise<void> {
    const before = this.#locks()
    this.#put(slot, await goOn(run, this.#around(run.name, read)))
    // a request of an earlier holder that was to land in a system without lag has done so when the lock is taken
    for (const { name, lag } of this.#scenario.systems) {
      if (lag > 0 || this.#defences.requests === 'land whenever') continue
      if (this.#lock(name)?.generation === before.get(name)) continue
      const kept = this.#wire(name).filter(
        ({ results, run: sender }) => results !== undefined || sender === run.name,
      )
      if (kept.length < this.#wire(name).length) this.#setWire(name, kept)
    }
  }

  #locks(): ReadonlyMap<string, number | undefined> {
    return new Map(this.#scenario.systems.map(({ name }) => [name, this.#lock(name)?.generation]))
  }

  #put(slot: number, run: Applying | { readonly over: Run }): void {
    if ('over' in run) {
      const { systems, stop } = run.over
      if (stop !== undefined || systems.some(({ missed }) => missed > 0)) this.#unfinished = true
      this.#ends(slot)
    } else this.#set(slot, run)
  }

  #ends(slot: number): void {
    const run = this.#slot(slot)
    if (run.phase === 'idle') return
    this.#set(slot, { phase: 'idle', ended: Number(run.name.split('.')[1]) })
  }

  // ---------------------------------------------------------------- what systems and time do

  lands(system: string, place: number, times: 'once' | 'twice'): boolean | string {
    const wire = this.#wire(system)
    const message = wire[place]
    if (message === undefined || message.results !== undefined) return false
    // no client can keep a system that takes a name twice from doing so, when what was sent once comes twice
    const creates = message.writes.some(({ action }) => action === 'create')
    if (times === 'twice' && (message.orphan || creates || !this.#fault())) return false
    const shown = this.#shown(system)
    const { truth, results } = land(shown.now, message.writes, this.#lag(system) === 0)
    this.#show(system, shown, truth)
    const landed = message.orphan ? [] : [{ ...message, results }]
    const again = times === 'twice' ? [{ ...message, orphan: true }] : []
    this.#setWire(system, [...wire.slice(0, place), ...landed, ...again, ...wire.slice(place + 1)])
    return truth.twins.length > shown.now.twins.length ? `${truth.twins.join(', ')} is there twice` : true
  }

  drops(system: string, place: number): boolean {
    const wire = this.#wire(system)
    if (wire[place]?.orphan !== true) return false
    this.#setWire(system, [...wire.slice(0, place), ...wire.slice(place + 1)])
    return true
  }

  /** A minute passes without a word of a run: whoever wants its locks may take them. */
  sleeps(slot: number): boolean {
    const run = this.#slot(slot)
    if (run.phase !== 'applying') return false
    const held = Object.keys(run.taken).flatMap((system) => {
      const lock = this.#lock(system)
      return lock === undefined || !this.#holds(run.name, system) ? [] : [{ system, lock }]
    })
    if (held.length === 0 || !this.#fault() || this.#late()) return false
    this.#pass()
    const rested = this.#slot(slot)
    if (rested.phase === 'applying') this.#set(slot, { ...rested, minutes: rested.minutes + 1 })
    for (const { system, lock } of held) this.#store.set(`lock ${system}`, beaten(lock, start - long))
    return true
  }

  passes(): boolean {
    return this.mayPass() && this.#pass()
  }

  mayPass(): boolean {
    return !this.#late()
  }

  /** Requests that nobody waits for any more land or are lost before the time is over for which a system may lag. */
  #late(): boolean {
    if (this.#defences.requests === 'land whenever') return false
    return this.#scenario.systems.some(({ name }) =>
      this.#wire(name).some(
        ({ orphan, run, results }) => orphan || (results === undefined && !this.#holds(run, name)),
      ),
    )
  }

  #holds(run: string, system: string): boolean {
    const lock = this.#lock(system)
    return lock?.held === true && lock.holder.run === run && !isStale(lock)
  }

  #pass(): boolean {
    const settled = this.#scenario.systems.map(({ name }) => this.settles(name))
    const rested = this.#scenario.wishes.map((_, slot) => this.rests(slot))
    return [...settled, ...rested].includes(true)
  }

  /** A system that lagged shows what is. */
  settles(system: string): boolean {
    const shown = this.#shown(system)
    if (shown.older.length === 0) return false
    this.#store.set(system, settledOf(shown))
    return true
  }

  rests(slot: number): boolean {
    const run = this.#slot(slot)
    if (run.phase !== 'applying') return false
    const after = afterRest(run)
    if (after === run) return false
    this.#set(slot, after)
    return true
  }

  // ---------------------------------------------------------------- cells

  #around(run: string, read: Read): Surroundings {
    const { rules, floor, tell } = this.#defences
    const isGone = ({ run: other }: { readonly run: string }): boolean => other !== run && this.#isGone(other)
    return {
      ledger: (taken) =>
        this.#defences.ledger(
          plainLedger(this.#lockedStore(taken), { now: () => new Date(start), isGone }, taken),
        ),
      systems: new Map(
        this.#scenario.systems.map((words) => {
          const connector: Pick<Connector, 'description' | 'rules' | 'floor'> = {
            ...{ rules, floor, description: descriptionOf(words, this.#defences) },
          }
          return [words.name, { config: configOf(words), connector }]
        }),
      ),
      now: (at) => this.#nowOf(at),
      isGone,
      observe: (system) => this.#observe(system, read),
      owners: (system) => ownerRows(this.#truth(system, read)),
      read: (ref) => this.#truth(ref.system, read).things[refKey(ref)],
      answer: () => [],
      tell,
    }
  }

  #lockedStore(taken: Generations): Store {
    const { lock } = this.#defences
    return {
      get: (name) => {
        if (!name.startsWith('lock ')) return this.#store.get(name)
        return lock(name.slice('lock '.length), this.#store.get(name) as LockState | undefined, taken)
      },
      // which of two runs began first makes no difference, and would make two states of one
      set: (name, value) => {
        this.#store.set(name, name === 'runs' ? [...(value as readonly RunRecord[])].sort(byRun) : value)
      },
    }
  }

  #nowOf({ seconds, minutes }: Pick<Applying, 'seconds' | 'minutes'>): Date {
    return new Date(start + seconds * 1000 + (this.#defences.clock === 'goes on' ? minutes * long : 0))
  }

  #isGone(run: string): boolean {
    const slot = this.#slot(Number(run.slice(1).split('.')[0]) - 1)
    return slot.phase === 'idle' || slot.name !== run
  }

  #mayRead(system: string, read: Read): boolean {
    if (read === 'late' && this.#shown(system).older.length === 0) return false
    return this.#fault()
  }

  #observe(system: string, read: Read): Observation {
    const missing = read === 'cut' ? `account:${this.#scenario.hides}` : undefined
    return known(this.#truth(system, read), missing, this.#defences.cutReads)
  }

  #truth(system: string, read: Read): Truth {
    const { now, older } = this.#shown(system)
    return read === 'late' ? (older[0] ?? now) : now
  }

  #show(system: string, { now, older }: Shown, truth: Truth): void {
    const lags = this.#lag(system) > 0 && canon(truth) !== canon(now)
    this.#store.set(system, { now: truth, older: lags ? [...older, now].slice(0, 1) : older } satisfies Shown)
  }

  #leave(system: string, message: Message, lost: boolean): void {
    const rest = this.#wire(system).filter((one) => one !== message)
    const isUnderway = lost && message.results === undefined && this.#mayBeLate(system)
    this.#setWire(system, isUnderway ? [...rest, { ...message, orphan: true }] : rest)
  }

  #mayBeLate(system: string): boolean {
    return this.#lag(system) > 0 || this.#defences.requests === 'land whenever'
  }

  #messageOf(run: Applying): Message | undefined {
    if (run.call.on !== 'write') return undefined
    return this.#wire(run.call.system).find((message) => message.run === run.name && !message.orphan)
  }

  /** Uses up one of the faults that may happen; false when none is left. */
  #fault(): boolean {
    const left = this.#store.get('faults') as number
    if (left === 0) return false
    this.#store.set('faults', left - 1)
    return true
  }

  #lag(system: string): number {
    return this.#scenario.systems.find(({ name }) => name === system)?.lag ?? 0
  }

  #shown(system: string): Shown {
    return this.#store.get(system) as Shown
  }

  #wire(system: string): readonly Message[] {
    return this.#store.get(`wire ${system}`) as readonly Message[]
  }

  #setWire(system: string, messages: readonly Message[]): void {
    this.#store.set(`wire ${system}`, messages)
  }

  #lock(system: string): LockState | undefined {
    return this.#store.get(`lock ${system}`) as LockState | undefined
  }

  #slot(slot: number): Slot {
    return this.#store.get(`slot ${slot}`) as Slot
  }

  #idle(slot: number): Extract<Slot, { phase: 'idle' }> | undefined {
    const run = this.#slot(slot)
    return run.phase === 'idle' ? run : undefined
  }

  #set(slot: number, run: Slot): void {
    this.#store.set(`slot ${slot}`, run)
  }
}

function byRun(a: RunRecord, b: RunRecord): number {
  return a.run < b.run ? -1 : 1
}

// Time passes in nearly every state: what it makes of a run or a system is made once, so that its text is too.
const rests = new WeakMap<Applying, Applying>()
const settled = new WeakMap<Shown, Shown>()

/** The run once a second has passed; itself where that changes nothing. */
function afterRest(run: Applying): Applying {
  const known = rests.get(run)
  if (known !== undefined) return known
  const seconds = run.session.lockedAt === undefined ? 0 : 1
  const rested = run.call.on === 'sleep'
  const after = seconds === run.seconds && rested === run.rested ? run : { ...run, seconds, rested }
  rests.set(run, after)
  return after
}

/** The system once it has stopped to lag. */
function settledOf(shown: Shown): Shown {
  const after = settled.get(shown) ?? { now: shown.now, older: [] }
  settled.set(shown, after)
  return after
}

const reads = new Map<string, Observation>()

/** One read for equal states, under a name, so that a run that keeps it is told by that name. */
function known(truth: Truth, missing: string | undefined, says: Defences['cutReads']): Observation {
  const label = `${canon(truth)}/${missing ?? ''}/${says}`
  const read = reads.get(label) ?? call(observationOf(truth, missing, says), `read ${reads.size}`)
  reads.set(label, read)
  return read
}

let plansMade = 0
const plans = new WeakMap<Defences, Map<string, Planned | undefined>>()

function isStale({ holder }: LockState): boolean {
  return Date.parse(holder.heartbeat) < start
}

function beaten(lock: LockState, at: number): LockState {
  return { ...lock, holder: { ...lock.holder, heartbeat: new Date(at).toISOString() } }
}

const configs = new WeakMap<SystemWords, SystemConfig>()

function configOf(words: SystemWords): SystemConfig {
  const given = configs.get(words)
  if (given) return given
  const made: SystemConfig = {
    ...{ name: words.name, connector: words.name, credentials: {}, authentication: 'local' },
    ...{ memberships: 'manifests', settings: {}, stage: 'full', exclusive: [], ignore: {} },
    owners: { anchors: words.anchors, minimum: 1 },
    ...{ automation: [], limits: { moreThan: 10, percent: 10 }, places: {} },
    cause: { file: 'rolecall.yaml', line: 1, document: `System/${words.name}` },
  }
  configs.set(words, made)
  return made
}

const described: Record<Defences['lag'], WeakMap<SystemWords, Connector['description']>> = {
  ...{ 'as it is': new WeakMap(), none: new WeakMap() },
}

/** Where there is no lag a system works in transactions; where there is, each write is a call of its own. */
function descriptionOf(words: SystemWords, { lag }: Pick<Defences, 'lag'>): Connector['description'] {
  const given = described[lag].get(words)
  if (given) return given
  const made = {
    ...directory.description,
    ...{
      connector: words.name,
      lagSeconds: lag === 'none' ? 0 : words.lag,
      batch: words.lag === 0 ? 500 : 1,
    },
  }
  described[lag].set(words, made)
  return made
}
