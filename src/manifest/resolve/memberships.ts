/** Who is in which group: both sides of each pair, written once; and which of a person's groups is the primary. */
import { phase, type Period } from '../dates.ts'
import type { AccountEntry, Group, Reference, User } from '../normalised.ts'
import { key as keyOf, showPlace, type Place } from '../place.ts'
import {
  namePlace,
  showSite,
  specPlace,
  unknownName,
  type Context,
  type GroupThere,
  type Site,
} from './context.ts'
import { lookUp } from './values.ts'

/** One pair (person, group) as one side writes it. */
export interface Pair {
  readonly group: Group
  readonly reference: Reference
  readonly side: 'primary' | 'person' | 'members' | 'managers'
}

/** What the groups say, by person. Done once: 100,000 people do not each search 10,000 groups. */
export function groupSide(context: Context, groups: Iterable<Group>): ReadonlyMap<string, readonly Pair[]> {
  const pairs = new Map<string, Pair[]>()
  for (const group of groups) {
    if (group.absent) continue
    for (const side of ['members', 'managers'] as const) {
      for (const reference of group[side] ?? []) {
        const known = pairs.get(reference.name)
        if (known) known.push({ group, reference, side })
        else if (!context.index.users.has(reference.name))
          unknownName(context, reference, 'user', context.index.users.keys())
        else pairs.set(reference.name, [{ group, reference, side }])
      }
    }
  }
  return pairs
}

/** What a person says; a group that does not exist is an error, never a shorter list. */
export function personSide(context: Context, references: Iterable<Reference>, primary?: Reference): Pair[] {
  const pairs: Pair[] = []
  for (const reference of references) {
    const group = context.index.groups.get(reference.name)
    if (!group) unknownName(context, reference, 'group', context.index.groups.keys())
    else if (group.absent) absentGroup(context, reference)
    else pairs.push({ group, reference, side: reference === primary ? 'primary' : 'person' })
  }
  return pairs
}

/** One pair stands in one place: with two, taking one line out would take nothing away. */
export function checkOnce(context: Context, user: User, pairs: readonly Pair[]): void {
  if (pairs.length < 2) return
  const seen = new Map<string, Pair>()
  for (const pair of pairs) {
    // A manager is a member too, so naming a manager repeats no membership: it says something more.
    const name = pair.side === 'managers' ? `managers:${pair.group.handle}` : pair.group.handle
    const other = seen.get(name)
    if (!other) seen.set(name, pair)
    else {
      context.report.error(
        'membership-twice',
        pair.reference.place,
        `That "${user.handle}" is in "${pair.group.handle}" is written twice: here and in ${showPlace(other.reference.place)}.`,
        'Write it once, on the person or on the group.',
      )
    }
  }
}

export function isActive(period: Period, context: Context): boolean {
  return phase(period, context.today) === 'during'
}

/** The groups of one account today. */
export interface Held {
  readonly primary: GroupThere | undefined
  readonly secondary: readonly GroupThere[]
  readonly manages: readonly GroupThere[]
  /** Those whose day is over, and that nothing else still gives. */
  readonly ended: ReadonlyMap<GroupThere, string>
  /** The last day of each that has one. */
  readonly ending: ReadonlyMap<GroupThere, string>
}

interface Asked {
  readonly user: User
  readonly entry: AccountEntry | undefined
  /** What the person or the account says itself, and what the groups say: only for a person's main account there. */
  readonly own: readonly Pair[]
  readonly listed: readonly Pair[]
}

/** The memberships of an account in its system, dates applied; checks what the system makes of them. */
export function held(context: Context, site: Site, asked: Asked): Held {
  const { user, entry } = asked
  const links = site.description.kinds.account?.links ?? {}
  undatedOnly(context, site, asked)
  const own = here(context, site, asked.own)
  const managed = links['manages']
    ? here(
        context,
        site,
        asked.listed.filter(({ side }) => side === 'managers'),
      )
    : []
  const listed = [
    ...here(
      context,
      site,
      asked.listed.filter(({ side }) => side === 'members'),
    ),
    ...managed,
  ]
  const primary = primaryOf(context, site, asked, own, listed)
  const secondary = new Map<GroupThere, Pair>()
  for (const { there, pair } of [...own, ...listed])
    if (there !== primary && !secondary.has(there)) secondary.set(there, pair)
  const limit = site.description.maxSecondaryGroups
  if (secondary.size > limit) tooMany(context, site, user, [...secondary.values()][limit], limit)
  if (entry?.primaryGroup && !site.description.primaryGroups) noPrimaries(context, site, entry.primaryGroup)
  return {
    primary,
    secondary: [...secondary.keys()],
    manages: [...new Set(managed.map(({ there }) => there))],
    ended: endedOf(context, site, asked, (there) => there === primary || secondary.has(there)),
    ending: endingOf([...own, ...listed]),
  }
}

function endedOf(
  { today }: Context,
  site: Site,
  { own, listed }: Asked,
  isHeld: (there: GroupThere) => boolean,
): ReadonlyMap<GroupThere, string> {
  let ended: Map<GroupThere, string> | undefined
  for (const { group, reference } of [...own, ...listed]) {
    const there = site.groups.get(group.handle)
    if (there && reference.until !== undefined && phase(reference, today) === 'after' && !isHeld(there))
      (ended ??= new Map()).set(there, `expired on ${reference.until}`)
  }
  return ended ?? nothingEnded
}

const nothingEnded: Held['ended'] = new Map()

/** A group that two lines give (its manager is a member too) lasts as long as the longer of them. */
function endingOf(pairs: readonly Here[]): ReadonlyMap<GroupThere, string> {
  if (pairs.every(({ pair }) => pair.reference.until === undefined)) return nothingEnded
  const lasting = new Set(
    pairs.filter(({ pair }) => pair.reference.until === undefined).map(({ there }) => there),
  )
  const ending = new Map<GroupThere, string>()
  for (const { there, pair } of pairs) {
    const { until } = pair.reference
    if (until !== undefined && !lasting.has(there) && (ending.get(there) ?? '') < until)
      ending.set(there, until)
  }
  return ending
}

interface Here {
  readonly there: GroupThere
  readonly pair: Pair
}

/** Pairs that hold today, with groups that exist in the system. */
function here(context: Context, site: Site, pairs: readonly Pair[]): Here[] {
  const found: Here[] = []
  for (const pair of pairs) {
    const there = site.groups.get(pair.group.handle)
    if (there && isActive(pair.reference, context)) found.push({ there, pair })
  }
  return found
}

/**
 * `accounts.<s>.primaryGroup`, else `groups.primary` if that group exists there, else the sole group, else an
 * error (M1, M2). `members` are secondary, except for a person with no other group there.
 */
function primaryOf(
  context: Context,
  site: Site,
  { user, entry }: Asked,
  own: readonly Here[],
  listed: readonly Here[],
): GroupThere | undefined {
  if (!site.description.primaryGroups) return undefined
  if (entry?.primaryGroup) return lookUp(context, site, 'group', entry.primaryGroup) as GroupThere | undefined
  const said = own.find(({ pair }) => pair.side === 'primary')
  if (said) return said.there
  const candidates = own.length > 0 ? own : listed
  const groups = new Set(candidates.map(({ there }) => there))
  if (groups.size === 1) return candidates[0]?.there
  if (groups.size > 1) noPrimary(context, site, user, entry, [...groups])
  return undefined
}

function noPrimary(
  context: Context,
  site: Site,
  user: User,
  entry: AccountEntry | undefined,
  groups: readonly GroupThere[],
): void {
  const at: Place = entry?.groups
    ? keyOf({ raw: user.raw, path: [...entry.place.path, 'groups'] })
    : user.groups
      ? keyOf(specPlace(user, 'groups'))
      : namePlace(user)
  const names = groups.slice(0, 3).map(({ handle }) => handle)
  context.report.error(
    'no-primary-group',
    at,
    `"${user.handle}" is in ${groups.length} groups of the ${showSite(site)}, and none of them is said to be the primary one: ${names.join(', ')}${groups.length > 3 ? ', …' : ''}.`,
    `Write \`groups: {primary: ${names[0] ?? ''}, secondary: […]}\`, or \`primaryGroup\` under accounts.${entry?.name ?? site.name}.`,
  )
}

function tooMany(context: Context, site: Site, user: User, pair: Pair | undefined, limit: number): void {
  if (!pair) return
  context.report.error(
    'too-many-secondary-groups',
    pair.reference.place,
    `"${user.handle}" would have more than ${limit} secondary groups in the ${showSite(site)}: "${pair.group.handle}" is number ${limit + 1}.`,
    `Take the person out of a group; the system allows ${limit} beside the primary one.`,
  )
}

function noPrimaries(context: Context, site: Site, primary: Reference): void {
  context.report.error(
    'unsupported-field',
    keyOf(primary.place),
    `The ${showSite(site)} has no primary groups.`,
    'List the group under `groups`.',
  )
}

/** Where the identity provider decides memberships, nothing of ours ends one on its day. */
function undatedOnly(context: Context, site: Site, { own, listed }: Asked): void {
  if (site.system.config.memberships !== 'identity-provider') return
  for (const { group, reference } of [...own, ...listed]) {
    if ((reference.from ?? reference.until) === undefined || !site.groups.has(group.handle)) continue
    context.report.error(
      'dated-membership',
      reference.place,
      `The identity provider decides who is in "${group.handle}" in the ${showSite(site)}, so a membership there cannot have dates.`,
      'Take the dates out, and end the membership in the identity provider.',
    )
  }
}

function absentGroup(context: Context, reference: Reference): void {
  context.report.error(
    'absent-reference',
    reference.place,
    `The group "${reference.name}" is declared absent.`,
    'Take the reference out, or the `state: absent`.',
  )
}
