import type { Kind, LinkTarget, Resource } from './resource.ts'
import type { Cause, Span } from './span.ts'

/**
 * A wish for one resource of one system, after defaults, references and dates have been worked out.
 * A field or link that is missing is not managed.
 *
 * Links of an account, where the kind has them: `role` (one), `primaryGroup` (one), `groups` (the secondary
 * memberships that either side declares) and `manages` (groups it is a manager of; a manager is a member).
 */
export interface Wish extends Pick<Resource, 'ref' | 'fields' | 'links'> {
  /**
   * `absent`: said to be gone (`state: absent`, an account past its grace); fields and links are empty.
   * `later`: begins on a day that lies ahead; not created yet, and suspended where it is already live.
   */
  readonly state: 'present' | 'absent' | 'later'
  /** The handle of the document, for the inventory: stays when the native name changes. */
  readonly handle: string
  /** Keys the resource was known by, from `metadata.previously` and `previousEmails`. */
  readonly previousKeys: readonly string[]
  /** The person behind an account; two accounts of one person count once. */
  readonly person?: string
  /** Account: the person's `groups` are written, so live memberships beyond the declared ones are differences. */
  readonly exactGroups?: boolean
  /** Group: `members` (or `managers`) are written, so live memberships that neither side declares are differences. */
  readonly exactMembers?: boolean
  readonly exactManagers?: boolean
  /**
   * Account, policy, grant: last UTC day it holds, `YYYY-MM-DD`: an owner whose account or right ends within 72 hours is
   * not usable.
   */
  readonly until?: string
  /** Account: the person is said to be compromised. Suspending it does not count against limits. */
  readonly compromised?: boolean
  /** Account, policy: memberships and subjects whose day is over, by target: `expired on 2026-12-06`. A date takes them away, nobody else. */
  readonly ended?: Readonly<Record<LinkTarget, string>>
  /** Account, policy: memberships and subjects of today that have a last day, by target: `2026-12-06`. */
  readonly ending?: Readonly<Record<LinkTarget, string>>
  readonly cause: Cause
  /**
   * Where a live name is written that only the system can confirm: of a field or link, the value. Worked out when it is
   * asked for; absent where nothing of the kind is written.
   */
  readonly spanOf?: (name: string, value: string) => Span | undefined
}

/** Everything wished of one system, by kind and key. */
export interface DesiredGraph {
  readonly system: string
  readonly wishes: Readonly<Record<Kind, ReadonlyMap<string, Wish>>>
  /** Whether grants are compared: some AccessPolicy of the system has roles. */
  readonly comparesGrants: boolean
}
