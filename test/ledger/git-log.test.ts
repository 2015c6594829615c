/** Logs of a git ledger: files of a hundred lines, a hundred files a folder. */
import { describe, expect, it } from 'vitest'
import { Damaged } from '../../src/ledger/git-files.ts'
import { amend, append, pieces } from '../../src/ledger/git-log.ts'
import { count, exactly, text } from '../../src/ledger/shape.ts'
import { askOf, lines, PlainTexts, written } from './git-texts.ts'

interface Line {
  readonly n: number
  readonly is?: string
}
const shape = exactly({ n: count }, { is: text })
const numbers = (from: number, to: number): Line[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index }))
const add = (texts: PlainTexts, more: readonly Line[]) =>
  written(texts, (draft) => append<Line>(draft, 'log', shape, () => more))

/** A log with so many lines, numbered from 1. */
async function logOf(length: number): Promise<PlainTexts> {
  const texts = new PlainTexts()
  if (length > 0) await add(texts, numbers(1, length))
  texts.asked.length = 0
  return texts
}

describe('a log of a git ledger', () => {
  it('begins with its first line', async () => {
    expect(await add(new PlainTexts(), [{ n: 1 }])).toEqual({
      'log/0000/00.jsonl': '{"n":1}\n',
      'log/end.json': '{"count":1}\n',
    })
  })

  it.each([
    [1, 1, { '0000/00': [1, 2] }],
    [98, 1, { '0000/00': [1, 99] }],
    [99, 1, { '0000/00': [1, 100] }],
    [99, 2, { '0000/00': [1, 100], '0000/01': [101, 101] }],
    [100, 1, { '0000/01': [101, 101] }],
    [100, 250, { '0000/01': [101, 200], '0000/02': [201, 300], '0000/03': [301, 350] }],
    [150, 1, { '0000/01': [101, 151] }],
    [9_999, 2, { '0000/99': [9_901, 10_000], '0001/00': [10_001, 10_001] }],
    [10_000, 1, { '0001/00': [10_001, 10_001] }],
    [10_150, 1, { '0001/01': [10_101, 10_151] }],
  ])('of %i lines gets %i more in these files alone', async (length, more, files) => {
    const texts = await logOf(length)
    const changed = await add(texts, numbers(length + 1, length + more))
    const expected = Object.entries(files).map(
      ([name, [from, to]]) => [`log/${name}.jsonl`, lines(numbers(from!, to!))] as const,
    )
    // also what is there and undefined would be a change
    expect(changed).toStrictEqual({
      ...Object.fromEntries(expected),
      'log/end.json': lines([{ count: length + more }]),
    })
  })

  it.each([0, 1, 99, 100, 101, 200])(
    'of %i lines says its length and its last line to who adds',
    async (length) => {
      const told: unknown[] = []
      await written(await logOf(length), (draft) =>
        append<Line>(draft, 'log', shape, (known, last) => {
          told.push(known, last)
          return []
        }),
      )
      expect(told).toEqual([length, length === 0 ? undefined : { n: length }])
    },
  )

  it.each([
    [0, 1],
    [1, 1],
    [100, 1],
    [999, 1],
    [1000, 1],
    [1001, 2],
    [2500, 3],
  ])('of %i lines is read whole, a thousand at a time', async (length, asks) => {
    const texts = await logOf(length)
    const read: Line[][] = []
    for await (const piece of pieces<Line>(askOf(texts), 'log', shape)) read.push(piece)
    expect(read.flat()).toEqual(numbers(1, length))
    expect(read).toHaveLength(asks)
    // the length, and then all files of a piece at once, and no other
    const asked = texts.asked.filter(([first]) => first !== 'log/end.json')
    expect(asked).toHaveLength(length === 0 ? 0 : asks)
    expect(asked.flat()).toEqual(Object.keys(texts.all()).filter((path) => path !== 'log/end.json'))
  })

  it('that grows while it is read is read to its new end', async () => {
    const texts = await logOf(1001)
    const read: Line[] = []
    for await (const piece of pieces<Line>(askOf(texts), 'log', shape)) {
      if (read.length === 0) await add(texts, numbers(1002, 2001))
      read.push(...piece)
    }
    expect(read).toEqual(numbers(1, 2001))
  })

  it.each([
    ['the last of those that it may be', 250, ({ n }: Line) => n % 100 === 50, 250, '0000/02'],
    ['one in the first file', 250, ({ n }: Line) => n === 7, 7, '0000/00'],
    ['the last line of a full file', 200, ({ n }: Line) => n === 200, 200, '0000/01'],
    ['the very first', 1, () => true, 1, '0000/00'],
  ])('has one line changed: %s', async (_, length, is, changed, file) => {
    const texts = await logOf(length)
    const first = Math.floor((changed - 1) / 100) * 100 + 1
    const kept = numbers(first, Math.min(first + 99, length))
    expect(
      await written(texts, (draft) =>
        amend<Line>(draft, 'log', shape, is, (line) => ({ ...line, is: 'it' })),
      ),
    ).toEqual({
      [`log/${file}.jsonl`]: lines(kept.map((line) => (line.n === changed ? { ...line, is: 'it' } : line))),
    })
  })

  it.each([0, 150])(
    'of %i lines in which it is none of them stays as it is, however far it was looked for',
    async (length) => {
      const texts = await logOf(length)
      const change = (): Line => ({ n: 0 })
      expect(await written(texts, (draft) => amend<Line>(draft, 'log', shape, () => false, change))).toEqual(
        {},
      )
      expect(texts.asked.flat().filter((path) => path !== 'log/end.json')).toEqual(
        length === 0 ? [] : ['log/0000/01.jsonl', 'log/0000/00.jsonl'],
      )
    },
  )

  it.each([
    [
      150,
      'log/0000/01.jsonl',
      lines(numbers(101, 149)),
      '0000/01.jsonl has 49 lines where log/end.json says 50',
    ],
    [
      150,
      'log/0000/01.jsonl',
      lines(numbers(101, 151)),
      '0000/01.jsonl has 51 lines where log/end.json says 50',
    ],
    [100, 'log/0000/00.jsonl', undefined, '0000/00.jsonl has 0 lines where log/end.json says 100'],
    [1, 'log/end.json', '{"count":-1}\n', 'log/end.json is not what rolecall writes there'],
  ])('of %i lines in which %s was changed is damaged', async (length, path, content, words) => {
    const texts = await logOf(length)
    texts.land([[path, content]])
    for (const write of [
      () => add(texts, [{ n: 9 }]),
      () =>
        written(texts, (draft) =>
          amend<Line>(
            draft,
            'log',
            shape,
            () => false,
            (line) => line,
          ),
        ),
    ]) {
      await expect(write()).rejects.toThrow(Damaged)
      await expect(write()).rejects.toThrow(words)
    }
  })
})
