/** `apply --due`: only what a date has brought, from manifests that stood on the protected branch before that day. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { byHand } from '../cli/directory.ts'
import { world, type World } from '../world.ts'
import { at, onDisk, type Told } from './travel.ts'

const organisation = (ends: string | undefined, more: (from: World) => World = (same) => same): World =>
  more(
    world()
      .settings({ protectedRef: 'main', grace: 10 })
      .group('eng')
      .group('oncall')
      .user('ana', { accounts: { dir: { role: 'Owner' } } })
      .user('bo', {
        accounts: { dir: {} },
        givenName: 'Bo',
        groups: { primary: 'eng', secondary: [{ group: 'oncall', until: '2026-12-06' }] },
        ...(ends === undefined ? {} : { until: ends }),
      }),
  )

function git(root: string, moment: string, ...args: string[]): void {
  const date = moment.length === 10 ? `${moment}T08:00:00Z` : moment
  execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
  })
}

/** Commits these files to the protected branch at a moment. */
function merge(root: string, from: World, moment: string): void {
  onDisk(from, root)
  git(root, moment, 'add', '.')
  git(root, moment, 'commit', '-qm', 'a change', '--allow-empty')
}

async function begun(from: World, day = '2026-11-22'): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-due-'))
  git(root, day, 'init', '-q', '-b', 'main')
  writeFileSync(join(root, '.gitignore'), '.rolecall/\n')
  merge(root, from, day)
  expect(await at(day, root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  return root
}

const due = async (moment: string, root: string, ...more: string[]): Promise<Told> =>
  at(moment, root, '-q', 'apply', '--due', '--auto-approve', ...more)

/** The steps of a report, as `done change account bo`. */
const steps = ({ stdout }: Told): string[] =>
  stdout
    .split('\n')
    .filter((line) => /^ {2}(done|failed|skipped|waiting|uncertain) /.test(line))
    .map((line) => line.trim().replace(/ +/g, ' '))

describe('what is due', () => {
  it('an account is suspended the day after its last and removed when the grace is over, by itself each time', async () => {
    const root = await begun(organisation('2026-12-10'))
    expect(steps(await due('2026-12-06T23:59:59Z', root))).toEqual([])
    expect(steps(await due('2026-12-07T00:00:00Z', root))).toEqual(['done change account bo'])
    expect(steps(await due('2026-12-10T23:59:59Z', root))).toEqual([])
    expect(steps(await due('2026-12-11T00:00:00Z', root))).toEqual(['done change account bo'])
    expect(steps(await due('2026-12-11T12:00:00Z', root))).toEqual([])
    expect(steps(await due('2026-12-20', root))).toEqual([])
    expect(steps(await due('2026-12-21', root))).toEqual(['done remove account bo'])
    expect(await at('2026-12-22', root, 'drift')).toMatchObject({ code: 0 })
  })

  it('all of it at once where the job did not run for weeks', async () => {
    const root = await begun(organisation('2026-12-10'))
    expect(steps(await due('2027-02-01', root))).toEqual(['done remove account bo'])
  })

  it('what begins as well', async () => {
    const root = await begun(
      organisation(undefined, (from) => from.user('cy', { accounts: { dir: {} }, from: '2026-12-01' })),
    )
    expect(steps(await due('2026-11-30', root))).toEqual([])
    expect(steps(await due('2026-12-01', root))).toEqual(['done create account cy'])
  })

  it('a subject, a policy and a grant', async () => {
    const root = await begun(
      organisation(undefined, (from) =>
        from
          .role('operator')
          .project('web')
          .policy('payroll', {
            subjects: [{ group: 'eng' }, { group: 'oncall', until: '2026-12-01' }],
            resources: [{ application: 'x' }],
          })
          .policy('ledgers', {
            until: '2026-12-01',
            subjects: [{ group: 'eng' }],
            resources: [{ application: 'y' }],
          })
          .policy('operators', {
            subjects: [{ group: 'eng', until: '2026-12-01' }],
            roles: ['operator'],
            resources: [{ project: 'web' }],
          }),
      ),
    )
    expect(steps(await due('2026-12-02', root)).sort()).toEqual([
      'done change policy payroll',
      'done remove grant group:eng operator project:web',
      'done remove policy ledgers',
    ])
    expect(await at('2026-12-02', root, 'drift')).toMatchObject({ code: 0 })
  })
})

describe('what is not due', () => {
  it('an edit that nobody has applied yet, beside a date that has come: it is told and left out', async () => {
    const root = await begun(organisation(undefined))
    merge(
      root,
      organisation(undefined, (from) => from.user('cy', { accounts: { dir: {} } })),
      '2026-11-25',
    )
    const told = await at('2026-12-07', root, 'apply', '--due', '--auto-approve')
    expect(steps(told)).toEqual(['done change account bo'])
    expect(told.stderr).toContain(
      `  left out: no date alone brings it, so it waits for rolecall apply
  (+) account  cy  access/users.yaml:24`,
    )
    expect(await at('2026-12-07', root, 'drift')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('Drift: 1 not yet applied.') as string,
    })
  })

  it('the other part of the same change: an account loses what has ended and keeps the name it had', async () => {
    const root = await begun(organisation(undefined))
    const file = join(root, 'access/users.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('givenName: Bo', 'givenName: Robert'))
    git(root, '2026-11-25', 'commit', '-qam', 'Bo is called Robert')
    expect(steps(await due('2026-12-07', root))).toEqual(['done change account bo'])
    const { stdout } = await at('2026-12-07', root, 'drift')
    expect(stdout).toContain('is Bo, declared Robert')
    expect(stdout).not.toContain('oncall')
    expect(stdout).toContain('Drift: 1 not yet applied.')
  })

  it('a last day that was written when it was over: that is an edit, whoever merged it', async () => {
    const root = await begun(organisation(undefined))
    merge(root, organisation('2026-11-24'), '2026-11-26')
    expect(steps(await due('2026-11-27', root))).toEqual([])
    expect(await at('2026-11-27', root, 'drift')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('Drift: 1 not yet applied.') as string,
    })
    expect(steps(await at('2026-11-27', root, '-q', 'apply', '--auto-approve'))).toEqual([
      'done change account bo',
    ])
  })

  it('a date that is not merged: what the working tree says does not count', async () => {
    const root = await begun(organisation(undefined))
    onDisk(organisation('2026-11-24'), root)
    expect(steps(await due('2026-11-25', root))).toEqual([])
    git(root, '2026-11-22', 'checkout', '-q', '-b', 'change')
    git(root, '2026-11-22', 'commit', '-qam', 'not merged')
    expect(steps(await due('2026-11-25', root))).toEqual([])
  })

  it('what somebody set back by hand, though the date is long over', async () => {
    const root = await begun(organisation('2026-12-10'))
    expect(steps(await due('2026-12-11', root))).toEqual(['done change account bo'])
    byHand(root, 'dir.db', "UPDATE accounts SET status = 'active' WHERE user_name = 'bo'")
    expect(steps(await due('2026-12-12', root))).toEqual([])
    expect(await at('2026-12-12', root, 'drift')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining("Drift: 1 changed behind the repository's back.") as string,
    })
  })

  it('what needs something that is left out', async () => {
    const dated = (from: World): World =>
      from.group('new').user('cy', { accounts: { dir: {} }, from: '2026-12-01', groups: ['new'] })
    const root = await begun(organisation(undefined))
    merge(root, organisation(undefined, dated), '2026-11-25')
    const told = await due('2026-12-01', root)
    expect([told.code, steps(told)]).toEqual([0, []])
    expect(steps(await at('2026-12-01', root, '-q', 'apply', '--auto-approve'))).toEqual([
      'done create group new',
      'done create account cy',
    ])
  })
})

describe('a run of what is due is a run like any other', () => {
  it('a guard refuses it', async () => {
    const many = Array.from({ length: 12 }, (_, index) => `t${index}`)
    const root = await begun(
      organisation(undefined, (from) =>
        many.reduce(
          (all, name) => all.user(name, { accounts: { dir: {} }, until: '2026-12-01', groups: ['eng'] }),
          from,
        ),
      ),
    )
    const { code, stderr } = await due('2026-12-02', root)
    expect([code, stderr]).toEqual([3, expect.stringContaining('removal-limit') as string])
    expect(await at('2026-12-02', root, 'drift')).toMatchObject({
      stdout: expect.stringContaining('Drift: 12 due.') as string,
    })
  })

  it('somebody has to approve it', async () => {
    const root = await begun(organisation('2026-12-10'))
    expect(await at('2026-12-11', root, 'apply', '--due')).toMatchObject({ code: 1 })
  })

  it.each([
    [
      '--expect',
      ['--expect', 'x'.repeat(64)],
      '--due does not go with --expect, which names a whole plan that was reviewed.',
    ],
    ['a saved plan', ['plan.json'], '--due does not go with a saved plan, which is carried out as it is.'],
  ])('it does not go with %s', async (_name, args, words) => {
    const root = await begun(organisation('2026-12-10'))
    const { code, stderr } = await due('2026-12-11', root, ...args)
    expect([code, stderr]).toEqual([1, expect.stringContaining(words) as string])
  })

  it('and does not make an anchor that was taken out, and not applied, one of the past', async () => {
    const anchored = (anchors: readonly string[], role: string): World =>
      world()
        .settings({ protectedRef: 'main' })
        .system('dir', { owners: { anchors: [...anchors], minimum: 1 } })
        .group('eng')
        .group('oncall')
        .user('ana', { accounts: { dir: { role: 'Owner' } } })
        .user('bo', { accounts: { dir: { role } } })
        .user('cy', {
          accounts: { dir: {} },
          groups: { primary: 'eng', secondary: [{ group: 'oncall', until: '2026-12-06' }] },
        })
    const root = await begun(anchored(['ana', 'bo'], 'Owner'))
    merge(root, anchored(['ana'], 'Member'), '2026-11-25')
    expect(await at('2026-11-25', root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 3 })
    expect(steps(await due('2026-12-07', root))).toEqual(['done change account cy'])
    merge(root, anchored(['ana'], 'Member').user('dee', { accounts: { dir: {} } }), '2026-12-08')
    expect(await at('2026-12-08', root, '-q', 'apply', '--auto-approve')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('anchor-touched') as string,
    })
  })
})

it('without a protected branch the manifests at hand are what counts', async () => {
  const from = world()
    .user('ana', { accounts: { dir: { role: 'Owner' } } })
    .user('bo', { accounts: { dir: {} }, until: '2026-12-10' })
  const root = onDisk(from)
  expect(await at('2026-11-22', root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  onDisk(from.user('cy', { accounts: { dir: {} } }), root)
  expect(steps(await due('2026-12-11', root))).toEqual(['done change account bo'])
})
