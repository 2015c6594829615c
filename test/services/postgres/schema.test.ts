import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LedgerUnreachable } from '../../../src/ledger/ledger.ts'
import { openConnection } from '../../../src/ledger/postgres-connection.ts'
import { migrate } from '../../../src/ledger/postgres-schema.ts'
import { readUrl } from '../../../src/ledger/postgres-url.ts'
import { openPostgres, openPostgresReader, type PostgresPlace } from '../../../src/ledger/postgres.ts'
import { ana, taken } from '../../ledger/suite.ts'
import { dropPlace, newPlace, url, withPostgres } from './place.ts'
import { freePort, password, sql } from './server.ts'

const now = (): Date => new Date('2026-05-04T10:00:00Z')

withPostgres('the schema of a PostgreSQL ledger', () => {
  let place: PostgresPlace
  beforeEach(() => {
    place = newPlace()
  })
  afterEach(async () => {
    await dropPlace(place)
  })
  const open = (at = place) => openPostgres(at, { now })
  const both = [open, (at = place) => openPostgresReader(at, now)]
  const messages = (at: PostgresPlace) =>
    Promise.all(
      both.map(async (opening) => {
        const error: unknown = await opening(at).catch((caught: unknown) => caught)
        expect(error).toBeInstanceOf(LedgerUnreachable)
        expect(JSON.stringify([(error as Error).message, (error as Error).stack])).not.toContain(password)
        return (error as Error).message
      }),
    )
  const tables = () => sql(url, `select from information_schema.tables where table_schema = $1`, place.schema)

  it('is made once by many who open it first at the same moment', async () => {
    const ledgers = await Promise.all(Array.from({ length: 12 }, () => open()))
    expect(ledgers.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(ledgers.map(({ createdAt }) => createdAt))).toEqual(new Set([now().toISOString()]))
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    expect(await sql(url, `select format, at from ${place.schema}.rolecall`)).toEqual([
      { format: 1, at: now().toISOString() },
    ])
  })

  it('is not made by two at once: who comes second waits', async () => {
    const other = new pg.Client(url)
    await other.connect()
    await other.query('select pg_advisory_lock(hashtextextended($1, 0))', [`rolecall ${place.schema}`])
    let over = false
    const opening = open().finally(() => (over = true))
    await pause(700)
    expect(over).toBe(false)
    await other.end()
    const ledger = await opening
    expect(ledger.created).toBe(true)
    await ledger.close()
  })

  it('is known to be its own by who made it and never heard that it was', async () => {
    const connection = openConnection(readUrl(url, '/'), place.schema)
    const twice: typeof connection = {
      ...connection,
      repeatable: async (work) => {
        await connection.repeatable(work)
        return connection.repeatable(work)
      },
    }
    expect(await migrate(twice, place.schema, now())).toEqual({
      created: true,
      createdAt: now().toISOString(),
    })
    await connection.close()
  })

  it('is not made by asking', async () => {
    const reader = await openPostgresReader(place, now)
    expect([reader.created, await reader.inventory('vpn'), await tables()]).toEqual([true, [], []])
    expect(await sql(url, 'select from pg_namespace where nspname = $1', place.schema)).toEqual([])
    await reader.close()
  })

  it('of a newer format is refused, for writing and for asking', async () => {
    await (await open()).close()
    await sql(url, `update ${place.schema}.rolecall set format = 99`)
    const words = `The ledger in PostgreSQL, schema "${place.schema}", has format 99, and this version of rolecall knows formats up to 1; use a newer rolecall.`
    expect(await messages(place)).toEqual([words, words])
  })

  it.each([
    ['with tables of another program', 'create table precious (a integer)'],
    ['with a table of the same name', 'create table rolecall (a integer)'],
    ['with an empty table of the same name', 'create table rolecall (format integer, id text, at text)'],
  ])('%s is left alone', async (_name, made) => {
    await sql(url, `create schema ${place.schema}; set search_path = ${place.schema}; ${made}`)
    const words = `The schema "${place.schema}" of the PostgreSQL database is in use, but not by a ledger of rolecall; name another one in Settings.`
    expect(await messages(place)).toEqual([words, words])
    expect(await tables()).toHaveLength(1)
  })

  it('needs a database of Unicode', async () => {
    const database = `${place.schema}_latin`
    await sql(url, `create database ${database} encoding LATIN1 locale 'C' template template0`)
    const words = 'The ledger in PostgreSQL cannot be kept in a database whose encoding is not UTF8.'
    expect(await messages({ ...place, url: url.replace(/\/postgres$/, `/${database}`) })).toEqual([
      words,
      words,
    ])
    await sql(url, `drop database ${database}`)
  })

  it('may be prepared by an administrator, for a role that can make no schema, and for one that only asks', async () => {
    const [writer, asker] = [`${place.schema}_w`, `${place.schema}_r`]
    const as = (role: string) => ({ ...place, url: url.replace(/admin:[^@]*@/, `${role}:secret@`) })
    await sql(
      url,
      `create role ${writer} login password 'secret'; create role ${asker} login password 'secret'`,
    )
    await expect(open(as(writer))).rejects.toThrow(
      'The ledger in PostgreSQL may not be used by this role: a privilege is missing.',
    )

    await sql(url, `create schema ${place.schema} authorization ${writer}`)
    const ledger = await open(as(writer))
    await taken(ledger, 'vpn', 'r1')
    await ledger.write([{ do: 'record', put: [ana], forget: [] }])

    await sql(url, `grant usage on schema ${place.schema} to ${asker}`)
    const missing = 'The ledger in PostgreSQL may not be used by this role: a privilege is missing.'
    expect(await messages(as(asker))).toEqual([missing, missing])
    await sql(url, `grant select on all tables in schema ${place.schema} to ${asker}`)
    const reader = await openPostgresReader(as(asker), now)
    expect(await reader.inventory('vpn')).toEqual([ana])
    const other = await open(as(asker))
    await expect(other.write([{ do: 'audit', event: 'x', detail: {} }])).rejects.toThrow(
      'The ledger in PostgreSQL may not be used by this role: a privilege is missing.',
    )
    for (const opened of [ledger, reader, other]) await opened.close()
    await dropPlace(place)
    await sql(url, `drop role ${writer}; drop role ${asker}`)
  })

  it('keeps every text that JSON can hold, and says what it cannot keep', async () => {
    const ledger = await open()
    await taken(ledger, 'vpn', 'r1')
    const odd = { text: 'a\u0000b \ud800 \u2028 "\\', number: 1e21, none: null }
    await ledger.write([
      { do: 'journal', run: 'r1', records: [odd] },
      { do: 'audit', event: 'odd', detail: odd },
      { do: 'audit', event: 'none', detail: null },
    ])
    expect((await ledger.readJournal('r1'))[0]?.record).toEqual(odd)
    const details = []
    for await (const { detail } of ledger.auditRecords()) details.push(detail)
    expect(details).toEqual([odd, null])
    await expect(
      ledger.write([{ do: 'record', put: [{ ...ana, handle: 'a\u0000' }], forget: [] }]),
    ).rejects.toThrow(
      'The ledger in PostgreSQL cannot keep a name with the character NUL, or with half a character.',
    )
    await ledger.close()
  })

  it('of two entries with one key in one write the last one stands', async () => {
    const ledger = await open()
    await taken(ledger, 'vpn', 'r1')
    await ledger.write([{ do: 'record', put: [ana, { ...ana, handle: 'ana2' }], forget: [] }])
    expect(await ledger.inventory('vpn')).toEqual([{ ...ana, handle: 'ana2' }])
    await ledger.close()
  })

  it.each([
    [
      'a wrong password',
      (text: string) => text.replace(/admin:[^@]*@/, 'admin:wrong@'),
      'does not let this role in: the password is wrong',
    ],
    [
      'no password',
      (text: string) => text.replace(/admin:[^@]*@/, 'admin@'),
      'asks for a password, and the URL has none',
    ],
    [
      'no such database',
      (text: string) => text.replace(/\/postgres$/, '/nowhere'),
      'cannot be reached: the server has no such database',
    ],
    [
      'a server without TLS',
      (text: string) => `${text}?sslmode=require`,
      'speaks no TLS; where that is meant, write sslmode=disable in the URL',
    ],
  ])('%s is said in words', async (_name, change, words) => {
    const sentence = `The ledger in PostgreSQL ${words}.`
    expect(await messages({ ...place, url: change(url) })).toEqual([sentence, sentence])
  })

  it('a port where nothing listens is said in words', async () => {
    const sentence = 'The ledger in PostgreSQL cannot be reached: no server answers at its address.'
    const nowhere = `postgres://admin:${encodeURIComponent(password)}@127.0.0.1:${await freePort()}/postgres`
    expect(await messages({ ...place, url: nowhere })).toEqual([sentence, sentence])
  })
})
