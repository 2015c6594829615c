/** The collections of an account as the API gives them: page by page, each with the proof that it was read whole. */
import { ConnectorFault } from '../../connector/fault.ts'
import type { HttpReader } from '../../connector/http/http.ts'
import { readList, type Collection, type Page } from '../../connector/http/pages.ts'
import { path, type Path } from '../../connector/http/path.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isObject, list, required, unreadable } from './native.ts'

/** The largest page there is: the fewest calls. */
const pageSize = 1000

export const collections = {
  users: path`/users`,
  groups: path`/user-groups`,
  accessGroups: path`/access-groups`,
  locationContexts: path`/location-contexts`,
  devicePostures: path`/device-postures`,
  networks: path`/networks`,
  hosts: path`/hosts`,
  networkApplications: path`/networks/applications`,
  networkServices: path`/networks/ip-services`,
  hostApplications: path`/hosts/applications`,
  hostServices: path`/hosts/ip-services`,
} as const
export type CollectionName = keyof typeof collections

export async function listOf(
  http: HttpReader,
  name: CollectionName,
  now: () => Date,
): Promise<Collection<JsonObject>> {
  return await readList<JsonObject, number>({
    evidence: ['total', 'last-page'],
    page: pagesOf(http, collections[name]),
    id: (item) => required(item, 'id', name),
    now,
  })
}

/** A feature that the account does not have (it answers 404) has no list at all. */
export async function listIfAny(
  http: HttpReader,
  name: CollectionName,
  now: () => Date,
): Promise<Collection<JsonObject> | undefined> {
  try {
    return await listOf(http, name, now)
  } catch (error) {
    if (error instanceof ConnectorFault && error.status === 404) return undefined
    throw error
  }
}

/** Pages that are on their way while one is looked at. */
const ahead = 2

/** How many there are is said by the first; what a page says of itself is judged by who puts them together. */
function pagesOf(http: HttpReader, at: Path): (page?: number) => Promise<Page<JsonObject, number>> {
  const asked = new Map<number, Promise<Page<JsonObject, number>>>()
  let count = 1
  const read = async (page: number): Promise<Page<JsonObject, number>> => {
    const { body } = await http.read(at, { query: { page, size: pageSize } })
    if (page === 0 && isObject(body) && typeof body['totalPages'] === 'number') count = body['totalPages']
    return pageIn(body, at, page)
  }
  const ask = (page: number): Promise<Page<JsonObject, number>> => {
    const known = asked.get(page)
    if (known !== undefined) return known
    const reading = read(page)
    // whoever comes to this page is told; nobody may come
    reading.catch(() => undefined)
    asked.set(page, reading)
    return reading
  }
  return (page = 0) => {
    const wanted = ask(page)
    for (let next = page + 1; next <= page + ahead && next < count; next += 1) void ask(next)
    asked.delete(page)
    return wanted
  }
}

function pageIn(body: Json | undefined, at: Path, page: number): Page<JsonObject, number> {
  if (!isObject(body) || !Array.isArray(body['content'])) throw unreadable(`The answer to ${at} is no page.`)
  const content = list(body['content'])
  const items = content.filter(isObject)
  if (items.length < content.length) throw unreadable(`A page of ${at} holds what is no object.`)
  const { totalElements, totalPages } = body
  const pages = typeof totalPages === 'number' ? totalPages : undefined
  return {
    items,
    ...(typeof totalElements === 'number' ? { total: totalElements } : {}),
    ...(pages === undefined ? {} : { last: page >= pages - 1 }),
    ...(pages !== undefined && page < pages - 1 ? { next: page + 1 } : {}),
  }
}

/** One object, or undefined where the system clearly says that there is none. */
export async function objectAt(http: HttpReader, at: Path): Promise<JsonObject | undefined> {
  const { status, body } = await http.read(at, { accept: [404] })
  if (status === 404) return undefined
  if (!isObject(body)) throw unreadable(`The answer to ${at} is no object.`)
  return body
}

/** Whatever stands in the way of seeing it is no answer, and not the better of the two. */
export async function topologyOf(http: HttpReader): Promise<string | undefined> {
  const { body } = await http.read(path`/settings/wpc/topology`, { accept: [403, 404], plain: true })
  return typeof body === 'string' ? body.trim() : undefined
}

export async function regionsOf(http: HttpReader): Promise<readonly JsonObject[] | undefined> {
  const { status, body } = await http.read(path`/regions`, { accept: [403, 404] })
  if (status === 403 || status === 404) return undefined
  if (!Array.isArray(body)) throw unreadable('The answer to /regions is no list.')
  return list(body).filter(isObject)
}

export async function mappingAt(http: HttpReader, key: 'saml' | 'ldap'): Promise<JsonObject | undefined> {
  return await objectAt(http, path`/settings/auth/${key}/group-mappings`)
}
