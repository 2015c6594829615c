import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostName, isGone } from '../../src/ledger/host.ts'
import { LedgerUnreachable } from '../../src/ledger/ledger.ts'
import { openLedger, openLedgerReader } from '../../src/ledger/open.ts'
import { transact } from '../../src/ledger/sqlite-file.ts'
import { openSqlite, openSqliteReader } from '../../src/ledger/sqlite.ts'
import { bundled } from '../bundled.ts'
import { ana, ledgerSuite, taken } from './suite.ts'

const script = await bundled(new URL('./killed.ts', import.meta.url))

ledgerSuite('SQLite', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rolecall-ledger-'))
  const file = join(directory, 'deep', 'ledger.db')
  return Promise.resolve({
    open: (now, isGone = () => false) => later(() => openSqlite(file, { now, isGone })),
    reader: (now) => later(() => openSqliteReader(file, now)),
    ruin: () =>
      later(() => {
        mkdirSync(join(directory, 'deep'))
        writeFileSync(file, 'not a database, though it is long enough to be one. '.repeat(100))
      }),
    drop: () =>
      later(() => {
        rmSync(directory, { recursive: true })
      }),
  })
})

describe('the file of a SQLite ledger', () => {
  let directory: string
  let file: string
  const now = (): Date => new Date('2026-05-04T10:00:00Z')
  const open = () => openSqlite(file, { now })
  const surroundings = () => ({
    root: directory,
    env: { PATH: process.env['PATH'] },
    secret: () => Promise.reject(new Error('no secret is asked for')),
    now,
  })

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rolecall-ledger-'))
    file = join(directory, 'ledger.db')
  })
  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  it('is chosen by Settings, relative to the workspace', async () => {
    const ledger = await openLedger({ type: 'file', path: '.rolecall/ledger.db' }, surroundings())
    await ledger.close()
    expect(readdirSync(join(directory, '.rolecall'))).toContain('ledger.db')
    const reader = await openLedgerReader({ type: 'file', path: '.rolecall/ledger.db' }, surroundings())
    expect(reader.created).toBe(false)
  })

  it('is never put in the place of a ledger in git that cannot be had', async () => {
    const git = { type: 'git', ref: 'refs/rolecall/ledger', remote: 'origin' } as const
    for (const open of [openLedger, openLedgerReader])
      await expect(open(git, surroundings())).rejects.toThrow(
        `The ledger in git (refs/rolecall/ledger of origin) has no place: ${directory} is not in a git repository`,
      )
    expect(readdirSync(directory)).toEqual([])
  })

  it('nor of one in PostgreSQL whose place nobody knows', async () => {
    const secret = () => Promise.reject(new Error('LEDGER_URL is not set'))
    const postgres = { type: 'postgres', url: { env: 'LEDGER_URL' }, schema: 'rolecall' } as const
    for (const open of [openLedger, openLedgerReader])
      await expect(open(postgres, { ...surroundings(), secret })).rejects.toThrow('LEDGER_URL is not set')
    expect(readdirSync(directory)).toEqual([])
  })

  it('answers nobody once it is closed', async () => {
    await open().close()
    const reader = openSqliteReader(file, now)
    expect(await reader.inventory('vpn')).toEqual([])
    await reader.close()
    await expect(reader.inventory('vpn')).rejects.toThrow('The database connection is not open')
  })

  it('is not created by asking, nor is anything beside it', async () => {
    const reader = openSqliteReader(file, now)
    expect(await reader.inventory('vpn')).toEqual([])
    await reader.close()
    expect(readdirSync(directory)).toEqual([])
  })

  it('is not changed by asking, nor is anything left beside it', async () => {
    const ledger = open()
    await taken(ledger, 'vpn', 'r1')
    await ledger.write([{ do: 'record', put: [ana], forget: [] }])
    await ledger.close()
    for (const log of ['-wal', '-shm']) rmSync(`${file}${log}`, { force: true })
    const before = readFileSync(file)

    const reader = openSqliteReader(file, now)
    expect(await reader.inventory('vpn')).toEqual([ana])
    await reader.close()
    expect(readdirSync(directory)).toEqual(['ledger.db'])
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('is asked while another process writes it, and answers what was committed', async () => {
    await open().close()
    const reader = openSqliteReader(file, now)
    expect(await reader.inventory('vpn')).toEqual([])
    const again = open()
    await taken(again, 'vpn', 'r1')
    await again.write([{ do: 'record', put: [ana], forget: [] }])
    expect(await reader.inventory('vpn')).toEqual([ana])
    await again.close()
    expect(await reader.inventory('vpn')).toEqual([ana])
    await reader.close()
  })

  it('is whole when it was closed: a copy of the one file is a copy of the ledger', async () => {
    const ledger = open()
    await taken(ledger, 'vpn', 'r1')
    await ledger.write([{ do: 'record', put: [ana], forget: [] }])
    await ledger.close()
    copyFileSync(file, join(directory, 'copy.db'))
    expect(await openSqliteReader(join(directory, 'copy.db'), now).inventory('vpn')).toEqual([ana])
  })

  it('survives names with everything a path can hold', async () => {
    mkdirSync(join(directory, 'a b%20?c#d'))
    file = join(directory, 'a b%20?c#d', 'l.db')
    await open().close()
    expect(openSqliteReader(file, now).created).toBe(false)
  })

  const unusable: readonly [string, (path: string) => void, string][] = [
    [
      'no database',
      (path) => {
        writeFileSync(path, 'x'.repeat(4096))
      },
      'is not a SQLite file; move it away, or name another file in Settings',
    ],
    [
      'a directory',
      (path) => {
        mkdirSync(path)
      },
      'cannot be opened: it is not a file',
    ],
    [
      'a link to itself',
      (path) => {
        symlinkSync(path, path)
      },
      'cannot be opened: it is a link that leads back to itself',
    ],
    [
      'a newer format',
      (path) => {
        format(path, 99)
      },
      'has format 99, and this version of rolecall knows formats up to 1; use a newer rolecall',
    ],
  ]
  it.each(unusable)('%s in its place is said in words', (_name, put, words) => {
    put(file)
    for (const attempt of [open, () => openSqliteReader(file, now)]) {
      const error = caught(attempt)
      expect(error).toBeInstanceOf(LedgerUnreachable)
      expect(error.message).toBe(`The ledger ${file} ${words}.`)
      // where somebody else said so, the own words are kept
      expect(error.cause instanceof Error).toBe(!words.includes('format'))
    }
  })

  it('a file with nothing in it is no ledger yet: asking answers as without one, and writing makes one', async () => {
    writeFileSync(file, '')
    const reader = openSqliteReader(file, now)
    expect([reader.created, await reader.inventory('vpn'), await reader.runs(9)]).toEqual([true, [], []])
    const ledger = open()
    expect(ledger.created).toBe(true)
    await ledger.close()
  })

  it('one that does not say when it was made is not used', async () => {
    await open().close()
    const other = new Libsql(file)
    other.exec('delete from made')
    other.close()
    expect(caught(open).message).toBe('The ledger does not say when it was made.')
  })

  it('a lock that was given back gives no sign of life', async () => {
    const ledger = open()
    const lock = await taken(ledger, 'vpn', 'r1')
    await lock.release()
    await expect(lock.beat()).rejects.toThrow('The lock of system "vpn" is not held by this run.')
    await ledger.close()
  })

  it('a record of the log that is no JSON any more is told as it stands', async () => {
    const ledger = open()
    await ledger.write([{ do: 'audit', event: 'x', detail: {} }])
    await ledger.close()
    const other = new Libsql(file)
    other.exec(`update audit set detail = '{"half'`)
    other.close()
    const details: unknown[] = []
    for await (const { detail } of openSqliteReader(file, now).auditRecords()) details.push(detail)
    expect(details).toEqual(['{"half'])
  })

  it('what failed is told, also where SQLite has rolled back already', () => {
    const database = new Libsql(':memory:')
    const work = (before: string) => () => {
      database.exec(before)
      throw new Error('the disk')
    }
    database.exec('create table t (a)')
    for (const before of ['rollback', 'insert into t values (1)'])
      expect(() => {
        transact(database, work(before))
      }).toThrow('the disk')
    expect(database.prepare('select * from t').all()).toEqual([])
  })

  it.each([
    ['with tables', 'create table precious (a)'],
    ['without any', 'pragma user_version = 5'],
  ])("another program's database in its place is left alone: %s", (_name, sql) => {
    const other = new Libsql(file)
    other.exec(sql)
    other.close()
    for (const attempt of [open, () => openSqliteReader(file, now)]) {
      expect(caught(attempt).message).toBe(`The file ${file} is a database, but not a ledger of rolecall.`)
    }
  })

  it('a directory that is a file is said in words', () => {
    writeFileSync(join(directory, 'plain'), '')
    file = join(directory, 'plain', 'ledger.db')
    for (const attempt of [open, () => openSqliteReader(file, now)])
      expect(caught(attempt).message).toBe(
        `The ledger ${file} cannot be opened: its directory is not a directory.`,
      )
  })

  it('a link that leads nowhere is no ledger yet, and none can be made there', () => {
    symlinkSync(join(directory, 'missing', 'ledger.db'), file)
    expect(openSqliteReader(file, now).created).toBe(true)
    expect(caught(open).message).toBe(`The ledger ${file} cannot be opened.`)
  })

  it('a name that is too long is said in words', () => {
    file = join(directory, 'x'.repeat(300))
    for (const attempt of [open, () => openSqliteReader(file, now)])
      expect(caught(attempt).message).toBe(`The ledger ${file} cannot be opened: its name is too long.`)
  })

  it('damage in the middle is found when it is read', async () => {
    const ledger = open()
    await taken(ledger, 'vpn', 'r1')
    const put = Array.from({ length: 500 }, (_, index) => ({ ...ana, key: `person-${index}` }))
    await ledger.write([{ do: 'record', put, forget: [] }])
    await ledger.close()
    const bytes = readFileSync(file)
    bytes.fill(0x5a, 8192, bytes.length - 4096)
    writeFileSync(file, bytes)
    await expect(later(() => openSqliteReader(file, now).inventory('vpn'))).rejects.toThrow(
      `The ledger ${file} is damaged; move it away, and a new one is built from git and the live systems.`,
    )
  })

  it('a ledger that another process does not let go of is unreachable, after a wait', async () => {
    const ledger = open()
    const other = new Libsql(file)
    other.exec('begin immediate')
    await expect(ledger.write([{ do: 'audit', event: 'x', detail: {} }])).rejects.toThrow(
      `The ledger ${file} is in use by another process and did not become free within 5 seconds.`,
    )
    other.exec('rollback')
    await ledger.write([{ do: 'audit', event: 'x', detail: {} }])
    await ledger.close()
  })

  it.skipIf(process.getuid?.() === 0)('a read-only file is unreachable for writing (not as root)', () => {
    writeFileSync(file, '', { mode: 0o400 })
    expect(caught(open)).toBeInstanceOf(LedgerUnreachable)
  })

  it('keeps what it acknowledged when the process is killed', async () => {
    const child = spawn(process.execPath, [script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      acknowledged = Number(text.trim().split('\n').at(-1))
      if (acknowledged > 200) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const ledger = open()
    const kept = (await ledger.readJournal('r1')).map(({ record }) => record['n'])
    expect(kept.length).toBeGreaterThanOrEqual(acknowledged)
    expect(kept).toEqual(kept.map((_, index) => index + 1))
    await ledger.close()
  })
})

describe('who is known to be dead', () => {
  it('a process of this host that ended, and no other', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'close')
    const dead = child.pid ?? 0
    expect(isGone({ host: hostName(), pid: dead })).toBe(true)
    expect(isGone({ host: hostName(), pid: process.pid })).toBe(false)
    expect(isGone({ host: 'another', pid: dead })).toBe(false)
  })
})

function later<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}

function caught(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

function format(path: string, version: number): void {
  openSqlite(path, { now: () => new Date(0) })
  const database = new Libsql(path)
  database.pragma(`user_version = ${version}`)
  database.close()
}
