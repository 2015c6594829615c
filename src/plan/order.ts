import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import { isWrite, type Change, type Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds } from '../model/resource.ts'
import type { Step } from '../model/plan.ts'
import { adds } from './delta.ts'
import { edges } from './edges.ts'
import { fingerprint } from './fingerprint.ts'
import { loweredByEach } from './lowers.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'
import { byText } from './sets.ts'

/** What the order of one system hangs on. */
export interface OrderContext {
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  readonly system: string
}

/**
 * Changes → steps. Renames, then everything that gives, then the owner reductions, then what only takes away, then
 * removals; inside each phase by reference, and never before what the step needs. What no step sends (by hand, kept)
 * comes last. The same changes in any order give the same steps.
 */
export function order(changes: readonly Change[], context: OrderContext): Step[] {
  const { actual, description, system } = context
  const lowers = loweredByEach(changes.filter(isWrite), context)
  const nodes = changes.map((change) => ({ change, lowers: isWrite(change) ? (lowers.get(change) ?? []) : [] }))
}
