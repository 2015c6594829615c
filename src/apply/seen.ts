/** What a run has seen of a system, for the next one: how much there is, and up to which commit git need not be asked again. */
import type { Observation } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { Finding } from '../model/finding.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { SystemPlan } from '../model/plan.ts'
import { refKey } from '../model/resource.ts'
import type { LastSeen } from '../model/seen.ts'
import { censusOf, doubting, dropsSince, isWholeRead } from '../plan/census.ts'
import { canonical } from '../plan/digest.ts'
import { indexInventory } from '../plan/ownership.ts'
import type { Past } from '../plan/past.ts'
import type { InventoryChange } from './inventory.ts'

interface Seeing {
  readonly system: string
  readonly description: Pick<Description, 'kinds'>
  readonly past: Past | undefined
  readonly lastSeen: LastSeen | undefined
  readonly findings: readonly Finding[]
}

/** `doubted`: it shows so much less than before that nothing may be forgotten for it. */
interface Sight {
  readonly seen: LastSeen | undefined
  readonly doubted: boolean
}

/**
 * Only a read that is proven whole is remembered, and one that is doubted beside the last one, not in its place. What
 * the branch took out up to `past.commit` is in the inventory by now, or was seen to be gone.
 */
export function sight(
  observation: Observation,
  { system, description, past, lastSeen, findings }: Seeing,
): Sight {
  if (!isWholeRead(observation, description)) return { seen: lastSeen, doubted: false }
  const { readAt: at } = observation
  const census = censusOf(observation, description)
  const isAccepted = findings.some(
    (finding) =>
      finding.code === 'sharp-drop' && finding.system === system && finding.acceptedBy !== undefined,
  )
  if (lastSeen !== undefined && !isAccepted && dropsSince(lastSeen, census, at).length > 0)
    return { seen: doubting(lastSeen, census, at), doubted: true }
  const commit = past?.whole === true ? past.commit : lastSeen?.commit
  return { seen: { system, at, census, ...(commit === undefined ? {} : { commit }) }, doubted: false }
}

/** Whether there is anything to write: another time of the same sight is nothing new. */
export function isNews(before: LastSeen | undefined, after: LastSeen | undefined): after is LastSeen {
  if (after === undefined || after === before) return false
  return before === undefined || canonical({ ...before, at: '' }) !== canonical({ ...after, at: '' })
}

/** What git knows goes into the inventory while it is still there, so that it need not be asked of git again. */
export function afterPast(
  { graph }: Pick<Observation, 'graph'>,
  past: Past | undefined,
  {
    inventory,
    desired,
    isIgnored,
  }: {
    readonly inventory: readonly InventoryEntry[]
    readonly desired: DesiredGraph
    readonly isIgnored: (ref: Pick<InventoryEntry, 'kind' | 'key'>) => boolean
  },
): InventoryChange {
  if (past === undefined) return { put: [], forget: [] }
  const index = indexInventory(inventory)
  const names = new Set(inventory.map(refKey))
  const put = past.rebuilt.filter((entry) => {
    const live = graph.get(entry.kind, entry.key)
    return (
      live !== undefined &&
      live.id === entry.id &&
      index.of(live) === undefined &&
      !names.has(refKey(entry)) &&
      !desired.wishes[entry.kind].has(entry.key) &&
      !isIgnored(entry)
    )
  })
  const over = new Set(past.handedBack.map((entry) => refKey(entry)))
  return {
    put,
    forget: inventory.filter(
      (entry) => over.has(refKey(entry)) && !desired.wishes[entry.kind].has(entry.key),
    ),
  }
}

/** The kinds of what these steps remove. */
export function removedKinds(steps: SystemPlan['steps']): readonly InventoryEntry['kind'][] {
  return steps.flatMap(({ change }) => (change.action === 'delete' ? [change.ref.kind] : []))
}
