import type { Json, JsonObject } from '../model/json.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { LastSeen } from '../model/seen.ts'

export type { InventoryEntry, LastSeen }

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

/** One change of the ledger. */
export type LedgerChange =
  /** Adds or replaces `put` and drops `forget`. Needs the lock of each system it touches. */
  | {
      readonly do: 'record'
      readonly put: readonly InventoryEntry[]
      readonly forget: readonly Pick<InventoryEntry, 'system' | 'kind' | 'key'>[]
    }
  | { readonly do: 'journal'; readonly run: string; readonly records: readonly JsonObject[] }
  /** Needs the lock of each system. */
  | { readonly do: 'reserve'; readonly reservations: readonly Reservation[] }
  | {
      readonly do: 'unreserve'
      readonly reservations: readonly Pick<Reservation, 'system' | 'account' | 'run'>[]
    }
  /** A negative amount gives back what this very run has spent of the Acceptance, and never more than that. */
  | { readonly do: 'spend'; readonly acceptance: string; readonly amount: number; readonly run: string }
  | { readonly do: 'finish'; readonly run: string; readonly state: RunState }
  /** Replaces what was last seen of the system. Needs its lock. */
  | { readonly do: 'see'; readonly seen: LastSeen }
  | { readonly do: 'audit'; readonly event: string; readonly detail: Json }
  /** Gives the lock of a system back, as `Lock.release` does. Needs it; what else the write says is still made under it. */
  | { readonly do: 'unlock'; readonly system: string }

/**
 * What rolecall remembers, and can lose: inventory, locks, journal, runs, acceptances spent, audit.
 * Each call is durable when it resolves. A ledger that cannot be reached rejects with LedgerUnreachable, and
 * then nothing is written anywhere.
 */
export interface Ledger {
  /** Whether this very run created it: then it is no witness for what should be there. */
  readonly created: boolean
  /** RFC 3339, UTC: when it was made. What is older may have been known by one that was lost. */
  readonly createdAt: string

  inventory(system: string): Promise<readonly InventoryEntry[]>
  lastSeen(system: string): Promise<LastSeen | undefined>

  /** Takes the lock of a system, or says who holds it. A holder without a heartbeat for 60 s is taken over. */
  lock(
    system: string,
    holder: Omit<LockHolder, 'since' | 'heartbeat'>,
  ): Promise<Lock | { readonly heldBy: LockHolder }>

  /**
   * Plans are single use: false, and nothing is written, when a run with this digest was begun before. `changes` are
   * written with it.
   */
  begin(run: Omit<RunRecord, 'finishedAt'>, changes?: readonly LedgerChange[]): Promise<boolean>
  /**
   * Writes all of the changes or none of them, in one go: by compare-and-swap, which first proves that every lock this
   * ledger took is still held. Rejects with LockLost when one is not, or when a change needs one that was not taken.
   */
  write(changes: readonly LedgerChange[]): Promise<void>

  /** The latest first. `only` narrows before `limit` counts. */
  runs(
    limit: number,
    only?: { readonly state?: RunState; readonly intent?: string },
  ): Promise<readonly RunRecord[]>
  readJournal(run: string): Promise<readonly JournalRecord[]>
  reservations(system: string): Promise<readonly Reservation[]>
  /** How much of an Acceptance (by the digest of its content) is spent. */
  spent(acceptance: string): Promise<number>
  auditRecords(): AsyncIterable<AuditRecord>

  close(): Promise<void>
}

/** What can be asked of a ledger without being able to change it: all that `plan` and `drift` are given. */
export type LedgerReader = Omit<Ledger, 'lock' | 'begin' | 'write'>

/** The ledger could not be opened, read or written. Nothing may be sent without it. */
export class LedgerUnreachable extends Error {
  override name = 'LedgerUnreachable'
}

/** A lock that this process held was taken over, or was never taken: nothing more may be sent under it. */
export class LockLost extends LedgerUnreachable {
  override name = 'LockLost'
}
