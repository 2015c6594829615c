/** Location contexts and device postures: from where, and with what. They name the groups; the groups do not name them. */
import { Refusal } from './errors.ts'
import { Form } from './form.ts'
import { paged } from './paging.ts'
import type { Unknowns } from './unknowns.ts'
import type { Policy } from './wire.ts'
import { find, lagOf, nextId, refuseClash, unsetAs, type Api, type World } from './world.ts'

const sorts = {
  'location-contexts': {
    list: 'locationContexts',
    what: 'Location context',
    checks: ['ipCheck', 'countryCheck', 'defaultCheck'],
  },
  'device-postures': {
    list: 'devicePostures',
    what: 'Device posture',
    checks: ['windows', 'macos', 'linux', 'android', 'ios'],
  },
} as const
type Sort = (typeof sorts)[keyof typeof sorts]

export function policies(api: Api, world: World): void {
  const { store, unknowns } = world
  const shown = (policy: Policy): object => ({
    ...policy,
    description: unsetAs(policy.description, unknowns),
  })

  for (const [path, sort] of Object.entries(sorts)) {
    const { list, what } = sort
    api.get(`/api/v1/${path}`, (c) => paged(c, store.look()[list], world, shown))
    api.get(`/api/v1/${path}/:id`, (c) => c.json(shown(find(store.look()[list], c.req.param('id'), what))))

    api.post(`/api/v1/${path}`, async (c) => {
      const form = await Form.from(c.req)
      const policy = store.change((account) => {
        const made = whole(nextId(account), form, sort)
        settle(account, made, sort, unknowns)
        account[list].push(made)
        return made
      }, lagOf(c))
      return c.json(shown(policy), unknowns.created === '201' ? 201 : 200)
    })

    api.put(`/api/v1/${path}/:id`, async (c) => {
      const form = await Form.from(c.req)
      const policy = store.change((account) => {
        const old = find(account[list], c.req.param('id'), what)
        const made: Policy =
          unknowns.absent === 'keep'
            ? { ...old, ...given(form, sort), name: form.required('name', [1, 120]) }
            : whole(old.id, form, sort)
        settle(account, made, sort, unknowns)
        account[list] = account[list].map((one) => (one.id === made.id ? made : one))
        return made
      }, lagOf(c))
      return c.json(shown(policy))
    })

    api.delete(`/api/v1/${path}/:id`, (c) => {
      store.change((account) => {
        const { id } = find(account[list], c.req.param('id'), what)
        account[list] = account[list].filter((policy) => policy.id !== id)
      }, lagOf(c))
      return c.body(null, 204)
    })
  }
}

/** The whole of a policy as the body has it. */
function whole(id: string, form: Form, sort: Sort): Policy {
  if (sort.list === 'locationContexts' && !form.has('defaultCheck'))
    throw Refusal.of('defaultCheck', 'REQUIRED', 'defaultCheck is required')
  if (sort.list === 'locationContexts' && !form.has('ipCheck') && !form.has('countryCheck'))
    throw Refusal.of('ipCheck', 'REQUIRED', 'A location context checks addresses or countries')
  return {
    id,
    name: form.required('name', [1, 120]),
    description: null,
    userGroupsIds: [],
    ...given(form, sort),
  }
}

/** What the body names, as it came. */
function given(form: Form, { checks }: Sort): Partial<Policy> {
  const description = form.text('description', [0, 120])
  const userGroupsIds = form.texts('userGroupsIds')
  return {
    ...(description === undefined ? {} : { description }),
    ...(userGroupsIds === undefined ? {} : { userGroupsIds }),
    ...Object.fromEntries(checks.filter((name) => form.has(name)).map((name) => [name, form.raw(name)])),
  }
}

/** Names, the groups there are, and what becomes of a group that another policy of the sort has. */
function settle(
  account: { userGroups: readonly { readonly id: string }[] } & Record<Sort['list'], Policy[]>,
  policy: Policy,
  { list }: Sort,
  unknowns: Unknowns,
): void {
  if (unknowns.samePolicyName === 'refuse')
    refuseClash(account[list], 'name', policy.name, { self: policy.id, unknowns })
  for (const id of policy.userGroupsIds) {
    if (!account.userGroups.some((group) => group.id === id))
      throw Refusal.of('userGroupsIds', 'NOT_FOUND', `User group ${id} not found`)
    for (const other of account[list]) {
      if (other.id === policy.id || !other.userGroupsIds.includes(id)) continue
      if (unknowns.secondPolicy === 'refuse')
        throw Refusal.of('userGroupsIds', 'INVALID', `User group ${id} has ${other.name}`)
      if (unknowns.secondPolicy === 'move')
        other.userGroupsIds = other.userGroupsIds.filter((one) => one !== id)
    }
  }
}
