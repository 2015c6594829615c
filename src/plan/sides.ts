import type { Description } from '../connector/describe.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'
import { simulate } from './simulate.ts'

/** A state before and after some writes, both by the names that things have afterwards: to be compared key by key. */
export function sidesOf(
  actual: GraphView,
  writes: readonly Write[],
  description: Description,
): { readonly before: GraphView; readonly after: GraphView } {
  return {
    before: seenThrough(actual, settle(renamesIn(writes), actual)),
    after: simulate(actual, writes, description),
  }
}
