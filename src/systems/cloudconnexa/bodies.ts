/**
 * Change → the body of a request. A PUT replaces the whole object, so each is the object as it was just read, less what
 * only the system sets, with what the change touches laid over it: a field that nobody manages, or that this version does
 * not know, goes back as it came. In a set only the members of the change come and go.
 */
import { mergeSet } from '../../connector/before.ts'
import type { Part } from '../../model/change.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { splitTarget, type LinkTarget } from '../../model/resource.ts'
import { itemsAfter, NotThere, type Side } from './items.ts'
import type { Directory } from './names.ts'
import { list, texts } from './native.ts'

/** What comes and goes; a create only has what comes. */
interface Delta {
  readonly before: Part
  readonly after: Part
}

const nothing: Part = { fields: {}, links: {} }

export function creating(after: Part): Delta {
  return { before: nothing, after }
}

/** What only the system sets, by the schemas of the requests: sent back, it would be ignored or refused. */
const ofTheSystem = {
  user: ['id', 'username', 'authType', 'connectionStatus', 'licensed', 'devices'],
  group: ['id', 'systemSubnets'],
  accessGroup: ['id', 'defaultGroup'],
  policy: ['id'],
} as const

function without(native: JsonObject, sort: keyof typeof ofTheSystem): JsonObject {
  const left: readonly string[] = ofTheSystem[sort]
  return Object.fromEntries(Object.entries(native).filter(([name]) => !left.includes(name)))
}

/**
 * The body of a PUT on a user: `native` as it was just read. The status in it is the one that was just read: to suspend
 * and to activate are calls of their own, and a status of yesterday must not bring anybody back.
 */
export function userBody(native: JsonObject, delta: Delta, directory: Directory): JsonObject {
  const { before, after } = delta
  const body: Record<string, Json> = withoutEmpty(without(native, 'user'))
  for (const [field, name] of Object.entries({
    email: 'email',
    givenName: 'firstName',
    familyName: 'lastName',
  }))
    if (field in before.fields || field in after.fields) body[name] = after.fields[field] ?? ''
  const [role] = after.links['role'] ?? []
  if (role !== undefined) body['role'] = roleBody(role)
  const [primary] = after.links['primaryGroup'] ?? []
  if (primary !== undefined) body['groupId'] = groupId(primary, directory)
  // Written also where it is empty: what is left out may be kept, and the last secondary group would stay.
  const secondary = mergeSet(
    texts(native, 'secondaryGroupIds'),
    (before.links['groups'] ?? []).map((target) => groupId(target, directory)),
    (after.links['groups'] ?? []).map((target) => groupId(target, directory)),
  )
  body['secondaryGroupIds'] = secondary.filter((id) => id !== body['groupId'])
  return body
}

/** A text that is shown empty may be refused as one; left out, it stays unset. */
function withoutEmpty(user: JsonObject): Record<string, Json> {
  const isEmpty = (name: string, value: Json | undefined): boolean =>
    ['email', 'firstName', 'lastName'].includes(name) && (value === '' || value === null)
  return Object.fromEntries(Object.entries(user).filter(([name, value]) => !isEmpty(name, value)))
}

/** The body of a POST: everything that a user is made of, and no status, which only a call of its own sets. */
export function newUserBody(username: string, after: Part, directory: Directory): JsonObject {
  return { username, ...userBody({}, creating(after), directory) }
}

const roles: Readonly<Record<string, string>> = { Owner: 'OWNER', Administrator: 'ADMIN', Member: 'MEMBER' }

function roleBody(target: LinkTarget): string {
  const { name } = splitTarget(target)
  const native = Object.hasOwn(roles, name) ? roles[name] : undefined
  if (native === undefined || native === 'OWNER') throw new NotThere(target)
  return native
}

function groupId(target: LinkTarget, { of }: Directory): string {
  const { name } = splitTarget(target)
  const id = of.group.idOf(name)
  if (id === undefined) throw new NotThere(target)
  return id
}

/** What a new group has where the manifests say nothing: never less than a new group of the portal asks for. */
const newGroup: JsonObject = {
  allRegionsIncluded: true,
  vpnRegionIds: [],
  internetAccess: 'SPLIT_TUNNEL_ON',
  connectAuth: 'ON_PRIOR_AUTH',
  maxDevice: 3,
}

export function newGroupBody(name: string, after: Part): JsonObject {
  return groupBody(newGroup, name, creating(after))
}

export function groupBody(native: JsonObject, name: string, { before, after }: Delta): JsonObject {
  const body: Record<string, Json> = { ...without(native, 'group'), name }
  const touches = (field: string): boolean => field in before.fields || field in after.fields
  const merged = (now: Json | undefined, field: string): readonly Json[] =>
    mergeSet(list(now), before.fields[field], after.fields[field])
  if (touches('regions')) {
    const live = native['allRegionsIncluded'] === true ? ['all'] : native['vpnRegionIds']
    const regions = native === newGroup ? list(after.fields['regions']) : merged(live, 'regions')
    body['allRegionsIncluded'] = regions.includes('all')
    body['vpnRegionIds'] = regions.includes('all') ? [] : regions
  }
  if (touches('gateways')) body['gatewaysIds'] = merged(native['gatewaysIds'], 'gateways')
  if (touches('tunnelBypass')) {
    const live = (native['tunnelBypass'] ?? {}) as JsonObject
    body['tunnelBypass'] = { ...live, ipv4Subnets: merged(live['ipv4Subnets'], 'tunnelBypass') }
  }
  if (after.fields['internetAccess'] !== undefined)
    body['internetAccess'] = upper(after.fields['internetAccess'])
  if (after.fields['connectAuth'] !== undefined) body['connectAuth'] = upper(after.fields['connectAuth'])
  if (after.fields['maxDevices'] !== undefined) body['maxDevice'] = after.fields['maxDevices']
  return body
}

/** `split-tunnel-on` → `SPLIT_TUNNEL_ON`. */
function upper(value: Json): Json {
  return typeof value === 'string' ? value.toUpperCase().replaceAll('-', '_') : value
}

export function accessGroupBody(
  native: JsonObject,
  name: string,
  { before, after }: Delta,
  directory: Directory,
): JsonObject {
  const body: Record<string, Json> = { ...without(native, 'accessGroup'), name }
  if ('description' in before.fields || 'description' in after.fields)
    body['description'] = after.fields['description'] ?? ''
  const side = (link: string, of: Side): readonly JsonObject[] =>
    itemsAfter(native[of], of, { goes: before.links[link] ?? [], comes: after.links[link] ?? [] }, directory)
  body['source'] = side('subjects', 'source')
  body['destination'] = side('resources', 'destination')
  return body
}

/** A location context or device posture with the group among those it holds for, or without it. */
export function policyBody(native: JsonObject, group: string, holds: boolean): JsonObject {
  const others = texts(native, 'userGroupsIds').filter((id) => id !== group)
  return { ...without(native, 'policy'), userGroupsIds: holds ? [...others, group] : others }
}
