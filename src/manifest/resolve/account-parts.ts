/** What an account holds in its system: fields and links, as far as the system has them. */
import type { KindDescription } from '../../connector/describe.ts'
import type { Json } from '../../model/json.ts'
import type { LinkTarget } from '../../model/resource.ts'
import type { Life } from '../dates.ts'
import type { User } from '../normalised.ts'
import type { Context, GroupThere, RoleThere, Site } from './context.ts'
import { valuePlace, workedOut, type Value } from './layers.ts'
import type { Held } from './memberships.ts'
import { place, type Parts } from './values.ts'

/** What every system may carry. Descriptive values stay in git where it has no room for them. */
export function fieldsOf(
  site: Site,
  kind: KindDescription,
  user: User,
  name: string,
  values: ReadonlyMap<string, Value>,
  now: Life,
): Record<string, Json> {
  const { fields } = kind
  const email = textOf(values, 'email') ?? user.email
  const username = site.description.accountKey === 'username' ? name : textOf(values, 'username')
  const written: Record<string, Json> = {}
  if (fields['username'] && username !== undefined) written['username'] = username
  if (fields['email'] && email !== undefined) written['email'] = email
  if (fields['givenName'] && user.givenName !== undefined) written['givenName'] = user.givenName
  if (fields['familyName'] && user.familyName !== undefined) written['familyName'] = user.familyName
  if (fields['employment'] && user.employment !== undefined) written['employment'] = user.employment
  if (fields['type']) written['type'] = user.type
  if (fields['status']) written['status'] = now.status
  if (fields['labels'] && user.labels !== undefined) written['labels'] = user.labels
  return written
}

export function connectorKeys(
  context: Context,
  site: Site,
  parts: Parts,
  values: ReadonlyMap<string, Value>,
): void {
  for (const [name, value] of values)
    if (!workedOut.has(name) && name !== site.description.accountRole)
      place(context, site, 'account', parts, name, value.value, valuePlace(name, value))
}

/** Where a system has no such setting of an account, only what its own setting says anyway is no approximation. */
export function authentication(
  context: Context,
  site: Site,
  kind: KindDescription,
  parts: Parts,
  values: ReadonlyMap<string, Value>,
): void {
  const value = values.get('authentication')
  if (!value) return
  if (kind.fields['authentication'] || value.value !== site.system.config.authentication)
    place(context, site, 'account', parts, 'authentication', value.value, valuePlace('authentication', value))
}

export function membershipLinks(
  { links }: KindDescription,
  parts: Parts,
  role: RoleThere | undefined,
  groups: Held,
  isExact: boolean,
): void {
  if (links['role'] && role) parts.links['role'] = role.link
  if (!links['groups']) return
  if (links['primaryGroup'] && (groups.primary || isExact))
    parts.links['primaryGroup'] = groups.primary?.link ?? noTargets
  parts.links['groups'] = targets(groups.secondary)
  if (links['manages']) parts.links['manages'] = targets(groups.manages)
}

const noTargets: readonly LinkTarget[] = []

function targets(groups: readonly GroupThere[]): readonly LinkTarget[] {
  return groups.length === 0 ? noTargets : groups.map(({ target }) => target).sort(byCodeUnit)
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Without a switch of its own, a system stops an account by leaving it in one group that may do nothing. */
export function stopped(site: Site, parts: Parts, now: Life): void {
  const { suspendTo } = site.system
  if (now.status !== 'suspended' || site.description.suspend === 'native' || !suspendTo) return
  const quarantine = site.groups.get(suspendTo.name)
  if (!quarantine) return
  const { primaryGroups } = site.description
  if (primaryGroups) parts.links['primaryGroup'] = quarantine.link
  parts.links['groups'] = primaryGroups ? noTargets : quarantine.link
}

export function textOf(values: ReadonlyMap<string, Value>, name: string): string | undefined {
  const value = values.get(name)?.value
  return typeof value === 'string' ? value : undefined
}
