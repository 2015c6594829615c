import { expect, it } from 'vitest'
import { documents, vpnWorld } from './world.ts'

const owner = ['User', 'ana', 'accounts: {vpn: {username: ana@acme.example, role: Owner}}'] as const
const bo = ['User', 'bo', 'groups: [engineering]\naccounts: {vpn: {role: Member}}'] as const
const engineering = ['Group', 'engineering', 'systems:\n  vpn: {}'] as const
const policy = [
  'AccessPolicy',
  'payroll',
  'systems: [vpn]\nsubjects: [{group: engineering}]\nresources: [{application: fra1/payroll}]',
] as const

it.each([
  ['/api/v1/users', 'bo'],
  ['/api/v1/user-groups', 'engineering'],
  ['/api/v1/access-groups', 'payroll'],
])('a reply to POST %s that is lost makes nothing twice', async (path, name) => {
  const world = await vpnWorld({ unknowns: { samePolicyName: 'accept' } })
  world.write('all.yaml', documents(owner, bo, engineering, policy))
  world.sandbox.faults.add({ method: 'POST', path, times: 1, trouble: { drop: 'reply' } })
  await world.rolecall('apply', '--auto-approve')
  const { code, err } = await world.rolecall('apply', '--auto-approve')
  expect(code, err).toBe(0)
  const { users, userGroups, accessGroups } = world.sandbox.account()
  const named = [
    ...users.map(({ username }) => username),
    ...[...userGroups, ...accessGroups].map((one) => one.name),
  ]
  expect(named.filter((one) => one === name)).toEqual([name])
  expect(await world.rolecall('plan', '--detailed-exitcode')).toMatchObject({ code: 0 })
})
