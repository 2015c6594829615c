/**
 * The ledger of one machine: a SQLite file. Compare-and-swap is `begin immediate`, and a commit is on the disk
 * when it returns (write-ahead log, synchronous = FULL).
 */
import type { Json, JsonObject } from '../model/json.ts'
import { patiently } from '../sqlite/patiently.ts'
import { sealAfter } from './audit.ts'
import { emptyLedger } from './empty.ts'
import type {
  AuditRecord,
  InventoryEntry,
  JournalRecord,
  LastSeen,
  Ledger,
  LedgerChange,
  LedgerReader,
  Lock,
  LockHolder,
  Reservation,
  RunRecord,
} from './ledger.ts'
import { systemsOf, take, TakenLocks, type LedgerOptions, type LockState } from './lock.ts'
import { inWords, openFile, openFileToRead, transact, type Database } from './sqlite-file.ts'

/** Opens or creates the ledger at `path`. Throws LedgerUnreachable. */
export function openSqlite(path: string, options: LedgerOptions): Ledger {
  const { now } = options
  const { database, created } = openFile(path, now())
  const run = statements(database)
  const taken = new TakenLocks()
  const time = (): string => now().toISOString()

  /** Runs `work` in one durable transaction that first proves the locks taken, and those of `needed`. */
  const write = <T>(needed: Iterable<string>, work: () => T): Promise<T> =>
    attempt(path, () =>
      transact(database, () => {
        for (const system of taken.toProve(needed)) taken.prove(system, lockState(run, system))
        return work()
      }),
    )

  const makeAll = (changes: readonly LedgerChange[]): void => {
    for (const change of changes) make(run, change, time())
  }

  const lockOf = (system: string, generation: number): Lock => ({
    system,
    generation,
    beat: () =>
      write([system], () => {
        run('update lock set heartbeat = ? where system = ?', time(), system)
      }),
    release: () =>
      attempt(path, () => {
        taken.remove(system, generation)
        run('update lock set held = 0 where system = ? and generation = ?', system, generation)
      }),
  })

  return {
    ...reader(run, path, created),

    lock: async (system, candidate) => {
      const answer = await write([], () => {
        const next = take(lockState(run, system), candidate, options)
        if ('heldBy' in next) return next
        const { run: name, actor, host, pid, since, heartbeat } = next.holder
        run(
          'insert or replace into lock values (?, ?, 1, ?, ?, ?, ?, ?, ?)',
          ...[system, next.generation, name, actor, host, pid, since, heartbeat],
        )
        return next
      })
      if ('heldBy' in answer) return answer
      taken.add(system, answer.generation)
      return lockOf(system, answer.generation)
    },

    begin: (record, changes = []) =>
      write(systemsOf(changes), () => {
        const used = run('select 1 from run where digest = ?', record.digest).length > 0
        if (used) return false
        const { actor, commit, intent, digest, state, startedAt, tool } = record
        run(
          `insert into run (run, actor, "commit", intent, digest, state, startedAt, tool)
             values (?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[record.run, actor, commit ?? null, intent, digest, state, startedAt, tool],
        )
        makeAll(changes)
        return true
      }),

    write: async (changes) => {
      await write(systemsOf(changes), () => {
        makeAll(changes)
      })
      taken.landed(changes)
    },

    close: () =>
      attempt(path, () => {
        // leaves one whole file behind, so that a copy of it is a copy of the ledger; what is in its log is as safe
        quietly(() => database.pragma('wal_checkpoint(TRUNCATE)'))
        database.close()
      }),
  }
}

/** Opens the ledger at `path` for asking only; an empty one where there is none. Throws LedgerUnreachable. */
export function openSqliteReader(path: string, now: () => Date): LedgerReader {
  const file = openFileToRead(path)
  if (file === undefined) return emptyLedger(now())
  const run: Run = (sql, ...values) => file.ask((database) => statements(database)(sql, ...values))
  return {
    ...inWords(path, () => reader(run, path, false)),
    close: () => attempt(path, file.close),
  }
}

/** Makes one change, inside a transaction. */
function make(run: Run, change: LedgerChange, at: string): void {
  switch (change.do) {
    case 'record':
      for (const { system, kind, key, id, handle, wish, run: name } of change.put) {
        run(
          `insert into inventory values (?, ?, ?, ?, ?, ?, ?) on conflict do update set
             id = excluded.id, handle = excluded.handle, wish = excluded.wish, run = excluded.run`,
          ...[system, kind, key, id ?? null, handle, wish, name],
        )
      }
      for (const { system, kind, key } of change.forget)
        run('delete from inventory where system = ? and kind = ? and key = ?', system, kind, key)
      return
    case 'journal': {
      const [last] = run('select max(sequence) as top from journal where run = ?', change.run) as [
        { top: number },
      ]
      change.records.forEach((record, index) => {
        run('insert into journal values (?, ?, ?, ?)', change.run, last.top + index + 1, at, text(record))
      })
      return
    }
    case 'reserve':
      for (const { system, account, run: name, step, host, pid } of change.reservations)
        run(
          'insert or replace into reservation values (?, ?, ?, ?, ?, ?)',
          ...[system, account, name, step, host, pid],
        )
      return
    case 'unreserve':
      for (const { system, account, run: name } of change.reservations)
        run('delete from reservation where system = ? and account = ? and run = ?', system, account, name)
      return
    case 'spend':
      run('insert into spending values (?, ?, 0) on conflict do nothing', change.acceptance, change.run)
      run(
        'update spending set amount = max(0, amount + ?) where acceptance = ? and run = ?',
        ...[change.amount, change.acceptance, change.run],
      )
      return
    case 'finish':
      run('update run set state = ?, finishedAt = ? where run = ?', change.state, at, change.run)
      return
    case 'see':
      run('insert or replace into seen values (?, ?)', change.seen.system, text(change.seen))
      return
    case 'unlock':
      run('update lock set held = 0 where system = ?', change.system)
      return
    case 'audit': {
      const [last] = run('select sequence, hash from audit order by sequence desc limit 1') as Pick<
        AuditRecord,
        'sequence' | 'hash'
      >[]
      const { sequence, event, detail, previous, hash } = sealAfter(last, at, change)
      run('insert into audit values (?, ?, ?, ?, ?, ?)', sequence, at, event, text(detail), previous, hash)
      return
    }
  }
}

function reader(run: Run, path: string, created: boolean): Omit<LedgerReader, 'close'> {
  const ask = <T>(sql: string, ...values: readonly SqlValue[]): Promise<T[]> =>
    attempt(path, () => run(sql, ...values).map((row) => present(row) as T))

  return {
    created,
    createdAt: madeAt(run),

    lastSeen: async (system) => {
      const [row] = await ask<{ seen: string }>('select seen from seen where system = ?', system)
      return row === undefined ? undefined : (JSON.parse(row.seen) as LastSeen)
    },

    inventory: (system) => ask<InventoryEntry>('select * from inventory where system = ?', system),

    runs: (limit, only = {}) =>
      ask<RunRecord>(
        `select run, actor, "commit", intent, digest, state, startedAt, finishedAt, tool from run
           where (?1 is null or state = ?1) and (?2 is null or intent = ?2) order by sequence desc limit ?3`,
        ...[only.state ?? null, only.intent ?? null, limit],
      ),

    readJournal: async (name) => {
      const rows = await ask<Omit<JournalRecord, 'record'> & { record: string }>(
        'select * from journal where run = ? order by sequence',
        name,
      )
      return rows.map((row) => ({ ...row, record: JSON.parse(row.record) as JsonObject }))
    },

    reservations: (system) => ask<Reservation>('select * from reservation where system = ?', system),

    spent: async (acceptance) => {
      const rows = await ask<{ amount: number }>(
        'select amount from spending where acceptance = ?',
        acceptance,
      )
      return rows.reduce((sum, { amount }) => sum + amount, 0)
    },

    auditRecords: async function* () {
      for (let after = 0; ;) {
        const rows = await ask<Omit<AuditRecord, 'detail'> & { detail: string }>(
          'select * from audit where sequence > ? order by sequence limit 1000',
          after,
        )
        for (const row of rows) yield { ...row, detail: detailOf(row.detail) }
        const last = rows.at(-1)
        if (last === undefined) return
        after = last.sequence
      }
    },
  }
}

function lockState(run: Run, system: string): LockState | undefined {
  const [row] = run('select * from lock where system = ?', system) as LockRow[]
  if (row === undefined) return undefined
  const { run: name, actor, host, pid, since, heartbeat } = row
  return {
    generation: row.generation,
    held: row.held === 1,
    holder: { run: name, actor, host, pid, since, heartbeat },
  }
}

/** What somebody made no JSON of any more is told as it is: it does not fit the chain, and verify names it. */
function detailOf(written: string): Json {
  try {
    return JSON.parse(written) as Json
  } catch {
    return written
  }
}

function madeAt(run: Run): string {
  const [made] = run('select at from made') as { at: string }[]
  if (made === undefined) throw new Error('The ledger does not say when it was made.')
  return made.at
}

type SqlValue = string | number | null
type LockRow = LockHolder & { readonly generation: number; readonly held: number }

/** Runs SQL with its values and gives the rows. */
type Run = (sql: string, ...values: readonly SqlValue[]) => unknown[]

/** Each text is prepared once. */
function statements(database: Database): Run {
  const prepared = new Map<string, ReturnType<Database['prepare']>>()
  return (sql, ...values) => {
    const statement = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, statement)
    if (statement.reader) return statement.all(...values)
    statement.run(...values)
    return []
  }
}

/** The driver is synchronous; what it throws becomes a rejection, faults of the file in words. */
function attempt<T>(path: string, work: () => T): Promise<T> {
  return patiently(() => inWords(path, work))
}

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // nothing is lost by it
  }
}

/** Absent is a missing key, not null. */
function present(row: unknown): unknown {
  return Object.fromEntries(Object.entries(row as object).filter(([, value]) => value !== null))
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
