import { guard } from './guard.ts'
import { distinct, ownersAfter, ownersBefore, usable } from './owners.ts'
import { counted, named, placeOf } from './words.ts'

/**
 * The floor is one; what a team wants to be left with is its own figure. A plan that reduces the owners ends at or
 * above it. A swap does not reduce them, and a system that is below already can still be worked on.
 */
export const ownersBelowMinimum = guard('owners-below-minimum', (scene) => {
  if (scene.writes.length === 0) return []
  const before = usable(ownersBefore(scene))
  const after = usable(ownersAfter(scene))
  const { minimum } = scene.config.owners
  // With nobody left there is nothing to accept: that is for the guard of the last owner to say.
  if (distinct(after) === 0) return []
  if (distinct(after) >= distinct(before) || distinct(after) >= minimum) return []
  const staying = new Set(after.map((owner) => owner.coming))
  const lowered = before.filter((owner) => !staying.has(owner.coming))
  return [
    {
      refs: lowered.map((owner) => owner.ref),
      count: distinct(after),
      message: `This plan lowers ${named(lowered.map((owner) => owner.ref.key))} and leaves "${scene.config.name}" with ${counted(distinct(after), 'usable owner')} (now ${distinct(before)}); owners.minimum is ${minimum}.`,
      where: placeOf(scene.config, 'owners.minimum'),
      remedy: 'Give an owner role to another person as well, or write an Acceptance for it.',
      acceptable: true,
      people: [...new Set(lowered.map((owner) => owner.person))].sort(),
    },
  ]
})
