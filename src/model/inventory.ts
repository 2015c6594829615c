import type { Kind } from './resource.ts'

/** One thing rolecall applied, by native id where the system has ids, else by key. A cache of git and live. */
export interface InventoryEntry {
  readonly system: string
  readonly kind: Kind
  readonly key: string
  readonly id?: string
  readonly handle: string
  /** Digest of the wish as last applied: tells "changed behind our back" from "not yet applied". */
  readonly wish: string
  readonly run: string
}
