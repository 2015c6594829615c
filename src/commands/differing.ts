/** The same comparison with other wishes: those of another day, and of another state. */
import type { Change } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { diff } from '../plan/diff.ts'
import { withLiveNames } from '../manifest/natives.ts'
import type { SystemCase } from './reconcile.ts'

/**
 * What the wishes of another day differ in from a state, their names made whole by what was read, as those of today are.
 * The state is what was read, unless another one is given.
 */
export function differing(
  one: SystemCase,
  wished: DesiredGraph,
  { actual, inventory }: { readonly actual: GraphView; readonly inventory: readonly InventoryEntry[] } = {
    actual: one.observation.graph,
    inventory: one.inventory,
  },
): { readonly desired: DesiredGraph; readonly changes: readonly Change[] } {
  const { config, connector, observation, past, guarded } = one
  const { description, rules } = connector
  const { natives } = observation
  const desired = natives === undefined ? wished : withLiveNames(wished, natives, description).desired
  const changes = diff({
    ...{ desired, actual, description, rules, config, inventory },
    ...(past === undefined ? {} : { grounds: past.grounds }),
    ...(guarded.former === undefined ? {} : { former: guarded.former }),
  })
  return { desired, changes }
}
