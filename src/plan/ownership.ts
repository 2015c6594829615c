import { asciiLower, type Description } from '../connector/describe.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { matches } from '../model/pattern.ts'
import { collectionOf, refKey, type Kind, type Resource } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import type { SystemConfig } from '../model/workspace.ts'

/** Why something that nobody declares may be removed; undefined: it may not, whatever else is true. */
export type RemovalGround = Cause | undefined

/**
 * Who may remove what is decided here, once, so that no later step has to remember to spare anything: the inventory
 * lists it (as the ledger has it, or as it was rebuilt from git), or its collection is exclusive. What the system
 * brings along itself is never removed. `grounds` has what git says of a thing, by `kind:key`.
 */
export function ownership(
  config: SystemConfig,
  description: Description,
  inventory: readonly InventoryEntry[],
  grounds: ReadonlyMap<string, string> = new Map(),
): (resource: Resource) => RemovalGround {
  const index = indexInventory(inventory)
  return (resource) => {
    const { kind } = resource.ref
    if (description.kinds[kind]?.writable !== true || isBuiltIn(description, resource)) return undefined
    const entry = index.of(resource)
    if (entry) {
      const ground = grounds.get(refKey(resource.ref)) ?? recordedBy(entry)
      return { ...config.cause, because: `no longer declared; ${ground}` }
    }
    if (!config.exclusive.includes(kind)) return undefined
    const place = config.places['exclusive'] ?? config.cause
    return { ...place, because: `not declared, and exclusive: ${collectionOf[kind]}` }
  }
}

/** What an entry that was rebuilt from git has for its run: it stays, until what it is about is gone. */
export function byCommit(id: string): string {
  return `commit ${id.slice(0, 12)}`
}

function recordedBy({ run }: InventoryEntry): string {
  return run.startsWith('commit ') ? `taken out by ${run}` : `applied by run ${run}`
}

export interface InventoryIndex {
  /** The entry of this very thing: its native id decides where both know one, else the name. */
  of(resource: Resource): InventoryEntry | undefined
}

export function indexInventory(inventory: readonly InventoryEntry[]): InventoryIndex {
  const byKey = new Map<string, InventoryEntry>()
  const byId = new Map<string, InventoryEntry>()
  for (const entry of inventory) {
    byKey.set(`${entry.kind}:${entry.key}`, entry)
    if (entry.id !== undefined) byId.set(`${entry.kind}:${entry.id}`, entry)
  }
  return {
    of({ ref, id }) {
      const same = id === undefined ? undefined : byId.get(`${ref.kind}:${id}`)
      if (same) return same
      const named = byKey.get(`${ref.kind}:${ref.key}`)
      return named?.id === undefined || id === undefined ? named : undefined
    },
  }
}

/** The system's own roles: there before anybody declares anything, and they cannot go. */
export function isBuiltIn(description: Description, { ref }: Pick<Resource, 'ref'>): boolean {
  return ref.kind === 'role' && description.roles.includes(ref.key)
}

/** What the system's `ignore` leaves alone: neither compared nor reported, and never an owner. */
export function ignoring(
  config: SystemConfig,
  description: Description,
): (ref: Pick<Resource['ref'], 'kind' | 'key'>) => boolean {
  const patterns = new Map(
    Object.entries(config.ignore).map(([kind, list]) => {
      const folds = description.kinds[kind as Kind]?.keyCaseInsensitive === true
      return [kind, list.map((pattern) => (folds ? asciiLower(pattern) : pattern))]
    }),
  )
  return ({ kind, key }) => patterns.get(kind)?.some((pattern) => matches(pattern, key)) ?? false
}
