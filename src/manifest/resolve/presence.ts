/** In which systems a person is, through which entry or group, and which account there the groups are about. */
import type { AccountEntry, User } from '../normalised.ts'
import { key as keyOf, under } from '../place.ts'
import { showSite, siteOf, specPlace, type Context, type GroupThere, type Site } from './context.ts'
import { isActive, type Pair } from './memberships.ts'

/** In one system: the accounts that the person names, and groups by which membership brings one. */
interface Presence {
  readonly entries: AccountEntry[]
  readonly given: GroupThere[]
}

export function sitesOf(context: Context, user: User, pairs: readonly Pair[]): Map<Site, Presence> {
  const found = new Map<Site, Presence>()
  const presence = (site: Site): Presence => {
    let one = found.get(site)
    if (!one) found.set(site, (one = { entries: [], given: [] }))
    return one
  }
  const refused = new Set<Site>()
  for (const entry of user.accounts) {
    const written = entry.layer?.values['system'] !== undefined
    const at = written ? under(entry.place, 'system') : keyOf(entry.place)
    const site = siteOf(context, { name: entry.system, place: at })
    if (entry.name !== entry.system && context.sites.has(entry.name)) takenName(context, entry)
    if (site && entry.layer) presence(site).entries.push(entry)
    else if (site) refused.add(site)
  }
  for (const { group, reference } of pairs) {
    if (!isActive(reference, context)) continue
    for (const there of context.groups.get(group.handle) ?? [])
      if (there.account && !refused.has(there.site)) presence(there.site).given.push(there)
  }
  return found
}

/** A reader would take it for the account in the system of that name. */
function takenName(context: Context, entry: AccountEntry): void {
  context.report.error(
    'account-named-as-system',
    keyOf(entry.place),
    `"${entry.name}" is the name of a system, and this account is in "${entry.system}".`,
    'Give the account a name of its own.',
  )
}

/**
 * The account that the person's groups are about: the one under the system's own name, or the only one. Of several
 * with names of their own none is, and then each must say its groups itself.
 */
export function mainEntry(
  context: Context,
  site: Site,
  user: User,
  entries: readonly AccountEntry[],
  own: readonly Pair[],
): AccountEntry | undefined | 'none' {
  const named = entries.find(({ name }) => name === site.name)
  if (named || entries.length < 2) return named ?? entries[0]
  const group = own.find((pair) => site.groups.has(pair.group.handle))
  if (group && entries.some((entry) => !entry.groups))
    context.report.error(
      'ambiguous-account',
      keyOf(specPlace(user, 'accounts')),
      `"${user.handle}" has ${entries.length} accounts in the ${showSite(site)}, and it is not said which of them is in "${group.group.handle}".`,
      `Name one of them "${site.name}", or write \`groups\` under each.`,
    )
  return 'none'
}
