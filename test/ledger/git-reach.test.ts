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
import { makeWorld, told } from '../apply/world.ts'
import { contents } from '../cli/rolecall.ts'
import { bothOwn } from '../race/rounds.ts'
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

describe('the processes of a ledger in git', () => {
  /** A folder with a git that writes down what it is asked for, does `first`, and then what git does. */
  function watched(first = ''): { readonly env: Env; readonly calls: () => string[] } {
    const [bin, heard] = [mkdtempSync(join(shared.directory, 'bin-')), join(shared.directory, 'calls')]
    const text = `#!/bin/sh\nwhile [ "$1" = -c ]; do shift 2; done\necho "$1" >> '${heard}'\n${first}\nPATH='${path}' exec git "$@"\n`
    writeFileSync(join(bin, 'git'), text, { mode: 0o755 })
    const calls = (): string[] => {
      const lines = existsSync(heard) ? readFileSync(heard, 'utf8').trim().split('\n') : []
      rmSync(heard, { force: true })
      return lines
    }
    return { env: { PATH: `${bin}:${path}` }, calls }
  }
  const tick = { do: 'audit', event: 'tick', detail: 1 } as const
  const reserved = { system: 'vpn', account: 'ana', run: 'r1', step: 'vpn/1', host: 'runner-1', pid: 4711 }

  it('are few: a write is one push, and under its lock a system is known without asking', async () => {
    await written(shared.clone())
    const { env, calls } = watched()
    const ledger = await open(shared.clone(), env)
    expect(calls()).toEqual(['config', 'init', 'config', 'fetch', 'cat-file'])
    const lock = await taken(ledger, 'office', 'r1')
    expect(calls()).toEqual(['fast-import', 'push'])
    for (const detail of [1, 2]) await ledger.write([{ do: 'audit', event: 'tick', detail }])
    await ledger.inventory('office')
    await ledger.reservations('office')
    await ledger.lastSeen('office')
    expect(calls()).toEqual(['push', 'push'])
    await ledger.inventory('vpn')
    expect(calls()).toEqual(['ls-remote'])
    await lock.release()
    await ledger.inventory('office')
    expect(calls()).toEqual(['push', 'ls-remote'])
    await ledger.close()
  })

  it('reach the remote 8 times in an apply that lowers an owner', async () => {
    const [root, clock] = [mkdtempSync(join(shared.directory, 'world-')), (): Date => new Date()]
    const first = await open(shared.clone())
    await makeWorld(root, { now: clock, ledger: first }).reach(bothOwn)
    await first.close()
    const { env, calls } = watched()
    const ledger = await open(shared.clone(), env)
    const report = await makeWorld(root, { now: clock, ledger }).reach({
      people: { ana: { role: 'Owner' }, bo: { role: 'Member' } },
    })
    await ledger.close()
    expect(told(report)).toEqual(['update account:bo done'])
    const reaching = calls().filter((call) => ['fetch', 'ls-remote', 'push'].includes(call))
    const pushes = reaching.filter((call) => call === 'push')
    expect([reaching.length, pushes.length]).toEqual([8, 5])
  })

  it('ask once more, and not twice, where a lock is held', async () => {
    const [first, second] = [await open(shared.clone()), watched()]
    const late = await open(shared.clone(), second.env)
    await taken(first, 'vpn', 'r1')
    second.calls()
    const held = await late.lock('vpn', { run: 'r2', actor: 'bo', host: 'runner-2', pid: 1 })
    expect('heldBy' in held && held.heldBy.run).toBe('r1')
    expect(second.calls().filter((call) => call !== 'rev-list')).toEqual(['fast-import', 'push', 'fetch'])
    expect('heldBy' in (await late.lock('vpn', { run: 'r2', actor: 'bo', host: 'r', pid: 1 }))).toBe(true)
    expect(second.calls()).toEqual(['ls-remote'])
    await first.close()
    await late.close()
  })

  it('F23: of a holder whose lock was taken over know what was, and write nothing', async () => {
    const [root, other] = [shared.clone(), shared.clone()]
    const asleep = await open(root)
    await taken(asleep, 'vpn', 'r1')
    const place = { root: other, remote: 'origin', ref, env: { PATH: path } }
    const awake = await openGit(place, { now, isGone: () => true })
    await taken(awake, 'vpn', 'r2')
    await awake.write([{ do: 'reserve', reservations: [{ ...reserved, run: 'r2' }] }])
    const before = git(shared.remote, 'rev-parse', ref)
    expect(await asleep.reservations('vpn')).toEqual([])
    await expect(asleep.write([{ do: 'reserve', reservations: [reserved] }])).rejects.toThrow(
      'The lock of system "vpn" is not held by this run any more: another run took it over.',
    )
    expect(git(shared.remote, 'rev-parse', ref)).toBe(before)
    await asleep.close()
    await awake.close()
  })

  it.each(['cat-file', 'fast-import'])('that end before they answer are said: %s', async (name) => {
    await written(shared.clone())
    const dies = `if [ "$1" = ${name} ]; then echo 'fatal: out of ink' >&2; exit 1; fi`
    const write = async (): Promise<void> => {
      const ledger = await open(shared.clone(), watched(dies).env)
      await ledger.write([tick]).finally(() => ledger.close())
    }
    await expect(write()).rejects.toThrow(
      `The ledger in git (${ref} of origin) cannot be reached: out of ink.`,
    )
  })

  it('that end are begun anew with the next question', async () => {
    const once = join(shared.directory, 'once')
    writeFileSync(once, '')
    const dies = `if [ "$1" = fast-import ] && [ -e '${once}' ]; then rm '${once}'; exit 1; fi`
    const root = shared.clone()
    await written(shared.clone())
    const ledger = await open(root, watched(dies).env)
    await expect(ledger.write([tick])).rejects.toThrow('git failed and did not say why')
    await ledger.write([tick])
    await ledger.close()
  })

  it('that stay and say nothing are given up, and do not stay', async () => {
    await written(shared.clone())
    const pid = join(shared.directory, 'pid')
    const hangs = `if [ "$1" = fast-import ]; then echo $$ > '${pid}'; exec sleep 60; fi`
    const ledger = await open(shared.clone(), watched(hangs).env, 500)
    await expect(ledger.write([tick])).rejects.toThrow(
      `The ledger in git (${ref} of origin) cannot be reached: git gave no answer within 0.5 seconds.`,
    )
    await expect.poll(() => existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}`)).toBe(false)
    await ledger.close()
  })
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
