import { foldKey } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { Wish } from '../model/desired.ts'
import type { Kind, Resource, ResourceRef } from '../model/resource.ts'
import { patchOf, pick, type Delta } from './delta.ts'
import type { Scene } from './scene.ts'

type Swapping = Pick<Scene, 'sequence' | 'renames' | 'actual' | 'config' | 'description'> & {
  readonly wishes: Readonly<Record<Kind, ReadonlyMap<string, Pick<Wish, 'cause'>>>>
}

/**
 * Two names that change places need a third one for a moment. That is a rename of its own, so that the plan shows it
 * and a run that stops between the two is finished by the next: the inventory knows the thing by its id.
 */
export function movesAside(scene: Swapping): Extract<Change, { action: 'rename' }>[] {
  return scene.sequence.flatMap(({ kind, from, to }) => {
    const final = scene.renames.get(kind)?.get(from)
    const live = scene.actual.get(kind, from)
    if (live === undefined || final === undefined || final === to) return []
    const wish = scene.wishes[kind].get(final)
    const cause = {
      ...(wish?.cause ?? scene.config.cause),
      because: `"${from}" and "${final}" change places`,
    }
    const delta = spelled(scene, live, to)
    const patch = patchOf(delta, scene.description.kinds[kind])
    const id = live.id === undefined ? {} : { id: live.id }
    return [{ action: 'rename', ref: { ...live.ref, key: to }, ...id, from, ...delta, patch, cause } as const]
  })
}

/** The second half starts from the third name, wherever the name is spelled out in a field as well. */
export function fromAside(
  scene: Pick<Scene, 'seen' | 'actual' | 'description' | 'originOf'>,
  ref: ResourceRef,
  from: string,
  delta: Delta,
): Delta {
  const live = scene.seen.get(ref.kind, ref.key)
  if (live === undefined || scene.actual.get(ref.kind, from) !== undefined) return delta
  const origin = scene.originOf(ref)
  const moved = spelled(scene, { ...live, ref: { ...ref, key: origin } }, from).after.fields
  const touched = pick(moved, (name) => name in delta.before.fields || name in delta.after.fields)
  return { ...delta, before: { ...delta.before, fields: { ...delta.before.fields, ...touched } } }
}

/** Fields in which the key is spelled out, as they are and with the new key. */
function spelled({ description }: Pick<Scene, 'description'>, { ref, fields }: Resource, key: string): Delta {
  const names = pick(
    fields,
    (_, value) => typeof value === 'string' && foldKey(description, ref.kind, value) === ref.key,
  )
  const part = (values: Resource['fields']): Delta['before'] => ({ fields: values, links: {} })
  return {
    before: part(names),
    after: part(Object.fromEntries(Object.keys(names).map((name) => [name, key]))),
  }
}
