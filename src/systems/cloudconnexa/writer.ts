import { movedSince } from '../../connector/before.ts'
import type { Target, Writer, WriteResult } from '../../connector/contract.ts'
import type { Collection } from '../../connector/http/pages.ts'
import { openHttpWriter, type HttpWriter } from '../../connector/http/http.ts'
import { path } from '../../connector/http/path.ts'
import type { Part, Write } from '../../model/change.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { refKey, type Resource } from '../../model/resource.ts'
import {
  accessGroupBody,
  creating,
  groupBody,
  newGroupBody,
  newUserBody,
  policyBody,
  userBody,
} from './bodies.ts'
import { accountOf, groupOf, policyOf, resourcesOf, sceneOf, type Scene } from './convert.ts'
import { description } from './describe.ts'
import { dialectOf } from './dialect.ts'
import { listOf, mappingAt } from './lists.ts'
import { isObject, required, text, texts } from './native.ts'
import { outcomeOf, Refusal, type Calls } from './outcome.ts'
import {
  allLists,
  brokenIn,
  listsFor,
  namedIn,
  objectOf,
  readLists,
  readNameList,
  type Lists,
} from './read.ts'
import { groupAttributeOf } from './reader.ts'

/**
 * Writes one account, one write at a time. There is no version and no lock over there, so each object is read just
 * before it is sent, again before each further attempt, compared with what the plan expects, and sent back whole.
 */
export function writeAccount(target: Target): Writer {
  const http = openHttpWriter(target, dialectOf(target))
  const session: Session = { http, target, lists: new Map() }
  return {
    write: async (writes) => {
      const results: WriteResult[] = []
      for (const write of writes)
        results.push(await outcomeOf(http, write, (calls) => perform(session, calls, write)))
      return results
    },
    close: () => http.close(),
  }
}

interface Session {
  readonly http: HttpWriter
  readonly target: Target
  /** Lists that names come from, as of the last look; a write that changes one takes it out. */
  readonly lists: Map<keyof Lists, Promise<Collection<JsonObject> | undefined>>
}

type Update = Extract<Write, { action: 'update' | 'rename' }>
type Delete = Extract<Write, { action: 'delete' }>

/** Sends one write and gives the native id of what it wrote. */
async function perform(session: Session, calls: Calls, write: Write): Promise<string | undefined> {
  const { kind } = write.ref
  if (kind !== 'account' && kind !== 'group' && kind !== 'policy')
    throw new Refusal(`a ${kind} is written by hand in the portal`)
  return await workOf[kind](session, calls, write)
}

const workOf = { account: writeUser, group: writeGroup, policy: writeAccessGroup } as const

/** What names mean for resources of a kind. */
async function sceneNow(session: Session, kind: 'account' | 'group' | 'policy'): Promise<Scene> {
  const { http, lists, target } = session
  const read = listsFor[kind].map(async (name) => {
    const list = lists.get(name) ?? readNameList(http, name, target.now)
    lists.set(name, list)
    return [name, await list] as const
  })
  const named = namedIn(Object.fromEntries(await Promise.all(read)))
  return sceneOf(target.system, groupAttributeOf(target), { ...named, users: [] })
}

function forget({ lists }: Session, ...names: readonly (keyof Lists)[]): void {
  for (const name of names) lists.delete(name)
}

// ---------------------------------------------------------------- users

async function writeUser(session: Session, calls: Calls, write: Write): Promise<string> {
  switch (write.action) {
    case 'create':
      return await createUser(session, calls, write.ref.key, write.after)
    case 'update':
    case 'rename':
      return await updateUser(session, calls, write)
    case 'delete':
      return await remove(session, calls, write, 'users')
  }
}

async function createUser(session: Session, calls: Calls, key: string, after: Part): Promise<string> {
  const { directory } = await sceneNow(session, 'account')
  const body = newUserBody(key, after, directory)
  if (body['groupId'] === undefined)
    throw new Refusal('without a primary group it would be put into one that nobody chose')
  const made = madeIn(await calls.send('POST', path`/users`, { json: body }))
  const id = required(made, 'id', 'user')
  // Roles were ignored here once, and secondary groups are younger than the call: looked at, and put right.
  const asked = ['role', 'groupId', 'secondaryGroupIds'] as const
  if (asked.some((name) => !sameValue(made[name], body[name])))
    await calls.send('PUT', path`/users/${id}`, {
      json: async () => userBody(await there(session, 'users', id), creating(after), directory),
    })
  if (after.fields['status'] === 'suspended') await calls.send('PUT', path`/users/${id}/suspend`)
  return id
}

/** Whether what came back is what was asked for; order means nothing in a list, and an empty one may be left out. */
function sameValue(made: Json | undefined, asked: Json | undefined): boolean {
  if (!Array.isArray(asked)) return asked === undefined || made === asked
  const found = new Set(Array.isArray(made) ? (made as readonly Json[]) : [])
  return asked.length === found.size && (asked as readonly Json[]).every((item) => found.has(item))
}

async function updateUser(session: Session, calls: Calls, write: Update): Promise<string> {
  const id = idOf(write)
  const scene = await sceneNow(session, 'account')
  const rest = withoutStatus(write)
  const look = async (part: Update): Promise<JsonObject> => {
    const native = await there(session, 'users', id)
    unsealed(accountOf(scene, native))
    unmoved(accountOf(scene, native), part)
    return native
  }
  const status = write.after.fields['status']
  const native = status === undefined ? undefined : await look(write)
  const stands = native && accountOf(scene, native).fields['status']
  // Who is to be stopped is stopped first, and who is to come back comes back last.
  if (status === 'suspended' && stands !== 'suspended') await calls.send('PUT', path`/users/${id}/suspend`)
  if (touchesAny(rest))
    await calls.send('PUT', path`/users/${id}`, {
      json: async () => userBody(await look(rest), rest, scene.directory),
    })
  if (status === 'active' && native && stands !== 'active') await activate(calls, id, native)
  return id
}

async function activate(calls: Calls, id: string, native: JsonObject): Promise<void> {
  if (text(native, 'status') === 'SUSPENDED_IDP')
    throw new Refusal('its identity provider suspended it, and only that can let it in again')
  await calls.send('PUT', path`/users/${id}/activate`)
}

/** To suspend and to activate are calls of their own. */
function withoutStatus(write: Update): Update {
  const less = ({ fields, links }: Part): Part => ({
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'status')),
    links,
  })
  return { ...write, before: less(write.before), after: less(write.after) }
}

function touchesAny({ before, after }: Update): boolean {
  return [before, after].some(({ fields, links }) => Object.keys({ ...fields, ...links }).length > 0)
}

// ---------------------------------------------------------------- user groups

async function writeGroup(session: Session, calls: Calls, write: Write): Promise<string> {
  if (write.action === 'delete') return await deleteGroup(session, calls, write)
  if (write.action === 'create') {
    const made = madeIn(
      await calls.send('POST', path`/user-groups`, { json: newGroupBody(write.ref.key, write.after) }),
    )
    forget(session, 'groups')
    const id = required(made, 'id', 'user group')
    await attachAll(session, calls, id, write.after)
    return id
  }
  const id = idOf(write)
  const scene = await sceneNow(session, 'group')
  const before = groupOf(scene, await there(session, 'groups', id))
  unmoved(before, write)
  if (write.action === 'rename' || touches(write, ownFields))
    await calls.send('PUT', path`/user-groups/${id}`, {
      json: async () => {
        const native = await there(session, 'groups', id)
        unmoved(groupOf(scene, native), write)
        return groupBody(native, write.ref.key, write)
      },
    })
  if (write.action === 'rename') forget(session, 'groups')
  await attachAll(session, calls, id, write.after)
  return id
}

const ownFields = [
  'regions',
  'internetAccess',
  'gateways',
  'tunnelBypass',
  'connectAuth',
  'maxDevices',
] as const

function touches({ before, after }: Update, names: readonly string[]): boolean {
  return names.some((name) => name in before.fields || name in after.fields)
}

const sorts = { locationContext: 'locationContexts', devicePosture: 'devicePostures' } as const

async function attachAll(session: Session, calls: Calls, group: string, { fields }: Part): Promise<void> {
  for (const sort of ['locationContext', 'devicePosture'] as const) {
    const wished = fields[sort]
    if (typeof wished === 'string') await attach(session, calls, { sort, group, wished })
  }
}

/**
 * Puts a group under one policy of a sort and takes it from all others. The new one comes first, so that there is no
 * moment without a check; a system that allows one at a time says so, and then the old one goes first.
 */
async function attach(
  session: Session,
  calls: Calls,
  {
    sort,
    group,
    wished,
  }: { readonly sort: keyof typeof sorts; readonly group: string; readonly wished: string },
): Promise<void> {
  forget(session, sorts[sort])
  const { directory, [sorts[sort]]: items = [] } = await sceneNow(session, 'group')
  const nameOf = (policy: JsonObject): string | undefined =>
    directory.of[sort].nameOf(required(policy, 'id', sort))
  const holds = (policy: JsonObject): boolean => texts(policy, 'userGroupsIds').includes(group)
  const to = items.find((policy) => nameOf(policy) === wished)
  if (to === undefined && wished !== 'none') throw new Refusal(`there is no ${sort} "${wished}"`)
  const old = items.filter((policy) => holds(policy) && policy !== to)
  const put = (policy: JsonObject, held: boolean): Parameters<Calls['send']> => {
    const id = required(policy, 'id', sort)
    const at = sort === 'locationContext' ? path`/location-contexts/${id}` : path`/device-postures/${id}`
    return ['PUT', at, { json: async () => policyBody(await there(session, sorts[sort], id), group, held) }]
  }
  const first = to !== undefined && !holds(to) ? await calls.ask(...put(to, true)) : undefined
  const again = to !== undefined && first?.outcome === 'refused' && old.length > 0
  if (first !== undefined && !again) calls.take(first)
  for (const policy of old) await calls.send(...put(policy, false))
  if (again) await calls.send(...put(to, true))
  forget(session, sorts[sort])
}

/** What becomes of whoever is left in a group that goes is documented nowhere: nobody may be, at the last moment too. */
async function deleteGroup(session: Session, calls: Calls, write: Delete): Promise<string> {
  const id = idOf(write)
  const scene = await sceneNow(session, 'group')
  const live = groupOf(scene, await there(session, 'groups', id))
  unmoved(live, write)
  const left = await holdersOf(session, live)
  if (left.length > 0)
    throw new Refusal(`${left.slice(0, 3).join(', ')} still ${left.length === 1 ? 'names' : 'name'} it`)
  for (const sort of ['locationContext', 'devicePosture'] as const)
    if (scene[sorts[sort]] !== undefined) await attach(session, calls, { sort, group: id, wished: 'none' })
  const gone = await remove(session, calls, write, 'groups', false)
  forget(session, 'groups')
  return gone
}

async function holdersOf(session: Session, group: Resource): Promise<readonly string[]> {
  const { http, target } = session
  const [users, lists, saml, ldap] = await Promise.all([
    listOf(http, 'users', target.now),
    readLists(http, allLists, target.now),
    mappingAt(http, 'saml'),
    mappingAt(http, 'ldap'),
  ])
  const broken = users.proof.complete ? brokenIn(lists, allLists) : users.proof
  if (broken?.complete === false) throw new Refusal(`nobody can tell who is in it: ${broken.reason}`)
  const whole = { ...namedIn(lists), users: users.items, ...(saml && { saml }), ...(ldap && { ldap }) }
  const scene = sceneOf(target.system, groupAttributeOf(target), whole)
  return resourcesOf(scene, whole)
    .filter(({ links }) => Object.values(links).flat().includes(refKey(group.ref)))
    .map(({ ref }) => refKey(ref))
}

// ---------------------------------------------------------------- access groups

async function writeAccessGroup(session: Session, calls: Calls, write: Write): Promise<string> {
  if (write.action === 'delete') return await remove(session, calls, write, 'accessGroups')
  const scene = await sceneNow(session, 'policy')
  const { key } = write.ref
  if (write.action === 'create') {
    const body = accessGroupBody({}, key, creating(write.after), scene.directory)
    return required(
      madeIn(await calls.send('POST', path`/access-groups`, { json: body })),
      'id',
      'access group',
    )
  }
  const id = idOf(write)
  await calls.send('PUT', path`/access-groups/${id}`, {
    json: async () => {
      const native = await there(session, 'accessGroups', id)
      unmoved(policyOf(scene, native), write)
      return accessGroupBody(native, key, write, scene.directory)
    },
  })
  return id
}

// ---------------------------------------------------------------- all of them

type Listed = 'users' | 'groups' | 'accessGroups' | 'locationContexts' | 'devicePostures'

async function there({ http }: Session, name: Listed, id: string): Promise<JsonObject> {
  const native = await objectOf(http, name, id)
  if (native === undefined) throw new Refusal('it is not there any more')
  return native
}

/** Not there any more is what was wanted. */
async function remove(
  session: Session,
  calls: Calls,
  write: Delete,
  name: 'users' | 'groups' | 'accessGroups',
  check = true,
): Promise<string> {
  const id = idOf(write)
  const native = await objectOf(session.http, name, id)
  if (native === undefined) return id
  if (check) {
    const scene = await sceneNow(
      session,
      name === 'users' ? 'account' : name === 'groups' ? 'group' : 'policy',
    )
    const live = (name === 'users' ? accountOf : name === 'groups' ? groupOf : policyOf)(scene, native)
    unsealed(live)
    unmoved(live, write)
  }
  const at = {
    users: path`/users/${id}`,
    groups: path`/user-groups/${id}`,
    accessGroups: path`/access-groups/${id}`,
  }
  const sent = await calls.ask('DELETE', at[name])
  if (sent.outcome === 'refused' && sent.status === 404) return id
  calls.take(sent)
  return id
}

function unsealed({ ref, links }: Resource): void {
  if (ref.kind === 'account' && (links['role'] ?? []).includes('role:Owner'))
    throw new Refusal('it is the Owner, whom only the Owner can change')
}

function unmoved(live: Resource, write: Update | Delete): void {
  const moved = movedSince(description, live, write)
  if (moved.length > 0) throw new Refusal(`it changed since the plan was made: ${moved.join('; ')}`)
}

function idOf(write: Update | Delete): string {
  const id = write.action === 'delete' ? write.before.id : write.id
  if (id === undefined) throw new Refusal('its id is not known')
  return id
}

/** What a create answers with; without an id, what was made has to be looked for. */
function madeIn({ body }: { readonly body?: Json }): JsonObject {
  if (isObject(body) && typeof body['id'] === 'string') return body
  throw new Refusal('the answer does not say what was made')
}
