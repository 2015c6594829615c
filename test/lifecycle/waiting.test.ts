/** `drift` on what waits for a person. The directory has no such thing, so its writer is made to answer as one that has. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WriteResult } from '../../src/connector/contract.ts'
import type { Write } from '../../src/model/change.ts'
import { digestOf, result } from '../../src/apply/journal.ts'
import { waitingFor } from '../../src/commands/waiting.ts'
import type { JournalRecord, RunRecord } from '../../src/ledger/ledger.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { byHand } from '../cli/directory.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { world } from '../world.ts'
import { at, onDisk, type Told } from './travel.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const two = world()
  .user('ana', { accounts: { dir: { role: 'Owner' } } })
  .user('bo', { accounts: { dir: {} }, givenName: 'Bo' })

/** From now on the system accepts what is about this account, and does it only when somebody has acted. */
function waitsFor(key: string): void {
  const openWriter = directory.openWriter.bind(directory)
  vi.spyOn(directory, 'openWriter').mockImplementation(async (target) => {
    const writer = await openWriter(target)
    const write = async (writes: readonly Write[]): Promise<readonly WriteResult[]> => {
      const others = writes.filter(({ ref }) => ref.key !== key)
      const done = others.length === 0 ? [] : await writer.write(others)
      return writes.map((one) =>
        one.ref.key === key
          ? { outcome: 'waiting', forWhom: 'bo', message: 'an invitation was sent' }
          : (done[others.indexOf(one)] ?? { outcome: 'failed', message: 'no answer' }),
      )
    }
    return { ...writer, write }
  })
}

async function invited(): Promise<string> {
  waitsFor('bo')
  const root = onDisk(two)
  expect(await at('2026-11-22', root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
  return root
}

const drift = async (day: string, root: string): Promise<Told> => at(day, root, 'drift')

describe('drift on what waits for a person', () => {
  it('says for whom and since when, and is no difference for two weeks', async () => {
    const root = await invited()
    expect(await drift('2026-11-23', root)).toEqual({
      code: 0,
      stderr: '',
      stdout: `waiting for a person  1 resource
  Remind them; nothing is to be sent.
  dir  account  bo  missing   access/users.yaml:10  for bo since 2026-11-22T12:00:00.000Z

No drift: 1 waiting.
`,
    })
    expect(await drift('2026-12-06T11:59:59Z', root)).toMatchObject({ code: 0 })
    const { code, stdout } = await drift('2026-12-06T12:00:00Z', root)
    expect([code, stdout]).toEqual([2, expect.stringContaining('Drift: 1 waiting.') as string])
  })

  it('counts from the first run in which it waited, however often it was tried again', async () => {
    const root = await invited()
    expect(await at('2026-12-01', root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
    expect(await drift('2026-12-06T12:00:00Z', root)).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('for bo since 2026-11-22T12:00:00.000Z') as string,
    })
  })

  it('no longer waits once it was done, and is what it is when somebody undoes it', async () => {
    const root = await invited()
    vi.restoreAllMocks()
    expect(await at('2026-11-24', root, '-q', 'apply', '--auto-approve')).toMatchObject({ code: 0 })
    expect(await drift('2026-11-25', root)).toMatchObject({ code: 0 })
    byHand(root, 'dir.db', "DELETE FROM accounts WHERE user_name = 'bo'")
    const { code, stdout } = await drift('2026-11-25', root)
    expect([code, stdout]).toEqual([
      2,
      expect.stringContaining("Drift: 1 changed behind the repository's back.") as string,
    ])
  })
})

describe('an owner reduction that was held back', () => {
  const lowering: Write = {
    action: 'update',
    ref: { system: 'dir', kind: 'account', key: 'ana' },
    before: { fields: {}, links: { role: ['role:Owner'] } },
    after: { fields: {}, links: { role: ['role:Member'] } },
    patch: [],
    cause: { file: 'access/users.yaml', line: 1, document: 'User/ana' },
  }
  const waits = { result: 'waiting', reason: 'no other owner can be counted on yet', forWhom: 'bo' } as const
  /** Two runs of the same plan, each of which ended so. */
  const ledger = {
    runs: () => Promise.resolve(['second', 'first'].map((run) => ({ run }) as RunRecord)),
    readJournal: (run: string) =>
      Promise.resolve([
        record(run, { type: 'writes', writes: [['dir/1', digestOf(lowering)]] }),
        record(run, result([['dir/1', waits]])),
      ]),
  }
  const record = (run: string, line: JsonObject): JournalRecord => ({
    ...{ run, sequence: 0, record: line },
    at: run === 'first' ? '2026-11-22T12:00:00Z' : '2026-11-23T12:00:00Z',
  })

  it('waits for the new owner, though nothing was sent', async () => {
    expect(await waitingFor([lowering], ledger)).toEqual([
      { ref: lowering.ref, forWhom: 'bo', since: '2026-11-22T12:00:00Z' },
    ])
  })

  it('is another one where something else is to be done', async () => {
    const other = { ...lowering, after: { fields: {}, links: { role: ['role:Administrator'] } } }
    expect(await waitingFor([other], ledger)).toEqual([])
  })
})
