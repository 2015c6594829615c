/** What the documentation leaves open: each question is put to the sandbox, and each of its readings is an answer of its own. */
import { describe, expect, it } from 'vitest'
import { unknowns, type Unknowns } from '../../src/sandbox/cloudconnexa/unknowns.ts'
import type { Account, User } from '../../src/sandbox/cloudconnexa/wire.ts'
import { caller, type Answer, type Caller } from './account.ts'

interface Question {
  /** How the account is before. */
  readonly given?: (account: Account) => void
  readonly ask: (one: Caller) => Promise<unknown>
  readonly answers: Readonly<Record<string, unknown>>
  readonly limits?: { readonly burst: number; readonly rate: number; readonly time: number }
}

const bo = { username: 'bo', firstName: 'Bo', email: 'bo@acme.example', groupId: 'one', role: 'MEMBER' }

/** Two groups, bo in the first and in the second, and chen, whom SAML made. */
function people(account: Account): void {
  const [owner, group] = [account.users[0]!, account.userGroups[0]!]
  for (const id of ['one', 'two'])
    account.userGroups.push({ ...group, id, name: id, allRegionsIncluded: true })
  const local: User = {
    ...owner,
    ...bo,
    id: 'bo',
    role: 'MEMBER',
    lastName: null,
    secondaryGroupIds: ['two'],
  }
  account.users.push(local, { ...local, id: 'chen', username: 'chen', email: null, authType: 'SAML' })
}

function administrator(account: Account): void {
  people(account)
  account.users.find(({ id }) => id === 'bo')!.role = 'ADMIN'
}

const status = ({ status: code }: Answer): number => code
const bodyOf = async (one: Caller, path: string): Promise<Record<string, unknown>> =>
  (await one.call('GET', path)).body as Record<string, unknown>
const owner = ({ sandbox }: Caller): string => sandbox.account().users[0]!.id

/** The status of a PUT on bo, and a field of bo afterwards. */
const put =
  (body: object, field: string) =>
  async (one: Caller): Promise<unknown> => {
    const code = status(await one.call('PUT', 'users/bo', body))
    return [code, (await bodyOf(one, 'users/bo'))[field]]
  }

const secondaries = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `g${at}`)
function many(account: Account): void {
  people(account)
  for (const id of secondaries(21)) account.userGroups.push({ ...account.userGroups[0]!, id, name: id })
}

const payroll = (one: Caller): object => ({
  name: 'payroll',
  source: [{ type: 'USER_GROUP', allCovered: true }],
  destination: [{ type: 'NETWORK_SERVICE', allCovered: true, parent: one.sandbox.account().networks[0]!.id }],
})

const questions: { readonly [Name in keyof Unknowns]: Question } = {
  token: {
    ask: async ({ sandbox: { address, credentials } }) => {
      const pair = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64')
      const body = new URLSearchParams({ grant_type: 'client_credentials' })
      const headers = { authorization: `Basic ${pair}` }
      return (await fetch(`${address}/api/v1/oauth/token`, { method: 'POST', headers, body })).status
    },
    answers: { documented: 400, lenient: 200 },
  },
  created: {
    given: people,
    ask: async ({ call }) => status(await call('POST', 'users', { ...bo, username: 'dee' })),
    answers: { 201: 201, 200: 200 },
  },
  absent: {
    given: people,
    ask: put({ groupId: 'one', secondaryGroupIds: ['two'] }, 'firstName'),
    answers: { wipe: [200, null], keep: [200, 'Bo'] },
  },
  groupAbsent: {
    given: people,
    ask: async (one) => {
      const [code, group] = (await put({ secondaryGroupIds: ['two'] }, 'groupId')(one)) as [number, string]
      return [code, group === one.sandbox.account().userGroups[0]!.id ? 'Default' : group]
    },
    answers: { refuse: [400, 'one'], default: [200, 'Default'], keep: [200, 'one'] },
  },
  secondaryAbsent: {
    given: people,
    ask: put({ groupId: 'one' }, 'secondaryGroupIds'),
    answers: { wipe: [200, []], keep: [200, ['two']], refuse: [400, ['two']] },
  },
  secondaryEmpty: {
    given: people,
    ask: put({ groupId: 'one', secondaryGroupIds: [] }, 'secondaryGroupIds'),
    answers: { clear: [200, []], keep: [200, ['two']], refuse: [400, ['two']] },
  },
  secondaryTooMany: {
    given: many,
    ask: async (one) => {
      const [code, groups] = (await put(
        { groupId: 'one', secondaryGroupIds: secondaries(21) },
        'secondaryGroupIds',
      )(one)) as [number, readonly string[]]
      return [code, groups.length]
    },
    answers: { refuse: [400, 1], truncate: [200, 20] },
  },
  secondaryRepeated: {
    given: people,
    ask: put({ groupId: 'one', secondaryGroupIds: ['one', 'two', 'two'] }, 'secondaryGroupIds'),
    answers: { accept: [200, ['one', 'two', 'two']], drop: [200, ['two']], refuse: [400, ['two']] },
  },
  roleOnCreate: {
    given: people,
    ask: async ({ call }) => {
      const made = await call('POST', 'users', {
        ...bo,
        username: 'dee',
        email: 'd@acme.example',
        role: 'ADMIN',
      })
      return (made.body as User).role
    },
    answers: { kept: 'ADMIN', ignored: 'MEMBER' },
  },
  providerUsers: {
    given: people,
    ask: async ({ call }) =>
      status(await call('PUT', 'users/chen', { groupId: 'two', secondaryGroupIds: [] })),
    answers: { refuse: 400, accept: 200 },
  },
  ownerWrites: {
    given: people,
    ask: async (one) => [
      status(await one.call('PUT', `users/${owner(one)}/suspend`)),
      status(await one.call('PUT', 'users/bo', { ...bo, role: 'OWNER' })),
      status(await one.call('DELETE', `users/${owner(one)}`)),
    ],
    answers: { refuse: [403, 403, 403], accept: [200, 200, 204] },
  },
  lastAdministrator: {
    given: administrator,
    ask: async ({ call }) => [
      status(await call('PUT', 'users/bo', bo)),
      status(await call('PUT', 'users/bo/suspend')),
    ],
    answers: { accept: [200, 200], refuse: [400, 400] },
  },
  suspendAgain: {
    given: people,
    ask: async ({ call }) => {
      await call('PUT', 'users/bo/suspend')
      return status(await call('PUT', 'users/bo/suspend'))
    },
    answers: { accept: 200, refuse: 400 },
  },
  deleteUsedGroup: {
    given: people,
    ask: async (one) => {
      const code = status(await one.call('DELETE', 'user-groups/one'))
      const { groupId, secondaryGroupIds } = await bodyOf(one, 'users/bo')
      const isDefault = groupId === one.sandbox.account().userGroups[0]!.id
      return [code, isDefault ? 'Default' : groupId, secondaryGroupIds]
    },
    answers: {
      refuse: [400, 'one', ['two']],
      move: [204, 'Default', ['two']],
      dangle: [204, 'one', ['two']],
    },
  },
  deleteDefaultGroup: {
    given: (account) => {
      people(account)
      account.users[0]!.groupId = 'one'
    },
    ask: async (one) =>
      status(await one.call('DELETE', `user-groups/${one.sandbox.account().userGroups[0]!.id}`)),
    answers: { refuse: 400, accept: 204 },
  },
  nameCase: {
    given: people,
    ask: async ({ call }) => [
      status(await call('POST', 'users', { ...bo, username: 'BO', email: 'other@acme.example' })),
      status(await call('POST', 'user-groups', { name: 'ONE', allRegionsIncluded: true })),
    ],
    answers: { sensitive: [201, 201], insensitive: [400, 400] },
  },
  sameEmail: {
    given: people,
    ask: async ({ call }) => status(await call('POST', 'users', { ...bo, username: 'dee' })),
    answers: { accept: 201, refuse: 400 },
  },
  samePolicyName: {
    ask: async (one) => [
      status(await one.call('POST', 'access-groups', payroll(one))),
      status(await one.call('POST', 'access-groups', payroll(one))),
      status(await one.call('POST', 'device-postures', { name: 'managed-laptop' })),
    ],
    answers: { accept: [201, 201, 201], refuse: [201, 400, 400] },
  },
  clash: {
    given: people,
    ask: async ({ call }) => status(await call('POST', 'users', bo)),
    answers: { 400: 400, 409: 409 },
  },
  forbidden: {
    given: ({ keys }) => {
      keys[0]!.permissions = { 'user-groups': 'modify' }
    },
    ask: async ({ call }) => {
      const got = await call('GET', 'users')
      return [status(got), (got.body as { readonly totalElements?: number }).totalElements]
    },
    answers: { 403: [403, undefined], 404: [404, undefined], empty: [200, 0] },
  },
  defaultGroup: {
    ask: async (one) => {
      await one.call('POST', 'access-groups', payroll(one))
      const { content } = (await bodyOf(one, 'access-groups')) as { content: { defaultGroup: unknown }[] }
      return content[0]!.defaultGroup
    },
    answers: { boolean: false, string: 'false' },
  },
  coveredChildren: {
    ask: async (one) => {
      await one.call('POST', 'access-groups', payroll(one))
      const { content } = (await bodyOf(one, 'access-groups')) as {
        content: { destination: { children?: readonly string[] }[] }[]
      }
      return content[0]!.destination[0]!.children?.length
    },
    // three applications and an IP service belong to the network
    answers: { absent: undefined, expanded: 4, empty: 0 },
  },
  regionsOfAll: {
    given: people,
    ask: async (one) => ((await bodyOf(one, 'user-groups/one'))['vpnRegionIds'] as readonly string[]).length,
    answers: { empty: 0, listed: 5 },
  },
  secondPolicy: {
    given: people,
    ask: async (one) => {
      const first = one.sandbox.account().devicePostures[0]!
      await one.call('PUT', `device-postures/${first.id}`, { name: first.name, userGroupsIds: ['one'] })
      const second = await one.call('POST', 'device-postures', { name: 'phone', userGroupsIds: ['one'] })
      return [status(second), (await bodyOf(one, `device-postures/${first.id}`))['userGroupsIds']]
    },
    answers: { refuse: [400, ['one']], accept: [201, ['one']], move: [201, []] },
  },
  retryAfter: {
    limits: { burst: 1, rate: 1, time: 30 },
    ask: async ({ call }) => {
      await call('GET', 'users')
      const { headers } = await call('GET', 'users')
      const said = headers.get('retry-after')
      return said === null ? 'nothing' : /^\d+$/.test(said) ? 'seconds' : said.endsWith('GMT') ? 'date' : said
    },
    answers: { absent: 'nothing', seconds: 'seconds', date: 'date' },
  },
  budgets: {
    given: people,
    limits: { burst: 1, rate: 1, time: 30 },
    ask: async ({ call }) => [
      status(await call('GET', 'users')),
      status(await call('PUT', 'users/bo/suspend')),
    ],
    answers: { together: [200, 429], apart: [200, 200] },
  },
  mappingsUnused: {
    given: (account) => {
      account.mappings.saml.mappings = [{ groupId: 'one', idpGroupNames: ['x'], sortingOrder: 1 }]
    },
    ask: async ({ call }) => {
      const got = await call('GET', 'settings/auth/saml/group-mappings')
      return [status(got), (got.body as { readonly mappings?: readonly unknown[] }).mappings?.length]
    },
    answers: { empty: [200, 0], 404: [404, undefined], stored: [200, 1] },
  },
  order: {
    given: people,
    ask: async (one) => {
      const first = ((await bodyOf(one, 'users')) as { content: User[] }).content[0]!.id
      const second = ((await bodyOf(one, 'users')) as { content: User[] }).content[0]!.id
      return first === second
    },
    answers: { stable: true, unstable: false },
  },
  defaultPageSize: {
    ask: async (one) => (await bodyOf(one, 'users'))['size'],
    answers: { 100: 100, 20: 20 },
  },
  pageBeyond: {
    ask: async ({ call }) => {
      const got = await call('GET', 'users?page=7&size=10')
      return [status(got), (got.body as { readonly content?: readonly unknown[] }).content?.length]
    },
    answers: { empty: [200, 0], refuse: [400, undefined], last: [200, 1] },
  },
  unset: {
    given: people,
    ask: async (one) => (await bodyOf(one, 'users/bo'))['lastName'],
    answers: { null: null, absent: undefined, empty: '' },
  },
}

describe.each(Object.entries(questions))('%s', (name, { given, ask, answers, limits }) => {
  it('has an answer for each reading', () => {
    expect(Object.keys(answers).sort()).toEqual([...unknowns[name as keyof Unknowns]].sort())
  })

  it.each(Object.entries(answers))('read as %s', async (reading, answer) => {
    const one = await caller({ unknowns: { [name]: reading }, ...(limits ? { limits } : {}) })
    if (given !== undefined) one.sandbox.portal.change(given)
    expect(await ask(one)).toEqual(answer)
  })
})
