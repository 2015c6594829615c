/** Behind a pooler each transaction may meet another session of the server, and what strangers have left in it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openPostgres, openPostgresReader } from '../../../src/ledger/postgres.ts'
import { ana, ledgerSuite, taken } from '../../ledger/suite.ts'
import { dropPlace, newPlace, url, withPostgres } from './place.ts'
import { freePort, password, sql, unprivileged } from './server.ts'

const program = ['/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)]
  .map((folder) => join(folder, 'pgbouncer'))
  .find((path) => existsSync(path))

withPostgres('behind a pooler of transactions', () => {
  if (program === undefined) {
    describe.skip('PgBouncer (skipped: there is no program pgbouncer)', () => undefined)
    return
  }
  const directory = mkdtempSync(join(tmpdir(), 'rolecall-pooler-'))
  let child: ChildProcess
  let pooled = ''

  beforeAll(async () => {
    const [port, user] = [await freePort(), unprivileged()]
    pooled = url.replace(/:\d+\/postgres$/, `:${port}/postgres`)
    const ini = join(directory, 'pgbouncer.ini')
    writeFileSync(
      ini,
      `[databases]
postgres = host=127.0.0.1 port=${new URL(url).port} user=admin password='${password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`,
    )
    if (user !== undefined) for (const path of [directory, ini]) chownSync(path, user.uid, user.gid)
    child = spawn(program, [ini], { ...user, stdio: 'ignore' })
    await vi.waitFor(() => sql(pooled, 'select 1'), { timeout: 10_000 })
  })
  afterAll(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true })
  })

  ledgerSuite('pooled PostgreSQL', () => {
    const place = newPlace()
    return Promise.resolve({
      open: (now, isGone = () => false) => openPostgres({ ...place, url: pooled }, { now, isGone }),
      reader: (now) => openPostgresReader({ ...place, url: pooled }, now),
      ruin: async () => {
        await sql(url, `create schema "${place.schema}"`)
        await sql(url, `create table "${place.schema}".rolecall (precious integer)`)
      },
      drop: () => dropPlace(place),
    })
  })

  it('is not led astray by what others have left in the sessions: settings, paths and temporary tables', async () => {
    const place = { ...newPlace(), url: pooled }
    await Promise.all(
      Array.from({ length: 3 }, () =>
        sql(
          pooled,
          `begin; create temporary table if not exists inventory (a integer); select pg_sleep(0.3); commit;
           set search_path = pg_temp; set default_transaction_read_only = on;
           set default_transaction_isolation = serializable; set synchronous_commit = off`,
        ),
      ),
    )
    const ledger = await openPostgres(place, { now: () => new Date() })
    await taken(ledger, 'vpn', 'r1')
    await ledger.write([{ do: 'record', put: [ana], forget: [] }])
    expect(await ledger.inventory('vpn')).toEqual([ana])
    expect(await sql(url, `select key from ${place.schema}.inventory`)).toEqual([{ key: 'ana' }])
    await ledger.close()
    await dropPlace(place)
  })
})
