import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { exitCodeOf } from '../../src/guard/exit.ts'
import { systemInvariant } from '../../src/guard/system-invariant.ts'
import { named, oneOf, placeOf } from '../../src/guard/words.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  account,
  allRead,
  config,
  context,
  create,
  guardCase,
  names,
  owner,
  place,
  ref,
  remove,
  thing,
} from './case.ts'

/** How guards put what they found, and what a run makes of all of it. */

describe('names', () => {
  it('are all told while they are few', () => {
    expect(named(names('a', 5))).toBe('a01, a02, a03, a04, a05')
    expect(named(names('a', 6))).toBe('a01, a02, a03, a04, a05 and 1 more')
  })

  it('are a choice', () => {
    expect([[], ['ana'], ['ana', 'bo'], ['ana', 'bo', 'chen']].map((one) => oneOf(one))).toEqual([
      '',
      'ana',
      'ana or bo',
      'ana, bo or chen',
    ])
  })

  it('of a place are the nearest that was written', () => {
    const written = (path: string) =>
      placeOf(config({ places: { [path]: place(7), '': place(9) } }), 'limits.removals.percent')
    expect(written('limits.removals.percent')).toBe('rolecall.yaml:7')
    expect(written('limits.removals')).toBe('rolecall.yaml:7')
    expect(written('limits')).toBe('rolecall.yaml:7')
    expect(written('owners')).toBe('built in')
  })
})

describe('the exit code', () => {
  it('is that of what could not be read, whatever else is refused', () => {
    const live = [owner('ana'), account('bo')]
    const proofs = { ...allRead, account: { complete: false, reason: 'a page is missing' } } as const
    const findings = check([guardCase({ live, proofs, changes: live.map(remove) })], context())
    expect(findings.map(({ code }) => code)).toContain('last-owner')
    expect(exitCodeOf(findings)).toBe(4)
    expect(exitCodeOf(findings.filter(({ code }) => code !== 'unproven-read'))).toBe(3)
    expect(exitCodeOf([])).toBe(0)
  })
})

describe('what a system forbids', () => {
  const violation = (message: string) => ({ refs: [ref('project', 'x')], message, remedy: 'Mend it.' })

  it('is asked for before anything is deleted and at the end, and told once and in order', () => {
    const asked: string[][] = []
    const watching = {
      ...rules,
      invariants: (...[, after, writes]: Parameters<typeof rules.invariants>) => {
        asked.push(writes.map(({ action }) => action))
        return after.get('project', 'old')
          ? [violation('b'), violation('a')]
          : [violation('c'), violation('a')]
      },
    }
    const words = { rules: watching, live: [owner('ana'), thing('project', 'old')] }
    const found = (...changes: Parameters<typeof remove>[0][]) =>
      check(
        [guardCase({ ...words, changes: [create(thing('project', 'new')), ...changes.map(remove)] })],
        context(),
        [systemInvariant],
      ).map(({ message }) => message)
    expect(found(thing('project', 'old'))).toEqual(['a', 'b', 'c'])
    expect(asked.splice(0)).toEqual([['create'], ['create', 'delete']])
    expect(found()).toEqual(['a', 'b'])
    expect(asked.splice(0)).toEqual([['create']])
    expect(check([guardCase(words)], context(), [systemInvariant])).toEqual([])
    expect(asked).toEqual([])
  })
  it('is a warning where it is so already and nothing here changes it', () => {
    const wrong = { ...rules, standing: () => [violation('b'), violation('a')] }
    const found = check([guardCase({ live: [owner('ana')], rules: wrong })], context(), [systemInvariant])
    const all = { code: 'system-invariant', system: 'vpn', severity: 'warn', where: 'built in' } as const
    expect(found).toEqual(
      ['a', 'b'].map((message) => ({ ...all, acceptable: false, count: 1, ...violation(message) })),
    )
  })
})
