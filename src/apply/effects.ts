/** One effect of the machine, carried out: the only place of apply that talks to systems and to the ledger. */
import type { Secret, Writer, WriteResult } from '../connector/contract.ts'
import { LedgerUnreachable, type LedgerChange, type Reservation } from '../ledger/ledger.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import type { Plan, Step, SystemPlan } from '../model/plan.ts'
import { refKey, showRef } from '../model/resource.ts'
import { linksAlong, type LinksAlong } from '../plan/along.ts'
import { afterWrite, isPartial, pendingOf } from './inventory.ts'
import { renamesIn, seenThrough, settle as settleRenames } from '../plan/renaming.ts'
import { stillHeld } from './heartbeat.ts'
import { intention, opening, result } from './journal.ts'
import { readDirectly } from './direct.ts'
import { letItShow } from './showing.ts'
import { landed, missing } from './landed.ts'
import { outcomeAt } from './outcomes.ts'
import { hasShown, lookAtOwners, shownBy, systemOf } from './owners.ts'
import { passwordsFor } from './passwords.ts'
import { expecting, recording, remembering } from './remembering.ts'
import type { StepOutcome } from './report.ts'
import type { Effect, Event, OpenStep, Run } from './run.ts'
import { lookupIn, observe, planOf, readerOf, stepOf, writeOf, writerOf, type Session } from './session.ts'
import { movedSincePlan, unprovenFor } from './stale.ts'

/** Does what the machine asks for and says what came of it. Rejects only for faults of our own. */
export async function carryOut(session: Session, effect: Effect, run: Run): Promise<Event> {
  try {
    return await perform(session, effect, run)
  } catch (error) {
    if (error instanceof LedgerUnreachable) return { type: 'ledgerLost', message: error.message }
    if (!looksAtSystem(effect) || isOurFault(error)) throw error
    return { type: 'unread', message: wordsOf(error) }
  }
}

/** An error that only a mistake in a program makes; connectors put what goes wrong outside into words of their own. */
function isOurFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
}

function looksAtSystem(effect: Effect): boolean {
  return ['read', 'confirm', 'readBack', 'verify'].includes(effect.do)
}

async function perform(session: Session, effect: Effect, run: Run): Promise<Event> {
  switch (effect.do) {
    case 'lock':
      return lockAll(session)
    case 'begin':
      return begin(session)
    case 'read':
      return readAgain(session, planOf(session, effect.system))
    case 'confirm':
      return confirm(session, planOf(session, effect.system), effect.step)
    case 'intend':
      return intend(session, planOf(session, effect.system), effect.steps)
    case 'send':
      await stillHeld(session)
      return { type: 'answered', results: await send(session, planOf(session, effect.system), effect.steps) }
    case 'readBack':
      return readBack(session, planOf(session, effect.system), effect.steps)
    case 'settle':
      return settle(session, planOf(session, effect.system), effect.steps, effect.outcomes)
    case 'pause':
      await session.ports.sleep(effect.seconds * 1000)
      return { type: 'ok' }
    case 'verify':
      return verify(session, planOf(session, effect.system), run, effect.system)
    case 'remember':
      return remember(session, planOf(session, effect.system), run, effect.system)
    case 'finish':
      return finish(session, effect.state, run)
    case 'release':
      await Promise.allSettled(session.locks.map((lock) => lock.release()))
      return { type: 'ok' }
  }
}

// ---------------------------------------------------------------- opening and closing a run

async function lockAll(session: Session): Promise<Event> {
  const { run, actor, host, pid, ledger } = session.ports
  for (const system of session.plan.systems.map(({ name }) => name).sort()) {
    const lock = await ledger.lock(system, { run, actor, host, pid })
    if ('heldBy' in lock) {
      session.held = { system, holder: lock.heldBy }
      return { type: 'held' }
    }
    session.locks.push(lock)
  }
  session.lockedAt = session.ports.now()
  session.heardAt = session.lockedAt
  return { type: 'ok' }
}

async function begin({ plan, ports }: Session): Promise<Event> {
  const { ledger, run, actor, host, tool } = ports
  const { intent, digest, commit, undoes } = plan
  const startedAt = ports.now().toISOString()
  const record = { run, actor, intent, digest, state: 'running' as const, startedAt, tool }
  const detail = {
    ...{ run, actor, host, tool, intent, digest, commit: commit ?? null, undoes: undoes ?? null },
    systems: plan.systems.map(({ name }) => name),
    accepted: plan.findings.flatMap(({ system, code, count, acceptedBy }) =>
      acceptedBy === undefined ? [] : [{ system, code, count, by: acceptedBy }],
    ),
  }
  const began = await ledger.begin(commit === undefined ? record : { ...record, commit }, [
    { do: 'journal', run, records: opening(plan) },
    { do: 'audit', event: 'run started', detail },
  ])
  return { type: began ? 'ok' : 'used' }
}

/** The locks are given back by the same write: over a network each write is a way there and back. */
async function finish(session: Session, state: RunEnd, run: Run): Promise<Event> {
  const { plan, ports, recovery, purse, locks, unwritten } = session
  await purse.keepFor(changed(plan, run))
  const detail = {
    run: ports.run,
    state,
    stopped: run.stop?.why ?? null,
    systems: run.systems.map(({ missed, verified, unread }) => ({
      missed,
      verified: verified ?? null,
      unread: unread ?? null,
    })),
  }
  await recovery.close([
    ...unwritten.splice(0),
    { do: 'finish', run: ports.run, state },
    { do: 'audit', event: 'run finished', detail },
    ...locks.map(({ system }) => ({ do: 'unlock', system }) as const),
  ])
  locks.length = 0
  return { type: 'ok' }
}

type RunEnd = 'done' | 'partial' | 'stopped'

/** Systems in which something was done, or may have been. */
function changed({ systems }: Plan, run: Run): ReadonlySet<string> {
  const touched = systems.filter(({ steps }, index) => {
    const { cursor = 0, outcomes = {} } = run.systems[index] ?? {}
    return steps.some(
      ({ change }, place) => place < cursor && isWrite(change) && !isUntouched(outcomeAt(outcomes, place)),
    )
  })
  return new Set(touched.map(({ name }) => name))
}

// ---------------------------------------------------------------- looking

async function readAgain(session: Session, plan: SystemPlan): Promise<Event> {
  session.ports.progress({ type: 'reading', system: plan.name })
  const system = systemOf(session.ports, plan.name)
  const observation = await observe(session, plan.name)
  await session.recovery.look(plan.name, lookupIn(observation), system.connector.description)
  const unproven = unprovenFor(plan, observation, system.connector.description)
  if (unproven !== undefined) return { type: 'unread', message: unproven }
  const planned = { ...system, people: session.ports.people }
  return { type: 'read', moved: movedSincePlan(plan, observation, planned, session.plan.createdAt) }
}

async function confirm(session: Session, plan: SystemPlan, place: number): Promise<Event> {
  const step = stepOf(plan, place)
  session.ports.progress({ type: 'confirming', system: plan.name, id: step.id })
  const reader = await readerOf(session, plan.name)
  const look = await lookAtOwners(session.ports, plan, step, reader, session.lockedAt)
  session.seen.set(plan.name, look.observation)
  if (look.settled.length > 0) await session.ports.ledger.write(releasing(look.settled))
  return { type: 'confirmed', ...look.confirmation }
}

async function readBack(session: Session, plan: SystemPlan, places: readonly number[]): Promise<Event> {
  const { description } = systemOf(session.ports, plan.name).connector
  const reader = await readerOf(session, plan.name)
  const writes = places.map((place) => writeOf(stepOf(plan, place)))
  const lookup = await readDirectly(reader, writes)
  return { type: 'readBack', found: writes.map((write) => landed(write, lookup, description)) }
}

/** Each step that was done is looked for in a fresh read; of several on one resource, the last has the last word. */
async function verify(session: Session, plan: SystemPlan, run: Run, system: number): Promise<Event> {
  session.ports.progress({ type: 'verifying', system: plan.name })
  const { description } = systemOf(session.ports, plan.name).connector
  await letItShow(session, plan.name)
  const observation = await observe(session, plan.name)
  const lookup = lookupIn(observation)
  const open: OpenStep[] = []
  const later = new Set<string>()
  const isLater = (change: Write): boolean =>
    change.action === 'create' || change.action === 'delete'
      ? later.has(refKey(change.ref))
      : later.has(`${refKey(change.ref)} *`) || namesIn(change).every((name) => later.has(name))
  for (let place = plan.steps.length - 1; place >= 0; place -= 1) {
    const { change } = stepOf(plan, place)
    if (!isWrite(change) || !isDone(run, system, place) || isLater(change)) continue
    const names = 'patch' in change ? namesIn(change) : [`${refKey(change.ref)} *`]
    for (const name of [refKey(change.ref), ...names]) later.add(name)
    const phrases = missing(change, lookup, description)
    if (phrases.length > 0) open.push({ step: place, message: phrases.join('; ') })
  }
  const shown = new Set<string>()
  plan.steps.forEach(({ id }, place) => {
    if (isDone(run, system, place) && !open.some(({ step }) => step === place)) shown.add(id)
  })
  const over = reservedFor(session, plan.name, shown)
  session.unwritten.push(...releasing(over))
  dropped(session, plan.name, over)
  return { type: 'verified', open: open.reverse() }
}

/** What an update or a rename has a say in, by resource and name; a rename also in the name itself. */
function namesIn(change: Exclude<Write, { action: 'create' | 'delete' }>): readonly string[] {
  const { before, after } = change
  const touched = [before, after].flatMap(({ fields, links }) => Object.keys({ ...fields, ...links }))
  const own = change.action === 'rename' ? [...touched, ''] : touched
  return own.map((one) => `${refKey(change.ref)} ${one}`)
}

// ---------------------------------------------------------------- sending

async function intend(session: Session, plan: SystemPlan, places: readonly number[]): Promise<Event> {
  const { ledger, run, host, pid } = session.ports
  const steps = places.map((place) => stepOf(plan, place))
  const reservations = steps.flatMap(({ id, lowers }) =>
    lowers.map((account) => ({ system: plan.name, account, run, step: id, host, pid })),
  )
  await session.purse.payFor(plan.name)
  await write(session, [
    ...(await expecting(ledger, plan.name, steps)),
    ...(reservations.length === 0 ? [] : [{ do: 'reserve', reservations } as const]),
    { do: 'journal', run, records: [intention(steps, goingAlong(session, plan))] },
  ])
  session.reserved.set(plan.name, [...(session.reserved.get(plan.name) ?? []), ...reservations])
  return { type: 'ok' }
}

/** Which links go along with a removal, by the last look before it is sent. */
function goingAlong(session: Session, { name, steps }: SystemPlan): (write: Write) => LinksAlong | undefined {
  const { description } = systemOf(session.ports, name).connector
  const graph = session.seen.get(name)?.graph
  let view: GraphView | undefined
  return (write) => {
    if (graph === undefined || write.action !== 'delete' || write.along === undefined) return undefined
    view ??= seenThrough(graph, settleRenames(renamesIn(steps.map(({ change }) => change)), graph))
    return linksAlong(write.ref, write.along, view, description)
  }
}

/** Whatever goes wrong once a request may have left is uncertain; before that, it is a failure. */
async function send(
  session: Session,
  plan: SystemPlan,
  places: readonly number[],
): Promise<readonly WriteResult[]> {
  const steps = places.map((place) => stepOf(plan, place))
  const all = (outcome: 'failed' | 'uncertain', error: unknown): WriteResult[] =>
    steps.map(() => ({ outcome, message: wordsOf(error) }))
  let writer: Writer
  let passwords: ReadonlyMap<string, Secret>
  try {
    writer = await writerOf(session, plan.name)
    passwords = await passwordsFor(steps, systemOf(session.ports, plan.name), session.ports)
  } catch (error) {
    return all('failed', error)
  }
  try {
    const results = await writer.write(steps.map(writeOf), passwords)
    results.forEach((each, index) => {
      const step = steps[index]
      if (step !== undefined && each.outcome === 'done' && each.id !== undefined)
        session.ids.set(step.id, each.id)
    })
    return results
  } catch (error) {
    return all('uncertain', error)
  } finally {
    session.answeredAt.set(plan.name, session.ports.now())
  }
}

async function settle(
  session: Session,
  plan: SystemPlan,
  places: readonly number[],
  outcomes: readonly StepOutcome[],
): Promise<Event> {
  const { run } = session.ports
  const { desired } = systemOf(session.ports, plan.name)
  const steps = places.map((place) => stepOf(plan, place))
  const ends = steps.map((step, index) => ({ step, outcome: outcomes[index] ?? noAnswer }))
  const changes = ends
    .filter(({ step, outcome }) => outcome.result === 'done' && !isPartial(step, plan))
    .map(({ step }) => afterWrite(writeOf(step), session.ids.get(step.id), desired, run))
  const untouched = new Set(ends.filter(({ outcome }) => isUntouched(outcome)).map(({ step }) => step.id))
  const over = reservedFor(session, plan.name, untouched)
  const detail = { run, steps: ends.map(({ step, outcome }) => audited(step, outcome)) }
  const ids = Object.fromEntries(
    steps.flatMap(({ id, change }) => {
      const answered = change.action === 'create' ? session.ids.get(id) : undefined
      return answered === undefined ? [] : [[id, answered]]
    }),
  )
  const told = result(
    ends.map(({ step, outcome }) => [step.id, outcome]),
    ids,
  )
  await write(session, [
    { do: 'journal', run, records: [told] },
    ...recording(changes),
    ...releasing(over),
    { do: 'audit', event: 'steps settled', detail },
  ])
  dropped(session, plan.name, over)
  return { type: 'ok' }
}

const noAnswer: StepOutcome = { result: 'uncertain', reason: 'no answer came' }

/** Definitely not done: nothing has to be kept for it. */
function isUntouched(outcome: StepOutcome | undefined): boolean {
  return outcome?.result === 'failed' || outcome?.result === 'skipped'
}

/** What is reserved for these steps: over once their effect was seen, or when they were definitely not done. */
function reservedFor(
  { reserved }: Session,
  system: string,
  steps: ReadonlySet<string>,
): readonly Reservation[] {
  return (reserved.get(system) ?? []).filter(({ step }) => steps.has(step))
}

function dropped({ reserved }: Session, system: string, over: readonly Reservation[]): void {
  const left = (reserved.get(system) ?? []).filter((one) => !over.includes(one))
  reserved.set(system, left)
}

function releasing(over: readonly Reservation[]): readonly LedgerChange[] {
  return over.length === 0 ? [] : [{ do: 'unreserve', reservations: over }]
}

function audited({ id, change }: Step, outcome: StepOutcome): Json {
  return {
    ...{ id, action: change.action, resource: showRef(change.ref), cause: change.cause?.document ?? null },
    ...outcome,
  }
}

// ---------------------------------------------------------------- the inventory

async function remember(session: Session, plan: SystemPlan, run: Run, index: number): Promise<Event> {
  const { ports } = session
  const applied = systemOf(ports, plan.name)
  const seen = session.seen.get(plan.name) ?? applied.observation
  if (seen === undefined) return { type: 'ok' }
  if (!session.seen.has(plan.name))
    await session.recovery.look(plan.name, lookupIn(seen), applied.connector.description)
  const { findings } = session.plan
  const pending = pendingOf(plan, findings, (place) => isDone(run, index, place))
  const shows = hasShown(ports.now(), applied.connector.description.lagSeconds, session.lockedAt)
  const over = shows ? shownBy(seen, applied, await ports.ledger.reservations(plan.name)) : []
  const changes = [
    ...(await remembering(ports.ledger, applied, seen, { findings, pending, run: ports.run })),
    ...releasing(over),
  ]
  if (run.begun) session.unwritten.push(...changes)
  else await session.recovery.close(changes)
  return { type: 'ok' }
}

// ---------------------------------------------------------------- small change

/** With what has waited for the next write. */
async function write({ ports, unwritten }: Session, changes: readonly LedgerChange[]): Promise<void> {
  await ports.ledger.write([...unwritten.splice(0), ...changes])
}

function isDone(run: Run, system: number, place: number): boolean {
  const state = run.systems[system]
  return state !== undefined && place < state.cursor && outcomeAt(state.outcomes, place) === undefined
}

/** One phrase for people: no line ends or control characters, whatever a system put into its answer. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .replace(/[.]$/, '')
}
