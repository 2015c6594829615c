/**
 * The file of a SQLite ledger: opening, format, and faults in words. Everything that can be wrong with a file
 * becomes LedgerUnreachable here; any other error is a bug of ours and keeps its stack.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import Libsql from 'libsql'
import { moment } from '../sqlite/patiently.ts'
import { isThere } from '../sqlite/there.ts'
import { undisturbed } from '../sqlite/undisturbed.ts'
import { LedgerUnreachable } from './ledger.ts'

export type Database = Libsql.Database

/** `role` in ASCII: says in the file's header that it is a ledger of rolecall. */
const applicationId = 0x726f6c65

/** The format of the file. Each entry takes it one step further; entries are never changed, only added. */
const migrations: readonly string[] = [
  `create table inventory (
     system text not null, kind text not null, key text not null, id text, handle text not null,
     wish text not null, run text not null, primary key (system, kind, key)) strict, without rowid;
   create table lock (
     system text primary key, generation integer not null, held integer not null, run text not null,
     actor text not null, host text not null, pid integer not null, since text not null,
     heartbeat text not null) strict, without rowid;
   create table run (
     sequence integer primary key, run text not null unique, actor text not null, "commit" text,
     intent text not null, digest text not null unique, state text not null, startedAt text not null,
     finishedAt text, tool text not null) strict;
   create table journal (
     run text not null, sequence integer not null, at text not null, record text not null,
     primary key (run, sequence)) strict, without rowid;
   create table reservation (
     system text not null, account text not null, run text not null, step text not null, host text not null,
     pid integer not null, primary key (system, account, run)) strict, without rowid;
   create table spending (
     acceptance text not null, run text not null, amount integer not null,
     primary key (acceptance, run)) strict, without rowid;
   create table audit (
     sequence integer primary key, at text not null, event text not null, detail text not null,
     previous text not null, hash text not null) strict;
   create table seen (system text primary key, seen text not null) strict, without rowid;
   create table made (at text not null) strict;`,
]

/** Opens for writing; makes the directories, the file and the tables where they are missing. */
export function openFile(path: string, now: Date): { database: Database; created: boolean } {
  return inWords(path, () => {
    mkdirSync(dirname(path), { recursive: true })
    // a folder in its place is told as what it is
    isThere(path)
    const database = new Libsql(path, { timeout: 5000 })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    const created = transact(database, () => migrate(database, path, now))
    database.pragma(`busy_timeout = ${moment}`)
    return { database, created }
  })
}

/**
 * Runs `work` in one transaction: on the disk when it returns, undone when it throws. The driver's own wrapper rolls
 * back what SQLite has rolled back already, as it does when the disk fails, and then tells of that instead of the disk.
 */
export function transact<T>(database: Database, work: () => T): T {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    if (database.inTransaction) database.exec('rollback')
    throw error
  }
}

/** A way to ask a file. */
interface FileReader {
  /** Runs `work` over the file, perhaps more than once: when somebody writes meanwhile. */
  readonly ask: <T>(work: (database: Database) => T) => T
  readonly close: () => void
}

/**
 * Opens for asking; undefined where there is no ledger yet. Nothing is written, not even a log beside the file.
 * Where somebody writes meanwhile, the file is read under SQLite's locks from then on.
 */
export function openFileToRead(path: string): FileReader | undefined {
  if (!inWords(path, () => isThere(path))) return undefined
  const still = undisturbed(path, (address) => new Libsql(address))
  let locking: Database | undefined
  const ask = <T>(work: (database: Database) => T): T => {
    const seen = locking === undefined ? still.look(work) : undefined
    if (seen !== undefined) return seen.value
    locking ??= new Libsql(`${pathToFileURL(path).href}?mode=ro`, { timeout: 5000 })
    return work(locking)
  }
  const close = (): void => {
    still.close()
    locking?.close()
  }
  return inWords(path, () => {
    if (ask((database) => formatOf(database, path)) > 0) return { ask, close }
    close()
    return undefined
  })
}

/** Runs `work` and puts what is wrong with the file into words. */
export function inWords<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const reason = reasonOf(error)
    throw reason === undefined
      ? error
      : new LedgerUnreachable(`The ledger ${path} ${reason}.`, { cause: error })
  }
}

/** Whether the tables were made just now. */
function migrate(database: Database, path: string, now: Date): boolean {
  const format = formatOf(database, path)
  for (const step of migrations.slice(format)) database.exec(step)
  if (format < migrations.length) {
    database.pragma(`application_id = ${applicationId}`)
    database.pragma(`user_version = ${migrations.length}`)
  }
  if (format > 0) return false
  database.prepare('insert into made values (?)').run(now.toISOString())
  return true
}

/** How many migrations the file has had; throws LedgerUnreachable for one that is not a ledger we can use. */
function formatOf(database: Database, path: string): number {
  const format = pragmaNumber(database, 'user_version')
  const empty = database.prepare('select 1 from sqlite_master limit 1').all().length === 0
  if (empty && format === 0) return 0
  if (pragmaNumber(database, 'application_id') !== applicationId) {
    throw new LedgerUnreachable(`The file ${path} is a database, but not a ledger of rolecall.`)
  }
  if (format > migrations.length) {
    throw new LedgerUnreachable(
      `The ledger ${path} has format ${format}, and this version of rolecall knows formats up to ${migrations.length}; use a newer rolecall.`,
    )
  }
  return format
}

function pragmaNumber(database: Database, name: string): number {
  const [row] = database.prepare(`pragma ${name}`).all() as [Record<string, number>]
  return row[name] ?? 0
}

const reasons: Readonly<Record<string, string>> = {
  BUSY: 'is in use by another process and did not become free within 5 seconds',
  LOCKED: 'is in use by another process and did not become free within 5 seconds',
  READONLY: 'cannot be written: it is read-only',
  IOERR: 'cannot be read or written: the disk reports an error',
  FULL: 'cannot be written: the disk is full',
  CORRUPT: 'is damaged; move it away, and a new one is built from git and the live systems',
  NOTADB: 'is not a SQLite file; move it away, or name another file in Settings',
  CANTOPEN: 'cannot be opened',
  PERM: 'cannot be opened: access is denied',
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'cannot be opened: access is denied',
  EPERM: 'cannot be opened: access is denied',
  EISDIR: 'cannot be opened: it is not a file',
  ELOOP: 'cannot be opened: it is a link that leads back to itself',
  ENAMETOOLONG: 'cannot be opened: its name is too long',
  EROFS: 'cannot be written: the file system is read-only',
  ENOSPC: 'cannot be written: the disk is full',
  ENOTDIR: 'cannot be opened: its directory is not a directory',
  EEXIST: 'cannot be opened: its directory is not a directory',
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  // libsql gives a failed open no code, only the number of SQLite in the text
  if (error.message.startsWith('ConnectionFailed')) return reasons['CANTOPEN']
  const code = 'code' in error ? String(error.code) : ''
  const family = /^SQLITE_([A-Z]+)/.exec(code)?.[1]
  return family === undefined ? systemReasons[code] : reasons[family]
}
