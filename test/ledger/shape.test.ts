import { describe, expect, it } from 'vitest'
import {
  anything,
  count,
  each,
  exactly,
  flag,
  object,
  oneOf,
  text,
  time,
  type Shape,
} from '../../src/ledger/shape.ts'

/** What a line of a ledger must look like before it is believed. */

const values: readonly unknown[] = [
  ...['', 'a', '7', 'true', true, false, 0, 7, -1, 1.5, 2 ** 53, Number.NaN, Infinity],
  ...['2026-05-04T10:00:00Z', null, undefined, [], ['a'], {}, { a: 1 }],
]
const taken = (shape: Shape): unknown[] => values.filter(shape)

describe('a value', () => {
  it('is a text, a flag, a number of things, or an object, and nothing that looks like it', () => {
    expect(taken(text)).toEqual(['', 'a', '7', 'true', '2026-05-04T10:00:00Z'])
    expect(taken(flag)).toEqual([true, false])
    expect(taken(count)).toEqual([0, 7])
    expect(taken(object)).toEqual([{}, { a: 1 }])
    expect(taken(anything)).toEqual(values)
    expect(taken(oneOf(['a', 'true']))).toEqual(['a', 'true'])
  })

  it.each([
    ['2026-05-04T10:00:00Z', true],
    ['2026-05-04T10:00:00.123Z', true],
    ['2026-05-04', false],
    ['2026-05-04Tnoon', false],
    ['2026', false],
    ['(or so) 2026-05-04', false],
    ['1 2026-05-04T10:00:00Z', false],
    [20260504, false],
    [['2026-05-04T10:00:00Z'], false],
  ])('%j is a time: %s', (value, is) => {
    expect(time(value)).toBe(is)
  })
})

describe('an object', () => {
  it.each<[unknown, boolean]>([
    [{ a: 1 }, true],
    [{ a: 1, b: 'x' }, true],
    [{ b: 'x' }, false],
    [{}, false],
    [{ a: 'x' }, false],
    [{ a: 1, b: 2 }, false],
    [{ a: 1, b: undefined }, false],
    [{ a: 1, c: 1 }, false],
    [{ a: 1, toString: text }, false],
    [Object.create({ a: 1 }), false],
    [JSON.parse('{"a": 1, "__proto__": 1}'), false],
    [null, false],
    ['a', false],
    [[1], false],
  ])('%j has these keys and no other: %s', (value, is) => {
    expect(exactly({ a: count }, { b: text })(value)).toBe(is)
  })

  it('without any key that must be there is still an object', () => {
    expect([exactly({})({}), exactly({})(null), exactly({})([])]).toEqual([true, false, false])
  })

  it('has any of the keys, each with the same shape', () => {
    const shape = each(oneOf(['a', 'b']), count)
    expect([{}, { a: 1 }, { a: 1, b: 2 }].map(shape)).toEqual([true, true, true])
    expect([{ c: 1 }, { a: 'x' }, { a: 1, c: 1 }, null, [], 'a'].map(shape)).toEqual(Array(6).fill(false))
  })
})
