import { isFirm, isUsable, ownersIn, type Owner } from '../plan/owners.ts'
import { perScene } from './scene.ts'

export { isFirm, isUsable, ownerIn, ownersIn, type Owner } from '../plan/owners.ts'

/** All owners of the system as it was read, usable or not, by the key they end with. */
export const ownersBefore = perScene((scene) =>
  ownersIn(scene, scene.start, (key) => scene.coming('account', key)),
)

/** All owners once every write is done, usable or not, by the key they end with. */
export const ownersAfter = perScene((scene) => ownersIn(scene, scene.end, (key) => key))

export function usable(owners: ReadonlyMap<string, Owner>): Owner[] {
  return [...owners.values()].filter(isUsable)
}

/** Those of whom each alone is enough: not one whose right an identity provider may take at any sign-in. */
export function firm(owners: ReadonlyMap<string, Owner>): Owner[] {
  return [...owners.values()].filter(isFirm)
}

/** Those who will be enough as soon as they act. */
export function pending(owners: ReadonlyMap<string, Owner>): Owner[] {
  return [...owners.values()].filter((owner) => owner.pending)
}

/** How many different people: two accounts of one person are one. What an identity provider gives counts above the first. */
export function distinct(owners: readonly Owner[]): number {
  return owners.some(isFirm) ? new Set(owners.map(({ person }) => person)).size : 0
}
