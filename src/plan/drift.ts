import type { Change } from '../model/change.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import type { ResourceRef } from '../model/resource.ts'

/** The classes of design: what a difference means and who has to do something about it. */
export const driftClasses = ['changed', 'not-applied', 'due', 'waiting', 'manual', 'unmanaged'] as const
export type DriftClass = (typeof driftClasses)[number]

export interface DriftEntry {
  readonly class: DriftClass
  readonly change: Change
  /** Waiting: for whom and since when (RFC 3339). */
  readonly forWhom?: string
  readonly since?: string
}

export interface DriftReport {
  readonly format: 'rolecall/drift/v1'
  readonly readAt: string
  readonly counts: Readonly<Record<DriftClass, number>>
  readonly entries: readonly DriftEntry[]
  /** Whether this is exit 2: anything but unmanaged, and waiting of less than 14 days. */
  readonly differs: boolean
}

export interface DriftInput {
  readonly now: string
  readonly systems: readonly {
    readonly name: string
    readonly changes: readonly Change[]
    readonly desired: DesiredGraph
    readonly inventory: readonly InventoryEntry[]
    /** From the journal: what an earlier run sent and that still waits for a person. */
    readonly waiting: readonly {
      readonly ref: ResourceRef
      readonly forWhom: string
      readonly since: string
    }[]
  }[]
}

export function classify(_input: DriftInput): DriftReport {
  throw new Error('not written yet')
}

/** What apply stores in the inventory: the wish without its place and dates, so that only its content counts. */
export function wishDigest(_wish: Wish): string {
  throw new Error('not written yet')
}
