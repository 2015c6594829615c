import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openGit, openGitReader } from '../../src/ledger/git.ts'
import { ledgerSuite } from './suite.ts'

const ref = 'refs/rolecall/ledger'

/** git without anything of this machine or of a person. */
function git(directory: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  return execFileSync('git', args, { cwd: directory, env, encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** A bare repository and clones of it: each of them another machine. */
function remoteWithClones() {
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

ledgerSuite('git', () => {
  const { directory, remote, clone } = remoteWithClones()
  const place = () => ({ root: clone(), remote: 'origin', ref, env: { PATH: process.env['PATH'] } })
  return Promise.resolve({
    open: (now, isGone = () => false) => openGit(place(), { now, isGone }),
    reader: (now) => openGitReader(place(), now),
    ruin: () => {
      const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: remote, input: 'x' })
      const tree = execFileSync('git', ['mktree'], {
        cwd: remote,
        input: `100644 blob ${blob.toString().trim()}\tformat.json\n`,
      })
      const who = ['-c', 'user.name=x', '-c', 'user.email=x@y']
      const commit = git(remote, ...who, 'commit-tree', '-m', 'x', tree.toString().trim())
      git(remote, 'update-ref', ref, commit)
      return Promise.resolve()
    },
    drop: () => {
      rmSync(directory, { recursive: true, force: true })
      return Promise.resolve()
    },
  })
})
