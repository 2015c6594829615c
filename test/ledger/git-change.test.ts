/** What each change makes of the files of a git ledger, and what is read out of them again. */
import { describe, expect, it } from 'vitest'
import { sealAfter } from '../../src/ledger/audit.ts'
import { make } from '../../src/ledger/git-change.ts'
import { inventoryFile, journalLog, shapes } from '../../src/ledger/git-layout.ts'
import { openRead } from '../../src/ledger/git-read.ts'
import type { InventoryEntry, LedgerChange, RunRecord } from '../../src/ledger/ledger.ts'
import { append } from '../../src/ledger/git-log.ts'
import { askOf, lines, PlainTexts, written } from './git-texts.ts'
import { ana } from './suite.ts'

const at = '2026-05-04T10:00:00.000Z'
const change = (texts: PlainTexts, ...changes: LedgerChange[]) =>
  written(texts, (draft) => make(draft, changes, at))
const readOf = (texts: PlainTexts) => openRead(askOf(texts))
const fileOf = ({ system, kind, key }: InventoryEntry): string => inventoryFile(system, kind, key)

describe('the inventory of a git ledger', () => {
  /** Many entries of which several lie in one file. */
  const many = Array.from({ length: 600 }, (_, n) => ({
    ...ana,
    key: `person-${String(n).padStart(3, '0')}`,
  }))
  const together = many.filter((one) => fileOf(one) === fileOf(many[0]!))

  it('has its entries in the order of kind and key, whatever else they carry', async () => {
    expect(together.length).toBeGreaterThan(1)
    const texts = new PlainTexts()
    const more = { ...together[1]!, strange: 'more', id: undefined }
    expect(await change(texts, { do: 'record', put: [more as never, together[0]!], forget: [] })).toEqual({
      [fileOf(together[0]!)]: lines([together[0], { ...together[1], id: undefined }]),
    })
    expect(await change(texts, { do: 'record', put: [], forget: [together[0]!] })).toEqual({
      [fileOf(together[0]!)]: lines([{ ...together[1], id: undefined }]),
    })
    expect(await change(texts, { do: 'record', put: [], forget: [together[1]!] })).toEqual({
      [fileOf(together[0]!)]: undefined,
    })
  })

  it('is changed as a whole: what is put and forgotten at once is gone, of two with one key the last stands', async () => {
    const texts = new PlainTexts()
    const [first, second] = [together[0]!, together[1]!]
    await change(texts, { do: 'record', put: [first, second, { ...first, handle: 'new' }], forget: [second] })
    expect(texts.all()).toEqual({ [fileOf(first)]: lines([{ ...first, handle: 'new' }]) })
  })

  it('is asked for at once, to change it and to read it', async () => {
    const texts = new PlainTexts()
    await change(texts, { do: 'record', put: many.slice(0, 40), forget: many.slice(40, 60) })
    expect(texts.asked).toHaveLength(1)
    expect(new Set(texts.asked[0])).toEqual(new Set(many.slice(0, 60).map(fileOf)))
    texts.asked.length = 0
    const read = await readOf(texts).inventory('vpn')
    expect(texts.asked).toHaveLength(1)
    expect([...read].sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(many.slice(0, 40))
    expect(await readOf(texts).inventory('wiki')).toEqual([])
  })
})

describe('the runs of a git ledger', () => {
  const record = (run: string, more: Partial<RunRecord> = {}): RunRecord => ({
    ...{ run, actor: 'ana', intent: `of ${run}`, digest: run, state: 'running', startedAt: at, tool: 't' },
    ...more,
  })
  const withRuns = async (...runs: readonly RunRecord[]): Promise<PlainTexts> => {
    const texts = new PlainTexts()
    await written(texts, (draft) => append<RunRecord>(draft, 'runs', shapes.run, () => runs))
    return texts
  }

  it('end with their state and time, those of that name alone', async () => {
    const texts = await withRuns(record('r1'), record('r2'), record('r3'))
    texts.asked.length = 0
    expect(await change(texts, { do: 'finish', run: 'r2', state: 'partial' })).toEqual({
      'runs/0000/00.jsonl': lines([
        record('r1'),
        { ...record('r2'), state: 'partial', finishedAt: at },
        record('r3'),
      ]),
    })
    expect(texts.asked[0]).toEqual(['runs/end.json'])
  })

  it('are listed the latest first, narrowed before they are counted', async () => {
    const runs = await withRuns(
      record('r1', { intent: 'i' }),
      record('r2', { state: 'done' }),
      record('r3', { intent: 'i' }),
    )
    const names = async (...asked: Parameters<ReturnType<typeof openRead>['runs']>): Promise<string[]> =>
      (await readOf(runs).runs(...asked)).map(({ run }) => run)
    expect(await names(9)).toEqual(['r3', 'r2', 'r1'])
    expect(await names(2)).toEqual(['r3', 'r2'])
    expect(await names(1, { state: 'done' })).toEqual(['r2'])
    expect(await names(9, { intent: 'i' })).toEqual(['r3', 'r1'])
    expect(await names(9, { intent: 'i', state: 'running' })).toEqual(['r3', 'r1'])
    expect(await names(9, { intent: 'i', state: 'done' })).toEqual([])
  })
})

describe('the logs of a git ledger', () => {
  it('carry on their numbers, each run its own', async () => {
    const texts = new PlainTexts()
    await change(texts, { do: 'journal', run: 'r1', records: [{ a: 1 }, { a: 2 }] })
    await change(texts, { do: 'journal', run: 'r2', records: [{ b: 1 }] })
    texts.asked.length = 0
    await change(texts, { do: 'journal', run: 'r1', records: [{ a: 3 }] })
    expect(texts.asked[0]).toEqual([`${journalLog('r1')}/end.json`])
    expect(await readOf(texts).readJournal('r1')).toEqual(
      [1, 2, 3].map((n) => ({ run: 'r1', sequence: n, at, record: { a: n } })),
    )
    expect(await readOf(texts).readJournal('r2')).toEqual([{ run: 'r2', sequence: 1, at, record: { b: 1 } }])
    expect(await readOf(texts).readJournal('r3')).toEqual([])
  })

  it('of the audit are a chain from record to record, in one write and over several', async () => {
    const texts = new PlainTexts()
    const event = (n: number) => ({ do: 'audit', event: `e${n}`, detail: { n } }) as const
    await change(texts, event(1), event(2))
    texts.asked.length = 0
    await change(texts, event(3))
    expect(texts.asked[0]).toEqual(['audit/end.json'])
    const first = sealAfter(undefined, at, event(1))
    const second = sealAfter(first, at, event(2))
    const read = []
    for await (const one of readOf(texts).auditRecords()) read.push(one)
    expect(read).toEqual([first, second, sealAfter(second, at, event(3))])
  })
})

describe('what a git ledger keeps of owners, acceptances and systems', () => {
  const reserved = (run: string, account: string, step = 's1') => ({
    ...{ system: 'vpn', account, run, step, host: 'h', pid: 7 },
  })

  it('a reservation is one for each account and run, and goes with both', async () => {
    const texts = new PlainTexts()
    const all = [reserved('r1', 'ana'), reserved('r1', 'bo'), reserved('r2', 'ana')]
    const more = { ...reserved('r2', 'bo'), strange: 1 }
    await change(texts, { do: 'reserve', reservations: [...all, more] })
    texts.asked.length = 0
    await change(texts, { do: 'reserve', reservations: [reserved('r1', 'ana', 's2')] })
    expect(texts.asked).toEqual([['reserved/vpn.jsonl']])
    const now = [
      reserved('r1', 'bo'),
      reserved('r2', 'ana'),
      reserved('r2', 'bo'),
      reserved('r1', 'ana', 's2'),
    ]
    expect(await readOf(texts).reservations('vpn')).toEqual(now)
    expect(await readOf(texts).reservations('wiki')).toEqual([])

    texts.asked.length = 0
    expect(await change(texts, { do: 'unreserve', reservations: [reserved('r3', 'ana')] })).toEqual({})
    expect(texts.asked).toEqual([['reserved/vpn.jsonl']])
    await change(texts, { do: 'unreserve', reservations: [reserved('r2', 'ana'), reserved('r1', 'bo')] })
    expect(await readOf(texts).reservations('vpn')).toEqual(now.slice(2))
  })

  it('what a run spends of an acceptance adds up, and never below nothing', async () => {
    const texts = new PlainTexts()
    const spend = (amount: number, run: string) => ({ do: 'spend', acceptance: 'a/b', amount, run }) as const
    expect(await change(texts, spend(3, 'r1'))).toEqual({ 'spent/a%2Fb.json': '{"r1":3}\n' })
    texts.asked.length = 0
    expect(await change(texts, spend(4, 'r2'), spend(-1, 'r2'))).toEqual({
      'spent/a%2Fb.json': '{"r1":3,"r2":3}\n',
    })
    expect(texts.asked).toEqual([['spent/a%2Fb.json']])
    expect(await readOf(texts).spent('a/b')).toBe(6)
    expect(await change(texts, spend(-9, 'r1'))).toEqual({ 'spent/a%2Fb.json': '{"r1":0,"r2":3}\n' })
    expect(await readOf(texts).spent('other')).toBe(0)
  })

  it('what was last seen of a system is asked for by nobody who writes it', async () => {
    const texts = new PlainTexts()
    const seen = { system: 'vpn', at, census: { account: { count: 1, digest: 'd' } } }
    expect(await change(texts, { do: 'see', seen })).toEqual({ 'seen/vpn.json': lines([seen]) })
    expect(texts.asked).toEqual([])
    expect(await readOf(texts).lastSeen('vpn')).toEqual(seen)
    expect(await readOf(texts).lastSeen('wiki')).toBeUndefined()
  })

  it('all that one write changes is asked for at once, and changed in its order', async () => {
    const texts = new PlainTexts()
    await change(
      texts,
      { do: 'record', put: [ana], forget: [] },
      { do: 'reserve', reservations: [reserved('r1', 'ana')] },
      { do: 'spend', acceptance: 'a', amount: 1, run: 'r1' },
      { do: 'unreserve', reservations: [reserved('r1', 'ana')] },
      { do: 'reserve', reservations: [{ ...reserved('r1', 'bo'), system: 'wiki' }] },
      { do: 'journal', run: 'r1', records: [{ a: 1 }] },
      { do: 'finish', run: 'r1', state: 'done' },
      { do: 'audit', event: 'e', detail: null },
    )
    expect(texts.asked).toEqual([
      [
        ...[fileOf(ana), 'reserved/vpn.jsonl', 'spent/a.json', 'reserved/wiki.jsonl'],
        ...[`${journalLog('r1')}/end.json`, 'runs/end.json', 'audit/end.json'],
      ],
    ])
    expect(await readOf(texts).reservations('vpn')).toEqual([])
    expect(await readOf(texts).reservations('wiki')).toHaveLength(1)
  })
})

describe('who may ask without looking at the remote', () => {
  it('is said with what a lock guards, and with nothing else', async () => {
    const guarded: (string | undefined)[] = []
    const ask = askOf(new PlainTexts())
    const read = openRead((work, guardedBy) => {
      guarded.push(guardedBy)
      return ask(work)
    })
    await read.inventory('vpn')
    await read.lastSeen('vpn')
    await read.reservations('vpn')
    await read.runs(1)
    await read.readJournal('r1')
    await read.spent('a')
    for await (const _ of read.auditRecords()) throw new Error('there is none')
    expect(guarded).toEqual(['vpn', 'vpn', 'vpn', undefined, undefined, undefined, undefined])
  })
})
