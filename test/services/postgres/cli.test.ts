import { expect, it } from 'vitest'
import { edit, put, quickstart, rolecall } from '../../cli/rolecall.ts'
import { newPlace, url, withPostgres } from './place.ts'
import { password, sql } from './server.ts'

withPostgres('the commands over a ledger in PostgreSQL', () => {
  const workspace = (schema: string): string => {
    const root = quickstart()
    edit(
      root,
      'rolecall.yaml',
      /ledger:.*\n( {4}.*\n)*/,
      `ledger:\n    postgres:\n      url:\n        env: LEDGER_URL\n      schema: ${schema}\n`,
    )
    return root
  }

  it('plan makes nothing, apply makes and fills it, and doctor says where it is without the URL', async () => {
    const { schema } = newPlace()
    const root = workspace(schema)
    const env = { LEDGER_URL: url }
    const doctor = rolecall(root, ['doctor'], env)
    expect(doctor.stdout).toContain(
      `schema ${schema} in PostgreSQL, environment variable LEDGER_URL is not there yet: the first apply creates it`,
    )
    expect(rolecall(root, ['plan'], env).code).toBe(0)
    expect(await sql(url, 'select from pg_namespace where nspname = $1', schema)).toEqual([])

    const applied = rolecall(root, ['apply', '--auto-approve'], env)
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('error')])
    expect(await sql(url, `select state from ${schema}.run`)).toEqual([{ state: 'done' }])
    expect(await sql(url, `select from ${schema}.lock where held`)).toEqual([])
    expect(await sql(url, `select from ${schema}.writer`)).toEqual([])
    const after = rolecall(root, ['doctor'], env)
    expect(after.stdout).toMatch(
      new RegExp(`schema ${schema} in PostgreSQL, environment variable LEDGER_URL; last run \\S+: done`),
    )
    for (const { stdout, stderr } of [doctor, applied, after]) expect(stdout + stderr).not.toContain('canary')
  })

  it('a URL that leads nowhere stops them with 4, before anything is read or written, and is never shown', () => {
    const root = workspace('rolecall')
    const wrong = url.replace(/:\d+\/postgres$/, ':1/postgres')
    for (const command of [['plan'], ['apply', '--auto-approve']]) {
      const { code, stdout, stderr } = rolecall(root, command, { LEDGER_URL: wrong })
      expect([code, stdout]).toEqual([4, ''])
      expect(stderr).toContain(
        `error: The ledger in PostgreSQL cannot be reached: no server answers at its address.
  Without the ledger nothing is written; make it reachable and run again.
`,
      )
      expect(stderr).not.toMatch(/canary|127\.0\.0\.1|admin/)
    }
  })

  it('a reference that leads nowhere is said with its way forward', () => {
    const root = workspace('rolecall')
    expect(rolecall(root, ['-q', 'plan'], { LEDGER_URL: undefined })).toEqual({
      code: 4,
      stdout: '',
      stderr: 'error: ledger: The environment variable LEDGER_URL is not set.\n  Set LEDGER_URL.\n',
    })
    put(root, 'secrets/url', `${url}\n`)
    edit(root, 'rolecall.yaml', 'env: LEDGER_URL', 'file: secrets/url')
    expect(rolecall(root, ['plan']).code).toBe(0)
    expect(password).toContain('canary')
  })
})
