/** What became of a run: one line for each step, and for each system whether it converged. */
import type { LockHolder } from '../ledger/ledger.ts'
import type { Write } from '../model/change.ts'
import type { ResourceRef } from '../model/resource.ts'

/** What became of one step. Every reason is one sentence without a full stop, for people. */
export type StepOutcome =
  | { readonly result: 'done' }
  /** Definitely not done. */
  | { readonly result: 'failed'; readonly reason: string }
  /** Not sent: it needed something that did not happen, or the run ended before it. */
  | { readonly result: 'skipped'; readonly reason: string }
  /** Nothing is wrong, but a person has to act first. */
  | { readonly result: 'waiting'; readonly reason: string; readonly forWhom: string }
  /** Sent, and even reading back did not show whether it was done. */
  | { readonly result: 'uncertain'; readonly reason: string }

export interface StepReport {
  readonly id: string
  readonly ref: ResourceRef
  readonly action: Write['action']
  readonly outcome: StepOutcome
}

/** Something that was done and that the last read does not show. */
export interface Unconverged {
  readonly id: string
  readonly ref: ResourceRef
  /** One sentence without a full stop: what is missing or still there. */
  readonly message: string
}

export interface SystemReport {
  readonly name: string
  /** One for each step that apply can send, in order. Manual steps and keeps are not among them. */
  readonly steps: readonly StepReport[]
  /** Whether what was done was read again; absent when nothing was sent. */
  readonly verified?: 'converged' | 'open' | 'unread'
  readonly open: readonly Unconverged[]
  /** Why the system could not be read; its steps are skipped then. */
  readonly unread?: string
}

/** A resource that is not as the plan read it. */
export interface Moved {
  readonly system: string
  /** Absent when the set of owners moved, and no step of the plan names the account. */
  readonly ref?: ResourceRef
  /** One sentence without a full stop. */
  readonly message: string
}

/** How a run came to its end. Only `finished`, `interrupted`, `deadline` and `ledger` can have sent anything. */
export type Ending =
  | { readonly how: 'finished' }
  /** Nothing of the plan was left to send. */
  | { readonly how: 'nothing' }
  | { readonly how: 'expired'; readonly at: string }
  /** A run with this very plan was begun before. */
  | { readonly how: 'used' }
  | { readonly how: 'stale'; readonly moved: readonly Moved[] }
  | { readonly how: 'locked'; readonly system: string; readonly holder: LockHolder }
  | { readonly how: 'interrupted' }
  | { readonly how: 'deadline' }
  /** The ledger was lost on the way, or the lock was taken over. */
  | { readonly how: 'ledger'; readonly message: string }

/** What a run that was killed before had left in flight, and what a direct read shows of it now. */
export interface Recovered {
  readonly run: string
  readonly startedAt: string
  readonly steps: readonly {
    readonly id: string
    readonly ref: ResourceRef
    readonly found: 'done' | 'not done' | 'unclear'
  }[]
}

export interface RunReport {
  readonly run: string
  readonly intent: string
  readonly digest: string
  readonly commit?: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly ending: Ending
  readonly systems: readonly SystemReport[]
  /** Earlier runs that were killed and that this one read back. */
  readonly recovered: readonly Recovered[]
  /** One sentence: what a second run will do. */
  readonly next: string
}

type ApplyExit = 0 | 4 | 5 | 6 | 130

/** The exit code of a run; where several hold, the gravest: 130, 5, 6, 4, 0. */
export function exitOf(report: RunReport): ApplyExit {
  const { how } = report.ending
  if (how === 'interrupted') return 130
  if (how === 'stale' || how === 'expired' || how === 'used') return 6
  if (how === 'locked') return 4
  if (report.systems.some(isPartial)) return sentAny(report) ? 5 : 4
  if (how === 'ledger') return sentAny(report) ? 5 : 4
  return how === 'deadline' ? 5 : 0
}

/** How many steps came to each end, over all systems. */
export function tally(report: RunReport): Record<StepOutcome['result'], number> {
  const counts = { done: 0, failed: 0, skipped: 0, waiting: 0, uncertain: 0 }
  for (const { steps } of report.systems) for (const { outcome } of steps) counts[outcome.result] += 1
  return counts
}

function isPartial(system: SystemReport): boolean {
  const missed = system.steps.some(({ outcome }) => outcome.result !== 'done' && outcome.result !== 'waiting')
  return missed || system.unread !== undefined || system.open.length > 0 || system.verified === 'unread'
}

/** Something reached a system, or may have. */
function sentAny(report: RunReport): boolean {
  return report.systems.some(({ steps }) => steps.some(({ outcome }) => outcome.result !== 'skipped'))
}
