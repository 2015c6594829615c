import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { refusals } from '../../src/guard/exit.ts'
import type { Wish } from '../../src/model/desired.ts'
import type { Change } from '../../src/model/change.ts'
import {
  account,
  config,
  context,
  guardCase,
  owner,
  ref,
  remove,
  thing,
  update,
  type CaseWords,
} from './case.ts'
import { inOrder } from './oracle.ts'
import * as realm from './realm.ts'

/** What is said of days to come; nothing of it is about today, and most of it needs no change at all. */
function said(words: CaseWords): readonly string[] {
  return refusals(check([guardCase(words)], context()))
    .filter(({ code }) => code === 'last-owner')
    .map(({ message }) => message)
}

const live = [owner('ana'), owner('bo'), account('chen')]
const until = (key: string, day: string): Partial<Wish> & Pick<Wish, 'ref'> => ({
  ref: ref('account', key),
  until: day,
})

describe('a date that ends the last owner is refused when it is written', () => {
  it('also where nothing is to be changed today, with the first day without an owner', () => {
    expect(said({ live, wishes: [until('ana', '2026-12-31'), until('bo', '2027-01-31')] })).toEqual([
      'From 2027-02-01 on nobody owns "vpn" any more: the account or the right of ana, bo ends by itself.',
    ])
  })

  it('is about ninety days: the last day of the ninetieth is still soon, and the one after is not', () => {
    const ends = (day: string) => said({ live, wishes: [until('ana', '2026-12-31'), until('bo', day)] })
    expect(ends('2027-02-19')).toHaveLength(1)
    expect(ends('2027-02-20')).toEqual([])
  })

  it('not while somebody stays', () => {
    expect(said({ live, wishes: [until('ana', '2026-12-31')] })).toEqual([])
  })

  it('where the change at hand takes away the one who stays', () => {
    const changes: Change[] = [remove(owner('ana'))]
    expect(said({ live, changes, wishes: [until('bo', '2026-12-31')] })).toEqual([
      'From 2027-01-01 on nobody owns "vpn" any more: the account or the right of bo ends by itself.',
    ])
  })

  it('where a membership that carries the right ends', () => {
    const system = { description: realm.description, rules: realm.rules }
    const admins = [
      account('bo', { groups: ['admins'] }),
      thing('group', 'admins', { links: { role: ['role:Owner'], parent: [] } }),
    ]
    expect(
      said({
        ...system,
        live: admins,
        wishes: [{ ref: ref('account', 'bo'), ending: { 'group:admins': '2026-12-24' } }],
      }),
    ).toEqual([
      'From 2026-12-25 on nobody owns "vpn" any more: the account or the right of bo ends by itself.',
    ])
  })

  it('not where the stage carries out no end', () => {
    const wishes = [until('ana', '2026-12-31'), until('bo', '2027-01-31')]
    expect(said({ live, wishes, config: config({ stage: 'additions' }) })).toEqual([])
  })
  it('in full, with the way forward, and whose account it is', () => {
    const wishes = [until('ana', '2026-12-31'), until('bo', '2027-01-31')]
    expect(check([guardCase({ live, wishes })], context())).toEqual([
      {
        code: 'last-owner',
        system: 'vpn',
        severity: 'refuse',
        where: 'built in',
        acceptable: false,
        refs: [ref('account', 'ana'), ref('account', 'bo')],
        count: 0,
        message:
          'From 2027-02-01 on nobody owns "vpn" any more: the account or the right of ana, bo ends by itself.',
        remedy:
          'This cannot be accepted: give an owner role that lasts longer than 90 days, or move `until`.',
      },
    ])
  })

  it('not in the way of who is compromised, and in the way of all else', () => {
    const wishes = [until('ana', '2026-12-31'), until('bo', '2027-01-31')]
    const steps = (...first: (true | undefined)[]) =>
      inOrder(
        first.map((_, place) => update(account('chen'), {}, { fields: { email: `${place}@x` } })),
        () => [],
      ).map((step, place) => (first[place] === true ? { ...step, first: true as const } : step))
    expect(said({ live, wishes, steps: steps(true, true) })).toEqual([])
    expect(said({ live, wishes, steps: steps(true, undefined) })).toHaveLength(1)
  })
})
