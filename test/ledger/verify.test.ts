import { describe, expect, it } from 'vitest'
import { firstBroken, newChain, sealAfter } from '../../src/ledger/audit.ts'
import type { AuditRecord, LedgerReader, RunRecord } from '../../src/ledger/ledger.ts'
import { verifyAudit } from '../../src/ledger/verify.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'

/** What shows that an audit log is whole, and what shows that it is not. */

const at = (minute: number): string => `2026-05-04T10:0${minute}:00.000Z`

/** A log of these events, each as written after the one before. */
function sealed(events: readonly (readonly [string, Json])[]): AuditRecord[] {
  const records: AuditRecord[] = []
  for (const [event, detail] of events)
    records.push(sealAfter(records.at(-1), at(records.length), { event, detail }))
  return records
}

describe('the chain of records', () => {
  const log = sealed([
    ['run started', { run: 'r1' }],
    ['steps settled', { run: 'r1', steps: [] }],
    ['run finished', { run: 'r1' }],
  ])
  const [first, second, third] = log as [AuditRecord, AuditRecord, AuditRecord]

  it('begins with 64 zeros, and each record names the hash of the one before', () => {
    expect(log.map(({ sequence, previous }) => [sequence, previous])).toEqual([
      [1, '0'.repeat(64)],
      [2, first.hash],
      [3, second.hash],
    ])
  })

  it.each<[string, AuditRecord[], number, string]>([
    ['is missing', [first, third], 2, 'record 2 is missing before it'],
    ['is missing at the beginning', [second], 1, 'record 1 is missing before it'],
    ['stands twice', [first, first], 2, 'it stands where record 2 is due'],
    [
      'has another event',
      [{ ...first, event: 'run finished' }],
      1,
      'its content is not what its hash was made of',
    ],
    ['has another time', [{ ...first, at: at(9) }], 1, 'its content is not what its hash was made of'],
    ['has another detail', [{ ...first, detail: {} }], 1, 'its content is not what its hash was made of'],
    [
      'was sealed anew without those after it',
      [sealAfter(undefined, at(0), { event: 'run started', detail: { run: 'r9' } }), second],
      2,
      'the record before it is not the one it was written after',
    ],
  ])('says so when a record %s', async (_name, records, place, why) => {
    const chain = newChain()
    const found = records.map((record) => chain.follow(record)).find((said) => said !== undefined)
    expect([found, chain.count, await firstBroken(records)]).toEqual([why, place - 1, place])
  })

  it('holds as far as it is followed', async () => {
    const chain = newChain()
    expect([chain.count, chain.head]).toEqual([0, '0'.repeat(64)])
    expect(log.map((record) => chain.follow(record))).toEqual([undefined, undefined, undefined])
    expect([chain.count, chain.head, await firstBroken(log)]).toEqual([3, third.hash, undefined])
  })
})

describe('the log against the runs and their journals', () => {
  const run = (name: string, state: RunRecord['state'] = 'done'): RunRecord => ({
    ...{ run: name, actor: 'ana', intent: 'i', digest: name, tool: 't' },
    ...{ state, startedAt: at(0) },
  })
  const results = (count: number): JsonObject => ({
    type: 'result',
    outcomes: Array(count).fill(['vpn/1', {}]),
  })
  const whole = sealed([
    ['ledger made', 'by hand'],
    ['run started', { run: 'r1' }],
    ['steps settled', { run: 'r1', steps: ['vpn/1', 'vpn/2'] }],
    ['steps settled', { run: 'r1', steps: ['vpn/3'] }],
    ['run finished', { run: 'r1' }],
    ['run started', { run: 'r2' }],
    ['steps settled', { run: 'r2', steps: ['vpn/1'] }],
    ['run was interrupted', { run: 'r2', foundBy: 'r3' }],
    ['run started', { run: 'r3' }],
  ])
  const runs = [run('r3', 'running'), run('r2', 'interrupted'), run('r1')]
  const journals: Readonly<Record<string, readonly JsonObject[]>> = {
    r1: [{ type: 'run', systems: ['vpn'] }, results(2), results(1)],
    r2: [{ type: 'intent', outcomes: ['no result'] }, results(1)],
    r3: [results(7)],
  }

  interface Kept {
    readonly log?: readonly AuditRecord[]
    /** What is answered the first time, and what afterwards. */
    readonly runs?: readonly (readonly RunRecord[])[]
    readonly journals?: typeof journals
  }
  const verify = (kept: Kept = {}, expected?: string) => {
    const answers = [...(kept.runs ?? [runs])]
    const ledger = {
      runs: () => Promise.resolve(answers.length > 1 ? answers.shift() : answers[0]),
      readJournal: (name: string) =>
        Promise.resolve((kept.journals ?? journals)[name]?.map((record) => ({ record })) ?? []),
      async *auditRecords() {
        yield* await Promise.resolve(kept.log ?? whole)
      },
    }
    return verifyAudit(ledger as unknown as LedgerReader, expected)
  }
  const without = (...events: readonly number[]): AuditRecord[] =>
    sealed(
      whole
        .filter((_, index) => !events.includes(index))
        .map(({ event, detail }) => [event, detail] as const),
    )

  it('is whole, with what runs while it is read', async () => {
    const head = whole.at(-1)!
    const last = { records: 9, head: head.hash, last: head.at }
    expect(await verify()).toEqual({ whole: true, ...last, problems: [] })
    expect(await verify({}, whole[3]!.hash)).toEqual({ whole: true, ...last, problems: [] })
  })

  it('is whole when nothing was ever done', async () => {
    expect(await verify({ log: [], runs: [[]] })).toStrictEqual({
      ...{ whole: true, records: 0, head: '0'.repeat(64), problems: [] },
    })
  })

  it('names the first record that does not fit, and how far it holds', async () => {
    const { sequence, at: time, event } = whole[4]!
    expect(await verify({ log: [...whole.slice(0, 3), ...whole.slice(4)] })).toEqual({
      ...{ whole: false, records: 3, head: whole[2]!.hash, last: whole[2]!.at, problems: [] },
      broken: { sequence, at: time, event, why: 'record 4 is missing before it' },
    })
  })

  it.each<[string, Kept, string[], string?]>([
    [
      'that was kept elsewhere and is not there',
      {},
      ['No record has the hash abc: the log was cut or written anew.'],
      'abc',
    ],
    ['of a run that never started', { log: without(1) }, ['The log does not say that run r1 was started.']],
    [
      'of a run that it does not know at all',
      { runs: [[run('r4', 'running'), ...runs]] },
      ['The log does not say that run r4 was started.'],
    ],
    ['of how a run ended', { log: without(4) }, ['The log does not say how run r1 ended.']],
    ['of how a killed run ended', { log: without(7) }, ['The log does not say how run r2 ended.']],
    [
      'of steps',
      { log: without(3) },
      ['Of run r1 the journal has the results of 3 steps, and the log of 2.'],
    ],
    [
      'of steps that no journal has',
      { journals: { ...journals, r2: [] } },
      ['Of run r2 the journal has the results of 0 steps, and the log of 1.'],
    ],
    [
      'of a run that the ledger does not list',
      { runs: [[runs[0]!, runs[2]!]] },
      ['The ledger does not list run r2 of the log.'],
    ],
    [
      'of several things, all of them',
      { log: without(1, 7) },
      ['The log does not say how run r2 ended.', 'The log does not say that run r1 was started.'],
    ],
  ])('is not whole without a word %s', async (_name, kept, problems, expected) => {
    expect(await verify(kept, expected)).toMatchObject({ whole: false, problems })
  })

  it('is whole when a run began while it was read, and was listed only afterwards', async () => {
    const begun = sealed([
      ...whole.map(({ event, detail }) => [event, detail] as const),
      ['run started', { run: 'r4' }],
    ])
    expect(await verify({ log: begun, runs: [runs, [run('r4', 'running'), ...runs]] })).toMatchObject({
      ...{ whole: true, problems: [] },
    })
    expect((await verify({ log: begun })).problems).toEqual(['The ledger does not list run r4 of the log.'])
  })

  it('is not misled by records of another shape', async () => {
    const odd = sealed([
      ...whole.map(({ event, detail }) => [event, detail] as const),
      ...['text', null, 7, [], { run: 7 }].map((detail) => ['run started', detail as Json] as const),
      ['steps settled', { run: 'r1', steps: 'many' }],
      ['told of', { run: 'r9' }],
      ['told of', { run: 'r1', steps: ['vpn/1'] }],
    ])
    expect(await verify({ log: odd })).toMatchObject({ whole: true, problems: [] })
  })
})
