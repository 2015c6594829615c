import type { Description } from '../connector/describe.ts'
import type { Observation, Rules } from '../connector/contract.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { Step } from '../model/plan.ts'
import type { LastSeen } from '../model/seen.ts'
import type { Person, SystemConfig } from '../model/workspace.ts'
import type { Past } from '../plan/past.ts'
import type { Former } from '../plan/scene.ts'

/** What is known of one system when its part of a plan is judged. */
export interface GuardCase {
  readonly config: SystemConfig
  readonly description: Description
  readonly rules: Rules
  readonly observation: Observation
  readonly desired: DesiredGraph
  readonly steps: readonly Step[]
  /** The account behind the credentials, where the system can tell. */
  readonly identity?: string
  readonly people: ReadonlyMap<string, Person>
  /** What rolecall applied before; without it, nothing can be known to have changed its identity. */
  readonly inventory?: readonly InventoryEntry[]
  /** What the protected branch last said of what the system does not show. */
  readonly former?: Former
  /** What the ledger and the history of the branch know; absent where nobody asked them. */
  readonly memory?: Memory
}

interface Memory {
  /** As the ledger has it, without what was rebuilt. */
  readonly inventory: readonly InventoryEntry[]
  readonly lastSeen?: LastSeen | undefined
  /** Absent where no protected branch is asked. */
  readonly past?: Past | undefined
}
