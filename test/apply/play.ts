/** Plays the machine against answers instead of systems: every order of events is a table. */
import { next } from '../../src/apply/machine.ts'
import type { Program, ProgramStep, SystemProgram } from '../../src/apply/program.ts'
import { outcomeAt } from '../../src/apply/outcomes.ts'
import type { StepOutcome } from '../../src/apply/report.ts'
import { newRun, type Effect, type Event, type Run } from '../../src/apply/run.ts'

/** A step that is sent and needs nothing, unless said otherwise. */
export function step(more: Partial<ProgramStep> = {}): ProgramStep {
  return { id: '?', send: true, lowers: false, needs: [], ...more }
}

export const grant = step()
export const reduction = step({ lowers: true })
export const manual = step({ send: false })

export function system(steps: readonly ProgramStep[], more: Partial<SystemProgram> = {}): SystemProgram {
  const name = more.name ?? 'vpn'
  const named = steps.map((each, index) => ({ ...each, id: `${name}/${index + 1}` }))
  return { name, batch: 10, lag: 0, first: 0, ...more, steps: named }
}

export function program(...systems: readonly SystemProgram[]): Program {
  return { systems }
}

export const confirmed: Event = {
  type: 'confirmed',
  byRules: ['bo'],
  byFloor: ['bo'],
  differing: { onlyByRules: [], onlyByFloor: [] },
  reserved: [],
  age: 1,
  pending: [],
}

/** The answer when all goes well. */
export function well(effect: Effect): Event {
  if (effect.do === 'read') return { type: 'read', moved: [] }
  if (effect.do === 'confirm') return confirmed
  if (effect.do === 'send')
    return { type: 'answered', results: effect.steps.map(() => ({ outcome: 'done' })) }
  if (effect.do === 'readBack') return { type: 'readBack', found: effect.steps.map(() => 'done') }
  return effect.do === 'verify' ? { type: 'verified', open: [] } : { type: 'ok' }
}

/** Answers to the effects of one sort, in turn; a missing one is answered well. */
type Answers = Partial<Record<Effect['do'], readonly (Event | undefined)[]>>

interface Played {
  readonly run: Run
  /** `send 0 1`: the effects in order, with the places they speak of. */
  readonly log: readonly string[]
  readonly effects: readonly Effect[]
}

/**
 * Plays until the machine asks for nothing more. `between` are events from outside, before the answer to the
 * effect of that number.
 */
export function play(plan: Program, answers: Answers = {}, between: Record<number, Event> = {}): Played {
  const left = Object.fromEntries(Object.entries(answers).map(([name, events]) => [name, [...events]]))
  const effects: Effect[] = []
  let state = next(plan, newRun(plan), { type: 'start' })
  for (let effect = state.effects[0]; effect !== undefined; effect = state.effects[0]) {
    if (effects.length > 5000) throw new Error(`no end: ${effects.slice(-5).map(short).join(', ')}`)
    const outside = between[effects.length]
    effects.push(effect)
    if (outside) state = next(plan, plain(state.run), outside)
    state = next(plan, plain(state.run), left[effect.do]?.shift() ?? well(effect))
  }
  return { run: state.run, effects, log: effects.map(short) }
}

/** A run that was put away as JSON and taken out again goes on as if nothing had happened. */
function plain(run: Run): Run {
  return JSON.parse(JSON.stringify(run)) as Run
}

/** Outcomes of a system's steps in order; `-` for what has not come to its end, or is never sent. */
export function ends(plan: Program, run: Run, at = 0): string[] {
  const state = run.systems[at]
  return (plan.systems[at]?.steps ?? []).map(({ send }, place) => {
    if (!send || state === undefined || place >= state.cursor) return '-'
    return outcomeAt(state.outcomes, place)?.result ?? 'done'
  })
}

export function reasonAt(run: Run, place: number, at = 0): string | undefined {
  const outcome: StepOutcome | undefined = outcomeAt(run.systems[at]?.outcomes ?? {}, place)
  return outcome !== undefined && 'reason' in outcome ? outcome.reason : undefined
}

export function short(effect: Effect): string {
  const where = 'system' in effect && effect.system > 0 ? `@${effect.system}` : ''
  if (effect.do === 'settle') {
    const ends = effect.steps.map((place, index) => `${place}:${effect.outcomes[index]?.result ?? '?'}`)
    return `settle${where} ${ends.join(' ')}`
  }
  if (effect.do === 'confirm') return `confirm${where} ${effect.step}`
  if (effect.do === 'pause') return `pause ${effect.seconds}`
  if (effect.do === 'finish') return `finish ${effect.state}`
  return 'steps' in effect ? `${effect.do}${where} ${effect.steps.join(' ')}` : `${effect.do}${where}`
}

export function results(...outcomes: readonly ('done' | 'failed' | 'uncertain' | 'waiting')[]): Event {
  return {
    type: 'answered',
    results: outcomes.map((outcome) =>
      outcome === 'done'
        ? { outcome }
        : outcome === 'waiting'
          ? { outcome, forWhom: 'bo', message: 'an invitation was sent' }
          : { outcome, message: `it ${outcome}` },
    ),
  }
}
