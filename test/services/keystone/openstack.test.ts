import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Target } from '../../../src/connector/contract.ts'
import { secret } from '../../../src/connector/secrets.ts'
import { openReader } from '../../../src/systems/openstack/client.ts'
import { openstack } from '../../../src/systems/openstack/index.ts'
import { password, reset, restart } from './server.ts'
import {
  adminEnv,
  api,
  document,
  documents,
  idOf,
  keystone,
  make,
  signIn,
  stackWorld,
  withKeystone,
  type StackWorld,
} from './world.ts'

withKeystone('the owners of a real Keystone', () => {
  /** ana by herself, bo by a group, cy by a role that implies admin's group… each by another way. */
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    const admin = await idOf('role', 'admin')
    const domain = await make('domain', { name: 'acme' })
    const web = await make('project', { name: 'web', domain_id: domain })
    const group = await make('group', { name: 'admins', domain_id: domain })
    for (const name of ['direct', 'grouped', 'inherited', 'ondomain', 'offproject', 'systemgroup'])
      ids[name] = await make('user', { name, domain_id: domain, password: 'a-long-password' })
    const off = await make('project', { name: 'off', domain_id: domain, enabled: false })
    await api('PUT', `/system/users/${ids['direct']}/roles/${admin}`)
    await api('PUT', `/projects/${web}/groups/${group}/roles/${admin}`)
    await api('PUT', `/groups/${group}/users/${ids['grouped']}`)
    await api(
      'PUT',
      `/OS-INHERIT/domains/${domain}/users/${ids['inherited']}/roles/${admin}/inherited_to_projects`,
    )
    await api('PUT', `/domains/${domain}/users/${ids['ondomain']}/roles/${admin}`)
    await api('PUT', `/projects/${off}/users/${ids['offproject']}/roles/${admin}`)
    const nightly = await make('group', { name: 'nightly', domain_id: domain })
    await api('PUT', `/system/groups/${nightly}/roles/${admin}`)
    await api('PUT', `/groups/${nightly}/users/${ids['systemgroup']}`)
    Object.assign(ids, { admin, domain, web, group })
  })

  const looks = async (): Promise<{ rules: string[]; floor: string[] }> => {
    const reader = openReader(targetOf())
    try {
      const { graph } = await reader.observe()
      const rules = [...graph.all('account')].filter((account) => {
        const { owner, unusable } = openstack.rules.ownership(account, graph)
        return owner && unusable.length === 0
      })
      const seen = (await reader.ownerPayloads()).map((payload) => openstack.floor(payload))
      return {
        rules: rules.map(({ ref }) => ref.key).sort(),
        floor: [...new Set(seen.filter(({ usable }) => usable).map(({ account }) => account))].sort(),
      }
    } finally {
      await reader.close()
    }
  }

  it('admin anywhere owns the cloud: direct, by group, on a domain, inherited; and both looks agree', async () => {
    const names = ['direct', 'grouped', 'inherited', 'ondomain', 'systemgroup']
    const owners = [...names.map((name) => `acme/${name}`), 'admin']
    expect(await looks()).toEqual({ rules: owners, floor: owners })
  })

  it('a disabled domain takes all of its owners, and both looks agree', async () => {
    await api('PATCH', `/domains/${ids['domain']}`, { domain: { enabled: false } })
    expect(await looks()).toEqual({ rules: ['admin'], floor: ['admin'] })
    await api('PATCH', `/domains/${ids['domain']}`, { domain: { enabled: true } })
  })

  it('Keystone lets its last administrator go, and a plan that would is refused', async () => {
    reset(keystone())
    const world = stackWorld('  owners: {minimum: 1}\n')
    world.write(
      'people.yaml',
      documents(
        document('User', 'admin', { accounts: { stack: {} } }),
        document('Role', 'member', { system: 'stack' }),
        document('AccessPolicy', 'admin-is-a-member', {
          systems: ['stack'],
          subjects: [{ user: 'admin' }],
          roles: ['member'],
          resources: [{ system: 'all' }],
        }),
      ),
    )
    // the grants of a declared subject are exact, so this would take admin from admin
    const plan = await world.as({ ...adminEnv() }, 'plan')
    expect([plan.code, plan.out]).toEqual([3, expect.stringContaining('last-owner')])
    expect(plan.out).toContain('0 usable owners (now 1: admin)')

    const [admin, role, project] = [
      await idOf('user', 'admin'),
      await idOf('role', 'admin'),
      await idOf('project', 'admin'),
    ]
    const { status: onProject } = await api('DELETE', `/projects/${project}/users/${admin}/roles/${role}`)
    const { status: onSystem } = await api('DELETE', `/system/users/${admin}/roles/${role}`)
    expect([onProject, onSystem]).toEqual([204, 204])
    expect((await signIn('admin', password, { system: { all: true } })).status).toBe(401)
    reset(keystone())
  })

  it('disabling the domain of the owners, renaming the role admin, or lifting its seal is refused', async () => {
    reset(keystone())
    const world = stackWorld('  owners: {minimum: 1}\n')
    const outcome = async (text: string): Promise<string> => {
      world.write('all.yaml', text)
      const { code, out } = await world.rolecall('plan')
      return `${code} ${/^refused +(\S+)/m.exec(out)?.[1] ?? out}`
    }
    const domain = { system: 'stack', type: 'domain', name: 'Default/', settings: { enabled: false } }
    expect(await outcome(document('Project', 'home', domain))).toMatch(/^3 (last-owner|own-access)$/)
    expect(await outcome(document('Role', 'root', { system: 'stack' }, { previously: ['admin'] }))).toMatch(
      /^3 (last-owner|own-access|system-invariant)$/,
    )
    const lifted = { system: 'stack', settings: { immutable: false } }
    expect(await outcome(document('Role', 'admin', lifted))).toBe('3 system-invariant')
  })
})

function targetOf(): Target {
  const names = { authUrl: keystone().url, username: 'admin', password, systemScope: 'all' }
  const credentials = Object.entries(names).map(([name, value]) => [name, secret(value)] as const)
  return {
    system: 'stack',
    settings: {},
    root: '/',
    credentials: Object.fromEntries(credentials),
    now: () => new Date(),
  }
}

withKeystone('a real Keystone', () => {
  let world: StackWorld
  beforeAll(() => {
    world = stackWorld('  owners: {minimum: 1}\n')
  })

  it('is filled by other means and adopted, and then nothing is planned', async () => {
    const member = await idOf('role', 'member')
    const web = await make('project', { name: 'web', domain_id: 'default', tags: ['eu', 'prod'] })
    const api1 = await make('project', { name: 'api', domain_id: 'default', parent_id: web, enabled: false })
    const ops = await make('group', { name: 'Ops (night)', domain_id: 'default', description: 'By night' })
    const ana = await make('user', { name: 'ana', domain_id: 'default', email: 'ana@acme.example' })
    const bo = await make('user', {
      name: 'Bo B',
      domain_id: 'default',
      enabled: false,
      options: { lock_password: true },
    })
    const deployer = await make('role', { name: 'deployer', description: 'Ships it' })
    await api('PUT', `/roles/${deployer}/implies/${member}`)
    for (const user of [ana, bo]) await api('PUT', `/groups/${ops}/users/${user}`)
    await api('PUT', `/projects/${web}/groups/${ops}/roles/${deployer}`)
    await api('PUT', `/projects/${api1}/users/${ana}/roles/${member}`)
    await api('PUT', `/OS-INHERIT/projects/${web}/users/${ana}/roles/${member}/inherited_to_projects`)
    await api('PUT', `/domains/default/users/${ana}/roles/${member}`)

    const adopted = await world.rolecall('adopt', '--system', 'stack')
    expect([adopted.code, adopted.err]).toEqual([0, expect.not.stringContaining('error')])
    const plan = await world.rolecall('plan')
    expect([plan.code, plan.out]).toEqual([
      0,
      expect.stringContaining('Nothing to do: everything is as the manifests say.'),
    ])
  })

  it('projects are made, renamed and disabled, and their deletion is refused with what it would leave behind', async () => {
    reset(keystone())
    world = stackWorld('  owners: {minimum: 1}\n')
    const project = (name: string, settings: object, metadata: object = {}): string =>
      document('Project', name, { system: 'stack', type: 'openstack', settings }, metadata)
    world.write('p.yaml', project('shop', { tags: ['eu'] }))
    expect((await world.apply()).code).toBe(0)
    const id = await idOf('project', 'shop')
    world.write('p.yaml', project('store', { tags: ['us'], enabled: false }, { previously: ['shop'] }))
    expect((await world.apply()).code).toBe(0)
    expect((await api('GET', `/projects/${id}`)).body.project).toMatchObject({
      name: 'store',
      enabled: false,
      tags: ['us'],
    })
    world.write('p.yaml', document('Group', 'ops', { systems: { stack: {} } }))
    const plan = await world.rolecall('plan')
    expect(plan.code).toBe(3)
    expect(plan.out).toContain(
      'project:store would be deleted, and its servers, volumes and networks would stay behind in the other services without a project.',
    )
  })

  it('signs in by clouds.yaml and by an application credential, and says what is wrong with either', async () => {
    reset(keystone())
    const group = document('Group', 'ops', { systems: { stack: {} } })
    world.write('p.yaml', group)
    const admin = await idOf('user', 'admin')
    const scope = { project: { name: 'admin', domain: { id: 'default' } } }
    const { token } = await signIn('admin', password, scope)
    const { body } = await api(
      'POST',
      `/users/${admin}/application_credentials`,
      { application_credential: { name: 'ci', roles: [{ name: 'admin' }] } },
      { token: token ?? '' },
    )
    const { id, secret: value } = body.application_credential
    const env = {
      OS_AUTH_URL: keystone().url,
      OS_APPLICATION_CREDENTIAL_ID: id,
      OS_APPLICATION_CREDENTIAL_SECRET: value,
    }
    const plan = await world.as(env, 'plan')
    expect([plan.code, plan.err]).toEqual([0, expect.not.stringContaining('error')])
    const wrong = await world.as({ ...env, OS_APPLICATION_CREDENTIAL_SECRET: 'canary-of-a-secret' }, 'plan')
    expect([wrong.code, wrong.err]).toEqual([4, expect.not.stringContaining('canary-of-a-secret')])

    mkdirSync(join(world.root, 'secrets'), { recursive: true })
    writeFileSync(
      join(world.root, 'secrets/clouds.yaml'),
      `clouds:\n  acme:\n    auth:\n      auth_url: ${keystone().url}\n      username: admin\n      password: ${password}\n      user_domain_name: Default\n      system_scope: all\n`,
    )
    const other = stackWorld(
      `  credentials: {clouds: {file: ${join(world.root, 'secrets/clouds.yaml')}}}\n  settings: {cloud: acme}\n`,
    )
    other.write('p.yaml', group)
    const byCloud = await other.as({}, 'plan')
    expect([byCloud.code, byCloud.err]).toEqual([0, expect.not.stringContaining('error')])
    const nowhere = stackWorld()
    nowhere.write('p.yaml', group)
    const nothing = await nowhere.as({}, 'plan')
    expect([nothing.code, nothing.out + nothing.err]).toEqual([
      4,
      expect.stringContaining('Nothing says where "stack" is.'),
    ])
  })

  it('a token that dies in mid-run is renewed', async () => {
    reset(keystone())
    const reader = openReader(targetOf())
    const before = await reader.whoami()
    const group = await make('group', { name: 'any', domain_id: 'default' })
    const admin = await idOf('user', 'admin')
    await api('PUT', `/groups/${group}/users/${admin}`)
    // whoever leaves any group has no token any more
    await api('DELETE', `/groups/${group}/users/${admin}`)
    const { proofs } = await reader.observe()
    await reader.close()
    expect([before, proofs.account]).toEqual(['admin', expect.objectContaining({ complete: true })])
  })

  it('a list that the server cuts at its own limit is no ground to remove anything', async () => {
    reset(keystone())
    const names = ['a', 'b', 'c']
    for (const name of names) await make('user', { name, domain_id: 'default' })
    restart(keystone(), { KEYSTONE_LIST_LIMIT: '2' })
    const reader = openReader(targetOf())
    const { proofs } = await reader.observe().finally(() => {
      restart(keystone())
    })
    await reader.close()
    const cut = { complete: false, reason: 'the server cut the list at its own limit (list_limit)' }
    expect(proofs).toMatchObject({ account: cut, grant: cut, role: cut })
  })
})
