import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { create, done } from '../directory/resources.ts'
import type { Write } from '../../src/model/change.ts'
import { adoptWorld, system, type AdoptWorld } from './live.ts'

const modeline = (up: string): string => `# yaml-language-server: $schema=${up}.rolecall/schema.json\n`

describe('a live system that no manifest knows', () => {
  it('becomes manifests of every kind, after which the plan is empty', async () => {
    const world = adoptWorld()
    await write(world, ...everything)
    const said = await world.adopt('create')
    expect(said).toMatch(
      /^people: 12 new documents, 0 changed ones, in 11 files\.\n {2}access\/people\/ana\.yaml\n/,
    )
    expect(said).toMatch(/\n\nSee what is left to do with rolecall plan --system people\.\n$/)
    expect(world.files()).toEqual([
      'access/people/ana.yaml',
      'access/people/backup.yaml',
      'access/people/bo.yaml',
      'access/people/grants.yaml',
      'access/people/groups.yaml',
      'access/people/mappings.yaml',
      'access/people/policies.yaml',
      'access/people/projects.yaml',
      'access/people/roles.yaml',
      'access/people/scopes.yaml',
      'rolecall.yaml',
    ])
    expect(await world.plan()).toEqual([])
  })

  it('is written at stage report, with its owners and the role that most people have', async () => {
    const world = adoptWorld()
    await write(world, ...everything)
    await world.adopt('create')
    expect(world.read('rolecall.yaml')).toContain(`---
${modeline('')}apiVersion: rolecall/v1
kind: System
metadata:
  name: people
spec:
  connector: directory
  settings:
    file: .rolecall/people.db
  stage: report
  defaults:
    account:
      role: Administrator
  owners:
    expected:
      - ana
`)
  })

  it('has one file a person, with memberships on the person', async () => {
    const world = adoptWorld()
    await write(world, ...everything)
    await world.adopt('create')
    expect(world.read('access/people/ana.yaml')).toBe(`${modeline('../../')}apiVersion: rolecall/v1
kind: User
metadata:
  name: ana
  labels:
    team: platform
spec:
  email: ana@acme.example
  givenName: Ana
  familyName: Silva
  employment: employee
  groups:
    primary: engineering-eu
    secondary:
      - oncall
  accounts:
    people:
      username: Ana
      role: Owner
`)
    expect(world.read('access/people/bo.yaml')).toBe(`${modeline('../../')}apiVersion: rolecall/v1
kind: User
metadata:
  name: bo
spec:
  groups:
    - oncall
  accounts:
    people:
      status: suspended
      scope: eu
`)
  })

  it('keeps native names that are no handles, and settings where they hold something', async () => {
    const world = adoptWorld()
    await write(world, ...everything)
    await world.adopt('create')
    expect(world.read('access/people/groups.yaml')).toBe(`${modeline('../../')}apiVersion: rolecall/v1
kind: Group
metadata:
  name: engineering-eu
spec:
  name: Engineering (EU)
  description: Everyone who builds
  managers:
    - ana
  systems:
    people:
      regions:
        - eu-central-1
      maxDevices: 5
---
${modeline('../../')}apiVersion: rolecall/v1
kind: Group
metadata:
  name: oncall
spec:
  parent: engineering-eu
  managers: []
  systems:
    people: {}
`)
    expect(world.read('access/people/policies.yaml')).toContain(`  name: payroll-restricted
spec:
  systems:
    - people
  name: Payroll (restricted)
  subjects:
    - user: ana
    - everyone: true
    - group: oncall
  resources:
    - application: fra1/payroll
    - project: web
`)
  })

  it('a directory where nobody has a primary group is a flat one', async () => {
    const world = adoptWorld()
    await write(
      world,
      create('group', 'red'),
      create('group', 'blue'),
      create('account', 'ana', { links: { role: ['role:Owner'], groups: ['group:blue', 'group:red'] } }),
    )
    await world.adopt('create')
    expect(world.read('rolecall.yaml')).toContain('  profile: flat\n')
    expect(world.read('access/people/ana.yaml')).toContain('  groups:\n    - blue\n    - red\n')
    expect(await world.plan()).toEqual([])
  })

  it('is only read: the file stays as it is, byte for byte', async () => {
    const world = adoptWorld()
    await write(world, ...everything)
    const before = readFileSync(world.people.file)
    await world.adopt('create')
    expect(readFileSync(world.people.file).equals(before)).toBe(true)
  })

  it('says what no manifest can say, and adopts the rest', async () => {
    const world = adoptWorld()
    await write(
      world,
      create('account', 'ana', { links: { role: ['role:Owner'] } }),
      create('account', 'bo'),
      create('account', 'chen', { links: { role: ['role:Member'] } }),
      create('group', 'bell\u0007'),
    )
    world.people.byHand("UPDATE accounts SET role = 'Emperor' WHERE user_name = 'chen'")
    expect(await world.adopt('create')).toContain(`
Live, and in no manifest:
  group:bell\\u{7} has a control character in its name
  account:bo has no role
  account:chen has the role Emperor, which nobody knows
`)
    expect(world.files()).toEqual(['access/people/ana.yaml', 'rolecall.yaml'])
    expect(await world.plan()).toEqual([
      'keep (unmanaged) people group:bell\u0007',
      'keep (unmanaged) people account:bo',
      'keep (unmanaged) people account:chen',
    ])
  })

  it('leaves alone what could be mistaken for something else, and what refers to it is not guessed', async () => {
    const world = adoptWorld()
    await write(
      world,
      create('group', 'on  call'),
      create('group', 'paypal'),
      create('group', 'p\u0430ypal'),
      create('account', 'ana', { links: { role: ['role:Owner'], groups: ['group:on  call'] } }),
    )
    const said = await world.adopt('create')
    expect(said).toContain(
      '\n  group:on  call cannot be declared: This identity has spaces that cannot be seen',
    )
    expect(said).toMatch(/\n {2}group:p.+ypal cannot be declared: /)
    expect(world.read('access/people/ana.yaml')).not.toContain('groups')
    expect((await world.plan()).filter((line) => !line.startsWith('keep (unmanaged)'))).toEqual([])
  })

  it('cannot be adopted without saying how it is reached', async () => {
    await expect(adoptWorld().adopt()).rejects.toMatchObject({
      message: 'There is no system "people" in the manifests.',
      fix: 'There are none yet. To begin with it, say how it is reached: --connector cloudconnexa|directory|openstack --setting KEY=VALUE.',
    })
  })
})

describe('a second run', () => {
  it('and a first one of a system that is declared, with nothing else beside it', async () => {
    const world = adoptWorld({ 'rolecall.yaml': system() })
    await write(world, ...everything)
    await world.adopt()
    expect(await world.plan()).toEqual([])
  })

  it('changes nothing where nothing has changed', async () => {
    const world = adoptWorld()
    await write(world, ...everything)
    await world.adopt('create')
    const before = world.files().map(world.read)
    expect(await world.adopt()).toContain('people: everything live is in the manifests already.\n')
    expect(world.files().map(world.read)).toEqual(before)
  })

  it('touches what differs and keeps comments, order and all other documents', async () => {
    const world = adoptWorld({ 'rolecall.yaml': system(), 'access/all.yaml': all })
    await declared(world)
    expect(await world.plan()).toEqual([])
    world.people.byHand(`
      UPDATE accounts SET role = 'Administrator', family_name = 'Lind' WHERE user_name = 'bo';
      DELETE FROM memberships WHERE account = 'bo';
      INSERT INTO groups (name) VALUES ('attic');
      INSERT INTO memberships VALUES ('bo', 'home'), ('ana', 'attic');
      UPDATE groups SET description = 'At night', regions = '["eu","us"]' WHERE name = 'oncall'`)
    await world.adopt()
    expect(world.read('access/all.yaml')).toBe(
      all
        .replace('role: Member # for now', 'role: Administrator # for now')
        .replace('familyName: Lund', 'familyName: Lind')
        .replace('secondary: [oncall]', 'secondary: [home]')
        .replace('    secondary:\n      - payroll\n', '    secondary:\n      - attic\n      - payroll\n')
        .replace('description: Nights', 'description: At night')
        .replace('regions: [eu]', 'regions: [eu, us]'),
    )
    expect(await world.plan()).toEqual([])
  })

  it('does not declare again what is declared, and leaves alone what is ignored', async () => {
    const ignoring = system('  ignore: {accounts: ["x-*"]}\n  automation: [rolecall]\n')
    const world = adoptWorld({ 'rolecall.yaml': ignoring, 'access/all.yaml': all })
    await declared(world)
    await write(
      world,
      ...['x-admin', 'rolecall', 'chen'].map((name) =>
        create('account', name, { links: { role: ['role:Member'] } }),
      ),
    )
    await world.adopt()
    expect(world.files()).toEqual(['access/all.yaml', 'access/people/chen.yaml', 'rolecall.yaml'])
    expect(world.read('access/all.yaml')).toBe(all)
    expect(await world.plan()).toEqual([])
  })

  it('says what is declared and not live, and does not delete it', async () => {
    const world = adoptWorld({ 'rolecall.yaml': system(), 'access/all.yaml': all })
    await declared(world)
    world.people.byHand(
      "DELETE FROM accounts WHERE user_name = 'bo'; DELETE FROM memberships WHERE account = 'bo'",
    )
    expect(await world.adopt()).toContain(
      'Declared, and not live: the next plan creates it; delete the document to go by what is live.\n  account:bo\n',
    )
    expect(world.read('access/all.yaml')).toBe(all)
  })

  it('takes a manager for a manager where the group names its managers', async () => {
    const world = adoptWorld({ 'rolecall.yaml': system(), 'access/all.yaml': all })
    await declared(world)
    world.people.byHand("DELETE FROM managers; INSERT INTO managers VALUES ('bo', 'oncall')")
    await world.adopt()
    expect(world.read('access/all.yaml')).toContain('  managers:\n    - bo\n')
    expect(await world.plan()).toEqual([])
  })
})

describe('people whom the manifests know from elsewhere', () => {
  const other = `${system()}---
apiVersion: rolecall/v1
kind: System
metadata: {name: elsewhere}
spec: {connector: directory, settings: {file: .rolecall/elsewhere.db}, defaults: {account: {role: Member}}}
`
  const person = (name: string, email: string): string => `apiVersion: rolecall/v1
kind: User
metadata:
  name: ${name}
spec:
  email: ${email} # checked
  accounts:
    elsewhere: {}
`
  const account = (name: string, email: string): Write =>
    create('account', name, { fields: { email }, links: { role: ['role:Member'] } })

  it('are found by their address, whatever they are called there', async () => {
    const world = adoptWorld({ 'rolecall.yaml': other, 'access/ana.yaml': person('ana', 'ana@acme.example') })
    await write(world, account('asilva', 'ANA@acme.example'))
    await world.adopt()
    expect(world.read('access/ana.yaml')).toBe(`${person('ana', 'ana@acme.example')}    people:
      email: ANA@acme.example
      username: asilva
      role: Member
      groups: []
`)
  })

  it('are not taken for somebody else of the same name', async () => {
    const world = adoptWorld({ 'rolecall.yaml': other, 'access/bo.yaml': person('bo', 'bo@acme.example') })
    await write(world, account('bo', 'bo@another.example'))
    await world.adopt()
    expect(world.read('access/bo.yaml')).toBe(person('bo', 'bo@acme.example'))
    expect(world.read('access/people/bo-2.yaml')).toContain('      username: bo\n')
  })

  it('a group of the same name elsewhere stays another group', async () => {
    const group =
      'apiVersion: rolecall/v1\nkind: Group\nmetadata: {name: ops}\nspec: {systems: {elsewhere: {}}}\n'
    const world = adoptWorld({ 'rolecall.yaml': other, 'access/ops.yaml': group })
    await write(world, create('group', 'ops'))
    await world.adopt()
    expect(world.read('access/ops.yaml')).toBe(group)
    expect(world.read('access/people/groups.yaml')).toContain('  name: people.ops\nspec:\n  name: ops\n')
  })
})

const everything: readonly Write[] = [
  create('role', 'auditor', { fields: { privileges: ['log.read'], description: 'Reads logs' } }),
  create('role', 'Lead auditor', { links: { implies: ['role:auditor'] } }),
  create('project', 'web', { fields: { type: 'openstack' } }),
  create('scope', 'eu', { fields: { datacenters: ['fra1'] }, links: { enterprises: ['project:web'] } }),
  create('group', 'Engineering (EU)', {
    fields: { description: 'Everyone who builds', regions: ['eu-central-1'], maxDevices: 5 },
  }),
  create('group', 'oncall', { links: { parent: ['group:Engineering (EU)'] } }),
  create('account', 'Ana', {
    fields: {
      email: 'ana@acme.example',
      givenName: 'Ana',
      familyName: 'Silva',
      employment: 'employee',
      labels: { team: 'platform' },
    },
    links: {
      role: ['role:Owner'],
      primaryGroup: ['group:Engineering (EU)'],
      groups: ['group:oncall'],
      manages: ['group:Engineering (EU)'],
    },
  }),
  create('account', 'bo', {
    fields: { status: 'suspended' },
    links: { role: ['role:Administrator'], primaryGroup: ['group:oncall'], scope: ['scope:eu'] },
  }),
  create('account', 'backup', { fields: { type: 'service' }, links: { role: ['role:Administrator'] } }),
  create('policy', 'Payroll (restricted)', {
    links: {
      subjects: ['account:ana', 'everyone:*', 'group:oncall'],
      resources: ['application:fra1/payroll', 'project:web'],
    },
  }),
  ...['project:web', 'repository:site'].map((target) =>
    create('grant', `group:oncall auditor ${target}`, {
      links: { subject: ['group:oncall'], role: ['role:auditor'], resource: [target] },
    }),
  ),
  create('mapping', 'saml', {
    fields: {
      mode: 'multiple',
      fallback: 'Engineering (EU)',
      rules: [{ attribute: 'groups', in: ['nights'], group: 'oncall' }],
    },
    links: { groups: ['group:Engineering (EU)', 'group:oncall'] },
  }),
]

const all = `# Who we are.
apiVersion: rolecall/v1
kind: User
metadata: {name: bo} # the second
spec:
  # Married since.
  familyName: Lund
  givenName: Bo
  groups: {primary: payroll, secondary: [oncall]}
  accounts:
    people:
      role: Member # for now
---
apiVersion: rolecall/v1
kind: User
metadata: {name: ana}
spec:
  accounts: {people: {role: Owner}}
  # In the order of the week.
  groups:
    primary: home
    secondary:
      - payroll
---
apiVersion: rolecall/v1
kind: Group
metadata: {name: oncall}
spec:
  description: Nights # and week-ends
  managers: [ana]
  systems:
    people:
      regions: [eu]
---
{apiVersion: rolecall/v1, kind: Group, metadata: {name: payroll}, spec: {systems: {people: {}}}}
---
{apiVersion: rolecall/v1, kind: Group, metadata: {name: home}, spec: {systems: {people: {}}}}
`

/** The directory as \`all\` declares it. */
async function declared(world: AdoptWorld): Promise<void> {
  await write(
    world,
    create('group', 'oncall', { fields: { description: 'Nights', regions: ['eu'] } }),
    create('group', 'payroll'),
    create('group', 'home'),
    create('account', 'bo', {
      fields: { familyName: 'Lund', givenName: 'Bo' },
      links: { role: ['role:Member'], primaryGroup: ['group:payroll'], groups: ['group:oncall'] },
    }),
    create('account', 'ana', {
      links: {
        role: ['role:Owner'],
        primaryGroup: ['group:home'],
        groups: ['group:oncall', 'group:payroll'],
        manages: ['group:oncall'],
      },
    }),
  )
}

async function write(world: AdoptWorld, ...writes: readonly Write[]): Promise<void> {
  expect(await world.people.write(...writes)).toMatchObject(writes.map(() => done))
}
