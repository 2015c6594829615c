import { Ajv2020 } from 'ajv/dist/2020.js'
import Database from 'libsql'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { byHand } from './directory.ts'
import { applied, edit, rolecall } from './rolecall.ts'

/** Each test starts the program up to ten times. */
vi.setConfig({ testTimeout: 120_000 })

const verify = (root: string, ...args: readonly string[]) => rolecall(root, ['log', 'verify', ...args])
const schema = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas/log.schema.json'), 'utf8')) as object,
)
const json = (root: string, ...args: readonly string[]): Record<string, unknown> => {
  const value = JSON.parse(rolecall(root, ['log', ...args, '-o', 'json']).stdout) as Record<string, unknown>
  expect([schema(value), schema.errors]).toEqual([true, null])
  return value
}

describe('rolecall log', () => {
  it('lists the runs and shows one whole, for people and for programs, in the shape of the schema', () => {
    const root = applied()
    const [run] = json(root)['runs'] as { run: string }[]
    expect(run).toMatchObject({ state: 'done', systems: ['office', 'workshop'], results: { done: 23 } })
    const list = rolecall(root, ['log']).stdout.split('\n')
    expect(list[0]).toMatch(/^run +when +who +commit +intent +state +steps$/)
    expect(list[1]).toMatch(/^\d{8}T\d{6}Z-[0-9a-f]{8} +\d{4}-.* done +23 done$/)
    const name = run?.run ?? ''
    expect(rolecall(root, ['log', name.slice(0, 12)]).stdout).toContain(
      '  done      create account ana  User/ana\n',
    )
    expect(json(root, name)).toMatchObject({ format: 'rolecall/log-run/v1', run: name })
    expect(rolecall(root, ['log', '--limit', '0']).stderr).toContain('"0" is not a number of runs.')
  })
})

describe('T37: rolecall log verify', () => {
  it('says that all is whole, and finds the head again after more was done', () => {
    const root = applied()
    const first = verify(root)
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^whole\n {2}\d+ records in an unbroken chain, the last of .*\n {2}head [0-9a-f]{64}\n$/,
      ),
    ])
    const head = /head (\w+)/.exec(first.stdout)?.[1] ?? ''
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    expect(rolecall(root, ['-q', 'apply', '--auto-approve']).code).toBe(0)
    expect(verify(root, '--expect', head).code).toBe(0)
    const other = verify(root, '--expect', 'f'.repeat(64))
    expect([other.code, other.stdout]).toEqual([
      4,
      expect.stringMatching(/the log\s+was cut or written anew\./),
    ])
    expect(json(root, 'verify')).toMatchObject({
      format: 'rolecall/log-verify/v1',
      whole: true,
      problems: [],
    })
  })

  it.each([
    [
      'altered',
      `UPDATE audit SET event = 'nothing' WHERE sequence = 2`,
      'Record 2',
      'its content is not what its hash was made of',
    ],
    [
      'no JSON any more',
      `UPDATE audit SET detail = '{' WHERE sequence = 2`,
      'Record 2',
      'its content is not what its hash was made of',
    ],
    ['taken out', `DELETE FROM audit WHERE sequence = 2`, 'Record 3', 'record 2 is missing before it'],
    [
      'moved',
      `UPDATE audit SET sequence = 99 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 99`,
      'Record 2',
      'its content is not what its hash was made of',
    ],
  ])('names the first record that does not fit when one was %s', (_what, sql, record, why) => {
    const root = applied()
    byHand(root, 'ledger.db', sql)
    const { code, stdout } = verify(root)
    expect([code, stdout.replaceAll(/\s+/g, ' ')]).toEqual([4, expect.stringContaining(`broken ${record} (`)])
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`does not fit: ${why}.`)
  })

  it('notices by the runs and their journals that the end was cut off', () => {
    const root = applied()
    const database = new Database(join(root, '.rolecall/ledger.db'))
    const { top } = database.prepare('SELECT max(sequence) AS top FROM audit').get() as { top: number }
    database.exec(`DELETE FROM audit WHERE sequence = ${top}`)
    database.close()
    expect(verify(root)).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/does not say how run \S+ ended/) as string,
    })
    byHand(root, 'ledger.db', 'DELETE FROM audit')
    expect(verify(root)).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/does not say that run \S+ was\s+started/) as string,
    })
    byHand(root, 'ledger.db', 'DELETE FROM run')
    expect(verify(root).code).toBe(0)
  })
})
