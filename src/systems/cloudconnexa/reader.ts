import type { Natives, Observation, Reader, Target } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import { openHttpReader, type HttpReader } from '../../connector/http/http.ts'
import { Graph } from '../../model/graph.ts'
import type { JsonObject } from '../../model/json.ts'
import { refKey, type Resource, type ResourceRef } from '../../model/resource.ts'
import { accountOf, groupOf, mappingOf, policyOf, resourcesOf, sceneOf, type Scene } from './convert.ts'
import { dialectOf } from './dialect.ts'
import { listOf, mappingAt, regionsOf, topologyOf } from './lists.ts'
import type { Directory } from './names.ts'
import { required, text, unreadable } from './native.ts'
import { allLists, brokenIn, listsFor, namedIn, objectOf, proofsOf, readLists, type Lists } from './read.ts'

/** Reads one account. It has no way to send a write. */
export function readAccount(target: Target): Reader {
  const http = openHttpReader(target, dialectOf(target))
  const ids = new Map<string, string>()
  return {
    // The credentials are a key of the account, and no user.
    whoami: () => Promise.resolve(undefined),
    observe: () => observe(http, target, ids),
    read: (ref) => readOne(http, target, ref, ids),
    ownerPayloads: () => ownerPayloads(http, target),
    close: () => http.close(),
  }
}

/** What mapping rules call the groups that a provider sends. */
export function groupAttributeOf({ settings }: Target): string {
  const { groupAttribute } = settings
  return typeof groupAttribute === 'string' ? groupAttribute : 'groups'
}

async function observe(http: HttpReader, target: Target, ids: Map<string, string>): Promise<Observation> {
  const readAt = target.now().toISOString()
  const before = http.calls
  const [users, lists, regions, topology, saml, ldap] = await Promise.all([
    listOf(http, 'users', target.now),
    readLists(http, allLists, target.now),
    regionsOf(http),
    topologyOf(http),
    mappingAt(http, 'saml'),
    mappingAt(http, 'ldap'),
  ])
  const account = {
    ...namedIn(lists),
    users: users.items,
    ...(saml && { saml }),
    ...(ldap && { ldap }),
  }
  const scene = sceneOf(target.system, groupAttributeOf(target), account)
  const graph = new Graph(target.system, [], {
    places: placesIn(scene.directory),
    ...(topology === undefined ? {} : { topology: topologyWord(topology) }),
  })
  for (const resource of resourcesOf(scene, account)) {
    if (graph.get(resource.ref.kind, resource.ref.key) !== undefined) throw twice(target, resource.ref)
    graph.add(resource)
    if (resource.id !== undefined) ids.set(refKey(resource.ref), resource.id)
  }
  return {
    graph,
    proofs: proofsOf(lists, users, graph.count('mapping'), scene.directory),
    readAt,
    calls: http.calls - before,
    ...(http.callsPerSecond === undefined ? {} : { callsPerSecond: http.callsPerSecond }),
    natives: nativesOf(scene.directory, lists, regions, groupAttributeOf(target)),
  }
}

/** By its name, whether it is a network, a host, or one of each: an application is named with it alone. */
function placesIn({ of }: Directory): JsonObject {
  const places = new Map<string, string[]>()
  for (const sort of ['network', 'host'] as const)
    for (const name of of[sort].all) places.set(name, [...(places.get(name) ?? []), sort])
  return Object.fromEntries(places)
}

/** `FULL_MESH` → `full-mesh`. */
function topologyWord(native: string): string {
  return native.toLowerCase().replaceAll('_', '-')
}

/** Names of a list that was not read whole are not told: what is not among them may well be there. */
function nativesOf(
  { of }: Directory,
  lists: Lists,
  regions: readonly JsonObject[] | undefined,
  groupAttribute: string,
): Natives {
  const whole = (...names: readonly (keyof Lists)[]): boolean => brokenIn(lists, names) === undefined
  const inside = whole('networks', 'hosts')
  return {
    attribute: [groupAttribute],
    ...(regions && { region: [...regions.map((region) => required(region, 'id', 'region')), 'all'].sort() }),
    ...(whole('networks') && { network: of.network.all }),
    ...(whole('hosts') && { host: of.host.all }),
    ...(inside && whole('networkApplications', 'hostApplications') && { application: of.application.all }),
    ...(inside && whole('networkServices', 'hostServices') && { ipService: of.ipService.all }),
    ...(lists.locationContexts?.proof.complete && { locationContext: [...of.locationContext.all, 'none'] }),
    ...(lists.devicePostures?.proof.complete && { devicePosture: [...of.devicePosture.all, 'none'] }),
  }
}

/** Two people under one name would be read as one, and the other would be removed unseen. */
function twice({ system }: Target, ref: ResourceRef): ConnectorFault {
  return new ConnectorFault(
    'unreadable',
    `"${system}" shows ${refKey(ref)} twice.`,
    'Rename or remove one of the two in the portal.',
  )
}

/** By its id where that is known; what is not there under it may be there under another. */
async function readOne(
  http: HttpReader,
  target: Target,
  ref: ResourceRef,
  ids: ReadonlyMap<string, string>,
): Promise<Resource | undefined> {
  const { kind, key } = ref
  if (kind !== 'account' && kind !== 'group' && kind !== 'policy' && kind !== 'mapping') return undefined
  const lists = await readLists(http, listsFor[kind], target.now)
  const scene = sceneOf(target.system, groupAttributeOf(target), { ...namedIn(lists), users: [] })
  if (kind === 'mapping') {
    const native = key === 'saml' || key === 'ldap' ? await mappingAt(http, key) : undefined
    return native && mappingOf(scene, key, native)
  }
  const sort = listNames[kind]
  const convert = (native: JsonObject): Resource => converters[kind](scene, native)
  const id = ids.get(refKey(ref))
  const known = id === undefined ? undefined : await objectOf(http, sort, id)
  const found = known && convert(known)
  if (found?.ref.key === key) return found
  const all = await listOf(http, sort, target.now)
  const named = all.items.map(convert).find((resource) => resource.ref.key === key)
  if (named === undefined && !all.proof.complete)
    throw unreadable(
      `${refKey(ref)} is not to be seen, and the list was not read whole: ${all.proof.reason}.`,
    )
  return named
}

const listNames = { account: 'users', group: 'groups', policy: 'accessGroups' } as const
const converters: Readonly<Record<keyof typeof listNames, (scene: Scene, native: JsonObject) => Resource>> = {
  account: accountOf,
  group: groupOf,
  policy: policyOf,
}

/** There is no way to ask for a role: all users are read, and none but the owners are handed on. */
async function ownerPayloads(http: HttpReader, { now }: Target): Promise<readonly JsonObject[]> {
  const { items, proof } = await listOf(http, 'users', now)
  if (!proof.complete) throw unreadable(`The users were not read whole: ${proof.reason}.`)
  return items.filter((user) => ['OWNER', 'ADMIN'].includes(text(user, 'role') ?? ''))
}
