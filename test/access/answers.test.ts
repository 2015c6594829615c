import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { byHand } from '../cli/directory.ts'
import { at, onDisk } from '../lifecycle/travel.ts'
import { world } from '../world.ts'

const day = '2026-11-25'

/** Two ways to one application, a right for everyone, and somebody whose account is called otherwise. */
const organisation = world()
  .system('dir', { owners: { minimum: 1 } })
  .group('finance', { systems: { dir: { regions: ['eu-central-1'], maxDevices: 3 } } })
  .group('payroll', { parent: 'finance' })
  .role('deployer', { system: 'dir', privileges: ['release.create'] })
  .project('web', { system: 'dir', type: 'openstack' })
  .user('ana', { accounts: { dir: { role: 'Owner' } } })
  .user('bo', { accounts: { dir: { username: 'b.olsen' } }, groups: ['payroll'] })
  .user('chen', { accounts: { dir: {} }, groups: ['finance'] })
  .policy('wages', { subjects: [{ group: 'finance' }], resources: [{ application: 'wages' }] })
  .policy('lobby', { subjects: [{ everyone: true }], resources: [{ application: 'lobby' }] })
  .policy('deploys', { subjects: [{ user: 'chen' }], roles: ['deployer'], resources: [{ project: 'web' }] })

async function applied(): Promise<string> {
  const root = onDisk(organisation)
  expect(await at(day, root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  return root
}

const ask = (root: string, ...args: string[]): ReturnType<typeof at> => at(day, root, 'access', ...args)

describe('who-can', () => {
  it('names everybody who may, and through what', async () => {
    expect(await ask(await applied(), 'who-can', 'reach', 'wages')).toEqual({
      code: 0,
      stderr: '',
      stdout: `dir
  bo (b.olsen)  through group payroll, group finance, policy wages
  chen          through group finance, policy wages

2 accounts can reach application wages, as it is.
`,
    })
  })

  it('says everyone once, and not each of them', async () => {
    expect(await ask(await applied(), 'who-can', 'reach', 'application:lobby')).toEqual({
      code: 0,
      stderr: '',
      stdout: `dir
  everyone  through policy lobby

everyone can reach application lobby, as it is.
`,
    })
  })

  it('lists whose power nobody knows apart: it may be this one', async () => {
    const root = await applied()
    byHand(
      root,
      'dir.db',
      'PRAGMA foreign_keys = OFF',
      "UPDATE accounts SET role = 'Wizard' WHERE user_name = 'chen'",
    )
    const { stdout } = await ask(root, 'who-can', 'role:Owner', 'all')
    expect(stdout).toBe(`dir
  ana

dir  perhaps: a power nobody knows
  chen  role Wizard

1 account and perhaps 1 more can hold role Owner, as it is.
`)
  })

  it('is a table for a review, whose cells a spreadsheet does not work out', async () => {
    const { stdout } = await ask(await applied(), 'who-can', 'role:deployer', 'web', '-o', 'csv')
    expect(stdout).toBe(
      [
        'system,person,subject,privilege,action,resource,through,lastSignIn',
        'dir,chen,account:chen,ordinary,role:deployer,project:web,grant:account:chen deployer project:web > role:deployer,',
        '',
      ].join('\r\n'),
    )
  })

  it('takes a word that nobody uses for a slip: "nobody" would be the wrong answer', async () => {
    const root = await applied()
    expect(await ask(root, 'who-can', 'raech', 'wages')).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: Nobody may do "raech" to anything here.
  Did you mean "reach"? The actions are reach, release.create, role:Member, role:Owner, role:deployer.
`,
    })
    expect(await ask(root, 'who-can', 'reach', 'wagse')).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: Nothing here is called "wagse".
  Did you mean "wages"?
`,
    })
  })

  it('answers "nobody" for what there is and nobody may', async () => {
    expect(await ask(await applied(), 'who-can', 'reach', 'web')).toEqual({
      code: 0,
      stderr: '',
      stdout: 'nobody can reach project web, as it is.\n',
    })
  })
})

describe('explain', () => {
  it('says everything that a person can do, and which settings come from where', async () => {
    expect(await ask(await applied(), 'explain', 'chen')).toEqual({
      code: 0,
      stderr: '',
      stdout: `dir  member
  reach application lobby        through everyone, policy lobby
  reach application wages        through group finance, policy wages
  release.create on project web  through role deployer
  role Member
  role deployer on project web
  settings from group finance
    subnets     none
    regions     eu-central-1
    maxDevices  3

chen: 5 rights in 1 system, as it is.
`,
    })
  })

  it('goes by the person, whatever the account is called', async () => {
    const { stdout } = await ask(await applied(), 'explain', 'bo')
    expect(stdout).toContain('dir  account b.olsen  member\n')
  })

  it('knows an account that nobody declares by its own name', async () => {
    const root = await applied()
    byHand(root, 'dir.db', "UPDATE accounts SET user_name = 'stranger' WHERE user_name = 'chen'")
    const { stdout } = await ask(root, 'report')
    expect(stdout).toContain('stranger (not declared)')
    const told = await ask(root, 'explain', 'stranger')
    expect(told.stdout).toContain('dir  member\n')
  })

  it('tells who was meant where nobody of the name has an account', async () => {
    expect(await ask(await applied(), 'explain', 'cheng')).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: "cheng" has no account in any of these systems.
  Did you mean "chen"?
`,
    })
  })

  it('cannot say so of systems that were not read', async () => {
    const root = await applied()
    writeFileSync(join(root, '.rolecall/dir.db'), 'no database')
    const { code, stderr } = await ask(root, 'explain', 'chen')
    expect(code).toBe(4)
    expect(stderr).toContain('"chen" has no account in any system that could be read.')
  })
})
