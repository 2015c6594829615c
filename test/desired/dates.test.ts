import { describe, expect, it } from 'vitest'
import type { WrittenUserSpec } from '../../src/manifest/generated/types.ts'
import { daysBetween, life, phase } from '../../src/manifest/dates.ts'
import { codes, describing, desired, lints, wish, world } from '../world.ts'

const account = { accounts: { dir: {} } } as const

/** What becomes of ana's account on a day. */
function on(
  today: string,
  spec: WrittenUserSpec,
  grace = 30,
): { state: string; status: unknown; because: unknown } {
  const ana = world()
    .settings({ grace })
    .user('ana', { ...account, ...spec })
  const { state, fields, cause } = wish(ana, 'account', 'ana', 'dir', { today })
  return { state, status: fields['status'], because: cause.because }
}

describe('a date is a whole UTC day, inclusive', () => {
  it.each([
    ['2026-11-21', 'before'],
    ['2026-11-22', 'during'],
    ['2026-12-06', 'during'],
    ['2026-12-07', 'after'],
  ])('on %s, from 2026-11-22 until 2026-12-06 is %s', (today, expected) => {
    expect(phase({ from: '2026-11-22', until: '2026-12-06' }, today)).toBe(expected)
  })

  it('days are counted across a leap day, a change of clocks and the year 10000', () => {
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
    expect(daysBetween('2027-02-28', '2027-03-01')).toBe(1)
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2)
    expect(
      life(
        { status: 'active', from: undefined, until: '9999-12-31' },
        { today: '9999-12-31', grace: 30, canSuspend: true },
      ).state,
    ).toBe('present')
  })

  it('a person until the leap day holds on it, and not on the day after', () => {
    expect(on('2028-02-29', { until: '2028-02-29' }).status).toBe('active')
    expect(on('2028-03-01', { until: '2028-02-29' })).toEqual({
      state: 'present',
      status: 'suspended',
      because: 'expired on 2028-02-29',
    })
  })
})

describe('leaving', () => {
  const until = '2026-11-22'

  it.each([
    ['2026-11-22', 'present', 'active', undefined],
    ['2026-11-23', 'present', 'suspended', 'expired on 2026-11-22'],
    ['2026-12-22', 'present', 'suspended', 'expired on 2026-11-22'],
    ['2026-12-23', 'absent', undefined, 'expired on 2026-11-22, 30 days of grace are over'],
  ])('an account until 2026-11-22 is on %s %s and %s', (today, state, status, because) => {
    expect(on(today, { until })).toEqual({ state, status, because })
  })

  it.each([
    ['2026-11-01', 'present', 'suspended', 'left, last day 2026-11-22'],
    ['2026-12-22', 'present', 'suspended', 'left, last day 2026-11-22'],
    ['2026-12-23', 'absent', undefined, 'left, last day 2026-11-22, 30 days of grace are over'],
  ])('who has left is on %s %s and %s', (today, state, status, because) => {
    expect(on(today, { status: 'left', until })).toEqual({ state, status, because })
  })

  it('without grace, the account goes on the day after the last', () => {
    expect(on('2026-11-22', { until }, 0).state).toBe('present')
    expect(on('2026-11-23', { until }, 0).state).toBe('absent')
  })

  it('an absent account wishes for nothing but to be gone', () => {
    const ana = world()
      .group('a')
      .user('ana', { ...account, groups: ['a'], status: 'left', until: '2026-01-01' })
    expect(wish(ana, 'account', 'ana')).toMatchObject({ state: 'absent', fields: {}, links: {} })
  })

  it('who is suspended keeps groups and role', () => {
    const ana = world()
      .group('a')
      .user('ana', { accounts: { dir: { role: 'Administrator' } }, groups: ['a'], status: 'suspended' })
    expect(wish(ana, 'account', 'ana')).toMatchObject({
      state: 'present',
      fields: { status: 'suspended' },
      links: { role: ['role:Administrator'], primaryGroup: ['group:a'] },
      cause: { because: 'suspended' },
    })
  })

  it('`left` needs its last day', () => {
    expect(codes(world().user('ana', { ...account, status: 'left' }))).toEqual(['left-without-until'])
  })

  it('compromised is suspended, whatever the account says', () => {
    const ana = world().user('ana', { status: 'compromised', accounts: { dir: { status: 'active' } } })
    expect(wish(ana, 'account', 'ana')).toMatchObject({
      fields: { status: 'suspended' },
      cause: { because: 'compromised' },
    })
  })
})

describe('an account has dates of its own', () => {
  const dated = (user: WrittenUserSpec, own: { until?: string }): string | undefined =>
    wish(world().user('ana', { ...user, accounts: { dir: own } }), 'account', 'ana').until

  it('the earlier end holds, whoever wrote it', () => {
    expect(dated({ until: '2027-03-31' }, { until: '2027-01-31' })).toBe('2027-01-31')
    expect(dated({ until: '2027-01-31' }, { until: '2027-03-31' })).toBe('2027-01-31')
    expect(dated({}, {})).toBeUndefined()
  })

  it('the later beginning holds, whoever wrote it', () => {
    const state = (user: string, own: string): string =>
      wish(world().user('ana', { from: user, accounts: { dir: { from: own } } }), 'account', 'ana').state
    expect(state('2026-01-01', '2027-01-01')).toBe('later')
    expect(state('2027-01-01', '2026-01-01')).toBe('later')
    expect(state('2026-01-01', '2026-11-22')).toBe('present')
  })

  it('one account is suspended alone', () => {
    const two = world()
      .system('dir')
      .system('vpn')
      .user('ana', { accounts: { dir: { status: 'suspended' }, vpn: {} } })
    expect(wish(two, 'account', 'ana', 'dir').fields['status']).toBe('suspended')
    expect(wish(two, 'account', 'ana', 'vpn').fields['status']).toBe('active')
  })

  it('one that begins later is not there yet, and would be suspended where it is', () => {
    expect(on('2026-11-22', { from: '2026-11-23' })).toEqual({
      state: 'later',
      status: 'suspended',
      because: 'begins on 2026-11-23',
    })
    expect(on('2026-11-23', { from: '2026-11-23' })).toEqual({
      state: 'present',
      status: 'active',
      because: undefined,
    })
  })
})

describe('where a system cannot suspend', () => {
  const connectors = describing({ suspend: 'none' })
  const options = { connectors }

  it('an expired account is removed on expiry, and the plan says why', () => {
    const ana = world().user('ana', { ...account, until: '2026-11-21' })
    expect(wish(ana, 'account', 'ana', 'dir', options)).toMatchObject({
      state: 'absent',
      cause: { because: 'expired on 2026-11-21, and the system cannot suspend an account' },
    })
  })

  it('suspending is an error, never an approximation', () => {
    expect(codes(world().user('ana', { ...account, status: 'suspended' }), options)).toEqual([
      'cannot-suspend',
    ])
  })

  it('`suspendTo` stops an account in a group that may do nothing', () => {
    const ana = world()
      .system('dir', { suspendTo: 'quarantine' })
      .group('quarantine')
      .group('a')
      .user('ana', { ...account, groups: ['a'], until: '2026-11-21' })
    expect(wish(ana, 'account', 'ana', 'dir', options)).toMatchObject({
      state: 'present',
      links: { primaryGroup: ['group:quarantine'], groups: [] },
    })
  })

  it('`suspendTo` names a group that is there', () => {
    expect(codes(world().system('dir', { suspendTo: 'quarantine' }), options)).toEqual(['unknown-group'])
  })
})

describe('what is dated is dropped outside its days', () => {
  it('a membership', () => {
    const groups = (today: string): unknown =>
      wish(
        world()
          .group('a')
          .group('oncall')
          .user('ana', {
            ...account,
            groups: {
              primary: 'a',
              secondary: [{ group: 'oncall', from: '2026-11-22', until: '2026-12-06' }],
            },
          }),
        'account',
        'ana',
        'dir',
        { today },
      ).links['groups']
    expect(groups('2026-11-21')).toEqual([])
    expect(groups('2026-11-22')).toEqual(['group:oncall'])
    expect(groups('2026-12-06')).toEqual(['group:oncall'])
    expect(groups('2026-12-07')).toEqual([])
  })

  it('a subject of a policy', () => {
    const policy = world()
      .group('a')
      .group('b')
      .policy('payroll', {
        subjects: [{ group: 'a' }, { group: 'b', until: '2026-11-21' }],
        resources: [{ application: 'x' }],
      })
    expect(wish(policy, 'policy', 'payroll').links['subjects']).toEqual(['group:a'])
  })

  it.each([
    ['2026-11-21', 'absent', 'begins on 2026-11-22'],
    ['2026-11-22', 'present', undefined],
    ['2026-12-06', 'present', undefined],
    ['2026-12-07', 'absent', 'expired on 2026-12-06'],
  ])('a policy on %s is %s', (today, state, because) => {
    const policy = world()
      .group('a')
      .policy('payroll', {
        from: '2026-11-22',
        until: '2026-12-06',
        subjects: [{ group: 'a' }],
        resources: [{ application: 'x' }],
      })
    const found = wish(policy, 'policy', 'payroll', 'dir', { today })
    expect([found.state, found.cause.because]).toEqual([state, because])
  })

  it('a policy with roles, and its system goes on comparing grants', () => {
    const graph = desired(
      world()
        .group('a')
        .role('operator')
        .project('web')
        .policy('operators', {
          until: '2026-11-21',
          subjects: [{ group: 'a' }],
          roles: ['operator'],
          resources: [{ project: 'web' }],
        }),
    )
    expect(graph.wishes.grant.size).toBe(0)
    expect(graph.comparesGrants).toBe(true)
  })
})

it('a contractor has an end where the person has one, or every account', () => {
  const said = (spec: WrittenUserSpec): string[] =>
    lints(
      world()
        .system('dir')
        .system('vpn')
        .user('ana', { employment: 'contractor', ...spec }),
    )
  const until = '2027-06-30'
  expect(said(account)).toEqual(['contractor-without-until'])
  expect(said({ ...account, until })).toEqual([])
  expect(said({ accounts: { dir: { until } } })).toEqual([])
  expect(said({ accounts: { dir: { until: '2026-01-31' } } })).toEqual([])
  expect(said({ accounts: { dir: { until }, vpn: {} } })).toEqual(['contractor-without-until'])
})

it('a membership that ends within two weeks is a hint', () => {
  const ends = (until: string): string[] =>
    lints(
      world()
        .group('a')
        .user('ana', { ...account, groups: { secondary: [{ group: 'a', until }] } }),
    )
  expect(ends('2026-12-06')).toEqual(['expires-soon'])
  expect(ends('2026-12-07')).toEqual([])
})

it('a membership whose day is over says so, unless something else still gives it', () => {
  const ended = (listed: boolean): unknown =>
    wish(
      world()
        .group('oncall', { systems: { dir: {} } })
        .group('eng', { systems: { dir: {} } })
        .user('ana', {
          ...account,
          groups: {
            primary: 'eng',
            secondary: [{ group: 'oncall', until: listed ? '2026-12-06' : '2026-11-21' }],
          },
        }),
      'account',
      'ana',
      'dir',
      { today: '2026-11-22' },
    ).ended
  expect(ended(true)).toBeUndefined()
  expect(ended(false)).toEqual({ 'group:oncall': 'expired on 2026-11-21' })
})
