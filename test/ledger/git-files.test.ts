/** The files of a git ledger: read once, believed only in their shape, and named so that no name leads anywhere else. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Damaged, Draft, Files } from '../../src/ledger/git-files.ts'
import {
  inventoryFile,
  inventoryFiles,
  journalLog,
  lockFile,
  reservedFile,
  seenFile,
  shapes,
  spentFile,
} from '../../src/ledger/git-layout.ts'
import { count, exactly } from '../../src/ledger/shape.ts'
import { PlainTexts } from './git-texts.ts'

const numbered = exactly({ n: count })
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('files of a git ledger', () => {
  it('are read once for as long as the tip is the same, many of them at once', async () => {
    const texts = new PlainTexts({ a: 'A', b: 'B' })
    const files = new Files(texts)
    await files.load(['a', 'b', 'a', 'c'])
    expect([await files.text('a'), await files.text('b'), await files.text('c')]).toEqual([
      'A',
      'B',
      undefined,
    ])
    expect(texts.asked).toEqual([['a', 'b', 'c']])
    texts.land([['a', 'A2']])
    expect(await files.text('a')).toBe('A2')
    await files.load(['a', 'd'])
    expect(texts.asked.slice(1)).toEqual([['a'], ['d']])
  })

  it('that this process has written are known without reading them', async () => {
    const texts = new PlainTexts({ a: 'A', b: 'B' })
    const files = new Files(texts)
    await files.load(['a', 'b'])
    const changes = new Map([
      ['a', 'A2'],
      ['b', undefined],
    ])
    texts.land(changes)
    files.landed(changes)
    expect([await files.text('a'), await files.text('b')]).toEqual(['A2', undefined])
    expect(texts.asked).toHaveLength(1)
  })

  it('are seen by a write with its own changes, and only those it has made are changed', async () => {
    const draft = new Draft(new Files(new PlainTexts({ a: '{"n":1}\n', gone: '{"n":2}\n' })))
    draft.put('a', { n: 3 })
    draft.putLines('gone', [])
    draft.putLines('more', [{ n: 4 }, { n: 5 }])
    draft.putText('text', 'as it is')
    expect(await draft.value('a', numbered)).toEqual({ n: 3 })
    expect(await draft.lines('gone', numbered)).toEqual([])
    expect(await draft.lines('more', numbered)).toEqual([{ n: 4 }, { n: 5 }])
    expect([...draft.changes]).toEqual([
      ['a', '{"n":3}\n'],
      ['gone', undefined],
      ['more', '{"n":4}\n{"n":5}\n'],
      ['text', 'as it is'],
    ])
  })

  it('that are not there are no value and no lines', async () => {
    const draft = new Draft(new Files(new PlainTexts()))
    expect(await draft.value('a', numbered)).toBeUndefined()
    expect(await draft.lines('a', numbered)).toEqual([])
  })

  it.each([
    ['{', 'a is not JSON'],
    ['{"n":-1}\n', 'a is not what rolecall writes there'],
  ])('%j for a value is said: %s', async (content, words) => {
    const value = new Draft(new Files(new PlainTexts({ a: content }))).value('a', numbered)
    await expect(value).rejects.toThrow(Damaged)
    await expect(value).rejects.toThrow(words)
    await expect(value).rejects.toHaveProperty('name', 'Damaged')
  })

  it.each([
    ['{"n":1}\n{"n":2}', 'a is cut short'],
    ['', 'a is cut short'],
    ['\n', 'line 1 of a is not JSON'],
    ['{"n":1}\n{"n":true}\n', 'line 2 of a is not what rolecall writes there'],
    ['{"n":1}\n\n', 'line 2 of a is not JSON'],
  ])('%j for lines is said: %s', async (content, words) => {
    const lines = new Draft(new Files(new PlainTexts({ a: content }))).lines('a', numbered)
    await expect(lines).rejects.toThrow(words)
  })
})

describe('the name of a file', () => {
  it('is made of what it is about', () => {
    expect([lockFile('vpn'), seenFile('vpn'), reservedFile('vpn'), spentFile('ab12')]).toEqual([
      'lock/vpn.json',
      'seen/vpn.json',
      'reserved/vpn.jsonl',
      'spent/ab12.json',
    ])
    expect(journalLog('r1')).toBe(`journal/${sha256('r1').slice(0, 2)}/r1`)
  })

  it.each([
    ['A_b-c.d2', 'A_b-c.d2'],
    ['', '%'],
    ['.', '%2E'],
    ['..', '%2E.'],
    ['../../etc', '%2E.%2F..%2Fetc'],
    ['a/b', 'a%2Fb'],
    ['a b\tc\nd', 'a%20b%09c%0Ad'],
    ['100%', '100%25'],
    ['ü', '%C3%BC'],
    ['-x', '-x'],
    ['a'.repeat(120), 'a'.repeat(120)],
    ['a'.repeat(121), `${'a'.repeat(60)}%-${sha256('a'.repeat(121))}`],
  ])('%j becomes %s', (name, encoded) => {
    expect(lockFile(name)).toBe(`lock/${encoded}.json`)
  })

  it('of an inventory is one of 256, by kind and key', () => {
    const number = sha256('account\nana').slice(0, 2)
    expect(inventoryFile('a/b', 'account', 'ana')).toBe(`inventory/a%2Fb/${number}.jsonl`)
    const all = inventoryFiles('a/b')
    expect(all).toHaveLength(256)
    expect([all[0], all[10], all[255]]).toEqual([
      'inventory/a%2Fb/00.jsonl',
      'inventory/a%2Fb/0a.jsonl',
      'inventory/a%2Fb/ff.jsonl',
    ])
    const kinds = ['account', 'group', 'grant'] as const
    const used = Array.from({ length: 600 }, (_, n) =>
      inventoryFile('a/b', kinds[n % 3] ?? 'account', `k${n}`),
    )
    expect(used.filter((file) => !all.includes(file))).toEqual([])
    expect(new Set(used).size).toBeGreaterThan(200)
  })
})

describe('what is in a file', () => {
  const at = '2026-05-04T10:00:00.000Z'
  const holder = { run: 'r1', actor: 'ana', host: 'h', pid: 1, since: at, heartbeat: at }
  const census = { account: { count: 3, digest: 'd' } }
  const samples: Record<
    keyof typeof shapes,
    { must: Record<string, unknown>; may?: Record<string, unknown> }
  > = {
    format: { must: { format: 'f', made: at } },
    lock: { must: { generation: 1, held: true, holder } },
    seen: { must: { system: 'vpn', at, census }, may: { commit: 'c', doubted: { at, census } } },
    reservation: { must: { system: 'vpn', account: 'ana', run: 'r', step: 's', host: 'h', pid: 1 } },
    spent: { must: {}, may: { r1: 2 } },
    entry: {
      must: { system: 'vpn', kind: 'account', key: 'ana', handle: 'ana', wish: 'w', run: 'r' },
      may: { id: '7' },
    },
    run: {
      must: { run: 'r', actor: 'a', intent: 'i', digest: 'd', state: 'done', startedAt: at, tool: 't' },
      may: { commit: 'c', finishedAt: at },
    },
    journal: { must: { run: 'r', sequence: 1, at, record: { type: 'x' } } },
    audit: { must: { sequence: 1, at, event: 'e', previous: 'p', hash: 'h', detail: { a: 1 } } },
    end: { must: { count: 7 } },
  }

  it.each(Object.entries(samples))(
    '%s: is whole, and each part of it what it must be',
    (name, { must, may = {} }) => {
      const is = shapes[name as keyof typeof shapes]
      expect([is(must), is({ ...must, ...may })]).toEqual([true, true])
      for (const key of Object.keys(must)) {
        const { [key]: _out, ...rest } = must
        expect(is(rest), `without ${key}`).toBe(false)
      }
      for (const key of Object.keys({ ...must, ...may }).filter((one) => one !== 'detail'))
        expect(is({ ...must, ...may, [key]: [] }), `with a wrong ${key}`).toBe(false)
      if (name !== 'spent') expect(is({ ...must, strange: 1 }), 'with more').toBe(false)
    },
  )

  it('a lock has a whole holder, a census known kinds, a run a known state', () => {
    for (const key of Object.keys(holder)) {
      const { [key as keyof typeof holder]: _out, ...rest } = holder
      expect(shapes.lock({ generation: 1, held: true, holder: rest })).toBe(false)
    }
    for (const wrong of [
      { strange: census.account },
      { account: { count: 3 } },
      { account: { digest: 'd' } },
    ]) {
      expect(shapes.seen({ system: 'vpn', at, census: wrong })).toBe(false)
      expect(shapes.seen({ system: 'vpn', at, census, doubted: { at, census: wrong } })).toBe(false)
    }
    expect(shapes.seen({ system: 'vpn', at, census, doubted: { census } })).toBe(false)
    const { must } = samples.run
    const states = ['running', 'done', 'partial', 'stopped', 'interrupted']
    expect(states.filter((state) => shapes.run({ ...must, state }))).toEqual(states)
    expect(shapes.run({ ...must, state: 'begun' })).toBe(false)
  })
})
