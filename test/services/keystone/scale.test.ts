import { expect, it } from 'vitest'
import { secret } from '../../../src/connector/secrets.ts'
import { openReader } from '../../../src/systems/openstack/client.ts'
import { daily, full, organisation } from './organisation.ts'
import { password } from './server.ts'
import { keystone, stackWorld, withKeystone } from './world.ts'

const size = process.env['ROLECALL_DEEP'] === '1' ? full : daily

withKeystone('a real Keystone with a whole organisation', () => {
  it(
    `${size.users} users, ${size.groups} groups, ${size.projects} projects and ${size.grants} assignments are applied and read back`,
    { timeout: 3_600_000 },
    async () => {
      const world = stackWorld('  owners: {minimum: 1}\n')
      world.write('all.yaml', organisation(size))
      const applied = await world.apply()
      expect([applied.code, applied.out]).toEqual([
        0,
        expect.stringContaining('A second run finds nothing to do.'),
      ])
      const again = await world.rolecall('plan')
      expect([again.code, again.out]).toEqual([0, expect.stringMatching(/Nothing to (do|send)/)])

      const names = { authUrl: keystone().url, username: 'admin', password, systemScope: 'all' }
      const reader = openReader({
        ...{ system: 'stack', settings: {}, root: '/', now: () => new Date() },
        credentials: Object.fromEntries(
          Object.entries(names).map(([name, value]) => [name, secret(value)] as const),
        ),
      })
      const { graph, calls } = await reader.observe()
      await reader.close()
      const count = (kind: 'account' | 'group' | 'project' | 'grant'): number => [...graph.all(kind)].length
      // the administrator, its project, its two assignments, and the domain among the projects
      expect([count('account'), count('group'), count('project'), count('grant')]).toEqual([
        size.users + 1,
        size.groups,
        size.projects + 2,
        size.grants + 2,
      ])
      // a token, seven lists, roles of the one domain, and one call a group
      expect(calls).toBe(9 + size.groups)
    },
  )
})
