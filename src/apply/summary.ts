/** The report of a run, from its plan and the machine's last state. */
import type { LockHolder } from '../ledger/ledger.ts'
import { isWrite } from '../model/change.ts'
import type { Plan, SystemPlan } from '../model/plan.ts'
import { outcomeAt } from './outcomes.ts'
import { sendsAny, type Program } from './program.ts'
import {
  tally,
  type Ending,
  type Recovered,
  type RunReport,
  type StepOutcome,
  type SystemReport,
} from './report.ts'
import type { Run, SystemRun } from './run.ts'

/** What the machine does not know of a run. */
export interface Circumstances {
  readonly run: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly recovered: readonly Recovered[]
  /** Who holds the lock that this run did not get. */
  readonly held?: { readonly system: string; readonly holder: LockHolder }
}

export function summarize(plan: Plan, program: Program, run: Run, around: Circumstances): RunReport {
  const ending = endingOf(program, run, around)
  const report = {
    run: around.run,
    intent: plan.intent,
    digest: plan.digest,
    ...(plan.commit === undefined ? {} : { commit: plan.commit }),
    startedAt: around.startedAt,
    finishedAt: around.finishedAt,
    ending,
    systems: plan.systems.map((system, index) => systemReport(system, run.systems[index], ending)),
    recovered: around.recovered,
    next: '',
  }
  return { ...report, next: whatNext(report) }
}

/** The report of a plan that was never started. */
export function notStarted(
  plan: Plan,
  program: Program,
  run: Run,
  ending: Ending,
  around: Circumstances,
): RunReport {
  const report = summarize(plan, program, run, around)
  const systems = plan.systems.map((system, index) => systemReport(system, run.systems[index], ending))
  return { ...report, ending, systems, next: whatNext({ ...report, ending, systems }) }
}

function endingOf(program: Program, run: Run, { held }: Circumstances): Ending {
  switch (run.stop?.why) {
    case 'held':
      if (held === undefined) throw new Error('A lock was refused, and nobody knows by whom it is held.')
      return { how: 'locked', ...held }
    case 'used':
    case 'interrupted':
    case 'deadline':
      return { how: run.stop.why }
    case 'stale':
      return { how: 'stale', moved: run.moved }
    case 'ledger':
      return { how: 'ledger', message: run.stop.message }
    case undefined:
      return { how: program.systems.some(sendsAny) ? 'finished' : 'nothing' }
  }
}

function systemReport(plan: SystemPlan, state: SystemRun | undefined, ending: Ending): SystemReport {
  const steps = plan.steps.flatMap(({ id, change }, place) =>
    isWrite(change)
      ? [{ id, ref: change.ref, action: change.action, outcome: outcomeOf(place, state, ending) }]
      : [],
  )
  const open = (state?.open ?? []).flatMap(({ step, message }) => {
    const planned = plan.steps[step]
    return planned === undefined ? [] : [{ id: planned.id, ref: planned.change.ref, message }]
  })
  return {
    name: plan.name,
    steps,
    open,
    ...(state?.verified === undefined ? {} : { verified: state.verified }),
    ...(state?.unread === undefined ? {} : { unread: state.unread }),
  }
}

function outcomeOf(place: number, state: SystemRun | undefined, ending: Ending): StepOutcome {
  if (state !== undefined && place < state.cursor)
    return outcomeAt(state.outcomes, place) ?? { result: 'done' }
  const unread = state?.unread
  return {
    result: 'skipped',
    reason: unread === undefined ? notReached[ending.how] : `the system could not be read`,
  }
}

const notReached: Record<Ending['how'], string> = {
  finished: 'the run ended before it',
  nothing: 'the run ended before it',
  expired: 'the plan has expired',
  used: 'the plan was run before',
  stale: 'the plan is stale',
  locked: 'another run holds the lock',
  interrupted: 'the run was interrupted before it',
  deadline: 'the time of the run was over before it',
  ledger: 'the ledger was lost before it',
}

function whatNext(report: RunReport): string {
  const { failed, skipped, waiting, uncertain } = tally(report)
  switch (report.ending.how) {
    case 'nothing':
      return 'There was nothing to send.'
    case 'expired':
    case 'used':
    case 'stale':
      return 'Nothing was sent; make a new plan and apply that.'
    case 'locked':
      return 'Nothing was sent; run again when the other run has ended.'
    case 'ledger':
      return 'A second run reads back what was in flight and sends what is left, once the ledger can be reached.'
    case 'interrupted':
    case 'deadline':
      return uncertain > 0
        ? 'A second run reads back what is uncertain and sends what is left.'
        : 'A second run sends what is left.'
    case 'finished':
      if (uncertain > 0) return 'A second run reads back what is uncertain and sends what is left.'
      if (failed + skipped > 0) return 'A second run sends what failed or was skipped, and nothing else.'
      if (report.systems.some(({ open, verified }) => open.length > 0 || verified === 'unread'))
        return 'A second run plans afresh and sends what the systems do not show yet.'
      return waiting > 0
        ? 'A second run finds what still waits for a person, and nothing else.'
        : 'A second run finds nothing to do.'
  }
}
