import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Step } from '../model/plan.ts'

/** What the order of one system hangs on. */
export interface OrderContext {
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  readonly system: string
}

export function order(_changes: readonly Change[], _context: OrderContext): Step[] {
  throw new Error('not written yet')
}
