/** Everything the executor takes from its surroundings, so that tests can hand it a world with faults. */
import type { Connector, Observation, Reader, Secret, Writer } from '../connector/contract.ts'
import type { Ledger, Reservation } from '../ledger/ledger.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { ResourceRef } from '../model/resource.ts'
import type { Person, SystemConfig } from '../model/workspace.ts'
import type { Past } from '../plan/past.ts'
import type { StepOutcome } from './report.ts'

/** One system of the plan, as the executor reaches it. */
export interface AppliedSystem {
  readonly config: SystemConfig
  readonly connector: Pick<Connector, 'description' | 'rules' | 'floor'>
  readonly openReader: () => Promise<Reader>
  readonly openWriter: () => Promise<Writer>
  /**
   * The wishes of the manifests. What they name and what is live already goes into the inventory too, so that
   * taking it out of the manifests later removes it.
   */
  readonly desired: DesiredGraph
  /** What was read when the plan was made, where that was in this very process; saves a read where nothing is sent. */
  readonly observation?: Observation
  /** What the protected branch said of undeclared things; absent where it is not asked. */
  readonly past?: Past
}

/** What happens, as it happens, for a person or for plain lines in CI. */
export type Progress =
  | { readonly type: 'reading'; readonly system: string }
  /** One for each step that came to its end, in the order of the plan. */
  | {
      readonly type: 'step'
      readonly system: string
      readonly id: string
      readonly ref: ResourceRef
      readonly action: string
      readonly outcome: StepOutcome
    }
  | { readonly type: 'confirming'; readonly system: string; readonly id: string }
  | { readonly type: 'verifying'; readonly system: string }
  | { readonly type: 'stopping'; readonly why: 'interrupted' | 'deadline' | 'ledger' }

/** Where the passwords of new accounts go: into the operator's hands, before the account is made. */
export interface SecretSink {
  /** Resolves once it is kept for good; rejects with a sentence for people that holds nothing of it. */
  keep(record: SecretRecord): Promise<void>
}

export interface SecretRecord {
  readonly time: string
  readonly system: string
  readonly account: string
  readonly password: Secret
  /** `rolecall log RUN` says what came of this step: a line whose account was never made does no harm. */
  readonly run: string
  readonly step: string
}

export interface Ports {
  readonly ledger: Ledger
  /** By name; every system of the plan must be here. */
  readonly systems: ReadonlyMap<string, AppliedSystem>
  readonly people: ReadonlyMap<string, Person>
  /**
   * What the findings of these systems draw on each Acceptance together, by the digest of its document. A system's
   * part is spent before anything is sent to it.
   */
  readonly spends: (
    systems: ReadonlySet<string>,
  ) => readonly { readonly acceptance: string; readonly amount: number }[]
  /** Absent where the operator named none: then no account that needs a password is made. */
  readonly secrets?: SecretSink
  /** Identifier of this run, unique for ever. */
  readonly run: string
  /** Who runs it, for the lock and the audit log. */
  readonly actor: string
  /** `hostName()` of ledger/host.ts. */
  readonly host: string
  readonly pid: number
  /** Whether whoever made a reservation is known to be dead; as ledger/host.ts knows it unless said otherwise. */
  readonly isGone?: (holder: Pick<Reservation, 'run' | 'host' | 'pid'>) => boolean
  /** Whether it is known to be there still, and may send what it wrote down; as ledger/host.ts knows it likewise. */
  readonly isBeside?: (holder: Pick<Reservation, 'run' | 'host' | 'pid'>) => boolean
  /** Name and version of the program, for the records. */
  readonly tool: string
  readonly now: () => Date
  /** Resolves after so many milliseconds: waiting for a read that lags behind a write. */
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly progress: (event: Progress) => void
  /** Aborted on SIGINT and SIGTERM: what is in flight ends or is marked, and nothing further is sent. */
  readonly interrupt?: AbortSignal
  /** After this moment nothing further is sent. */
  readonly deadline?: Date
}
