import type { Impact } from '../model/access.ts'
import type { Change } from '../model/change.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { kinds, refKey, type ResourceRef } from '../model/resource.ts'
import { sha256 } from './digest.ts'
import { byText } from './sets.ts'

/**
 * What a difference means and who has to do something about it: `changed` somebody changed the system, the manifests
 * did not move; `not-applied` the manifests moved, or what is wished was never there; `due` a date came; `waiting` sent,
 * and a person has to act; `manual` the system has no interface for it; `unmanaged` live and declared by nobody.
 */
export const driftClasses = ['changed', 'not-applied', 'due', 'waiting', 'manual', 'unmanaged'] as const
export type DriftClass = (typeof driftClasses)[number]

export interface DriftEntry {
  readonly class: DriftClass
  readonly change: Change
  /** Waiting: for whom, and since when (RFC 3339). */
  readonly forWhom?: string
  readonly since?: string
}

/** What `drift -o json` prints; schemas/drift.schema.json describes it. */
export interface DriftReport {
  readonly format: 'rolecall/drift/v1'
  /** RFC 3339, UTC. */
  readonly readAt: string
  readonly counts: Readonly<Record<DriftClass, number>>
  /** What the changes behind our back meant for people: `before` is as declared, `after` as it is. */
  readonly impact: Impact
  /** By system, kind and key. */
  readonly entries: readonly DriftEntry[]
  /** Whether this is exit 2: anything but what is unmanaged, and what waits for less than 14 days. */
  readonly differs: boolean
}

/** What an earlier run sent, or held back, and that still waits for a person, from the journal. */
export interface Waiting {
  readonly ref: ResourceRef
  readonly forWhom: string
  readonly since: string
}

interface DriftInput {
  /** RFC 3339, UTC. */
  readonly now: string
  readonly systems: readonly {
    readonly name: string
    /** What `diff` found. */
    readonly changes: readonly Change[]
    readonly desired: DesiredGraph
    readonly inventory: readonly InventoryEntry[]
    readonly waiting: readonly Waiting[]
    /** By `kind:key`, what a date alone has made different. */
    readonly due: ReadonlySet<string>
  }[]
  /** What these changes, all made behind our back, meant for people, by the name of their system. */
  readonly meaning: (changes: ReadonlyMap<string, readonly Change[]>) => Impact
}

export function classify({ now, systems, meaning }: DriftInput): DriftReport {
  const entries = [...systems]
    .sort((a, b) => byText(a.name, b.name))
    .flatMap((system) => {
      const facts = { waiting: byRef(system.waiting), didMove: didMove(system), due: system.due }
      return system.changes.map((change) => entryOf(change, facts))
    })
  const counts = Object.fromEntries(
    driftClasses.map((name) => [name, entries.filter((entry) => entry.class === name).length]),
  ) as Record<DriftClass, number>
  return {
    format: 'rolecall/drift/v1',
    readAt: now,
    counts,
    impact: meaning(behindOurBack(entries)),
    entries,
    differs: entries.some((entry) => isDifference(entry, now)),
  }
}

function behindOurBack(entries: readonly DriftEntry[]): ReadonlyMap<string, readonly Change[]> {
  const changes = new Map<string, Change[]>()
  for (const { class: name, change } of entries) {
    if (name !== 'changed') continue
    const known = changes.get(change.ref.system)
    if (known) known.push(change)
    else changes.set(change.ref.system, [change])
  }
  return changes
}

/** What the inventory stores of a wish, to tell later whether the manifests moved: its content, without its place. */
export function wishDigest(wish: Wish): string {
  const { ref, state, fields, links, exactGroups, exactMembers, exactManagers } = wish
  return sha256({
    kind: ref.kind,
    key: ref.key,
    state,
    fields,
    links,
    exactGroups,
    exactMembers,
    exactManagers,
  })
}

interface Facts {
  readonly waiting: ReadonlyMap<string, Waiting>
  /** Whether the wishes behind the change are other ones than those that were applied. */
  readonly didMove: (change: Change) => boolean
  readonly due: ReadonlySet<string>
}

function entryOf(change: Change, { waiting, didMove, due }: Facts): DriftEntry {
  if (change.action === 'keep' && change.reason === 'unmanaged') return { class: 'unmanaged', change }
  if (change.action === 'manual') return { class: 'manual', change }
  if (change.action === 'keep' && change.reason === 'mapped' && change.held === 'create')
    return { class: 'waiting', change, forWhom: change.ref.key }
  const waits = waiting.get(refKey(change.ref))
  if (waits) return { class: 'waiting', change, forWhom: waits.forWhom, since: waits.since }
  if (!didMove(change)) return { class: 'changed', change }
  return { class: due.has(refKey(change.ref)) ? 'due' : 'not-applied', change }
}

const hours = 3_600_000

function isDifference(entry: DriftEntry, now: string): boolean {
  if (entry.class === 'unmanaged') return false
  if (entry.class !== 'waiting') return true
  return Date.parse(now) - Date.parse(entry.since ?? now) >= 14 * 24 * hours
}

/**
 * A change comes from the system if every wish behind it is the one that was applied: that of the resource, and that of the
 * document the change comes from (a group that takes somebody out). Something nobody ever declared or applied, and that is
 * removed because its collection is exclusive, appeared behind our back too.
 */
export function didMove({
  desired,
  inventory,
}: Pick<DriftInput['systems'][number], 'desired' | 'inventory'>): Facts['didMove'] {
  const applied = new Map(inventory.map((entry) => [refKey(entry), entry]))
  let byDocument: ReadonlyMap<string, readonly Wish[]> | undefined
  const isAsApplied = (wish: Wish): boolean => applied.get(refKey(wish.ref))?.wish === wishDigest(wish)
  return (change) => {
    const own = desired.wishes[change.ref.kind].get(change.ref.key)
    if (own === undefined && applied.has(refKey(change.ref))) return true
    const document = change.cause?.document
    byDocument ??= wishesByDocument(desired)
    const others = own?.cause.document === document ? [] : (byDocument.get(document ?? '') ?? [])
    return ![...(own ? [own] : []), ...others].every(isAsApplied)
  }
}

function wishesByDocument(desired: DesiredGraph): ReadonlyMap<string, readonly Wish[]> {
  const byDocument = new Map<string, Wish[]>()
  for (const kind of kinds)
    for (const wish of desired.wishes[kind].values()) {
      const known = byDocument.get(wish.cause.document)
      if (known) known.push(wish)
      else byDocument.set(wish.cause.document, [wish])
    }
  return byDocument
}

function byRef(waiting: readonly Waiting[]): ReadonlyMap<string, Waiting> {
  return new Map(waiting.map((one) => [refKey(one.ref), one]))
}
