/** Keystone in the contract suite: a real one, with a wire before it. Each world is a domain of its own. */
import { rmSync } from 'node:fs'
import type { ContractSystem, Document, There } from '../../contract/system.ts'
import { back, password, save } from './server.ts'
import { wireTo } from './wire.ts'
import { api, keystone, make } from './world.ts'

/** What policies of the suite give; a policy has no name in Keystone, so the role that it gives stands for it. */
const roles = ['r1', 'r2', 'r3', 'r9']

const types = ['main-customer', 'customer-admin', 'customer-tech']

/** Of the whole cloud, so they are made once. */
export async function prepareContract(): Promise<void> {
  for (const name of [...roles, ...types]) await make('role', { name })
}

let opened = 0

/** What is always there in a domain, and how a manifest says it. */
interface Sort {
  readonly spec: object
  /** Of somebody who owns nothing. */
  readonly account: object
  readonly base: readonly Document[]
  readonly people: readonly string[]
  readonly first: (domain: string, web: string) => Promise<void>
}

const contractOf = (name: string, sort: Sort): ContractSystem => ({
  name,
  lacks: { pages: 'a list of Keystone is one answer, and one that it cuts says so' },
  now: () => new Date(),
  sample: 3,
  hostile: 40,
  open: async ({ root, secret }) => {
    opened += 1
    const acme = `acme-${opened}`
    const domain = await make('domain', { name: acme })
    const web = await make('project', { name: 'web', domain_id: domain })
    await sort.first(domain, web)
    if (secret !== undefined) await robot(acme, secret)
    const wire = await wireTo(new URL(keystone().url).origin)
    const sink = `${root}.passwords`
    return {
      spec: {
        connector: 'openstack',
        settings: { domain: acme, reads: 'domain' },
        exclusive: ['groups'],
        ...sort.spec,
      },
      env: {
        OS_AUTH_URL: `${wire.address}/v3`,
        OS_USERNAME: secret === undefined ? 'admin' : acme,
        OS_PASSWORD: secret ?? password,
        OS_USER_DOMAIN_NAME: 'Default',
        OS_PROJECT_NAME: 'admin',
        OS_PROJECT_DOMAIN_NAME: 'Default',
      },
      base: [
        { kind: 'Project', name: 'web', spec: { system: 'live', type: 'openstack' } },
        { kind: 'Group', name: 'staff', spec: { systems: { live: {} }, members: people } },
        policy('all', { group: 'staff' }, 'reader'),
        ...sort.base,
      ],
      account: sort.account,
      group: {},
      resources: [{ project: 'web' }],
      roles: (policy) => [policy],
      toApply: ['--secrets-to', `file:${sink}`],
      there: () => thereIn(domain, web, sort.people),
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
})

/** Who is always there. A few: of a handful of memberships and grants, a plan takes away no more than half. */
const people = ['ana', 'bo', 'cy']

async function first(domain: string, web: string): Promise<readonly string[]> {
  const ids = await Promise.all(people.map((name) => make('user', { name, domain_id: domain })))
  const staff = await make('group', { name: 'staff', domain_id: domain })
  for (const id of ids) await api('PUT', `/groups/${staff}/users/${id}`)
  await api('PUT', `/projects/${web}/groups/${staff}/roles/${await roleId('reader')}`)
  return ids
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

async function thereIn(domain: string, web: string, known: readonly string[]): Promise<There> {
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
    accounts: users.filter((name) => !known.includes(name)),
    groups: groups.filter((name) => name !== 'staff'),
    policies: ofGroups
      .map(({ role }) => names.get(role.id) ?? role.id)
      .filter((name) => name !== 'reader')
      .sort(),
  }
}

const user = (name: string, account: object): Document => ({
  kind: 'User',
  name,
  spec: { accounts: { live: account } },
})

export const openstack = contractOf('openstack', {
  spec: { owners: { expected: ['ana'], minimum: 1 } },
  account: {},
  base: [...people.map((name) => user(name, {})), policy('owners', { user: 'ana' }, 'admin')],
  people,
  first: async (domain, web) => {
    const [ana] = await first(domain, web)
    await api('PUT', `/projects/${web}/users/${ana}/roles/${await roleId('admin')}`)
  },
})

/** An account at CloudVPS: with the main-customer, the interface project, and a type for each user. */
export const cloudvps = contractOf('openstack, profile cloudvps', {
  spec: { profile: 'cloudvps', owners: { expected: ['main', 'ana'] } },
  account: { userType: 'customer-tech' },
  base: [
    { kind: 'Project', name: 'interface', spec: { system: 'live', type: 'interface', name: 'customer' } },
    user('main', { userType: 'main-customer' }),
    user('ana', { userType: 'customer-admin' }),
    ...['bo', 'cy'].map((name) => user(name, { userType: 'customer-tech' })),
    policy('desk', { user: 'bo' }, 'member'),
  ],
  people: ['main', ...people],
  first: async (domain, web) => {
    const [ana, bo, cy] = await first(domain, web)
    await api('PUT', `/projects/${web}/users/${bo}/roles/${await roleId('member')}`)
    const description = 'Main Customer Interface Project'
    const entrance = await make('project', { name: 'customer', domain_id: domain, description })
    const main = await make('user', { name: 'main', domain_id: domain })
    const typed = {
      [main]: 'main-customer',
      [ana!]: 'customer-admin',
      [bo!]: 'customer-tech',
      [cy!]: 'customer-tech',
    }
    for (const [id, type] of Object.entries(typed))
      await api('PUT', `/projects/${entrance}/users/${id}/roles/${await roleId(type)}`)
  },
})
