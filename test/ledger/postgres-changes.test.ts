/** What a ledger in PostgreSQL asks of the server to make a change; what comes of it there: test/services/postgres. */
import { describe, expect, it } from 'vitest'
import { sealAfter } from '../../src/ledger/audit.ts'
import type { LedgerChange } from '../../src/ledger/ledger.ts'
import { makeAll } from '../../src/ledger/postgres-changes.ts'
import { ana } from './suite.ts'

const at = '2026-05-04T10:00:00.000Z'

/** The statements, each with the values that go with it. */
async function asked(...changes: readonly LedgerChange[]): Promise<(readonly [string, ...unknown[]])[]> {
  const all: (readonly [string, ...unknown[]])[] = []
  const ask = <T>(sql: string, ...values: readonly unknown[]): Promise<T[]> => {
    all.push([sql, ...values])
    return Promise.resolve([])
  }
  await makeAll(ask, changes, at)
  return all
}

const heads = async (...changes: readonly LedgerChange[]): Promise<string[]> =>
  (await asked(...changes)).map(([sql]) => sql.trim().split(/\s+/).slice(0, 3).join(' '))

describe('a change of a ledger in PostgreSQL', () => {
  it('without entries asks nothing', async () => {
    expect(await heads({ do: 'record', put: [], forget: [] })).toEqual([])
    expect(await heads({ do: 'record', put: [ana], forget: [] })).toEqual(['insert into inventory'])
    expect(await heads({ do: 'record', put: [], forget: [ana] })).toEqual(['delete from inventory'])
    expect(await heads()).toEqual([])
  })

  it('of the audit log comes last, under the lock of its end, as one statement', async () => {
    const [one, two] = [1, 2].map((detail) => ({ do: 'audit', event: 'e', detail }) as const)
    const statements = await asked(one!, { do: 'finish', run: 'r1', state: 'done' }, two!)
    expect(statements.map(([sql]) => sql.trim().split(/\s+/).slice(0, 2).join(' '))).toEqual([
      'update run',
      'select from',
      'select sequence,',
      'insert into',
    ])
    expect(statements[1]).toEqual(['select from rolecall for update'])
    const first = sealAfter(undefined, at, one!)
    const second = sealAfter(first, at, two!)
    expect(statements[3]?.slice(1)).toEqual([
      ...[[1, 2], at, ['e', 'e'], ['1', '2']],
      [first.previous, first.hash],
      [first.hash, second.hash],
    ])
  })
})
