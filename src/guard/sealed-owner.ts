import type { ResourceRef } from '../model/resource.ts'
import { courseOf } from './course.ts'
import { guard } from './guard.ts'
import { powerIn } from './removals.ts'
import type { Scene } from './scene.ts'
import { counted, named } from './words.ts'

/** What a system has exactly once, and depends on, is written by nobody but the system. */
export const sealedOwner = guard('sealed-owner', (scene) => {
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
})

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
