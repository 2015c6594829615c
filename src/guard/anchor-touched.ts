import { foldKey } from '../connector/describe.ts'
import { byText } from '../plan/sets.ts'
import { whomToPromote } from './candidates.ts'
import { guard } from './guard.ts'
import { loweringsOf } from './lowering.ts'
import { staysUsable } from './last-owner.ts'
import { firm, ownersBefore } from './owners.ts'
import type { Scene } from './scene.ts'
import { placeOf } from './words.ts'

/**
 * Anchors are what holds when all else fails: no lock, no ledger, two runs at once. So no plan lowers one at any
 * reachable state; an anchor first ceases to be one, in a merged change of its own. Only an anchor that is
 * compromised is stopped at once, when another person is proven to be a usable owner, and stays one whatever happens.
 */
export const anchorTouched = guard('anchor-touched', (scene) =>
  [...scene.config.owners.anchors, ...(scene.config.owners.former ?? [])].sort(byText).flatMap((anchor) => {
    const isFormer = scene.config.owners.former?.includes(anchor) === true
    const live = foldKey(scene.description, 'account', anchor)
    const coming = scene.coming('account', live)
    const lowerings = loweringsOf(scene, coming)
    if (lowerings.length === 0) return []
    const isEmergency = scene.compromised(coming)
    if (isEmergency && isAnotherThere(scene, coming)) return []
    return [
      {
        refs: [{ system: scene.config.name, kind: 'account', key: live }],
        count: 1,
        message: `${live} ${isFormer ? 'was until just now' : 'is'} an anchor of "${scene.config.name}", and this plan lowers it: ${lowerings.join(', ')}.`,
        where: placeOf(scene.config, 'owners.anchors'),
        remedy: isEmergency
          ? `This cannot be accepted while nobody else is a usable owner: ${whomToPromote(scene)}, and apply that first.`
          : isFormer
            ? `This cannot be accepted: an anchor leaves in two merged changes. Leave ${live} as it is, apply the change that takes it out of owners.anchors, then make this one.`
            : `This cannot be accepted: take ${live} out of owners.anchors in a merged change of its own, then make this one.`,
      },
    ]
  }),
)

/** Somebody else who owns the system now, and whom nothing of this plan can touch. */
function isAnotherThere(scene: Scene, coming: string): boolean {
  const person = scene.person(coming)
  return firm(ownersBefore(scene)).some(
    (owner) => owner.person !== person && staysUsable(scene, owner.coming),
  )
}
