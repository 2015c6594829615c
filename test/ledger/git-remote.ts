/** A remote that is a bare repository on this machine. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** git without anything of this machine or of a person. */
export function git(directory: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  return execFileSync('git', args, { cwd: directory, env, encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** A bare repository and clones of it: each of them another machine. */
export function remoteWithClones() {
  const directory = mkdtempSync(join(tmpdir(), 'rolecall-ledger-'))
  const remote = join(directory, 'shared.git')
  git(directory, 'init', '-q', '--bare', '-b', 'main', remote)
  let clones = 0
  const clone = (): string => {
    clones += 1
    const root = join(directory, `clone-${clones}`)
    mkdirSync(root)
    git(root, 'init', '-q', '-b', 'main')
    git(root, 'remote', 'add', 'origin', remote)
    return root
  }
  return { directory, remote, clone }
}
