/** Three ways to play a scenario: alone with a crash at every point, against a second run, and with somebody else's hand in it. */
import { exitOf, type RunReport } from '../../src/apply/report.ts'
import { refuses } from '../../src/model/finding.ts'
import type { Scenario } from './scenario.ts'
import { brokenBetween, Stage, worldOf, type Ended, type Gate, type RunWords, type World } from './stage.ts'

const open: Gate = () => Promise.resolve()

/** How often a person runs it again before this is taken for one that never ends. */
const patience = 4

interface Played {
  /** Worlds that were looked at, and runs that were made. */
  readonly worlds: number
  readonly runs: number
}

/** One run alone, from the beginning. */
export async function playAlone(
  scenario: Scenario,
  guards: RunWords['guards'],
): Promise<{ readonly stage: Stage; readonly ended: Ended }> {
  const stage = new Stage(scenario, worldOf(scenario))
  const ended = await stage.run({ name: 'r1', gate: open, guards, isDead: () => false })
  hold(scenario, stage, 0, 'alone')
  return { stage, ended }
}

/** What is there at each point of a run is what a crash there leaves; a new run on another machine goes on from it. */
export async function playCrashes(scenario: Scenario, guards: RunWords['guards']): Promise<Played> {
  const { stage } = await playAlone(scenario, guards)
  const points = [...new Set(stage.past)]
  let runs = 1
  for (const [index, point] of points.entries()) {
    const after = new Stage(scenario, { ...point, clock: 120 })
    runs += await playToTheEnd(scenario, after, guards, `a crash at point ${index}`)
    hold(scenario, after, 0, `a crash at point ${index}`)
  }
  return { worlds: points.length, runs }
}

/** When the second run comes in: after so many calls of the first; and after so many of its own the first goes on. */
export interface Interleaving {
  readonly first: number
  readonly second: number
  /** The first run was put to sleep at that point for longer than its locks are kept for it. */
  readonly asleep: boolean
}

export async function playRace(
  scenario: Scenario,
  guards: RunWords['guards'],
  { first, second, asleep }: Interleaving,
): Promise<{ readonly ends: readonly (Ended | undefined)[]; readonly stage: Stage }> {
  const stage = new Stage(scenario, worldOf(scenario))
  const what = `${first} calls of the first run${asleep ? ', which then sleeps,' : ''} and ${second} of the second`
  const [one, other] = [
    stepping((gate) => stage.run({ name: 'r1', gate, guards, isDead: () => false })),
    stepping((gate) =>
      stage.run({
        ...{ name: 'r2', gate, guards, isDead: () => false },
        ...(scenario.otherHalf === undefined ? {} : { wished: scenario.otherHalf }),
      }),
    ),
  ]
  await one.steps(first)
  if (asleep) stage.pass(61)
  await other.steps(second)
  await one.steps(Infinity)
  await other.steps(Infinity)
  const ends = [one.end(), other.end()]
  hold(scenario, stage, 0, what)
  await playToTheEnd(scenario, stage, guards, what)
  hold(scenario, stage, 0, what)
  return { ends, stage }
}

/**
 * Somebody else's hand after so many calls. What it does itself is not rolecall's. Nothing can be done about a hand that
 * comes between the last look and the request: then `isLockedOut`.
 */
export async function playHand(
  scenario: Scenario,
  after: number,
): Promise<{ readonly stage: Stage; readonly ends: readonly Ended[]; readonly isLockedOut: boolean }> {
  const { hand } = scenario
  if (hand === undefined) throw new Error(`${scenario.id} has no outside hand`)
  const stage = new Stage(scenario, worldOf(scenario))
  const one = stepping((gate) => stage.run({ name: 'r1', gate, guards: 'on', isDead: () => false }))
  await one.steps(after)
  hold(scenario, stage, 0, hand.says)
  stage.byHand(hand.does)
  const from = stage.past.length - 1
  await one.steps(Infinity)
  const first = one.end()
  if (first === undefined) throw new Error('a run alone came to no end')
  const isLockedOut = stage.past.some(
    (world, index) =>
      index > from && brokenBetween(stage.past[index - 1] ?? world, world, scenario) !== undefined,
  )
  const again = stage.past.length
  const second = await stage.run({ name: 'r2', gate: open, guards: 'on', isDead: (run) => run !== 'r2' })
  hold(scenario, stage, again, `${hand.says} after call ${after}`)
  return { stage, ends: [first, second], isLockedOut }
}

/** The run is told to stop after so many calls, since everything was frozen; it goes on once the freeze is over. */
export async function playFreeze(
  scenario: Scenario,
  after: number,
): Promise<{ readonly stage: Stage; readonly ended: Ended }> {
  const stage = new Stage(scenario, worldOf(scenario))
  const stop = new AbortController()
  const interrupt = stop.signal
  const run = stepping((gate) =>
    stage.run({ name: 'r1', gate, guards: 'on', isDead: () => false, interrupt }),
  )
  await run.steps(after)
  stop.abort()
  await run.steps(Infinity)
  const ended = run.end()
  if (ended === undefined) throw new Error('a run that was stopped came to no end')
  const what = `frozen after ${after} calls`
  hold(scenario, stage, 0, what)
  await playToTheEnd(scenario, stage, 'on', what)
  hold(scenario, stage, 0, what)
  return { stage, ended }
}

/** How many calls a run alone makes. */
export async function callsOf(scenario: Scenario, guards: RunWords['guards']): Promise<readonly string[]> {
  const calls: string[] = []
  const stage = new Stage(scenario, worldOf(scenario))
  const gate: Gate = (call) => {
    calls.push(call)
    return Promise.resolve()
  }
  await stage.run({ name: 'r1', gate, guards, isDead: () => false })
  return calls
}

/** A person runs it again until nothing is left to do, or what is left waits or is refused. Counts the runs. */
async function playToTheEnd(
  scenario: Scenario,
  stage: Stage,
  guards: RunWords['guards'],
  what: string,
): Promise<number> {
  let last: Ended | undefined
  for (let number = 1; number <= patience; number += 1) {
    const name = `again ${number}`
    // whoever ran before is dead or over by now
    const ended = await stage.run({ name, gate: open, guards, isDead: (run) => run !== name })
    last = ended
    const end = endOf(ended)
    if (end === undefined) continue
    if (guards === 'on' && end !== scenario.end)
      throw new Error(`${scenario.id}, ${what}: the end is "${end}", and not "${scenario.end}"`)
    return number
  }
  if (guards === 'off' || (scenario.end === 'denied' && isDenied(last))) return patience
  throw new Error(`${scenario.id}, ${what}: ${patience} runs, and there is still something to do`)
}

/** Undefined where running it again may bring it further. */
export function endOf(ended: Ended): Scenario['end'] | undefined {
  if (ended.how === 'refused') return 'refused'
  if (ended.how === 'nothing to do') return 'as wished'
  const waits = ended.report.systems.some(({ steps }) =>
    steps.some(({ outcome }) => outcome.result === 'waiting'),
  )
  return waits && exitOf(ended.report) === 0 ? 'waits for a person' : undefined
}

/** Nothing was done, and nothing will be until what is said is put right. */
function isDenied(ended: Ended | undefined): boolean {
  return (
    ended?.how === 'carried out' &&
    ended.report.systems.every(({ steps }) =>
      steps.every(({ outcome }) => outcome.result === 'failed' || outcome.result === 'skipped'),
    )
  )
}

function hold(scenario: Scenario, { past }: Stage, from: number, what: string): void {
  past.forEach((world, index) => {
    const before = past[index - 1]
    if (before === undefined || index <= from) return
    const broken = brokenBetween(before, world, scenario)
    if (broken !== undefined) throw new Error(`${scenario.id}, ${what}: ${broken}`)
  })
}

/** What is said of these accounts in the first world and in the last. */
export function isUntouched({ untouched = [], systems }: Scenario, { past, world }: Stage): boolean {
  const said = ({ truths }: World): string =>
    JSON.stringify(
      untouched.map((key) => systems.map(({ name }) => truths.get(name)?.things[`account:${key}`])),
    )
  return past[0] !== undefined && said(past[0]) === said(world)
}

/** `code: message` of what refuses, in order. */
export function refusalsOf(ended: Ended): readonly string[] {
  return ended.how === 'refused'
    ? ended.findings.filter(refuses).map(({ code, message }) => `${code}: ${message}`)
    : []
}

/** `done update account:ana`, with the reason of what was not done. */
export function stepsOf(report: RunReport): readonly string[] {
  return report.systems.flatMap(({ name, steps }) =>
    steps.map(({ ref, action, outcome }) => {
      const reason = 'reason' in outcome ? `: ${outcome.reason}` : ''
      return `${outcome.result} ${name} ${action} ${ref.kind}:${ref.key}${reason}`
    }),
  )
}

interface Stepping {
  /** Lets it make so many calls, or all that are left. */
  steps(count: number): Promise<void>
  /** Undefined while it is not over. */
  end(): Ended | undefined
}

/** A run that makes one call at a time. */
function stepping(start: (gate: Gate) => Promise<Ended>): Stepping {
  const waiting: (() => void)[] = []
  const gate: Gate = () => new Promise((resolve) => waiting.push(resolve))
  let over: { readonly ended: Ended } | { readonly fault: unknown } | undefined
  let isBegun = false
  // between two effects the driver lets signals have their turn
  const arrived = async (): Promise<void> => {
    do await settled()
    while (waiting.length === 0 && over === undefined)
  }
  const begin = (): void => {
    isBegun = true
    start(gate).then(
      (ended) => (over = { ended }),
      (fault: unknown) => (over = { fault }),
    )
  }
  return {
    steps: async (count) => {
      if (count > 0 && !isBegun) begin()
      for (let made = 0; made < count && over === undefined; made += 1) {
        await arrived()
        waiting.shift()?.()
        await arrived()
      }
      if (over !== undefined && 'fault' in over) throw over.fault as Error
    },
    end: () => (over !== undefined && 'ended' in over ? over.ended : undefined),
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
