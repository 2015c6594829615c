/**
 * The ledger of one machine: a SQLite file. Compare-and-swap is `begin immediate`, and a commit is on the disk
 * when it returns (write-ahead log, synchronous = FULL).
 */
import type { JsonObject } from '../model/json.ts'
import { noRecord, seal } from './audit.ts'
import { emptyLedger } from './empty.ts'
import { isGone as isGoneHere } from './host.ts'
import {
  LockLost,
  type AuditRecord,
  type InventoryEntry,
  type JournalRecord,
  type LastSeen,
  type Ledger,
  type LedgerChange,
  type LedgerReader,
  type Lock,
  type LockHolder,
  type Reservation,
  type RunRecord,
} from './ledger.ts'
import { inWords, openFile, openFileToRead, type Database } from './sqlite-file.ts'

/** A holder that has not been heard of for so long is taken over. */
const staleAfter = 60_000

interface Options {
  readonly now: () => Date
  /** Whether the holder is known to be dead, so that its lock can be taken at once. */
  readonly isGone?: (holder: LockHolder) => boolean
}

/** Opens or creates the ledger at `path`. Throws LedgerUnreachable. */
export function openSqlite(path: string, { now, isGone = isGoneHere }: Options): Ledger {
  const { database, created } = openFile(path, now())
  const run = statements(database)
  /** The locks this very ledger took, by system: the generation it must still find. */
  const taken = new Map<string, number>()
  const time = (): string => now().toISOString()

  /** Runs `work` in one durable transaction that first proves that the locks taken are still held. */
  const write = <T>(systems: Iterable<string>, work: () => T): Promise<T> =>
    attempt(path, () =>
      database
        .transaction(() => {
          for (const system of taken.keys()) prove(system)
          for (const system of systems) prove(system)
          return work()
        })
        .immediate(),
    )

  const prove = (system: string): void => {
    const [row] = run('select generation, held from lock where system = ?', system) as LockRow[]
    if (row?.held !== 1 || row.generation !== taken.get(system)) {
      throw new LockLost(
        `The lock of system "${system}" is not held by this run${row?.held === 1 ? ' any more: another run took it over' : ''}.`,
      )
    }
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
        if (taken.get(system) === generation) taken.delete(system)
        run('update lock set held = 0 where system = ? and generation = ?', system, generation)
      }),
  })

  return {
    ...reader(run, path, created),

    lock: async (system, holder) => {
      const answer = await write([], () => {
        const [row] = run('select * from lock where system = ?', system) as LockRow[]
        if (row?.held === 1 && isAlive(row, now()) && !isGone(row)) return holderOf(row)
        const generation = (row?.generation ?? 0) + 1
        run(
          'insert or replace into lock values (?, ?, 1, ?, ?, ?, ?, ?, ?)',
          ...[system, generation, holder.run, holder.actor, holder.host, holder.pid, time(), time()],
        )
        return generation
      })
      if (typeof answer !== 'number') return { heldBy: answer }
      taken.set(system, answer)
      return lockOf(system, answer)
    },

    begin: (record, changes = []) =>
      write(systemsOf(changes), () => {
        const used = run('select 1 from run where digest = ?', record.digest).length > 0
        if (used) return false
        const { actor, commit, intent, digest, state, startedAt, finishedAt, tool } = record
        run(
          `insert into run (run, actor, "commit", intent, digest, state, startedAt, finishedAt, tool)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[record.run, actor, commit ?? null, intent, digest, state, startedAt, finishedAt ?? null, tool],
        )
        for (const change of changes) make(run, change, time())
        return true
      }),

    write: (changes) =>
      write(systemsOf(changes), () => {
        for (const change of changes) make(run, change, time())
      }),

    close: () =>
      attempt(path, () => {
        // leaves one whole file behind, so that a copy of it is a copy of the ledger
        database.pragma('wal_checkpoint(TRUNCATE)')
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
    case 'audit': {
      const [last] = run('select sequence, hash from audit order by sequence desc limit 1') as Pick<
        AuditRecord,
        'sequence' | 'hash'
      >[]
      const sequence = (last?.sequence ?? 0) + 1
      const { event, detail } = change
      const { previous, hash } = seal({ sequence, at, event, detail, previous: last?.hash ?? noRecord })
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
        for (const row of rows) yield { ...row, detail: JSON.parse(row.detail) as JsonObject }
        const last = rows.at(-1)
        if (last === undefined) return
        after = last.sequence
      }
    },
  }
}

/** Systems whose lock the changes need. */
function systemsOf(changes: readonly LedgerChange[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      if (change.do === 'record') return [...change.put, ...change.forget].map(({ system }) => system)
      if (change.do === 'reserve' || change.do === 'unreserve')
        return change.reservations.map(({ system }) => system)
      return change.do === 'see' ? [change.seen.system] : []
    }),
  )
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
  return new Promise((resolve) => {
    resolve(inWords(path, work))
  })
}

/** A clock that was set back leaves a heartbeat in the future: that says no more about life than an old one. */
function isAlive(holder: LockHolder, now: Date): boolean {
  return Math.abs(now.getTime() - Date.parse(holder.heartbeat)) < staleAfter
}

function holderOf({ run, actor, host, pid, since, heartbeat }: LockRow): LockHolder {
  return { run, actor, host, pid, since, heartbeat }
}

/** Absent is a missing key, not null. */
function present(row: unknown): unknown {
  return Object.fromEntries(Object.entries(row as object).filter(([, value]) => value !== null))
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
