/**
 * Native → Resource. Ids become names; what rolecall does not know is carried as it is, so that nothing passes for
 * something else. The way back is in `bodies.ts`: a change is laid over the object as it was just read.
 */
import type { Json, JsonObject } from '../../model/json.ts'
import type { Kind, LinkTarget, Resource } from '../../model/resource.ts'
import { targetsOf } from './items.ts'
import { directoryOf, type Directory } from './names.ts'
import { list, objects, required, text, texts, type Account } from './native.ts'

/** One read of an account as resources. `groupAttribute`: what manifests call the groups that a provider sends. */
export interface Scene {
  readonly system: string
  readonly groupAttribute: string
  readonly directory: Directory
  readonly locationContexts: readonly JsonObject[] | undefined
  readonly devicePostures: readonly JsonObject[] | undefined
  /** A list of this one target, the same for all who have it: memory, at many users. */
  readonly shared: (target: LinkTarget) => readonly LinkTarget[]
}

export function sceneOf(system: string, groupAttribute: string, account: Account): Scene {
  const { locationContexts, devicePostures } = account
  const lists = new Map<LinkTarget, readonly LinkTarget[]>()
  const shared = (target: LinkTarget): readonly LinkTarget[] => {
    const list = lists.get(target) ?? [target]
    lists.set(target, list)
    return list
  }
  return { system, groupAttribute, directory: directoryOf(account), locationContexts, devicePostures, shared }
}

export function resourcesOf(scene: Scene, account: Account): readonly Resource[] {
  return [
    ...account.groups.map((native) => groupOf(scene, native)),
    ...account.users.map((native) => accountOf(scene, native)),
    ...account.accessGroups.map((native) => policyOf(scene, native)),
    ...mappingsOf(scene, account),
  ]
}

export function groupOf(scene: Scene, native: JsonObject): Resource {
  const id = required(native, 'id', 'user group')
  return {
    ...head(
      scene,
      'group',
      scene.directory.of.group.nameOf(id) ?? required(native, 'name', 'user group'),
      id,
    ),
    fields: {
      ...present(native, 'systemSubnets', 'subnets', sorted),
      ...regions(native),
      ...present(native, 'internetAccess', 'internetAccess', lower),
      ...present(native, 'gatewaysIds', 'gateways', sorted),
      ...bypass(native),
      ...present(native, 'connectAuth', 'connectAuth', lower),
      ...present(native, 'maxDevice', 'maxDevices', same),
      ...policyFor(scene, id, 'locationContext', scene.locationContexts),
      ...policyFor(scene, id, 'devicePosture', scene.devicePostures),
    },
    links: {},
  }
}

/** With all regions included, a list beside it says nothing. */
function regions(native: JsonObject): Record<string, Json> {
  if (native['allRegionsIncluded'] === true) return { regions: ['all'] }
  return present(native, 'vpnRegionIds', 'regions', sorted)
}

function bypass({ tunnelBypass }: JsonObject): Record<string, Json> {
  const subnets = objects([tunnelBypass ?? null]).flatMap((one) => texts(one, 'ipv4Subnets'))
  return tunnelBypass === undefined ? {} : { tunnelBypass: sorted(subnets) }
}

/** These policies name the groups, and not the other way round. Nothing forbids that two name the same one. */
function policyFor(
  { directory }: Scene,
  group: string,
  sort: 'locationContext' | 'devicePosture',
  policies: readonly JsonObject[] | undefined,
): Record<string, Json> {
  if (policies === undefined) return {}
  const names = policies
    .filter((policy) => texts(policy, 'userGroupsIds').includes(group))
    .map((policy) => directory.of[sort].nameOf(required(policy, 'id', sort)) ?? '?')
  return { [sort]: names.length === 0 ? 'none' : names.sort().join(' + ') }
}

/** Spelled out: there are many more users than anything else. */
export function accountOf(scene: Scene, native: JsonObject): Resource {
  const username = required(native, 'username', 'user')
  const { email, firstName, lastName, authType } = native
  const status = text(native, 'status')
  const primary = text(native, 'groupId')
  const role = text(native, 'role')
  const secondary = texts(native, 'secondaryGroupIds')
  const fields: Record<string, Json> = { username }
  if (email !== undefined && email !== null) fields['email'] = email
  if (firstName !== undefined && firstName !== null) fields['givenName'] = firstName
  if (lastName !== undefined && lastName !== null) fields['familyName'] = lastName
  if (status !== undefined) {
    fields['status'] = statusOf(status)
    fields['state'] = status
  }
  if (authType !== undefined && authType !== null) fields['authentication'] = authenticationOf(authType)
  return {
    ref: { system: scene.system, kind: 'account', key: username },
    id: required(native, 'id', 'user'),
    fields,
    links: {
      role: role === undefined ? none : scene.shared(`role:${roleOf(role)}`),
      primaryGroup: primary === undefined ? none : scene.shared(groupTarget(scene, primary)),
      groups: secondary.length === 0 ? none : groupsOf(scene, secondary, primary),
    },
  }
}

const none: readonly never[] = []

function groupTarget({ directory }: Scene, id: string): LinkTarget {
  return `group:${directory.of.group.nameOf(id) ?? id}`
}

/** The primary group is none of the secondary ones, and each is there once. */
function groupsOf(scene: Scene, ids: readonly string[], primary: string | undefined): readonly LinkTarget[] {
  const others = ids.filter((id) => id !== primary).map((id) => groupTarget(scene, id))
  return [...new Set(others)].sort()
}

const statuses: Readonly<Record<string, string>> = {
  // An invitation that is open is no reason to write anything; `state` tells it apart.
  INVITED: 'active',
  ACTIVE: 'active',
  SUSPENDED: 'suspended',
  SUSPENDED_IDP: 'suspended',
}

function statusOf(native: string): string {
  return known(statuses, native) ?? native.toLowerCase()
}

const roles: Readonly<Record<string, string>> = { OWNER: 'Owner', ADMIN: 'Administrator', MEMBER: 'Member' }

/** A role that is not known keeps its own name: its power is unknown, and not none. */
function roleOf(native: string): string {
  return known(roles, native) ?? native
}

const signIns: Readonly<Record<string, string>> = { INTERNAL: 'local', PASSKEY: 'local' }

function authenticationOf(native: Json): Json {
  return typeof native === 'string' ? (known(signIns, native) ?? native.toLowerCase()) : native
}

export function policyOf(scene: Scene, native: JsonObject): Resource {
  const id = required(native, 'id', 'access group')
  return {
    ...head(
      scene,
      'policy',
      scene.directory.of.policy.nameOf(id) ?? required(native, 'name', 'access group'),
      id,
    ),
    fields: {
      ...present(native, 'description', 'description', same),
      // The schema says text, the sample shows a flag.
      ...present(native, 'defaultGroup', 'default', (value) => value === true || value === 'true'),
    },
    links: {
      subjects: targetsOf(native['source'], 'source', scene.directory),
      resources: targetsOf(native['destination'], 'destination', scene.directory),
    },
  }
}

/** One where nothing is set up says nothing, and is left out. */
function mappingsOf(scene: Scene, { saml, ldap }: Account): readonly Resource[] {
  return Object.entries({ saml, ldap }).flatMap(([key, native]) => {
    const mapping = native && mappingOf(scene, key, native)
    return mapping && (list(mapping.fields['rules']).length > 0 || mapping.fields['fallback'] !== 'none')
      ? [mapping]
      : []
  })
}

export function mappingOf(scene: Scene, key: string, native: JsonObject): Resource {
  const name = (id: string): string => scene.directory.of.group.nameOf(id) ?? id
  const rules = [...objects(native['mappings'])].sort((a, b) => place(a) - place(b))
  const fallback = text(native, 'fallbackGroupId')
  const groups = [
    ...rules.map((rule) => required(rule, 'groupId', 'mapping rule')),
    ...(fallback === undefined ? [] : [fallback]),
  ]
  return {
    ref: { system: scene.system, kind: 'mapping', key },
    fields: {
      fallback: fallback === undefined ? 'none' : name(fallback),
      rules: rules.map((rule) => ({
        attribute: scene.groupAttribute,
        in: sorted(rule['idpGroupNames'] ?? []),
        group: name(required(rule, 'groupId', 'mapping rule')),
      })),
    },
    links: { groups: [...new Set(groups.map((id) => `group:${name(id)}`))].sort() },
  }
}

/** A lower number goes first. */
function place(rule: JsonObject): number {
  const order = rule['sortingOrder']
  return typeof order === 'number' ? order : Number.MAX_SAFE_INTEGER
}

function head(scene: Scene, kind: Kind, key: string, id: string): Pick<Resource, 'ref' | 'id'> {
  return { ref: { system: scene.system, kind, key }, id }
}

function present(
  native: JsonObject,
  name: string,
  field: string,
  read: (value: Json) => Json,
): Record<string, Json> {
  const value = native[name]
  return value === undefined || value === null ? {} : { [field]: read(value) }
}

/** `SPLIT_TUNNEL_ON` → `split-tunnel-on`. */
function lower(value: Json): Json {
  return typeof value === 'string' ? value.toLowerCase().replaceAll('_', '-') : value
}

function same(value: Json): Json {
  return value
}

function sorted(value: Json): Json[] {
  return [...new Set(list(value))].sort()
}

function known(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
