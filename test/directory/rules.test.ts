import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Write } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Resource } from '../../src/model/resource.ts'
import { floor } from '../../src/systems/directory/floor.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { create, ref, remove, rename, resource, update } from './resources.ts'

describe('ownership', () => {
  it.each([
    [{}, {}, []],
    [{ type: 'break-glass' }, {}, []],
    [{ type: 'service' }, {}, ['a service account']],
    [{ type: 'robot' }, {}, ['of unknown type "robot"']],
    [{ status: 'suspended' }, {}, ['suspended']],
    [{ status: 'frozen' }, {}, ['of unknown status "frozen"']],
    [{}, { scope: ['scope:eu'] }, ['limited to scope eu']],
    [{ type: 'service', status: 'suspended' }, {}, ['a service account', 'suspended']],
  ])('an owner with %j and %j is unusable because it is %j', (fields, links, unusable) => {
    const account = person('ana', 'role:Owner', { fields, links })
    expect(rules.ownership(account, graph(account))).toEqual({ owner: true, unusable })
  })

  it('what is missing is unknown, and unknown is no owner to count on', () => {
    const bare = resource('account', 'ana', { links: { role: ['role:Owner'] } })
    expect(rules.ownership(bare, graph(bare)).unusable).toEqual([
      'of unknown type nothing',
      'of unknown status nothing',
    ])
  })

  it('C4: no other role makes an owner, whatever it is called or implies', () => {
    const king = resource('role', 'king', { links: { implies: ['role:Owner'] } })
    for (const role of ['role:Administrator', 'role:Member', 'role:king', 'role:owner', 'role:Emperor']) {
      const account = person('ana', role)
      expect(rules.ownership(account, graph(account, king)).owner).toBe(false)
    }
  })

  it('floor and rules agree on every account, and share no code', () => {
    const some = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
    const row = fc.record({
      id: fc.nat(),
      user_name: some('ana', 'BO', '\u212Aim'),
      role: some('Owner', 'Administrator', 'Member', 'owner', 'Emperor', null),
      type: some('person', 'service', 'break-glass', 'robot', ''),
      status: some('active', 'suspended', 'frozen', ''),
      scope: some('eu', '', null),
    })
    fc.assert(
      fc.property(row, ({ user_name, role, scope, ...fields }) => {
        const account = resource('account', user_name, {
          fields,
          links: {
            role: role === null ? [] : [`role:${role}`],
            scope: scope === null ? [] : [`scope:${scope}`],
          },
        })
        const { owner, unusable } = rules.ownership(account, graph(account))
        expect(floor({ user_name, role, scope, ...fields })).toEqual({
          account: user_name === 'BO' ? 'bo' : user_name,
          owner,
          usable: owner && unusable.length === 0,
        })
      }),
    )
  })
})

describe('power', () => {
  const lead = resource('role', 'lead', { links: { implies: ['role:auditor', 'role:deputy'] } })
  const deputy = resource('role', 'deputy', { links: { implies: ['role:Administrator', 'role:lead'] } })
  const auditor = resource('role', 'auditor')
  const odd = resource('role', 'odd', { links: { implies: ['role:vanished'] } })

  it.each([
    ['role:Owner', 'owner'],
    ['role:Administrator', 'administrator'],
    ['role:Member', 'member'],
    ['role:auditor', 'member'],
    ['role:lead', 'administrator'],
    ['role:odd', 'unknown'],
    ['role:Emperor', 'unknown'],
    [undefined, 'none'],
  ])('%s is worth %s', (role, expected) => {
    const account = person('ana', role)
    expect(rules.power(account, graph(account, lead, deputy, auditor, odd))).toBe(expected)
  })

  it('a suspended account has none', () => {
    const account = person('ana', 'role:Owner', { fields: { status: 'suspended' } })
    expect(rules.power(account, graph(account))).toBe('none')
  })
})

describe('invariants', () => {
  it('a sealed account and a sealed role are not written', () => {
    const ana = person('ana', 'role:Owner', { fields: { sealed: true } })
    const root = resource('role', 'root', { fields: { sealed: true } })
    expect(
      told([ana, root], [update('account', 'ana', {}, {}), rename('role', 'root', 'toor')], [ana]),
    ).toEqual([
      'account:ana is sealed, and no plan may write it.',
      'role:toor is sealed, and no plan may write it.',
    ])
  })

  it('what a plan links must be there afterwards', () => {
    const bo = create('account', 'bo', {
      links: { role: ['role:Member'], groups: ['group:ghosts'], scope: ['scope:eu'] },
    })
    expect(told([], [bo], [])).toEqual([
      'account:bo refers to group:ghosts, which is not in the directory.',
      'account:bo refers to scope:eu, which is not in the directory.',
    ])
  })

  it('native targets are not checked, and neither is what was there before', () => {
    const policy = create('policy', 'all', {
      links: { subjects: ['everyone:*'], resources: ['application:pay'] },
    })
    const odd = person('odd', 'role:Emperor')
    expect(
      told([odd], [policy, update('account', 'odd', {}, { fields: { email: 'x@acme.example' } })], [odd]),
    ).toEqual([])
  })

  it('something that stays must not refer to what goes; memberships may', () => {
    const staff = resource('group', 'staff')
    const child = resource('group', 'child', { links: { parent: ['group:staff'] } })
    const policy = resource('policy', 'payroll', { links: { subjects: ['group:staff'] } })
    const member = person('ana', 'role:Member', {
      links: { groups: ['group:staff'], manages: ['group:staff'] },
    })
    expect(told([staff, child, policy, member], [remove(staff)], [child, policy, member])).toEqual([
      'group:child still refers to group:staff, which would be removed.',
      'policy:payroll still refers to group:staff, which would be removed.',
    ])
    expect(told([staff, child], [remove(staff), remove(child)], [])).toEqual([])
  })

  it('a role that somebody holds is not removed', () => {
    const auditor = resource('role', 'auditor')
    const holder = person('ana', 'role:auditor')
    expect(told([auditor, holder], [remove(auditor)], [holder])).toEqual([
      'account:ana still refers to role:auditor, which would be removed.',
    ])
  })

  it('groups and roles do not lead back to themselves, and a cycle is told once', () => {
    const group = (name: string, parent: string): Resource =>
      resource('group', name, { links: { parent: [`group:${parent}`] } })
    const after = [group('a', 'b'), group('b', 'c'), group('c', 'a'), group('d', 'a')]
    const writes = after.map(({ ref: { key }, links }) => update('group', key, {}, { links }))
    expect(told([], writes, after)).toEqual(['group:a would lead back to itself: a → b → c → a.'])
    const roles = ['x', 'y'].map((name, index) =>
      resource('role', name, { links: { implies: [`role:${index === 0 ? 'y' : 'x'}`] } }),
    )
    expect(told([], [create('role', 'x', { links: { implies: ['role:y'] } })], roles)).toEqual([
      'role:x would lead back to itself: x → y → x.',
    ])
  })

  it('no role is called like a built-in one, and none implies Owner', () => {
    expect(
      told(
        [],
        [create('role', 'Member'), create('role', 'boss', { links: { implies: ['role:Owner'] } })],
        [],
      ),
    ).toEqual([
      'role:Member has the name of a built-in role.',
      'role:boss would imply Owner, which stands on accounts only.',
    ])
  })

  it('each says what it is about and what to do', () => {
    const [violation] = rules.invariants(graph(), graph(), [
      create('account', 'bo', { links: { role: ['role:x'] } }),
    ])
    expect(violation).toEqual({
      refs: [ref('account', 'bo')],
      message: 'account:bo refers to role:x, which is not in the directory.',
      remedy: 'Declare role:x for this system, or take the reference out.',
    })
  })
})

function told(
  before: readonly Resource[],
  writes: readonly Write[],
  after: readonly Resource[],
): readonly string[] {
  return rules.invariants(graph(...before), graph(...after), writes).map((violation) => violation.message)
}

function person(name: string, role?: string, { fields = {}, links = {} }: Partial<Resource> = {}): Resource {
  return resource('account', name, {
    fields: { username: name, type: 'person', status: 'active', ...fields },
    links: { role: role === undefined ? [] : [role], ...links },
  })
}

function graph(...resources: readonly Resource[]): Graph {
  return new Graph('people', resources)
}
