/** Users: created by invitation, replaced whole by a PUT, suspended and activated by calls of their own. */
import { Refusal } from './errors.ts'
import { Form } from './form.ts'
import { paged } from './paging.ts'
import type { Unknowns } from './unknowns.ts'
import type { Account, Role, Status, User } from './wire.ts'
import { find, lagOf, nextId, refuseClash, unsetAs, type Api, type World } from './world.ts'

const roles: readonly Role[] = ['OWNER', 'MEMBER', 'ADMIN']
const statuses: readonly Status[] = ['INVITED', 'ACTIVE', 'SUSPENDED', 'SUSPENDED_IDP']
const maxSecondary = 20

export function users(api: Api, world: World): void {
  const { store, unknowns } = world
  const shown = (user: User): object => show(user, unknowns)

  api.get('/api/v1/users', (c) => paged(c, store.look().users, world, shown))
  api.get('/api/v1/users/:id', (c) => c.json(shown(find(store.look().users, c.req.param('id'), 'User'))))

  api.post('/api/v1/users', async (c) => {
    const form = await Form.from(c.req)
    const user = store.change((account) => create(account, form, unknowns), lagOf(c))
    return c.json(shown(user), unknowns.created === '201' ? 201 : 200)
  })

  api.put('/api/v1/users/:id', async (c) => {
    const form = await Form.from(c.req)
    const change = (account: Account): User => update(account, c.req.param('id'), form, unknowns)
    return c.json(shown(store.change(change, lagOf(c))))
  })

  api.delete('/api/v1/users/:id', (c) => {
    store.change((account) => {
      const user = find(account.users, c.req.param('id'), 'User')
      guard(account, user, 'MEMBER', unknowns)
      account.users = account.users.filter(({ id }) => id !== user.id)
    }, lagOf(c))
    return c.body(null, 204)
  })

  for (const [word, status] of [
    ['suspend', 'SUSPENDED'],
    ['activate', 'ACTIVE'],
  ] as const) {
    api.put(`/api/v1/users/:id/${word}`, (c) => {
      store.change((account) => {
        const user = find(account.users, c.req.param('id'), 'User')
        if (status === 'SUSPENDED') guard(account, user, 'MEMBER', unknowns)
        else guardOwner(user, unknowns)
        if (user.status === status && unknowns.suspendAgain === 'refuse')
          throw Refusal.of('status', 'INVALID', `The user is ${status} already`)
        user.status = status
      }, lagOf(c))
      return c.body(null, 200)
    })
  }

  api.post('/api/v1/users/:id/reset-mfa', (c) => {
    find(store.now.users, c.req.param('id'), 'User')
    return c.body(null, 200)
  })
}

function create(account: Account, form: Form, unknowns: Unknowns): User {
  const username = form.required('username', [1, 120])
  refuseClash(account.users, 'username', username, { self: undefined, unknowns })
  const role = form.choice('role', roles) ?? 'MEMBER'
  if (role === 'OWNER') refuseOwner(unknowns)
  const groupId = form.has('groupId') ? groupIn(account, form) : defaultGroup(account)
  const user: User = {
    id: nextId(account),
    username,
    ...names(form),
    email: email(account, form, { role, self: undefined, unknowns }),
    groupId,
    secondaryGroupIds: secondary(account, form.texts('secondaryGroupIds') ?? [], groupId, unknowns),
    status: 'INVITED',
    authType: 'INTERNAL',
    role: unknowns.roleOnCreate === 'ignored' ? 'MEMBER' : role,
  }
  account.users.push(user)
  return user
}

function update(account: Account, id: string, form: Form, unknowns: Unknowns): User {
  const user = find(account.users, id, 'User')
  if (user.authType !== 'INTERNAL' && unknowns.providerUsers === 'refuse')
    throw new Refusal(400, 'Only local users can be updated')
  const wiped = { firstName: null, lastName: null, email: null, role: 'MEMBER', status: 'ACTIVE' } as const
  const old = unknowns.absent === 'wipe' ? { ...user, ...wiped } : user
  const role = form.choice('role', roles) ?? old.role
  const status = form.choice('status', statuses) ?? old.status
  guardOwner(user, unknowns)
  if (role === 'OWNER' && user.role !== 'OWNER') refuseOwner(unknowns)
  if (status !== 'ACTIVE' && status !== user.status) guard(account, user, 'MEMBER', unknowns)
  else guard(account, user, role, unknowns)
  const groupId = primary(account, user, form, unknowns)
  const named = names(form)
  Object.assign(user, {
    firstName: named.firstName ?? old.firstName,
    lastName: named.lastName ?? old.lastName,
    email: form.has('email') ? email(account, form, { role, self: id, unknowns }) : old.email,
    role,
    status,
    groupId,
    secondaryGroupIds: secondary(account, secondaryWish(user, form, unknowns), groupId, unknowns),
  })
  return user
}

function names(form: Form): Pick<User, 'firstName' | 'lastName'> {
  return {
    firstName: form.text('firstName', [1, 20]) ?? null,
    lastName: form.text('lastName', [1, 20]) ?? null,
  }
}

function email(
  account: Account,
  form: Form,
  {
    role,
    self,
    unknowns,
  }: { readonly role: Role; readonly self: string | undefined; readonly unknowns: Unknowns },
): string | null {
  const address = form.text('email', [1, 120])
  if (address === undefined) {
    if (role === 'ADMIN') throw Refusal.of('email', 'REQUIRED', 'An administrator needs an e-mail address')
    return null
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(address))
    throw Refusal.of('email', 'INVALID', 'email must be an e-mail address')
  if (unknowns.sameEmail === 'refuse') refuseClash(account.users, 'email', address, { self, unknowns })
  return address
}

function primary(account: Account, user: User, form: Form, { groupAbsent }: Unknowns): string {
  if (form.has('groupId')) return groupIn(account, form)
  if (groupAbsent === 'keep') return user.groupId
  if (groupAbsent === 'default') return defaultGroup(account)
  throw Refusal.of('groupId', 'REQUIRED', 'groupId is required')
}

function groupIn(account: Account, form: Form): string {
  const id = form.required('groupId', [1, 120])
  if (!account.userGroups.some((group) => group.id === id))
    throw Refusal.of('groupId', 'NOT_FOUND', `User group ${id} not found`)
  return id
}

function defaultGroup({ userGroups }: Account): string {
  const group = userGroups.find(({ name }) => name === 'Default')
  if (group === undefined) throw Refusal.of('groupId', 'REQUIRED', 'groupId is required')
  return group.id
}

function secondaryWish(user: User, form: Form, unknowns: Unknowns): string[] {
  const field = 'secondaryGroupIds'
  const wish = form.texts(field)
  if (wish !== undefined && wish.length > 0) return wish
  const reading = wish === undefined ? unknowns.secondaryAbsent : unknowns.secondaryEmpty
  if (reading === 'refuse') throw Refusal.of(field, 'REQUIRED', `${field} must have an item`)
  return reading === 'keep' ? user.secondaryGroupIds : []
}

function secondary(account: Account, wish: string[], groupId: string, unknowns: Unknowns): string[] {
  const field = 'secondaryGroupIds'
  const known = new Set(account.userGroups.map(({ id }) => id))
  const missing = wish.find((id) => !known.has(id))
  if (missing !== undefined) throw Refusal.of(field, 'NOT_FOUND', `User group ${missing} not found`)
  const single = [...new Set(wish)].filter((id) => id !== groupId)
  if (single.length < wish.length && unknowns.secondaryRepeated === 'refuse')
    throw Refusal.of(field, 'INVALID', 'A group is there twice')
  const list = unknowns.secondaryRepeated === 'drop' ? single : wish
  if (list.length > maxSecondary && unknowns.secondaryTooMany === 'refuse')
    throw Refusal.of(field, 'SIZE', `At most ${maxSecondary} secondary groups`)
  return list.slice(0, maxSecondary)
}

/** Refuses what concerns the Owner, and what leaves no administrator, where these are read so. */
function guard(account: Account, user: User, becomes: Role, unknowns: Unknowns): void {
  guardOwner(user, unknowns)
  if (unknowns.lastAdministrator === 'accept' || user.role !== 'ADMIN' || becomes !== 'MEMBER') return
  const others = account.users.filter(
    ({ id, role, status }) => id !== user.id && role === 'ADMIN' && status === 'ACTIVE',
  )
  if (others.length === 0) throw new Refusal(400, 'The last administrator has to stay')
}

function guardOwner({ role }: User, unknowns: Unknowns): void {
  if (role === 'OWNER') refuseOwner(unknowns)
}

function refuseOwner({ ownerWrites }: Unknowns): void {
  if (ownerWrites === 'refuse') throw new Refusal(403, 'The owner is changed in the portal')
}

function show(user: User, unknowns: Unknowns): object {
  return {
    ...user,
    firstName: unsetAs(user.firstName, unknowns),
    lastName: unsetAs(user.lastName, unknowns),
    email: unsetAs(user.email, unknowns),
    devices: [],
    connectionStatus: 'OFFLINE',
    licensed: user.status === 'ACTIVE',
  }
}
