import { spawnSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgresReader } from '../../../src/ledger/postgres.ts'
import { withPostgres } from './place.ts'
import { startPostgres, unprivileged, type Server } from './server.ts'

const openssl = spawnSync('openssl', ['version']).status === 0

withPostgres('TLS to a PostgreSQL server', () => {
  if (!openssl) {
    describe.skip('certificates (skipped: there is no program openssl to make one)', () => undefined)
    return
  }
  let server: Server
  /** The server shows a certificate of `name`, signed by itself. */
  const serve = async (name: string): Promise<void> => {
    const [key, certificate] = ['key', 'crt'].map((ending) => join(server.directory, `server.${ending}`))
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ledger'],
      ...['-addext', `subjectAltName=${name}`, '-keyout', key!, '-out', certificate!],
    ])
    expect(made.status).toBe(0)
    const user = unprivileged()!
    for (const path of [key!, certificate!]) chownSync(path, user.uid, user.gid)
    await server.halt()
    await server.start('ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`)
  }
  const open = (parameters: string) =>
    openPostgresReader(
      { url: `${server.url}?${parameters}`, schema: 'rolecall', root: server.directory },
      () => new Date(),
    ).then(
      async (reader) => {
        await reader.close()
        return 'opened'
      },
      (error: unknown) => (error as Error).message,
    )

  beforeAll(async () => {
    const started = await startPostgres()
    if ('missing' in started) throw new Error(started.missing)
    server = started
  })
  afterAll(() => server.stop())

  const untrusted =
    'The ledger in PostgreSQL shows a certificate that cannot be verified; name its authority with sslrootcert in the URL.'

  it('a certificate is verified wherever TLS is on, whatever the environment says', async () => {
    await serve('IP:127.0.0.1')
    expect(await open('sslmode=verify-full&sslrootcert=server.crt')).toBe('opened')
    expect(await open('sslmode=require&sslrootcert=server.crt')).toBe('opened')
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    expect(await open('sslmode=require')).toBe(untrusted)
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    expect(await open('sslmode=verify-full')).toBe(untrusted)
    expect(await open('sslmode=disable')).toBe('opened')
  })

  it('the host is verified too, but for verify-ca', async () => {
    await serve('DNS:another.example')
    expect(await open('sslmode=verify-full&sslrootcert=server.crt')).toBe(
      'The ledger in PostgreSQL shows a certificate of another host.',
    )
    expect(await open('sslmode=verify-ca&sslrootcert=server.crt')).toBe('opened')
  })
})
