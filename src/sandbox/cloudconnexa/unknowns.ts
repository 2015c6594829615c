/**
 * What the documentation does not say, each with its readings: the first is how the sandbox starts. A connector must be safe
 * under all of them.
 */
import { BadWish } from '../wish.ts'

export const unknowns = {
  /** Whether the token endpoint also understands what RFC 6749 has: a form as the body, an encoded id and secret. */
  token: ['documented', 'lenient'],
  /** The code of a successful create. */
  created: ['201', '200'],
  /** A field that a PUT leaves out (names, e-mail, role, status; the settings of a group) goes back to nothing, or stays. */
  absent: ['wipe', 'keep'],
  /** A PUT of a user without a groupId. */
  groupAbsent: ['refuse', 'default', 'keep'],
  /** A PUT of a user without secondaryGroupIds, or with null. */
  secondaryAbsent: ['wipe', 'keep', 'refuse'],
  /** A PUT of a user with an empty list of them. */
  secondaryEmpty: ['clear', 'keep', 'refuse'],
  /** The twenty-first secondary group. */
  secondaryTooMany: ['refuse', 'truncate'],
  /** The primary group among the secondary ones, or one of them twice. */
  secondaryRepeated: ['accept', 'drop', 'refuse'],
  /** A role given with the create of a user; until 2024 it was ignored. */
  roleOnCreate: ['kept', 'ignored'],
  /** A PUT of a user that SAML or LDAP made. */
  providerUsers: ['refuse', 'accept'],
  /** Any write that concerns the Owner, and the role OWNER for somebody else. */
  ownerWrites: ['refuse', 'accept'],
  /** Demoting, suspending or deleting the last administrator. */
  lastAdministrator: ['accept', 'refuse'],
  /** Suspending who is suspended, activating who is active. */
  suspendAgain: ['accept', 'refuse'],
  /** Deleting a group that has members or is named elsewhere; `move`: members go to Default, what named it no longer does. */
  deleteUsedGroup: ['refuse', 'move', 'dangle'],
  /** Deleting the group Default, where nobody is in it. */
  deleteDefaultGroup: ['refuse', 'accept'],
  /** Whether usernames and the names of groups that differ in A-Z/a-z alone are the same. */
  nameCase: ['sensitive', 'insensitive'],
  /** Two users with one e-mail address; two access groups or policies with one name. */
  sameEmail: ['accept', 'refuse'],
  samePolicyName: ['accept', 'refuse'],
  /** The code of a clash of names. */
  clash: ['400', '409'],
  /** What a key without a permission gets: an answer that says so, or a list without items. */
  forbidden: ['403', '404', 'empty'],
  /** How an access group says that it is the default one. */
  defaultGroup: ['boolean', 'string'],
  /** The children of an item that covers all. */
  coveredChildren: ['absent', 'expanded', 'empty'],
  /** The regions of a group that has all of them. */
  regionsOfAll: ['empty', 'listed'],
  /** A group in a second location context or device posture. */
  secondPolicy: ['refuse', 'accept', 'move'],
  /** Whether a 429 says when to come again. */
  retryAfter: ['absent', 'seconds', 'date'],
  /** Whether reads and writes are counted together. */
  budgets: ['together', 'apart'],
  /** The mappings of a provider that the account does not use. */
  mappingsUnused: ['empty', '404', 'stored'],
  /** A list without an order of its own moves while it is paged through. */
  order: ['stable', 'unstable'],
  /** How many items a page has that does not say. */
  defaultPageSize: ['100', '20'],
  /** A page after the last one. */
  pageBeyond: ['empty', 'refuse', 'last'],
  /** A text that nobody has set. */
  unset: ['null', 'absent', 'empty'],
} as const

export type Unknowns = { readonly [Name in keyof typeof unknowns]: (typeof unknowns)[Name][number] }

/** Every unknown in its first reading, but for those given. */
export function readings(given: Partial<Unknowns> = {}): Unknowns {
  const first = Object.fromEntries(Object.entries(unknowns).map(([name, [reading]]) => [name, reading]))
  return { ...(first as Unknowns), ...given }
}

/** Readings as somebody wrote them; throws BadWish for one that does not exist. */
export function readingsIn(written: Readonly<Record<string, unknown>>): Partial<Unknowns> {
  const known: Readonly<Record<string, readonly unknown[]>> = unknowns
  for (const [name, reading] of Object.entries(written)) {
    const choices = Object.hasOwn(known, name) ? known[name] : undefined
    if (choices === undefined)
      throw new BadWish(
        `The sandbox knows no unknown "${name}".`,
        `There are: ${Object.keys(known).join(', ')}.`,
      )
    if (!choices.includes(reading))
      throw new BadWish(
        `"${String(reading)}" is no reading of ${name}.`,
        `Its readings are ${choices.join(', ')}.`,
      )
  }
  return written
}
