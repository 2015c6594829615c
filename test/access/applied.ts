/**
 * The other half of the proof: what a plan says it means is what a fresh read shows once it was carried out. A connector
 * joins with a line: its own system, filled and planned over, and a brute force beside `brute.ts`.
 */
import { impactOf } from '../../src/access/impact.ts'
import type { Rules } from '../../src/connector/contract.ts'
import type { Description } from '../../src/connector/describe.ts'
import type { Write } from '../../src/model/change.ts'
import type { GraphView } from '../../src/model/graph.ts'
import { sidesOf } from '../../src/plan/sides.ts'
import { disagreements } from './agree.ts'
import type { BruteForce } from './brute.ts'

interface CarriedOut {
  readonly rules: Rules
  readonly description: Description
  /** As it was read before the plan was made. */
  readonly before: GraphView
  readonly writes: readonly Write[]
  /** As it was read after all of them were done. */
  readonly after: GraphView
}

/** What was promised and did not come, or came without being promised; nothing where both agree. */
export function brokenPromises(
  { rules, description, before, writes, after }: CarriedOut,
  force: BruteForce,
): string[] {
  const sides = sidesOf(before, writes, description)
  const system = before.system
  const impact = impactOf({ ...sides, rules, system, writes, person: (account) => account })
  return disagreements(impact, { before: sides.before, after }, force)
}
