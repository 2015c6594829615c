import type { Kind } from '../model/resource.ts'
import { collectionOf, kinds } from '../model/resource.ts'
import { guard, type Found } from './guard.ts'
import { missingProof } from './proof.ts'
import { taken } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted } from './words.ts'

/**
 * A short read makes people look gone. What is taken away touches more than its own collection (a group takes its
 * members' memberships along), so one collection that was not read whole stops every removal in its system. And what a
 * short read missed would be made a second time, so nothing is created in such a collection.
 */
export const unprovenRead = guard('unproven-read', (scene) => [...removing(scene), ...creating(scene)])

function removing(scene: Scene): readonly Found[] {
  const gone = taken(scene)
  if (gone.length === 0) return []
  const refs = [...new Map(gone.map(({ ref }) => [`${ref.kind}:${ref.key}`, ref])).values()]
  const things = counted(gone.length, 'thing')
  return kinds.flatMap((kind) => {
    const missing = missingProof(scene, kind, () => losesAny(scene, kind))
    if (missing === undefined) return []
    const which = `${collectionOf[kind]} of "${scene.config.name}"`
    return [
      {
        refs,
        count: gone.length,
        message: `The ${which} are not proven to be read whole (${missing}), and this plan takes away ${things}; nothing is removed on an unproven read.`,
        remedy: remedyIn(scene),
      },
    ]
  })
}

/** Where a system has no proof to give, a create is not stopped: it would be for ever. */
function creating(scene: Scene): readonly Found[] {
  return kinds.flatMap((kind) => {
    const refs = scene.writes.filter(({ action, ref }) => action === 'create' && ref.kind === kind)
    const missing = refs.length === 0 ? undefined : missingProof(scene, kind, () => false)
    if (missing === undefined) return []
    const which = `${collectionOf[kind]} of "${scene.config.name}"`
    return [
      {
        refs: refs.map(({ ref }) => ref),
        count: refs.length,
        message: `The ${which} are not proven to be read whole (${missing}), and this plan creates ${refs.length} of them; what the read missed would be made a second time.`,
        remedy: remedyIn(scene),
      },
    ]
  })
}

function remedyIn({ config }: Scene): string {
  return `This cannot be accepted: run again, and if it stays so, \`rolecall doctor --system ${config.name}\` says what the read lacks.`
}

function losesAny(scene: Scene, kind: Kind): boolean {
  return taken(scene).some(({ ref }) => ref.kind === kind)
}
