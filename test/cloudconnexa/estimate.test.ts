import { expect, it } from 'vitest'
import { documents, vpnWorld } from './world.ts'

const base = documents(
  ['User', 'ana', 'accounts: {vpn: {username: ana@acme.example, role: Owner}}'],
  ['Group', 'default', 'systems:\n  vpn: {name: Default}'],
)
const people = (group: string, ...names: readonly string[]): string =>
  documents(
    ...names.map(
      (name) => ['User', name, `groups: {primary: ${group}}\naccounts: {vpn: {role: Member}}`] as const,
    ),
  )
const group = (name: string, devices: number): string =>
  documents(['Group', name, `systems:\n  vpn: {regions: [all], maxDevices: ${devices}}`])

it('the calls that a plan announces are about those that its apply sends, the look before each PUT counted', async () => {
  const world = await vpnWorld({ system: 'exclusive: [groups]' })
  world.write('base.yaml', base)
  world.write('groups.yaml', [group('one', 3), group('two', 3)].join('---\n'))
  world.write(
    'people.yaml',
    people('one', 'bo', 'chen', 'dee', 'eli', 'fay', 'gus', 'hal', 'ivy', 'jo', 'kim'),
  )
  expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
  // four moved, one new, a group changed and one gone
  world.write('groups.yaml', [group('one', 5), group('three', 3)].join('---\n'))
  world.write('people.yaml', people('one', 'fay', 'gus', 'hal', 'ivy', 'jo', 'kim'))
  world.write('moved.yaml', people('three', 'bo', 'chen', 'dee', 'eli', 'lou'))
  world.sandbox.calls.splice(0)
  const { out } = await world.rolecall('plan', '-o', 'json')
  const [system] = (JSON.parse(out) as { systems: { estimate: { calls: number } }[] }).systems
  const read = world.sandbox.calls.splice(0).length
  expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
  const sent = world.sandbox.calls.length - read
  const { calls } = system!.estimate
  expect(Math.abs(calls - sent) / sent, `${calls} announced, ${sent} sent`).toBeLessThan(0.2)
  expect(sent).toBeGreaterThan(40)
})
