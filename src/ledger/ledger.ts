import type { Json, JsonObject } from '../model/json.ts'
import type { InventoryEntry } from '../model/inventory.ts'

export type { InventoryEntry }

/** Who holds the lock of a system. */
export interface LockHolder {
  readonly run: string
  readonly actor: string
  readonly host: string
  readonly pid: number
  /** RFC 3339, UTC. */
  readonly since: string
  readonly heartbeat: string
}

/**
 * A held lock. Every write of the ledger proves in the same transaction that the locks it took are still held,
 * so a holder that was asleep while another took over writes nothing any more.
 */
export interface Lock {
  readonly system: string
  /** Grows by one with each taking: an old holder that wakes up has an old one and writes nothing. */
  readonly generation: number
  /** Says that the holder lives; rejects when the lock was taken over. */
  beat(): Promise<void>
  release(): Promise<void>
}

export type RunState = 'running' | 'done' | 'partial' | 'stopped' | 'interrupted'

export interface RunRecord {
  readonly run: string
  readonly actor: string
  readonly commit?: string
  readonly intent: string
  readonly digest: string
  readonly state: RunState
  readonly startedAt: string
  readonly finishedAt?: string
  readonly tool: string
}

/**
 * An owner reduction that was or is about to be sent, and whose effect has not been seen. Other runs do not
 * count the account as an owner, however its system answers. Only evidence releases it, never age.
 */
export interface Reservation {
  readonly system: string
  /** Key of the account that the step lowers. */
  readonly account: string
  readonly run: string
  readonly step: string
  readonly host: string
  readonly pid: number
}

/** One line of the journal: what the machine was about to do, or what came of it. */
export interface JournalRecord {
  readonly run: string
  readonly sequence: number
  readonly at: string
  readonly record: JsonObject
}

/** One record of the hash-chained log. */
export interface AuditRecord {
  readonly sequence: number
  readonly at: string
  readonly event: string
  readonly detail: Json
  /** SHA-256 of the record before; 64 zeros for the first. */
  readonly previous: string
  readonly hash: string
}

/**
 * What rolecall remembers, and can lose: inventory, locks, journal, runs, acceptances spent, audit.
 * Each call is durable when it resolves. A ledger that cannot be reached rejects with LedgerUnreachable, and
 * then nothing is written anywhere.
 */
export interface Ledger {
  /** Whether this very run created it: then it is no witness for what should be there. */
  readonly created: boolean

  inventory(system: string): Promise<readonly InventoryEntry[]>
  /**
   * Adds or replaces `put` and drops `forget`, in one transaction. Rejects with LockLost unless the lock of
   * each system it touches is held.
   */
  record(change: {
    readonly put: readonly InventoryEntry[]
    readonly forget: readonly Pick<InventoryEntry, 'system' | 'kind' | 'key'>[]
  }): Promise<void>

  /** Takes the lock of a system, or says who holds it. A holder without a heartbeat for 60 s is taken over. */
  lock(
    system: string,
    holder: Omit<LockHolder, 'since' | 'heartbeat'>,
  ): Promise<Lock | { readonly heldBy: LockHolder }>

  /** Plans are single use: `begin` is false when a run with this digest was begun before. */
  begin(run: RunRecord): Promise<boolean>
  finish(run: string, state: RunState): Promise<void>
  /** The latest first. `only` narrows before `limit` counts. */
  runs(
    limit: number,
    only?: { readonly state?: RunState; readonly intent?: string },
  ): Promise<readonly RunRecord[]>

  journal(run: string, records: readonly JsonObject[]): Promise<void>
  readJournal(run: string): Promise<readonly JournalRecord[]>

  reservations(system: string): Promise<readonly Reservation[]>
  /** All or none, by compare-and-swap: rejects with LockLost unless the lock of each system is held. */
  reserve(reservations: readonly Reservation[]): Promise<void>
  unreserve(reservations: readonly Pick<Reservation, 'system' | 'account' | 'run'>[]): Promise<void>

  /**
   * How much of an Acceptance (by the digest of its content) is spent, and spending more of it. A negative amount
   * gives back what this very run has spent of it, and never more than that.
   */
  spent(acceptance: string): Promise<number>
  spend(acceptance: string, amount: number, run: string): Promise<void>

  audit(event: string, detail: Json): Promise<AuditRecord>
  auditRecords(): AsyncIterable<AuditRecord>

  close(): Promise<void>
}

/** What can be asked of a ledger without being able to change it: all that `plan` and `drift` are given. */
export type LedgerReader = Pick<
  Ledger,
  'created' | 'inventory' | 'runs' | 'readJournal' | 'reservations' | 'spent' | 'auditRecords' | 'close'
>

/** The ledger could not be opened, read or written. Nothing may be sent without it. */
export class LedgerUnreachable extends Error {
  override name = 'LedgerUnreachable'
}

/** A lock that this process held was taken over, or was never taken: nothing more may be sent under it. */
export class LockLost extends LedgerUnreachable {
  override name = 'LockLost'
}
