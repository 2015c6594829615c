import { describe, expect, it } from 'vitest'
import { documents, vpnWorld, type VpnWorld } from './world.ts'

const owner = ['User', 'ana', 'accounts: {vpn: {username: ana@acme.example, role: Owner}}'] as const
const groups = [
  ['Group', 'engineering', 'systems:\n  vpn: {regions: [eu-central-1]}'],
  ['Group', 'oncall', 'systems:\n  vpn: {regions: [all]}'],
] as const

/** Ana who owns the account, and bo in two groups. */
async function small(bo: string, options: Parameters<typeof vpnWorld>[0] = {}): Promise<VpnWorld> {
  const world = await vpnWorld(options)
  world.write('groups.yaml', documents(...groups))
  world.write('people.yaml', documents(owner, ['User', 'bo', bo]))
  return world
}

const asMember = `email: bo@acme.example
groups: {primary: engineering, secondary: [oncall]}
accounts: {vpn: {role: Member}}`

describe('roles', () => {
  it('C8: a member becomes an administrator by an update, under the same id', async () => {
    const world = await small(asMember)
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    const before = world.sandbox.account().users.find(({ username }) => username === 'bo')
    world.write('people.yaml', documents(owner, ['User', 'bo', asMember.replace('Member', 'Administrator')]))
    world.writes()
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes()).toEqual([`PUT /api/v1/users/${before?.id ?? ''}`])
    const after = world.sandbox.account().users.find(({ username }) => username === 'bo')
    expect(after).toEqual({ ...before, role: 'ADMIN' })
  })

  it('C5: another Owner than the one that signed up is refused before the first call', async () => {
    const world = await small(asMember.replace('Member', 'Owner'))
    const { code, out } = await world.rolecall('plan')
    expect(code).toBe(3)
    expect(out).toContain('system-invariant')
    expect(out.replace(/\s+/g, ' ')).toContain(
      'account:bo would become the Owner: there is one, set at sign-up, and the credentials of an administrator cannot make another.',
    )
    expect(world.writes()).toEqual([])
  })

  it.each([
    ['another role', 'accounts: {vpn: {username: ana@acme.example, role: Member}}'],
    ['suspended', 'status: suspended\naccounts: {vpn: {username: ana@acme.example, role: Owner}}'],
  ])(
    'C6: an Owner who is declared with %s is refused, for nobody else can change the account',
    async (_, ana) => {
      const world = await small(asMember)
      world.write('people.yaml', documents(['User', 'ana', ana]))
      const { code, out } = await world.rolecall('apply', '--auto-approve')
      expect(code).toBe(3)
      expect(out).toBe('')
      const { out: plan } = await world.rolecall('plan')
      expect(plan.replace(/\s+/g, ' ')).toContain(
        'refused sealed-owner vpn rule: built in The manifests want account ana@acme.example of "vpn" changed: it is sealed, and the credentials of rolecall cannot change or delete it.',
      )
      expect(world.writes()).toEqual([])
    },
  )

  it('C6: the Owner is never written, also where it is no longer declared', async () => {
    const world = await small(asMember)
    await world.rolecall('apply', '--auto-approve')
    const before = world.sandbox.account().users[0]
    world.write('people.yaml', documents(['User', 'bo', asMember]))
    world.write('vpn.yaml', `${worldSystem(world)}  exclusive: [accounts]\n`)
    world.writes()
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(3)
    expect(world.writes()).toEqual([])
    expect(world.sandbox.account().users[0]).toEqual(before)
  })
})

function worldSystem(world: VpnWorld): string {
  return [
    'apiVersion: rolecall/v1',
    'kind: System',
    'metadata: {name: vpn}',
    'spec:',
    '  connector: cloudconnexa',
    `  endpoint: ${world.sandbox.address}`,
    '  credentials: {clientId: {env: VPN_ID}, clientSecret: {env: VPN_SECRET}}',
    '  stage: full',
    '',
  ].join('\n')
}

describe('provisioning', () => {
  it('C9: under SAML nobody is created, and the plan says when they appear', async () => {
    const world = await small(asMember, { system: 'authentication: saml\nmemberships: identity-provider' })
    const { code, out } = await world.rolecall('plan')
    expect(code).toBe(0)
    expect(out).toContain('left to the identity provider')
    expect(out).toMatch(/\(\+\) account +bo +access\/people\.yaml:7 {2}appears at first sign-in/)
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes().filter((call) => call.includes('/users'))).toEqual([])
    const drift = await world.rolecall('drift')
    expect(drift.code).toBe(0)
    expect(drift.out).toMatch(
      /waiting for a person[^]*account +bo +missing +access\/people\.yaml:7 {2}appears at first sign-in +for bo/,
    )
  })

  it('C9: an account that says it signs in locally is created under SAML all the same, with its groups', async () => {
    const local = asMember.replace('{role: Member}', '{role: Member, authentication: local}')
    const world = await small(local, { system: 'authentication: saml\nmemberships: identity-provider' })
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes()).toContain('POST /api/v1/users')
    const { userGroups, users } = world.sandbox.account()
    const idOf = (name: string): string | undefined => userGroups.find((group) => group.name === name)?.id
    expect(users.at(-1)).toMatchObject({
      username: 'bo',
      groupId: idOf('engineering'),
      secondaryGroupIds: [idOf('oncall')],
    })
  })

  it('C9: groups that the identity provider decides are expectations, reported and never written', async () => {
    const world = await small(asMember, { system: 'authentication: saml\nmemberships: identity-provider' })
    await world.rolecall('apply', '--auto-approve')
    world.sandbox.portal.change((account) => {
      const [first] = account.userGroups
      account.users.push({
        ...structuredClone(account.users[0]!),
        ...{ id: 'bo-1', username: 'bo', email: 'bo@acme.example', firstName: null, lastName: null },
        ...{ role: 'MEMBER', authType: 'SAML', groupId: first?.id ?? '' },
      })
    })
    world.writes()
    const { code, out } = await world.rolecall('drift')
    expect(code).toBe(2)
    expect(out).toMatch(/primaryGroup +Default → engineering|primaryGroup/)
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes()).toEqual([])
  })
})

describe('a PUT that replaces everything', () => {
  const unknowns = [
    { absent: 'wipe', secondaryAbsent: 'wipe', groupAbsent: 'default' },
    {
      absent: 'keep',
      secondaryAbsent: 'keep',
      groupAbsent: 'keep',
      secondaryEmpty: 'clear',
      unset: 'absent',
    },
  ] as const

  it.each(unknowns)('M5: another group touches nothing else of the user (%o)', async (reading) => {
    const world = await small(asMember, { unknowns: reading })
    await world.rolecall('apply', '--auto-approve')
    world.sandbox.portal.change(({ users }) => {
      Object.assign(users.find(({ username }) => username === 'bo') ?? {}, {
        firstName: 'Bo',
        lastName: 'Li',
        status: 'ACTIVE',
      })
    })
    const before = world.sandbox.account().users.find(({ username }) => username === 'bo')
    world.write('people.yaml', documents(owner, ['User', 'bo', asMember.replace('[oncall]', '[]')]))
    const { code, err } = await world.rolecall('apply', '--auto-approve')
    expect(code, err).toBe(0)
    const after = world.sandbox.account().users.find(({ username }) => username === 'bo')
    // The last secondary group is really gone, and a user who was active stays what they were.
    expect(after).toEqual({ ...before, secondaryGroupIds: [] })
  })

  it('who was suspended after the plan was made is not brought back by it', async () => {
    const world = await small(asMember)
    await world.rolecall('apply', '--auto-approve')
    world.write('people.yaml', documents(owner, ['User', 'bo', `givenName: Bo\n${asMember}`]))
    expect((await world.rolecall('plan', '--out', `${world.root}/plan.json`)).code).toBe(0)
    world.sandbox.portal.change(({ users }) => {
      Object.assign(users.find(({ username }) => username === 'bo') ?? {}, { status: 'SUSPENDED' })
    })
    await world.rolecall('apply', `${world.root}/plan.json`)
    expect(world.sandbox.account().users.find(({ username }) => username === 'bo')?.status).toBe('SUSPENDED')
  })

  it('who is suspended while a write waits for its turn stays suspended', async () => {
    const world = await small(asMember)
    await world.rolecall('apply', '--auto-approve')
    world.write('people.yaml', documents(owner, ['User', 'bo', `givenName: Bo\n${asMember}`]))
    // Refused once: what is sent again must be made of what is there by then.
    world.sandbox.faults.add({
      method: 'PUT',
      path: '/api/v1/users/',
      times: 1,
      trouble: { status: 429 },
    })
    world.whileItWaits(() => {
      world.sandbox.portal.change(({ users }) => {
        Object.assign(users.find(({ username }) => username === 'bo') ?? {}, { status: 'SUSPENDED' })
      })
    })
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.sandbox.account().users.find(({ username }) => username === 'bo')).toMatchObject({
      status: 'SUSPENDED',
      firstName: 'Bo',
    })
  })

  it('a suspension and its end are calls of their own', async () => {
    const world = await small(asMember)
    await world.rolecall('apply', '--auto-approve')
    const id = world.sandbox.account().users.find(({ username }) => username === 'bo')?.id ?? ''
    world.writes()
    world.write('people.yaml', documents(owner, ['User', 'bo', `status: suspended\n${asMember}`]))
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes()).toEqual([`PUT /api/v1/users/${id}/suspend`])
    world.write('people.yaml', documents(owner, ['User', 'bo', asMember]))
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes()).toEqual([`PUT /api/v1/users/${id}/activate`])
  })

  it('a role that the create ignored is put right at once', async () => {
    const world = await small(asMember.replace('Member', 'Administrator'), {
      unknowns: { roleOnCreate: 'ignored' },
    })
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.sandbox.account().users.at(-1)).toMatchObject({ username: 'bo', role: 'ADMIN' })
  })
})
