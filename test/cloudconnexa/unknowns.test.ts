/** Whatever the documentation leaves open: under each reading a run converges, or it stops, says why, and has broken nothing. */
import { expect, it } from 'vitest'
import { unknowns, type Unknowns } from '../../src/sandbox/cloudconnexa/unknowns.ts'
import { documents, vpnWorld, type VpnWorld } from './world.ts'

const owner = documents(
  ['User', 'ana', 'groups: {primary: default}\naccounts: {vpn: {username: ana@acme.example, role: Owner}}'],
  ['Group', 'default', 'systems:\n  vpn: {name: Default}'],
)

function wishes(step: 'first' | 'second'): string {
  const second = step === 'second'
  return documents(
    [
      'Group',
      'one',
      `systems:\n  vpn: {regions: [${second ? 'us-east-1' : 'all'}], devicePosture: managed-laptop}`,
    ],
    ['Group', second ? 'three' : 'two', 'systems:\n  vpn: {regions: [all]}'],
    [
      'User',
      'bo',
      `email: bo@acme.example\ngivenName: Bo\ngroups: {primary: one, secondary: [${second ? '' : 'two'}]}\naccounts: {vpn: {role: ${second ? 'Member' : 'Administrator'}}}`,
    ],
    [
      'User',
      'chen',
      `groups: {primary: one}\nstatus: ${second ? 'suspended' : 'active'}\naccounts: {vpn: {}}`,
    ],
    ['User', 'dee', `groups: {primary: one}\naccounts: {vpn: {}}`],
    ...(second ? ([['User', 'eli', 'groups: {primary: three}\naccounts: {vpn: {}}']] as const) : []),
    [
      'AccessPolicy',
      'payroll',
      `systems: [vpn]\nsubjects: [{group: one}]\nresources: [{application: fra1/payroll}${second ? ', {network: hq}' : ''}]`,
    ],
  )
}

const { ROLECALL_DEEP } = process.env
const entries: readonly (readonly [string, readonly string[]])[] = Object.entries(unknowns)

/** Where the system will not do what is wished, a run stops, and says why. */
const stops: Readonly<Record<string, { readonly says: string; readonly bo: string }>> = {
  'secondaryEmpty keep': { says: 'open      account bo: groups is not as written', bo: 'MEMBER' },
  'secondaryEmpty refuse': { says: '"secondaryGroupIds must have an item"', bo: 'ADMIN' },
  'lastAdministrator refuse': { says: '"The last administrator has to stay"', bo: 'ADMIN' },
}

/** The first, second and third readings of all of them together, but for those that stop; in the deep run each by itself. */
const together = [0, 1, 2].map((at) =>
  Object.fromEntries(
    entries.map(([name, readings]) => {
      const reading = readings[at] ?? readings[0]!
      return [name, `${name} ${reading}` in stops ? readings[0]! : reading]
    }),
  ),
)
const alone = entries.flatMap(([name, readings]) => readings.map((reading) => ({ [name]: reading })))

it.each(
  ROLECALL_DEEP === '1' ? [...together, ...alone.filter((one) => stopOf(one) === undefined)] : together,
)('a run converges: %j', async (readings) => {
  const world = await changed(readings)
  await done(world)
  expect(stateOf(world)).toEqual(end('MEMBER', ['Default', 'one', 'three']))
})

it.each(alone.filter((one) => stopOf(one) !== undefined))(
  'a run stops, says why, and has broken nothing: %j',
  async (readings) => {
    const { says, bo } = stopOf(readings)!
    const world = await changed(readings)
    const { code, out, err } = await world.rolecall('apply', '--auto-approve')
    expect(code, err).toBe(5)
    expect(out).toContain(says)
    expect(stateOf(world)).toEqual(end(bo, ['Default', 'one', 'three', 'two']))
  },
)

function stopOf(readings: Readonly<Record<string, string>>): (typeof stops)[string] | undefined {
  const [[name, reading] = ['', '']] = Object.entries(readings)
  return stops[`${name} ${reading}`]
}

/** What was wished first is there, and the manifests want it otherwise. */
async function changed(readings: Partial<Unknowns>): Promise<VpnWorld> {
  const world = await vpnWorld({
    unknowns: readings,
    system: 'exclusive: [groups, policies]\ndefaults: {account: {role: Member}}',
  })
  world.write('owner.yaml', owner)
  world.write('all.yaml', wishes('first'))
  await done(world)
  world.write('all.yaml', wishes('second'))
  return world
}

function stateOf({ sandbox }: VpnWorld): unknown {
  const { users, userGroups, accessGroups } = sandbox.account()
  return {
    users: users.map(({ username, role, status }) => `${username} ${role} ${status}`).sort(),
    groups: userGroups.map(({ name }) => name).sort(),
    policies: accessGroups.map(({ name }) => name),
  }
}

function end(bo: string, groups: readonly string[]): unknown {
  return {
    users: [
      'ana@acme.example OWNER ACTIVE',
      `bo ${bo} INVITED`,
      'chen MEMBER SUSPENDED',
      'dee MEMBER INVITED',
      'eli MEMBER INVITED',
    ],
    groups,
    policies: ['payroll'],
  }
}

async function done(world: VpnWorld): Promise<void> {
  const applied = await world.rolecall('apply', '--auto-approve')
  expect(applied.code, applied.out + applied.err).toBe(0)
  const { code, out } = await world.rolecall('plan', '--detailed-exitcode')
  expect(code, out).toBe(0)
}
