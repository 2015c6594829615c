/** What a named scenario is made of. The table is in `table.ts`. */
import type { Observation } from '../../src/connector/contract.ts'
import type { Write } from '../../src/model/change.ts'
import type { Person, SystemConfig } from '../../src/model/workspace.ts'
import type { Truth } from '../explorer/plain-system.ts'
import type { SystemWords } from './words.ts'

export interface ScenarioSystem {
  readonly name: string
  readonly live: SystemWords
  readonly wished: SystemWords
  readonly config?: Partial<SystemConfig>
  /** What the ledger knows of it, where that is not what is live. */
  readonly known?: SystemWords
  /** The account that the credentials belong to. */
  readonly identity?: string
  /** A new account is an invitation that its person has to accept. */
  readonly invites?: true
  /** The system says no to a write, with these words. */
  readonly denies?: (write: Write) => string | undefined
  /** What the system does of its own accord once a write has landed. */
  readonly reacts?: (write: Write, truth: Truth) => Truth
  /** What a listing shows, where that is not the truth. */
  readonly shows?: (observation: Observation) => Observation
}

/** What somebody else does to a system, at whatever moment. */
export interface OutsideHand {
  readonly says: string
  readonly does: (truth: Truth) => Truth
}

export interface Scenario {
  readonly id: string
  readonly title: string
  readonly systems: readonly ScenarioSystem[]
  readonly people?: readonly Person[]
  /** Accounts that are nobody to count on, for a reason that only the manifests know. */
  readonly unfit?: readonly string[]
  /** Accounts that no run may touch while the guards are on: what is said of them has to stay as it is. */
  readonly untouched?: readonly string[]
  /** What the guards refuse: `code: message`. Empty: the change may be carried out. */
  readonly verdict: readonly string[]
  /** What becomes of each step when nothing goes wrong; of a refused change, when it is carried out all the same. */
  readonly steps: readonly string[]
  /** How it stands in the end, however often runs crashed or raced on the way. */
  readonly end: 'as wished' | 'waits for a person' | 'denied' | 'refused'
  /** The other half of the change, merged in the same second and carried out by the racing run. */
  readonly otherHalf?: Readonly<Record<string, SystemWords>>
  readonly hand?: OutsideHand
}
