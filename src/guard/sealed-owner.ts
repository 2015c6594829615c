import type { ResourceRef } from '../model/resource.ts'
import { courseOf } from './course.ts'
import { guard, type Found } from './guard.ts'
import { powerIn } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted, named } from './words.ts'

/**
 * What a system has exactly once, and depends on, is written by nobody but the system; and what the manifests say of
 * it must be so.
 */
export const sealedOwner = guard('sealed-owner', (scene) => [...changed(scene), ...declaredOtherwise(scene)])

function changed(scene: Scene): readonly Found[] {
  const refs = [...written(scene), ...lowered(scene)]
  if (refs.length === 0) return []
  const names = named([...new Set(refs.map((ref) => `${ref.kind} ${ref.key}`))].sort())
  return [
    {
      refs,
      count: refs.length,
      message: `This plan changes ${counted(refs.length, 'sealed thing')} of "${scene.config.name}" (${names}); no plan may write what is sealed.`,
      remedy: 'This cannot be accepted: declare what is sealed as it is, or leave it out of the manifests.',
    },
  ]
}

/**
 * To declare a sealed account is to say what holds: one that is declared with another role, as stopped, under another
 * name or as gone would need rights that the credentials do not have (C6). What else differs is shown as kept.
 */
function declaredOtherwise(scene: Scene): readonly Found[] {
  return scene.steps.flatMap(({ change }): readonly Found[] => {
    if (change.action !== 'keep' || change.reason !== 'sealed' || change.ref.kind !== 'account') return []
    const { before, after, held } = change
    const touches = [
      before?.fields['status'],
      after?.fields['status'],
      before?.links['role'],
      after?.links['role'],
    ]
    if (held === 'update' && touches.every((value) => value === undefined)) return []
    const words = { delete: 'removed', rename: 'renamed', create: 'made', update: 'changed' }
    return [
      {
        refs: [change.ref],
        count: 1,
        message: `The manifests want account ${change.ref.key} of "${scene.config.name}" ${words[held ?? 'update']}: it is sealed, and the credentials of rolecall cannot change or delete it.`,
        remedy:
          'This cannot be accepted: declare the account as it is; only the owner can change it, in the system itself.',
      },
    ]
  })
}

function written(scene: Scene): readonly ResourceRef[] {
  return scene.writes.flatMap((write) => {
    const key = write.action === 'rename' ? write.from : write.ref.key
    const live = scene.start.get(write.ref.kind, key)
    return live && scene.rules.sealed(live) ? [live.ref] : []
  })
}

/** Sealed accounts that keep their row and lose what it is worth, by a change to something they hang on. */
function lowered(scene: Scene): readonly ResourceRef[] {
  const sealed = Array.from(scene.start.all('account')).filter((account) => scene.rules.sealed(account))
  return sealed
    .filter((account) => {
      const course = courseOf(scene, account.ref.key)
      if (course?.writes.some((write) => write.ref.kind === 'account') === true) return false
      const power = powerIn(scene, account, scene.start)
      return (
        course?.states.every(
          (state) => state.account && powerIn(scene, state.account, state.graph) === power,
        ) !== true
      )
    })
    .map((account) => account.ref)
}
