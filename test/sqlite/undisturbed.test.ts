import Database from 'libsql'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { undisturbed, type Undisturbed } from '../../src/sqlite/undisturbed.ts'

let folder: string
let file: string
let opened: number
let looker: Undisturbed<Database.Database>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-undisturbed-'))
  file = join(folder, 'a.db')
  opened = 0
  byHand('PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)')
  looker = undisturbed(file, (address) => {
    opened++
    return new Database(address)
  })
})
afterEach(() => {
  looker.close()
  rmSync(folder, { recursive: true })
})

const values = (database: Database.Database): unknown => database.prepare('SELECT x FROM t').pluck().all()

it('reads what is there, makes nothing beside it, and keeps its connection while nothing changes', () => {
  const before = readFileSync(file)
  expect(looker.look(values)).toEqual({ value: [1] })
  expect(looker.look(values)).toEqual({ value: [1] })
  expect(opened).toBe(1)
  expect(readdirSync(folder)).toEqual(['a.db'])
  expect(readFileSync(file).equals(before)).toBe(true)
})

it('sees what was written between two looks', () => {
  looker.look(values)
  byHand('INSERT INTO t VALUES (2)')
  expect(looker.look(values)).toEqual({ value: [1, 2] })
})

it('reads again what was written while it was read', () => {
  let looks = 0
  const seen = looker.look((database) => {
    const before = values(database)
    if (looks++ === 0) byHand('INSERT INTO t VALUES (2)')
    return before
  })
  expect(seen).toEqual({ value: [1, 2] })
  expect(looks).toBe(2)
})

it('proves nothing about a file that is written during every look', () => {
  expect(
    looker.look((database) => {
      byHand('INSERT INTO t VALUES (2)')
      return values(database)
    }),
  ).toBeUndefined()
})

it('takes no damage for real that was seen while the file was written', () => {
  let looks = 0
  const seen = looker.look((database) => {
    if (looks++ > 0) return values(database)
    byHand('INSERT INTO t VALUES (2)')
    throw new Error('database disk image is malformed')
  })
  expect(seen).toEqual({ value: [1, 2] })
  const broken = (): unknown =>
    looker.look(() => {
      throw new Error('is really damaged')
    })
  expect(broken).toThrow('is really damaged')
})

it('does not go by the times and the change counter of a file that was written just now', () => {
  const counter = (): number => readFileSync(file).readUInt32BE(24)
  const { atime, mtime, size } = statSync(file)
  const before = counter()
  let looks = 0
  const seen = looker.look((database) => {
    const read = values(database)
    if (looks++ === 0) {
      byHand('UPDATE t SET x = 7')
      utimesSync(file, atime, mtime)
      expect([counter(), statSync(file).size]).toEqual([before, size])
    }
    return read
  })
  expect(seen).toEqual({ value: [7] })
})

it.each(['-wal', '-shm', '-journal'])('leaves a file with %s beside it to the locks of SQLite', (name) => {
  writeFileSync(file + name, '')
  expect(looker.look(values)).toBeUndefined()
  expect(opened).toBe(0)
})

it('leaves a file that is not in WAL mode to the locks of SQLite, which make nothing beside it', () => {
  byHand('PRAGMA journal_mode = DELETE')
  expect(looker.look(values)).toBeUndefined()
  expect(opened).toBe(0)
})

it.each([
  [
    'no file',
    () => {
      rmSync(file)
    },
  ],
  [
    'an empty one',
    () => {
      writeFileSync(file, '')
    },
  ],
  [
    'another format',
    () => {
      writeFileSync(file, 'x'.repeat(4096))
    },
  ],
])('proves nothing about %s', (_what, spoil) => {
  spoil()
  expect(looker.look(values)).toBeUndefined()
})

/** In a connection of its own that is closed, so that its log goes into the file. */
function byHand(sql: string): void {
  const database = new Database(file)
  database.exec(sql)
  database.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
}
