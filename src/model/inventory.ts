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
  /** The run that recorded it; `commit 1a2b3c…` where git told that it is ours: the one that took it out. */
  readonly run: string
}
