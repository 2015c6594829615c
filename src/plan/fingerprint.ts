import type { Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Step } from '../model/plan.ts'

/** Digest of what the change touches, as `actual` (seen through the plan's renames) shows it; '' where a create finds nothing. */
export function fingerprint(_change: Change, _actual: GraphView): string {
  throw new Error('not written yet')
}

/** The steps whose resources moved since the plan was made: a fresh read against the saved fingerprints. */
export function moved(_steps: readonly Step[], _actual: GraphView): Step[] {
  throw new Error('not written yet')
}
