/**
 * Transactions on a PostgreSQL server, one after another over one connection, which is made anew when it was lost.
 * Nothing is expected of a session beyond a transaction, so that a pooler may stand between. A connection that is lost
 * before COMMIT was sent leaves nothing behind, and the transaction is run again; one that is lost after it leaves a
 * doubt, and the row that every write leaves in the table `writer` settles it.
 */
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ClientConfig, QueryResult } from 'pg'
import { LedgerUnreachable } from './ledger.ts'
import { connectFaultOf, faultOf, PostgresFault } from './postgres-words.ts'

/** Runs SQL in the transaction and gives the rows. */
export type Ask = <T>(sql: string, ...values: readonly unknown[]) => Promise<T[]>

/** In milliseconds. */
export interface Patience {
  readonly connect: number
  readonly statement: number
  readonly lock: number
  readonly idle: number
  /** After so long without an answer the connection counts as lost. */
  readonly silence: number
}

/**
 * A process that stops in the middle of a transaction holds rows until `idle` is over: so `lock`, for which the others
 * wait, is longer, and `silence` is longer than anything for which the server itself lets one wait.
 */
const usual: Patience = { connect: 10_000, statement: 30_000, lock: 15_000, idle: 10_000, silence: 40_000 }

export interface Connection {
  /** One durable transaction, made once or not at all. `work` may be run more than once, its last run counts. */
  readonly write: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>
  /** One durable transaction of `work` that does no harm when it is made twice. */
  readonly repeatable: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>
  /** A look at one moment, which can change nothing. */
  readonly read: <T>(work: (ask: Ask) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

/** Connects when it is first used. All rejections are LedgerUnreachable, but for what `work` throws. */
export function openConnection(config: ClientConfig, schema: string, patience = usual): Connection {
  const begin = beginning(schema, patience)
  const writer = randomUUID()
  let written = 0
  let session: Session | undefined
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  const connected = async (): Promise<Session> => {
    if (session?.alive() !== true) session = await connect(config, patience)
    return session
  }

  /** What `opening` and `work` came to, and the session that can commit it. */
  const opened = async <T>(
    opening: string,
    work: (ask: Ask) => Promise<T>,
  ): Promise<{ value: T; used: Session }> => {
    const used = await connected()
    try {
      await used.ask(opening)
      return { value: await work(used.ask), used }
    } catch (error) {
      await used.abandon()
      throw error
    }
  }

  const repeated = <T>(opening: string, work: (ask: Ask) => Promise<T>): Promise<T> =>
    inTurn(() =>
      again(async () => {
        const { value, used } = await opened(opening, work)
        await used.commit()
        return value
      }),
    )

  /** Waits for the transaction in doubt, if it is still under way, by asking for the row that it has written. */
  const isCommitted = async (number: number): Promise<boolean> => {
    for (const wait of [0, 500, 2000, 5000]) {
      await pause(wait)
      try {
        const { value, used } = await opened(begin.write, (ask) =>
          ask<{ number: number }>(settle, writer, number - 1),
        )
        await used.abandon()
        return value[0]?.number === number
      } catch (error) {
        if (!(error instanceof PostgresFault)) throw error
      }
    }
    throw new LedgerUnreachable(
      'The ledger in PostgreSQL was lost while a write was being committed, and cannot be asked whether it was.',
    )
  }

  return {
    write: (work) =>
      inTurn(() => {
        written += 1
        const number = written
        return again(async () => {
          const { value, used } = await opened(begin.write, async (ask) => {
            await ask(mark, writer, number)
            return work(ask)
          })
          try {
            await used.commit()
          } catch (error) {
            used.drop()
            if (!(await isCommitted(number))) throw error
          }
          return value
        })
      }),
    repeatable: (work) => repeated(begin.write, work),
    read: (work) => repeated(begin.read, work),
    close: () =>
      inTurn(async () => {
        const open = session
        if (open?.alive() !== true) return
        if (written > 0) await open.forget(begin.write, writer)
        await open.end()
      }),
  }
}

const mark = `insert into writer values ($1, $2) on conflict (writer) do update set number = excluded.number`

/** The number of the last write that was committed. An update that changes nothing waits, as a select would not. */
const settle = `insert into writer values ($1, $2) on conflict (writer) do update set number = writer.number
  returning number`

/** `pg_temp` last: else tables of that schema would come before those of the ledger. */
function beginning(schema: string, { statement, lock, idle }: Patience): { write: string; read: string } {
  const local = `set local search_path = "${schema}", pg_temp;
    set local statement_timeout = ${statement}; set local lock_timeout = ${lock};
    set local idle_in_transaction_session_timeout = ${idle}`
  return {
    write: `begin isolation level read committed read write; ${local}; set local synchronous_commit = on`,
    read: `begin isolation level repeatable read read only; ${local}`,
  }
}

/** Tries again: once over a new connection, and a few times against other writers. */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (const left = { lost: 1, conflict: 5, none: 0 }; ;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof PostgresFault) || left[error.way] === 0) throw error
      left[error.way] -= 1
    }
  }
}

/** A connection while it lasts. */
interface Session {
  readonly ask: Ask
  readonly alive: () => boolean
  readonly commit: () => Promise<void>
  /** Rolls the transaction back, and drops the connection where that fails. */
  readonly abandon: () => Promise<void>
  /** Takes out what this writer has left, as far as it can. */
  readonly forget: (begin: string, writer: string) => Promise<void>
  readonly drop: () => void
  /** Takes leave of the server, which may not be there. */
  readonly end: () => Promise<void>
}

async function connect(config: ClientConfig, { connect: patience, silence }: Patience): Promise<Session> {
  const { Client } = await loaded()
  const socket = new Socket()
  const client = new Client({
    ...config,
    stream: () => socket,
    keepAlive: true,
    connectionTimeoutMillis: patience,
    query_timeout: silence,
  })
  let alive = true
  const drop = (): void => {
    alive = false
    socket.destroy()
  }
  client.on('error', drop)
  client.on('end', drop)
  try {
    await client.connect()
  } catch (error) {
    drop()
    throw connectFaultOf(error)
  }

  const run = async (sql: string, values: readonly unknown[] = []): Promise<QueryResult> => {
    try {
      return await (values.length === 0 ? client.query(sql) : client.query(sql, [...values]))
    } catch (error) {
      const fault = faultOf(error)
      if (fault.way === 'lost') drop()
      throw fault
    }
  }
  const ask: Ask = async <T>(sql: string, ...values: readonly unknown[]) =>
    (await run(sql, values)).rows as T[]
  const abandon = async (): Promise<void> => {
    if (alive) await ask('rollback').catch(drop)
  }

  return {
    ask,
    alive: () => alive,
    commit: async () => {
      const { command } = await run('commit')
      // a transaction that the server had given up is "committed" without an error, and nothing of it is kept
      if (command !== 'COMMIT') throw new PostgresFault('did not keep what was written', 'lost')
    },
    abandon,
    forget: async (begin, writer) => {
      try {
        await ask(begin)
        await ask('delete from writer where writer = $1', writer)
        await ask('commit')
      } catch {
        await abandon()
      }
    },
    drop,
    end: async () => {
      await Promise.race([client.end(), pause(1000)])
      drop()
    },
  }
}

/** The client is an optional package: who keeps the ledger elsewhere does not have it. */
async function loaded(): Promise<Pick<typeof import('pg'), 'Client'>> {
  try {
    return await import('pg')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new LedgerUnreachable(
      'The ledger in PostgreSQL needs the package "pg", which is not installed: npm install pg',
    )
  }
}
