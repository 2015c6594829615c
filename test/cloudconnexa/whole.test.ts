import { describe, expect, it } from 'vitest'
import { startCloudConnexa } from '../../src/sandbox/cloudconnexa/index.ts'
import { documents, systemText, vpnWorld, type VpnWorld } from './world.ts'

const owner = ['User', 'ana', 'accounts: {vpn: {username: ana@acme.example, role: Owner}}'] as const

/** So many members in the group Default, beside the Owner. */
function crowd(world: Pick<VpnWorld, 'sandbox'>, count: number): void {
  world.sandbox.portal.change((account) => {
    const [first] = account.users
    if (first === undefined) throw new Error('no owner')
    for (let index = 1; index <= count; index++)
      account.users.push({ ...first, id: `u-${index}`, username: `u${index}`, email: null, role: 'MEMBER' })
  })
}

describe('a read of the whole account', () => {
  it('of 10,000 users takes the fewest calls that the API allows', async () => {
    const world = await vpnWorld()
    crowd(world, 9_999)
    world.write('people.yaml', documents(owner))
    expect((await world.rolecall('plan')).code).toBe(0)
    const byPath = new Map<string, number>()
    for (const { path } of world.sandbox.calls) byPath.set(path, (byPath.get(path) ?? 0) + 1)
    const { '/api/v1/users': users, ...rest } = Object.fromEntries(byPath)
    // Pages of 1,000, the largest there are; of everything else, one call of each.
    expect(users).toBe(10)
    expect(rest).toEqual(
      Object.fromEntries(
        [
          ...[
            'oauth/token',
            'user-groups',
            'access-groups',
            'location-contexts',
            'device-postures',
            'regions',
          ],
          ...['networks', 'networks/applications', 'networks/ip-services'],
          ...['hosts', 'hosts/applications', 'hosts/ip-services'],
          ...[
            'settings/wpc/topology',
            'settings/auth/saml/group-mappings',
            'settings/auth/ldap/group-mappings',
          ],
        ].map((path) => [`/api/v1/${path}`, 1]),
      ),
    )
  })

  it.each(['short', 'moved', 'empty', 'repeated'] as const)(
    'that is not whole removes nobody and makes nobody (%s page)',
    async (page) => {
      const world = await vpnWorld({ system: 'exclusive: [accounts]' })
      crowd(world, 1500)
      world.write(
        'people.yaml',
        documents(
          owner,
          ['Group', 'engineering', 'systems:\n  vpn: {}'],
          ['User', 'bo', 'groups: [engineering]\naccounts: {vpn: {role: Member}}'],
        ),
      )
      world.sandbox.faults.add({ method: 'GET', path: '/api/v1/users', pageNumber: 1, trouble: { page } })
      const { code } = await world.rolecall('apply', '--auto-approve')
      expect(code).toBe(4)
      expect(world.writes()).toEqual([])
      expect(world.sandbox.account().users).toHaveLength(1501)
    },
  )

  it('a key that sees no Owner has not seen everybody', async () => {
    const world = await vpnWorld({ system: 'exclusive: [accounts]' })
    crowd(world, 3)
    world.write('people.yaml', documents(owner))
    world.sandbox.portal.change((account) => {
      account.users = account.users.slice(1)
    })
    const { code, out } = await world.rolecall('plan')
    expect(code).toBe(4)
    expect(out.replace(/\s+/g, ' ')).toContain('the Owner, whom every account has, is not among them')
  })
})

describe('what the manifests cannot ask for', () => {
  it.each([
    [
      'a role that does not exist',
      'accounts: {vpn: {role: Adminstrator}}',
      'The system "vpn" (cloudconnexa) has no role "Adminstrator".\n  Did you mean "Administrator"? The roles are Owner, Administrator, Member.',
    ],
    [
      'a second primary group',
      'groups: [engineering, oncall]\naccounts: {vpn: {role: Member}}',
      '"bo" is in 2 groups of the system "vpn" (cloudconnexa), and none of them is said to be the primary one: engineering, oncall.',
    ],
    [
      'a third primary group for one system',
      'groups: {primary: engineering}\naccounts: {vpn: {role: Member, primaryGroup: onkall}}',
      'There is no Group "onkall".\n  Did you mean "oncall"?',
    ],
  ])('C4, M1: %s is told at its line', async (_, bo, message) => {
    const world = await vpnWorld()
    world.write(
      'groups.yaml',
      documents(['Group', 'engineering', 'systems:\n  vpn: {}'], ['Group', 'oncall', 'systems:\n  vpn: {}']),
    )
    world.write('people.yaml', documents(owner, ['User', 'bo', bo]))
    const { code, err, out } = await world.rolecall('validate')
    expect(code).toBe(1)
    expect(out + err).toContain('access/people.yaml:')
    expect(out + err).toContain(message)
    expect(world.sandbox.calls).toEqual([])
  })

  it('M4: the twenty-first secondary group is told at its line, and one that was given by hand counts', async () => {
    const world = await vpnWorld()
    const names = Array.from({ length: 21 }, (_, index) => `g${index + 1}`)
    const all = [...names, 'engineering'].map((name) => ['Group', name, 'systems:\n  vpn: {}'] as const)
    world.write('groups.yaml', documents(...all))
    const bo = (secondary: readonly string[]): string =>
      `groups:\n  primary: engineering\n  secondary:\n${secondary.map((name) => `    - ${name}`).join('\n')}\naccounts: {vpn: {role: Member}}`
    world.write('people.yaml', documents(owner, ['User', 'bo', bo(names)]))
    const { code, out, err } = await world.rolecall('validate')
    expect(code).toBe(1)
    expect(out + err).toContain('access/people.yaml:34:')
    expect(out + err).toContain('"g21" is number 21')
    world.write('people.yaml', documents(owner, ['User', 'bo', bo(names.slice(0, 20))]))
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.sandbox.account().users.at(-1)?.secondaryGroupIds).toHaveLength(20)
  })

  it('C1: a contractor without a last day is a warning', async () => {
    const world = await vpnWorld()
    world.write(
      'people.yaml',
      documents(owner, ['User', 'bo', 'employment: contractor\naccounts: {vpn: {role: Member}}']),
    )
    const { out, err } = await world.rolecall('validate')
    expect(out + err).toContain('"bo" is a contractor, and it is not said until when.')
  })

  it('M2: the sole group of a person is the primary one', async () => {
    const world = await vpnWorld()
    world.write('groups.yaml', documents(['Group', 'engineering', 'systems:\n  vpn: {}']))
    world.write(
      'people.yaml',
      documents(owner, ['User', 'bo', 'groups: [engineering]\naccounts: {vpn: {role: Member}}']),
    )
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    const { users, userGroups } = world.sandbox.account()
    expect(users.at(-1)).toMatchObject({ groupId: userGroups.at(-1)?.id, secondaryGroupIds: [] })
  })
})

describe('the credentials', () => {
  it.each([
    ['2026-11-24', 1, 'wrong', 'the credentials ended on 2026-11-24'],
    ['2026-12-01', 1, 'wrong', 'the credentials end in 6 days, on 2026-12-01'],
    ['2027-05-01', 0, 'ok', 'the credentials end in 157 days, on 2027-05-01'],
  ])('whose last day is %s make doctor end with %i', async (day, code, sign, words) => {
    const world = await vpnWorld()
    const text = systemText(world.sandbox.address)
    world.write('vpn.yaml', text.replace('{env: VPN_SECRET}}', `{env: VPN_SECRET}, expires: "${day}"}`))
    world.write('people.yaml', documents(owner))
    const said = await world.rolecall('doctor', '--system', 'vpn')
    expect(said.code).toBe(code)
    expect(said.out).toMatch(new RegExp(`^${sign} +${words}$`, 'm'))
  })

  it('that are not accepted end a plan with 4, and are named nowhere', async () => {
    const world = await vpnWorld()
    const other = await startCloudConnexa({ limits: 'off' })
    world.write('vpn.yaml', systemText(other.address))
    world.write('people.yaml', documents(owner))
    const { code, out, err } = await world.rolecall('plan')
    await other.close()
    expect(code).toBe(4)
    expect(out + err).not.toContain(world.sandbox.credentials.clientSecret)
  })
})
