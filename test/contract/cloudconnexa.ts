/** CloudConnexa in the contract suite, over its sandbox. */
import { startCloudConnexa } from '../../src/sandbox/cloudconnexa/index.ts'
import type { ContractSystem } from './system.ts'

const owner = 'ana@acme.example'

/** By their names in the account. */
const otherLists = {
  networks: /^\/api\/v1\/networks$/,
  networkApplications: /^\/api\/v1\/networks\/applications$/,
  networkIpServices: /^\/api\/v1\/networks\/ip-services$/,
  hosts: /^\/api\/v1\/hosts$/,
  hostApplications: /^\/api\/v1\/hosts\/applications$/,
  hostIpServices: /^\/api\/v1\/hosts\/ip-services$/,
  locationContexts: /^\/api\/v1\/location-contexts$/,
  devicePostures: /^\/api\/v1\/device-postures$/,
} as const

export const cloudconnexa: ContractSystem = {
  name: 'cloudconnexa',
  lacks: {},
  otherLists,
  open: async ({ clock, pageSize, secret }) => {
    const sandbox = await startCloudConnexa({
      limits: 'off',
      now: clock.now,
      ...(pageSize === undefined ? {} : { largestPage: pageSize }),
    })
    const { address, calls, faults, portal, account } = sandbox
    if (secret !== undefined)
      portal.change(({ keys }) => {
        keys[0]!.clientSecret = secret
      })
    return {
      spec: {
        connector: 'cloudconnexa',
        endpoint: address,
        credentials: { clientId: { env: 'VPN_CLIENT_ID' }, clientSecret: { env: 'VPN_CLIENT_SECRET' } },
        authentication: 'local',
        settings: { topology: 'custom' },
        defaults: { account: { role: 'Member' } },
        exclusive: ['groups', 'policies'],
        owners: { expected: ['ana'] },
      },
      env: {
        VPN_CLIENT_ID: sandbox.credentials.clientId,
        VPN_CLIENT_SECRET: secret ?? sandbox.credentials.clientSecret,
      },
      base: [
        { kind: 'Group', name: 'default', spec: { systems: { live: { name: 'Default' } } } },
        {
          kind: 'User',
          name: 'ana',
          spec: {
            email: owner,
            groups: { primary: 'default' },
            accounts: { live: { username: owner, role: 'Owner' } },
          },
        },
      ],
      account: {},
      group: { regions: ['eu-central-1'] },
      resources: [{ application: 'wiki' }],
      there: () => {
        const { users, userGroups, accessGroups } = account()
        return {
          accounts: users.flatMap(({ username }) => (username === owner ? [] : [username])).sort(),
          groups: userGroups.flatMap(({ name }) => (name === 'Default' ? [] : [name])).sort(),
          policies: accessGroups.map(({ name }) => name).sort(),
        }
      },
      byHand: ({ accounts = [], groups = [] }) => {
        portal.change(({ users, userGroups }) => {
          const [ana] = users
          const [fallback] = userGroups
          for (const name of groups) userGroups.push({ ...fallback!, id: `by-hand-${name}`, name })
          for (const username of accounts)
            users.push({ ...ana!, id: `by-hand-${username}`, username, email: null, role: 'MEMBER' })
        })
      },
      wire: {
        calls,
        faults,
        isWrite: ({ method, path }) => method !== 'GET' && path !== '/api/v1/oauth/token',
        lists: {
          accounts: /^\/api\/v1\/users$/,
          groups: /^\/api\/v1\/user-groups$/,
          policies: /^\/api\/v1\/access-groups$/,
        },
        fill: (list, count) => {
          portal.change((all) => {
            const items = all[list as keyof typeof otherLists] as { id: string; name: string }[]
            for (let at = 1; items.length < count; at += 1)
              items.unshift({ ...items.at(-1)!, id: `more-${list}-${at}`, name: `more-${at}` })
          })
        },
        mark: () => {
          const marked = account()
          return () => {
            sandbox.restore(marked)
          }
        },
      },
      close: sandbox.close,
    }
  },
}
