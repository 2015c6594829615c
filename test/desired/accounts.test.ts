import { describe, expect, it } from 'vitest'
import { codes, describing, desired, read, wish, world } from '../world.ts'

describe('where an account exists', () => {
  const base = world()
    .group('engineering', { systems: { dir: { account: {} } } })
    .group('readers')

  it('only where the person names it, or a group of the person says account', () => {
    const { wishes } = desired(
      base
        .user('ana', { accounts: { dir: {} } })
        .user('bo', { groups: ['engineering'] })
        .user('chen', { groups: ['readers'] })
        .user('dina'),
    )
    expect([...wishes.account.keys()]).toEqual(['ana', 'bo'])
  })

  it('`none` keeps a person out, whatever the groups say', () => {
    const { wishes } = desired(base.user('bo', { groups: ['engineering'], accounts: { dir: 'none' } }))
    expect(wishes.account.size).toBe(0)
  })

  it('a membership that has ended, or has not begun, brings none', () => {
    const { wishes } = desired(
      base
        .user('ana', { groups: [{ group: 'engineering', until: '2026-11-21' }] })
        .user('bo', { groups: [{ group: 'engineering', from: '2026-11-23' }] })
        .user('chen', { groups: [{ group: 'engineering', from: '2026-11-22', until: '2026-11-22' }] }),
    )
    expect([...wishes.account.keys()]).toEqual(['chen'])
  })

  it('a second account has a name of its own, groups of its own, and the same person behind it', () => {
    const { wishes } = desired(
      base.user('ana', {
        groups: ['engineering'],
        accounts: { dir: {}, 'dir-admin': { system: 'dir', username: 'ana-admin', role: 'Administrator' } },
      }),
    )
    expect(
      [...wishes.account.values()].map(({ ref, person, links, exactGroups }) => ({
        key: ref.key,
        person,
        links,
        exactGroups,
      })),
    ).toEqual([
      {
        key: 'ana',
        person: 'ana',
        exactGroups: true,
        links: { role: ['role:Member'], primaryGroup: ['group:engineering'], groups: [], manages: [] },
      },
      {
        key: 'ana-admin',
        person: 'ana',
        exactGroups: undefined,
        links: { role: ['role:Administrator'], groups: [], manages: [] },
      },
    ])
  })

  it('a sole account under a name of its own is the one that the groups are about', () => {
    const account = wish(
      base.user('ana', { groups: ['engineering'], accounts: { work: { system: 'dir' } } }),
      'account',
      'ana',
    )
    expect(account.links['primaryGroup']).toEqual(['group:engineering'])
  })

  it('a user name is compared without case, and carried as it is spelled', () => {
    const account = wish(
      world().user('ana', { accounts: { dir: { username: 'A.Silva' } } }),
      'account',
      'a.silva',
    )
    expect(account.fields['username']).toBe('A.Silva')
    expect(account.handle).toBe('ana')
  })
})

describe('account values', () => {
  const roles = (...layers: string[]): unknown => {
    const [person, group, system] = layers
    const account = wish(
      world()
        .system('dir', { defaults: system === undefined ? {} : { account: { role: system } } })
        .group('g', { systems: { dir: { account: group === undefined ? {} : { role: group } } } })
        .user('ana', {
          groups: ['g'],
          accounts: { dir: person === undefined || person === '' ? {} : { role: person } },
        }),
      'account',
      'ana',
    )
    return account.links['role']
  }

  it("the person's go before the group's, and these before the system's", () => {
    expect(roles('Owner', 'Administrator', 'Member')).toEqual(['role:Owner'])
    expect(roles('', 'Administrator', 'Member')).toEqual(['role:Administrator'])
    expect(wish(world().user('ana', { accounts: { dir: {} } }), 'account', 'ana').links['role']).toEqual([
      'role:Member',
    ])
  })

  it('a role is never unmanaged: without any the manifests are at fault', () => {
    expect(
      codes(
        world()
          .system('dir', { defaults: {} })
          .user('ana', { accounts: { dir: {} } }),
      ),
    ).toEqual(['no-role'])
  })

  it('two groups that disagree are an error, unless the person decides', () => {
    const two = world()
      .group('one', { systems: { dir: { account: { role: 'Member' } } } })
      .group('two', { systems: { dir: { account: { role: 'Administrator' } } } })
    const groups = { primary: 'one', secondary: ['two'] }
    expect(codes(two.user('ana', { groups }))).toEqual(['groups-disagree'])
    expect(
      wish(two.user('ana', { groups, accounts: { dir: { role: 'Owner' } } }), 'account', 'ana').links['role'],
    ).toEqual(['role:Owner'])
  })

  it('two groups that disagree are said once, not once for each common member', () => {
    const two = ['ana', 'bo', 'chen'].reduce(
      (all, name) => all.user(name, { groups: { primary: 'one', secondary: ['two'] } }),
      world()
        .group('one', { systems: { dir: { account: { role: 'Member' } } } })
        .group('two', { systems: { dir: { account: { role: 'Administrator' } } } }),
    )
    expect(codes(two)).toEqual(['groups-disagree'])
  })

  it('what describes a person is carried; what is not written is not managed', () => {
    const spec = { email: 'ana@acme.example', givenName: 'Ana', employment: 'employee' } as const
    const account = wish(
      world().user('ana', { ...spec, accounts: { dir: {} } }, { labels: { team: 'platform' } }),
      'account',
      'ana',
    )
    expect(account.fields).toEqual({
      username: 'ana',
      email: 'ana@acme.example',
      givenName: 'Ana',
      employment: 'employee',
      type: 'person',
      status: 'active',
      labels: { team: 'platform' },
    })
  })

  it("an account's own e-mail address goes before the person's", () => {
    const account = wish(
      world().user('ana', { email: 'ana@acme.example', accounts: { dir: { email: 'root@acme.example' } } }),
      'account',
      'ana',
    )
    expect(account.fields['email']).toBe('root@acme.example')
  })

  it("the connector's own keys are resolved by what they point at", () => {
    const account = wish(
      world()
        .scope('eu', { name: 'Europe', enterprises: 'all' })
        .user('ana', { accounts: { dir: { scope: 'eu', sealed: true } } }),
      'account',
      'ana',
    )
    expect(account.links['scope']).toEqual(['scope:Europe'])
    expect(account.fields['sealed']).toBe(true)
  })

  it('D1: a field that changes access and that the system lacks is an error, never an approximation', () => {
    const { diagnostics } = read(
      world().user('ana', { accounts: { dir: { ipWhitelist: ['203.0.113.0/24'] } } }),
    )
    expect(diagnostics).toMatchObject([
      { severity: 'error', message: 'The system "dir" (directory) has no per-user IP whitelist.' },
    ])
  })
})

describe('C4: roles', () => {
  it.each(['Owner', 'Administrator', 'Member'])('C4: %s is a role of the vocabulary', (role) => {
    expect(
      wish(world().user('ana', { accounts: { dir: { role } } }), 'account', 'ana').links['role'],
    ).toEqual([`role:${role}`])
  })

  it('C4: anything else is an error with the nearest role', () => {
    const { diagnostics } = read(world().user('ana', { accounts: { dir: { role: 'Adminstrator' } } }))
    expect(diagnostics).toMatchObject([
      {
        code: 'unknown-role',
        span: { file: 'access/users.yaml', line: 8 },
        fix: 'Did you mean "Administrator"? The roles are Owner, Administrator, Member.',
      },
    ])
  })

  it('a declared role is named by its handle and linked by its native name', () => {
    const declared = world().role('auditor', { name: 'Reads everything' })
    expect(
      wish(declared.user('ana', { accounts: { dir: { role: 'auditor' } } }), 'account', 'ana').links['role'],
    ).toEqual(['role:Reads everything'])
  })

  it("another system's role is no role here", () => {
    const two = world().system('dir').system('vpn').role('auditor', { system: 'vpn' })
    expect(codes(two.user('ana', { accounts: { dir: { role: 'auditor' } } }))).toEqual(['unknown-role'])
  })

  it('a role that implies others links them', () => {
    const { links } = wish(
      world().role('auditor', { implies: ['Member', 'Administrator'] }),
      'role',
      'auditor',
    )
    expect(links['implies']).toEqual(['role:Administrator', 'role:Member'])
  })

  it('A4: a clone is a full set of privileges', () => {
    const clones = world()
      .role('reader', { privileges: ['read', 'list'] })
      .role('writer', { cloneOf: 'reader', privileges: { add: ['write'] } })
      .role('editor', { cloneOf: 'writer', privileges: { add: ['edit'], remove: ['list'] } })
      .role('copy', { cloneOf: 'reader' })
    expect(wish(clones, 'role', 'writer').fields['privileges']).toEqual(['list', 'read', 'write'])
    expect(wish(clones, 'role', 'editor').fields['privileges']).toEqual(['edit', 'read', 'write'])
    expect(wish(clones, 'role', 'copy').fields['privileges']).toEqual(['list', 'read'])
  })

  it('A4: a clone of a built-in role starts from what the connector says of it', () => {
    const connectors = describing({ rolePrivileges: { Member: ['read'] } })
    const { fields } = wish(
      world().role('writer', { cloneOf: 'Member', privileges: { add: ['write'] } }),
      'role',
      'writer',
      'dir',
      { connectors },
    )
    expect(fields['privileges']).toEqual(['read', 'write'])
  })
})

describe('systems that differ', () => {
  it('accounts keyed by e-mail: the address is the key, and a person without one is at fault', () => {
    const connectors = describing({ accountKey: 'email' })
    const ana = world().user('ana', { email: 'Ana@acme.example', accounts: { dir: {} } })
    expect(wish(ana, 'account', 'ana@acme.example', 'dir', { connectors }).fields['email']).toBe(
      'Ana@acme.example',
    )
    expect(codes(world().user('ana', { accounts: { dir: {} } }), { connectors })).toEqual(['no-email'])
  })

  it('X5: a former address is what the account is renamed from', () => {
    const connectors = describing({ accountKey: 'email' })
    const ana = world().user('ana', {
      email: 'ana.silva@acme.example',
      previousEmails: ['Ana@acme.example'],
      accounts: { dir: {} },
    })
    expect(wish(ana, 'account', 'ana.silva@acme.example', 'dir', { connectors }).previousKeys).toEqual([
      'ana@acme.example',
    ])
  })
})
