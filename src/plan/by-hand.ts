import type { Description } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { splitTarget, type ResourceRef } from '../model/resource.ts'
import { manualGrant, manualGrantEnd } from './manual.ts'
import type { Scene } from './scene.ts'

/**
 * Containers that a system's interface does not know (a legacy server beside the projects of a cloud) are declared so
 * that policies can name them. Roles on them are given and taken by a person, and nothing shows whether it was done:
 * an apply that said it is what the inventory remembers, as an entry without a native id.
 */
export function standsOutside(
  { ref, fields }: Pick<Wish, 'ref' | 'fields'>,
  { byHand }: Pick<Description, 'byHand'>,
): boolean {
  const { type } = fields
  return ref.kind === 'project' && typeof type === 'string' && byHand?.includes(type) === true
}

/** Whether a wish is a role on such a container. */
export function isByHand(
  { ref, links }: Pick<Wish, 'ref' | 'links'>,
  wishes: DesiredGraph['wishes'],
  description: Pick<Description, 'byHand'>,
): boolean {
  if (ref.kind !== 'grant' || description.byHand === undefined) return false
  const { type, name } = splitTarget(links['resource']?.[0] ?? '')
  const project = type === 'project' ? wishes.project.get(name) : undefined
  return project !== undefined && standsOutside(project, description)
}

/** What a person is told to give; nothing where an apply has told it. */
export function givenByHand(scene: Scene, { ref, links, cause }: Wish): Change[] {
  const isTold = scene.inventory.some(({ kind, key }) => kind === 'grant' && key === ref.key)
  return isTold ? [] : [manualGrant(ref, links, cause)]
}

/** What a person was told to give, and nobody wishes any more. */
export function takenByHand(scene: Scene): Change[] {
  if (scene.description.byHand === undefined) return []
  return scene.inventory
    .filter((entry) => isTold(entry, scene))
    .map(({ system, key, run }) => {
      const ref: ResourceRef = { system, kind: 'grant', key }
      return manualGrantEnd(ref, { ...scene.config.cause, because: `no longer declared; told by run ${run}` })
    })
}

function isTold({ kind, key, id }: InventoryEntry, { actual, wishes }: Scene): boolean {
  return (
    kind === 'grant' && id === undefined && !wishes.grant.has(key) && actual.get('grant', key) === undefined
  )
}
