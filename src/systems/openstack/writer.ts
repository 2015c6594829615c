import { mergeSet, movedSince } from '../../connector/before.ts'
import type { Secret, Writer, WriteResult } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import type { Sent } from '../../connector/http/answer.ts'
import type { HttpWriter } from '../../connector/http/http.ts'
import { path, type Path } from '../../connector/http/path.ts'
import type { Write } from '../../model/change.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { refKey, splitTarget, type Kind, type LinkTarget, type Resource } from '../../model/resource.ts'
import {
  accountResource,
  domainResource,
  groupResource,
  nativeFields,
  projectResource,
  roleResource,
} from './convert.ts'
import { description } from './describe.ts'
import { readIds, type Ids } from './ids.ts'
import { byItsId, objectIn, readImplied, readInferences, readMembers } from './lists.ts'
import type { NativeDomain, NativeGroup, NativeProject, NativeRole, NativeUser } from './native.ts'
import { isDomainKey, namedBy, noDomain } from './names.ts'
import { heldBy } from './reader.ts'
import type { Session } from './session.ts'
import { assignment, Stop, stoppedBy } from './sending.ts'

/**
 * Writes one Keystone. Writes that come together need nothing of each other, so they are sent side by side, each by
 * itself. What is changed is looked at just before, by its id; an assignment has no state to look at, and giving it
 * twice is giving it once.
 */
export function writeKeystone(session: Session<HttpWriter>): Writer {
  const { http } = session
  let opened: Promise<Ids> | undefined
  return {
    write: async (writes, passwords = new Map()) => {
      const around = { session, passwords, ids: await (opened ??= readIds(session)) }
      return Promise.all(writes.map((write) => attempt(() => perform(around, write), write)))
    },
    close: () => http.close(),
  }
}

interface Around {
  readonly session: Session<HttpWriter>
  readonly ids: Ids
  /** Of new accounts, by key. */
  readonly passwords: ReadonlyMap<string, Secret>
}

/** What stopped a write becomes its result; our own bugs pass through. */
async function attempt(work: () => Promise<string | undefined>, { ref }: Write): Promise<WriteResult> {
  try {
    const id = await work()
    return { outcome: 'done', ...(id === undefined ? {} : { id }) }
  } catch (error) {
    if (error instanceof Stop) return error.result(refKey(ref))
    // It could not be looked at before, so nothing was sent.
    if (error instanceof ConnectorFault) return { outcome: 'failed', message: error.message }
    throw error
  }
}

async function perform(around: Around, write: Write): Promise<string | undefined> {
  if (write.ref.kind === 'grant') return give(around, write)
  switch (write.action) {
    case 'create':
      return create(around, write.after)
    case 'update':
    case 'rename':
      return change(around, write)
    case 'delete':
      return remove(around, write)
  }
}

// ---------------------------------------------------------------- grants

async function give({ session, ids }: Around, write: Write): Promise<string> {
  if (write.action !== 'create' && write.action !== 'delete')
    throw new Stop('failed', 'a grant cannot be changed')
  const { links, id } = write.action === 'create' ? write.after : write.before
  const [subject = '', role = '', resource = ''] = ['subject', 'role', 'resource'].map(
    (name) => links[name]?.[0],
  )
  const where = assignment({
    subject: { type: splitTarget(subject).type, id: needed(ids, subject) },
    role: needed(ids, role),
    resource: {
      type: splitTarget(resource).type,
      id: resource === 'system:all' ? '' : needed(ids, resource),
    },
  })
  if (write.action === 'delete' && id !== undefined && id !== where.id)
    throw new Stop('failed', `it is another one now: ${where.id}, not ${id}`)
  await again(session.http, write.action === 'create' ? 'PUT' : 'DELETE', where.path)
  return where.id
}

// ---------------------------------------------------------------- what is made

async function create(around: Around, { ref, fields, links }: Resource): Promise<string> {
  const { session, ids, passwords } = around
  const { kind, key } = ref
  const password = kind === 'account' ? passwords.get(key)?.reveal() : undefined
  if (password !== undefined) session.http.learn(password)
  const { domain, name } = namedBy(homeOf(kind, session), key)
  const body: Record<string, Json> = {
    name,
    ...(domain === noDomain ? {} : { domain_id: needed(ids, `domain:${domain}`) }),
    ...nativeFields(kind, fields),
    ...(password === undefined ? {} : { password }),
    ...optional('parent_id', links['parent']?.[0], ids),
    ...optional('default_project_id', links['defaultProject']?.[0], ids),
  }
  const what = nouns[kind]
  const answer = await done(session.http.send('POST', path`/${`${what}s`}`, { json: { [what]: body } }))
  const id = objectIn(objectIn(answer.body)[what])['id']
  if (typeof id !== 'string') throw new Stop('uncertain', 'the answer does not say its id')
  ids.made(kind, key, id)
  await followUp(() => linksOf(around, kind, id, { fields: {}, links: {} }, { fields: {}, links }))
  return id
}

/** What comes after the first call may fail while that was done: then a look decides what became of it. */
async function followUp(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Stop) throw new Stop('uncertain', `it is done in part: ${error.message}`)
    if (error instanceof ConnectorFault) throw new Stop('uncertain', `it is done in part: ${error.message}`)
    throw error
  }
}

// ---------------------------------------------------------------- what is changed

type Changing = Extract<Write, { action: 'update' | 'rename' }>

async function change(around: Around, write: Changing): Promise<string> {
  const { session, ids } = around
  const { ref, before, after } = write
  const from = write.action === 'rename' ? write.from : ref.key
  const id = write.id?.replace(/^domain\//, '') ?? needed(ids, `${ref.kind}:${from}`)
  const fields = [...new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])]
  const direct = 'defaultProject' in before.links || 'defaultProject' in after.links
  const live =
    fields.length > 0 || direct || write.action === 'rename'
      ? await expected(around, write, id, from)
      : undefined
  const body: Record<string, Json> = {
    ...(write.action === 'rename' ? { name: namedBy(homeOf(ref.kind, session), ref.key).name } : {}),
    ...nativeFields(ref.kind, fieldsAfter(live, fields, write)),
    ...(direct ? { default_project_id: idOrNull(ids, after.links['defaultProject']?.[0]) } : {}),
  }
  if (Object.keys(body).length > 0) await patch(around, write, id, body)
  if (write.action === 'rename') {
    ids.gone(ref.kind, from)
    ids.made(ref.kind, ref.key, id)
  }
  const rest = (): Promise<void> => linksOf(around, ref.kind, id, before, after)
  await (Object.keys(body).length > 0 ? followUp(rest) : rest())
  return write.id ?? id
}

/** Immutability is lifted alone: Keystone refuses it beside anything else. */
async function patch(
  { session }: Around,
  write: Changing,
  id: string,
  body: Readonly<Record<string, Json>>,
): Promise<void> {
  const what = isDomainKey(write.ref.key) && write.ref.kind === 'project' ? 'domain' : nouns[write.ref.kind]
  const send = async (part: JsonObject): Promise<void> => {
    await done(session.http.send('PATCH', path`/${`${what}s`}/${id}`, { json: { [what]: part } }))
  }
  const isLifted = write.before.fields['immutable'] === true && write.after.fields['immutable'] !== true
  if (!isLifted) return send(body)
  const { options, ...others } = body
  await send({ options: options ?? { immutable: false } })
  if (Object.keys(others).length > 0) await followUp(() => send(others))
}

function fieldsAfter(
  live: Resource | undefined,
  names: readonly string[],
  { before, after }: Changing,
): Record<string, Json> {
  const kind = live && description.kinds[live.ref.kind]
  return Object.fromEntries(
    names.map((name) => [
      name,
      kind?.fields[name]?.shape === 'set'
        ? mergeSet(live?.fields[name], before.fields[name], after.fields[name])
        : (after.fields[name] ?? null),
    ]),
  )
}

/** Memberships, types and implied roles: a call each, and none of them can be half done. */
async function linksOf(
  { session, ids }: Around,
  kind: Kind,
  id: string,
  before: Pick<Resource, 'fields' | 'links'>,
  after: Pick<Resource, 'fields' | 'links'>,
): Promise<void> {
  const { http } = session
  const each = async (link: string, where: (target: string) => Path): Promise<void> => {
    // What comes goes first: a user without a type is locked out meanwhile.
    for (const target of after.links[link] ?? []) await again(http, 'PUT', where(needed(ids, target)))
    for (const target of before.links[link] ?? []) await again(http, 'DELETE', where(needed(ids, target)))
  }
  if (kind === 'account') {
    await each('groups', (group) => path`/groups/${group}/users/${id}`)
    await each('role', (role) => path`/projects/${entrance(ids)}/users/${id}/roles/${role}`)
  }
  if (kind === 'role') await each('implies', (role) => path`/roles/${id}/implies/${role}`)
}

function entrance({ interfaceProject }: Ids): string {
  if (interfaceProject !== undefined) return interfaceProject
  throw new Stop('failed', 'there is not exactly one Main Customer Interface Project')
}

// ---------------------------------------------------------------- what is removed

async function remove(around: Around, write: Extract<Write, { action: 'delete' }>): Promise<string> {
  const { session, ids } = around
  const { kind, key } = write.ref
  const id = write.before.id ?? needed(ids, `${kind}:${key}`)
  await expected(around, write, id, key)
  const what = nouns[kind]
  await done(session.http.send('DELETE', path`/${`${what}s`}/${id}`))
  ids.gone(kind, key)
  return id
}

/** The thing as it is now, if it is what the write expects. */
async function expected(
  around: Around,
  write: Exclude<Write, { action: 'create' }>,
  id: string,
  key: string,
): Promise<Resource> {
  const live = await look(around, write, id)
  if (live === undefined) throw new Stop('failed', 'it is not there any more')
  if (live.ref.key !== key) throw new Stop('failed', `it is called "${live.ref.key}" now`)
  const pointing = write.action === 'delete' ? await pointingAt(around, write.ref.kind, id) : []
  const moved = movedSince(description, live, write, pointing)
  if (moved.length > 0) throw new Stop('failed', `it changed since the plan was made: ${moved.join('; ')}`)
  return live
}

/** Read by its id; its links only where they matter. */
async function look(
  around: Around,
  write: Exclude<Write, { action: 'create' }>,
  id: string,
): Promise<Resource | undefined> {
  const { session, ids } = around
  const { http, variety } = session
  const { kind, key } = write.ref
  const names = ids.names
  const has = (link: string): boolean =>
    write.action === 'delete' || link in write.before.links || link in write.after.links
  switch (kind) {
    case 'project': {
      if (isDomainKey(key)) {
        const domain = await byItsId<NativeDomain>(http, 'domain', id)
        return domain && domainResource(variety, domain)
      }
      const project = await byItsId<NativeProject>(http, 'project', id)
      return project && projectResource(variety, names, project)
    }
    case 'group': {
      const group = await byItsId<NativeGroup>(http, 'group', id)
      return group && groupResource(variety, names, group)
    }
    case 'role': {
      const role = await byItsId<NativeRole>(http, 'role', id)
      return role && roleResource(variety, names, role, has('implies') ? await readImplied(http, id) : [])
    }
    case 'account': {
      const user = await byItsId<NativeUser>(http, 'user', id)
      const held =
        user !== undefined && (has('groups') || has('role'))
          ? await heldBy(session, names, id)
          : { groups: [], types: [] }
      return user && accountResource(variety, names, user, held)
    }
    case 'scope':
    case 'policy':
    case 'grant':
    case 'mapping':
      return undefined
  }
}

/** Whose links Keystone takes away with it. */
async function pointingAt({ session, ids }: Around, kind: Kind, id: string): Promise<readonly string[]> {
  if (kind === 'group') {
    const { items, cut } = await readMembers(session.http, id)
    if (cut !== undefined) throw new Stop('failed', `its members could not be read: ${cut}`)
    return items.map((user) => ids.name(user.id) ?? `account:${user.name}`).sort()
  }
  if (kind !== 'role') return []
  const { items, cut } = await readInferences(session.http)
  if (cut !== undefined) throw new Stop('failed', `what implies it could not be read: ${cut}`)
  return items
    .filter(({ implies }) => implies.some((implied) => implied.id === id))
    .map(({ prior_role: prior }) => ids.name(prior.id) ?? `role:${prior.id}`)
    .sort()
}

// ---------------------------------------------------------------- small change

function homeOf(kind: Kind, { variety }: Session<HttpWriter>): string {
  return kind === 'role' ? noDomain : variety.home
}

const nouns: Readonly<Record<Kind, string>> = {
  role: 'role',
  project: 'project',
  scope: 'scope',
  group: 'group',
  account: 'user',
  policy: 'policy',
  grant: 'grant',
  mapping: 'mapping',
}

async function done(sending: Promise<Sent>): Promise<Extract<Sent, { outcome: 'done' }>> {
  const sent = await sending
  if (sent.outcome === 'done') return sent
  throw stoppedBy(sent)
}

/**
 * Giving twice is giving once, so what was sent and not answered is sent again before anybody has to look: then "it is
 * gone" and "it is implied already" are the answer to the first.
 */
async function again(http: HttpWriter, method: 'PUT' | 'DELETE', where: Path): Promise<void> {
  for (let times = 1; ; times++) {
    const sent = await http.send(method, where)
    if (sent.outcome === 'done') return
    const meant = method === 'DELETE' ? 404 : 409
    if (times > 1 && sent.outcome === 'refused' && sent.status === meant) return
    if (sent.outcome !== 'uncertain' || times === 3) throw stoppedBy(sent)
  }
}

function needed(ids: Ids, target: LinkTarget): string {
  const id = ids.of(target)
  if (id === undefined) throw new Stop('failed', `${target} is not there`)
  return id
}

function optional(member: string, target: LinkTarget | undefined, ids: Ids): Record<string, Json> {
  return target === undefined ? {} : { [member]: needed(ids, target) }
}

function idOrNull(ids: Ids, target: LinkTarget | undefined): Json {
  return target === undefined ? null : needed(ids, target)
}
