/** User groups: their settings hold for whoever has them as the primary group. No members and no policies are on them. */
import { Refusal } from './errors.ts'
import { Form } from './form.ts'
import { paged } from './paging.ts'
import type { Unknowns } from './unknowns.ts'
import type { Account, UserGroup } from './wire.ts'
import { find, lagOf, nextId, refuseClash, type Api, type World } from './world.ts'

const internetAccess = ['SPLIT_TUNNEL_ON', 'SPLIT_TUNNEL_OFF', 'RESTRICTED_INTERNET'] as const
const connectAuth = ['NO_AUTH', 'ON_PRIOR_AUTH', 'EVERY_TIME'] as const

export function userGroups(api: Api, world: World): void {
  const { store, unknowns } = world
  const shown = (group: UserGroup, account: Account): object => ({
    ...group,
    vpnRegionIds:
      group.allRegionsIncluded && unknowns.regionsOfAll === 'listed'
        ? account.regions.map(({ id }) => id)
        : group.vpnRegionIds,
  })

  api.get('/api/v1/user-groups', (c) => {
    const account = store.look()
    return paged(c, account.userGroups, world, (group) => shown(group, account))
  })
  api.get('/api/v1/user-groups/:id', (c) => {
    const account = store.look()
    return c.json(shown(find(account.userGroups, c.req.param('id'), 'User group'), account))
  })

  api.post('/api/v1/user-groups', async (c) => {
    const form = await Form.from(c.req)
    const group = store.change((account) => {
      const id = nextId(account)
      const fresh: UserGroup = {
        id,
        name: '',
        ...unset,
        systemSubnets: [`100.${96 + (account.ids % 32)}.0.0/20`],
      }
      const made = { ...fresh, ...settings(account, form, fresh, unknowns) }
      account.userGroups.push(made)
      return made
    }, lagOf(c))
    return c.json(shown(group, store.now), unknowns.created === '201' ? 201 : 200)
  })

  api.put('/api/v1/user-groups/:id', async (c) => {
    const form = await Form.from(c.req)
    const group = store.change((account) => {
      const found = find(account.userGroups, c.req.param('id'), 'User group')
      const old = unknowns.absent === 'wipe' ? { ...found, ...unset } : found
      return Object.assign(found, settings(account, form, old, unknowns))
    }, lagOf(c))
    return c.json(shown(group, store.now))
  })

  api.delete('/api/v1/user-groups/:id', (c) => {
    store.change((account) => {
      remove(account, find(account.userGroups, c.req.param('id'), 'User group'), unknowns)
    }, lagOf(c))
    return c.body(null, 204)
  })
}

/** What a group has that nobody has set anything on. */
const unset = {
  vpnRegionIds: [] as string[],
  allRegionsIncluded: false,
  internetAccess: 'SPLIT_TUNNEL_ON',
  gatewaysIds: [] as string[],
  maxDevice: 3,
  connectAuth: 'ON_PRIOR_AUTH',
  tunnelBypass: { ipv4Subnets: [] as string[] },
}

/** The request has no systemSubnets: what is sent for them is not looked at. */
function settings(
  account: Account,
  form: Form,
  old: UserGroup,
  unknowns: Unknowns,
): Omit<UserGroup, 'id' | 'systemSubnets'> {
  const name = form.required('name', [1, 40])
  refuseClash(account.userGroups, 'name', name, { self: old.id, unknowns })
  const allRegionsIncluded = form.flag('allRegionsIncluded') ?? old.allRegionsIncluded
  const vpnRegionIds = allRegionsIncluded ? [] : (form.texts('vpnRegionIds') ?? old.vpnRegionIds)
  const unknownRegion = vpnRegionIds.find((id) => !account.regions.some((region) => region.id === id))
  if (unknownRegion !== undefined)
    throw Refusal.of('vpnRegionIds', 'NOT_FOUND', `Region ${unknownRegion} not found`)
  if (!allRegionsIncluded && vpnRegionIds.length === 0)
    throw Refusal.of('vpnRegionIds', 'REQUIRED', 'A user group needs a region')
  const bypass = form.has('tunnelBypass') ? Form.of(form.raw('tunnelBypass'), 'tunnelBypass') : undefined
  return {
    name,
    vpnRegionIds,
    allRegionsIncluded,
    internetAccess: form.choice('internetAccess', internetAccess) ?? old.internetAccess,
    gatewaysIds: form.texts('gatewaysIds') ?? old.gatewaysIds,
    maxDevice: form.whole('maxDevice', 1) ?? old.maxDevice,
    connectAuth: form.choice('connectAuth', connectAuth) ?? old.connectAuth,
    tunnelBypass: bypass ? { ipv4Subnets: bypass.texts('ipv4Subnets') ?? [] } : old.tunnelBypass,
  }
}

function remove(account: Account, group: UserGroup, unknowns: Unknowns): void {
  if (group.name === 'Default' && unknowns.deleteDefaultGroup === 'refuse')
    throw new Refusal(400, 'The group Default has to stay')
  const { id } = group
  if (isUsed(account, id)) {
    if (unknowns.deleteUsedGroup === 'refuse') throw new Refusal(400, `User group ${group.name} is in use`)
    if (unknowns.deleteUsedGroup === 'move') forget(account, id)
  }
  account.userGroups = account.userGroups.filter((other) => other.id !== id)
}

function isUsed(account: Account, id: string): boolean {
  const { saml, ldap } = account.mappings
  return (
    account.users.some((user) => user.groupId === id || user.secondaryGroupIds.includes(id)) ||
    account.accessGroups.some(({ source, destination }) =>
      [...source, ...destination].some(({ children }) => children?.includes(id)),
    ) ||
    [...account.locationContexts, ...account.devicePostures].some(({ userGroupsIds }) =>
      userGroupsIds.includes(id),
    ) ||
    [saml, ldap].some(
      ({ fallbackGroupId, mappings }) =>
        fallbackGroupId === id || mappings.some(({ groupId }) => groupId === id),
    )
  )
}

/** Members go to Default, and nothing names the group any more. */
function forget(account: Account, id: string): void {
  const fallback = account.userGroups.find(({ name }) => name === 'Default')?.id
  const without = (ids: readonly string[]): string[] => ids.filter((one) => one !== id)
  for (const user of account.users) {
    if (user.groupId === id) user.groupId = fallback ?? user.groupId
    user.secondaryGroupIds = without(user.secondaryGroupIds)
  }
  for (const group of account.accessGroups) {
    for (const side of ['source', 'destination'] as const) {
      group[side] = group[side]
        .map((item) => (item.children ? { ...item, children: without(item.children) } : item))
        .filter(({ type, allCovered, children }) => type !== 'USER_GROUP' || allCovered || children?.length)
    }
  }
  for (const policy of [...account.locationContexts, ...account.devicePostures])
    policy.userGroupsIds = without(policy.userGroupsIds)
  for (const mapping of [account.mappings.saml, account.mappings.ldap]) {
    mapping.mappings = mapping.mappings.filter(({ groupId }) => groupId !== id)
    if (mapping.fallbackGroupId === id) mapping.fallbackGroupId = null
  }
}
