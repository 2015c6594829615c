import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Change, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'

/** The state after these writes: the graph below seen through them, not a copy. */
export function simulate(_actual: GraphView, _writes: Iterable<Write>, _description: Description): GraphView {
  throw new Error('not written yet')
}

/** Keys of the accounts that are usable owners before this change and not after it alone, sorted. */
export function lowered(
  _change: Change,
  _actual: GraphView,
  _description: Description,
  _rules: Rules,
): string[] {
  throw new Error('not written yet')
}
