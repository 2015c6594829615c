/**
 * The executor, as a pure function: what has happened so far, and one more event, give what to do next. Crash,
 * resume and tests that try every order of events are therefore the same code as an ordinary run.
 *
 * One effect is in flight at a time, and the event that answers it comes before the next is asked for. Only
 * `interrupt`, `deadline` and `lockLost` may come in between; they ask for nothing, they end the run at the next
 * answer. The whole state is plain JSON.
 */
import type { WriteResult } from '../connector/contract.ts'
import { judge } from './barrier.ts'
import { outcomeAt, withOutcome } from './outcomes.ts'
import { sendsAny, type Program, type ProgramStep } from './program.ts'
import type { StepOutcome } from './report.ts'
import type { Effect, Event, Found, Run, SystemRun } from './run.ts'

interface Next {
  readonly run: Run
  readonly effects: readonly Effect[]
}

/** What to do next. An event that answers nothing in flight changes nothing. */
export function next(program: Program, run: Run, event: Event): Next {
  if (event.type === 'start')
    return run.phase === 'new' ? act({ ...run, phase: 'running' }, { do: 'lock' }) : still(run)
  if (event.type === 'interrupt') return still(stopped(run, { why: 'interrupted' }))
  if (event.type === 'deadline')
    return still(run.phase === 'closing' ? run : stopped(run, { why: 'deadline' }))
  // a heartbeat that comes while the locks are given back finds them gone; whether they were held until then is proven by
  // the very write that gives them back
  if (event.type === 'lockLost' && (run.doing?.do === 'finish' || run.doing?.do === 'release'))
    return still(run)
  if (event.type === 'lockLost') return still(stopped(run, { why: 'ledger', message: event.message }))
  return run.doing === undefined ? still(run) : answered(program, run, run.doing, event)
}

type Answer = Exclude<Event, { type: 'start' | 'interrupt' | 'deadline' | 'lockLost' }>
/** Where an effect works. */
type Steps = { readonly system: number; readonly steps: readonly number[] }
type OneStep = { readonly system: number; readonly step: number }

function answered(program: Program, run: Run, doing: Effect, event: Answer): Next {
  if (event.type === 'ledgerLost') {
    const lost = stopped(run, { why: 'ledger', message: event.message })
    return doing.do === 'release' ? over(lost) : act(lost, { do: 'release' })
  }
  if (event.type === 'abandoned') return abandoned(run, doing)
  switch (doing.do) {
    case 'lock':
      if (event.type !== 'ok') return act(stopped(run, { why: 'held' }), { do: 'release' })
      return program.systems.some(sendsAny) ? checked(run, { do: 'begin' }) : proceed(program, run)
    case 'begin':
      if (event.type !== 'ok') return act(stopped(run, { why: 'used' }), { do: 'release' })
      return readNext(program, { ...run, begun: true }, 0)
    case 'read':
      return readNext(program, noteRead(run, doing.system, event), doing.system + 1)
    case 'confirm':
      return confirmed(program, run, doing, event)
    case 'intend':
      return event.type !== 'ok' || isCut(run)
        ? settle(run, doing, doing.steps.map(unsent))
        : send(run, doing)
    case 'send':
      return receive(program, run, doing, event)
    case 'readBack':
      return lookedBack(program, run, doing, event)
    case 'pause':
      return isCut(run) ? giveUp(run) : act(run, doing.then)
    case 'verify':
      return verified(program, run, doing.system, event)
    case 'settle':
    case 'remember':
      return proceed(program, run)
    case 'finish':
      return act(run, { do: 'release' })
    case 'release':
      return over(run)
  }
}

// ---------------------------------------------------------------- before the first write

function readNext(program: Program, run: Run, from: number): Next {
  const system = program.systems.findIndex((each, index) => index >= from && sendsAny(each))
  if (isCut(run)) return close(run)
  if (system >= 0) return act(run, { do: 'read', system })
  return run.moved.length > 0 ? close(stopped(run, { why: 'stale' })) : proceed(program, run)
}

function noteRead(run: Run, system: number, event: Answer): Run {
  if (event.type === 'read') return { ...run, moved: [...run.moved, ...event.moved] }
  return updated(run, system, { unread: event.type === 'unread' ? event.message : 'it gave no answer' })
}

// ---------------------------------------------------------------- steps

/** The next thing to do for the system at work, or for those after it, or the end. */
function proceed(program: Program, run: Run): Next {
  if (isCut(run)) return close(run)
  const system = program.systems[run.system]
  const state = run.systems[run.system]
  if (system === undefined || state === undefined)
    return run.firstWave
      ? proceed(program, { ...run, firstWave: false, system: 0 })
      : close(inTime(program, run))
  if (state.unread !== undefined) return proceed(program, { ...run, system: run.system + 1 })

  const turn = run.firstWave ? system.steps.slice(0, system.first) : system.steps
  const passed = pass(turn, state)
  const here: Run = { ...updated(run, run.system, passed), waited: 0 }
  const step = run.stop === undefined ? turn[passed.cursor] : undefined
  if (step?.lowers === true) return act(here, { do: 'confirm', system: run.system, step: passed.cursor })
  if (step !== undefined)
    return act(here, { do: 'intend', system: run.system, steps: gather(turn, passed, system.batch) })
  if (run.firstWave) return proceed(program, { ...here, system: run.system + 1 })
  if (passed.sent && passed.verified === undefined) return act(here, { do: 'verify', system: run.system })
  if (!passed.remembered)
    return act(updated(here, run.system, { remembered: true }), { do: 'remember', system: run.system })
  return proceed(program, { ...here, system: run.system + 1 })
}

/** Moves the cursor to the next step that can be sent; what cannot is skipped, with the reason. */
function pass(steps: readonly ProgramStep[], state: SystemRun): SystemRun {
  let { cursor, outcomes, missed } = state
  for (let step = steps[cursor]; step !== undefined; step = steps[++cursor]) {
    if (!step.send) continue
    const reason = blocked(steps, step, { ...state, cursor, outcomes })
    if (reason === undefined) break
    outcomes = withOutcome(outcomes, cursor, { result: 'skipped', reason })
    missed += 1
  }
  return { ...state, cursor, outcomes, missed }
}

/** Why a step whose turn it is cannot be sent; undefined when it can. */
function blocked(steps: readonly ProgramStep[], step: ProgramStep, state: SystemRun): string | undefined {
  if (step.impossible !== undefined) return step.impossible
  if (state.halted !== undefined) return state.halted
  for (const need of step.needs) {
    const outcome = outcomeAt(state.outcomes, need)
    if (outcome !== undefined) return `it needs ${steps[need]?.id ?? '?'}, which ${ended[outcome.result]}`
  }
  return step.lowers && state.broken
    ? 'an earlier step in this system was not done, and then no owner is lowered'
    : undefined
}

const ended: Record<StepOutcome['result'], string> = {
  done: 'is done',
  failed: 'failed',
  skipped: 'was skipped',
  waiting: 'waits',
  uncertain: 'is uncertain',
}

/** As many of the coming steps as may travel together: none lowers an owner, none needs another of them. */
function gather(steps: readonly ProgramStep[], state: SystemRun, batch: number): readonly number[] {
  const limit = state.cursor < state.alone ? 1 : batch
  const places: number[] = []
  for (let place = state.cursor; places.length < limit; place += 1) {
    const step = steps[place]
    if (step === undefined || step.lowers) break
    if (!step.send) continue
    const inside = step.needs.some((need) => need >= state.cursor)
    if (inside || blocked(steps, step, state) !== undefined) break
    places.push(place)
  }
  return places
}

function send(run: Run, { system, steps }: Steps): Next {
  return act(updated(run, system, { sent: true }), { do: 'send', system, steps })
}

function receive(program: Program, run: Run, doing: Steps, event: Answer): Next {
  const results = event.type === 'answered' ? event.results : []
  const outcomes = doing.steps.map((_, index) => outcomeOf(results[index]))
  const last = doing.steps.at(-1) ?? 0
  // all or nothing: which of them it was shows when each is sent alone
  if (doing.steps.length > 1 && outcomes.every(({ result }) => result === 'failed'))
    return proceed(program, updated(run, doing.system, { alone: last + 1 }))
  const open = doing.steps.filter((_, index) => outcomes[index]?.result === 'uncertain')
  if (open.length === 0 || isCut(run)) return settle(run, doing, outcomes)
  const batch = { steps: doing.steps, outcomes }
  return act({ ...run, batch, waited: 0 }, { do: 'readBack', system: doing.system, steps: open })
}

function outcomeOf(result: WriteResult | undefined): StepOutcome {
  switch (result?.outcome) {
    case undefined:
      return { result: 'uncertain', reason: 'no answer came' }
    case 'done':
      return { result: 'done' }
    case 'waiting':
      return { result: 'waiting', reason: result.message, forWhom: result.forWhom }
    case 'failed':
    case 'uncertain':
      return { result: result.outcome, reason: result.message }
  }
}

/** What was uncertain is done, or is definitely not, or stays uncertain; it is never sent again in this run. */
function lookedBack(
  program: Program,
  run: Run,
  doing: Extract<Effect, { do: 'readBack' }>,
  event: Answer,
): Next {
  if (run.batch === undefined) return proceed(program, run)
  const found = event.type === 'readBack' ? event.found : []
  const unread = event.type === 'unread' ? event.message : 'it gave no answer'
  const pause = found.includes('not done') ? pauseFor(program, run, doing.system) : 0
  if (pause > 0) return isCut(run) ? giveUp(run) : wait(run, pause, doing)
  const { steps, outcomes } = run.batch
  const ends = outcomes.map((outcome, index) => {
    const place = doing.steps.indexOf(steps[index] ?? -1)
    return place < 0 ? outcome : afterLook(outcome, found[place], unread)
  })
  return settle(run, { system: doing.system, steps }, ends)
}

function afterLook(outcome: StepOutcome, found: Found | undefined, unread: string): StepOutcome {
  const sent = 'reason' in outcome ? outcome.reason : 'no answer came'
  switch (found) {
    case 'done':
      return { result: 'done' }
    case 'not done':
      return { result: 'failed', reason: `${sent}, and reading back shows that it was not done` }
    case 'unclear':
      return { result: 'uncertain', reason: `${sent}, and reading back does not show whether it was done` }
    case undefined:
      return { result: 'uncertain', reason: `${sent}, and it could not be read back: ${unread}` }
  }
}

/** The steps have come to their end: notes it, and has it written down. */
function settle(run: Run, { system, steps }: Steps, ends: readonly StepOutcome[]): Next {
  const { batch: _batch, ...rest } = run
  const state = run.systems[system]
  if (state === undefined) return still(run)
  let { outcomes, missed, broken } = state
  steps.forEach((place, index) => {
    const end = ends[index] ?? { result: 'uncertain', reason: 'no answer came' }
    outcomes = withOutcome(outcomes, place, end)
    if (end.result === 'failed' || end.result === 'uncertain') broken = true
    if (end.result !== 'done' && end.result !== 'waiting') missed += 1
  })
  const cursor = (steps.at(-1) ?? state.cursor) + 1
  const after = updated(rest, system, { cursor, outcomes, missed, broken })
  if (after.stop?.why === 'ledger') return act(after, { do: 'release' })
  return act(after, { do: 'settle', system, steps, outcomes: ends })
}

// ---------------------------------------------------------------- owners

/** Whether an owner may be lowered now: somebody else must own the system, by the rules and by the floor. */
function confirmed(
  program: Program,
  run: Run,
  doing: Extract<Effect, { do: 'confirm' }>,
  event: Answer,
): Next {
  if (run.stop !== undefined) return proceed(program, run)
  if (event.type !== 'confirmed') {
    const why = event.type === 'unread' ? `: ${event.message}` : ''
    return leave(run, doing, { result: 'skipped', reason: `the owners could not be read${why}` })
  }
  const verdict = judge(event)
  if (verdict === 'confirmed') return act(run, { do: 'intend', system: doing.system, steps: [doing.step] })
  const pause = verdict.final ? 0 : pauseFor(program, run, doing.system)
  if (pause > 0) return wait(run, pause, doing)
  return leave(updated(run, doing.system, { halted: verdict.halts }), doing, verdict.outcome)
}

/** The step is not sent. */
function leave(run: Run, { system, step }: OneStep, outcome: StepOutcome): Next {
  return settle(run, { system, steps: [step] }, [outcome])
}

// ---------------------------------------------------------------- after the last write

function verified(program: Program, run: Run, system: number, event: Answer): Next {
  if (event.type !== 'verified') return proceed(program, updated(run, system, { verified: 'unread' }))
  const pause = event.open.length > 0 && !isCut(run) ? pauseFor(program, run, system) : 0
  if (pause > 0) return wait(run, pause, { do: 'verify', system })
  const verdict = event.open.length > 0 ? 'open' : 'converged'
  return proceed(program, updated(run, system, { verified: verdict, open: event.open }))
}

/** A deadline (nothing else comes here) that passed when nothing was left to send has stopped nothing. */
function inTime(program: Program, run: Run): Run {
  const allSent = run.systems.every(
    ({ cursor, unread }, index) =>
      unread !== undefined || cursor >= (program.systems[index]?.steps.length ?? 0),
  )
  if (!allSent) return run
  const { stop: _stop, ...rest } = run
  return rest
}

function close(run: Run): Next {
  const closing: Run = { ...run, phase: 'closing' }
  if (!run.begun || run.stop?.why === 'ledger') return act(closing, { do: 'release' })
  const whole = run.systems.every(
    ({ missed, unread, verified }) =>
      missed === 0 && unread === undefined && (verified ?? 'converged') === 'converged',
  )
  const state = run.stop !== undefined ? 'stopped' : whole ? 'done' : 'partial'
  return act(closing, { do: 'finish', state })
}

/** Nothing waits any longer: what is in flight is marked, and the run ends. */
function abandoned(run: Run, doing: Effect): Next {
  if (doing.do === 'send') return settle(run, doing, doing.steps.map(unanswered))
  if (doing.do === 'intend') return settle(run, doing, doing.steps.map(unsent))
  if (doing.do === 'readBack' || doing.do === 'pause') return giveUp(run)
  if (doing.do === 'release') return over(run)
  return doing.do === 'finish' || doing.do === 'settle' ? act(run, { do: 'release' }) : close(run)
}

function unanswered(): StepOutcome {
  return { result: 'uncertain', reason: 'the run was interrupted before an answer came' }
}

function unsent(): StepOutcome {
  return { result: 'skipped', reason: 'the run ended before it was sent' }
}

/** Ends the run while something uncertain was still being looked at: it stays uncertain. */
function giveUp(run: Run): Next {
  if (run.batch === undefined) return close(run)
  return settle(run, { system: run.system, steps: run.batch.steps }, run.batch.outcomes)
}

// ---------------------------------------------------------------- small change

/** Nothing further may even be looked at; a deadline still lets what was sent be verified and remembered. */
function isCut(run: Run): boolean {
  return run.stop !== undefined && run.stop.why !== 'deadline'
}

/** Losing the ledger outweighs an interrupt, an interrupt outweighs the rest. */
function stopped(run: Run, stop: NonNullable<Run['stop']>): Run {
  if (run.phase === 'over' || run.stop?.why === 'ledger') return run
  if (run.stop !== undefined && run.stop.why !== 'deadline' && stop.why !== 'ledger') return run
  return { ...run, stop }
}

/** Seconds until the next look, doubling, until the system has had its time; 0 when it has. */
function pauseFor(program: Program, run: Run, system: number): number {
  const lag = program.systems[system]?.lag ?? 0
  return Math.max(0, Math.min(Math.max(1, run.waited), lag - run.waited))
}

function wait(run: Run, seconds: number, then: Effect): Next {
  return act({ ...run, waited: run.waited + seconds }, { do: 'pause', seconds, then })
}

/** Asks for the effect, unless the run is to end. */
function checked(run: Run, effect: Effect): Next {
  return isCut(run) ? act(run, { do: 'release' }) : act(run, effect)
}

function act(run: Run, effect: Effect): Next {
  return { run: { ...run, doing: effect }, effects: [effect] }
}

function still(run: Run): Next {
  return { run, effects: [] }
}

function over(run: Run): Next {
  const { doing: _doing, ...rest } = run
  return still({ ...rest, phase: 'over' })
}

function updated(run: Run, system: number, change: Partial<SystemRun>): Run {
  return {
    ...run,
    systems: run.systems.map((state, index) => (index === system ? { ...state, ...change } : state)),
  }
}
