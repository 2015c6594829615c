/** Carries out what the machine asks for, one effect after another, and tells it what came of each. */
import type { Description } from '../connector/describe.ts'
import { isWrite } from '../model/change.ts'
import type { Plan } from '../model/plan.ts'
import { carryOut } from './effects.ts'
import { beat } from './heartbeat.ts'
import { next } from './machine.ts'
import { outcomeAt } from './outcomes.ts'
import { systemOf } from './owners.ts'
import type { Ports } from './ports.ts'
import { compile, type Program } from './program.ts'
import { newPurse } from './purse.ts'
import { newRecovery } from './recovery.ts'
import type { Ending, RunReport } from './report.ts'
import { newRun, type Effect, type Event, type Run } from './run.ts'
import { closeAll, type Session } from './session.ts'
import { notStarted, summarize, type Circumstances } from './summary.ts'

/** After an interrupt, what is in flight has so long to end, and what closes the run so long after that. */
const grace = { inFlight: 3000, closing: 250 }

/**
 * Runs a plan that the guards let through: sends its steps in order, keeps the journal, confirms owners before
 * each reduction, reads again what was touched.
 *
 * Does not reject for what goes wrong outside: that is in the report, and `exitOf(report)` is the exit code. Closes
 * the readers and writers it opened; the ledger stays open.
 */
export async function execute(plan: Plan, ports: Ports): Promise<RunReport> {
  const startedAt = ports.now().toISOString()
  const program = compile(plan, descriptionsOf(plan, ports))
  const recovery = newRecovery(ports.ledger, ports.run)
  const around = (): Circumstances => ({
    run: ports.run,
    startedAt,
    finishedAt: ports.now().toISOString(),
    recovered: recovery.recovered(),
    ...(session.held === undefined ? {} : { held: session.held }),
  })
  const session: Session = {
    ...{ plan, ports, recovery, purse: newPurse(ports), locks: [] },
    ...{
      readers: new Map(),
      writers: new Map(),
      seen: new Map(),
      ids: new Map(),
      reserved: new Map(),
      unwritten: [],
      answeredAt: new Map(),
    },
  }
  const ending = cannotStart(plan, ports)
  if (ending !== undefined) return notStarted(plan, program, newRun(program), ending, around())
  try {
    return summarize(plan, program, await drive(session, program), around())
  } finally {
    await closeAll(session)
  }
}

function cannotStart(plan: Plan, ports: Ports): Ending | undefined {
  const expired = ports.now().getTime() >= Date.parse(plan.expiresAt)
  return expired ? { how: 'expired', at: plan.expiresAt } : undefined
}

async function drive(session: Session, program: Program): Promise<Run> {
  const { interrupt, deadline, now, progress } = session.ports
  let run = newRun(program)
  const tellMachine = (event: Event): readonly Effect[] => {
    const before = run
    const step = next(program, run, event)
    run = step.run
    report(session, before, run)
    return step.effects
  }
  const onInterrupt = (): void => {
    tellMachine({ type: 'interrupt' })
  }
  const stopBeating = beat(session, (message) => tellMachine({ type: 'lockLost', message }))
  interrupt?.addEventListener('abort', onInterrupt)
  try {
    if (interrupt?.aborted === true) onInterrupt()
    let effects = tellMachine({ type: 'start' })
    for (let effect = effects[0]; effect !== undefined; effect = effects[0]) {
      const event = await orGiveUp(carryOut(session, effect, run), effect, interrupt)
      await othersAreHeard()
      if (deadline !== undefined && now() >= deadline) tellMachine({ type: 'deadline' })
      effects = tellMachine(event)
    }
    return run
  } catch (fault) {
    // a bug of ours: the lock is not left behind, and the fault keeps its stack
    await Promise.allSettled(session.locks.map((lock) => lock.release()))
    throw fault
  } finally {
    stopBeating()
    interrupt?.removeEventListener('abort', onInterrupt)
    if (run.stop?.why === 'ledger') progress({ type: 'stopping', why: 'ledger' })
  }
}

/**
 * Where neither system nor ledger ever lets the process wait, as files do, no signal and no heartbeat would get its turn
 * before all is over.
 */
function othersAreHeard(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The event, or `abandoned` when it does not come in time after an interrupt. A pause ends with the interrupt. */
async function orGiveUp(
  work: Promise<Event>,
  effect: Effect,
  interrupt: AbortSignal | undefined,
): Promise<Event> {
  if (interrupt === undefined) return work
  let timer: NodeJS.Timeout | undefined
  let arm: (() => void) | undefined
  const cut = new Promise<Event>((resolve) => {
    const giveUp = (): void => {
      resolve(effect.do === 'pause' ? { type: 'ok' } : { type: 'abandoned' })
    }
    const wasCut = interrupt.aborted
    arm = () => {
      const patience = effect.do === 'pause' ? 0 : wasCut ? grace.closing : grace.inFlight
      timer = setTimeout(giveUp, patience)
    }
    if (wasCut) arm()
    else interrupt.addEventListener('abort', arm, { once: true })
  })
  try {
    return await Promise.race([work, cut])
  } finally {
    clearTimeout(timer)
    if (arm !== undefined) interrupt.removeEventListener('abort', arm)
  }
}

/** Tells of each step that came to its end between two states. */
function report({ plan, ports }: Session, before: Run, after: Run): void {
  if (after.stop !== undefined && before.stop === undefined && isCut(after.stop.why))
    ports.progress({ type: 'stopping', why: after.stop.why })
  after.systems.forEach((state, index) => {
    const from = before.systems[index]?.cursor ?? 0
    const system = plan.systems[index]
    if (system === undefined || from === state.cursor) return
    for (let place = from; place < state.cursor; place += 1) {
      const step = system.steps[place]
      if (step === undefined || !isWrite(step.change)) continue
      const { ref, action } = step.change
      const outcome = outcomeAt(state.outcomes, place) ?? { result: 'done' as const }
      ports.progress({ type: 'step', system: system.name, id: step.id, ref, action, outcome })
    }
  })
}

function isCut(why: string): why is 'interrupted' | 'deadline' {
  return why === 'interrupted' || why === 'deadline'
}

function descriptionsOf(plan: Plan, ports: Ports): Record<string, Description> {
  return Object.fromEntries(
    plan.systems.map(({ name, connector }) => [connector, systemOf(ports, name).connector.description]),
  )
}
