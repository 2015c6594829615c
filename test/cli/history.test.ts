import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { drop, edit, put, quickstart, rolecall, temporary } from './rolecall.ts'

vi.setConfig({ testTimeout: 240_000 })

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

/** The quickstart with main as the protected ref, applied, and then without dana. */
function leaving(): { root: string; commit: string } {
  const root = quickstart()
  edit(root, 'rolecall.yaml', 'spec:\n  ledger:', 'spec:\n  protectedRef: main\n  ledger:')
  put(root, '.gitignore', '.rolecall/\n')
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '.')
  git(root, 'commit', '-qm', 'first')
  expect(rolecall(root, ['-q', 'apply', '--auto-approve']).code).toBe(0)
  drop(root, 'access/people.yaml', 'dana')
  git(root, 'commit', '-qam', 'Dana leaves')
  return { root, commit: git(root, 'rev-parse', 'HEAD').slice(0, 12) }
}

const removals = (root: string): string[] =>
  rolecall(root, ['plan'])
    .stdout.split('\n')
    .filter((line) => /^ {2}- account/.test(line))
    .map((line) => line.trim().replace(/ {2,}/g, '  '))

describe('F7: the ledger is lost', () => {
  it('the plan still removes who left, and names the commit that took them out', () => {
    const { root, commit } = leaving()
    const kept = removals(root)
    expect(kept).toEqual([
      `- account  dana  rolecall.yaml:12  no longer declared; taken out by commit ${commit} "Dana leaves"`,
      `- account  dana  rolecall.yaml:31  no longer declared; taken out by commit ${commit} "Dana leaves"`,
    ])
    rmSync(join(root, '.rolecall/ledger.db'))
    expect(removals(root)).toEqual(kept)
    expect(rolecall(root, ['drift', '-o', 'json']).stdout).toContain('"not-applied"')
  })

  it('a fresh clone plans the same, a shallow one is told what to fetch, and a partial one too', () => {
    const { root } = leaving()
    git(root, 'config', 'uploadpack.allowFilter', 'true')
    const kept = removals(root)
    const clone = (...options: string[]): string => {
      const folder = temporary()
      git(folder, 'clone', '-q', ...options, `file://${root}`, '.')
      execFileSync('cp', ['-r', join(root, '.rolecall'), folder])
      rmSync(join(folder, '.rolecall/ledger.db'))
      return folder
    }
    expect(removals(clone())).toEqual(kept)
    expect(rolecall(clone('--depth', '1'), ['plan'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('git fetch --unshallow') as string,
    })
    expect(rolecall(clone('--filter=blob:none'), ['plan'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('Clone without --filter') as string,
    })
  })
})

describe('an Acceptance that is older than the ledger', () => {
  const user = (name: string, role: string, labels: string): string =>
    `---\napiVersion: rolecall/v1\nkind: User\nmetadata: {name: ${name}, labels: ${labels}}\nspec: {accounts: {dir: {role: ${role}}}}\n`
  const settings = `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {protectedRef: main}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: dir}
spec: {connector: directory, stage: full, settings: {file: .rolecall/dir.db}}
`
  const acceptance = (reason: string): string =>
    `apiVersion: rolecall/v1\nkind: Acceptance\nmetadata: {name: autumn}\nspec: {finding: removal-limit, systems: [dir], people: {labels: {contract: x}}, atMost: 2, reason: ${reason}, until: 2099-12-31}\n`
  const said = (text: string): string => text.replace(/\s+/g, ' ')

  it('counts as spent; another reason is a new one, and covers people by the labels they last had', () => {
    const root = temporary()
    git(root, 'init', '-q', '-b', 'main')
    put(root, 'rolecall.yaml', settings)
    put(root, '.gitignore', '.rolecall/\n')
    const ana = user('ana', 'Owner', '{}')
    const leavers = ['chen', 'dana'].map((name) => user(name, 'Member', '{contract: x}')).join('')
    put(root, 'access/people.yaml', ana + leavers)
    git(root, 'add', '.')
    git(root, 'commit', '-qm', 'first', '--date', '2026-01-01T00:00:00Z')
    expect(rolecall(root, ['-q', 'apply', '--auto-approve']).code).toBe(0)
    put(root, 'access/people.yaml', ana)
    put(root, 'access/autumn.yaml', acceptance('Contracts end'))
    git(root, 'add', '.')
    execFileSync(
      'git',
      ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', 'commit', '-qm', 'They leave'],
      {
        cwd: root,
        env: { ...process.env, GIT_COMMITTER_DATE: '2026-02-01T00:00:00Z' },
      },
    )
    rmSync(join(root, '.rolecall/ledger.db'))

    const refused = rolecall(root, ['apply', '--auto-approve'])
    expect([refused.code, said(refused.stderr)]).toEqual([
      3,
      expect.stringContaining(
        'Acceptance "autumn" does not cover it: there is no ledger yet to count what is spent of it; run rolecall apply, which makes one, then write another reason, and it is a new one.',
      ) as string,
    ])
    const again = rolecall(root, ['apply', '--auto-approve'])
    expect([again.code, said(again.stderr)]).toEqual([
      3,
      expect.stringMatching(
        /does not cover it: it is older than the ledger \(made \S+\), which cannot know what was spent of it; write another reason, and it is a new one\./,
      ) as string,
    ])
    put(root, 'access/autumn.yaml', acceptance('Contracts end as agreed'))
    git(root, 'commit', '-qam', 'Anew')
    const done = rolecall(root, ['apply', '--auto-approve'])
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('accepted') as string])
  })
})
