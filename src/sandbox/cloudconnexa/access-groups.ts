/** Access groups: sources may reach destinations. Only in the topology CUSTOM, and only while no full mesh is left over. */
import { Refusal } from './errors.ts'
import { Form } from './form.ts'
import { paged } from './paging.ts'
import type { Unknowns } from './unknowns.ts'
import type { AccessGroup, AccessItem, Account } from './wire.ts'
import { find, lagOf, nextId, refuseClash, unsetAs, type Api, type World } from './world.ts'

const sides = {
  source: ['USER_GROUP', 'NETWORK_SERVICE', 'HOST'],
  destination: ['USER_GROUP', 'NETWORK_SERVICE', 'HOST_SERVICE', 'PUBLISHED_SERVICE'],
} as const
type Side = keyof typeof sides

export function accessGroups(api: Api, world: World): void {
  const { store, unknowns } = world
  const shown = (group: AccessGroup, account: Account): object => show(group, account, unknowns)

  api.get('/api/v1/access-groups', (c) => {
    const account = store.look()
    return paged(c, account.accessGroups, world, (group) => shown(group, account))
  })
  api.get('/api/v1/access-groups/:id', (c) => {
    const account = store.look()
    return c.json(shown(find(account.accessGroups, c.req.param('id'), 'Access group'), account))
  })

  api.post('/api/v1/access-groups', async (c) => {
    const form = await Form.from(c.req)
    const group = store.change((account) => {
      const made = { ...parts(account, form, undefined, unknowns), id: nextId(account), defaultGroup: false }
      account.accessGroups.push(made)
      return made
    }, lagOf(c))
    return c.json(shown(group, store.now), unknowns.created === '201' ? 201 : 200)
  })

  api.put('/api/v1/access-groups/:id', async (c) => {
    const form = await Form.from(c.req)
    const group = store.change((account) => {
      const found = find(account.accessGroups, c.req.param('id'), 'Access group')
      return Object.assign(found, parts(account, form, found, unknowns))
    }, lagOf(c))
    return c.json(shown(group, store.now))
  })

  api.delete('/api/v1/access-groups/:id', (c) => {
    store.change((account) => {
      const { id } = find(account.accessGroups, c.req.param('id'), 'Access group')
      account.accessGroups = account.accessGroups.filter((group) => group.id !== id)
    }, lagOf(c))
    return c.body(null, 204)
  })

  for (const side of Object.keys(sides) as Side[]) {
    api.post(`/api/v1/access-groups/:id/${side}`, async (c) => {
      const form = await Form.from(c.req)
      const group = store.change((account) => {
        const found = find(account.accessGroups, c.req.param('id'), 'Access group')
        found[side].push(item(account, form, side))
        return found
      }, lagOf(c))
      return c.json(shown(group, store.now))
    })
    api.delete(`/api/v1/access-groups/:id/${side}`, (c) => {
      const { type, parentId, childId } = c.req.query()
      const group = store.change((account) => {
        const found = find(account.accessGroups, c.req.param('id'), 'Access group')
        found[side] = found[side].flatMap((one) => lessened(one, { type, parentId, childId }))
        return found
      }, lagOf(c))
      return c.json(shown(group, store.now))
    })
  }
}

function parts(
  account: Account,
  form: Form,
  old: AccessGroup | undefined,
  unknowns: Unknowns,
): Omit<AccessGroup, 'id' | 'defaultGroup'> {
  const name = form.required('name', [1, 120])
  if (unknowns.samePolicyName === 'refuse')
    refuseClash(account.accessGroups, 'name', name, { self: old?.id, unknowns })
  const kept = unknowns.absent === 'keep' ? old : undefined
  const items = (side: Side): AccessItem[] => {
    const list = form.list(side)?.map((one) => item(account, Form.of(one, side), side)) ?? kept?.[side] ?? []
    if (list.length === 0) throw Refusal.of(side, 'REQUIRED', `${side} needs an item`)
    return list
  }
  return {
    name,
    description: form.text('description', [0, 255]) ?? kept?.description ?? null,
    source: items('source'),
    destination: items('destination'),
  }
}

function item(account: Account, form: Form, side: Side): AccessItem {
  const type = form.choice('type', sides[side])
  if (type === undefined) throw Refusal.of('type', 'REQUIRED', 'type is required')
  const allCovered = form.flag('allCovered') ?? false
  const parent = form.text('parent')
  const children = form.texts('children') ?? []
  if (type === 'USER_GROUP') refuseMissing(children, account.userGroups, 'User group')
  else if (parent !== undefined) {
    const [places, services] = belongings(account, type)
    refuseMissing([parent], places, 'Network or host')
    refuseMissing(
      children,
      services.filter(({ networkItemId }) => networkItemId === parent),
      'Service',
    )
  }
  if (!allCovered && children.length === 0)
    throw Refusal.of('children', 'REQUIRED', 'An item covers all, or names children')
  if (!allCovered && type !== 'USER_GROUP' && parent === undefined)
    throw Refusal.of('parent', 'REQUIRED', 'Children need a parent')
  return {
    type,
    allCovered,
    ...(parent === undefined || type === 'USER_GROUP' ? {} : { parent }),
    ...(allCovered ? {} : { children }),
  }
}

/** The networks or hosts of a type of item, and what may be named below them. */
function belongings(
  account: Account,
  type: string,
): [readonly { readonly id: string }[], readonly { readonly id: string; readonly networkItemId: string }[]] {
  return type === 'NETWORK_SERVICE'
    ? [account.networks, [...account.networkApplications, ...account.networkIpServices]]
    : [account.hosts, [...account.hostApplications, ...account.hostIpServices]]
}

function refuseMissing(
  ids: readonly string[],
  items: readonly { readonly id: string }[],
  what: string,
): void {
  const known = new Set(items.map(({ id }) => id))
  const missing = ids.find((id) => !known.has(id))
  if (missing !== undefined) throw Refusal.of('children', 'NOT_FOUND', `${what} ${missing} not found`)
}

/** Only the type named: all of it goes; a parent, a child narrow that down. A child left out deletes more than one means. */
function lessened(
  one: AccessItem,
  asked: Readonly<Record<'type' | 'parentId' | 'childId', string | undefined>>,
): AccessItem[] {
  const { type, parentId, childId } = asked
  if (type === undefined) throw Refusal.of('type', 'REQUIRED', 'type is required')
  if (one.type !== type || (parentId !== undefined && one.parent !== parentId)) return [one]
  if (childId === undefined) return []
  const children = one.children?.filter((id) => id !== childId) ?? []
  return one.allCovered || children.length > 0 ? [one.allCovered ? one : { ...one, children }] : []
}

function show(group: AccessGroup, account: Account, unknowns: Unknowns): object {
  const items = (list: readonly AccessItem[]): object[] =>
    list.map((one) => (one.allCovered ? { ...one, ...covered(one, account, unknowns) } : one))
  return {
    ...group,
    description: unsetAs(group.description, unknowns),
    source: items(group.source),
    destination: items(group.destination),
    defaultGroup: unknowns.defaultGroup === 'string' ? String(group.defaultGroup) : group.defaultGroup,
  }
}

/** What an item that covers all shows as its children. */
function covered({ type, parent }: AccessItem, account: Account, unknowns: Unknowns): object {
  if (unknowns.coveredChildren === 'absent') return {}
  if (unknowns.coveredChildren === 'empty') return { children: [] }
  const [, services] = belongings(account, type)
  const all: readonly { readonly id: string }[] =
    type === 'USER_GROUP'
      ? account.userGroups
      : services.filter(({ networkItemId }) => parent === undefined || networkItemId === parent)
  return { children: all.map(({ id }) => id) }
}
