/** Power that nobody uses, in a directory whose application records who signs in; time comes in through the border. */
import Database from 'libsql'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { world, type World } from '../world.ts'
import { at, onDisk, type Told } from './travel.ts'

const owner = { accounts: { dir: { role: 'Owner' } } }
const member = { accounts: { dir: {} } }
const office = (): World =>
  world()
    .user('ana', owner)
    .user('bo', { accounts: { dir: { role: 'Owner', username: 'b.lee' } } })
    .user('chen', member)

/** As an application does that signs people in, or a person with the sqlite3 program. */
function byHand(root: string, ...sql: readonly string[]): void {
  const database = new Database(join(root, '.rolecall/dir.db'))
  for (const each of sql) database.exec(`PRAGMA busy_timeout = 2000; ${each}`)
  database.close()
}

const records = (since: string): string => `INSERT INTO sign_in_record (since) VALUES ('${since}T00:00:00Z')`
const signsIn = (name: string, day: string): string =>
  `UPDATE accounts SET last_sign_in = '${day}T08:30:00Z' WHERE user_name = '${name}'`

/** Applied on 1 January, and what happened since. */
async function applied(from: World, ...sql: readonly string[]): Promise<string> {
  const root = onDisk(from)
  expect(await at('2026-01-01', root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  byHand(root, ...sql)
  return root
}

interface Planned {
  readonly intent: string
  readonly findings: readonly { code: string; count: number; message: string; where: string }[]
}

async function planned(day: string, root: string): Promise<Planned> {
  return JSON.parse((await at(day, root, 'plan', '-o', 'json')).stdout) as Planned
}

/** What is said of dormant accounts on a day. */
async function said(day: string, root: string): Promise<string[]> {
  return (await planned(day, root)).findings
    .filter(({ code }) => code === 'dormant-account')
    .map(({ message }) => message)
}

const lines = ({ stdout }: Told): string[] => stdout.split('\n')

describe('a privileged account that nobody has signed in to for long', () => {
  it('is named by the plan, with its person, what it can do, and when it was used last', async () => {
    const root = await applied(
      office(),
      records('2026-01-01'),
      signsIn('ana', '2026-03-01'),
      signsIn('chen', '2026-01-02'),
    )
    const { code, stdout } = await at('2026-05-30', root, 'plan')
    expect([code, stdout]).toEqual([
      0,
      `warning  dormant-account  dir  rule: built in
  Nobody has signed in to 2 privileged accounts of "dir" for 90 days or longer.
  ana         owner, role Owner  last sign-in 2026-03-01
  bo (b.lee)  owner, role Owner  no sign-in since 2026-01-01
  It only warns: ask whose they are, and take from them or suspend what nobody uses.

dir  directory, stage full                                                               as declared
  owners   ana, b.lee

Nothing to do: everything is as the manifests say.
`,
    ])
  })

  it('from the ninetieth day on, and not on the one before', async () => {
    const root = await applied(office(), signsIn('ana', '2026-03-01'), signsIn('b.lee', '2026-05-20'))
    expect(await said('2026-05-29T23:59:59Z', root)).toEqual([])
    expect(await said('2026-05-30T00:00:00Z', root)).toHaveLength(1)
  })

  it('after as many days as the Settings say, and names their line', async () => {
    const root = await applied(office().settings({ dormantAfter: 30 }), signsIn('ana', '2026-03-01'))
    expect(await said('2026-03-30', root)).not.toContainEqual(expect.stringMatching(/^Nobody/))
    const { findings } = await planned('2026-03-31', root)
    expect(findings).toMatchObject([
      {
        count: 1,
        where: 'rolecall.yaml:19',
        message: expect.stringContaining('for 30 days or longer') as string,
      },
    ])
  })

  it('in JSON with all that is known of it, in a comment and on a page with what the text has', async () => {
    const root = await applied(office(), records('2026-01-01'), signsIn('ana', '2026-03-01'))
    const { findings } = await planned('2026-05-30', root)
    const owning = { power: 'owner', rights: [{ action: 'role:Owner', on: 'all:*', rank: 'owner' }] }
    expect(findings).toEqual([
      {
        ...{ code: 'dormant-account', system: 'dir', severity: 'warn', count: 2, where: 'built in' },
        acceptable: false,
        refs: ['ana', 'b.lee'].map((key) => ({ system: 'dir', kind: 'account', key })),
        message: 'Nobody has signed in to 2 privileged accounts of "dir" for 90 days or longer.',
        remedy: 'It only warns: ask whose they are, and take from them or suspend what nobody uses.',
        dormant: [
          {
            ...{ account: 'ana', person: 'ana', ...owning },
            lastSignIn: '2026-03-01T08:30:00Z',
            signInsFrom: '2026-01-01T12:00:00.000Z',
          },
          { account: 'b.lee', person: 'bo', ...owning, signInsFrom: '2026-01-01T12:00:00.000Z' },
        ],
      },
    ])
    const comment = (await at('2026-05-30', root, 'plan', '-o', 'markdown')).stdout
    expect(comment).toContain('bo (b.lee)  owner, role Owner  no sign-in since 2026-01-01\n')
    const page = (await at('2026-05-30', root, 'plan', '-o', 'html')).stdout
    expect(page).toContain(
      '<td>bo (b.lee)</td><td>owner, role Owner</td><td>no sign-in since 2026-01-01</td>',
    )
  })

  it('by rights that no role of its own shows: of a project, or of unknown power', async () => {
    const root = await applied(
      office()
        .group('ops')
        .project('web', { type: 'openstack' })
        .policy('operators', {
          subjects: [{ group: 'ops' }],
          roles: ['Administrator'],
          resources: [{ project: 'web' }],
        })
        .user('dana', { ...member, groups: ['ops'] }),
      records('2026-01-01'),
      signsIn('ana', '2026-05-01'),
      signsIn('b.lee', '2026-05-01'),
    )
    expect(lines(await at('2026-05-30', root, 'plan'))).toContain(
      '  dana  role Administrator on project web  no sign-in since 2026-01-01',
    )
  })
})

describe('nobody is named', () => {
  it('who is suspended, kept for emergencies, ignored, or the automation, or has no power', async () => {
    const from = world()
      .system('dir', { automation: ['ci-bot'], ignore: { accounts: ['vendor*'] } })
      .user('ana', owner)
      .user('bo', { ...owner, status: 'suspended' })
      .user('glass', { ...owner, type: 'break-glass' })
      .user('ci-bot', { ...owner, type: 'service', owner: 'ana', purpose: 'rolecall' })
      .user('chen', member)
    const root = await applied(
      from,
      "INSERT INTO accounts (user_name, role, created_at) VALUES ('vendor-1', 'Owner', '2026-01-01T00:00:00Z')",
      records('2026-01-01'),
    )
    expect(await said('2026-06-01', root)).toEqual([
      'Nobody has signed in to 1 privileged account of "dir" for 90 days or longer.',
    ])
    byHand(root, signsIn('ana', '2026-05-31'))
    expect(await said('2026-06-01', root)).toEqual([])
  })

  it('who came later than so many days ago, or from whom the plan takes the power', async () => {
    const root = await applied(office(), records('2026-01-01'), signsIn('ana', '2026-05-20'))
    byHand(root, "UPDATE accounts SET created_at = '2026-04-01T00:00:00Z' WHERE user_name = 'b.lee'")
    expect(await said('2026-05-30', root)).toEqual([])
    byHand(root, "UPDATE accounts SET created_at = '2026-01-01T00:00:00Z' WHERE user_name = 'b.lee'")
    expect(await said('2026-05-30', root)).toHaveLength(1)
    onDisk(
      world()
        .user('ana', owner)
        .user('bo', { accounts: { dir: { username: 'b.lee' } } })
        .user('chen', member),
      root,
    )
    expect(await said('2026-05-30', root)).toEqual([])
  })

  it('of whom it is not known, which is said where it is known of others', async () => {
    const root = await applied(office())
    expect(await said('2026-12-31', root)).toEqual([])
    byHand(root, signsIn('chen', '2026-12-30'))
    expect(await said('2026-12-31', root)).toEqual([
      'Of 2 privileged accounts of "dir" it is not known when somebody signed in last, so nobody can say whether they are dormant: ana, b.lee.',
    ])
    byHand(root, signsIn('ana', '2026-01-02'))
    expect(await said('2026-12-31', root)).toEqual([
      'Nobody has signed in to 1 privileged account of "dir" for 90 days or longer. Of 1 privileged account of "dir" it is not known when somebody signed in last, so nobody can say whether it is dormant: b.lee.',
    ])
  })
})

describe('what was reviewed', () => {
  it('has the same intent while people sign in and days go by', async () => {
    const root = await applied(office(), records('2026-01-01'), signsIn('ana', '2026-03-01'))
    onDisk(office().user('dana', member), root)
    const { intent, findings } = await planned('2026-05-30', root)
    expect(findings).toMatchObject([{ count: 2 }])
    byHand(root, signsIn('ana', '2026-05-30'))
    expect(await at('2026-05-31', root, 'apply', '--expect', intent)).toMatchObject({ code: 0 })
    expect((await at('2026-05-31', root, 'drift')).code).toBe(0)
  })

  it('is carried out though somebody signs in to what it changes or removes', async () => {
    const one = world().system('dir', { owners: { minimum: 1 } })
    const root = await applied(
      one
        .user('ana', owner)
        .user('bo', { accounts: { dir: { role: 'Owner', username: 'b.lee' } } })
        .user('chen', member)
        .user('dana', member),
      records('2026-01-01'),
    )
    onDisk(
      one
        .user('ana', owner)
        .user('bo', { accounts: { dir: { role: 'Administrator', username: 'b.lee' } } })
        .user('chen', { ...member, givenName: 'Chen' }),
      root,
    )
    const file = join(root, 'plan.json')
    expect((await at('2026-05-30', root, 'plan', '--out', file)).code).toBe(0)
    byHand(root, ...['ana', 'b.lee', 'chen', 'dana'].map((name) => signsIn(name, '2026-05-30')))
    expect(await at('2026-05-30T12:30:00Z', root, 'apply', file, '--auto-approve')).toMatchObject({ code: 0 })
  })
})

describe('a sign-in is nothing that anybody declares', () => {
  it('so it is no drift, and adopt writes nothing of it', async () => {
    const root = await applied(office(), records('2026-01-01'), signsIn('ana', '2026-03-01'))
    expect(await at('2026-05-30', root, 'drift')).toMatchObject({
      code: 0,
      stdout: 'No drift: every system is as the manifests say.\n',
    })
    byHand(
      root,
      "INSERT INTO accounts (user_name, role, last_sign_in) VALUES ('eve', 'Member', '2026-03-01T08:30:00Z')",
    )
    expect(await at('2026-05-30', root, 'adopt', '--system', 'dir')).toMatchObject({ code: 0 })
    const written = readdirSync(join(root, 'access'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(join(root, 'access', file), 'utf8'))
      .join('')
    expect(written).toContain('eve')
    expect(written).not.toMatch(/signIn|2026-03-01/i)
  })
})

describe('in an access review', () => {
  it('each right stands beside the last sign-in of its account', async () => {
    const root = await applied(office(), signsIn('ana', '2026-03-01'))
    expect(lines(await at('2026-05-30', root, 'access', 'report'))).toEqual([
      'dir',
      '  ana         owner  role Owner   last sign-in 2026-03-01',
      '  bo (b.lee)  owner  role Owner',
      '  chen               role Member',
      '',
      '3 rights of 3 subjects, as it is.',
      '',
    ])
    byHand(root, records('2026-01-01'))
    expect((await at('2026-05-30', root, 'access', 'report', '-o', 'csv')).stdout).toBe(
      [
        'system,person,subject,privilege,action,resource,through,lastSignIn',
        'dir,ana,account:ana,owner,role:Owner,all:*,role:Owner,2026-03-01T08:30:00Z',
        'dir,bo,account:b.lee,owner,role:Owner,all:*,role:Owner,none since 2026-01-01T12:00:00.000Z',
        'dir,chen,account:chen,ordinary,role:Member,all:*,role:Member,none since 2026-01-01T12:00:00.000Z',
        '',
      ].join('\r\n'),
    )
    expect(lines(await at('2026-05-30', root, 'access', 'explain', 'ana'))[0]).toBe(
      'dir  owner  last sign-in 2026-03-01',
    )
  })
})
