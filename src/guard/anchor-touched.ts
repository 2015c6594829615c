import { foldKey } from '../connector/describe.ts'
import { byText } from '../plan/sets.ts'
import { guard } from './guard.ts'
import { loweringsOf } from './lowering.ts'
import { ownersAfter, usable } from './owners.ts'
import { placeOf } from './words.ts'

/**
 * Anchors are what holds when all else fails: no lock, no ledger, two runs at once. So no plan lowers one at any
 * reachable state; an anchor first ceases to be one, in a merged change of its own. Only an anchor that is
 * compromised is stopped at once, as long as another owner is there.
 */
export const anchorTouched = guard('anchor-touched', (scene) =>
  [...scene.config.owners.anchors].sort(byText).flatMap((anchor) => {
    const live = foldKey(scene.description, 'account', anchor)
    const coming = scene.coming('account', live)
    const lowerings = loweringsOf(scene, coming)
    if (lowerings.length === 0) return []
    if (scene.compromised(coming) && usable(ownersAfter(scene)).length > 0) return []
    return [
      {
        refs: [{ system: scene.config.name, kind: 'account', key: live }],
        count: 1,
        message: `${live} is an anchor of "${scene.config.name}", and this plan lowers it: ${lowerings.join(', ')}.`,
        where: placeOf(scene.config, 'owners.anchors'),
        remedy: `This cannot be accepted: take ${live} out of owners.anchors in a merged change of its own, then make this one.`,
      },
    ]
  }),
)
