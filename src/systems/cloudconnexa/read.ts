/** All that one read of an account asks for, side by side, and what of it is proven to be whole. */
import type { HttpReader } from '../../connector/http/http.ts'
import { path } from '../../connector/http/path.ts'
import type { Collection } from '../../connector/http/pages.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Proof } from '../../model/plan.ts'
import type { Kind } from '../../model/resource.ts'
import { collections, listIfAny, listOf, objectAt, type CollectionName } from './lists.ts'
import type { Directory } from './names.ts'
import { text, type Account } from './native.ts'

/** What names are made of: everything but the people. */
type Named = Omit<Account, 'users' | 'saml' | 'ldap'>
type NameList = Exclude<CollectionName, 'users'>

/** Lists as they were read; one that the account does not have is undefined, and one that nobody asked for is absent. */
export type Lists = Partial<Record<NameList, Collection<JsonObject> | undefined>>

/** The lists that a resource of the kind takes its names from. */
export const listsFor = {
  account: ['groups'],
  group: ['groups', 'locationContexts', 'devicePostures'],
  policy: [
    'accessGroups',
    'groups',
    'networks',
    'hosts',
    'networkApplications',
    'networkServices',
    'hostApplications',
    'hostServices',
  ],
  mapping: ['groups'],
} as const satisfies Partial<Record<Kind, readonly NameList[]>>

export const allLists: readonly NameList[] = [...new Set(Object.values(listsFor).flat())]

export async function readNameList(
  http: HttpReader,
  name: NameList,
  now: () => Date,
): Promise<Collection<JsonObject> | undefined> {
  // Some accounts do not have these features.
  const isOptional = name === 'locationContexts' || name === 'devicePostures'
  return isOptional ? await listIfAny(http, name, now) : await listOf(http, name, now)
}

export async function readLists(
  http: HttpReader,
  names: readonly NameList[],
  now: () => Date,
): Promise<Lists> {
  const read = names.map(async (name) => [name, await readNameList(http, name, now)] as const)
  return Object.fromEntries(await Promise.all(read))
}

export function namedIn(lists: Lists): Named {
  const items = (name: NameList): readonly JsonObject[] => lists[name]?.items ?? []
  return {
    groups: items('groups'),
    accessGroups: items('accessGroups'),
    ...(lists.locationContexts && { locationContexts: items('locationContexts') }),
    ...(lists.devicePostures && { devicePostures: items('devicePostures') }),
    networks: items('networks'),
    hosts: items('hosts'),
    applications: [...items('networkApplications'), ...items('hostApplications')],
    ipServices: [...items('networkServices'), ...items('hostServices')],
  }
}

/** Why some of these lists are not whole; undefined where all are, or are no feature of the account. */
export function brokenIn(lists: Lists, names: readonly NameList[]): Proof | undefined {
  return names.map((name) => lists[name]?.proof).find((proof) => proof?.complete === false)
}

/** One user, group or access group by its id; undefined where the system clearly says that there is none. */
export async function objectOf(
  http: HttpReader,
  name: 'users' | 'groups' | 'accessGroups' | 'locationContexts' | 'devicePostures',
  id: string,
): Promise<JsonObject | undefined> {
  return await objectAt(http, path`/${collections[name].slice(1)}/${id}`)
}

/**
 * By kind. What cannot be named was not read, so a kind hangs on each list that its names come from; and an account
 * without its Owner, whom each has, is not all of it: a key that sees less gives shorter lists for all anybody knows.
 */
export function proofsOf(
  lists: Lists,
  users: Collection<JsonObject>,
  mappings: number,
  { of }: Directory,
): Readonly<Partial<Record<Kind, Proof>>> {
  const broken = (kind: 'group' | 'policy'): Proof | undefined => brokenIn(lists, listsFor[kind])
  const proofOf = (name: NameList): Proof => lists[name]?.proof ?? { complete: false, reason: 'not read' }
  const twice = (kind: 'group' | 'policy'): Proof | undefined => {
    const [name] = of[kind].shared
    const words = `more than one has the name ${JSON.stringify(name)}, and nobody can tell which is meant`
    return name === undefined ? undefined : { complete: false, reason: words }
  }
  const owner = users.items.some((user) => text(user, 'role') === 'OWNER')
  const people: Proof =
    users.proof.complete && !owner
      ? { complete: false, reason: 'the Owner, whom every account has, is not among them' }
      : users.proof
  const groups = broken('group') ?? twice('group') ?? proofOf('groups')
  return {
    group: groups,
    account: people.complete ? (broken('group') ?? twice('group') ?? people) : people,
    policy: broken('policy') ?? twice('policy') ?? proofOf('accessGroups'),
    mapping: groups.complete ? { complete: true, evidence: ['uncapped-single'], count: mappings } : groups,
  }
}
