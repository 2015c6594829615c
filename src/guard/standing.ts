/**
 * What is wrong as things stand, whatever a plan does: it is said with every plan, and by drift, because it looks like
 * order. No plan made it, so it stops none.
 */
import type { Violation } from '../connector/contract.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds } from '../model/resource.ts'
import type { GuardCase } from './case.ts'

type Judged = Pick<GuardCase, 'config' | 'description' | 'rules' | 'desired' | 'former'>

export function standing(judged: Judged, graph: GraphView): readonly Violation[] {
  return [...(judged.rules.standing?.(graph, judged.config.settings) ?? []), ...unseen(judged)]
}

/** A wish that nothing can be held against is none that holds: the system does not show it, and no version says what it was. */
function unseen({ config, description, desired, former }: Judged): readonly Violation[] {
  if (former !== undefined) return []
  return kinds.flatMap((kind) => {
    const hidden = Object.entries(description.kinds[kind]?.fields ?? {}).filter(
      ([, { readable }]) => readable === false,
    )
    return hidden.flatMap(([name]) => {
      const wishes = [...desired.wishes[kind].values()]
      return wishes
        .filter(({ fields, state }) => state === 'present' && name in fields)
        .map(({ ref }) => ({
          refs: [ref],
          message: `Nobody can tell whether ${kind} ${ref.key} has "${name}" as it is declared: ${description.connector} does not show it, and there is no earlier version to compare with.`,
          remedy: `Look at it in ${config.name} itself; with \`protectedRef\` in Settings, a change of it is a step of the plan that carries it.`,
        }))
    })
  })
}
