import type { Kind } from './resource.ts'

/** How much of each kind a proven read showed: its count, and a digest of which (keys and native ids). */
export type Census = Readonly<Partial<Record<Kind, { readonly count: number; readonly digest: string }>>>

/** What the last run saw of a system, so that a later one can tell a mended world from a badly read one. */
export interface LastSeen {
  readonly system: string
  /** RFC 3339, UTC: when that read began. */
  readonly at: string
  /**
   * The commit of the protected branch whose manifests that run applied: what was taken out of them up to there is in
   * the inventory, or is over. Absent outside git.
   */
  readonly commit?: string
  readonly census: Census
  /** A read that showed much less, and waits for a second one, 10 minutes later, that agrees with it. */
  readonly doubted?: { readonly at: string; readonly census: Census }
}
