import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { SystemConfig } from '../model/workspace.ts'

/** Everything the difference of one system hangs on. */
export interface DiffInput {
  readonly desired: DesiredGraph
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  readonly config: SystemConfig
  readonly inventory: readonly InventoryEntry[]
}

export function diff(_input: DiffInput): Change[] {
  throw new Error('not written yet')
}
