import type { Rules } from '../connector/contract.ts'
import type { Power, PowerChange } from '../model/access.ts'
import type { GraphView } from '../model/graph.ts'
import type { Resource } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import type { Pair } from './compare.ts'
import type { Start } from './state.ts'

/** Collects owners and administrators that come and go, and whose power nobody knows: by the tier, whatever it comes through. */
export class Powers {
  readonly #rules: Rules
  readonly #system: string
  readonly #views: Pair<GraphView>
  readonly #found: PowerChange[] = []

  constructor(rules: Rules, system: string, views: Pair<GraphView>) {
    this.#rules = rules
    this.#system = system
    this.#views = views
  }

  compare(account: string, resources: Pair<Resource | undefined>, starts: Pair<Start | undefined>): void {
    const before = this.#power(resources.before, starts.before, this.#views.before)
    const after = this.#power(resources.after, starts.after, this.#views.after)
    if (before !== after && Math.max(tier[before], tier[after]) > tier.member)
      this.#found.push({ system: this.#system, account, before, after })
  }

  sorted(): PowerChange[] {
    return this.#found.sort(byPower)
  }

  #power(account: Resource | undefined, start: Start | undefined, graph: GraphView): Power {
    return account === undefined || start?.barred === true ? 'none' : this.#rules.power(account, graph)
  }
}

const tier: Readonly<Record<Power, number>> = { owner: 4, administrator: 3, unknown: 2, member: 1, none: 0 }

/** Of one system or of several. */
export function byPower(a: PowerChange, b: PowerChange): number {
  const most = ({ before, after }: PowerChange): number => Math.max(tier[before], tier[after])
  return (
    most(b) - most(a) ||
    tier[b.after] - tier[a.after] ||
    byText(a.system, b.system) ||
    byText(a.account, b.account)
  )
}
