/** What can be said of a ledger in PostgreSQL without a server. The rest is in test/services. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LedgerUnreachable } from '../../src/ledger/ledger.ts'
import { openLedger, openLedgerReader } from '../../src/ledger/open.ts'
import { readUrl } from '../../src/ledger/postgres-url.ts'
import { connectFaultOf, faultOf } from '../../src/ledger/postgres-words.ts'
import { bundled } from '../bundled.ts'

const postgres = await bundled(new URL('../../src/ledger/postgres.ts', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'rolecall-postgres-'))
for (const name of ['ca', 'cert', 'key']) writeFileSync(join(root, `${name}.pem`), name.toUpperCase())
afterAll(() => {
  rmSync(root, { recursive: true })
})

describe('the URL of a ledger in PostgreSQL', () => {
  it('is read whole, with a password that holds anything', () => {
    expect(
      readUrl(
        'postgresql://ana:p%2F%40%23%20w@db.example:6432/access?sslmode=disable&application_name=ci',
        root,
      ),
    ).toEqual({
      host: 'db.example',
      port: 6432,
      user: 'ana',
      password: 'p/@# w',
      database: 'access',
      application_name: 'ci',
      ssl: false,
    })
  })

  it.each([
    ['postgres://h/d', { host: 'h', port: 5432, database: 'd' }],
    ['postgres://h/d', { application_name: 'rolecall' }],
    ['postgres://[::1]:5/d', { host: '::1', port: 5, ssl: false }],
    ['postgres://a%5Bb%5D/d', { host: 'a[b]' }],
    ['postgres://%5Bb%5Da/d', { host: '[b]a' }],
    ['postgres:///d?host=/run&port=1', { port: 1 }],
    ['postgres:///d?host=/run&port=65535', { port: 65535 }],
    ['postgres:///d?host=/run/postgresql&port=5433', { host: '/run/postgresql', port: 5433, ssl: false }],
  ])('%s', (url, expected) => {
    expect(readUrl(url, root)).toMatchObject(expected)
  })

  it.each([
    ['db.example', '', { rejectUnauthorized: true }],
    ['localhost', '', false],
    ['127.0.0.1', '', false],
    ['127.10.0.11', '', false],
    ['127.0.0.1.example', '', { rejectUnauthorized: true }],
    ['x127.0.0.1', '', { rejectUnauthorized: true }],
    ['db.example', 'sslmode=disable', false],
    ['db.example', 'sslmode=require', { rejectUnauthorized: true }],
    ['localhost', 'sslmode=verify-full', { rejectUnauthorized: true }],
    ['db.example', 'sslmode=verify-full&sslrootcert=ca.pem', { rejectUnauthorized: true, ca: 'CA' }],
    ['db.example', 'sslcert=cert.pem', { rejectUnauthorized: true, cert: 'CERT' }],
    ['db.example', 'sslkey=key.pem', { rejectUnauthorized: true, key: 'KEY' }],
    [
      'db.example',
      'sslmode=verify-ca&sslrootcert=ca.pem',
      { rejectUnauthorized: true, ca: 'CA', checkServerIdentity: expect.any(Function) as unknown },
    ],
  ])('%s with "%s": TLS is %j', (host, parameters, ssl) => {
    // to the client, a certificate that is there and undefined is one
    expect(readUrl(`postgres://u:p@${host}/d?${parameters}`, root).ssl).toStrictEqual(ssl)
  })

  it.each([
    [
      'canary',
      'is not of the form postgres://user:password@host:5432/database, with other characters than letters and digits written as %2F',
    ],
    [
      'https://u:canary@h/d',
      'is not of the form postgres://user:password@host:5432/database, with other characters than letters and digits written as %2F',
    ],
    [
      'postgres://u:can/ary@h/d',
      'is not of the form postgres://user:password@host:5432/database, with other characters than letters and digits written as %2F',
    ],
    ['postgres://u:canary%@h/d', 'has a % that is not followed by two hexadecimal digits'],
    [
      'postgres://u:canary@/d',
      'is not of the form postgres://user:password@host:5432/database, with other characters than letters and digits written as %2F',
    ],
    ['postgres:///canary', 'names no host'],
    ['postgres:///d?host=/run&port=canary', 'names a port that is none'],
    ['postgres:///canary?host=/run&port=0', 'names a port that is none'],
    ['postgres:///canary?host=/run&port=65536', 'names a port that is none'],
    [
      'postgres://u:p@h/d?canary=1',
      'has a parameter that is not one of host, port, application_name, sslmode, sslrootcert, sslcert, sslkey',
    ],
    [
      'postgres://u:p@h/d?sslmode=prefer',
      'has an sslmode other than disable, require, verify-ca and verify-full',
    ],
    [
      'postgres://u:p@h/d?sslmode=allow',
      'has an sslmode other than disable, require, verify-ca and verify-full',
    ],
    [
      'postgres://u:p@h/d?sslmode=no-verify',
      'has an sslmode other than disable, require, verify-ca and verify-full',
    ],
    [
      'postgres://u:p@h/d?sslmode=canary',
      'has an sslmode other than disable, require, verify-ca and verify-full',
    ],
    ['postgres://u:p@h/d?sslmode=verify-ca', 'has sslmode=verify-ca and no sslrootcert'],
    [
      'postgres://u:p@h/d?sslmode=require&sslrootcert=canary.pem',
      'names a file in sslrootcert that cannot be read',
    ],
  ])('%s is refused without being shown', (url, words) => {
    const error = caught(() => readUrl(url, root))
    expect(error).toBeInstanceOf(LedgerUnreachable)
    expect(error.message).toBe(`The ledger in PostgreSQL cannot be reached: its URL ${words}.`)
    expect(error.stack).not.toContain('canary')
    expect(error.cause).toBeUndefined()
  })
})

describe('an error of the server or of the client', () => {
  const fault = (code: string): Error => Object.assign(new Error('canary'), { code })
  it.each([
    ['57P01', 'lost', 'cannot be reached: the server ended the connection'],
    [
      '08006',
      'lost',
      'cannot be reached: the connection was lost (SQLSTATE 08006, see the log of the server)',
    ],
    [
      '25P03',
      'lost',
      'cannot be reached: the connection was lost (SQLSTATE 25P03, see the log of the server)',
    ],
    ['ECONNRESET', 'lost', 'cannot be reached: the connection was lost'],
    ['40P01', 'conflict', 'reports an error (SQLSTATE 40P01, see the log of the server)'],
    ['25006', 'none', 'cannot be written: the server is a read-only copy'],
    ['XX000', 'none', 'reports an error (SQLSTATE XX000, see the log of the server)'],
  ])('%s: the connection is %s', (code, way, words) => {
    expect(faultOf(fault(code))).toMatchObject({ way, message: `The ledger in PostgreSQL ${words}.` })
  })

  it.each([
    ['ENOTFOUND', 'cannot be reached: the name of its host has no address'],
    ['53300', 'cannot be reached: the server takes no more connections'],
    ['57P03', 'cannot be reached: the server is starting or stopping'],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'shows a certificate that cannot be verified; name its authority with sslrootcert in the URL',
    ],
    ['ESTRANGE', 'cannot be reached: no connection could be made'],
    ['constructor', 'cannot be reached: no connection could be made'],
    ['08006', 'cannot be reached: the connection was lost (SQLSTATE 08006, see the log of the server)'],
    ['XX000', 'reports an error (SQLSTATE XX000, see the log of the server)'],
  ])('%s, where none could be made', (code, words) => {
    expect(connectFaultOf(fault(code)).message).toBe(`The ledger in PostgreSQL ${words}.`)
  })

  it.each([
    [new Error('timeout expired'), 'cannot be reached: its host does not answer in time'],
    [
      new Error('The server does not support SSL connections'),
      'speaks no TLS; where that is meant, write sslmode=disable in the URL',
    ],
    [
      new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      'asks for a password, and the URL has none',
    ],
    [new Error('canary'), 'cannot be reached: no connection could be made'],
    ['canary', 'cannot be reached: no connection could be made'],
    [{ code: 'ECONNREFUSED' }, 'cannot be reached: no connection could be made'],
  ])('without a code, where none could be made: %s', (error, words) => {
    const made = connectFaultOf(error)
    expect(made).toMatchObject({ name: 'PostgresFault', way: 'none', code: '' })
    expect(made.message).toBe(`The ledger in PostgreSQL ${words}.`)
    expect(faultOf(error)).toMatchObject({
      ...{ way: 'lost', code: '' },
      message: 'The ledger in PostgreSQL cannot be reached: the connection was lost.',
    })
  })

  it('that kept a connection from being made is nothing to try again for by itself', () => {
    expect(connectFaultOf(fault('ECONNREFUSED'))).toMatchObject({ way: 'none', code: 'ECONNREFUSED' })
  })
})

it('is opened for what Settings say: the URL is asked for, and its fault is the answer', async () => {
  const asked: unknown[] = []
  const surroundings = {
    root,
    env: {},
    now: () => new Date(),
    secret: (reference: unknown) => {
      asked.push(reference)
      return Promise.resolve('canary')
    },
  }
  const config = { type: 'postgres', url: { env: 'LEDGER_URL' }, schema: 'rolecall' } as const
  for (const open of [openLedger, openLedgerReader])
    await expect(open(config, surroundings)).rejects.toThrow('cannot be reached: its URL is not of the form')
  expect(asked).toEqual([config.url, config.url])
})

it('without the package pg, the one line that installs it is said', () => {
  const hide = new URL('./hide-pg.cjs', import.meta.url).href
  const script = `const { openPostgresReader } = await import(${JSON.stringify(postgres)})
    const place = { url: 'postgres://u:canary@127.0.0.1:1/d', schema: 'rolecall', root: '/' }
    await openPostgresReader(place, () => new Date()).catch((e) => console.log(e.name + ': ' + e.message))`
  const run = spawnSync(process.execPath, ['--import', hide, '--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  expect(run).toMatchObject({
    stderr: '',
    stdout:
      'LedgerUnreachable: The ledger in PostgreSQL needs the package "pg", which is not installed: npm install pg\n',
  })
})

function caught(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
