/**
 * Whether the audit log is whole. The chain shows a record that was altered, moved, or taken out of the middle. It
 * cannot show that its end was cut off: there the runs and their journals are witnesses. And it cannot show that
 * somebody wrote all of the ledger anew: for that a hash is kept elsewhere.
 */
import type { Json } from '../model/json.ts'
import { newChain } from './audit.ts'
import type { AuditRecord, JournalRecord, LedgerReader, RunRecord } from './ledger.ts'

interface Verdict {
  readonly whole: boolean
  /** Records that fit, from the first on. */
  readonly records: number
  /** Hash of the last of them. */
  readonly head: string
  /** When the last of them was written. */
  readonly last?: string
  /** The first that does not fit. */
  readonly broken?: Pick<AuditRecord, 'sequence' | 'at' | 'event'> & { readonly why: string }
  /** What runs and journals know and the log does not, and the other way round; one sentence each. */
  readonly problems: readonly string[]
}

/** What the log says of one run. */
interface Told {
  started: boolean
  ended: boolean
  settled: number
}

/**
 * Reads the log once, from the first record to the last; memory grows with the number of runs, not of records.
 * `expect` is the hash of a record that the log must hold.
 */
export async function verifyAudit(ledger: LedgerReader, expect?: string): Promise<Verdict> {
  const runs = await ledger.runs(Number.MAX_SAFE_INTEGER)
  const chain = newChain()
  const told = new Map<string, Told>()
  let isHeld = expect === undefined
  let last: string | undefined
  const verdict = (problems: readonly string[]): Verdict => ({
    ...{ whole: problems.length === 0, records: chain.count, head: chain.head, problems },
    ...(last === undefined ? {} : { last }),
  })
  for await (const record of ledger.auditRecords()) {
    const why = chain.follow(record)
    if (why !== undefined) {
      const { sequence, at, event } = record
      return { ...verdict([]), whole: false, broken: { sequence, at, event, why } }
    }
    last = record.at
    if (record.hash === expect) isHeld = true
    note(told, record)
  }
  const problems = isHeld ? [] : [`No record has the hash ${expect ?? ''}: the log was cut or written anew.`]
  return verdict([...problems, ...(await unlikeRuns(ledger, runs, told))])
}

function note(told: Map<string, Told>, { event, detail }: AuditRecord): void {
  const run = textOf(detail, 'run')
  if (run === undefined) return
  const known = told.get(run) ?? { started: false, ended: false, settled: 0 }
  told.set(run, known)
  if (event === 'run started') known.started = true
  if (event === 'run finished' || event === 'run was interrupted') known.ended = true
  if (event === 'steps settled') known.settled += lengthOf(detail, 'steps')
}

/** Each run is in both: begun, ended if it has, and with as many results as its journal. */
async function unlikeRuns(
  ledger: LedgerReader,
  runs: readonly RunRecord[],
  told: ReadonlyMap<string, Told>,
): Promise<string[]> {
  const problems: string[] = []
  for (const { run, state } of runs) {
    const known = told.get(run)
    if (known?.started !== true) problems.push(`The log does not say that run ${run} was started.`)
    else if (state === 'running') continue
    else if (!known.ended) problems.push(`The log does not say how run ${run} ended.`)
    else {
      const results = resultsIn(await ledger.readJournal(run))
      if (results !== known.settled)
        problems.push(
          `Of run ${run} the journal has the results of ${results} steps, and the log of ${known.settled}.`,
        )
    }
  }
  // listed anew: one may have begun while the log was read
  const listed = new Set((await ledger.runs(Number.MAX_SAFE_INTEGER)).map(({ run }) => run))
  for (const [run, { started }] of told)
    if (started && !listed.has(run)) problems.push(`The ledger does not list run ${run} of the log.`)
  return problems
}

function resultsIn(journal: readonly JournalRecord[]): number {
  return journal
    .filter(({ record }) => record['type'] === 'result')
    .reduce((sum, { record }) => sum + lengthOf(record, 'outcomes'), 0)
}

function textOf(detail: Json, key: string): string | undefined {
  const value = memberOf(detail, key)
  return typeof value === 'string' ? value : undefined
}

function lengthOf(detail: Json, key: string): number {
  const value = memberOf(detail, key)
  return Array.isArray(value) ? value.length : 0
}

function memberOf(detail: Json, key: string): unknown {
  return (detail as Readonly<Record<string, unknown>> | null)?.[key]
}
