import { describe, expect, it } from 'vitest'
import type { WrittenUserSpec } from '../../src/manifest/generated/types.ts'
import { codes, describing, desired, read, wish, world, type World } from '../world.ts'

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `team-${String(i + 1).padStart(2, '0')}`)

const account = { accounts: { dir: {} } } as const

/** Groups `a`, `b`, `c` in the system `dir`, and `elsewhere` in `vpn`. */
const groups = world()
  .system('dir')
  .system('vpn')
  .group('a')
  .group('b')
  .group('c')
  .group('elsewhere', { systems: { vpn: {} } })

function links(
  from: World,
  key = 'ana',
  system = 'dir',
): { primary: unknown; groups: unknown; exact: unknown } {
  const { links, exactGroups } = wish(from, 'account', key, system)
  return { primary: links['primaryGroup'], groups: links['groups'], exact: exactGroups }
}

describe('absent, empty, written', () => {
  it.each<[string, WrittenUserSpec['groups'], ReturnType<typeof links>]>([
    ['absent: not managed', undefined, { primary: undefined, groups: [], exact: undefined }],
    ['an empty list: none', [], { primary: [], groups: [], exact: true }],
    ['an empty map: none', {}, { primary: [], groups: [], exact: true }],
    ['a sole group', ['a'], { primary: ['group:a'], groups: [], exact: true }],
    ['a primary', { primary: 'a' }, { primary: ['group:a'], groups: [], exact: true }],
    [
      'a primary and secondary ones, sorted',
      { primary: 'b', secondary: ['c', 'a'] },
      { primary: ['group:b'], groups: ['group:a', 'group:c'], exact: true },
    ],
    ['a sole secondary group', { secondary: ['a'] }, { primary: ['group:a'], groups: [], exact: true }],
    ['a group that is not there', ['elsewhere'], { primary: [], groups: [], exact: true }],
  ])('groups of a person %s', (_, written, expected) => {
    const spec = written === undefined ? account : { ...account, groups: written }
    expect(links(groups.user('ana', spec))).toEqual(expected)
  })

  it.each([
    ['absent: the pairs that nobody declares are left alone', {}, [undefined, undefined]],
    ['empty: nobody', { members: [], managers: [] }, [true, true]],
    ['members alone', { members: ['ana'] }, [true, undefined]],
    ['managers alone', { managers: ['ana'] }, [undefined, true]],
  ])('members of a group %s', (_, spec, expected) => {
    const { exactMembers, exactManagers } = wish(world().group('g', spec).user('ana', account), 'group', 'g')
    expect([exactMembers, exactManagers]).toEqual(expected)
  })
})

describe('pairs from both sides', () => {
  it('a member whom the group names is in it as if the person had said so', () => {
    const both = world()
      .group('a')
      .group('b', { members: ['ana'] })
      .user('ana', { ...account, groups: ['a'] })
    expect(links(both)).toEqual({ primary: ['group:a'], groups: ['group:b'], exact: true })
  })

  it('a person whose groups are not written is not exact for what a group says', () => {
    const one = world()
      .group('b', { members: ['ana'] })
      .user('ana', account)
    expect(links(one)).toEqual({ primary: ['group:b'], groups: [], exact: undefined })
  })

  it('a pair that is written twice is an error that names both places', () => {
    const twice = world()
      .group('a', { members: ['ana'] })
      .user('ana', { ...account, groups: ['a'] })
    const { diagnostics } = read(twice)
    expect(diagnostics).toMatchObject([
      {
        code: 'membership-twice',
        span: { file: 'access/groups.yaml', line: 9 },
        message: 'That "ana" is in "a" is written twice: here and in access/users.yaml:9.',
      },
    ])
  })

  it('a manager is a member too, and repeats nothing by it', () => {
    const managed = world().group('a', { managers: ['ana'] })
    expect(wish(managed.user('ana', account), 'account', 'ana').links).toMatchObject({
      primaryGroup: ['group:a'],
      manages: ['group:a'],
    })
    expect(wish(managed.user('ana', { ...account, groups: ['a'] }), 'account', 'ana').links).toMatchObject({
      primaryGroup: ['group:a'],
      manages: ['group:a'],
    })
  })

  it('where a system has no maintainers, a manager reviews and is given nothing', () => {
    const connectors = withoutManagers()
    const { links } = wish(
      world()
        .group('a', { managers: ['ana'] })
        .user('ana', account),
      'account',
      'ana',
      'dir',
      { connectors },
    )
    expect(links).toEqual({ role: ['role:Member'], groups: [] })
  })
})

describe('M1: exactly one primary group', () => {
  it('M1: the account names it', () => {
    const spec = { groups: { primary: 'a', secondary: ['b'] }, accounts: { dir: { primaryGroup: 'b' } } }
    expect(links(groups.user('ana', spec))).toEqual({
      primary: ['group:b'],
      groups: ['group:a'],
      exact: true,
    })
  })

  it('M1: else the person does, where that group exists in the system', () => {
    const spec = { groups: { primary: 'elsewhere', secondary: ['b'] }, accounts: { dir: {}, vpn: {} } }
    const both = groups.user('ana', spec)
    expect(links(both)).toEqual({ primary: ['group:b'], groups: [], exact: true })
    expect(links(both, 'ana', 'vpn')).toEqual({ primary: ['group:elsewhere'], groups: [], exact: true })
  })

  it('M1: several of which none is said to be it are an error', () => {
    expect(codes(groups.user('ana', { ...account, groups: ['a', 'b'] }))).toEqual(['no-primary-group'])
    expect(
      codes(groups.user('ana', { ...account, groups: { primary: 'elsewhere', secondary: ['a', 'b'] } })),
    ).toEqual(['no-primary-group'])
  })

  it('M1: members are secondary, except for a person with no other group there', () => {
    const one = world()
      .group('a', { members: ['ana'] })
      .group('b')
    expect(links(one.user('ana', { ...account, groups: { secondary: ['b'] } }))).toMatchObject({
      primary: ['group:b'],
      groups: ['group:a'],
    })
    expect(links(one.user('ana', account))).toMatchObject({ primary: ['group:a'], groups: [] })
    expect(codes(one.group('c', { members: ['ana'] }).user('ana', account))).toEqual(['no-primary-group'])
  })

  it('where a system has no primaries, a plain list of several groups is fine', () => {
    const connectors = describing({ primaryGroups: false })
    const { links } = wish(groups.user('ana', { ...account, groups: ['b', 'a'] }), 'account', 'ana', 'dir', {
      connectors,
    })
    expect(links['groups']).toEqual(['group:a', 'group:b'])
    expect(codes(groups.user('ana', { accounts: { dir: { primaryGroup: 'a' } } }), { connectors })).toEqual([
      'unsupported-field',
    ])
  })
})

describe('M2: the sole group is the primary', () => {
  it('M2: in a list of one', () => {
    expect(links(groups.user('ana', { ...account, groups: ['a'] })).primary).toEqual(['group:a'])
  })

  it('M2: and of several, the only one that exists in the system', () => {
    expect(links(groups.user('ana', { ...account, groups: ['elsewhere', 'a'] })).primary).toEqual(['group:a'])
  })
})

describe('M4: at most twenty secondary groups', () => {
  const teams = names(22).reduce((all, name) => all.group(name), world().group('home'))

  it('M4: twenty are fine', () => {
    const spec = { ...account, groups: { primary: 'home', secondary: names(20) } }
    expect(wish(teams.user('ana', spec), 'account', 'ana').links['groups']).toHaveLength(20)
  })

  it('M4: the twenty-first is an error at its line', () => {
    const { diagnostics } = read(
      teams.user('ana', { ...account, groups: { primary: 'home', secondary: names(21) } }),
    )
    expect(diagnostics).toMatchObject([
      {
        code: 'too-many-secondary-groups',
        span: { file: 'access/users.yaml', line: 31, text: '      - team-21' },
        message:
          '"ana" would have more than 20 secondary groups in the system "dir" (directory): "team-21" is number 21.',
      },
    ])
  })

  it('M4: what the groups say counts, and its line is in the group', () => {
    const more = names(20).reduce(
      (all, name) => all.group(name),
      world()
        .group('home')
        .group('extra', { members: ['ana'] }),
    )
    const { diagnostics } = read(
      more.user('ana', { ...account, groups: { primary: 'home', secondary: names(20) } }),
    )
    expect(diagnostics).toMatchObject([
      { code: 'too-many-secondary-groups', span: { file: 'access/groups.yaml', text: '    - ana' } },
    ])
  })

  it('M4: what has ended does not count, and the limit is for each system', () => {
    const secondary = [{ group: 'team-21', until: '2026-11-21' }, ...names(20)]
    expect(codes(teams.user('ana', { ...account, groups: { primary: 'home', secondary } }))).toEqual([])
    const two = names(21).reduce(
      (all, name, i) => all.group(name, { systems: i < 11 ? { dir: {} } : { vpn: {} } }),
      world()
        .system('dir')
        .system('vpn')
        .group('home', { systems: { dir: {}, vpn: {} } }),
    )
    const spec = { groups: { primary: 'home', secondary: names(21) }, accounts: { dir: {}, vpn: {} } }
    expect(codes(two.user('ana', spec))).toEqual([])
  })
})

it('groups of one account stand in place of the further groups of the person', () => {
  const spec = { groups: { primary: 'a', secondary: ['b'] }, accounts: { dir: { groups: ['c'] } } }
  expect(links(groups.user('ana', spec))).toEqual({ primary: ['group:a'], groups: ['group:c'], exact: true })
})

it('each system has the groups that exist there', () => {
  const { wishes } = desired(
    groups.user('ana', { groups: ['a', 'elsewhere'], accounts: { dir: {}, vpn: {} } }),
    'vpn',
  )
  expect(wishes.account.get('ana')?.links['primaryGroup']).toEqual(['group:elsewhere'])
})

describe('memberships that the identity provider decides', () => {
  const saml = world().system('dir', { memberships: 'identity-provider' }).group('a').group('b')

  it('are declared, to be compared', () => {
    expect(links(saml.user('ana', { ...account, groups: ['a'] })).primary).toEqual(['group:a'])
  })

  it('cannot have dates, on either side', () => {
    const dated = { primary: 'a', secondary: [{ group: 'b', until: '2027-01-31' }] }
    expect(codes(saml.user('ana', { ...account, groups: dated }))).toEqual(['dated-membership'])
    const listed = saml.group('c', { members: [{ user: 'ana', from: '2026-01-01' }] })
    expect(codes(listed.user('ana', { ...account, groups: ['a'] }))).toEqual(['dated-membership'])
  })
})

function withoutManagers(): ReturnType<typeof describing> {
  const { account: kind, ...kinds } = describing({})['directory']?.kinds ?? {}
  if (!kind) throw new Error('a directory has accounts')
  const { role, groups } = kind.links
  if (!role || !groups) throw new Error('an account has a role and groups')
  return describing({
    primaryGroups: false,
    kinds: { ...kinds, account: { ...kind, links: { role, groups } } },
  })
}
