/** What the inventory remembers after a run: everything that is declared and live, whoever made it. */
import type { Observation } from '../connector/contract.ts'
import type { Write } from '../model/change.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { Finding } from '../model/finding.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { Step, SystemPlan } from '../model/plan.ts'
import { kinds, refKey, type Kind } from '../model/resource.ts'
import { sha256 } from '../plan/digest.ts'
import { wishDigest } from '../plan/drift.ts'

export interface InventoryChange {
  readonly put: readonly InventoryEntry[]
  readonly forget: readonly Pick<InventoryEntry, 'system' | 'kind' | 'key'>[]
}

/**
 * What one write that was done adds and takes away. `id` is the native id that the system answered with. What was
 * removed stays ours until a read shows that it is gone: an answer alone has been wrong before. What a saved plan made
 * is ours also where the manifests have moved on since and no longer wish it: the next plan removes it then.
 */
export function afterWrite(
  write: Write,
  id: string | undefined,
  desired: DesiredGraph,
  run: string,
): InventoryChange {
  const { system, kind, key } = write.ref
  if (write.action === 'delete') return { put: [], forget: [] }
  const wish = desired.wishes[kind].get(key)
  // Somebody nobody declared is taken out of a group: that makes nobody ours, and what is ours stays so.
  if (wish === undefined && write.action === 'update') return { put: [], forget: [] }
  const nativeId = id ?? ('id' in write ? write.id : undefined)
  const entry: InventoryEntry = {
    ...{ system, kind, key, run },
    ...(nativeId === undefined ? {} : { id: nativeId }),
    handle: wish?.handle ?? handleOf(write),
    wish: wish === undefined ? sha256(write.after) : digestOf(wish),
  }
  const forget = write.action === 'rename' && write.from !== key ? [{ system, kind, key: write.from }] : []
  return { put: [entry], forget }
}

/** Whether the plan holds another part of the same update back: then the wish as a whole is not applied by this one. */
export function isPartial({ change }: Step, plan: Pick<SystemPlan, 'steps'>): boolean {
  if (change.action !== 'update') return false
  const known = held.get(plan) ?? new Set(plan.steps.flatMap((step) => heldRef(step)))
  held.set(plan, known)
  return known.has(refKey(change.ref))
}

const held = new WeakMap<object, ReadonlySet<string>>()

function heldRef({ change }: Step): string[] {
  return change.action === 'keep' && change.held !== undefined ? [refKey(change.ref)] : []
}

/** What an inventory is brought up to date with, besides the read and the wishes. */
interface Remembering {
  readonly inventory: readonly InventoryEntry[]
  readonly pending: ReadonlySet<string>
  /** What the system's `ignore` leaves alone. */
  readonly isIgnored: (ref: Pick<InventoryEntry, 'kind' | 'key'>) => boolean
  readonly run: string
  /** Whether a wish is one that a person was told to carry out, and that no read shows. */
  readonly isByHand?: (wish: Wish) => boolean
}

/**
 * Brings the inventory up to what a read shows: a wish that holds is recorded, also where nothing had to be done
 * for it, or taking it out of the manifests would leave it behind. What is neither declared nor there is forgotten,
 * or a stranger that takes its name one day would be removed as ours; and what the system's `ignore` names is handed
 * back. `pending` names (`kind:key`) what stays as it is remembered: what the manifests wish and the system does not
 * have yet, and names that may be somebody else's by now.
 */
export function afterRead(
  { graph, proofs }: Observation,
  desired: DesiredGraph,
  { inventory, pending, isIgnored, run, isByHand = () => false }: Remembering,
): InventoryChange {
  const { system } = desired
  const known = new Map(inventory.map((entry) => [refKey(entry), entry]))
  const put: InventoryEntry[] = []
  for (const kind of kinds)
    for (const [key, wish] of desired.wishes[kind]) {
      const shown = graph.get(kind, key) ?? (isByHand(wish) ? { ref: wish.ref, id: undefined } : undefined)
      const live = wish.state === 'absent' ? undefined : shown
      if (live === undefined || pending.has(refKey(live.ref)) || isIgnored(live.ref)) continue
      const entry = entryOf(system, kind, key, live.id, wish, run)
      if (!isSame(known.get(refKey(entry)), entry)) put.push(entry)
    }

  const byId = new Map<Kind, Map<string, string>>()
  /** Renamed by hand, and nobody declared the new name: the entry is all that still knows it for ours. */
  const isLiveUndeclared = ({ kind, id }: InventoryEntry): boolean => {
    if (id === undefined) return false
    const keys =
      byId.get(kind) ?? new Map(Array.from(graph.all(kind), (live) => [live.id ?? '', live.ref.key]))
    byId.set(kind, keys)
    const key = keys.get(id)
    return key !== undefined && desired.wishes[kind].get(key) === undefined
  }
  const forget = inventory.filter(
    (entry) =>
      isIgnored(entry) ||
      (graph.get(entry.kind, entry.key) === undefined &&
        desired.wishes[entry.kind].get(entry.key) === undefined &&
        proofs[entry.kind]?.complete === true &&
        !isLiveUndeclared(entry)),
  )
  return { put, forget }
}

/**
 * Names (`kind:key`) of what some step speaks of and `isDone` does not know to be done, and of what bears a name that
 * rolecall knew by another id: a run that leaves it alone must not make the warning go away.
 */
export function pendingOf(
  { name, steps }: Pick<SystemPlan, 'name' | 'steps'>,
  findings: readonly Finding[],
  isDone: (place: number) => boolean,
): ReadonlySet<string> {
  const strangers = findings.filter(
    ({ code, system, acceptedBy }) =>
      code === 'identity-changed' && system === name && acceptedBy === undefined,
  )
  const pending = new Set(strangers.flatMap(({ refs }) => refs.map(refKey)))
  steps.forEach(({ change }, place) => {
    const holdsBack = change.action === 'keep' && change.held !== undefined
    if (holdsBack || (change.action !== 'keep' && change.action !== 'manual' && !isDone(place)))
      pending.add(refKey(change.ref))
  })
  return pending
}

function entryOf(
  system: string,
  kind: Kind,
  key: string,
  id: string | undefined,
  wish: Wish,
  run: string,
): InventoryEntry {
  return {
    system,
    kind,
    key,
    ...(id === undefined ? {} : { id }),
    handle: wish.handle,
    wish: digestOf(wish),
    run,
  }
}

/** Asked for when a step is done and again when all is read: worked out once. */
function digestOf(wish: Wish): string {
  const known = digests.get(wish) ?? wishDigest(wish)
  digests.set(wish, known)
  return known
}

const digests = new WeakMap<Wish, string>()

/** The run that recorded it does not matter: a run that finds nothing new writes nothing. */
function isSame(known: InventoryEntry | undefined, entry: InventoryEntry): boolean {
  return known?.id === entry.id && known?.handle === entry.handle && known.wish === entry.wish
}

/** `User/ana` → `ana`: where the manifests no longer have the wish, the change still names its document. */
function handleOf({ cause }: Write): string {
  return cause.document.slice(cause.document.indexOf('/') + 1)
}
