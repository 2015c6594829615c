import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { world, type World } from '../world.ts'
import { at, onDisk } from './travel.ts'

/** An organisation in which things end and begin, applied on 2026-11-22. */
const organisation = world()
  .settings({ grace: 10 })
  .system('dir', { owners: { minimum: 2 } })
  .group('eng')
  .group('oncall')
  .group('finance')
  .user('ana', {
    accounts: { dir: { role: 'Owner' } },
    groups: { primary: 'eng', secondary: [{ group: 'oncall', until: '2026-12-06' }] },
  })
  .user('bo', { accounts: { dir: { role: 'Owner' } }, until: '2026-12-10', groups: ['eng'] })
  .user('cy', {
    accounts: { dir: {} },
    from: '2026-12-08',
    groups: { primary: 'eng', secondary: ['finance'] },
  })
  .policy('payroll', {
    subjects: [{ group: 'finance' }, { group: 'eng', until: '2026-12-20' }],
    resources: [{ application: 'x' }],
  })
  .policy('ledgers', {
    until: '2026-12-31',
    subjects: [{ group: 'finance' }],
    resources: [{ application: 'y' }],
  })

async function applied(from: World, day = '2026-11-22'): Promise<string> {
  const root = onDisk(from)
  expect(await at(day, root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  return root
}

it('tells every end and beginning with its day, whom, what, why and where, and what it leaves', async () => {
  const root = await applied(organisation)
  expect(await at('2026-11-22', root, 'access', 'forecast')).toEqual({
    code: 0,
    stderr: '',
    stdout: `2026-12-07  dir
  - ana  group:oncall  expired on 2026-12-06  access/users.yaml:1

2026-12-08  dir
  + cy  account with role:Member, group:eng, group:finance    access/users.yaml:27

2026-12-11  dir
  - bo  account suspended  expired on 2026-12-10  access/users.yaml:15
  owners   1 usable owner left; owners.minimum is 2

2026-12-21  dir
  - bo           account removed                    expired on 2026-12-10, 10 days of grace are over  access/users.yaml:15
  - ana, bo, cy  policy payroll: subject group:eng  expired on 2026-12-20                             access/accesspolicys.yaml:1

2027-01-01  dir
  - cy  policy ledgers  expired on 2026-12-31  access/accesspolicys.yaml:15

Until 2027-02-20: 5 losses, 1 beginning; 1 time too few owners.
`,
  })
})

it('looks as far ahead as it is asked to, and no further', async () => {
  const root = await applied(organisation)
  const { stdout } = await at('2026-11-22', root, 'access', 'forecast', '--days', '14')
  expect(stdout).toBe('Until 2026-12-06 nothing ends or begins by itself.\n')
  const { stdout: next } = await at('2026-11-22', root, 'access', 'forecast', '--days', '15')
  expect(next).toContain('2026-12-07  dir')
  expect(next).not.toContain('2026-12-08')
})

it.each(['0', '-1', '1.5', 'x', '99999'])('refuses %s as a number of days', async (days) => {
  const root = onDisk(organisation)
  expect(await at('2026-11-22', root, 'access', 'forecast', `--days=${days}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Write a whole number from 1 to 3660.') as string,
  })
})

it('is a table with a line for each person, and no cell of it a formula', async () => {
  const root = await applied(organisation.group('=cmd', {}, { name: 'sum' }))
  const { stdout } = await at('2026-11-22', root, 'access', 'forecast', '-o', 'csv')
  expect(
    stdout.split('\r\n').filter((line) => line.startsWith('2026-12-21') || line.startsWith('date')),
  ).toEqual([
    'date,system,change,person,what,because,refused,document,file,line',
    '2026-12-21,dir,loss,bo,account removed,"expired on 2026-12-10, 10 days of grace are over",,User/bo,access/users.yaml,15',
    '2026-12-21,dir,loss,ana,policy payroll: subject group:eng,expired on 2026-12-20,,AccessPolicy/payroll,access/accesspolicys.yaml,1',
    '2026-12-21,dir,loss,bo,policy payroll: subject group:eng,expired on 2026-12-20,,AccessPolicy/payroll,access/accesspolicys.yaml,1',
    '2026-12-21,dir,loss,cy,policy payroll: subject group:eng,expired on 2026-12-20,,AccessPolicy/payroll,access/accesspolicys.yaml,1',
  ])
})

it('says which day will be refused, by what, and for whom', async () => {
  const many = Array.from({ length: 12 }, (_, index) => `t${index}`).reduce(
    (all, name) => all.user(name, { accounts: { dir: {} }, groups: ['eng'], until: '2027-01-05' }),
    organisation,
  )
  const root = await applied(many)
  const { stdout } = await at('2026-11-22', root, 'access', 'forecast', '-o', 'json')
  const told = JSON.parse(stdout) as {
    refusals: readonly unknown[]
    entries: readonly { date: string; refused: readonly string[] }[]
  }
  expect(told.refusals).toEqual([
    {
      date: '2027-01-06',
      code: 'removal-limit',
      system: 'dir',
      message: 'This plan suspends 12 of 14 active accounts in "dir"; the limit is 10 (10 % would be 1).',
      remedy:
        'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 12`.',
    },
    ...[
      'This plan takes away 12 of 14 accounts in "dir"; the limit is 10 (10 % would be 1).',
      'This plan takes away 12 of 15 memberships in "dir"; the limit is 10 (10 % would be 1).',
    ].map((message) => ({
      ...{ date: '2027-01-16', code: 'removal-limit', system: 'dir', message },
      remedy:
        'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 12`.',
    })),
  ])
  const refused = told.entries.filter((entry) => entry.refused.length > 0)
  expect(refused.map(({ date, refused: codes }) => `${date} ${codes.join()}`)).toEqual([
    ...Array.from({ length: 12 }, () => '2027-01-06 removal-limit'),
    ...Array.from({ length: 12 }, () => '2027-01-16 removal-limit'),
  ])
})

it('says from which day on the manifests themselves would be at fault', async () => {
  const three = world()
    .group('a')
    .group('b', { members: ['ana'] })
    .group('c', { members: ['ana'] })
    .user('ana', { accounts: { dir: { role: 'Owner' } }, groups: [{ group: 'a', until: '2026-12-01' }] })
  const root = await applied(three)
  const { stdout, code } = await at('2026-11-22', root, 'access', 'forecast')
  expect([code, stdout]).toEqual([
    0,
    `2026-12-02  invalid  no-primary-group  access/users.yaml:9
  "ana" is in 2 groups of the system "dir" (directory), and none of them is said to be the primary one: b, c.
  From this day on nothing can be planned: put it right before.

Until 2027-02-20: 0 losses, 0 beginnings; 1 fault to come in the manifests.
`,
  ])
})

it('writes nothing but the file it is told to, in Markdown too', async () => {
  const root = await applied(organisation)
  const out = join(mkdtempSync(join(tmpdir(), 'rolecall-forecast-')), 'f.md')
  const told = await at(
    '2026-11-22',
    root,
    'access',
    'forecast',
    '-o',
    'markdown',
    '--days',
    '20',
    '--out',
    out,
  )
  expect(told).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(readFileSync(out, 'utf8')).toBe(`<!-- rolecall-forecast -->
### rolecall access forecast

Until 2026-12-12: 2 losses, 1 beginning; 1 time too few owners.

- **2026-12-11** \`dir\` 1 usable owner left; owners.minimum is 2

| day | system | | who | what | why | where |
| --- | --- | --- | --- | --- | --- | --- |
| 2026-12-07 | dir | \\- | ana | group:oncall | expired on 2026-12-06 | access/users.yaml:1 |
| 2026-12-08 | dir | \\+ | cy | account with role:Member, group:eng, group:finance |  | access/users.yaml:27 |
| 2026-12-11 | dir | \\- | bo | account suspended | expired on 2026-12-10 | access/users.yaml:15 |
`)
})
