import Database from 'libsql'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConnectorFault } from '../../connector/fault.ts'
import { moment } from '../../sqlite/patiently.ts'
import { isThere } from '../../sqlite/there.ts'
import { undisturbed } from '../../sqlite/undisturbed.ts'
import type { Value } from './convert.ts'
import { guarded } from './faults.ts'
import { applicationId, migrations, schemaVersion } from './schema.sql.ts'

/**
 * One open SQLite file, and what libsql does not do by itself: a connection that cannot write, a wait for locks,
 * and errors that a person can act on.
 */
export interface Connection {
  /** All rows of a query. */
  rows(sql: string, ...values: readonly Value[]): Record<string, Value>[]
  /** Runs a statement; gives the id of the row that an INSERT made. */
  run(sql: string, ...values: readonly Value[]): number
  /** BEGIN, COMMIT and the like. */
  exec(sql: string): void
  readonly inTransaction: boolean
  /** Of the schema that the file has: an older one is read as it is. */
  readonly version: number
  readonly close: () => void
}

/** A way to look into a file. */
interface Looker {
  /** Runs `work` over the file; over undefined where there is no file or nothing in it. It may run more than once. */
  readonly look: <T>(work: (connection: Connection | undefined) => T) => T
  readonly close: () => void
}

/**
 * Reads the file so that SQLite itself refuses every write, and leaves nothing beside it. Where somebody writes
 * meanwhile, the file is read under SQLite's locks from then on. It may appear while the looker is open.
 */
export function openToRead(file: string): Looker {
  const still = undisturbed(file, (address) => openAt(file, address))
  let locking: Opened | undefined
  return {
    look: (work) =>
      guarded(file, () => {
        if (locking !== undefined) return work(locking.directory)
        if (!isThere(file)) return work(undefined)
        const seen = still.look(({ directory }) => work(directory))
        if (seen !== undefined) return seen.value
        const opened = openAt(file, `${pathToFileURL(file).href}?mode=ro`)
        // A file with nothing in it yet is opened again for the next look: what comes into it must be checked first.
        if (opened.directory === undefined) opened.close()
        else locking = opened
        return work(opened.directory)
      }),
    close: () => {
      still.close()
      locking?.close()
    },
  }
}

interface Opened {
  /** Undefined where there is nothing in the file. */
  readonly directory: Connection | undefined
  readonly close: () => void
}

function openAt(file: string, address: string): Opened {
  const connection = connect(file, address)
  try {
    const directory = isDirectory(file, connection) ? connection : undefined
    return { directory, close: connection.close }
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Opens the file to write, makes it where there is none, and brings its tables up to date. */
export function openToWrite(file: string): Connection {
  return guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    // The log goes into the file at the end, so that a copy of the file is a whole directory; a reader may be in the way.
    const connection = connect(file, file, 'PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)')
    isDirectory(file, connection)
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    migrate(connection)
    return connection
  })
}

function connect(file: string, address: string, farewell = ''): Connection {
  const database = new Database(address)
  database.exec(`PRAGMA busy_timeout = ${moment}`)
  const statements = new Map<string, Database.Statement>()
  let version: number | undefined
  const prepare = (sql: string): Database.Statement => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const rows: Connection['rows'] = (sql, ...values) =>
    guarded(file, () => prepare(sql).all(values) as Record<string, Value>[])
  return {
    rows,
    run: (sql, ...values) => Number(prepare(sql).run(values).lastInsertRowid),
    exec: (sql) => void database.exec(sql),
    get inTransaction() {
      return database.inTransaction
    },
    get version() {
      return (version ??= Number(rows('PRAGMA user_version')[0]?.['user_version']))
    },
    close: () => {
      database.exec(farewell)
      database.close()
    },
  }
}

/** False for a file without anything in it. Another program's file and a later version's are faults. */
function isDirectory(file: string, connection: Connection): boolean {
  const pragma = (name: string): number => Number(connection.rows(`PRAGMA ${name}`)[0]?.[name])
  if (connection.rows('SELECT 1 FROM sqlite_schema LIMIT 1').length === 0) return false
  if (pragma('application_id') !== applicationId) {
    throw new ConnectorFault(
      'unreadable',
      `"${file}" is an SQLite file of another program, not a directory.`,
      'Name another file in the settings of the system; the first apply creates it.',
    )
  }
  if (pragma('user_version') > schemaVersion) {
    throw new ConnectorFault(
      'unreadable',
      `"${file}" was written by a later version of rolecall.`,
      'Update rolecall to the version that wrote it.',
    )
  }
  return true
}

/** Takes the steps that the file has not seen, in one transaction: two programs that start at once take them once. */
function migrate(connection: Connection): void {
  connection.exec('BEGIN IMMEDIATE')
  const version = Number(connection.rows('PRAGMA user_version')[0]?.['user_version'])
  for (const step of migrations.slice(version)) connection.exec(step)
  connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
}
