import { collectionOf } from '../model/resource.ts'
import { censusOf, dropsSince, type Drop } from '../plan/census.ts'
import { guard, type Found } from './guard.ts'
import { removals } from './removals.ts'
import { counted } from './words.ts'

/**
 * A read can be proven whole and still show half a system: one that is being restored, or credentials that see less
 * than before. What is missing then looks as if others had done part of the work, and nothing more is removed until a
 * second read agrees, or somebody says that it is right. Who is compromised is stopped all the same.
 */
export const sharpDrop = guard('sharp-drop', (scene) => {
  const seen = scene.memory?.lastSeen
  if (seen === undefined) return []
  const taken = [...removals(scene).values()]
    .flatMap(({ removed }) => removed)
    .filter(({ account }) => account === undefined || !scene.compromised(account))
  if (taken.length === 0) return []
  const { readAt } = scene.observation
  return dropsSince(seen, censusOf(scene.observation, scene.description), readAt).map((drop): Found => ({
    refs: [],
    count: drop.was - drop.is,
    message: `The read of "${scene.config.name}" shows ${drop.is} ${collectionOf[drop.kind]}, and the last one, at ${seen.at}, showed ${drop.was}; a read that shows ${drop.limit + 1} fewer or more (the larger of 10 and 10 %) is not believed at once, and this plan takes away ${counted(taken.length, 'thing')}.`,
    remedy: remedyOf(drop),
    acceptable: true,
  }))
})

function remedyOf({ kind, was, is, alsoAt, from }: Drop): string {
  const accept = `or write an Acceptance that has \`atMost: ${was - is}\``
  return alsoAt === undefined
    ? `Find out where the other ${collectionOf[kind]} are. An apply that is refused for this remembers the read, and one at least 10 minutes later whose read shows the same goes on; ${accept}.`
    : `Find out where the other ${collectionOf[kind]} are. A read at ${alsoAt} showed the same: from ${from} on an apply whose read still shows it goes on; ${accept}.`
}
