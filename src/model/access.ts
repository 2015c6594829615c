import type { Json } from './json.ts'
import type { LinkTarget } from './resource.ts'

/**
 * How much a right is worth, the most first. A right whose power nobody knows may be any, so it comes before all that
 * is known to be harmless.
 */
export const ranks = ['owner', 'administrator', 'unknown', 'ordinary'] as const
export type Rank = (typeof ranks)[number]

/** One action on one resource: what access comes down to in every system. */
export interface Right {
  /** In the words of the system: `reach`, `release.create`; `role:deployer` for holding that role. */
  readonly action: string
  /** What it is done to: `application:payroll`, `project:web-prod`; `all:*` for everything there is. */
  readonly on: LinkTarget
  readonly rank: Rank
}

/** One right that a plan gives to some or takes from them, by one way. */
export interface AccessChange extends Right {
  readonly change: 'gain' | 'loss'
  readonly system: string
  /**
   * Who: `account:ana`; `group:finance` for all its members; `everyone:*`, `network:hq`, `attribute:groups=eng` for
   * whoever is behind them. Sorted.
   */
  readonly subjects: readonly LinkTarget[]
  /** The way from them to the right, afterwards for a gain and before for a loss: `group:finance`, `policy:payroll`. */
  readonly through: readonly LinkTarget[]
  /** Of a loss, why less is left than one may think: `"only" replaces "everywhere"`. */
  readonly because?: string
}

export type Power = 'owner' | 'administrator' | 'member' | 'none' | 'unknown'

/** Somebody who comes to power over a system or loses it, whatever caused it. */
export interface PowerChange {
  readonly system: string
  readonly account: string
  readonly before: Power
  readonly after: Power
}

/** Settings that accounts have from another thing than before: from another primary group. */
export interface SettingsChange {
  readonly system: string
  /** Sorted keys. */
  readonly accounts: readonly string[]
  /** Absent where they came from nowhere, or will. */
  readonly from?: LinkTarget
  readonly to?: LinkTarget
  readonly settings: readonly { readonly name: string; readonly before?: Json; readonly after?: Json }[]
}

/** What a plan means: only what changes for somebody, the most privileged first. */
export interface Impact {
  readonly powers: readonly PowerChange[]
  readonly access: readonly AccessChange[]
  readonly settings: readonly SettingsChange[]
  /** By system, the people behind accounts that are called otherwise than they. */
  readonly people: Readonly<Record<string, Readonly<Record<string, string>>>>
}
