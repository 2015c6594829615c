import { expect, it } from 'vitest'
import { documents, vpnWorld, type VpnWorld } from './world.ts'

const manifests = documents(
  ['User', 'ana', 'accounts: {vpn: {username: ana@acme.example, role: Owner}}'],
  [
    'User',
    'bo',
    'email: bo@acme.example\ngroups: {primary: engineering, secondary: [finance]}\naccounts: {vpn: {role: Administrator}}',
  ],
  ['User', 'chen', 'groups: {primary: engineering, secondary: [oncall]}\naccounts: {vpn: {role: Member}}'],
  ['Group', 'engineering', 'systems:\n  vpn: {regions: [eu-central-1], maxDevices: 5}'],
  ['Group', 'finance', 'systems:\n  vpn: {regions: [us-east-1], maxDevices: 1}'],
  ['Group', 'oncall', 'systems:\n  vpn: {regions: [all]}'],
  [
    'AccessPolicy',
    'payroll',
    'systems: [vpn]\nsubjects: [{group: finance}]\nresources: [{application: fra1/payroll}]',
  ],
  ['AccessPolicy', 'laptops', 'systems: [vpn]\nsubjects: [{group: finance}]\nresources: [{group: oncall}]'],
)

async function applied(): Promise<VpnWorld> {
  const world = await vpnWorld()
  world.write('all.yaml', manifests)
  const { code, err } = await world.rolecall('apply', '--auto-approve')
  expect(code, err).toBe(0)
  return world
}

it('M5, M6, M7: any group of a person gives access, a group as destination is its people, and secondary groups change no setting', async () => {
  const world = await applied()
  const payroll = await world.rolecall('access', 'who-can', 'reach', 'application:fra1/payroll')
  expect(payroll.out).toBe(`vpn
  bo  through group finance, policy payroll

1 account can reach application fra1/payroll, as it is.
`)
  const laptops = await world.rolecall('access', 'who-can', 'reach', 'account:chen')
  expect(laptops.out).toContain('bo  on group oncall  through group finance, policy laptops')
  const { out } = await world.rolecall('access', 'explain', 'bo')
  // C2: which settings are inherited, and from where; finance allows one device and says nothing here.
  expect(out).toContain('  settings from group engineering\n')
  expect(out).toContain('    regions          eu-central-1\n')
  expect(out).toContain('    maxDevices       5\n')
  expect(out).not.toContain('settings from group finance')
})

it('C5, C6, C7: billing and subscription are the Owner’s alone, an administrator has the rest, and a member administers nothing', async () => {
  const world = await applied()
  const who = async (action: string, resource: string): Promise<string> =>
    (await world.rolecall('access', 'who-can', action, resource)).out
  for (const resource of ['billing:*', 'subscription:*', 'owner:*'])
    expect(await who('manage', resource)).toMatch(
      /^vpn\n {2}ana \(ana@acme\.example\) {2}through role Owner\n\n1 account /,
    )
  expect(await who('administer', 'all')).toMatch(
    /^vpn\n {2}ana \(ana@acme\.example\) +through role Owner\n {2}bo +through role Administrator\n\n2 accounts /,
  )
  const { out } = await world.rolecall('access', 'explain', 'chen')
  expect(out).toMatch(/^vpn {2}member\n {2}role Member\n {2}settings from group engineering\n/)
})

it('C3: under full mesh, or while its access group is left, everybody is said to reach everything', async () => {
  const world = await applied()
  const ask = async (): Promise<string> =>
    (await world.rolecall('access', 'who-can', 'reach', 'application:fra1/payroll')).out
  world.sandbox.portal.change((account) => {
    account.topology = 'FULL_MESH'
  })
  expect(await ask()).toContain('everyone  on everything  through topology full-mesh')
  world.sandbox.portal.change((account) => {
    account.topology = 'CUSTOM'
  })
  expect(await ask()).toContain('1 account can reach application fra1/payroll')
  world.sandbox.portal.change((account) => {
    const [group] = account.userGroups
    // Narrowed by somebody, and still the group that voids all others.
    account.accessGroups.push({
      ...{ id: 'ag-mesh', name: 'Default Full Mesh Access', description: null, defaultGroup: true },
      source: [{ type: 'USER_GROUP', allCovered: false, children: [group?.id ?? ''] }],
      destination: [{ type: 'USER_GROUP', allCovered: false, children: [group?.id ?? ''] }],
    })
  })
  expect(await ask()).toContain('everyone  on everything  through policy Default Full Mesh Access')
})

it('M3: another primary group shows the settings that are others by it', async () => {
  const world = await applied()
  const swapped = '{primary: oncall, secondary: [engineering]}'
  world.write('all.yaml', manifests.replace('{primary: engineering, secondary: [oncall]}', swapped))
  const { code, out } = await world.rolecall('plan')
  expect(code).toBe(0)
  expect(out).toMatch(/maxDevices +5 → 3/)
  expect(out).toMatch(/regions +eu-central-1 → all/)
})
