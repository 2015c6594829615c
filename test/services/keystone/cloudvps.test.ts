import { beforeAll, expect, it } from 'vitest'
import { prepareCloudvps, useExample, type Account } from './cloudvps.ts'
import { api, document, idOf, signIn, stackWorld, withKeystone, type StackWorld } from './world.ts'

withKeystone('CloudVPS on a real Keystone, with the example of this repository applied', () => {
  let account: Account
  let world: StackWorld
  beforeAll(async () => {
    account = await prepareCloudvps()
    world = stackWorld()
    useExample(world)
  })

  it('V1, V7: the first plan makes no interface project, and says what a person gives on a legacy server', async () => {
    const plan = await world.rolecall('plan')
    expect([plan.code, plan.err]).toEqual([0, expect.not.stringContaining('error')])
    expect(plan.out).not.toMatch(/[+~-] project +customer-0042/)
    // what came with the account cannot be what an earlier ledger knew of
    expect(plan.out).not.toContain('released')
    expect(plan.out).toContain(
      'Give account "tom" the rights of role "server-operator" on project "vps-17" in stack: its interface cannot.',
    )
  })

  it('V1, V3, V4: it is applied to an account as it begins, and a second plan finds nothing', async () => {
    const applied = await world.apply()
    expect([applied.code, applied.err]).toEqual([0, expect.not.stringContaining('error')])
    const again = await world.rolecall('plan')
    expect(again.out).toContain('Nothing to ')
    expect(again.out).not.toMatch(/^ {2}[+~!>-] /m)

    // V3: one role on one project, as Keystone sees it
    const web = await idOf('project', 'web-prod', account.domain)
    const { body } = await api('GET', `/role_assignments?scope.project.id=${web}`)
    expect(body.role_assignments).toMatchObject([{ role: { id: account.roles['compute-operator'] } }])
    // V1: the interface project is as it was
    const project = await api('GET', `/projects/${account.project}`)
    expect(project.body.project).toMatchObject({ name: 'customer-0042', options: { immutable: true } })
  })

  it('a new user signs in with the password that went to the sink, and has the role of its group', async () => {
    const kept = world.passwords()
    expect([...kept.keys()].sort()).toEqual(['ana', 'cleo', 'finn', 'tom', 'xia'])
    const web = await idOf('project', 'web-prod', account.domain)
    const scope = { project: { id: web } }
    const token = await signIn('tom', kept.get('tom') ?? '', scope, { domain: account.domain })
    expect(token.status).toBe(201)
    expect(token.body.token.roles).toEqual([expect.objectContaining({ name: 'compute-operator' })])
  })

  it('V5: whoever CloudVPS adds to every project is no drift; a technician who is there the same way is', async () => {
    const web = await idOf('project', 'web-prod', account.domain)
    const member = await idOf('role', 'member')
    const [ana, tom] = [await idOf('user', 'ana', account.domain), await idOf('user', 'tom', account.domain)]
    await api('PUT', `/projects/${web}/users/${ana}/roles/${member}`)
    const quiet = await world.rolecall('drift')
    expect([quiet.code, quiet.out]).toEqual([0, expect.not.stringContaining('account:ana member')])
    await api('PUT', `/projects/${web}/users/${tom}/roles/${member}`)
    const drift = await world.rolecall('drift')
    expect([drift.code, drift.out]).toEqual([
      2,
      expect.stringContaining('account:tom member project:web-prod'),
    ])
  })

  it('V7, V8: drift names what was given and taken with the plain API, and an apply puts it right', async () => {
    const [web, archive] = [
      await idOf('project', 'web-prod', account.domain),
      await idOf('project', 'archive', account.domain),
    ]
    const [cleo, group, finn] = [
      await idOf('user', 'cleo', account.domain),
      await idOf('group', 'operators', account.domain),
      await idOf('user', 'finn', account.domain),
    ]
    const { roles } = account
    await api('DELETE', `/projects/${archive}/users/${cleo}/roles/${roles['object-store-reader']}`)
    await api('DELETE', `/projects/${web}/groups/${group}/roles/${roles['compute-operator']}`)
    await api('DELETE', `/groups/${group}/users/${await idOf('user', 'xia', account.domain)}`)
    await api('PATCH', `/users/${finn}`, { user: { enabled: false } })
    await api('PUT', `/projects/${account.project}/users/${cleo}/roles/${roles['customer-tech']}`)
    const drift = await world.rolecall('drift')
    expect(drift.code).toBe(2)
    for (const said of [
      'account:cleo object-store-reader project:archive',
      'group:operators compute-operator project:web-prod',
      /account +xia/,
      /account +finn/,
      /account +cleo/,
    ])
      expect(drift.out).toMatch(said)
    const mended = await world.apply()
    expect([mended.code, mended.out]).toEqual([
      0,
      expect.stringContaining('A second run finds nothing to do.'),
    ])
    const { body } = await api('GET', `/role_assignments?user.id=${cleo}`)
    expect(body.role_assignments.map(({ role }) => role.id).sort()).toEqual(
      [roles['customer-client'], roles['object-store-reader']].sort(),
    )
  })

  it('V4: a plan that would make a second main-customer is refused, and one that lowers the first', async () => {
    const people = world.read('people.yaml')
    world.write('people.yaml', people.replace('userType: customer-admin', 'userType: main-customer'))
    const second = await world.rolecall('plan')
    expect(second.code).toBe(3)
    expect(second.out).toContain('There must be exactly one main-customer, and this plan leaves 2.')
    world.write('people.yaml', people.replace('userType: main-customer', 'userType: customer-tech'))
    const lowered = await world.rolecall('plan')
    expect([lowered.code, lowered.out]).toEqual([3, expect.stringContaining('sealed-owner')])
    world.write('people.yaml', people)
  })

  it('V6: somebody who sees billing alone is given no role on a project', async () => {
    const policy = {
      systems: ['stack'],
      subjects: [{ user: 'finn' }],
      roles: ['object-store-reader'],
      resources: [{ project: 'archive' }],
    }
    world.write('more.yaml', document('AccessPolicy', 'billing-reads', policy))
    const plan = await world.rolecall('plan')
    expect(plan.code).toBe(3)
    expect(plan.out).toContain(
      'account:finn is a customer-billing, who sees billing alone, and would hold account:finn object-store-reader project:archive.',
    )
    world.write('more.yaml', '')
  })

  it('V7: what a person was told to give is not said again, and once its policy is gone it is said that it is to be taken', async () => {
    expect((await world.rolecall('plan')).out).not.toContain('vps-17')
    const policies = world.read('policies.yaml')
    world.write('policies.yaml', policies.slice(0, policies.lastIndexOf('---')))
    const plan = await world.rolecall('plan')
    expect(plan.out).toContain(
      'Take the grant "account:tom server-operator project:vps-17" away in stack, where it was given by hand.',
    )
    world.write('policies.yaml', policies)
  })
})
