/** `ledger-not-durable` as it is met: a runner of CI that starts without the ledger of the run before. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { applied, edit, rolecall, temporary } from './rolecall.ts'

const here = { CI: undefined, GITHUB_ACTIONS: undefined }
let root: string

beforeEach(() => {
  root = applied()
  edit(root, 'access/people.yaml', /role: Owner(?![\s\S]*role: Owner)/, 'role: Member')
})

function codes(env: Readonly<Record<string, string | undefined>>): { code: number | null; codes: string[] } {
  const { code, stdout } = rolecall(root, ['plan', '-o', 'json'], env)
  const { findings } = JSON.parse(stdout) as { findings: readonly { code: string }[] }
  return { code, codes: findings.map((finding) => finding.code) }
}

describe('a plan that reduces an owner', () => {
  it('is refused in CI where no ledger was found, and not where there was one or outside of CI', () => {
    expect(codes({ CI: 'true' }).codes).not.toContain('ledger-not-durable')
    rmSync(join(root, '.rolecall/ledger.db'))
    expect(codes(here).codes).not.toContain('ledger-not-durable')
    const inCi = { code: 3, codes: expect.arrayContaining(['ledger-not-durable']) as unknown }
    expect(codes({ CI: 'true' })).toEqual(inCi)
    expect(codes({ ...here, GITHUB_ACTIONS: 'true' })).toEqual(inCi)
    const { code, stderr, stdout } = rolecall(root, ['apply', '--auto-approve'], { CI: 'true' })
    expect(code).toBe(3)
    expect(stdout + stderr).toContain('ledger-not-durable')
  }, 60_000)

  it('is content with a ledger in git, which the next runner finds', () => {
    const remote = temporary()
    const git = (cwd: string, ...args: string[]) =>
      execFileSync('git', args, { cwd, stdio: 'pipe', encoding: 'utf8' })
    git(remote, 'init', '-q', '--bare')
    git(root, 'init', '-q')
    git(root, 'remote', 'add', 'origin', remote)
    edit(root, 'rolecall.yaml', 'file: .rolecall/ledger.db', 'git: {ref: refs/rolecall/ledger}')
    expect(codes({ CI: 'true' }).codes).toContain('ledger-not-durable')
    edit(root, 'access/people.yaml', /role: Member(?![\s\S]*role: Member)/, 'role: Owner')
    edit(root, 'access/groups.yaml', /description: Everyone[^\n]*/, 'description: All who build')
    expect(rolecall(root, ['apply', '--auto-approve'])).toMatchObject({ code: 0 })
    expect(git(remote, 'show', 'refs/rolecall/ledger:lock/office.json')).toContain('"held":false')
    edit(root, 'access/people.yaml', /role: Owner(?![\s\S]*role: Owner)/, 'role: Member')
    expect(codes({ CI: 'true' }).codes).not.toContain('ledger-not-durable')
    expect(rolecall(root, ['doctor']).stdout).toMatch(
      /ok {5}ledger +refs\/rolecall\/ledger of origin; last run .*: done/,
    )
  }, 60_000)
})
