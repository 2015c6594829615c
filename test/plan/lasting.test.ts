import { describe, expect, it } from 'vitest'
import type { Wish } from '../../src/model/desired.ts'
import { Graph } from '../../src/model/graph.ts'
import { endingSoon, endsSoon, withoutEnding } from '../../src/plan/lasting.ts'
import { account, desired, ref, thing } from '../guard/case.ts'

/** What ends by itself within 72 hours and five minutes. */

const now = '2026-11-22T10:00:00Z'
const soon = '2026-11-24'

describe('a day or a moment', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['2026-11-24', true],
    ['2026-11-25', false],
    ['2026-11-25T10:05:00Z', true],
    ['2026-11-25T10:05:00.001Z', false],
    ['2026-11-25T12:05:01+02:00', false],
    ['2026-11-25T12:05:00+02:00', true],
    ['', true],
    ['never', true],
    ['x2099-01-01', true],
    ['2099', true],
    ['soon 2099', true],
    ['(or so) 2099-01-01', true],
    ['2099-01-01x', true],
    ['ends 2099-01-01T00:00:00Z', true],
    ['2099-01-01Tsoon', true],
  ])('%j ends soon: %s', (until, expected) => {
    expect(endsSoon(until, now)).toBe(expected)
  })
})

describe('what of the manifests ends soon', () => {
  const none = new Map()
  const at = (key: string, words: Partial<Wish>): Partial<Wish> => ({ ref: ref('account', key), ...words })
  const ending = (wishes: readonly Partial<Wish>[], back: Parameters<typeof endingSoon>[2] = none) =>
    endingSoon(desired(wishes), now, back)

  it('is a membership, for the account that has it alone, on the first day of several', () => {
    const found = ending([
      at('bo', { ending: { 'group:b': soon, 'group:a': '2026-11-23', 'group:c': '2027-01-01' } }),
      at('chen', { ending: { 'group:a': '2027-01-01' } }),
    ])
    expect(found.parts).toEqual([
      { kind: 'account', key: 'bo', targets: new Set(['group:b']) },
      { kind: 'account', key: 'bo', targets: new Set(['group:a']) },
    ])
    expect(['bo', 'chen'].map(found.dayOf)).toEqual(['2026-11-23', undefined])
  })

  it('is a policy or a grant, whole or one of its subjects, for everybody, on the first day of several', () => {
    const found = ending([
      { ref: ref('policy', 'all'), until: '2026-11-23' },
      { ref: ref('policy', 'long'), until: '2027-01-01' },
      { ref: ref('grant', 'some'), ending: { 'group:a': '2026-11-22' } },
      { ref: ref('grant', 'later'), until: soon },
      at('bo', { ending: { 'group:a': '2026-11-21' } }),
    ])
    expect(found.parts).toEqual([
      { kind: 'account', key: 'bo', targets: new Set(['group:a']) },
      { kind: 'policy', key: 'all' },
      { kind: 'grant', key: 'some', targets: new Set(['group:a']) },
      { kind: 'grant', key: 'later' },
    ])
    expect(['bo', 'ana'].map(found.dayOf)).toEqual(['2026-11-21', '2026-11-22'])
  })

  it('is nothing of an account that ends as a whole: that is a reason of its own', () => {
    const found = ending([at('bo', { until: '2026-11-23' })])
    expect([found.parts, found.dayOf('bo')]).toEqual([[], undefined])
  })

  it('is known by the names of now as well, where they change', () => {
    const back = new Map([
      ['account', new Map([['bo', 'robert']])],
      ['group', new Map([['leaders', 'chiefs']])],
    ] as const)
    const found = ending([at('bo', { ending: { 'group:leaders': soon, 'group:crew': soon } })], back)
    expect(found.parts).toEqual(
      [new Set(['group:leaders', 'group:chiefs']), new Set(['group:crew'])].flatMap((targets) =>
        ['bo', 'robert'].map((key) => ({ kind: 'account', key, targets })),
      ),
    )
    expect(['bo', 'robert', 'leaders', 'chiefs'].map(found.dayOf)).toEqual([soon, soon, undefined, undefined])
  })

  it('is gone from the state of later, and all else stays', () => {
    const bo = account('bo', { groups: ['a', 'b'], role: 'Owner' })
    const graph = new Graph('vpn', [bo, thing('policy', 'all'), thing('policy', 'long'), account('ana')])
    const later = withoutEnding(
      graph,
      ending([
        at('bo', { ending: { 'group:a': soon } }),
        at('new', { ending: { 'group:a': soon } }),
        { ref: ref('policy', 'all'), until: soon },
        { ref: ref('policy', 'gone'), until: soon },
      ]),
    )
    expect(later.get('account', 'bo')).toEqual({ ...bo, links: { ...bo.links, groups: ['group:b'] } })
    expect([...later.all('account')].map((one) => one.ref.key).sort()).toEqual(['ana', 'bo'])
    expect([...later.all('policy')].map((one) => one.ref.key)).toEqual(['long'])
  })
})
