/** How a ledger in git reaches its remote: as the operator's git does, from a clone that it leaves alone. */
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openGit, openGitReader } from '../../src/ledger/git.ts'
import { LedgerUnreachable } from '../../src/ledger/ledger.ts'
import { contents } from '../cli/rolecall.ts'
import { git, remoteWithClones } from './git-remote.ts'
import { taken } from './suite.ts'

const ref = 'refs/rolecall/ledger'
const now = (): Date => new Date('2026-05-04T10:00:00Z')
const path = process.env['PATH']
let shared: ReturnType<typeof remoteWithClones>

beforeEach(() => {
  shared = remoteWithClones()
})
afterEach(() => {
  rmSync(shared.directory, { recursive: true, force: true })
})

type Env = Readonly<Record<string, string | undefined>>

function open(root: string, env: Env = {}, silence = 20_000) {
  return openGit(
    { root, remote: 'origin', ref, silence, env: { PATH: path, HOME: shared.directory, ...env } },
    { now },
  )
}

/** Opens a ledger, takes a lock in it, and says what it is that the remote has then. */
async function written(root: string, env: Env = {}): Promise<string> {
  const ledger = await open(root, env)
  try {
    await taken(ledger, 'vpn', 'r1')
  } finally {
    await ledger.close()
  }
  return git(shared.remote, 'ls-tree', '-r', '--name-only', ref)
}

function script(name: string, text: string): string {
  const file = join(shared.directory, name)
  writeFileSync(file, `#!/bin/sh\n${text}`, { mode: 0o755 })
  return file
}

const whole = 'README.md\nformat.json\nlock/vpn.json'

describe('a ledger in git reaches its remote', () => {
  it('by file://, and by a path that counts from the clone', async () => {
    const root = shared.clone()
    git(root, 'remote', 'set-url', 'origin', `file://${shared.remote}`)
    expect(await written(root)).toBe(whole)
    git(root, 'remote', 'set-url', 'origin', '../shared.git')
    mkdirSync(join(root, 'below'))
    const reader = await openGitReader(
      { root: join(root, 'below'), remote: 'origin', ref, env: { PATH: path } },
      now,
    )
    await reader.close()
    expect(reader.created).toBe(false)
  })

  it('over ssh with the command of the operator, from the environment or the settings of the clone', async () => {
    const root = shared.clone()
    git(root, 'remote', 'set-url', 'origin', `ssh://somebody@host.example${shared.remote}`)
    const heard = join(shared.directory, 'heard')
    // what sshd would do: the last argument is the command
    const ssh = script('ssh', `echo "$@" >> '${heard}'\nfor last; do :; done\nexec sh -c "$last"\n`)
    expect(await written(root, { GIT_SSH_COMMAND: ssh })).toBe(whole)
    const calls = readFileSync(heard, 'utf8')
    expect(calls).toMatch(/somebody@host\.example git-receive-pack/)
    git(root, 'config', 'core.sshCommand', ssh)
    const reader = await openGitReader({ root, remote: 'origin', ref, env: { PATH: path } }, now)
    await reader.close()
    expect(reader.created).toBe(false)
    expect(readFileSync(heard, 'utf8').length).toBeGreaterThan(calls.length)
  })

  it('where the clone pushes to another address than it reads from', async () => {
    const root = shared.clone()
    git(root, 'remote', 'set-url', 'origin', 'file:///nowhere/at/all.git')
    git(root, 'config', `url.${shared.remote}.insteadOf`, 'file:///nowhere/at/all.git')
    git(root, 'remote', 'set-url', '--push', 'origin', `file://${shared.remote}`)
    expect(await written(root)).toBe(whole)
  })

  it('with nothing of the surroundings that says where git should look', async () => {
    const root = shared.clone()
    const other = shared.clone()
    git(other, 'remote', 'set-url', 'origin', '/nowhere')
    const env = {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(shared.directory, 'index'),
      GIT_OBJECT_DIRECTORY: join(shared.directory, 'objects'),
      GIT_NAMESPACE: 'elsewhere',
      GIT_CEILING_DIRECTORIES: '/',
    }
    const before = contents(other)
    expect(await written(root, env)).toBe(whole)
    expect(contents(other)).toEqual(before)
    expect(existsSync(env.GIT_OBJECT_DIRECTORY) || existsSync(env.GIT_INDEX_FILE)).toBe(false)
  })

  it('and gives up a git that hangs, with what it was waiting for', async () => {
    const root = shared.clone()
    git(root, 'remote', 'set-url', 'origin', 'ssh://host.example/shared.git')
    const ssh = script('ssh', `echo $$ >> '${join(shared.directory, 'pids')}'\nexec sleep 60\n`)
    const hung = open(root, { GIT_SSH_COMMAND: ssh }, 500)
    await expect(hung).rejects.toThrow(LedgerUnreachable)
    await expect(hung).rejects.toThrow(
      `The ledger in git (${ref} of origin) cannot be reached: git gave no answer within 0.5 seconds.`,
    )
    const pids = readFileSync(join(shared.directory, 'pids'), 'utf8').trim().split('\n')
    expect(pids).toHaveLength(1)
    for (const pid of pids) process.kill(Number(pid))
  }, 15_000)
})

describe('a ledger in git leaves behind', () => {
  it('the clone byte for byte as it was', async () => {
    const root = shared.clone()
    writeFileSync(join(root, 'rolecall.yaml'), 'x')
    git(root, 'add', '.')
    git(root, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'first')
    git(root, 'push', '-q', 'origin', 'main')
    git(root, 'fetch', '-q', 'origin')
    writeFileSync(join(root, 'staged'), 'x')
    git(root, 'add', 'staged')
    const before = contents(root)
    expect(Object.keys(before)).toContain('.git/FETCH_HEAD')
    await written(root)
    const reader = await openGitReader({ root, remote: 'origin', ref, env: { PATH: path } }, now)
    await reader.inventory('vpn')
    await reader.close()
    expect(contents(root)).toEqual(before)
  })

  it('no folder, whether it was reached or not', async () => {
    const temporary = mkdtempSync(join(shared.directory, 'tmp-'))
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = temporary
    try {
      const root = shared.clone()
      const ledger = await open(root)
      expect(readdirSync(temporary)).toHaveLength(1)
      await ledger.close()
      expect(readdirSync(temporary)).toEqual([])
      git(root, 'remote', 'set-url', 'origin', '/nowhere')
      await expect(open(root)).rejects.toThrow(LedgerUnreachable)
      expect(readdirSync(temporary)).toEqual([])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
  })

  it('no folder of one that was killed, once it is a day old; nothing else is touched', async () => {
    const temporary = mkdtempSync(join(shared.directory, 'tmp-'))
    const elsewhere = join(shared.directory, 'elsewhere')
    for (const folder of ['rolecall-outpost-old', 'rolecall-outpost-young', 'rolecall-other'])
      mkdirSync(join(temporary, folder, 'objects'), { recursive: true })
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'kept'), 'x')
    symlinkSync(elsewhere, join(temporary, 'rolecall-outpost-link'))
    const longAgo = Date.now() / 1000 - 90_000
    for (const folder of ['rolecall-outpost-old', 'rolecall-other'])
      utimesSync(join(temporary, folder), longAgo, longAgo)
    lutimesSync(join(temporary, 'rolecall-outpost-link'), longAgo, longAgo)
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = temporary
    try {
      await (await open(shared.clone())).close()
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
    expect(readdirSync(temporary).sort()).toEqual([
      'rolecall-other',
      'rolecall-outpost-link',
      'rolecall-outpost-young',
    ])
    expect(readdirSync(elsewhere)).toEqual(['kept'])
  })
})
