/** Keystone in the contract suite: a real one, with a wire before it. Each world is a domain of its own. */
import { rmSync } from 'node:fs'
import type { ContractSystem, Document, There } from '../../contract/system.ts'
import { back, password, save } from './server.ts'
import { wireTo } from './wire.ts'
import { api, keystone, make } from './world.ts'

/** What policies of the suite give; a policy has no name in Keystone, so the role that it gives stands for it. */
const roles = ['r1', 'r2', 'r3', 'r9']

/** Of the whole cloud, so they are made once. */
export async function prepareContract(): Promise<void> {
  for (const name of roles) await make('role', { name })
}

let opened = 0

export const openstack: ContractSystem = {
  name: 'openstack',
  lacks: { pages: 'a list of Keystone is one answer, and one that it cuts says so' },
  now: () => new Date(),
  sample: 3,
  hostile: 40,
  open: async ({ root, secret }) => {
    opened += 1
    const name = `acme-${opened}`
    const domain = await make('domain', { name })
    const web = await make('project', { name: 'web', domain_id: domain })
    await first(domain, web)
    if (secret !== undefined) await robot(name, secret)
    const wire = await wireTo(new URL(keystone().url).origin)
    const sink = `${root}.passwords`
    return {
      spec: {
        connector: 'openstack',
        settings: { domain: name, reads: 'domain' },
        exclusive: ['groups'],
        owners: { expected: ['ana'], minimum: 1 },
      },
      env: {
        OS_AUTH_URL: `${wire.address}/v3`,
        OS_USERNAME: secret === undefined ? 'admin' : name,
        OS_PASSWORD: secret ?? password,
        OS_USER_DOMAIN_NAME: 'Default',
        OS_PROJECT_NAME: 'admin',
        OS_PROJECT_DOMAIN_NAME: 'Default',
      },
      base: [
        { kind: 'Project', name: 'web', spec: { system: 'live', type: 'openstack' } },
        { kind: 'Group', name: 'staff', spec: { systems: { live: {} }, members: people } },
        ...people.map((user) => ({ kind: 'User', name: user, spec: { accounts: { live: {} } } })),
        policy('owners', { user: 'ana' }, 'admin'),
        policy('all', { group: 'staff' }, 'reader'),
      ],
      account: {},
      group: {},
      resources: [{ project: 'web' }],
      roles: (policy) => [policy],
      toApply: ['--secrets-to', `file:${sink}`],
      there: () => thereIn(domain, web),
      byHand: async ({ accounts = [], groups = [] }) => {
        for (const each of accounts) await make('user', { name: each, domain_id: domain })
        // the name of a group has room for 64 signs; what tells them apart stands at the end
        for (const each of groups)
          await make('group', { name: Array.from(each).slice(-64).join(''), domain_id: domain })
      },
      wire: {
        calls: wire.calls,
        faults: wire.faults,
        isWrite: ({ method, path }) => !['GET', 'HEAD'].includes(method) && path !== '/v3/auth/tokens',
        lists: {},
        mark: () => {
          save(keystone())
          return () => {
            back(keystone())
          }
        },
      },
      close: async () => {
        await wire.close()
        rmSync(sink, { force: true })
      },
    }
  },
}

/** Who is always there. A few: of a handful of memberships and grants, a plan takes away no more than half. */
const people = ['ana', 'bo', 'cy']

async function first(domain: string, web: string): Promise<void> {
  const ids = await Promise.all(people.map((name) => make('user', { name, domain_id: domain })))
  const staff = await make('group', { name: 'staff', domain_id: domain })
  for (const id of ids) await api('PUT', `/groups/${staff}/users/${id}`)
  await api('PUT', `/projects/${web}/users/${ids[0]}/roles/${await roleId('admin')}`)
  await api('PUT', `/projects/${web}/groups/${staff}/roles/${await roleId('reader')}`)
}

function policy(name: string, subject: object, role: string): Document {
  const spec = {
    systems: ['live'],
    subjects: [subject],
    roles: [role],
    resources: [{ project: 'web' }],
  }
  return { kind: 'AccessPolicy', name, spec }
}

/** An administrator with this password. */
async function robot(name: string, secret: string): Promise<void> {
  const user = await make('user', { name, domain_id: 'default', password: secret })
  const { body } = await api('GET', '/projects?name=admin')
  const [project] = body['projects'] as readonly { readonly id: string }[]
  await api('PUT', `/projects/${project!.id}/users/${user}/roles/${await roleId('admin')}`)
}

async function roleId(name: string): Promise<string> {
  return [...(await roleNames())].find(([, called]) => called === name)![0]
}

async function roleNames(): Promise<ReadonlyMap<string, string>> {
  const { body } = await api('GET', '/roles')
  const all = body['roles'] as readonly { readonly id: string; readonly name: string }[]
  return new Map(all.map(({ id, name }) => [id, name]))
}

async function thereIn(domain: string, web: string): Promise<There> {
  const named = async (what: 'users' | 'groups'): Promise<readonly string[]> => {
    const { body } = await api('GET', `/${what}?domain_id=${domain}`)
    return (body[what] as readonly { readonly name: string }[]).map(({ name }) => name).sort()
  }
  const [users, groups, held, names] = await Promise.all([
    named('users'),
    named('groups'),
    api('GET', `/role_assignments?scope.project.id=${web}`),
    roleNames(),
  ])
  const ofGroups = held.body.role_assignments.filter((one) => 'group' in one)
  return {
    accounts: users.filter((name) => !people.includes(name)),
    groups: groups.filter((name) => name !== 'staff'),
    policies: ofGroups
      .map(({ role }) => names.get(role.id) ?? role.id)
      .filter((name) => name !== 'reader')
      .sort(),
  }
}
