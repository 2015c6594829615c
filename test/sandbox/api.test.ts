/** The API as its documentation has it, by the sections of the fact sheet, over plain HTTP. */
import { describe, expect, it } from 'vitest'
import { caller, type Answer, type Caller } from './account.ts'

type Body = Readonly<Record<string, unknown>>

const bo = { username: 'bo', firstName: 'Bo', lastName: 'Ek', email: 'bo@acme.example', role: 'MEMBER' }

const bodyOf = ({ body }: Answer): Body => body as Body
const idOf = (answer: Answer): string => bodyOf(answer)['id'] as string
const groupOf = ({ sandbox }: Caller): string => sandbox.account().userGroups[0]!.id

async function madeUser(one: Caller, more: object = {}): Promise<string> {
  return idOf(await one.call('POST', 'users', { ...bo, groupId: groupOf(one), ...more }))
}

/** What a refusal says: its status, and for each field the code. */
function refusal({ status, body }: Answer): unknown {
  const { errorDetails, errorMessage, statusError } = body as {
    readonly errorDetails: Readonly<Record<string, readonly { readonly errorCode: string }[]>>
    readonly errorMessage: string
    readonly statusError: string
  }
  expect(typeof errorMessage).toBe('string')
  const codes = Object.entries(errorDetails).map(([field, [detail]]) => `${field} ${detail!.errorCode}`)
  return [status, statusError, ...codes]
}

describe('1.4 and 1.5: errors and limits', () => {
  it('without a token, or with a wrong one, nothing is answered but 401', async () => {
    const { sandbox } = await caller()
    for (const headers of [{}, { authorization: 'Bearer x' }]) {
      const answer = await fetch(`${sandbox.address}/api/v1/users`, { headers })
      expect(await answer.json()).toEqual({
        errorDetails: {},
        errorMessage: 'Unauthorized',
        statusError: 'UNAUTHORIZED',
      })
      expect(answer.status).toBe(401)
    }
  })

  it('each answer tells the limit; past it comes a 429 without a body, until a token is back', async () => {
    let now = new Date('2026-11-25T12:00:00Z')
    const { call } = await caller({ limits: 'documented', now: () => now })
    const limit = ({ headers }: Answer): unknown =>
      ['Remaining', 'Replenish-Rate', 'Replenish-Time', 'Burst-Capacity'].map((name) =>
        headers.get(`X-RateLimit-${name}`),
      )
    expect(limit(await call('GET', 'users'))).toEqual(['19', '1', '15', '20'])
    for (let sent = 1; sent < 20; sent += 1) expect((await call('GET', 'regions')).status).toBe(200)
    const refused = await call('GET', 'regions')
    expect([refused.status, refused.body, limit(refused)]).toEqual([429, '', ['0', '1', '15', '20']])
    now = new Date(now.getTime() + 15_000)
    expect((await call('GET', 'regions')).status).toBe(200)
    expect((await call('GET', 'regions')).status).toBe(429)
  })

  it('what is no endpoint is 404, and what is no JSON 400', async () => {
    const { call, sandbox } = await caller()
    expect(refusal(await call('GET', 'nothing'))).toEqual([404, 'NOT_FOUND'])
    expect(refusal(await call('POST', 'users', '{'))).toEqual([400, 'BAD_REQUEST'])
    expect(refusal(await call('POST', 'users', '[]'))).toEqual([400, 'BAD_REQUEST', 'body INVALID'])
    expect(sandbox.account().users).toHaveLength(1)
  })
})

describe('2.1: users', () => {
  it('a new one is invited, signs in with a password, and has all the fields of the schema', async () => {
    const one = await caller()
    const id = await madeUser(one)
    expect(bodyOf(await one.call('GET', `users/${id}`))).toEqual({
      ...bo,
      id,
      groupId: groupOf(one),
      secondaryGroupIds: [],
      status: 'INVITED',
      authType: 'INTERNAL',
      devices: [],
      connectionStatus: 'OFFLINE',
      licensed: false,
    })
  })

  it('a status given with a create is not looked at, and without a group it goes to Default', async () => {
    const one = await caller()
    const made = await one.call('POST', 'users', { ...bo, status: 'SUSPENDED' })
    expect(bodyOf(made)).toMatchObject({ status: 'INVITED', groupId: groupOf(one) })
  })

  it.each([
    ['no username', { username: undefined }, 'username REQUIRED'],
    ['a username that is too long', { username: 'x'.repeat(121) }, 'username SIZE'],
    ['a first name that is too long', { firstName: 'x'.repeat(21) }, 'firstName SIZE'],
    ['what is no address', { email: 'bo' }, 'email INVALID'],
    ['a role that there is not', { role: 'Administrator' }, 'role INVALID'],
    ['an administrator without an address', { email: undefined, role: 'ADMIN' }, 'email REQUIRED'],
    ['a group that is not there', { groupId: 'x' }, 'groupId NOT_FOUND'],
    ['a secondary group that is not there', { secondaryGroupIds: ['x'] }, 'secondaryGroupIds NOT_FOUND'],
    ['what is no list', { secondaryGroupIds: 'x' }, 'secondaryGroupIds INVALID'],
    ['a name that is taken', { username: 'ana@acme.example' }, 'username NOT_UNIQUE'],
  ])('%s is refused, by the name of the field', async (_what, more, code) => {
    const one = await caller()
    const answer = await one.call('POST', 'users', { ...bo, groupId: groupOf(one), ...more })
    expect(refusal(answer)).toEqual([400, 'BAD_REQUEST', code])
    expect(one.sandbox.account().users).toHaveLength(1)
  })

  it('a PUT replaces the whole object but for what is read-only, and a stale status in it brings somebody back', async () => {
    const one = await caller()
    const id = await madeUser(one)
    expect(await one.call('PUT', `users/${id}/suspend`)).toMatchObject({ status: 200, body: '' })
    const put = await one.call('PUT', `users/${id}`, {
      ...{ username: 'other', authType: 'SAML', id: 'x', licensed: true },
      ...{ firstName: 'Bodil', groupId: groupOf(one), secondaryGroupIds: [], status: 'ACTIVE' },
    })
    expect(bodyOf(put)).toMatchObject({
      ...{ id, username: 'bo', authType: 'INTERNAL', status: 'ACTIVE', role: 'MEMBER' },
      ...{ firstName: 'Bodil', lastName: null, email: null },
    })
  })

  it('suspend and activate are calls without a body; a delete is 204, and 404 the second time', async () => {
    const one = await caller()
    const id = await madeUser(one)
    const status = async (): Promise<unknown> => bodyOf(await one.call('GET', `users/${id}`))['status']
    await one.call('PUT', `users/${id}/suspend`)
    expect(await status()).toBe('SUSPENDED')
    await one.call('PUT', `users/${id}/activate`)
    expect(await status()).toBe('ACTIVE')
    expect((await one.call('POST', `users/${id}/reset-mfa`)).status).toBe(200)
    expect((await one.call('DELETE', `users/${id}`)).status).toBe(204)
    expect(refusal(await one.call('DELETE', `users/${id}`))).toEqual([404, 'NOT_FOUND'])
    expect(refusal(await one.call('PUT', `users/${id}`, bo))).toEqual([404, 'NOT_FOUND'])
  })
})

describe('2.2: user groups', () => {
  const finance = { name: 'finance', vpnRegionIds: ['eu-central-1'], maxDevice: 2, connectAuth: 'EVERY_TIME' }

  it('the subnets of a group are the system’s: what is sent for them is not looked at', async () => {
    const { call } = await caller()
    const made = bodyOf(await call('POST', 'user-groups', { ...finance, systemSubnets: ['10.0.0.0/8'] }))
    expect(made).toMatchObject({
      ...finance,
      ...{ allRegionsIncluded: false, internetAccess: 'SPLIT_TUNNEL_ON', gatewaysIds: [] },
      tunnelBypass: { ipv4Subnets: [] },
    })
    expect(made['systemSubnets']).toHaveLength(1)
    const put = await call('PUT', `user-groups/${String(made['id'])}`, { ...finance, systemSubnets: [] })
    expect(bodyOf(put)['systemSubnets']).toEqual(made['systemSubnets'])
  })

  it.each([
    ['no name', { name: undefined }, 'name REQUIRED'],
    ['a name that is too long', { name: 'x'.repeat(41) }, 'name SIZE'],
    ['a name that is taken', { name: 'Default' }, 'name NOT_UNIQUE'],
    ['no region', { vpnRegionIds: [] }, 'vpnRegionIds REQUIRED'],
    ['a region that the account does not have', { vpnRegionIds: ['mars-1'] }, 'vpnRegionIds NOT_FOUND'],
    ['no device', { maxDevice: 0 }, 'maxDevice INVALID'],
    ['a value of the beta', { connectAuth: 'AUTO' }, 'connectAuth INVALID'],
    ['internet access that there is not', { internetAccess: 'LOCAL' }, 'internetAccess INVALID'],
    ['bypass that is no object', { tunnelBypass: [] }, 'tunnelBypass INVALID'],
  ])('%s is refused, by the name of the field', async (_what, more, code) => {
    const { call, sandbox } = await caller()
    expect(refusal(await call('POST', 'user-groups', { ...finance, ...more }))).toEqual([
      400,
      'BAD_REQUEST',
      code,
    ])
    expect(sandbox.account().userGroups).toHaveLength(1)
  })

  it('one that nobody names is deleted with 204', async () => {
    const { call } = await caller()
    const id = idOf(await call('POST', 'user-groups', finance))
    expect((await call('DELETE', `user-groups/${id}`)).status).toBe(204)
    expect((await call('GET', `user-groups/${id}`)).status).toBe(404)
  })
})

describe('2.3: access groups', () => {
  const parts = ({ sandbox }: Caller) => {
    const { networks, networkApplications, hosts, userGroups } = sandbox.account()
    const [fra1, hq] = [networks[0]!.id, networks[1]!.id]
    const [payroll, grafana] = [networkApplications[0]!.id, networkApplications[1]!.id]
    return { fra1, hq, payroll, grafana, host: hosts[0]!.id, group: userGroups[0]!.id }
  }
  const everyGroup = { type: 'USER_GROUP', allCovered: true }

  it('an item names all of a sort, a place as a whole, or some of what belongs to it', async () => {
    const one = await caller()
    const { fra1, payroll, host, group } = parts(one)
    const sides = {
      source: [
        { type: 'USER_GROUP', allCovered: false, children: [group] },
        { type: 'HOST', allCovered: true, parent: host },
      ],
      destination: [
        { type: 'NETWORK_SERVICE', allCovered: false, parent: fra1, children: [payroll] },
        { type: 'HOST_SERVICE', allCovered: true },
      ],
    }
    const made = await one.call('POST', 'access-groups', {
      name: 'payroll',
      description: 'who pays',
      ...sides,
    })
    expect(bodyOf(made)).toEqual({
      ...{ id: idOf(made), name: 'payroll', description: 'who pays', defaultGroup: false },
      ...sides,
    })
  })

  it.each([
    ['no source', { source: [] }, 'source REQUIRED'],
    ['no destination', { destination: undefined }, 'destination REQUIRED'],
    [
      'a destination type as a source',
      { source: [{ type: 'HOST_SERVICE', allCovered: true }] },
      'type INVALID',
    ],
    ['a source type as a destination', { destination: [{ type: 'HOST', allCovered: true }] }, 'type INVALID'],
    [
      'an item that covers nothing',
      { source: [{ type: 'USER_GROUP', allCovered: false }] },
      'children REQUIRED',
    ],
    [
      'children without their parent',
      { destination: [{ type: 'NETWORK_SERVICE', allCovered: false, children: ['x'] }] },
      'parent REQUIRED',
    ],
    [
      'a place that is not there',
      { destination: [{ type: 'NETWORK_SERVICE', allCovered: true, parent: 'x' }] },
      'children NOT_FOUND',
    ],
  ])('%s is refused, by the name of the field', async (_what, more, code) => {
    const { call, sandbox } = await caller()
    const body = { name: 'p', source: [everyGroup], destination: [everyGroup], ...more }
    expect(refusal(await call('POST', 'access-groups', body))).toEqual([400, 'BAD_REQUEST', code])
    expect(sandbox.account().accessGroups).toEqual([])
  })

  it('an application of another network is no child', async () => {
    const one = await caller()
    const { hq, payroll } = parts(one)
    const destination = [{ type: 'NETWORK_SERVICE', allCovered: false, parent: hq, children: [payroll] }]
    const answer = await one.call('POST', 'access-groups', { name: 'p', source: [everyGroup], destination })
    expect(refusal(answer)).toEqual([400, 'BAD_REQUEST', 'children NOT_FOUND'])
  })

  it('an item is added by itself, and a removal that names less removes more', async () => {
    const one = await caller()
    const { fra1, hq, payroll, grafana } = parts(one)
    const item = (parent: string, ...children: string[]): object => ({
      ...{ type: 'NETWORK_SERVICE', allCovered: false, parent, children },
    })
    const id = idOf(
      await one.call('POST', 'access-groups', {
        ...{ name: 'p', source: [everyGroup], destination: [item(fra1, payroll, grafana)] },
      }),
    )
    const at = `access-groups/${id}/destination`
    await one.call('POST', at, { type: 'NETWORK_SERVICE', allCovered: true, parent: hq })
    await one.call('POST', at, everyGroup)
    const left = async (query: string): Promise<unknown> =>
      (bodyOf(await one.call('DELETE', `${at}?${query}`))['destination'] as unknown[]).length
    expect(await left(`type=NETWORK_SERVICE&parentId=${fra1}&childId=${payroll}`)).toBe(3)
    expect(one.sandbox.account().accessGroups[0]!.destination[0]).toEqual(item(fra1, grafana))
    expect(await left('type=NETWORK_SERVICE')).toBe(1)
    expect(refusal(await one.call('DELETE', at))).toEqual([400, 'BAD_REQUEST', 'type REQUIRED'])
  })

  it('a PUT replaces both sides', async () => {
    const one = await caller()
    const id = idOf(
      await one.call('POST', 'access-groups', { name: 'p', source: [everyGroup], destination: [everyGroup] }),
    )
    const { host } = parts(one)
    const next = {
      name: 'q',
      source: [{ type: 'HOST', allCovered: true, parent: host }],
      destination: [everyGroup],
    }
    expect(bodyOf(await one.call('PUT', `access-groups/${id}`, next))).toMatchObject({
      ...next,
      id,
      description: null,
    })
    expect((await one.call('DELETE', `access-groups/${id}`)).status).toBe(204)
  })
})

describe('2.4 to 2.9: policies, places and settings', () => {
  it('a location context checks addresses or countries and says what else holds', async () => {
    const { call } = await caller()
    const whole = {
      name: 'dach',
      countryCheck: { allowed: true, countries: ['DE'] },
      defaultCheck: { allowed: false },
    }
    expect(bodyOf(await call('POST', 'location-contexts', whole))).toMatchObject({
      ...whole,
      userGroupsIds: [],
    })
    expect(refusal(await call('POST', 'location-contexts', { ...whole, defaultCheck: undefined }))).toEqual([
      ...[400, 'BAD_REQUEST', 'defaultCheck REQUIRED'],
    ])
    expect(refusal(await call('POST', 'location-contexts', { ...whole, countryCheck: undefined }))).toEqual([
      ...[400, 'BAD_REQUEST', 'ipCheck REQUIRED'],
    ])
    expect(refusal(await call('POST', 'device-postures', { name: 'x', userGroupsIds: ['x'] }))).toEqual([
      ...[400, 'BAD_REQUEST', 'userGroupsIds NOT_FOUND'],
    ])
  })

  it('regions are a bare list, places and what belongs to them are pages, and all of them are only read', async () => {
    const { call } = await caller()
    expect((await call('GET', 'regions')).body).toHaveLength(5)
    for (const [path, count] of Object.entries({
      ...{ networks: 2, 'networks/applications': 5, 'networks/ip-services': 2 },
      ...{ hosts: 1, 'hosts/applications': 1, 'hosts/ip-services': 0 },
    })) {
      expect(bodyOf(await call('GET', path)), path).toMatchObject({ totalElements: count })
      expect((await call('POST', path, {})).status, path).toBe(404)
    }
  })

  it('the topology is a bare text; leaving full mesh leaves an access group for everything behind', async () => {
    const { call } = await caller({ seed: 'new' })
    expect((await call('GET', 'settings/wpc/topology')).body).toBe('FULL_MESH')
    expect((await call('PUT', 'settings/wpc/topology', 'HUB_AND_SPOKE')).status).toBe(400)
    expect((await call('PUT', 'settings/wpc/topology', 'CUSTOM')).body).toBe('CUSTOM')
    const { content } = bodyOf(await call('GET', 'access-groups')) as { content: Body[] }
    expect(content).toHaveLength(1)
    expect(content[0]).toMatchObject({ name: 'Default Full Mesh Access', defaultGroup: true })
  })

  it('mapping rules are there to read, and no call changes them', async () => {
    const { call, sandbox } = await caller()
    const group = sandbox.account().userGroups[0]!.id
    sandbox.portal.map('saml', {
      fallbackGroupId: null,
      mappings: [{ groupId: group, idpGroupNames: ['eng'], sortingOrder: 1 }],
    })
    sandbox.portal.change((account) => {
      account.authentication = 'saml'
    })
    expect((await call('GET', 'settings/auth/saml/group-mappings')).body).toEqual({
      ...{ fallbackGroupId: null, mappings: [{ groupId: group, idpGroupNames: ['eng'], sortingOrder: 1 }] },
    })
    for (const method of ['PUT', 'POST', 'DELETE'])
      expect((await call(method, 'settings/auth/saml/group-mappings', {})).status).toBe(404)
  })
})
