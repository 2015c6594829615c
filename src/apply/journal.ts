/** What a run writes into the journal, and what can be read from it after a crash. */
import type { JournalRecord } from '../ledger/ledger.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { JsonObject } from '../model/json.ts'
import type { Plan, Step } from '../model/plan.ts'
import { sha256 } from '../plan/digest.ts'
import type { StepOutcome } from './report.ts'
import type { Found } from './run.ts'

/** A run as its journal tells it. */
export interface Told {
  readonly systems: readonly string[]
  /** Digest of each write of its plan, by step. */
  readonly writes: ReadonlyMap<string, string>
  /** Steps that were about to be sent, and of which nothing further is known. */
  readonly inFlight: ReadonlyMap<string, Write>
  readonly outcomes: ReadonlyMap<string, StepOutcome>
}

/** Writes of one record: keeps each record, and with it each line that is parsed at once, of a bounded size. */
const digestsPerRecord = 5000

/** The first records of a run: which systems, and a digest of each write, to know later what was left of it. */
export function opening(plan: Plan): readonly JsonObject[] {
  const digests = plan.systems.flatMap(({ steps }) =>
    steps.flatMap(({ id, change }) => (isWrite(change) ? [[id, digestOf(change)]] : [])),
  )
  const records: JsonObject[] = [{ type: 'run', systems: plan.systems.map(({ name }) => name) }]
  for (let from = 0; from < digests.length; from += digestsPerRecord)
    records.push({ type: 'writes', writes: digests.slice(from, from + digestsPerRecord) })
  return records
}

/** Before sending: the whole write, so that a later run can see whether it was done, and undo knows what was before. */
export function intention(steps: readonly Step[]): JsonObject {
  return json({
    type: 'intent',
    steps: steps.flatMap(({ id, change }) => (isWrite(change) ? [{ id, write: essence(change) }] : [])),
  })
}

export function result(outcomes: readonly (readonly [string, StepOutcome])[]): JsonObject {
  return json({ type: 'result', outcomes })
}

/** Written into the journal of a run that was killed, by the run that read back what it had in flight. */
export function foundLater(by: string, found: readonly (readonly [string, Found])[]): JsonObject {
  return json({ type: 'found', by, found })
}

/** Digest of what a write does, whatever its place in a plan and in the manifests. */
export function digestOf(write: Write): string {
  return sha256(essence(write))
}

/** Reads a journal back. */
export function tell(records: readonly JournalRecord[]): Told {
  let systems: readonly string[] = []
  const writes = new Map<string, string>()
  const inFlight = new Map<string, Write>()
  const outcomes = new Map<string, StepOutcome>()
  for (const record of records.map((line) => line.record as unknown as Line)) {
    if (record.type === 'run') systems = record.systems
    else if (record.type === 'writes') for (const [id, digest] of record.writes) writes.set(id, digest)
    else if (record.type === 'intent')
      for (const { id, write } of record.steps) {
        inFlight.set(id, write)
        outcomes.delete(id)
      }
    else if (record.type === 'result')
      for (const [id, outcome] of record.outcomes) {
        // an uncertain step stays in flight: the next run looks again
        if (outcome.result !== 'uncertain') inFlight.delete(id)
        outcomes.set(id, outcome)
      }
    else
      for (const [id, found] of record.found) {
        if (found !== 'unclear') inFlight.delete(id)
        if (found === 'done') outcomes.set(id, { result: 'done' })
      }
  }
  return { systems, writes, inFlight, outcomes }
}

/**
 * What a journal says was sent of one step: the write, `nothing` where the run had planned the step and never
 * wrote down that it was about to send it, and undefined where the journal does not know the step.
 */
export function sentOf(records: readonly JournalRecord[], step: string): Write | 'nothing' | undefined {
  let sent: Write | 'nothing' | undefined
  for (const record of records.map((line) => line.record as unknown as Line)) {
    if (record.type === 'writes' && record.writes.some(([id]) => id === step)) sent ??= 'nothing'
    if (record.type === 'intent') sent = record.steps.find(({ id }) => id === step)?.write ?? sent
  }
  return sent
}

type Line =
  | { readonly type: 'run'; readonly systems: readonly string[] }
  | { readonly type: 'writes'; readonly writes: readonly (readonly [string, string])[] }
  | { readonly type: 'intent'; readonly steps: readonly { readonly id: string; readonly write: Write }[] }
  | { readonly type: 'result'; readonly outcomes: readonly (readonly [string, StepOutcome])[] }
  | { readonly type: 'found'; readonly found: readonly (readonly [string, Found])[] }

/** The write without its place in the manifests and without the patch, which follows from the rest. */
function essence(write: Write): object {
  const { cause: _cause, ...rest } = write
  if (!('patch' in rest)) return rest
  const { patch: _patch, ...essential } = rest
  return essential
}

/** Plain data is JSON; the types of the model only do not say so. */
function json(value: object): JsonObject {
  return value as JsonObject
}
