import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { refuses } from '../../src/model/finding.ts'
import type { Json } from '../../src/model/json.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  acceptance,
  account,
  context,
  create,
  guardCase,
  owner,
  ref,
  thing,
  update,
  type CaseWords,
} from './case.ts'

const widened = (words: CaseWords, given = context()) =>
  check([guardCase(words)], given).filter(({ code }) => code === 'access-widened')

const live = [owner('ana'), owner('bo')]
const wiki = (subjects: readonly string[]) =>
  thing('policy', 'wiki', { links: { subjects: [...subjects], resources: ['application:wiki'] } })

describe('access-widened', () => {
  it('what everyone could do before is not given to everyone again', () => {
    const second = thing('policy', 'again', {
      links: { subjects: ['everyone:*'], resources: ['application:wiki'] },
    })
    expect(widened({ live: [...live, wiki(['everyone:*'])], changes: [create(second)] })).toEqual([])
    expect(widened({ live: [...live, wiki(['group:staff'])], changes: [create(second)] })).toHaveLength(1)
  })

  it('a policy for everyone that reaches further is one, and one that reaches less is not', () => {
    const open = wiki(['everyone:*'])
    const more = update(open, {}, { links: { resources: ['application:payroll'] } })
    const less = update(open, { links: { resources: ['application:wiki'] } }, {})
    expect(widened({ live: [...live, open], changes: [more] })).toMatchObject([
      { count: 1, refs: [open.ref] },
    ])
    expect(widened({ live: [...live, open], changes: [less] })).toEqual([])
  })

  it('where there was nobody, nothing is wider than it was', () => {
    const changes = [create(owner('ana')), create(wiki(['everyone:*']))]
    expect(widened({ live: [], changes })).toEqual([])
    expect(widened({ live, changes: changes.slice(1) })).toHaveLength(1)
  })

  it('everyone beside somebody else is everyone, and everything is called so', () => {
    const changes = [create(wiki(['everyone:*', 'network:hq']))]
    expect(widened({ live, changes })).toMatchObject([{ count: 1 }])
    const all = thing('policy', 'all', { links: { subjects: ['everyone:*'], resources: ['all:*'] } })
    expect(widened({ live, changes: [create(all)] })).toMatchObject([
      { message: expect.stringContaining(': reach everything. That is') as string },
    ])
  })

  it('names what gives the right, and not the groups, roles and other things on the way', () => {
    const on = 'application:wiki'
    const facts: typeof rules.access.facts = (thing, graph) => {
      if (thing.type === 'policy')
        return { passes: [{ from: 'everyone:*' }, { to: 'group:all' }], rights: [] }
      if (thing.type === 'group') return { passes: [{ to: 'tag:all' }], rights: [] }
      if (thing.type === 'tag') return { passes: [], rights: [{ action: 'reach', on, rank: 'ordinary' }] }
      return rules.access.facts(thing, graph)
    }
    const own = { ...rules, access: { ...rules.access, facts } }
    const grant = thing('grant', 'everyone:* reader project:web', {
      links: { subject: ['everyone:*'], role: ['role:reader'], resource: ['project:web'] },
    })
    const changes = [create(wiki(['everyone:*'])), create(grant)]
    const staff = thing('group', 'all')
    expect(widened({ live: [...live, staff], changes, rules: own })).toMatchObject([
      { count: 2, refs: [grant.ref, ref('policy', 'wiki')] },
    ])
  })

  it('a cause that names nobody counts the things it is about, and one at least', () => {
    const causing = (...keys: string[]) =>
      widened({
        live,
        changes: [create(account('dee'))],
        rules: {
          ...rules,
          access: {
            ...rules.access,
            widens: () => [{ refs: keys.map((key) => ref('group', key)), message: 'No limit any more.' }],
          },
        },
      }).map(({ count }) => count)
    expect(causing('a', 'b', 'a')).toEqual([2])
    expect(causing()).toEqual([1])
  })

  it('a system that knows no causes of its own has none', () => {
    const access = { ...rules.access }
    delete access.widens
    expect(widened({ live, changes: [create(account('dee'))], rules: { ...rules, access } })).toEqual([])
  })

  it('what is given to a group, however large, is given to people whom somebody chose', () => {
    const staff = thing('group', 'staff')
    const changes = [create(wiki(['group:staff']))]
    expect(widened({ live: [...live, staff, account('chen', { groups: ['staff'] })], changes })).toEqual([])
  })

  it('an Acceptance covers as many rights as it says', () => {
    const words = { live, changes: [create(wiki(['everyone:*']))] }
    const accepted = (atMost: number) =>
      widened(words, context({ acceptances: [acceptance({ finding: 'access-widened', atMost })] }))
    expect(accepted(1).filter(refuses)).toEqual([])
    expect(accepted(0).filter(refuses)).toHaveLength(1)
  })

  const rule = (group: string): Json => ({ attribute: 'groups', in: [`idp-${group}`], group })
  const mapping = (mode: string, order: readonly string[]) =>
    thing('mapping', 'sign-in', { fields: { mode, fallback: 'none', rules: order.map(rule) } })

  it('M10: switching a mapping to several groups widens, and switching it back does not', () => {
    const single = mapping('single', ['a', 'b'])
    const multiple = mapping('multiple', ['a', 'b'])
    const on = update(single, { fields: { mode: 'single' } }, { fields: { mode: 'multiple' } })
    const off = update(multiple, { fields: { mode: 'multiple' } }, { fields: { mode: 'single' } })
    expect(widened({ live: [...live, single], changes: [on] })).toEqual([
      {
        code: 'access-widened',
        system: 'vpn',
        severity: 'refuse',
        where: 'built in',
        acceptable: true,
        refs: [ref('mapping', 'sign-in')],
        count: 1,
        message:
          'The mapping "sign-in" gives each person all groups that match, and no longer the first alone.',
        remedy: 'Look at whom it reaches, and write an Acceptance that has `atMost: 1`.',
      },
    ])
    expect(widened({ live: [...live, multiple], changes: [off] })).toEqual([])
  })

  it('rules in another order are one, and a rule that comes or goes between them is not', () => {
    const before = mapping('single', ['a', 'b', 'c'])
    const becomes = (order: readonly string[]) =>
      update(before, { fields: { rules: ['a', 'b', 'c'].map(rule) } }, { fields: { rules: order.map(rule) } })
    const after = (order: readonly string[]) =>
      widened({ live: [...live, before], changes: [becomes(order)] })
    expect(after(['b', 'a', 'c'])).toMatchObject([
      {
        message: 'The rules of the mapping "sign-in" are tried in another order, so people get other groups.',
      },
    ])
    expect(after(['a', 'c'])).toEqual([])
    expect(after(['a', 'x', 'b', 'c'])).toEqual([])
  })

  it('a cause that a system knows of itself names the people it reaches, and is accepted by naming them', () => {
    const widens = () => [
      { refs: [ref('group', 'staff')], message: 'It has no limit any more.', accounts: ['chen', 'bo'] },
    ]
    const own = { ...rules, access: { ...rules.access, widens } }
    const words = { live, changes: [create(account('dee'))], rules: own }
    expect(widened(words)).toMatchObject([
      {
        count: 2,
        people: ['bo', 'chen'],
        remedy: 'Look at who gains what, and write an Acceptance that names them and has `atMost: 2`.',
      },
    ])
    const accepted = (people: readonly string[]) =>
      widened(words, context({ acceptances: [acceptance({ finding: 'access-widened', people, atMost: 2 })] }))
    expect(accepted(['bo', 'chen']).filter(refuses)).toEqual([])
    expect(accepted(['bo']).filter(refuses)).toHaveLength(1)
  })
})
