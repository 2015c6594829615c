import type { Description } from '../connector/describe.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { kinds, type Kind } from '../model/resource.ts'
import { indexInventory, type InventoryIndex } from './ownership.ts'
import type { Rename } from './renaming.ts'
import { byText } from './sets.ts'

/** What a match needs to know of one system. */
interface MatchInput {
  readonly desired: DesiredGraph
  readonly actual: GraphView
  readonly description: Description
  readonly inventory: readonly InventoryEntry[]
}

/**
 * Which live thing a wish means, where its own name does not say it. The natural key comes first, exactly. A thing
 * under another name is the wished one if the inventory knows its native id as applied for the same document, or if
 * the document says that it was called so. A live name that is itself given away counts as free, so that names can
 * move along a row or change places.
 *
 * The inventory's word is only as good as the ids: where a system was replaced by another one whose ids begin anew, a
 * stranger can have the id of somebody whose name is gone. By id and name that is the same as a rename made by hand, so
 * nothing here can tell the two apart; a rule that doubts it would make genuine renames a removal and a creation. Where
 * the inventory does know the live name, by another id, the guard `identity-changed` refuses; otherwise the rename
 * stands in the plan for a person to see.
 */
export function renamesWished({ desired, actual, inventory }: MatchInput): Rename[] {
  const index = indexInventory(inventory)
  return kinds.flatMap((kind) => {
    // A grant is what it links: with another subject, role or resource it is another grant.
    if (kind === 'grant') return []
    const wishes = [...desired.wishes[kind].values()].filter((wish) => wish.state !== 'absent')
    if (wishes.length === 0) return []
    return freeOnly(claims(wishes, { kind, actual, index, inventory }), (key) => isLive(actual, kind, key))
  })
}

interface Live {
  readonly kind: Kind
  readonly actual: GraphView
  readonly index: InventoryIndex
  readonly inventory: readonly InventoryEntry[]
}

/** The live key each unsettled wish would be renamed from, at most one wish a key; the inventory's word goes first. */
function claims(wishes: readonly Wish[], live: Live): Rename[] {
  const unsettled = new Set(wishes.filter((wish) => !isSettled(wish, live)))
  if (unsettled.size === 0) return []
  const settledKeys = new Set(wishes.filter((wish) => !unsettled.has(wish)).map((wish) => wish.ref.key))
  giveWay(wishes, unsettled, settledKeys, live)
  const appliedUnder = liveKeysByHandle(live)
  const handles = countBy([...unsettled].map((wish) => wish.handle))
  const claimed = new Map<string, Rename>()
  const claim = (wish: Wish, from: string | undefined): boolean => {
    if (from === undefined || from === wish.ref.key || settledKeys.has(from) || claimed.has(from))
      return false
    claimed.set(from, { kind: live.kind, from, to: wish.ref.key })
    return true
  }
  const inOrder = [...unsettled].sort((a, b) => byText(a.ref.key, b.ref.key))
  const byWord = inOrder.filter((wish) => {
    // Two accounts of one document: the inventory cannot say which is which unless one is left.
    const known = (appliedUnder.get(wish.handle) ?? []).filter((key) => !settledKeys.has(key))
    return !(known.length === 1 && handles.get(wish.handle) === 1 && claim(wish, known[0]))
  })
  for (const wish of byWord)
    wish.previousKeys.some((key) => isLive(live.actual, live.kind, key) && claim(wish, key))
  return [...claimed.values()]
}

/** A live thing has the wished name, and the inventory does not know it as another document's. */
function isSettled(wish: Wish, { kind, actual, index }: Live): boolean {
  const resource = actual.get(kind, wish.ref.key)
  if (resource === undefined) return false
  const entry = index.of(resource)
  return entry === undefined || entry.handle === wish.handle
}

/**
 * In a row of names (`a` was `b`, `b` was `c`) the middle one is live and seems settled. It gives way if another
 * wish says that it bore this name, and it has itself a former name that is live and free, or gets free that way.
 */
function giveWay(wishes: readonly Wish[], unsettled: Set<Wish>, settledKeys: Set<string>, live: Live): void {
  const byKey = new Map(wishes.map((wish) => [wish.ref.key, wish]))
  const canMove = (key: string, row: ReadonlySet<string>): boolean => {
    const holder = byKey.get(key)
    if (holder === undefined || knownByInventory(key, live)) return false
    const further = new Set(row).add(key)
    return holder.previousKeys.some(
      (former) =>
        isLive(live.actual, live.kind, former) &&
        !further.has(former) &&
        (!settledKeys.has(former) || canMove(former, further)),
    )
  }
  const waiting = [...unsettled]
  for (let wish = waiting.pop(); wish !== undefined; wish = waiting.pop())
    for (const key of wish.previousKeys) {
      const holder = byKey.get(key)
      if (holder === undefined || !settledKeys.has(key) || !canMove(key, new Set([wish.ref.key]))) continue
      unsettled.add(holder)
      settledKeys.delete(key)
      waiting.push(holder)
    }
}

function knownByInventory(key: string, { kind, actual, index }: Live): boolean {
  const resource = actual.get(kind, key)
  return resource !== undefined && index.of(resource) !== undefined
}

/** Under which live names the things stand that were applied for a handle. */
function liveKeysByHandle({ kind, actual, index }: Live): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>()
  for (const resource of actual.all(kind)) {
    const entry = index.of(resource)
    if (entry) keys.set(entry.handle, [...(keys.get(entry.handle) ?? []), resource.ref.key])
  }
  return keys
}

/** Leaves out renames to a name that something else holds on to, and those that wait for such a one. */
function freeOnly(renames: readonly Rename[], live: (key: string) => boolean): Rename[] {
  let left = [...renames]
  for (;;) {
    const given = new Set(left.map((rename) => rename.from))
    const free = left.filter((rename) => !live(rename.to) || given.has(rename.to))
    if (free.length === left.length) return left
    left = free
  }
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function isLive(actual: GraphView, kind: Kind, key: string): boolean {
  return actual.get(kind, key) !== undefined
}
