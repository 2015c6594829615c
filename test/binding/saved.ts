/** A plan over a random world, as it is saved, and what is said of it when the live side is another. */
import { together } from '../../src/access/impact.ts'
import { movedSincePlan } from '../../src/apply/stale.ts'
import type { Moved } from '../../src/apply/report.ts'
import { isWrite } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Plan, SystemPlan } from '../../src/model/plan.ts'
import type { Resource } from '../../src/model/resource.ts'
import { diff } from '../../src/plan/diff.ts'
import { unfounded } from '../../src/plan/founded.ts'
import { order } from '../../src/plan/order.ts'
import { ownerContext } from '../../src/plan/owners.ts'
import { assemble } from '../../src/plan/plan.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { config, desired, system, type World } from '../plan/world.ts'

const plannedAt = '2026-11-22T10:00:00.000Z'
const { description, rules } = directory

interface Saved {
  readonly plan: Plan
  readonly system: SystemPlan
  /** Why it is not carried out over these resources: what moved, and what has no ground. */
  readonly over: (live: readonly Resource[]) => {
    readonly moved: readonly Moved[]
    readonly unfounded: readonly string[]
  }
}

export function save(world: World): Saved {
  const input = {
    config: config(world.config),
    desired: desired(world.wishes ?? [], world.comparesGrants),
    ...{ description, rules, people: new Map() },
  }
  const wanted = (actual: Graph) => diff({ ...input, actual, inventory: world.inventory ?? [] })
  const actual = new Graph(system, world.live ?? [])
  const changes = wanted(actual)
  const owners = ownerContext(input, actual, changes.filter(isWrite), plannedAt)
  const steps = order(changes, { actual, description, rules, system, owners })
  const observation = { graph: actual, proofs: {}, readAt: plannedAt, calls: 1 }
  const plan = assemble({
    ...{
      tool: 'rolecall 0.1.0',
      now: plannedAt,
      findings: [],
      impact: together([]),
      document: () => undefined,
    },
    systems: [{ ...input, observation, steps }],
  })
  const saved = plan.systems[0]!
  return {
    plan,
    system: saved,
    over: (live) => {
      const graph = new Graph(system, live)
      const now = ownerContext(input, graph, steps.map(({ change }) => change).filter(isWrite), plannedAt)
      return {
        moved: movedSincePlan(
          saved,
          { ...observation, graph },
          { ...input, connector: directory },
          plannedAt,
        ),
        unfounded: unfounded(steps, { ...input, system, actual: graph, wanted: wanted(graph), owners: now }),
      }
    },
  }
}
