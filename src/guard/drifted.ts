/** What it meant for people that somebody changed a system by hand: told from what is declared to what is live. */
import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Impact } from '../model/access.ts'
import { isWrite, type Change, type Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { inverse, renamesIn, settle } from '../plan/renaming.ts'
import { sidesOf } from '../plan/sides.ts'
import { impactOf } from '../access/impact.ts'

interface DriftedInput {
  readonly rules: Rules
  readonly description: Description
  readonly system: string
  readonly actual: GraphView
  /** What would put right what was done by hand. */
  readonly changes: readonly Change[]
  /** The person behind an account, by its declared key and the live one. */
  readonly person: (coming: string, live: string) => string
}

/**
 * Only what was done by hand is taken back in thought: what is still to be applied, or has come due, is in neither state. What a
 * stage holds back and what an identity provider decides is different all the same.
 */
export function driftedImpact(input: DriftedInput): Impact {
  const { rules, description, system, actual, changes, person } = input
  const writes = changes.flatMap((change) => mending(change, actual))
  const { before: live, after: declared } = sidesOf(actual, writes, description)
  const origins = inverse(settle(renamesIn(writes), actual)).get('account')
  return impactOf({
    ...{ rules, system, writes },
    before: declared,
    after: live,
    person: (coming) => person(coming, origins?.get(coming) ?? coming),
  })
}

/** The write that would put a difference right, whether or not anybody may send it; none for a step by hand. */
function mending(change: Change, actual: GraphView): Write[] {
  if (isWrite(change)) return [change]
  if (change.action !== 'keep' || change.held === undefined) return []
  const { ref, held, from = ref.key, before = nothing, after = nothing, cause = nowhere } = change
  const common = { ref, cause }
  switch (held) {
    case 'create':
      return [{ ...common, action: held, after: { ref, ...after } }]
    case 'update':
      return [{ ...common, action: held, before, after, patch: [] }]
    case 'rename':
      return [{ ...common, action: held, from, before, after, patch: [] }]
    case 'delete': {
      const live = actual.get(ref.kind, ref.key)
      return live === undefined ? [] : [{ ...common, action: held, before: live }]
    }
  }
}

const nothing = { fields: {}, links: {} }
const nowhere = { file: '', line: 0, document: '' }
