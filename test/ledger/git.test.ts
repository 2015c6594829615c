import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstBroken } from '../../src/ledger/audit.ts'
import { openGit, openGitReader } from '../../src/ledger/git.ts'
import { LedgerUnreachable, type Ledger } from '../../src/ledger/ledger.ts'
import { git, remoteWithClones } from './git-remote.ts'
import { ledgerSuite, taken } from './suite.ts'

const ref = 'refs/rolecall/ledger'

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

describe('the ref of a git ledger', () => {
  let shared: ReturnType<typeof remoteWithClones>
  const now = (): Date => new Date('2026-05-04T10:00:00Z')
  const opened: Ledger[] = []
  const placeOf = (root: string) => ({ root, remote: 'origin', ref, env: { PATH: process.env['PATH'] } })
  const open = async (root = shared.clone()): Promise<Ledger> => {
    const ledger = await openGit(placeOf(root), { now, isGone: () => false })
    opened.push(ledger)
    return ledger
  }
  const tick = (detail: number) => ({ do: 'audit', event: 'tick', detail }) as const
  const tip = (): string => git(shared.remote, 'rev-parse', ref)

  beforeEach(() => {
    shared = remoteWithClones()
  })
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close()
    rmSync(shared.directory, { recursive: true, force: true })
  })

  it('leaves the clone as it was, and is read by a person', async () => {
    const root = shared.clone()
    const before = readdirSync(join(root, '.git'), { recursive: true }).sort()
    const ledger = await open(root)
    await taken(ledger, 'vpn', 'r1')
    await (await openGitReader(placeOf(root), now)).close()
    expect(readdirSync(join(root, '.git'), { recursive: true }).sort()).toEqual(before)
    expect(git(shared.remote, 'for-each-ref', '--format=%(refname)')).toBe(ref)
    expect(git(shared.remote, 'show', `${ref}:lock/vpn.json`)).toContain('"run":"r1"')
    expect(git(shared.remote, 'log', '-1', '--format=%an %ae %at', ref)).toBe(
      `rolecall rolecall@localhost ${now().getTime() / 1000}`,
    )
  })

  it('is made by one of two that are the first at the same moment', async () => {
    const both = await Promise.all([open(), open()])
    expect(both.map(({ created }) => created).sort()).toEqual([false, true])
    expect(git(shared.remote, 'rev-list', '--count', ref)).toBe('1')
  })

  it('keeps every record of two that write at once, in one chain', async () => {
    const both = await Promise.all([open(), open()])
    const count = 5
    const all = async (ledger: Ledger): Promise<void> => {
      for (let n = 0; n < count; n += 1) await ledger.write([tick(n)])
    }
    await Promise.all(both.map(all))
    const records = []
    for await (const record of both[0].auditRecords()) records.push(record)
    expect(records).toHaveLength(2 * count)
    expect(await firstBroken(records)).toBeUndefined()
  }, 60_000)

  it('does not make a change twice when the answer to its push was lost', async () => {
    const ledger = await open()
    // Ends the remote's process once it has taken the push and before it says so; once.
    const once = join(shared.directory, 'once')
    const hook = `#!/bin/sh\n[ "$1" = committed ] && [ ! -e '${once}' ] && touch '${once}' && kill -9 $PPID\nexit 0\n`
    mkdirSync(join(shared.remote, 'hooks'), { recursive: true })
    writeFileSync(join(shared.remote, 'hooks/reference-transaction'), hook, { mode: 0o755 })
    await ledger.write([tick(1)])
    expect(readdirSync(shared.directory)).toContain('once')
    await ledger.write([tick(2)])
    const details = []
    for await (const { detail } of ledger.auditRecords()) details.push(detail)
    expect(details).toEqual([1, 2])
  }, 60_000)

  it('F24: a remote that goes away is unreachable, and half of nothing is written', async () => {
    const ledger = await open()
    const before = tip()
    renameSync(shared.remote, `${shared.remote}.away`)
    await expect(ledger.write([tick(1), tick(2)])).rejects.toThrow(LedgerUnreachable)
    await expect(ledger.inventory('vpn')).rejects.toThrow(
      'The ledger in git (refs/rolecall/ledger of origin) cannot be reached',
    )
    renameSync(`${shared.remote}.away`, shared.remote)
    expect(tip()).toBe(before)
    await ledger.write([tick(3)])
  }, 60_000)

  it('F25: an older copy that was put back, or none, is noticed, and nothing is written on top', async () => {
    const ledger = await open()
    const older = tip()
    await ledger.write([tick(1)])
    const newer = tip()
    git(shared.remote, 'update-ref', ref, older)
    await expect(ledger.write([tick(2)])).rejects.toThrow('was set back or replaced while it was open')
    await expect(ledger.inventory('vpn')).rejects.toThrow(LedgerUnreachable)
    expect(tip()).toBe(older)
    git(shared.remote, 'update-ref', '-d', ref)
    await expect(ledger.write([tick(2)])).rejects.toThrow(`${ref} is gone from origin`)
    git(shared.remote, 'update-ref', ref, newer)
    await ledger.write([tick(2)])
  }, 60_000)

  it('says which remote is missing, and what to do', async () => {
    const root = shared.clone()
    const other = openGit({ ...placeOf(root), remote: 'backup' }, { now })
    await expect(other).rejects.toThrow(
      `The ledger in git (${ref} of backup) has no place: the repository ${root} has no remote "backup". Name one in Settings (spec.ledger.git.remote); there are: origin.`,
    )
    git(root, 'remote', 'remove', 'origin')
    await expect(open(root)).rejects.toThrow('git remote add origin URL')
    expect(readFileSync(join(root, '.git/HEAD'), 'utf8')).toContain('main')
  })
})
