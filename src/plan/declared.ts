import type { DesiredGraph } from '../model/desired.ts'
import { Graph, type GraphView } from '../model/graph.ts'
import { kinds } from '../model/resource.ts'

/**
 * The state of a system in which there is what the manifests declare, and nothing else. What is not managed is
 * unknown here, what begins later is not there yet, and nobody is asked whether it is true.
 */
export function declaredGraph({ system, wishes }: DesiredGraph): GraphView {
  const graph = new Graph(system)
  for (const kind of kinds)
    for (const { state, ref, fields, links } of wishes[kind].values())
      if (state === 'present') graph.add({ ref, fields, links })
  return graph
}
