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
