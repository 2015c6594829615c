import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { intention, result } from '../../src/apply/journal.ts'
import { newRecovery, overByNow, type Recalled, type Recovery } from '../../src/apply/recovery.ts'
import type { Ledger, Reservation, RunState } from '../../src/ledger/ledger.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { Write } from '../../src/model/change.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Step } from '../../src/model/plan.ts'
import type { Resource } from '../../src/model/resource.ts'
import { description } from '../../src/systems/directory/describe.ts'

/** What a run that was killed leaves, and how the next one comes to know what became of it. */

const startedAt = '2026-05-04T10:00:00.000Z'
const member = (system: string, key: string): Resource => ({
  ref: { system, kind: 'account', key },
  fields: { username: key, type: 'person', status: 'active' },
  links: { role: ['role:Member'] },
})
const creation = (system: string, key: string): Write => ({
  ...{ action: 'create', ref: member(system, key).ref, after: member(system, key) },
  cause: { file: 'access/all.yaml', line: 1, document: `User/${key}` },
})
const step = (id: string, change: Write): Step => ({ id, change, needs: [], lowers: [], fingerprint: '' })
const opened = (...systems: string[]): JsonObject => ({ type: 'run', systems })

let ledger: Ledger
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rolecall-recovery-'))
  ledger = openSqlite(join(root, 'ledger.db'), { now: () => new Date(startedAt) })
})
afterEach(async () => {
  await ledger.close()
  rmSync(root, { recursive: true })
})

async function left(run: string, records: readonly JsonObject[], state: RunState = 'running'): Promise<void> {
  await ledger.begin({
    ...{ run, actor: 'bo', intent: 'i', digest: run, startedAt, tool: 't', state: 'running' },
  })
  await ledger.write([{ do: 'journal', run, records }])
  if (state !== 'running') await ledger.write([{ do: 'finish', run, state }])
}

/** Looks at a system in which these accounts are. */
const look = (recovery: Recovery, system: string, ...keys: string[]): Promise<void> =>
  recovery.look(system, (_kind, key) => (keys.includes(key) ? member(system, key) : undefined), description)

async function audited(): Promise<unknown[]> {
  const told: unknown[] = []
  for await (const { event, detail } of ledger.auditRecords()) told.push([event, detail])
  return told
}

const states = async (): Promise<string[]> =>
  (await ledger.runs(9)).map(({ run, state }) => `${run} ${state}`).sort()

describe('what killed runs had in flight', () => {
  const bo = step('vpn/1', creation('vpn', 'bo'))
  const chen = step('vpn/2', creation('vpn', 'chen'))
  const wiki = step('wiki/1', creation('wiki', 'bo'))

  it('is looked for system by system, is written down, and the run is closed after the last', async () => {
    await left('r1', [opened('vpn', 'wiki'), intention([bo, chen]), intention([wiki])])
    const recovery = newRecovery(ledger, 'r2')
    await look(recovery, 'vpn', 'bo')
    await recovery.close([])
    expect([recovery.recovered(), await states()]).toEqual([[], ['r1 running']])

    await look(recovery, 'wiki')
    await recovery.close([])
    const found = [
      { id: 'vpn/1', ref: bo.change.ref, found: 'done' },
      { id: 'vpn/2', ref: chen.change.ref, found: 'not done' },
      { id: 'wiki/1', ref: wiki.change.ref, found: 'not done' },
    ]
    expect(recovery.recovered()).toEqual([{ run: 'r1', startedAt, steps: found }])
    expect(await states()).toEqual(['r1 interrupted'])
    expect((await ledger.readJournal('r1')).slice(3).map(({ record }) => record)).toEqual([
      {
        type: 'found',
        by: 'r2',
        found: [
          ['vpn/1', 'done'],
          ['vpn/2', 'not done'],
        ],
      },
      { type: 'found', by: 'r2', found: [['wiki/1', 'not done']] },
    ])
    expect(await audited()).toEqual([
      [
        'steps found',
        {
          ...{ run: 'r1', foundBy: 'r2' },
          steps: [
            { id: 'vpn/1', resource: 'vpn account:bo', found: 'done' },
            { id: 'vpn/2', resource: 'vpn account:chen', found: 'not done' },
          ],
        },
      ],
      [
        'steps found',
        {
          run: 'r1',
          foundBy: 'r2',
          steps: [{ id: 'wiki/1', resource: 'wiki account:bo', found: 'not done' }],
        },
      ],
      ['run was interrupted', { run: 'r1', foundBy: 'r2', inFlight: 3 }],
    ])
  })

  it('is looked for once in each system, and a run is closed once', async () => {
    await left('r1', [opened('vpn'), intention([bo])])
    const recovery = newRecovery(ledger, 'r2')
    for (const _ of [1, 2]) {
      await look(recovery, 'vpn')
      await recovery.close([])
    }
    expect(recovery.recovered()).toHaveLength(1)
    expect((await audited()).length).toBe(2)
    expect((await ledger.readJournal('r1')).length).toBe(3)
  })

  it('may be nothing: the run is closed without a word of steps', async () => {
    await left('r1', [opened('vpn'), intention([bo]), result([['vpn/1', { result: 'done' }]])])
    const recovery = newRecovery(ledger, 'r2')
    await look(recovery, 'vpn')
    await recovery.close([])
    expect(recovery.recovered()).toEqual([{ run: 'r1', startedAt, steps: [] }])
    expect((await ledger.readJournal('r1')).length).toBe(3)
  })

  it('is not what the run that looks has in flight, nor what ended runs never knew', async () => {
    await left('r1', [opened('vpn'), intention([bo])], 'partial')
    await left('r2', [opened('vpn'), intention([bo])])
    const recovery = newRecovery(ledger, 'r2')
    await look(recovery, 'vpn')
    await recovery.close([])
    expect([recovery.recovered(), await states()]).toEqual([[], ['r1 partial', 'r2 running']])
  })

  it('is closed by the same write as what is written with it, and no write is made for nothing', async () => {
    await left('r1', [opened('vpn')])
    const writes: string[][] = []
    const watched: Ledger = {
      ...ledger,
      write: (changes) => {
        writes.push(changes.map(({ do: what }) => what))
        return ledger.write(changes)
      },
    }
    const recovery = newRecovery(watched, 'r2')
    await look(recovery, 'vpn')
    await recovery.close([{ do: 'spend', acceptance: 'a', amount: 1, run: 'r2' }])
    await recovery.close([])
    expect(writes).toEqual([['finish', 'audit', 'spend']])
    expect([await states(), await ledger.spent('a')]).toEqual([['r1 interrupted'], 1])
  })

  it('is closed only by a run that looked', async () => {
    await left('r1', [opened()])
    const recovery = newRecovery(ledger, 'r2')
    await recovery.close([])
    expect(await states()).toEqual(['r1 running'])
  })

  it('is still known when the run that looks was put away in between', async () => {
    await left('r1', [opened('vpn', 'wiki'), intention([bo])])
    const recalled: Recalled = { closed: [] }
    await look(newRecovery(ledger, 'r2', recalled), 'vpn')
    const again = newRecovery(ledger, 'r2', recalled)
    await look(again, 'wiki')
    await again.close([])
    expect(again.recovered()).toMatchObject([{ run: 'r1', steps: [{ id: 'vpn/1' }] }])
  })
})

describe('a reservation of another run is over', () => {
  const reservation: Reservation = {
    ...{ system: 'vpn', account: 'bo', run: 'r1', step: 'vpn/1', host: 'elsewhere', pid: 7 },
  }
  const planned: JsonObject[] = [opened('vpn'), { type: 'writes', writes: [['vpn/1', 'digest']] }]
  const sending = [...planned, intention([step('vpn/1', creation('vpn', 'bo'))])]
  const odd: Resource = { ...member('vpn', 'bo'), links: { role: ['role:Owner'] } }

  it.each<[string, JsonObject[], Resource | undefined, boolean, boolean]>([
    ['when the run never came to send it, and may yet', planned, undefined, true, true],
    ['when a read shows it done', sending, member('vpn', 'bo'), true, true],
    ['when a read shows that all is as before', sending, undefined, false, true],
    ['not while its process, seen to be there, may still send it', sending, undefined, true, false],
    ['not while a read shows neither', sending, odd, false, false],
    ['not when its journal does not know the step', [opened('vpn')], undefined, false, false],
  ])('%s', async (_name, records, live, beside, over) => {
    await left('r1', records)
    const reader = { read: () => Promise.resolve(live) }
    const found = await overByNow([reservation], ledger, reader, description, () => beside)
    expect([...found]).toEqual(over ? [reservation] : [])
  })

  it('each by itself', async () => {
    await left('r1', planned)
    const other = { ...reservation, step: 'vpn/2' }
    const reader = { read: () => Promise.resolve(undefined) }
    expect([...(await overByNow([other, reservation], ledger, reader, description, () => false))]).toEqual([
      reservation,
    ])
  })
})
