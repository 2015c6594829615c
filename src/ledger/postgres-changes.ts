/** The changes of a ledger as SQL, inside a transaction that holds the locks they need. */
import type { AuditRecord, LedgerChange } from './ledger.ts'
import { sealAfter } from './audit.ts'
import type { Ask } from './postgres-connection.ts'

type Audit = Extract<LedgerChange, { do: 'audit' }>

/** Makes them in order. The audit chain comes last: all writers wait for its end, so it is held for the shortest time. */
export async function makeAll(ask: Ask, changes: readonly LedgerChange[], at: string): Promise<void> {
  for (const change of changes) if (change.do !== 'audit') await make(ask, change, at)
  const events = changes.filter((change) => change.do === 'audit')
  if (events.length > 0) await append(ask, events, at)
}

/** Rows go as one JSON text: one statement whatever their number. Of two with one key the last one stands. */
async function make(ask: Ask, change: Exclude<LedgerChange, Audit>, at: string): Promise<void> {
  switch (change.do) {
    case 'record':
      if (change.put.length > 0)
        await ask(
          `insert into inventory
             select system, kind, key, id, handle, wish, run from (
               select distinct on (value->>'system', value->>'kind', value->>'key') put.* from
                 json_array_elements($1::json) with ordinality as row (value, place),
                 json_populate_record(null::inventory, value) as put
               order by value->>'system', value->>'kind', value->>'key', place desc) as last
             on conflict (system, kind, key) do update set
               id = excluded.id, handle = excluded.handle, wish = excluded.wish, run = excluded.run`,
          text(change.put),
        )
      if (change.forget.length > 0)
        await ask(
          `delete from inventory using json_populate_recordset(null::inventory, $1::json) as gone
             where inventory.system = gone.system and inventory.kind = gone.kind and inventory.key = gone.key`,
          text(change.forget),
        )
      return
    case 'journal':
      await ask(
        `insert into journal
           select $1, (select coalesce(max(sequence), 0) from journal where run = $1) + place, $2, record
           from json_array_elements($3::json) with ordinality as row (record, place)`,
        ...[change.run, at, text(change.records)],
      )
      return
    case 'reserve':
      for (const { system, account, run, step, host, pid } of change.reservations)
        await ask(
          `insert into reservation values ($1, $2, $3, $4, $5, $6) on conflict (system, account, run)
             do update set step = excluded.step, host = excluded.host, pid = excluded.pid`,
          ...[system, account, run, step, host, pid],
        )
      return
    case 'unreserve':
      await ask(
        `delete from reservation using json_populate_recordset(null::reservation, $1::json) as gone
           where reservation.system = gone.system and reservation.account = gone.account
             and reservation.run = gone.run`,
        text(change.reservations),
      )
      return
    case 'spend':
      await ask(
        `insert into spending values ($1, $2, greatest(0, $3::integer)) on conflict (acceptance, run)
           do update set amount = greatest(0, spending.amount + $3::integer)`,
        ...[change.acceptance, change.run, change.amount],
      )
      return
    case 'finish':
      await ask('update run set state = $1, finished_at = $2 where run = $3', change.state, at, change.run)
      return
    case 'see':
      await ask(
        'insert into seen values ($1, $2) on conflict (system) do update set seen = excluded.seen',
        ...[change.seen.system, text(change.seen)],
      )
      return
    case 'unlock':
      await ask('update lock set held = false where system = $1', change.system)
      return
  }
}

/** Adds records to the audit chain. The one row of `rolecall` is its end: who holds that row may add. */
async function append(ask: Ask, events: readonly Audit[], at: string): Promise<void> {
  await ask('select from rolecall for update')
  type End = Pick<AuditRecord, 'sequence' | 'hash'>
  let [end] = await ask<End>('select sequence, hash from audit order by sequence desc limit 1')
  const records = events.map((event) => (end = sealAfter(end, at, event)))
  // not as one JSON text, in which PostgreSQL would not take the character NUL
  await ask(
    `insert into audit select sequence, $2, event, detail::json, previous, hash
       from unnest($1::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
         as record (sequence, event, detail, previous, hash)`,
    records.map(({ sequence }) => sequence),
    at,
    records.map(({ event }) => event),
    records.map(({ detail }) => text(detail)),
    records.map(({ previous }) => previous),
    records.map(({ hash }) => hash),
  )
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
