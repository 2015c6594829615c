import type { Rules } from '../connector/contract.ts'
import { usableConditions, type Description } from '../connector/describe.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { OwnerView } from '../model/plan.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { ignoring } from './ownership.ts'
import { byText } from './sets.ts'

/** What a list of owners is read from, besides the state. */
interface OwnerContext {
  readonly config: SystemConfig
  readonly description: Description
  readonly rules: Rules
  readonly desired: DesiredGraph
  /** RFC 3339, UTC. */
  readonly now: string
}

/** The owners of a system as a plan shows them, sorted by account; the system's reasons first, then the manifests'. */
export function ownerViews(graph: GraphView, context: OwnerContext): OwnerView[] {
  const isIgnored = ignoring(context.config, context.description)
  const views: OwnerView[] = []
  for (const account of graph.all('account')) {
    const { owner, unusable } = context.rules.ownership(account, graph)
    if (!owner) continue
    const { key } = account.ref
    const wish = context.desired.wishes.account.get(key)
    const because = [
      ...unusable,
      ...(context.config.automation.includes(key) ? ['an account of the automation'] : []),
      ...(isIgnored(account.ref) ? ['ignored in this system'] : []),
      ...(wish?.until !== undefined && endsSoon(wish.until, context.now) ? [`ends on ${wish.until}`] : []),
    ]
    const person = wish?.person === undefined ? {} : { person: wish.person }
    views.push({ account: key, ...person, usable: because.length === 0, because })
  }
  return views.sort((a, b) => byText(a.account, b.account))
}

/** Conditions of a usable owner that the system cannot show: assumed to hold, and said so once a plan. */
export function assumedOf({ usable }: Description): string[] {
  return usableConditions.filter((condition) => usable[condition] === 'not readable')
}

const hour = 3_600_000

/** Whether the last day is over within 72 hours, with five minutes for clocks that differ. */
function endsSoon(until: string, now: string): boolean {
  const end = Date.parse(`${until}T00:00:00Z`) + 24 * hour
  return !(end > Date.parse(now) + 72 * hour + hour / 12)
}
