import type { Kind } from '../model/resource.ts'
import { collectionOf, kinds } from '../model/resource.ts'
import { guard } from './guard.ts'
import { missingProof } from './proof.ts'
import { taken } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted } from './words.ts'

/**
 * A short read makes people look gone. What is taken away touches more than its own collection (a group takes its
 * members' memberships along), so one collection that was not read whole stops every removal in its system.
 */
export const unprovenRead = guard('unproven-read', (scene) => {
  const gone = taken(scene)
  if (gone.length === 0) return []
  const refs = [...new Map(gone.map(({ ref }) => [`${ref.kind}:${ref.key}`, ref])).values()]
  const things = counted(gone.length, 'thing')
  return kinds.flatMap((kind) => {
    const missing = missingProof(scene, kind, () => losesAny(scene, kind))
    if (missing === undefined) return []
    return [
      {
        refs,
        count: gone.length,
        message: `The ${collectionOf[kind]} of "${scene.config.name}" are not proven to be read whole (${missing}), and this plan takes away ${things}; nothing is removed on an unproven read.`,
        remedy: `This cannot be accepted: run again, and if it stays so, \`rolecall doctor --system ${scene.config.name}\` says what the read lacks.`,
      },
    ]
  })
})

function losesAny(scene: Scene, kind: Kind): boolean {
  return taken(scene).some(({ ref }) => ref.kind === kind)
}
