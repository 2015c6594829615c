/** A remote that is a bare repository on this machine. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** git without anything of this machine or of a person. */
export function git(directory: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  return execFileSync('git', args, { cwd: directory, env, encoding: 'utf8', stdio: 'pipe' }).trim()
}

let empty: string | undefined

/** A bare repository and clones of it: each of them another machine. All are copies of two that git made once. */
export function remoteWithClones() {
  empty ??= emptyRepositories()
  const directory = mkdtempSync(join(tmpdir(), 'rolecall-ledger-'))
  const remote = join(directory, 'shared.git')
  cpSync(join(empty, 'bare'), remote, { recursive: true })
  let clones = 0
  const clone = (): string => {
    clones += 1
    const root = join(directory, `clone-${clones}`)
    cpSync(join(empty ?? '', 'clone'), root, { recursive: true })
    const settings = `\turl = ${JSON.stringify(remote)}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`
    appendFileSync(join(root, '.git/config'), `[remote "origin"]\n${settings}`)
    return root
  }
  return { directory, remote, clone }
}

function emptyRepositories(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rolecall-empty-'))
  git(directory, 'init', '-q', '--template=', '--bare', '-b', 'main', 'bare')
  // after each push to look for what could be tidied up, or for refs of others that share objects, is a process for nothing
  git(directory, '-C', 'bare', 'config', 'receive.autogc', 'false')
  git(directory, '-C', 'bare', 'config', 'core.alternateRefsCommand', 'true')
  git(directory, 'init', '-q', '--template=', '-b', 'main', 'clone')
  return directory
}
