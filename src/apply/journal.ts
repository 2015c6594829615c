/** What a run writes into the journal, and what can be read from it after a crash. */
import type { JournalRecord } from '../ledger/ledger.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { JsonObject } from '../model/json.ts'
import type { Plan, Step } from '../model/plan.ts'
import type { Cause } from '../model/span.ts'
import type { LinksAlong } from '../plan/along.ts'
import { sha256 } from '../plan/digest.ts'
import type { StepOutcome } from './report.ts'
import type { Found } from './run.ts'

/** A run as its journal tells it. */
export interface Told {
  readonly systems: readonly string[]
  /** Each write of its plan, by step. */
  readonly writes: ReadonlyMap<string, PlannedWrite>
  /** Steps that were about to be sent, and of which nothing further is known. */
  readonly inFlight: ReadonlyMap<string, Write>
  readonly outcomes: ReadonlyMap<string, StepOutcome>
}

/** What a journal knows of a write from the start: enough to tell later whether it is the same one. */
export interface PlannedWrite {
  readonly digest: string
  /** What goes along with a removal: by itself, since less of it may be left when the removal is planned again. */
  readonly along: readonly string[]
}

/** Writes of one record: keeps each record, and with it each line that is parsed at once, of a bounded size. */
const digestsPerRecord = 5000

/** The first records of a run: which systems, and a digest of each write, to know later what was left of it. */
export function opening(plan: Plan): readonly JsonObject[] {
  const digests = plan.systems.flatMap(({ steps }) =>
    steps.flatMap(({ id, change }) => (isWrite(change) ? [[id, digestOf(change), ...alongOf(change)]] : [])),
  )
  const systems = plan.systems.map(({ name }) => name)
  const records: JsonObject[] = [
    { type: 'run', systems, ...(plan.undoes === undefined ? {} : { undoes: plan.undoes }) },
  ]
  for (let from = 0; from < digests.length; from += digestsPerRecord)
    records.push({ type: 'writes', writes: digests.slice(from, from + digestsPerRecord) })
  return records
}

/**
 * Before sending: the whole write, so that a later run can see whether it was done, and undo knows what was before and
 * which document it came from. `along` says of a removal which links of others go with it, since its write names only
 * whose they are.
 */
export function intention(
  steps: readonly Step[],
  along: (write: Write) => LinksAlong | undefined = () => undefined,
): JsonObject {
  return json({
    type: 'intent',
    steps: steps.flatMap(({ id, change }) => {
      if (!isWrite(change)) return []
      const links = along(change)
      const { cause } = change
      return [{ id, write: essence(change), cause, ...(links === undefined ? {} : { along: links }) }]
    }),
  })
}

/** `ids` are the native ids of what was made, as the system answered, by step. */
export function result(
  outcomes: readonly (readonly [string, StepOutcome])[],
  ids: Readonly<Record<string, string>> = {},
): JsonObject {
  return json({ type: 'result', outcomes, ...(Object.keys(ids).length === 0 ? {} : { ids }) })
}

/** Written into the journal of a run that was killed, by the run that read back what it had in flight. */
export function foundLater(by: string, found: readonly (readonly [string, Found])[]): JsonObject {
  return json({ type: 'found', by, found })
}

/** Digest of what a write does, whatever its place in a plan and in the manifests, and whatever goes along with it. */
export function digestOf(write: Write): string {
  return sha256({ ...essence(write), along: undefined })
}

/** Whose links go along with a removal. */
export function alongOf(write: Write): readonly string[] {
  return write.action === 'delete' ? (write.along ?? []) : []
}

/** Reads a journal back. */
export function tell(records: readonly JournalRecord[]): Told {
  let systems: readonly string[] = []
  const writes = new Map<string, PlannedWrite>()
  const inFlight = new Map<string, Write>()
  const outcomes = new Map<string, StepOutcome>()
  for (const record of records.map((line) => line.record as unknown as Line)) {
    if (record.type === 'run') systems = record.systems
    else if (record.type === 'writes')
      for (const [id, digest, ...along] of record.writes) writes.set(id, { digest, along })
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

/** A step that a run was about to send, with all that its journal knows of it. */
export interface SentStep {
  readonly id: string
  readonly write: Write
  /** Whose links went along with a removal, and which. */
  readonly along?: LinksAlong
  /** The native id of what it made. */
  readonly nativeId?: string
  /** Absent while nobody knows: the run was killed, and no later one read it back. */
  readonly outcome?: StepOutcome
  /** What a later run saw of it, where this one could not tell. */
  readonly found?: Found
}

export interface SentSteps {
  readonly systems: readonly string[]
  /** The run that this one undid. */
  readonly undoes?: string
  /** In the order in which they were sent. */
  readonly steps: readonly SentStep[]
}

/** What a run sent: what undo turns round, and what the log shows. */
export function sentBy(records: readonly JournalRecord[]): SentSteps {
  let systems: readonly string[] = []
  let undoes: string | undefined
  const steps = new Map<string, SentStep>()
  const add = (id: string, more: Partial<SentStep>): void => {
    const known = steps.get(id)
    if (known !== undefined) steps.set(id, { ...known, ...more })
  }
  for (const record of records.map((line) => line.record as unknown as Line)) {
    if (record.type === 'run') {
      systems = record.systems
      undoes = record.undoes
    } else if (record.type === 'intent') {
      for (const { id, write, cause, along } of record.steps) {
        const whole = cause === undefined ? write : { ...write, cause }
        steps.delete(id)
        steps.set(id, { id, write: whole, ...(along === undefined ? {} : { along }) })
      }
    } else if (record.type === 'result') {
      for (const [id, outcome] of record.outcomes) {
        const nativeId = record.ids?.[id]
        add(id, { outcome, ...(nativeId === undefined ? {} : { nativeId }) })
      }
    } else if (record.type === 'found') {
      for (const [id, found] of record.found) add(id, { found })
    }
  }
  return { systems, steps: [...steps.values()], ...(undoes === undefined ? {} : { undoes }) }
}

/** How a step of a run ended, with what is needed to know it again in another plan. */
export interface EndedStep {
  readonly outcome: StepOutcome
  /** RFC 3339, UTC. */
  readonly at: string
  /** Of the write that was planned: `digestOf`. */
  readonly digest?: string
  /** What it was sent for; absent where it was not sent. */
  readonly ref?: Write['ref']
}

/** How each step of a run ended: what `drift` knows of those that wait for a person. */
export function endsIn(records: readonly JournalRecord[]): EndedStep[] {
  const digests = new Map<string, string>()
  const refs = new Map<string, Write['ref']>()
  const ends = new Map<string, Pick<EndedStep, 'outcome' | 'at'>>()
  for (const { at, record } of records) {
    const line = record as unknown as Line
    if (line.type === 'writes') for (const [id, digest] of line.writes) digests.set(id, digest)
    else if (line.type === 'intent') for (const { id, write } of line.steps) refs.set(id, write.ref)
    else if (line.type === 'result') for (const [id, outcome] of line.outcomes) ends.set(id, { outcome, at })
  }
  return [...ends].map(([id, end]) => {
    const [digest, ref] = [digests.get(id), refs.get(id)]
    return { ...end, ...(digest === undefined ? {} : { digest }), ...(ref === undefined ? {} : { ref }) }
  })
}

interface IntendedStep {
  readonly id: string
  readonly write: Write
  readonly cause?: Cause
  readonly along?: LinksAlong
}

type Line =
  | { readonly type: 'run'; readonly systems: readonly string[]; readonly undoes?: string }
  | { readonly type: 'writes'; readonly writes: readonly (readonly [string, string, ...string[]])[] }
  | { readonly type: 'intent'; readonly steps: readonly IntendedStep[] }
  | {
      readonly type: 'result'
      readonly outcomes: readonly (readonly [string, StepOutcome])[]
      readonly ids?: Readonly<Record<string, string>>
    }
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
