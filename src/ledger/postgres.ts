/**
 * The ledger of many runners and repositories: a schema in a PostgreSQL database. Compare-and-swap is one transaction
 * that first locks the rows of the locks it relies on, in the order of their names, and proves them: nobody takes one
 * over before it has ended. What was acknowledged is committed (synchronous_commit = on).
 */
import { emptyLedger } from './empty.ts'
import type { Ledger, LedgerReader, Lock, LockHolder } from './ledger.ts'
import { systemsOf, take, TakenLocks, type LedgerOptions, type LockState } from './lock.ts'
import { makeAll } from './postgres-changes.ts'
import { openConnection, type Ask, type Patience } from './postgres-connection.ts'
import { reader } from './postgres-reader.ts'
import { look, migrate } from './postgres-schema.ts'
import { readUrl } from './postgres-url.ts'

/** Where the ledger is. */
export interface PostgresPlace {
  /** A secret: no message shows any part of it. */
  readonly url: string
  readonly schema: string
  /** Absolute path; files of certificates that the URL names are relative to it. */
  readonly root: string
  readonly patience?: Patience
}

/** Opens the ledger and makes its tables where there are none. Rejects with LedgerUnreachable. */
export async function openPostgres(
  { url, schema, root, patience }: PostgresPlace,
  options: LedgerOptions,
): Promise<Ledger> {
  const { now } = options
  const connection = openConnection(readUrl(url, root), schema, patience)
  const taken = new TakenLocks()
  const time = (): string => now().toISOString()

  /** Runs `work` in one durable transaction that first proves the locks taken, and those of `needed`. */
  const write = <T>(needed: Iterable<string>, work: (ask: Ask) => Promise<T>): Promise<T> =>
    connection.write(async (ask) => {
      const toProve = taken.toProve(needed)
      const states = await lockRows(ask, toProve)
      for (const system of toProve) taken.prove(system, states.get(system))
      return work(ask)
    })

  const lockOf = (system: string, generation: number): Lock => ({
    system,
    generation,
    beat: () =>
      write([system], async (ask) => {
        await ask('update lock set heartbeat = $1 where system = $2', time(), system)
      }),
    release: () => {
      taken.remove(system, generation)
      return connection.write(async (ask) => {
        await ask('update lock set held = false where system = $1 and generation = $2', system, generation)
      })
    },
  })

  const made = await migrate(connection, schema, now()).catch(async (error: unknown) => {
    await connection.close()
    throw error
  })
  return {
    ...reader(connection, made),

    lock: async (system, candidate) => {
      const answer = await connection.write(async (ask) => {
        const toProve = taken.toProve([])
        await ask(
          `insert into lock values ($1, 0, false, '', '', '', 0, '', '') on conflict do nothing`,
          system,
        )
        const states = await lockRows(ask, new Set([...toProve, system]))
        for (const held of toProve) taken.prove(held, states.get(held))
        const next = take(states.get(system), candidate, options)
        if ('heldBy' in next) return next
        const { run, actor, host, pid, since, heartbeat } = next.holder
        await ask(
          `update lock set generation = $2, held = true, run = $3, actor = $4, host = $5, pid = $6,
             since = $7, heartbeat = $8 where system = $1`,
          ...[system, next.generation, run, actor, host, pid, since, heartbeat],
        )
        return next
      })
      if ('heldBy' in answer) return answer
      taken.add(system, answer.generation)
      return lockOf(system, answer.generation)
    },

    begin: (record, changes = []) =>
      write(systemsOf(changes), async (ask) => {
        const { run, actor, commit, intent, digest, state, startedAt, tool } = record
        const begun = await ask(
          `insert into run (run, actor, commit, intent, digest, state, started_at, tool)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (digest) do nothing returning run`,
          ...[run, actor, commit ?? null, intent, digest, state, startedAt, tool],
        )
        if (begun.length === 0) return false
        await makeAll(ask, changes, time())
        return true
      }),

    write: async (changes) => {
      await write(systemsOf(changes), (ask) => makeAll(ask, changes, time()))
      taken.landed(changes)
    },

    close: connection.close,
  }
}

/** Opens the ledger for asking only; an empty one where there is none. Rejects with LedgerUnreachable. */
export async function openPostgresReader(
  { url, schema, root, patience }: PostgresPlace,
  now: () => Date,
): Promise<LedgerReader> {
  const connection = openConnection(readUrl(url, root), schema, patience)
  const found = await look(connection, schema).catch(async (error: unknown) => {
    await connection.close()
    throw error
  })
  if (found === undefined) {
    await connection.close()
    return emptyLedger(now())
  }
  return { ...reader(connection, { created: false, createdAt: found.at }), close: connection.close }
}

/** The state of these locks, and their rows locked until the transaction ends; always in one order, so that none waits for one who waits for it. */
async function lockRows(ask: Ask, systems: ReadonlySet<string>): Promise<ReadonlyMap<string, LockState>> {
  if (systems.size === 0) return new Map()
  const rows = await ask<LockRow>(
    'select * from lock where system = any($1::text[]) order by system for update',
    [...systems],
  )
  return new Map(
    rows.map(({ system, generation, held, run, actor, host, pid, since, heartbeat }) => [
      system,
      { generation, held, holder: { run, actor, host, pid, since, heartbeat } },
    ]),
  )
}

type LockRow = LockHolder & Omit<LockState, 'holder'> & { readonly system: string }
