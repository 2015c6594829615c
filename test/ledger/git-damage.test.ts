/** A ledger in git that somebody else has written: refused, in words, whatever was put in place of a file. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGit } from '../../src/ledger/git.ts'
import { LedgerUnreachable, type Ledger } from '../../src/ledger/ledger.ts'
import { git, remoteWithClones } from './git-remote.ts'
import { taken } from './suite.ts'

const ref = 'refs/rolecall/ledger'
const now = (): Date => new Date('2026-05-04T10:00:00Z')
let shared: ReturnType<typeof remoteWithClones>
let root: string
let sound: string

const open = () => openGit({ root, remote: 'origin', ref, env: { PATH: process.env['PATH'] } }, { now })

beforeAll(async () => {
  shared = remoteWithClones()
  root = shared.clone()
  const ledger = await open()
  await taken(ledger, 'vpn', 'r1')
  await ledger.write([
    { do: 'audit', event: 'one', detail: 1 },
    { do: 'audit', event: 'two', detail: 2 },
  ])
  await ledger.close()
  sound = git(shared.remote, 'rev-parse', ref)
})
afterAll(() => {
  rmSync(shared.directory, { recursive: true, force: true })
})

/** Puts a commit on the sound ledger in which `path` is something else. */
function ruin(path: string, mode: string, content: string): void {
  const input = [
    `commit ${ref}\ncommitter x <x@y> 0 +0000\ndata 0\nfrom ${sound}\n`,
    mode === '160000'
      ? `M 160000 ${sound} ${path}\n`
      : `M ${mode} inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
  ].join('')
  execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: shared.remote, input })
}

const recordOf = (line: number): string =>
  git(shared.remote, 'show', `${sound}:audit/0000/00.jsonl`).split('\n')[line] ?? ''
const tick = (ledger: Ledger) => ledger.write([{ do: 'audit', event: 'three', detail: 3 }])
const lock = (ledger: Ledger) => ledger.lock('vpn', { run: 'r2', actor: 'bo', host: 'runner-2', pid: 1 })

describe('a ledger in git', () => {
  it('of a newer rolecall is refused in words', async () => {
    ruin('format.json', '100644', '{"format":"rolecall/ledger/v2","made":"2030-01-01T00:00:00Z"}\n')
    await expect(open()).rejects.toThrow(
      'The ledger in git has the format "rolecall/ledger/v2", and this version of rolecall knows "rolecall/ledger/v1"; use a newer rolecall.',
    )
  })

  it.each([
    ['is not JSON', 'lock/vpn.json', '100644', '{', 'lock/vpn.json is not JSON', lock],
    [
      'has a lock that nobody holds since ever',
      'lock/vpn.json',
      '100644',
      '{"generation":1,"held":true,"holder":{}}\n',
      'lock/vpn.json is not what rolecall writes there',
      lock,
    ],
    ['has a link for a file', 'lock/vpn.json', '120000', '/etc/passwd', 'lock/vpn.json is not JSON', lock],
    ['has a repository for a file', 'lock/vpn.json', '160000', '', 'lock/vpn.json is not a text', lock],
    ['has a folder for a file', 'lock/vpn.json/x', '100644', 'x', 'lock/vpn.json is not a text', lock],
    ['has a repository for its locks', 'lock', '160000', '', 'lock is not a text', lock],
    ['has a file for its locks', 'lock', '100644', 'x', 'lock is not a text', lock],
    ['has what is no text', 'lock/vpn.json', '100644', '\u0000', 'lock/vpn.json is not JSON', lock],
    [
      'lacks a record',
      'audit/0000/00.jsonl',
      '100644',
      'first',
      'audit/0000/00.jsonl has 1 lines where audit/end.json says 2',
      tick,
    ],
    ['is cut short', 'audit/0000/00.jsonl', '100644', 'x', 'audit/0000/00.jsonl is cut short', tick],
    [
      'has 50 MB for a file',
      'reserved/vpn.jsonl',
      '100644',
      `"${'x'.repeat(50_000_000)}"\n`,
      'line 1 of reserved/vpn.jsonl is not what rolecall writes there',
      (ledger: Ledger) => ledger.reservations('vpn'),
    ],
  ] as const)('that %s is damaged, and says how to go on', async (_, path, mode, content, words, ask) => {
    ruin(path, mode, content === 'first' ? `${recordOf(0)}\n` : content)
    const before = git(shared.remote, 'rev-parse', ref)
    const ledger = await open()
    try {
      const asked = ask(ledger)
      await expect(asked).rejects.toThrow(LedgerUnreachable)
      await expect(asked).rejects.toThrow(
        `The ledger in git (${ref} of origin) is damaged: ${words}. Set the ref to a commit before the damage, or delete it: then a new one is built from git and the live systems.`,
      )
    } finally {
      await ledger.close()
    }
    expect(git(shared.remote, 'rev-parse', ref)).toBe(before)
  })
})
