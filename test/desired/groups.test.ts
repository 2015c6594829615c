import { describe, expect, it } from 'vitest'
import { codes, describing, desired, lints, wish, world, type World } from '../world.ts'

/** The three ways to speak of a setting: absent is not managed, written is exact, empty is none. */
describe('absent, empty, written', () => {
  it('a setting that is absent is not managed', () => {
    expect(wish(world().group('g'), 'group', 'g')).toMatchObject({ fields: {}, links: {} })
  })

  it('a set that is empty is none', () => {
    expect(wish(world().group('g', { systems: { dir: { regions: [] } } }), 'group', 'g').fields).toEqual({
      regions: [],
    })
  })

  it('a set that is written is exact, sorted by code unit', () => {
    const { fields } = wish(
      world().group('g', { systems: { dir: { regions: ['eu', 'Us', 'ca'] } } }),
      'group',
      'g',
    )
    expect(fields).toEqual({ regions: ['Us', 'ca', 'eu'] })
  })

  it('M3: all seven settings are declarable', () => {
    const settings = {
      subnets: ['100.80.0.0/20'],
      regions: ['eu-central-1'],
      internetAccess: 'split-tunnel-on',
      connectAuth: 'on-prior-auth',
      maxDevices: 5,
      locationContext: 'eu-only',
      devicePosture: 'managed-laptop',
    }
    expect(wish(world().group('g', { systems: { dir: settings } }), 'group', 'g').fields).toEqual(settings)
  })

  it('policies and roles keep to it', () => {
    expect(wish(world().policy('p'), 'policy', 'p').links).toEqual({})
    expect(wish(world().policy('p', { subjects: [], resources: [] }), 'policy', 'p').links).toEqual({
      subjects: [],
      resources: [],
    })
    expect(wish(world().role('r'), 'role', 'r').fields).toEqual({})
    expect(wish(world().role('r', { privileges: [] }), 'role', 'r').fields).toEqual({ privileges: [] })
  })

  it('a description goes to a system that has room for it, and stays in git where it has none', () => {
    const described = world()
      .project('p', { description: 'The web' })
      .scope('s', { description: 'Everything' })
    expect(wish(described, 'project', 'p').fields).toEqual({ description: 'The web' })
    expect(wish(described, 'scope', 's').fields).toEqual({})
  })
})

describe('names', () => {
  const named = world()
    .system('dir')
    .system('vpn')
    .group(
      'g',
      { name: 'Engineering', systems: { dir: {}, vpn: { name: 'Engineering (EU)' } } },
      { previously: ['developers'] },
    )

  it("the handle by default, spec.name, or the system's own", () => {
    expect([...desired(named, 'dir').wishes.group.keys()]).toEqual(['Engineering'])
    expect([...desired(named, 'vpn').wishes.group.keys()]).toEqual(['Engineering (EU)'])
    expect(wish(world().group('g'), 'group', 'g').handle).toBe('g')
  })

  it('a rename is declared: the former names are keys it was known by', () => {
    expect(wish(named, 'group', 'Engineering').previousKeys).toEqual(['developers'])
  })

  it('members point at the native name', () => {
    const ana = named.user('ana', { groups: ['g'], accounts: { vpn: {} } })
    expect(wish(ana, 'account', 'ana', 'vpn').links['primaryGroup']).toEqual(['group:Engineering (EU)'])
  })

  it('two documents that come out as one resource are an error', () => {
    expect(codes(world().group('a', { name: 'X' }).group('b', { name: 'X' }))).toEqual(['duplicate-name'])
  })

  it('former names of a person are those of the main account, and of no other', () => {
    const ana = world().user(
      'ana',
      { accounts: { dir: {}, root: { system: 'dir', username: 'root' } } },
      { previously: ['Anna', 'ana'] },
    )
    expect(wish(ana, 'account', 'ana').previousKeys).toEqual(['anna'])
    expect(wish(ana, 'account', 'root').previousKeys).toEqual([])
  })

  it('a former name that is in use again renames nothing, and says so', () => {
    const again = world()
      .group('a', {}, { previously: ['b'] })
      .group('b')
    expect(lints(again)).toEqual(['idle-group', 'former-name-in-use', 'idle-group'])
    const gone = world()
      .group('a', {}, { previously: ['b'] })
      .group('b', {}, { state: 'absent' })
    expect(lints(gone)).toEqual(['idle-group'])
  })
})

describe('state: absent', () => {
  it('is a wish to be gone, in every system of the document', () => {
    const gone = world()
      .system('dir')
      .system('vpn')
      .group('g', { systems: { dir: {}, vpn: {} } }, { state: 'absent' })
    for (const system of ['dir', 'vpn'])
      expect(wish(gone, 'group', 'g', system)).toMatchObject({
        state: 'absent',
        cause: { because: 'declared absent' },
      })
  })

  it.each(['role', 'project', 'scope', 'policy', 'mapping'] as const)('a %s knows it too', (kind) => {
    expect(wish(world()[kind]('x', {}, { state: 'absent' }), kind, 'x').state).toBe('absent')
  })

  it('what is absent cannot be referred to', () => {
    const gone = world().group('g', {}, { state: 'absent' })
    expect(codes(gone.user('ana', { groups: ['g'] }))).toEqual(['absent-reference'])
    expect(codes(gone.policy('p', { subjects: [{ group: 'g' }] }))).toEqual(['absent-reference'])
    expect(codes(gone.group('h', { parent: 'g' }))).toEqual(['absent-reference'])
  })
})

describe('sameAs', () => {
  const two = world().system('dir').system('vpn')

  it('takes over what is not written beside it', () => {
    const same = two
      .group('g', {
        systems: {
          dir: { regions: ['eu'], maxDevices: 5, account: { role: 'Administrator' } },
          vpn: { sameAs: 'dir', regions: ['us'] },
        },
      })
      .user('ana', { groups: ['g'] })
    expect(wish(same, 'group', 'g', 'vpn').fields).toEqual({ regions: ['us'], maxDevices: 5 })
    expect(wish(same, 'account', 'ana', 'vpn').links['role']).toEqual(['role:Administrator'])
  })

  it('goes through several systems', () => {
    const chain = two.system('third').group('g', {
      systems: { dir: { sameAs: 'vpn' }, vpn: { sameAs: 'third' }, third: { maxDevices: 3 } },
    })
    expect(wish(chain, 'group', 'g', 'dir').fields).toEqual({ maxDevices: 3 })
  })
})

describe('nesting', () => {
  const nested = world().group('product').group('engineering', { parent: 'product' })

  it('a parent is a link', () => {
    expect(wish(nested, 'group', 'engineering').links['parent']).toEqual(['group:product'])
  })

  it('is an error where a system of both cannot nest', () => {
    expect(codes(nested, { connectors: describing({ nestedGroups: false }) })).toEqual(['cannot-nest'])
  })

  it('is none in a system where the parent does not exist', () => {
    const apart = world()
      .system('dir')
      .system('vpn')
      .group('product', { systems: { vpn: {} } })
      .group('engineering', { parent: 'product' })
    expect(wish(apart, 'group', 'engineering').links['parent']).toEqual([])
    expect(codes(apart, { connectors: describing({ nestedGroups: false }) })).toEqual([])
  })

  it('a long chain is no circle, and what leads to a circle is not said to be on it', () => {
    const chain = ['a', 'b', 'c', 'd'].reduce(
      (all, name, i, names) => all.group(name, i > 0 ? { parent: names[i - 1] ?? '' } : {}),
      world(),
    )
    expect(codes(chain)).toEqual([])
    expect(codes(world().group('a', { parent: 'b' }).group('b', { parent: 'b' }))).toEqual(['group-cycle'])
  })
})

it('a group in a system without groups is a bundle of account values', () => {
  const { group, ...kinds } = describing({})['directory']?.kinds ?? {}
  expect(group).toBeDefined()
  const connectors = describing({ kinds })
  const bundle = world()
    .group('g', { systems: { dir: { account: { role: 'Administrator' } } } })
    .user('ana', { groups: ['g'] })
  const graph = desired(bundle, 'dir', { connectors })
  expect(graph.wishes.group.size).toBe(0)
  expect(graph.wishes.account.get('ana')?.links['role']).toEqual(['role:Administrator'])
  expect(codes(world().group('g'), { connectors })).toEqual(['unsupported-kind'])
})

describe('a group that no policy names, without accounts and settings', () => {
  const options = { connectors: describing({ suspend: 'none' }) }

  it('grants nothing', () => {
    expect(lints(world().group('club'))).toEqual(['idle-group'])
  })

  it('is of use as the primary group of somebody', () => {
    const ana = (groups: object): World =>
      world()
        .user('ana', { accounts: { dir: {} }, groups })
        .group('club')
        .group('staff', { systems: { dir: { account: {} } } })
    expect(lints(ana({ primary: 'club' }))).toEqual([])
    expect(lints(ana({ primary: 'staff', secondary: ['club'] }))).toEqual(['idle-group'])
  })

  it('is of use where suspended people go', () => {
    const there = world().group('club')
    expect(lints(there, options)).toEqual(['idle-group'])
    expect(lints(there.system('dir', { suspendTo: 'club' }), options)).toEqual([])
  })

  it('may be of use in a system that has neither policies nor grants', () => {
    const { policy, grant, ...kinds } = describing({})['directory']?.kinds ?? {}
    const without = (lacking: object): string[] =>
      lints(world().group('club'), { connectors: describing({ kinds: { ...kinds, ...lacking } }) })
    expect(without({ policy })).toEqual(['idle-group'])
    expect(without({ grant })).toEqual(['idle-group'])
    expect(without({})).toEqual([])
  })
})
