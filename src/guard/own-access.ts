import { foldKey } from '../connector/describe.ts'
import { refKey } from '../model/resource.ts'
import { guard } from './guard.ts'
import { loweringsOf } from './lowering.ts'
import { removals, type Removal } from './removals.ts'
import type { Scene } from './scene.ts'
import { placeOf } from './words.ts'

/**
 * A run that takes away its own access stops half-way and cannot be finished by running it again. So what rolecall
 * works through keeps its name, its way in, its power, its memberships and its grants.
 */
export const ownAccess = guard('own-access', (scene) =>
  ownAccounts(scene).flatMap((live) => {
    const coming = scene.coming('account', live)
    const lowerings = [...loweringsOf(scene, coming), ...losses(scene, coming)]
    if (lowerings.length === 0) return []
    return [
      {
        refs: [{ system: scene.config.name, kind: 'account', key: live }],
        count: 1,
        message: `rolecall itself uses ${live} in "${scene.config.name}", and this plan lowers it: ${lowerings.join(', ')}.`,
        where: scene.automation.has(live) ? placeOf(scene.config, 'automation') : 'built in',
        remedy: `This cannot be accepted: leave ${live} as it is, or give rolecall other credentials first.`,
      },
    ]
  }),
)

function ownAccounts(scene: Scene): readonly string[] {
  const identity = scene.identity === undefined ? [] : [foldKey(scene.description, 'account', scene.identity)]
  return [...new Set([...scene.automation, ...identity])].sort()
}

function losses(scene: Scene, coming: string): readonly string[] {
  const removed = (name: string): readonly Removal[] => removals(scene).get(name)?.removed ?? []
  const own = ['memberships', 'managed groups', 'grants'].flatMap((name) =>
    removed(name)
      .filter((removal) => removal.account === coming)
      .map((removal) => `it loses ${removal.what ?? `the grant ${removal.ref.key}`}`),
  )
  const account = scene.start.get('account', scene.live('account', coming))
  const through = account ? scene.rules.ownershipDependsOn(account, scene.start).map(refKey) : []
  const privileges = removed('privileges')
    .filter(({ ref }) => through.includes(refKey(ref)))
    .map(({ ref, what }) => `its ${ref.kind} ${ref.key} loses ${what ?? 'privileges'}`)
  return [...own, ...privileges]
}
