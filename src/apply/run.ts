/** The words of the machine: what it asks for, what it is told, and the state in between. All of it is plain JSON. */
import type { WriteResult } from '../connector/contract.ts'
import type { Confirmation } from './barrier.ts'
import { noOutcomes, type Outcomes } from './outcomes.ts'
import type { Program } from './program.ts'
import type { Moved, StepOutcome } from './report.ts'

/** What the driver is asked to do. Each is answered by one event. */
export type Effect =
  | { readonly do: 'lock' }
  | { readonly do: 'begin' }
  /** Read the system again and compare with the fingerprints. */
  | { readonly do: 'read'; readonly system: number }
  /** Look, now, who owns the system apart from those whom this step lowers. */
  | { readonly do: 'confirm'; readonly system: number; readonly step: number }
  /** Write down what is about to be sent. */
  | { readonly do: 'intend'; readonly system: number; readonly steps: readonly number[] }
  | { readonly do: 'send'; readonly system: number; readonly steps: readonly number[] }
  /** Look whether what was sent without a trustworthy answer was done. */
  | { readonly do: 'readBack'; readonly system: number; readonly steps: readonly number[] }
  /** Write down what came of it. */
  | {
      readonly do: 'settle'
      readonly system: number
      readonly steps: readonly number[]
      readonly outcomes: readonly StepOutcome[]
    }
  /** Let so many seconds pass: a read may lag behind a write. */
  | { readonly do: 'pause'; readonly seconds: number; readonly then: Effect }
  /** Read the system again and compare with what was done. */
  | { readonly do: 'verify'; readonly system: number }
  /** Bring the inventory of the system up to date. */
  | { readonly do: 'remember'; readonly system: number }
  | { readonly do: 'finish'; readonly state: 'done' | 'partial' | 'stopped' }
  | { readonly do: 'release' }

export type Event =
  | { readonly type: 'start' }
  /** The answer to lock, begin, intend, settle, pause, remember, finish and release. */
  | { readonly type: 'ok' }
  /** Another run holds a lock; the driver keeps who. */
  | { readonly type: 'held' }
  | { readonly type: 'used' }
  | { readonly type: 'read'; readonly moved: readonly Moved[] }
  /** The answer to read, confirm, readBack and verify when the system could not be read. */
  | { readonly type: 'unread'; readonly message: string }
  | ({ readonly type: 'confirmed' } & Confirmation)
  | { readonly type: 'answered'; readonly results: readonly WriteResult[] }
  | { readonly type: 'readBack'; readonly found: readonly Found[] }
  | { readonly type: 'verified'; readonly open: readonly OpenStep[] }
  /** The answer to an effect that needs the ledger when the ledger could not do it. */
  | { readonly type: 'ledgerLost'; readonly message: string }
  /** What is in flight did not end in time after an interrupt. */
  | { readonly type: 'abandoned' }
  | { readonly type: 'interrupt' }
  | { readonly type: 'deadline' }
  /** A heartbeat found the lock taken over, or the ledger gone. */
  | { readonly type: 'lockLost'; readonly message: string }

/** What a direct read shows of something that was sent. */
export type Found = 'done' | 'not done' | 'unclear'

export interface OpenStep {
  readonly step: number
  readonly message: string
}

export interface SystemRun {
  /** Steps before it have come to their end: done, unless `outcomes` says otherwise. */
  readonly cursor: number
  readonly outcomes: Outcomes
  /** Steps before it are sent one by one, because they failed together. */
  readonly alone: number
  /** A step failed or is uncertain: no owner is lowered here any more. */
  readonly broken: boolean
  /** Something was sent. */
  readonly sent: boolean
  /** Why nothing further is sent here: the two looks at the owners did not see the same. */
  readonly halted?: string | undefined
  /** Steps that ended neither done nor waiting. */
  readonly missed: number
  readonly unread?: string
  readonly verified?: 'converged' | 'open' | 'unread'
  readonly open: readonly OpenStep[]
  readonly remembered: boolean
}

export interface Run {
  /** The effect in flight. */
  readonly doing?: Effect
  readonly phase: 'new' | 'running' | 'closing' | 'over'
  /** Who is compromised is stopped in every system before anything else is sent to any. */
  readonly firstWave: boolean
  /** The system at work. */
  readonly system: number
  readonly systems: readonly SystemRun[]
  /** The run stands in the ledger and has to be finished there. */
  readonly begun: boolean
  /** What was sent last, while its end is not written down yet. */
  readonly batch?: { readonly steps: readonly number[]; readonly outcomes: readonly StepOutcome[] }
  /** Seconds already waited for a read to show what is hoped for. */
  readonly waited: number
  readonly moved: readonly Moved[]
  /** Why nothing further is sent. */
  readonly stop?:
    | { readonly why: 'held' | 'used' | 'stale' | 'interrupted' | 'deadline' }
    | { readonly why: 'ledger'; readonly message: string }
}

/** A run before its first event. */
export function newRun(program: Program): Run {
  const fresh: SystemRun = {
    cursor: 0,
    outcomes: noOutcomes,
    alone: 0,
    broken: false,
    sent: false,
    missed: 0,
    open: [],
    remembered: false,
  }
  return {
    phase: 'new',
    firstWave: true,
    system: 0,
    systems: program.systems.map(() => fresh),
    begun: false,
    waited: 0,
    moved: [],
  }
}
