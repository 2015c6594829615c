import { describe, expect, it } from 'vitest'
import { check, type GuardContext } from '../../src/guard/check.ts'
import { spending } from '../../src/guard/acceptance.ts'
import { exitCodeOf, refusals } from '../../src/guard/exit.ts'
import type { Change } from '../../src/model/change.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Resource } from '../../src/model/resource.ts'
import {
  acceptance,
  account,
  config,
  context,
  create,
  guardCase,
  names,
  owner,
  place,
  ref,
  remove,
  rename,
  role,
  suspend,
  thing,
  update,
  type AccountWords,
  type CaseWords,
} from './case.ts'
import * as realm from './realm.ts'

/** How much may go at once, in which dimension it is counted, and what an Acceptance covers. */

const boss = owner('zoe')
const crowd = (count: number, words: AccountWords = {}) =>
  names('m', count).map((name) => account(name, words))
const limited = (moreThan: number, percent: number) =>
  config({
    owners: { anchors: [], minimum: 1 },
    limits: { moreThan, percent },
    places: { 'limits.removals.moreThan': place(24), 'limits.removals.percent': place(25) },
  })

function found(words: CaseWords, given: GuardContext = context()): readonly Finding[] {
  return check([guardCase(words)], given).filter(({ code }) => code === 'removal-limit')
}

function messages(live: readonly Resource[], changes: readonly Change[], settings = limited(10, 10)) {
  return found({ live, changes, config: settings }).map(({ message }) => message)
}

describe('removal-limit', () => {
  it('lets the number through and not one more', () => {
    const people = crowd(30)
    expect(messages([boss, ...people], people.slice(0, 10).map(remove))).toEqual([])
    expect(
      found({ live: [boss, ...people], changes: people.slice(0, 11).map(remove), config: limited(10, 10) }),
    ).toMatchObject([
      {
        message: 'This plan takes away 11 of 31 accounts in "vpn"; the limit is 10 (10 % would be 3).',
        where: 'rolecall.yaml:24',
      },
    ])
  })

  it('goes by the share where that is more', () => {
    const people = crowd(199)
    expect(messages([boss, ...people], people.slice(0, 20).map(remove))).toEqual([])
    expect(
      found({ live: [boss, ...people], changes: people.slice(0, 21).map(remove), config: limited(10, 10) }),
    ).toMatchObject([
      {
        message: 'This plan takes away 21 of 200 accounts in "vpn"; the limit is 20 (10 %).',
        where: 'rolecall.yaml:25',
      },
    ])
  })

  it('goes by the number where both are the same', () => {
    const people = crowd(99)
    expect(
      found({ live: [boss, ...people], changes: people.slice(0, 11).map(remove), config: limited(10, 10) }),
    ).toMatchObject([
      {
        message: 'This plan takes away 11 of 100 accounts in "vpn"; the limit is 10 (10 % would be 10).',
        where: 'rolecall.yaml:24',
      },
    ])
  })

  it('says what an Acceptance needs: the people in order, or the number where it is not about people', () => {
    const chiefs = names('c', 3).map((name) => account(name, { role: 'Administrator' }))
    const handles = ['zoran', 'Bea', 'ana']
    const wishes = chiefs.map((one, index) => ({ ref: one.ref, person: handles[index] ?? '' }))
    expect(
      found({ live: [boss, ...chiefs], wishes, changes: chiefs.map(suspend) }).map(
        ({ message, people, remedy }) => ({ message, people, remedy }),
      ),
    ).toEqual([
      {
        message:
          'This plan takes power from 3 of 4 administrative accounts in "vpn"; of three or more, at most half may go at once.',
        people: ['Bea', 'ana', 'zoran'],
        remedy:
          'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 3`.',
      },
      {
        message:
          'This plan suspends 3 of 4 active accounts in "vpn"; of three or more, at most half may go at once.',
        people: ['Bea', 'ana', 'zoran'],
        remedy:
          'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 3`.',
      },
    ])
    const groups = names('g', 3).map((name) => thing('group', name))
    const [finding] = found({ live: [boss, ...groups], changes: groups.slice(1).map(remove) })
    expect(finding?.remedy).toBe('Make smaller plans of it, or write an Acceptance that has `atMost: 2`.')
    expect(finding?.people).toBeUndefined()
    const grants = ['account:m01', 'account:m02', 'group:g01'].map((subject) =>
      thing('grant', `${subject} operator`, { links: { subject: [subject] } }),
    )
    expect(found({ live: [boss, ...grants], changes: grants.map(remove) })).toMatchObject([
      { remedy: 'Make smaller plans of it, or write an Acceptance that has `atMost: 3`.' },
    ])
  })

  it('of three or more lets at most half go', () => {
    const groups = names('g', 4).map((name) => thing('group', name))
    const live = [boss, ...groups]
    expect(messages(live, groups.slice(0, 2).map(remove))).toEqual([])
    expect(found({ live, changes: groups.slice(0, 3).map(remove) })).toMatchObject([
      {
        message:
          'This plan takes away 3 of 4 groups in "vpn"; of three or more, at most half may go at once.',
        where: 'built in',
      },
    ])
    expect(messages([boss, ...groups.slice(0, 2)], groups.slice(0, 2).map(remove))).toEqual([])
  })

  describe('where two of two go, takes them for two of three if others come', () => {
    const said = (what: string) => `This plan ${what}; of three or more, at most half may go at once.`
    const [a, b] = [thing('group', 'a'), thing('group', 'b')]
    const [chen, dia] = [account('chen'), account('dia')]
    const without = (one: Resource, links: Resource['links']) => update(one, { links }, {})
    const added = (one: Resource, links: Resource['links']) => update(one, {}, { links })

    it('groups, for one that is made', () => {
      const both = [remove(a), remove(b)]
      expect(messages([boss, a, b], [create(thing('group', 'c')), ...both])).toEqual([
        said('takes away 2 of 2 groups in "vpn" and adds 1'),
      ])
      expect(messages([boss, a, b], both)).toEqual([])
      expect(messages([boss, a, b], [create(thing('group', 'c')), remove(a)])).toEqual([])
      const three = ['c', 'd', 'e'].map((key) => create(thing('group', key)))
      expect(messages([boss, a, b], [...three, ...both])).toEqual([
        said('takes away 2 of 2 groups in "vpn" and adds 3'),
      ])
    })

    it('memberships, for those of others and of who is made', () => {
      const member = account('eve', { groups: ['a', 'b'] })
      const live = [boss, a, b, member, chen, dia]
      const leaves = without(member, { groups: ['group:a', 'group:b'] })
      expect(messages(live, [leaves])).toEqual([])
      expect(messages(live, [leaves, added(chen, { groups: ['group:a'] })])).toEqual([
        said('takes away 2 of 2 memberships in "vpn" and adds 1'),
      ])
      expect(messages(live, [leaves, create(account('new', { groups: ['a', 'b'] }))])).toEqual([
        said('takes away 2 of 2 memberships in "vpn" and adds 2'),
      ])
      expect(messages(live, [leaves, create(account('new'))])).toEqual([])
    })

    it('what a policy is for, and what a role may, wherever more of it comes', () => {
      const policy = thing('policy', 'p', { links: { subjects: ['group:a', 'group:b'] } })
      const other = thing('policy', 'q', { links: { subjects: ['group:a'] } })
      const nobody = without(policy, { subjects: ['group:a', 'group:b'] })
      expect(messages([boss, a, b, policy], [nobody])).toEqual([])
      expect(messages([boss, a, b, policy], [create(other), nobody])).toEqual([
        said('takes away 2 of 2 policy subjects in "vpn" and adds 1'),
      ])
      const operator = thing('role', 'operator', { fields: { privileges: ['start', 'stop'] } })
      const reads = update(
        operator,
        { fields: { privileges: ['start', 'stop'] } },
        { fields: { privileges: ['read'] } },
      )
      expect(messages([boss, operator], [reads])).toEqual([
        said('takes away 2 of 2 privileges in "vpn" and adds 1'),
      ])
    })

    it('suspensions, for who is made or comes back, and not for who is made suspended', () => {
      const gone = account('gone', { status: 'suspended' })
      const both = [suspend(chen), suspend(dia)]
      const back = update(gone, { fields: { status: 'suspended' } }, { fields: { status: 'active' } })
      const live = [chen, dia, gone]
      expect(messages(live, both)).toEqual([])
      expect(messages(live, [...both, back])).toEqual([
        said('suspends 2 of 2 active accounts in "vpn" and adds 1'),
      ])
      expect(messages(live, [...both, create(account('new'))])).toEqual([
        said('suspends 2 of 2 active accounts in "vpn" and adds 1'),
      ])
      expect(messages(live, [...both, create(account('new', { status: 'suspended' }))])).toEqual([])
    })

    it('power, for who is given some, and not where both keep a part of theirs', () => {
      const chiefs = ['c1', 'c2'].map((name) => account(name, { role: 'Administrator' }))
      const lowered = chiefs.map((chief) => role(chief, 'Member'))
      expect(messages([...chiefs, chen], lowered)).toEqual([])
      expect(messages([...chiefs, chen], [role(chen, 'Administrator'), ...lowered])).toEqual([
        said('takes power from 2 of 2 administrative accounts in "vpn" and adds 1'),
      ])
      const scoped = chiefs.map((chief) => added(chief, { scope: ['scope:eu'] }))
      expect(messages([...chiefs, chen, thing('scope', 'eu')], scoped)).toEqual([])
    })

    it('which an Acceptance of two covers', () => {
      const words = { live: [boss, a, b], changes: [create(thing('group', 'c')), remove(a), remove(b)] }
      const acceptances = [acceptance({ finding: 'removal-limit', atMost: 2 })]
      expect(found(words, context({ acceptances }))).toMatchObject([
        { acceptedBy: acceptances[0]?.name, count: 2 },
      ])
    })
  })

  it('counts what goes along with a removed resource where it belongs', () => {
    const members = crowd(12, { groups: ['a', 'b'] })
    const groups = [thing('group', 'a'), thing('group', 'b')]
    expect(messages([boss, ...members, ...groups], [remove(thing('group', 'a'))])).toEqual([
      'This plan takes away 12 of 24 memberships in "vpn"; the limit is 10 (10 % would be 2).',
    ])
    expect(messages([boss, ...members, ...groups], members.slice(0, 6).map(remove))).toEqual([
      'This plan takes away 12 of 24 memberships in "vpn"; the limit is 10 (10 % would be 2).',
    ])
  })

  it('does not count a membership that only moves, nor what has another name', () => {
    const members = crowd(12, { groups: ['a'] })
    const moves = members.map((member) =>
      update(member, { links: { groups: ['group:a'] } }, { links: { primaryGroup: ['group:a'] } }),
    )
    const group = thing('group', 'a')
    expect(messages([boss, ...members, group], moves)).toEqual([])
    expect(messages([boss, ...members, group], [rename(group, 'alpha')])).toEqual([])
    expect(
      messages(
        [boss, ...members],
        members.map((member) => rename(member, `${member.ref.key}-x`)),
      ),
    ).toEqual([])
  })

  it('counts managers, privileges, subjects and grants each by itself', () => {
    const managers = crowd(3, { groups: ['a'], manages: ['a'] })
    const stepDown = managers.map((member) => update(member, { links: { manages: ['group:a'] } }, {}))
    expect(messages([boss, ...managers, thing('group', 'a')], stepDown)).toEqual([
      'This plan takes away 3 of 3 managed groups in "vpn"; of three or more, at most half may go at once.',
    ])
    const operator = thing('role', 'operator', { fields: { privileges: ['read', 'start', 'stop'] } })
    const narrower = update(operator, { fields: { privileges: ['start', 'stop'] } }, {})
    expect(messages([boss, operator], [narrower])).toEqual([
      'This plan takes away 2 of 3 privileges in "vpn"; of three or more, at most half may go at once.',
    ])
    const policy = thing('policy', 'p', { links: { subjects: ['group:a', 'group:b', 'group:c'] } })
    const fewer = update(policy, { links: { subjects: ['group:a', 'group:b'] } }, {})
    expect(messages([boss, policy], [fewer])).toEqual([
      'This plan takes away 2 of 3 policy subjects in "vpn"; of three or more, at most half may go at once.',
    ])
    const grants = names('x', 3).map((name) =>
      thing('grant', `account:${name} operator project:web`, {
        links: { subject: [`account:${name}`], role: ['role:operator'], resource: ['project:web'] },
      }),
    )
    expect(messages([boss, ...grants], grants.slice(0, 2).map(remove))).toEqual([
      'This plan takes away 2 of 3 grants in "vpn"; of three or more, at most half may go at once.',
    ])
  })

  it('counts demotions and suspensions, of which few can be much', () => {
    const people = crowd(40)
    const chiefs = names('c', 3).map((name) => account(name, { role: 'Administrator' }))
    const live = [boss, ...people, ...chiefs]
    expect(
      messages(
        live,
        chiefs.map((chief) => role(chief, 'Member')),
      ),
    ).toEqual([
      'This plan takes power from 3 of 4 administrative accounts in "vpn"; of three or more, at most half may go at once.',
    ])
    expect(messages(live, chiefs.map(suspend))).toHaveLength(1)
    expect(messages(live, people.slice(0, 11).map(suspend))).toEqual([
      'This plan suspends 11 of 44 active accounts in "vpn"; the limit is 10 (10 % would be 4).',
    ])
  })

  it('counts it as a demotion when administrators are limited to a scope, not when they are freed of one', () => {
    const chiefs = names('c', 3).map((name) => account(name, { role: 'Administrator' }))
    const scoped = chiefs.map(({ ref: { key } }) => account(key, { role: 'Administrator', scope: 'eu' }))
    const scopes = [thing('scope', 'eu'), thing('scope', 'us')]
    const to = (live: readonly Resource[], before: readonly string[], after: readonly string[]) =>
      messages(
        [boss, ...scopes, ...live],
        live.map((one) => update(one, { links: { scope: before } }, { links: { scope: after } })),
      )
    const said = [
      'This plan takes power from 3 of 4 administrative accounts in "vpn"; of three or more, at most half may go at once.',
    ]
    expect(to(chiefs, [], ['scope:eu'])).toEqual(said)
    expect(to(scoped, ['scope:eu'], ['scope:us'])).toEqual(said)
    expect(to(scoped, ['scope:eu'], [])).toEqual([])
    // Those who have no power over others lose none by it.
    expect(to(crowd(3), [], ['scope:eu'])).toEqual([])
  })

  it('lets one owner be reduced at a time', () => {
    const live = [boss, ...names('o', 6).map((name) => owner(name))]
    const lower = live.slice(1).map((one) => role(one, 'Administrator'))
    expect(messages(live, lower.slice(0, 1))).toEqual([])
    expect(found({ live, changes: lower.slice(0, 2) })).toMatchObject([
      {
        message: 'This plan reduces 2 of 7 owners in "vpn"; owners are reduced one at a time.',
        where: 'built in',
        people: ['o01', 'o02'],
      },
    ])
  })

  it('counts an owner who is suspended as one who is reduced', () => {
    const live = [boss, ...names('o', 6).map((name) => owner(name))]
    expect(messages(live, live.slice(1, 3).map(suspend))).toEqual([
      'This plan reduces 2 of 7 owners in "vpn"; owners are reduced one at a time.',
    ])
  })

  it('does not take a rise for a fall, nor an unknown power for a rise', () => {
    const of = (role: string) => names('c', 4).map((name) => account(name, { role }))
    const raise = (people: readonly Resource[]) =>
      messages(
        [boss, ...people],
        people.map((one) => role(one, 'Owner')),
      )
    expect(raise(of('Administrator'))).toEqual([])
    expect(raise(of('Root'))).toEqual([
      'This plan takes power from 4 of 5 administrative accounts in "vpn"; of three or more, at most half may go at once.',
    ])
  })

  it('counts the groups that leavers managed and the privileges of a role that goes', () => {
    const managers = crowd(3, { manages: ['a'] })
    const rest = names('n', 9).map((name) => account(name))
    expect(
      messages([boss, ...managers, ...rest, thing('group', 'a')], managers.slice(1).map(remove)),
    ).toEqual([
      'This plan takes away 2 of 3 managed groups in "vpn"; of three or more, at most half may go at once.',
      'This plan takes away 2 of 3 memberships in "vpn"; of three or more, at most half may go at once.',
    ])
    const operator = thing('role', 'operator', { fields: { privileges: names('p', 12) } })
    expect(messages([boss, operator], [remove(operator)])).toEqual([
      'This plan takes away 12 of 12 privileges in "vpn"; the limit is 10 (10 % would be 1).',
    ])
  })

  it('names people by the handle that the inventory has for an account that nobody declares', () => {
    const accounts = names('x', 4).map((name) => account(name))
    const inventory = accounts.map(({ ref: of }) => ({
      ...of,
      handle: `person-${of.key}`,
      wish: '',
      run: 'r1',
    }))
    const words = { live: [boss, ...accounts], wishes: [{ ref: boss.ref }], inventory }
    expect(found({ ...words, changes: accounts.slice(0, 3).map(remove) })).toMatchObject([
      { people: ['person-x01', 'person-x02', 'person-x03'] },
    ])
  })

  it('leaves the ignored out of the collection', () => {
    const guests = names('guest-', 100).map((name) => account(name, { groups: ['a'] }))
    const people = crowd(30)
    const ignoring = { ...limited(10, 10), ignore: { account: ['guest-*'] } }
    expect(messages([boss, ...guests, ...people], people.slice(0, 11).map(remove), ignoring)).toEqual([
      'This plan takes away 11 of 31 accounts in "vpn"; the limit is 10 (10 % would be 3).',
    ])
  })

  it('does not count who is compromised', () => {
    const people = crowd(30)
    const wishes = people.slice(0, 5).map((one) => ({ ref: one.ref, compromised: true }))
    const changes = people.slice(0, 12).map(suspend)
    expect(found({ live: [boss, ...people], changes, wishes, config: limited(10, 10) })).toEqual([])
    expect(found({ live: [boss, ...people], changes, config: limited(10, 10) })).toHaveLength(1)
  })

  it('a first apply, however large, removes nothing', () => {
    expect(messages([], [create(boss), ...crowd(200).map(create)])).toEqual([])
  })
})

describe('Acceptance', () => {
  const people = crowd(30)
  const leaving: CaseWords = {
    live: [
      boss,
      ...people.map((one) => ({ ...one, links: { ...one.links, groups: ['group:a'] } })),
      thing('group', 'a'),
    ],
    changes: people.slice(0, 12).map(remove),
    config: limited(10, 10),
  }
  const accepting = (words: Partial<Parameters<typeof acceptance>[0]>, more: Partial<GuardContext> = {}) =>
    found(leaving, context({ acceptances: [acceptance({ finding: 'removal-limit', ...words })], ...more }))
  const shortOf = (findings: readonly Finding[]) =>
    findings.map(({ remedy }) => remedy.slice(remedy.indexOf('Acceptance "'))).at(-1)

  it('covers all that follows from people leaving, counted once, up to its number', () => {
    const findings = accepting({ atMost: 12 })
    expect(findings.map(({ message, acceptedBy }) => ({ message, acceptedBy }))).toEqual([
      {
        message: 'This plan takes away 12 of 31 accounts in "vpn"; the limit is 10 (10 % would be 3).',
        acceptedBy: 'november',
      },
      {
        message: 'This plan takes away 12 of 30 memberships in "vpn"; the limit is 10 (10 % would be 3).',
        acceptedBy: 'november',
      },
    ])
    expect(exitCodeOf(findings)).toBe(0)
    expect(spending(findings)).toEqual(new Map([['november', 12]]))
  })

  it('is a ceiling: one more than it allows is refused, and so is what others have spent', () => {
    expect(shortOf(accepting({ atMost: 11 }))).toBe(
      'Acceptance "november" does not cover it: it allows 11, and this plan needs 12.',
    )
    expect(shortOf(accepting({ atMost: 40 }, { spent: new Map([['november', 29]]) }))).toBe(
      'Acceptance "november" does not cover it: it allows 40, of which 29 are spent, and this plan needs 12.',
    )
    expect(refusals(accepting({ atMost: 40 }, { spent: new Map([['november', 28]]) }))).toEqual([])
  })

  it('holds on its last day and not on the next', () => {
    expect(refusals(accepting({ atMost: 12, until: '2026-11-22' }))).toEqual([])
    expect(shortOf(accepting({ atMost: 12, until: '2026-11-21' }))).toBe(
      'Acceptance "november" does not cover it: it ended on 2026-11-21.',
    )
  })

  it('covers the people it names and nobody else', () => {
    expect(refusals(accepting({ people: names('m', 12) }))).toEqual([])
    expect(shortOf(accepting({ people: names('m', 10) }))).toBe(
      'Acceptance "november" does not cover it: it does not name m11, m12.',
    )
  })

  it('covers its systems and its finding and nothing else', () => {
    for (const words of [{ systems: ['switch'] }, { finding: 'owners-below-minimum' } as const])
      expect(refusals(accepting({ atMost: 12, ...words })).map(({ remedy }) => remedy)).toEqual([
        'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 12`.',
        'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 12`.',
      ])
  })

  it('without a bound covers nothing', () => {
    expect(shortOf(accepting({}))).toBe('Acceptance "november" does not cover it: it has no bound.')
  })

  it('that names people does not cover what is nobody’s', () => {
    const groups = names('g', 4).map((name) => thing('group', name))
    const words = { live: [boss, ...groups], changes: groups.slice(0, 3).map(remove) }
    const named = acceptance({ finding: 'removal-limit', people: ['m01'] })
    expect(shortOf(found(words, context({ acceptances: [named] })))).toBe(
      'Acceptance "november" does not cover it: it names people, and this is not about people alone.',
    )
    const counted = acceptance({ finding: 'removal-limit', atMost: 3 })
    const findings = found(words, context({ acceptances: [counted] }))
    expect(refusals(findings)).toEqual([])
    expect(spending(findings)).toEqual(new Map([['november', 3]]))
  })

  it('adds up what different findings draw on it', () => {
    const [groups, projects] = (['group', 'project'] as const).map((kind) =>
      names('g', 4).map((name) => thing(kind, name)),
    )
    const all = [...(groups ?? []).slice(1), ...(projects ?? []).slice(1)]
    const words = { live: [boss, ...(groups ?? []), ...(projects ?? [])], changes: all.map(remove) }
    const left = (atMost: number) =>
      refusals(found(words, context({ acceptances: [acceptance({ finding: 'removal-limit', atMost })] })))
    expect(left(6)).toEqual([])
    expect(shortOf(left(5))).toBe(
      'Acceptance "november" does not cover it: it allows 5, and this plan needs 6.',
    )
  })

  it('one that does not reach leaves another to try', () => {
    const findings = found(
      leaving,
      context({
        acceptances: [
          acceptance({ finding: 'removal-limit', name: 'small', atMost: 2 }),
          acceptance({ finding: 'removal-limit', name: 'large', atMost: 20 }),
        ],
      }),
    )
    expect(findings.map(({ acceptedBy }) => acceptedBy)).toEqual(['large', 'large'])
  })

  it('covers owners below their minimum, and a changed identity only by both its ids', () => {
    const two = config({ owners: { anchors: [], minimum: 2 } })
    const reduced = guardCase({ live: [boss, owner('bo')], config: two, changes: [remove(owner('bo'))] })
    const below = acceptance({ finding: 'owners-below-minimum', people: ['bo'] })
    expect(refusals(check([reduced], context({ acceptances: [below] })))).toEqual([])

    const stranger = account('bo', { id: '9' })
    const entry = {
      system: 'vpn',
      kind: 'account',
      key: 'bo',
      id: '5',
      handle: 'bo',
      wish: 'x',
      run: 'r1',
    } as const
    const changed = guardCase({
      live: [boss, stranger],
      inventory: [entry],
      changes: [role(stranger, 'Administrator')],
    })
    const ids = (was: string, now: string) =>
      check(
        [changed],
        context({ acceptances: [acceptance({ finding: 'identity-changed', ids: { was, now } })] }),
      )
    expect(refusals(ids('5', '9'))).toEqual([])
    expect(refusals(ids('5', '8'))).toHaveLength(1)
    const [other] = refusals(ids('6', '9'))
    expect(other?.remedy).toMatch(/ Acceptance "november" does not cover it: it names other ids\.$/)
    const nameless = context({ acceptances: [acceptance({ finding: 'identity-changed' })] })
    expect(refusals(check([changed], nameless))).toHaveLength(1)
  })

  it('that does not reach says so behind what could be done, and draws nothing', () => {
    const findings = accepting({ atMost: 11 }, { spent: new Map([['november', 1]]) })
    expect(findings[0]?.remedy).toBe(
      'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 12`. Acceptance "november" does not cover it: it allows 11, of which 1 is spent, and this plan needs 12.',
    )
    expect(spending(findings)).toEqual(new Map())
  })

  it('needs a bound for what is counted only', () => {
    const settings = config({ owners: { anchors: [], minimum: 2 } })
    const reduced = guardCase({ live: [boss, owner('bo')], config: settings, changes: [remove(owner('bo'))] })
    const unbounded = acceptance({ finding: 'owners-below-minimum' })
    expect(refusals(check([reduced], context({ acceptances: [unbounded] })))).toEqual([])
  })

  it('never covers a lockout, whatever it says', () => {
    const last = guardCase({ live: [boss], changes: [remove(boss)] })
    const written = acceptance({ finding: 'last-owner', atMost: 100 })
    expect(refusals(check([last], context({ acceptances: [written] }))).map(({ code }) => code)).toEqual([
      'last-owner',
    ])
  })
})

describe('identity-changed', () => {
  const entry = {
    system: 'vpn',
    kind: 'group',
    key: 'finance',
    id: '3',
    handle: 'finance',
    wish: 'x',
    run: 'r1',
  } as const
  const group = thing('group', 'finance', {}, '7')

  it('stops what would be given to or through the stranger', () => {
    const policy = thing('policy', 'payroll', { links: { subjects: ['group:finance'] } })
    const given = guardCase({ live: [boss, group], inventory: [entry], changes: [create(policy)] })
    expect(check([given], context())).toMatchObject([{ code: 'identity-changed', severity: 'refuse' }])
  })

  it('only says so while nothing is given, and nothing of a stranger that nobody declares', () => {
    const idle = guardCase({ live: [boss, group], inventory: [entry] })
    expect(check([idle], context())).toMatchObject([{ code: 'identity-changed', severity: 'warn' }])
    const undeclared = guardCase({
      live: [boss, group],
      inventory: [entry],
      wishes: [{ ref: ref('account', 'zoe') }],
    })
    expect(check([undeclared], context())).toEqual([])
  })

  it('is content with the id it knows', () => {
    const same = guardCase({ live: [boss, { ...group, id: '3' }], inventory: [entry] })
    expect(check([same], context())).toEqual([])
  })

  it('needs two ids to compare, and somebody who is there', () => {
    const { id: _, ...without } = entry
    const { id: __, ...nameless } = group
    for (const words of [
      { live: [boss, group], inventory: [without] },
      { live: [boss, nameless], inventory: [entry] },
      { live: [boss], inventory: [entry], wishes: [{ ref: group.ref }] },
    ])
      expect(check([guardCase(words)], context())).toEqual([])
  })

  it('names each in order, and stops what is done to them by any name, declared or not', () => {
    const [bo, ana] = ['bo', 'ana'].map((key) => account(key, { id: `new-${key}` }))
    const inventory = [bo!, ana!].map(({ ref: of }) => ({
      ...of,
      ...{ id: `old-${of.key}`, handle: of.key, wish: 'x', run: 'r1' },
    }))
    const severities = (...changes: readonly Change[]) =>
      check(
        [guardCase({ live: [boss, bo!, ana!], inventory, changes, wishes: [{ ref: boss.ref }] })],
        context(),
      )
        .filter(({ code }) => code === 'identity-changed')
        .map(({ refs, severity }) => `${refs[0]?.key ?? ''}: ${severity}`)
    expect(severities(remove(bo!), remove(ana!))).toEqual(['ana: refuse', 'bo: refuse'])
    expect(severities(rename(bo!, 'bob'))).toEqual(['bo: refuse'])
    expect(severities()).toEqual([])
    const linked = account('chen', { groups: ['finance'] })
    const one = { live: [boss, linked, group], inventory: [entry], changes: [remove(linked)] }
    expect(
      check([guardCase(one)], context()).filter(({ code }) => code === 'identity-changed'),
    ).toMatchObject([{ severity: 'warn' }])
  })
})

describe('owners.minimum', () => {
  const three = config({ owners: { anchors: [], minimum: 3 } })
  const bo = owner('bo')
  const said = (live: readonly Resource[], ...changes: readonly Change[]) =>
    check([guardCase({ live: [boss, bo, ...live], changes, config: three })], context())
      .filter(({ code }) => code === 'owners-below-minimum')
      .map(({ message }) => message)

  it('counts who can be used, and names who is lowered and not who is only renamed', () => {
    expect(said([owner('idle', { status: 'suspended' }), owner('chen')], remove(bo))).toEqual([
      'This plan lowers bo and leaves "vpn" with 2 usable owners (now 3); owners.minimum is 3.',
    ])
    expect(said([owner('chen')], remove(bo), rename(owner('chen'), 'chi'))).toEqual([
      'This plan lowers bo and leaves "vpn" with 2 usable owners (now 3); owners.minimum is 3.',
    ])
  })

  it('is a matter for as long as anybody is left, whoever else is one by an identity provider only', () => {
    const told = owner('told')
    const given = { ...told, fields: { ...told.fields, roleFrom: 'okta' } }
    expect(
      check(
        [guardCase({ ...realm, live: [boss, bo, given], changes: [remove(bo)], config: three })],
        context(),
      )
        .filter(({ code }) => code === 'owners-below-minimum')
        .map(({ message }) => message),
    ).toEqual(['This plan lowers bo and leaves "vpn" with 2 usable owners (now 3); owners.minimum is 3.'])
  })
})
