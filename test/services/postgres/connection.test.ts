import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstBroken } from '../../../src/ledger/audit.ts'
import { LedgerUnreachable, type Ledger } from '../../../src/ledger/ledger.ts'
import { openConnection, type Patience } from '../../../src/ledger/postgres-connection.ts'
import { readUrl } from '../../../src/ledger/postgres-url.ts'
import { openPostgres, openPostgresReader, type PostgresPlace } from '../../../src/ledger/postgres.ts'
import { ana, taken } from '../../ledger/suite.ts'
import { dropPlace, newPlace, url, withPostgres } from './place.ts'
import { breaks, startProxy, type Proxy } from './proxy.ts'
import { password, sql, startPostgres, type Server } from './server.ts'

const now = (): Date => new Date('2026-05-04T10:00:00Z')
const patience: Patience = { connect: 2000, statement: 3000, lock: 2500, idle: 800, silence: 4000 }

withPostgres('a connection that is lost', () => {
  let place: PostgresPlace
  let proxy: Proxy
  let ledger: Ledger
  const numbers = async (run = 'r1'): Promise<unknown[]> =>
    (await ledger.readJournal(run)).map(({ record }) => record['n'])
  const write = (n: number): Promise<void> =>
    ledger.write([
      { do: 'journal', run: 'r1', records: [{ n }] },
      { do: 'spend', acceptance: 'a', amount: 1, run: 'r1' },
      { do: 'audit', event: 'written', detail: { n } },
    ])
  /** The sessions of this test's ledger, as the server sees them. */
  const sessions = () =>
    sql<{ pid: number; state: string; waits: string | null }>(
      url,
      `select pid, state, wait_event_type as waits from pg_stat_activity where application_name = $1`,
      place.schema,
    )
  const terminate = () =>
    sql(
      url,
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
      place.schema,
    )

  beforeEach(async () => {
    place = newPlace()
    proxy = await startProxy(`${url}?application_name=${place.schema}`)
    ledger = await openPostgres({ ...place, url: proxy.url, patience }, { now })
    await taken(ledger, 'vpn', 'r1')
  })
  afterEach(async () => {
    await ledger.close().catch(() => undefined)
    await proxy.close()
    await dropPlace(place)
  })

  describe.each(breaks)('around COMMIT: %s', (how) => {
    it('leaves every change there once, and none in doubt', async () => {
      await write(1)
      for (let n = 2; n <= 4; n += 1) {
        proxy.breakAt(how)
        await write(n)
      }
      expect(proxy.broken()).toBe(3)
      expect(await numbers()).toEqual([1, 2, 3, 4])
      expect(await ledger.spent('a')).toBe(4)
      expect(await firstBroken(ledger.auditRecords())).toBeUndefined()
    })

    it('when it is the first write of a ledger', async () => {
      const fresh = await openPostgres({ ...place, url: proxy.url, patience }, { now })
      proxy.breakAt(how)
      await fresh.write([{ do: 'journal', run: 'r2', records: [{ n: 1 }] }])
      expect(proxy.broken()).toBe(1)
      expect(await numbers('r2')).toEqual([1])
      await fresh.close()
    })

    it('takes a lock and begins a run no more than once', async () => {
      proxy.breakAt(how)
      const lock = await taken(ledger, 'wiki', 'r1')
      expect(lock.generation).toBe(1)
      proxy.breakAt(how)
      const run = { run: 'r1', actor: 'ana', intent: 'i', digest: 'd', startedAt: 'then', tool: 'rolecall' }
      expect(await ledger.begin({ ...run, state: 'running' })).toBe(true)
      expect(proxy.broken()).toBe(2)
      expect(await ledger.runs(5)).toHaveLength(1)
      await lock.beat()
    })

    it('who created the ledger knows it, even so', async () => {
      const other = newPlace()
      proxy.breakAt(how, 1) // the first one ends the look whether there is one
      const made = await openPostgres({ ...other, url: proxy.url, patience }, { now })
      expect([proxy.broken(), made.created]).toEqual([1, true])
      await made.close()
      await dropPlace(other)
    })
  })

  it('a doubt that cannot be settled, as the server is gone, is said and not guessed', async () => {
    const hasty = { ...patience, connect: 300 }
    const doubtful = await openPostgres({ ...place, url: proxy.url, patience: hasty }, { now })
    proxy.breakAt('answer lost')
    const answer = doubtful.write([{ do: 'journal', run: 'r3', records: [{ n: 1 }] }])
    while (proxy.broken() === 0) await pause(1)
    proxy.fallSilent()
    await expect(answer).rejects.toThrow(
      'The ledger in PostgreSQL was lost while a write was being committed, and cannot be asked whether it was.',
    )
  })

  it('a transaction that the server had given up is not taken for committed', async () => {
    const connection = openConnection(readUrl(url, '/'), place.schema)
    const given = connection.write(async (ask) => {
      await ask('select 1 / 0').catch(() => undefined)
    })
    await expect(given).rejects.toThrow('The ledger in PostgreSQL did not keep what was written.')
    await connection.close()
  })

  it('many who add to the audit chain at once wait for each other, and none gives up', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, () => openPostgres(place, { now })))
    const add = { do: 'audit', event: 'x', detail: {} } as const
    await Promise.all(others.flatMap((other) => Array.from({ length: 10 }, () => other.write([add]))))
    await Promise.all(others.map((other) => other.close()))
    const records = []
    for await (const { sequence } of ledger.auditRecords()) records.push(sequence)
    expect(records).toHaveLength(100)
    expect(await firstBroken(ledger.auditRecords())).toBeUndefined()
  })

  it('an idle session that the server ended is replaced, and the locks are still held', async () => {
    await write(1)
    await terminate()
    await write(2)
    await terminate()
    expect(await numbers()).toEqual([1, 2])
    await ledger.write([{ do: 'record', put: [ana], forget: [] }])
    expect(await ledger.inventory('vpn')).toEqual([ana])
  })

  it('a session that is ended in the middle of a write leaves nothing, and the write is made anew', async () => {
    const gate = new pg.Client(url)
    await gate.connect()
    await gate.query(`begin; lock table ${place.schema}.audit`)
    const written = write(1)
    while (!(await sessions()).some(({ waits }) => waits === 'Lock')) await pause(5)
    await terminate()
    await gate.query('commit')
    await gate.end()
    await written
    expect(await numbers()).toEqual([1])
    expect(await ledger.spent('a')).toBe(1)
  })

  it('a server that falls silent is unreachable after a while, and not waited for for ever', async () => {
    proxy.fallSilent()
    await expect(write(1)).rejects.toThrow('cannot be reached: its host does not answer in time')
  })

  it('a row that somebody else does not let go of is said, after a wait, and nothing is written', async () => {
    const gate = new pg.Client(url)
    await gate.connect()
    await gate.query(`begin; lock table ${place.schema}.audit`)
    await expect(write(1)).rejects.toThrow(
      'The ledger in PostgreSQL is in use by another process and did not become free in time.',
    )
    await gate.query('rollback')
    await gate.end()
    expect(await numbers()).toEqual([])
  })

  it('leaves no session and no row of its own behind when it is closed', async () => {
    await write(1)
    await ledger.close()
    await expect.poll(sessions).toEqual([])
    expect(await sql(url, `select * from ${place.schema}.writer`)).toEqual([])
  })

  it('what was acknowledged was committed with synchronous_commit on, whatever the role is set to', async () => {
    await sql(
      url,
      `create function ${place.schema}.note() returns trigger language plpgsql as
         $$begin new.event := current_setting('synchronous_commit'); return new; end$$;
       create trigger note before insert on ${place.schema}.audit
         for each row execute function ${place.schema}.note()`,
    )
    const off = `${url}?application_name=x`
    await sql(url, 'alter role admin set synchronous_commit = off')
    const other = await openPostgres({ ...place, url: off }, { now })
    await other.write([{ do: 'audit', event: 'x', detail: {} }])
    await sql(url, 'alter role admin reset synchronous_commit')
    expect(await sql(url, `select event from ${place.schema}.audit`)).toEqual([{ event: 'on' }])
    await other.close()
  })
})

withPostgres('a server of its own', () => {
  let server: Server
  beforeEach(async () => {
    const started = await startPostgres()
    if ('missing' in started) throw new Error(started.missing)
    server = started
  })
  afterEach(() => server.stop())

  it('F24: that is stopped is LedgerUnreachable in words, and is used again when it is back', async () => {
    const place = { url: server.url, schema: 'rolecall', root: '/', patience }
    const ledger = await openPostgres(place, { now })
    await taken(ledger, 'vpn', 'r1')
    await server.halt()

    const refusals = [
      ledger.write([{ do: 'audit', event: 'x', detail: {} }]),
      ledger.inventory('vpn'),
      openPostgres(place, { now }),
      openPostgresReader(place, now),
    ]
    for (const error of await Promise.all(
      refusals.map((refusal) => refusal.then(String, (e: unknown) => e)),
    )) {
      expect(error).toBeInstanceOf(LedgerUnreachable)
      expect((error as Error).message).toMatch(
        /^The ledger in PostgreSQL cannot be reached: (no server answers at its address|the connection was lost|the server ended the connection)\.$/,
      )
      expect(JSON.stringify([error, (error as Error).stack])).not.toContain(password)
    }

    await server.start()
    await ledger.write([{ do: 'record', put: [ana], forget: [] }])
    expect(await ledger.inventory('vpn')).toEqual([ana])
    await ledger.close()
  })
})
