import { byText } from '../plan/sets.ts'
import { guard } from './guard.ts'

/**
 * What the connector knows that its system forbids or depends on. It is asked of the state before anything is
 * deleted, where things briefly stand side by side, and of the end.
 */
export const systemInvariant = guard('system-invariant', (scene) => {
  if (scene.writes.length === 0) return []
  const additions = scene.writes.filter((write) => write.action !== 'delete')
  const states =
    additions.length === scene.writes.length
      ? [{ graph: scene.end, writes: scene.writes }]
      : [
          { graph: scene.after(additions), writes: additions },
          { graph: scene.end, writes: scene.writes },
        ]
  const violations = states.flatMap(({ graph, writes }) => scene.rules.invariants(scene.start, graph, writes))
  return [...new Map(violations.map((violation) => [violation.message, violation])).values()]
    .sort((a, b) => byText(a.message, b.message))
    .map(({ refs, message, remedy }) => ({ refs, count: refs.length, message, remedy }))
})
