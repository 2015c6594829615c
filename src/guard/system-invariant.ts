import type { Violation } from '../connector/contract.ts'
import { byText } from '../plan/sets.ts'
import { guard, type Found } from './guard.ts'
import type { Scene } from './scene.ts'
import { standing } from './standing.ts'

/**
 * What the connector knows that its system forbids or depends on. It is asked of the state before anything is
 * deleted, where things briefly stand side by side, and of the end.
 */
export const systemInvariant = guard('system-invariant', (scene) => [
  ...forbidden(scene),
  ...found(standing(scene, scene.end)).map((one) => ({ ...one, severity: 'warn' as const })),
])

function forbidden(scene: Scene): readonly Found[] {
  if (scene.writes.length === 0) return []
  const additions = scene.writes.filter((write) => write.action !== 'delete')
  const states =
    additions.length === scene.writes.length
      ? [{ graph: scene.end, writes: scene.writes }]
      : [
          { graph: scene.after(additions), writes: additions },
          { graph: scene.end, writes: scene.writes },
        ]
  return found(states.flatMap(({ graph, writes }) => scene.rules.invariants(scene.start, graph, writes)))
}

function found(violations: readonly Violation[]): readonly Found[] {
  return [...new Map(violations.map((violation) => [violation.message, violation])).values()]
    .sort((a, b) => byText(a.message, b.message))
    .map(({ refs, message, remedy }) => ({ refs, count: refs.length, message, remedy }))
}
