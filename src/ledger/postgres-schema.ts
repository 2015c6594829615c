/**
 * The tables of a PostgreSQL ledger: making them, their format, and what is not one. Several who open it first at once
 * make it once. docs/ledger.md says what each table holds.
 */
import { randomUUID } from 'node:crypto'
import { LedgerUnreachable } from './ledger.ts'
import type { Ask, Connection } from './postgres-connection.ts'
import { PostgresFault } from './postgres-words.ts'

/**
 * Each entry takes the tables one format further; entries are never changed, only added. Times are text, as everywhere
 * in rolecall; json (not jsonb) keeps every text that JSON can hold.
 */
const migrations: readonly string[] = [
  `create table rolecall (format integer not null, id text not null, at text not null);
   create table inventory (
     system text not null, kind text not null, key text not null, id text, handle text not null,
     wish text not null, run text not null, primary key (system, kind, key));
   create table lock (
     system text primary key, generation integer not null, held boolean not null, run text not null,
     actor text not null, host text not null, pid integer not null, since text not null,
     heartbeat text not null);
   create table run (
     sequence integer generated always as identity primary key, run text not null unique, actor text not null,
     commit text, intent text not null, digest text not null unique, state text not null,
     started_at text not null, finished_at text, tool text not null);
   create table journal (
     run text not null, sequence integer not null, at text not null, record json not null,
     primary key (run, sequence));
   create table reservation (
     system text not null, account text not null, run text not null, step text not null, host text not null,
     pid integer not null, primary key (system, account, run));
   create table spending (
     acceptance text not null, run text not null, amount integer not null, primary key (acceptance, run));
   create table audit (
     sequence integer primary key, at text not null, event text not null, detail json not null,
     previous text not null, hash text not null);
   create table seen (system text primary key, seen json not null);
   create table writer (writer text primary key, number integer not null);`,
]

/** What is in the schema. */
type Found = { readonly format: 0; readonly exists: boolean } | Made
interface Made {
  readonly format: number
  /** Drawn by who made it. */
  readonly id: string
  readonly at: string
}

/** Makes or brings forward the tables where that is needed. */
export async function migrate(
  connection: Connection,
  schema: string,
  now: Date,
): Promise<{ created: boolean; createdAt: string }> {
  const found = await look(connection, schema)
  if (found?.format === migrations.length) return { created: false, createdAt: found.at }
  const id = randomUUID()
  return connection.repeatable(async (ask) => {
    await ask('select pg_advisory_xact_lock(hashtextextended($1, 0))', `rolecall ${schema}`)
    const state = await stateOf(ask, schema)
    if (!('id' in state)) {
      // not "if not exists": that needs the privilege to make schemas even where there is one
      if (!state.exists) await ask(`create schema "${schema}"`)
      for (const step of migrations) await ask(step)
      const at = now.toISOString()
      await ask('insert into rolecall values ($1, $2, $3)', migrations.length, id, at)
      return { created: true, createdAt: at }
    }
    for (const step of migrations.slice(state.format)) await ask(step)
    await ask('update rolecall set format = $1', migrations.length)
    // ours already, where the answer to the commit was lost
    return { created: state.id === id, createdAt: state.at }
  })
}

/** What is known of the ledger in the schema; undefined where there is none. Changes nothing. */
export async function look(connection: Connection, schema: string): Promise<Made | undefined> {
  const state = await connection.read((ask) => stateOf(ask, schema))
  return 'id' in state ? state : undefined
}

/** Throws LedgerUnreachable for what is not a ledger that we can use. */
async function stateOf(ask: Ask, schema: string): Promise<Found> {
  const [place] = await ask<{ encoding: string; exists: boolean; ledger: boolean; other: boolean }>(
    `select pg_encoding_to_char(encoding) as encoding, namespace.oid is not null as exists,
       exists (select from pg_class where relnamespace = namespace.oid and relname = 'rolecall') as ledger,
       exists (select from pg_class where relnamespace = namespace.oid) as other
     from pg_database left join pg_namespace namespace on nspname = $1 where datname = current_database()`,
    schema,
  )
  if (place?.encoding !== 'UTF8') {
    throw new LedgerUnreachable(
      'The ledger in PostgreSQL cannot be kept in a database whose encoding is not UTF8.',
    )
  }
  if (!place.ledger && place.other) throw stranger(schema)
  if (!place.ledger) return { format: 0, exists: place.exists }
  const [made] = await ask<Made>('select format, id, at from rolecall').catch((error: unknown) => {
    // no such column
    throw error instanceof PostgresFault && error.code === '42703' ? stranger(schema) : error
  })
  if (made === undefined) throw stranger(schema)
  if (made.format > migrations.length) {
    throw new LedgerUnreachable(
      `The ledger in PostgreSQL, schema "${schema}", has format ${made.format}, and this version of rolecall knows formats up to ${migrations.length}; use a newer rolecall.`,
    )
  }
  return made
}

function stranger(schema: string): LedgerUnreachable {
  return new LedgerUnreachable(
    `The schema "${schema}" of the PostgreSQL database is in use, but not by a ledger of rolecall; name another one in Settings.`,
  )
}
