/**
 * Manifests speak of things by name, access groups by id. An application is named with what it belongs to
 * (`fra1/payroll`). Where two things of a sort have one name, which nothing forbids, each is named with its id: neither
 * may pass for the other.
 */
import type { JsonObject } from '../../model/json.ts'
import { required, text, type Account } from './native.ts'

/** One sort of thing, by id and by name. */
export interface Names {
  readonly nameOf: (id: string) => string | undefined
  readonly idOf: (name: string) => string | undefined
  readonly all: readonly string[]
  /** Names that more than one thing has. */
  readonly shared: readonly string[]
}

type Sort =
  'group' | 'policy' | 'network' | 'host' | 'application' | 'ipService' | 'locationContext' | 'devicePosture'

export interface Directory {
  readonly of: Readonly<Record<Sort, Names>>
  /** Id of the network or host that an application or an IP service belongs to. */
  readonly parentOf: (id: string) => { readonly id: string; readonly sort: 'network' | 'host' } | undefined
}

/** What names are made of. */
type Named = Pick<
  Account,
  | 'groups'
  | 'accessGroups'
  | 'networks'
  | 'hosts'
  | 'applications'
  | 'ipServices'
  | 'locationContexts'
  | 'devicePostures'
>

export function directoryOf(account: Named): Directory {
  const networks = namesOf(account.networks.map((one) => plain(one, 'network')))
  const hosts = namesOf(account.hosts.map((one) => plain(one, 'host')))
  const items = [...account.applications, ...account.ipServices]
  const parents = new Map(items.map((item) => [required(item, 'id', 'application or service'), parent(item)]))
  const inside = (what: string) => (item: JsonObject) => {
    const { id, name } = plain(item, what)
    const above = parent(item)
    const names = above?.sort === 'host' ? hosts : networks
    return { id, name: `${(above && names.nameOf(above.id)) ?? above?.id ?? '?'}/${name}` }
  }
  return {
    of: {
      group: namesOf(account.groups.map((one) => plain(one, 'user group'))),
      policy: namesOf(account.accessGroups.map((one) => plain(one, 'access group'))),
      network: networks,
      host: hosts,
      application: namesOf(account.applications.map(inside('application'))),
      ipService: namesOf(account.ipServices.map(inside('IP service'))),
      locationContext: namesOf((account.locationContexts ?? []).map((one) => plain(one, 'location context'))),
      devicePosture: namesOf((account.devicePostures ?? []).map((one) => plain(one, 'device posture'))),
    },
    parentOf: (id) => parents.get(id),
  }
}

function plain(object: JsonObject, what: string): { id: string; name: string } {
  return { id: required(object, 'id', what), name: required(object, 'name', what) }
}

function parent(item: JsonObject): { readonly id: string; readonly sort: 'network' | 'host' } | undefined {
  const id = text(item, 'networkItemId')
  return id === undefined
    ? undefined
    : { id, sort: text(item, 'networkItemType') === 'HOST' ? 'host' : 'network' }
}

function namesOf(things: readonly { readonly id: string; readonly name: string }[]): Names {
  const counts = new Map<string, number>()
  for (const { name } of things) counts.set(name, (counts.get(name) ?? 0) + 1)
  const byId = new Map(
    things.map(({ id, name }) => [id, (counts.get(name) ?? 0) > 1 ? `${name}#${id}` : name]),
  )
  const byName = new Map([...byId].map(([id, name]) => [name, id]))
  return {
    nameOf: (id) => byId.get(id),
    idOf: (name) => byName.get(name),
    all: [...byName.keys()].sort(),
    shared: [...counts].flatMap(([name, count]) => (count > 1 ? [name] : [])).sort(),
  }
}
