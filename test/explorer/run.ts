/**
 * One run of rolecall as a plain value, between any two calls that it makes. The real effects are asynchronous and
 * keep what they are at in local variables; so a run is put away as what it was answered since its last effect began,
 * and taken up again by running that effect anew with the same answers.
 */
import { carryOut } from '../../src/apply/effects.ts'
import type { Session } from '../../src/apply/session.ts'
import { next } from '../../src/apply/machine.ts'
import type { AppliedSystem, Ports } from '../../src/apply/ports.ts'
import type { Program } from '../../src/apply/program.ts'
import { newPurse } from '../../src/apply/purse.ts'
import { newRecovery, type Recalled } from '../../src/apply/recovery.ts'
import { newRun, type Effect, type Event, type Run } from '../../src/apply/run.ts'
import type { Observation, Reader, Writer, WriteResult } from '../../src/connector/contract.ts'
import type { Reservation } from '../../src/ledger/ledger.ts'
import type { Write } from '../../src/model/change.ts'
import type { DesiredGraph } from '../../src/model/desired.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { forget, type Generations, type PlainLedger } from './plain-ledger.ts'

/** A call that others can come before: what a run waits to do. */
export type Call =
  | { readonly on: 'ledger'; readonly what: string }
  | { readonly on: 'observe' | 'owners'; readonly system: string }
  | { readonly on: 'read'; readonly system: string; readonly ref: ResourceRef }
  | { readonly on: 'write'; readonly system: string; readonly writes: readonly Write[] }
  | { readonly on: 'sleep'; readonly seconds: number }

/** What a plan was made from and for. */
export interface Planned {
  readonly plan: Plan
  readonly program: Program
  readonly desired: ReadonlyMap<string, DesiredGraph>
  readonly observations: ReadonlyMap<string, Observation>
}

interface Answer {
  readonly value?: unknown
  readonly error?: unknown
}

type Kept = Pick<
  Session,
  'seen' | 'ids' | 'reserved' | 'unwritten' | 'lockedAt' | 'heardAt' | 'answeredAt' | 'held'
> & {
  readonly locks: readonly { readonly system: string; readonly generation: number }[]
  readonly recalled: Recalled
}

/** A run between two calls. */
export interface Applying {
  readonly phase: 'applying'
  readonly name: string
  readonly planned: Planned
  readonly machine: Run
  readonly effect: Effect
  readonly session: Kept
  readonly taken: Generations
  readonly answers: readonly Answer[]
  readonly call: Call
  /** The request is on its way. */
  readonly posted: boolean
  /** Seconds since it held its locks, as far as they matter. */
  readonly seconds: number
  /** How often it was put to sleep for a minute. */
  readonly minutes: number
  /** Whether it has slept long enough. */
  readonly rested: boolean
}

/** What a run is surrounded by when its call is made. */
export interface Surroundings {
  readonly ledger: (taken: Generations) => PlainLedger
  readonly systems: ReadonlyMap<string, Omit<AppliedSystem, 'openReader' | 'openWriter' | 'desired'>>
  readonly now: (run: Pick<Applying, 'seconds' | 'minutes'>) => Date
  readonly isGone: NonNullable<Ports['isGone']>
  observe(system: string): Observation
  owners(system: string): Awaited<ReturnType<Reader['ownerPayloads']>>
  read(ref: ResourceRef): Awaited<ReturnType<Reader['read']>>
  answer(system: string): readonly WriteResult[]
  /** What the machine is told, where a defence is switched off. */
  tell?(event: Event): Event
}

/** The run at its first call; undefined when it ended without one. */
export function begin(
  name: string,
  planned: Planned,
  around: Surroundings,
): Promise<Applying | { readonly over: Run }> {
  const { run, effects } = next(planned.program, newRun(planned.program), { type: 'start' })
  const session: Kept = {
    ...{ locks: [], seen: new Map(), ids: new Map(), reserved: new Map(), answeredAt: new Map() },
    unwritten: [],
    recalled: { closed: [] },
  }
  return toNextCall(
    { name, planned, machine: run, session, taken: {}, seconds: 0, minutes: 0 },
    effects[0],
    around,
  )
}

/** The run at its next call, once this one was answered. */
export async function goOn(run: Applying, around: Surroundings): Promise<Applying | { readonly over: Run }> {
  const played = await play(run, run.answers, 1, around)
  if (played.event === undefined) return { ...run, ...resting, ...played.put }
  return told({ ...run, ...played.put }, played.event, around)
}

/** The run once something came up that it did not ask for; it is still at the same call. */
export function interrupted(run: Applying, event: Event): Applying {
  return { ...run, machine: next(run.planned.program, run.machine, event).run }
}

/** The run at the same call, before which it looks at the clock anew: all that it heard from others stands. */
export async function again(run: Applying, around: Surroundings): Promise<Applying | { readonly over: Run }> {
  const heard = run.answers.slice(0, run.answers.findLastIndex(({ value }) => !(value instanceof Date)) + 1)
  const played = await play(run, heard, 0, around)
  if (played.event === undefined) return { ...run, ...resting, ...played.put }
  return told({ ...run, ...played.put }, played.event, around)
}

const resting = { posted: false, rested: false }

type Between = Pick<Applying, 'name' | 'planned' | 'machine' | 'session' | 'taken' | 'seconds' | 'minutes'>

function told(run: Between, event: Event, around: Surroundings): ReturnType<typeof begin> {
  const heard = around.tell?.(event) ?? event
  const { run: machine, effects } = next(run.planned.program, run.machine, heard)
  return toNextCall({ ...run, machine }, effects[0], around)
}

async function toNextCall(
  run: Between,
  effect: Effect | undefined,
  around: Surroundings,
): ReturnType<typeof begin> {
  if (effect === undefined) return { over: run.machine }
  const { name, planned, machine, session, taken, seconds, minutes } = run
  const at = {
    phase: 'applying' as const,
    name,
    planned,
    machine,
    session,
    taken,
    seconds,
    minutes,
    effect,
    ...resting,
  }
  const played = await play(at, [], 0, around)
  if (played.event !== undefined) return told({ ...at, ...played.put }, played.event, around)
  return { ...at, ...played.put }
}

interface Played {
  readonly put: Pick<Applying, 'session' | 'taken' | 'answers' | 'call'>
  readonly event?: Event
}

/** Runs the effect with the answers it had, makes `calls` further ones, and puts it away at the one after them. */
async function play(
  run: Omit<Applying, 'answers' | 'call'>,
  given: readonly Answer[],
  calls: number,
  around: Surroundings,
): Promise<Played> {
  const answers = [...given]
  const taken = { ...run.taken }
  const kept = copyOf(run.session)
  let asked = 0
  let left = calls
  let stop: (call: Call) => void = () => undefined
  const stopped = new Promise<Call>((resolve) => (stop = resolve))

  const ask = <T>(call: Call | undefined, work: () => T | Promise<T>): Promise<T> => {
    const place = asked
    asked += 1
    const known = answers[place]
    if (known !== undefined) return replay(known)
    if (call !== undefined && left === 0) {
      stop(call)
      return new Promise(() => undefined)
    }
    if (call !== undefined) left -= 1
    return Promise.resolve()
      .then(work)
      .then(
        (value) => {
          answers[place] = { value }
          return value
        },
        (error: unknown) => {
          answers[place] = { error }
          throw error
        },
      )
  }
  /** What the clock showed is an answer too. */
  const now = (): Date => {
    const place = asked
    asked += 1
    const known = (answers[place] ??= { value: around.now(run) })
    return known.value as Date
  }
  const session = sessionOf(run, kept, portsOf(run, taken, { ask, now }, around))
  const done = carryOut(session, run.effect, run.machine)
  const end = await Promise.race([done, stopped])
  if ('on' in end) {
    // the effect begins anew when it is taken up: what it had changed so far is forgotten with it
    return { put: { session: run.session, taken: run.taken, answers, call: end } }
  }
  return { put: { session: keptOf(session, kept.recalled), taken, answers: [], call: nothing }, event: end }
}

const nothing: Call = { on: 'ledger', what: 'nothing' }

function replay<T>({ value, error }: Answer): Promise<T> {
  if (error !== undefined) return Promise.reject(error instanceof Error ? error : new Error('no error'))
  return Promise.resolve(value as T)
}

type Ask = <T>(call: Call | undefined, work: () => T | Promise<T>) => Promise<T>

function portsOf(
  run: Omit<Applying, 'answers' | 'call'>,
  taken: Generations,
  { ask, now }: { readonly ask: Ask; readonly now: () => Date },
  around: Surroundings,
): Ports & { readonly ledger: PlainLedger } {
  const ledger = around.ledger(taken)
  const writing = (what: string) => ({ on: 'ledger', what }) as const
  const lockOf: PlainLedger['lockOf'] = (system, generation) => ({
    ...ledger.lockOf(system, generation),
    beat: () => ask(writing(`beat ${system}`), () => ledger.lockOf(system, generation).beat()),
    release: async () => {
      await ask(writing(`release ${system}`), () => ledger.lockOf(system, generation).release())
      if (taken[system] === generation) Reflect.deleteProperty(taken, system)
    },
  })
  return {
    ledger: {
      ...ledger,
      lockOf,
      inventory: (system) => ask(undefined, () => ledger.inventory(system)),
      lastSeen: (system) => ask(undefined, () => ledger.lastSeen(system)),
      runs: (limit, only) => ask(undefined, () => ledger.runs(limit, only)),
      readJournal: (name) => ask(undefined, () => ledger.readJournal(name)),
      reservations: (system) => ask(writing(`reservations of ${system}`), () => ledger.reservations(system)),
      lock: (system, holder) =>
        // a lock is an object with calls: what is kept of it is its generation
        ask(writing(`lock ${system}`), async () => {
          const lock = await ledger.lock(system, holder)
          return 'heldBy' in lock ? lock : { system, generation: lock.generation }
        }).then((lock) => {
          if ('heldBy' in lock) return lock
          taken[system] = lock.generation
          return lockOf(system, lock.generation)
        }),
      begin: (record, changes) => ask(writing('begin'), () => ledger.begin(record, changes)),
      write: async (changes) => {
        const what = [...new Set(changes.map((change) => change.do))].join(', ')
        await ask(writing(what), () => ledger.write(changes))
        forget(taken, changes)
      },
    },
    systems: new Map(
      Array.from(around.systems, ([system, applied]) => [
        system,
        {
          ...applied,
          ...observedBy(run.planned, system),
          openReader: () => Promise.resolve(readerOf(system, ask, around)),
          openWriter: () => Promise.resolve(writerOf(system, ask, around)),
        },
      ]),
    ),
    people: new Map(),
    spends: () => [],
    ...{ run: run.name, actor: 'ana', host: 'runner', pid: 1, tool: 'rolecall' },
    isGone: around.isGone,
    // each run has a host of its own, and can see no other
    isBeside: () => false,
    now,
    sleep: (milliseconds) => ask({ on: 'sleep', seconds: milliseconds / 1000 }, () => undefined),
    progress: () => undefined,
  }
}

function observedBy(
  { desired, observations }: Planned,
  system: string,
): Pick<AppliedSystem, 'desired' | 'observation'> {
  const wishes = desired.get(system)
  const observation = observations.get(system)
  if (wishes === undefined || observation === undefined) throw new Error(`nothing was planned for ${system}`)
  return { desired: wishes, observation }
}

function readerOf(system: string, ask: Ask, around: Surroundings): Reader {
  return {
    whoami: () => Promise.resolve(undefined),
    observe: () => ask({ on: 'observe', system }, () => around.observe(system)),
    read: (ref) => ask({ on: 'read', system, ref }, () => around.read(ref)),
    ownerPayloads: () => ask({ on: 'owners', system }, () => around.owners(system)),
    close: () => Promise.resolve(),
  }
}

function writerOf(system: string, ask: Ask, around: Surroundings): Writer {
  return {
    write: (writes) => ask({ on: 'write', system, writes }, () => around.answer(system)),
    close: () => Promise.resolve(),
  }
}

function sessionOf(
  { planned, name }: Pick<Applying, 'planned' | 'name'>,
  kept: Kept,
  ports: ReturnType<typeof portsOf>,
): Session {
  const { locks, recalled, ...rest } = kept
  const { ledger } = ports
  return {
    ...rest,
    ...{ plan: planned.plan, ports, readers: new Map(), writers: new Map() },
    locks: locks.map(({ system, generation }) => ledger.lockOf(system, generation)),
    recovery: newRecovery(ledger, name, recalled),
    purse: newPurse(ports),
  }
}

function keptOf(
  { locks, seen, ids, reserved, unwritten, lockedAt, heardAt, answeredAt, held }: Session,
  recalled: Recalled,
): Kept {
  return {
    ...{ seen, ids, reserved, unwritten, answeredAt, recalled },
    locks: locks.map(({ system, generation }) => ({ system, generation })),
    ...(lockedAt === undefined ? {} : { lockedAt }),
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(held === undefined ? {} : { held }),
  }
}

function copyOf(kept: Kept): Kept {
  const { unfinished, closed } = kept.recalled
  const copies = new Map(
    (unfinished ?? []).map((old) => [old, { ...old, open: new Set(old.open), steps: [...old.steps] }]),
  )
  const recalled: Recalled = { closed: closed.flatMap((old) => copies.get(old) ?? []) }
  if (unfinished !== undefined) recalled.unfinished = [...copies.values()]
  return {
    ...kept,
    ...{ seen: new Map(kept.seen), ids: new Map(kept.ids), answeredAt: new Map(kept.answeredAt), recalled },
    unwritten: [...kept.unwritten],
    reserved: new Map(
      Array.from(kept.reserved, ([system, some]): [string, Reservation[]] => [system, [...some]]),
    ),
  }
}
