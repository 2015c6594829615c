import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Observation, Target } from '../../../src/connector/contract.ts'
import { secret } from '../../../src/connector/secrets.ts'
import type { Trouble } from '../../../src/sandbox/faults.ts'
import { openReader } from '../../../src/systems/openstack/client.ts'
import { password } from './server.ts'
import { wireTo, type KeystoneWire } from './wire.ts'
import { api, idOf, keystone, make, withKeystone } from './world.ts'

/** What is known of the completeness of a read, when a list of a real Keystone is not what it should be. */
withKeystone('what a real Keystone is read by', () => {
  let wire: KeystoneWire
  beforeAll(async () => {
    wire = await wireTo(new URL(keystone().url).origin)
    const acme = await make('domain', { name: 'acme' })
    const [bo, ops] = [
      await make('user', { name: 'bo', domain_id: acme, password }),
      await make('group', { name: 'ops', domain_id: acme }),
    ]
    await api('PUT', `/groups/${ops}/users/${bo}`)
    await api('PUT', `/domains/${acme}/users/${bo}/roles/${await idOf('role', 'admin')}`)
  })
  afterAll(() => wire.close())

  const target = (names: Readonly<Record<string, string>>, settings = {}): Target => ({
    ...{ system: 'stack', settings, root: '/', now: () => new Date() },
    credentials: Object.fromEntries(
      Object.entries({ authUrl: `${wire.address}/v3`, password, ...names }).map(
        ([name, value]) => [name, secret(value)] as const,
      ),
    ),
  })
  const admin = { username: 'admin', projectName: 'admin' }

  async function read(one = target(admin), path?: RegExp, trouble?: Trouble): Promise<Observation> {
    wire.calls.splice(0)
    wire.faults.clear()
    if (path !== undefined && trouble !== undefined) wire.faults.add({ method: 'GET', path, trouble })
    const reader = openReader(one)
    try {
      return await reader.observe()
    } finally {
      await reader.close()
      wire.faults.clear()
    }
  }
  /** The kinds of which nothing may be removed. */
  const incomplete = ({ proofs }: Observation): string[] =>
    Object.entries(proofs)
      .flatMap(([kind, { complete }]) => (complete ? [] : [kind]))
      .sort()

  it('is read whole, by one call a list and one a group, and never with names', async () => {
    expect(incomplete(await read())).toEqual([])
    const asked = wire.calls.map(
      ({ method, path, query }) => `${method} ${path}${query === '' ? '' : `?${query}`}`,
    )
    const ids = /[0-9a-f]{32}/g
    expect(asked.map((call) => call.replace(ids, 'ID')).sort()).toEqual([
      'GET /v3/domains',
      'GET /v3/groups',
      'GET /v3/groups/ID/users',
      'GET /v3/projects',
      'GET /v3/role_assignments',
      'GET /v3/role_inferences',
      'GET /v3/roles',
      'GET /v3/roles?domain_id=ID',
      'GET /v3/roles?domain_id=default',
      'GET /v3/users',
      'POST /v3/auth/tokens',
    ])
  })

  it.each<[string, RegExp, string, string[]]>([
    ['the domains', /\/domains$/, 'domains', ['account', 'grant', 'group', 'project', 'role']],
    ['the projects', /\/projects$/, 'projects', ['grant', 'project']],
    ['the roles', /\/roles$/, 'roles', ['grant', 'role']],
    ['the groups', /\/groups$/, 'groups', ['account', 'grant', 'group']],
    ['the members of a group', /\/groups\/[^/]+\/users$/, 'users', ['account']],
    ['the users', /\/v3\/users$/, 'users', ['account', 'grant']],
    ['the assignments', /\/role_assignments$/, 'role_assignments', ['account', 'grant']],
  ])(
    'nothing is removed where %s are cut, may not be read, or are not said to be all',
    async (_, path, member, kinds) => {
      const answer = (more: object): Trouble => ({
        status: 200,
        body: JSON.stringify({ [member]: [], links: { next: null }, ...more }),
        headers: { 'content-type': 'application/json' },
      })
      expect(incomplete(await read(undefined, path, answer({ truncated: true })))).toEqual(kinds)
      expect(incomplete(await read(undefined, path, answer({ links: {} })))).toEqual(kinds)
      expect(incomplete(await read(undefined, path, { status: 403 }))).toEqual(kinds)
    },
  )

  it('a token that dies in the middle is renewed once, when the second of its end is over', async () => {
    const waits: number[] = []
    const sleep = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds)
      return Promise.resolve()
    }
    const expiry = {
      method: 'GET',
      path: /\/groups\/[^/]+\/users$/,
      times: 1,
      trouble: { expire: true },
    } as const
    wire.calls.splice(0)
    wire.faults.add(expiry)
    const reader = openReader({ ...target(admin), sleep })
    const whole = await reader.observe()
    await reader.close()
    wire.faults.clear()
    expect(incomplete(whole)).toEqual([])
    expect(wire.calls.filter(({ path }) => path === '/v3/auth/tokens')).toHaveLength(2)
    expect(waits).toEqual([1_100])
  })

  it('no role is removed where it is not known what comes with which', async () => {
    expect(incomplete(await read(undefined, /\/role_inferences$/, { status: 403 }))).toEqual(['role'])
  })

  it('a token of one domain shows that domain alone: of the cloud nothing is removed with it, of the domain it is', async () => {
    const bo = { username: 'bo', userDomainName: 'acme', domainName: 'acme' }
    const all = ['account', 'grant', 'group', 'project', 'role']
    expect(incomplete(await read(target(bo)))).toEqual(all)
    expect(incomplete(await read(target(bo, { reads: 'domain', domain: 'acme' })))).toEqual([])
    expect(incomplete(await read(target(bo, { reads: 'domain', domain: 'Default' })))).toEqual(all)
  })
})
