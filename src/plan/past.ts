import type { Description } from '../connector/describe.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { kinds, refKey, splitTarget, type Resource } from '../model/resource.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { wishDigest } from './drift.ts'
import { ignoring, indexInventory, isBuiltIn } from './ownership.ts'

/** What the history of the protected branch says of one system, as far as it was asked. */
export interface Past {
  /** The commit of the protected branch from which it was looked back. */
  readonly commit: string
  /** Whether the live side was seen whole: only then is what it did not show gone. */
  readonly whole: boolean
  /** What the ledger does not know, is live, and was declared: entries as an apply would have made them. */
  readonly rebuilt: readonly InventoryEntry[]
  /** What the ledger knows and `System.ignore` has handed back since. */
  readonly handedBack: readonly InventoryEntry[]
  /** By `kind:key` of what is live: how it went, as the end of a sentence. */
  readonly grounds: ReadonlyMap<string, string>
  /** By `kind:key`: the commit that names it and whose manifests cannot be read, so that nothing is known of it. */
  readonly unclear: ReadonlyMap<string, string>
  /** The commit that was applied last and is not in the history any more. */
  readonly rewritten?: string
}

interface Sides {
  readonly config: SystemConfig
  readonly description: Description
  readonly desired: DesiredGraph
  readonly actual: GraphView
}

/**
 * What is live, declared by nobody, and neither built in, ignored nor rolecall's own: the only things that the past is
 * asked about. A name that the ledger knows by another id has passed to somebody else, and is not among them.
 */
export function undeclared(sides: Sides, inventory: readonly InventoryEntry[]): Resource[] {
  const { config, description, desired, actual } = sides
  const isIgnored = ignoring(config, description)
  const index = indexInventory(inventory)
  const names = new Set(inventory.map(refKey))
  return kinds.flatMap((kind) =>
    description.kinds[kind]?.writable === true
      ? [...actual.all(kind)].filter(
          (live) =>
            !desired.wishes[kind].has(live.ref.key) &&
            !isIgnored(live.ref) &&
            !isBuiltIn(description, live) &&
            !(kind === 'account' && config.automation.includes(live.ref.key)) &&
            (index.of(live) !== undefined || !names.has(refKey(live.ref))),
        )
      : [],
  )
}

/** The inventory as ledger and git have it together. */
export function inventoryWith(
  inventory: readonly InventoryEntry[],
  past: Pick<Past, 'rebuilt' | 'handedBack'> | undefined,
): readonly InventoryEntry[] {
  if (past === undefined) return inventory
  const over = new Set(past.handedBack)
  return [...inventory.filter((entry) => !over.has(entry)), ...past.rebuilt]
}

/** The entry that an apply of this wish would have left, for what is live under its name now. */
export function rebuilt({ ref, id }: Resource, wish: Wish, run: string): InventoryEntry {
  return {
    ...{ system: ref.system, kind: ref.kind, key: ref.key, run },
    ...(id === undefined ? {} : { id }),
    handle: wish.handle,
    wish: wishDigest(wish),
  }
}

/**
 * Words that stand in any text that declares this thing: letters and digits of its name, or of the names that make it
 * up. A state of the manifests without one of them does not declare it, and need not be read.
 */
export function wordsOf({ ref, links }: Resource): string[] {
  const names =
    ref.kind === 'grant'
      ? Object.values(links)
          .flat()
          .map((target) => splitTarget(target).name)
      : [ref.key]
  return [...new Set(names.flatMap(words))]
}

/** In ASCII lower case: names fold no further. */
export function words(text: string): string[] {
  return (text.match(/[A-Za-z0-9]+/g) ?? []).map((word) => word.toLowerCase())
}
