import { kinds, refKey } from '../model/resource.ts'
import { guard, type Found } from './guard.ts'
import { removals, taken, type Removal } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted } from './words.ts'

/**
 * Nobody takes everything away by declaring nothing: a wrong folder, a wrong branch or a broken checkout does. The
 * same goes for accounts alone, since a system without people is no system.
 */
export const emptyDesired = guard('empty-desired', (scene) => {
  const gone = taken(scene)
  if (gone.length === 0) return []
  const declared = kinds.some((kind) => scene.desired.wishes[kind].size > 0)
  if (!declared) return [found(scene, 'Nothing', gone)]
  const accounts = removals(scene).get('accounts')?.removed ?? []
  const people = [...scene.desired.wishes.account.values()].some((wish) => wish.state !== 'absent')
  return people || accounts.length === 0 ? [] : [found(scene, 'No account', accounts)]
})

function found(scene: Scene, nothing: string, removed: readonly Removal[]): Found {
  return {
    refs: [...new Map(removed.map(({ ref }) => [refKey(ref), ref])).values()],
    count: removed.length,
    message: `${nothing} is declared for "${scene.config.name}", and this plan takes away ${counted(removed.length, 'thing')} there.`,
    remedy:
      'This cannot be accepted: look whether this is the right folder and branch; what is to go on purpose is declared with `state: absent`, and a person with `status: left`.',
  }
}
