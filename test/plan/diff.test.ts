import jsonpatch from 'fast-json-patch'
import { describe, expect, it } from 'vitest'
import { description } from '../../src/systems/directory/describe.ts'
import { applied, changesOf, grant, live, owner, person, short, wish, type World } from './world.ts'

const told = (world: World): string[] => changesOf(world).map(short)

describe('what is declared', () => {
  it('D2: is created where it is missing, and left alone where it is as wished', () => {
    const ana = person('ana')
    expect(told({ wishes: [wish(ana), wish(person('bo'))], live: [ana] })).toEqual(['create account:bo'])
  })

  it('C8: a role change is an update, never a delete and create', () => {
    const bo = person('bo', { id: 'account/2' })
    const raised = wish(person('bo', { links: { role: ['role:Administrator'] } }))
    expect(changesOf({ wishes: [raised], live: [bo] })).toEqual([
      {
        action: 'update',
        ref: bo.ref,
        id: 'account/2',
        before: { fields: {}, links: { role: ['role:Member'] } },
        after: { fields: {}, links: { role: ['role:Administrator'] } },
        patch: [
          { op: 'remove', path: '/links/role/role:Member' },
          { op: 'add', path: '/links/role/role:Administrator', value: true },
        ],
        cause: raised.cause,
      },
    ])
  })

  it('D7: the patch is one that fast-json-patch applies, with sets by member', () => {
    const group = (regions: string[], maxDevices: number) =>
      live('group', 'eng', { fields: { regions, maxDevices } })
    const [change] = changesOf({ wishes: [wish(group(['a', 'c'], 5))], live: [group(['a', 'b'], 3)] })
    if (change?.action !== 'update') throw new Error('no update')
    expect(change.patch).toEqual([
      { op: 'replace', path: '/fields/maxDevices', value: 5 },
      { op: 'remove', path: '/fields/regions/b' },
      { op: 'add', path: '/fields/regions/c', value: true },
    ])
    const byMember = { fields: { maxDevices: 3, regions: { a: true, b: true } }, links: {} }
    expect(jsonpatch.applyPatch(byMember, [...change.patch] as jsonpatch.Operation[]).newDocument).toEqual({
      fields: { maxDevices: 5, regions: { a: true, c: true } },
      links: {},
    })
  })

  it('absent is not managed, and an empty list is none', () => {
    const group = live('group', 'eng', { fields: { regions: ['eu'], subnets: ['10.0.0.0/8'] } })
    const wished = wish(live('group', 'eng', { fields: { subnets: [] } }))
    expect(told({ wishes: [wished], live: [group] })).toEqual(['update group:eng -subnets 10.0.0.0/8'])
  })

  it('a set in another order, or a name in another case, is no difference', () => {
    const group = live('group', 'eng', { fields: { regions: ['b', 'a'] } })
    const bo = person('bo', { fields: { username: 'Bo', email: 'Bo@acme.example' } })
    const wishes = [
      wish(live('group', 'eng', { fields: { regions: ['a', 'b'] } })),
      wish(person('bo', { fields: { username: 'bo', email: 'bo@ACME.example' } })),
    ]
    expect(told({ wishes, live: [group, bo] })).toEqual([])
  })

  it('members of a set fold where the system tells no case apart', () => {
    const { group } = description.kinds
    if (!group) throw new Error('no groups')
    const domains = { about: 'Domains.', write: 'write', shape: 'set', caseInsensitive: true } as const
    const other = {
      ...description,
      kinds: { ...description.kinds, group: { ...group, fields: { domains } } },
    }
    const eng = (...list: string[]) => live('group', 'eng', { fields: { domains: list } })
    const wishes = [wish(eng('ACME.example', 'new.example'))]
    expect(told({ wishes, live: [eng('acme.example', 'old.example')], description: other })).toEqual([
      'update group:eng -domains old.example +domains new.example',
    ])
  })

  it('only A to Z fold: a Kelvin sign is not a k', () => {
    const world = {
      wishes: [wish(person('k', { fields: { email: 'k@acme.example' } }))],
      live: [person('k', { fields: { email: '\u212A@acme.example' } })],
    }
    expect(told(world)).toHaveLength(1)
  })

  it('the order of mapping rules means something', () => {
    const rules = [
      { attribute: 'a', in: ['x'], group: 'eng' },
      { attribute: 'a', in: ['y'], group: 'ops' },
    ]
    const mapping = (list: typeof rules) => live('mapping', 'saml', { fields: { rules: list } })
    expect(told({ wishes: [wish(mapping(rules))], live: [mapping(rules)] })).toEqual([])
    expect(told({ wishes: [wish(mapping([...rules].reverse()))], live: [mapping(rules)] })).toHaveLength(1)
  })

  it('a field that only a person can set is a manual change with its steps filled in', () => {
    const wished = wish(person('bo', { fields: { sealed: true } }))
    expect(
      changesOf({ wishes: [wished], live: [person('bo', { fields: { sealed: false } })] }),
    ).toMatchObject([
      {
        action: 'manual',
        before: { fields: { sealed: false } },
        after: { fields: { sealed: true } },
        steps: [
          'Open the file of the directory with an SQLite program.',
          'Set `sealed` of the account bo to true in the table `accounts`.',
        ],
      },
    ])
  })

  it('a field that is fixed at the creation is sent with it, and by hand ever after', () => {
    const { group } = description.kinds
    const fixed = { about: 'The data centre.', write: 'create-only', shape: 'scalar' } as const
    const hidden = { about: 'A pass phrase.', write: 'write-only', shape: 'scalar' } as const
    const told = { about: 'When it was made.', write: 'read', shape: 'scalar' } as const
    if (!group) throw new Error('no groups')
    const fields = { ...group.fields, site: fixed, phrase: hidden, madeAt: told }
    const other = { ...description, kinds: { ...description.kinds, group: { ...group, fields } } }
    const wishes = [wish(live('group', 'eng', { fields: { site: 'fra', phrase: 'x', madeAt: 'now' } }))]
    expect(changesOf({ wishes, description: other })).toMatchObject([
      { action: 'create', after: { fields: { site: 'fra', phrase: 'x' } } },
    ])
    expect(JSON.stringify(changesOf({ wishes, description: other }))).not.toContain('madeAt')
    const actual = [live('group', 'eng', { fields: { site: 'ams', madeAt: 'then' } })]
    expect(changesOf({ wishes, live: actual, description: other })).toMatchObject([
      {
        action: 'manual',
        before: { fields: { site: 'ams' } },
        steps: [
          '"site" of the group "eng" in office is fixed when it is made. Remove it and make it again by hand with fra, or correct the manifest.',
        ],
      },
    ])
  })

  it('a kind that the system neither makes nor removes is left to a person', () => {
    const { group } = description.kinds
    if (!group) throw new Error('no groups')
    const other = { ...description, kinds: { ...description.kinds, group: { ...group, writable: false } } }
    expect(changesOf({ wishes: [wish(live('group', 'eng'))], description: other })).toMatchObject([
      { action: 'manual', steps: ['Make the group "eng" in office.'] },
    ])
    const gone = wish(live('group', 'eng'), { state: 'absent' })
    expect(changesOf({ wishes: [gone], live: [live('group', 'eng')], description: other })).toMatchObject([
      { action: 'manual', steps: ['Remove the group "eng" in office.'] },
    ])
    expect(
      told({ live: [live('group', 'eng')], config: { exclusive: ['group'] }, description: other }),
    ).toEqual(['keep group:eng (unmanaged)'])
  })

  it('a name that looks like a placeholder stays what it is', () => {
    const world = {
      wishes: [wish(person('{value}', { fields: { sealed: true } }))],
      live: [person('{value}')],
    }
    expect(JSON.stringify(changesOf(world))).toContain('the account {value} to true')
  })

  it('a created resource is followed by what only a person can add to it', () => {
    expect(told({ wishes: [wish(person('bo', { fields: { sealed: true } }))] })).toEqual([
      'create account:bo',
      'manual account:bo +sealed true',
    ])
  })

  it('declared absent is removed, by the name it had too', () => {
    const gone = wish(live('group', 'old'), { state: 'absent', previousKeys: ['older'] })
    expect(told({ wishes: [gone], live: [live('group', 'old')] })).toEqual(['delete group:old'])
    expect(told({ wishes: [gone], live: [live('group', 'older')] })).toEqual(['delete group:older'])
    expect(told({ wishes: [gone], live: [] })).toEqual([])
  })

  it('an account that begins later is not created, and suspended where it is live', () => {
    const later = wish(person('bo', { links: { groups: ['group:eng'] } }), { state: 'later' })
    expect(told({ wishes: [later], live: [] })).toEqual([])
    expect(told({ wishes: [later], live: [person('bo')] })).toEqual([
      'update account:bo -status active +status suspended',
    ])
  })
})

describe('what nobody declares', () => {
  it('is reported and left alone', () => {
    expect(told({ live: [live('group', 'eng')] })).toEqual(['keep group:eng (unmanaged)'])
  })

  it('is removed where the inventory lists it, and the cause names the run', () => {
    const [change] = changesOf({ live: [live('group', 'eng')], inventory: [applied('group', 'eng')] })
    expect(change).toMatchObject({
      action: 'delete',
      cause: { document: 'System/office', because: 'no longer declared; applied by run 20261101-1' },
    })
  })

  it('says whose memberships go along with it, each once and sorted', () => {
    const changes = changesOf({
      live: [
        live('group', 'eng'),
        live('group', 'ops'),
        person('chen', { links: { groups: ['group:eng'], manages: ['group:eng'] } }),
        person('bo', { links: { primaryGroup: ['group:eng'] } }),
      ],
      inventory: [applied('group', 'eng'), applied('group', 'ops')],
    })
    expect(changes.filter(({ action }) => action === 'delete')).toMatchObject([
      { ref: { key: 'eng' }, along: ['account:bo', 'account:chen'] },
      { ref: { key: 'ops' } },
    ])
    expect(changes.find(({ ref }) => ref.key === 'ops')).not.toHaveProperty('along')
  })

  it('is not ours when another native thing bears the name that the inventory lists', () => {
    const inventory = [applied('group', 'eng', { id: 'group/1' })]
    expect(told({ live: [live('group', 'eng', { id: 'group/9' })], inventory })).toEqual([
      'keep group:eng (unmanaged)',
    ])
    expect(told({ live: [live('group', 'moved', { id: 'group/1' })], inventory })).toEqual([
      'delete group:moved',
    ])
  })

  it('is removed where its collection is exclusive, and the cause is the line that says so', () => {
    const place = { file: 'rolecall.yaml', line: 19, document: 'System/office' }
    const [change] = changesOf({
      live: [live('group', 'eng')],
      config: { exclusive: ['group'], places: { exclusive: place } },
    })
    expect(change).toMatchObject({
      action: 'delete',
      cause: { ...place, because: 'not declared, and exclusive: groups' },
    })
  })

  it('is left out where ignored, and rolecall does not remove itself', () => {
    const world = {
      live: [person('mallory@openvpn.example'), person('ci-bot'), person('bo')],
      config: {
        exclusive: ['account' as const],
        ignore: { account: ['*@OpenVPN.example'] },
        automation: ['ci-bot'],
      },
    }
    expect(told(world)).toEqual(['delete account:bo'])
  })

  it.each([
    ['*', 'anything', true],
    ['a*', 'ba', false],
    ['*@x.example', 'bo@x.example', true],
    ['a*b*c', 'a-b-c', true],
    ['a*bc*bc', 'abc', false],
    ['a*b*c', 'acb', false],
    ['a', 'ab', false],
    ['a.c', 'abc', false],
  ])('the pattern %s on %s: %s', (pattern, key, isIgnored) => {
    const world = { live: [live('group', key)], config: { ignore: { group: [pattern] } } }
    expect(told(world)).toEqual(isIgnored ? [] : [`keep group:${key} (unmanaged)`])
  })

  it('built-in roles are never removed', () => {
    expect(told({ live: [live('role', 'Owner')], config: { exclusive: ['role'] } })).toEqual([])
  })
})

describe('memberships', () => {
  const eng = live('group', 'eng')
  const ops = live('group', 'ops')
  const member = (key: string, ...groups: string[]) =>
    person(key, { links: { groups: groups.map((group) => `group:${group}`) } })

  it('a live pair that neither side declares stays if neither side manages it', () => {
    const bo = member('bo', 'eng')
    expect(told({ wishes: [wish(member('bo')), wish(eng)], live: [bo, eng] })).toEqual([])
  })

  it('goes if the person writes groups, or the group writes members', () => {
    const bo = member('bo', 'eng')
    expect(told({ wishes: [wish(member('bo'), { exactGroups: true }), wish(eng)], live: [bo, eng] })).toEqual(
      ['update account:bo -groups group:eng'],
    )
    expect(
      told({ wishes: [wish(member('bo')), wish(eng, { exactMembers: true })], live: [bo, eng] }),
    ).toEqual(['update account:bo -groups group:eng'])
  })

  it('the cause is the document that speaks of the pair', () => {
    const [change] = changesOf({
      wishes: [wish(member('bo')), wish(eng, { exactMembers: true })],
      live: [member('bo', 'eng'), eng],
    })
    expect(change?.cause?.document).toBe('Group/eng')
    const [own] = changesOf({
      wishes: [wish(member('bo'), { exactGroups: true }), wish(eng, { exactMembers: true })],
      live: [member('bo', 'eng'), eng],
    })
    expect(own?.cause?.document).toBe('User/bo')
  })

  it('a delta names only who comes and goes', () => {
    const world = {
      wishes: [
        wish(member('bo', 'eng', 'new'), { exactGroups: true }),
        wish(eng),
        wish(ops),
        wish(live('group', 'new')),
      ],
      live: [member('bo', 'eng', 'ops'), eng, ops, live('group', 'new')],
    }
    expect(told(world)).toEqual(['update account:bo -groups group:ops +groups group:new'])
  })

  it('somebody nobody declared is taken out of a group whose members are written, and stays otherwise', () => {
    const world = {
      wishes: [wish(eng, { exactMembers: true }), wish(ops)],
      live: [eng, ops, member('stranger', 'eng', 'ops')],
    }
    expect(told(world)).toEqual([
      'update account:stranger -groups group:eng',
      'keep account:stranger (unmanaged)',
    ])
    expect(told({ ...world, config: { automation: ['stranger'] } })).toEqual([])
    expect(told({ ...world, config: { ignore: { account: ['str*'] } } })).toEqual([])
    expect(told({ ...world, config: { ignore: { group: ['eng'] } } })).toEqual([
      'keep account:stranger (unmanaged)',
    ])
  })

  it('of ignored groups are none of our business, whoever writes what', () => {
    const world = { wishes: [wish(member('bo'), { exactGroups: true })], live: [member('bo', 'eng'), eng] }
    expect(told({ ...world, config: { ignore: { group: ['e*'] } } })).toEqual([])
  })

  it('a group that becomes the primary one leaves the secondary ones', () => {
    const wished = wish(person('bo', { links: { primaryGroup: ['group:eng'] } }))
    expect(told({ wishes: [wished, wish(eng)], live: [member('bo', 'eng'), eng] })).toEqual([
      'update account:bo -groups group:eng +primaryGroup group:eng',
    ])
  })

  it('a manager is a member, listed twice or not', () => {
    const manages = (...groups: string[]) =>
      person('ana', { links: { manages: ['group:eng'], groups: groups.map((group) => `group:${group}`) } })
    const exact = wish(eng, { exactMembers: true, exactManagers: true })
    for (const lists of [manages(), manages('eng')])
      for (const wishes of [manages(), manages('eng')])
        expect(told({ wishes: [wish(wishes, { exactGroups: true }), exact], live: [lists, eng] })).toEqual([])
  })

  it('a primary group is not listed among the secondary ones', () => {
    const moved = person('bo', { links: { primaryGroup: ['group:ops'], groups: ['group:eng'] } })
    const wished = wish(person('bo', { links: { primaryGroup: ['group:eng'], groups: ['group:ops'] } }), {
      exactGroups: true,
    })
    expect(told({ wishes: [wished, wish(eng), wish(ops)], live: [moved, eng, ops] })).toEqual([
      'update account:bo -primaryGroup group:ops -groups group:eng +primaryGroup group:eng +groups group:ops',
    ])
  })

  it('go along with a group that is removed: one change, not one for each member', () => {
    const world = {
      wishes: [wish(member('bo'), { exactGroups: true }), wish(person('chen'))],
      live: [member('bo', 'eng'), person('chen', { links: { primaryGroup: ['group:eng'] } }), eng],
      inventory: [applied('group', 'eng')],
    }
    expect(told(world)).toEqual(['delete group:eng'])
  })

  it('are expectations where the identity provider decides them', () => {
    const world = {
      wishes: [wish(member('bo', 'eng'), { exactGroups: true }), wish(member('new', 'eng')), wish(eng)],
      live: [member('bo', 'ops'), eng, ops],
      config: { memberships: 'identity-provider' as const },
    }
    expect(told(world)).toEqual([
      'keep group:ops (unmanaged)',
      'keep account:bo (mapped update) -groups group:ops +groups group:eng',
      'create account:new',
      'keep account:new (mapped update) +groups group:eng',
    ])
    const created = changesOf(world).find((change) => change.action === 'create')
    expect(created?.after.links['groups']).toBeUndefined()
  })
})

describe('grants', () => {
  const eng = live('group', 'eng')
  const stray = grant('group:eng', 'viewer', 'project:web')

  it('of declared subjects are exact where a policy has roles', () => {
    const declared = grant('group:eng', 'operator', 'project:web')
    const world = { wishes: [wish(eng), wish(declared)], live: [eng, declared, stray], comparesGrants: true }
    expect(told(world)).toEqual(['delete grant:group:eng viewer project:web'])
  })

  it('of anybody else, or where no policy has roles, are unmanaged', () => {
    const kept = 'keep grant:group:eng viewer project:web (unmanaged)'
    expect(told({ wishes: [wish(eng)], live: [eng, stray] })).toEqual([kept])
    expect(told({ live: [stray], comparesGrants: true })).toEqual([kept])
  })

  it('another one of the same policy is another one, never a rename', () => {
    const declared = wish(grant('group:eng', 'operator', 'project:web'), { handle: 'web' })
    const inventory = [applied('grant', stray.ref.key, { handle: 'web' })]
    expect(told({ wishes: [wish(eng), declared], live: [eng, stray], inventory })).toEqual([
      'create grant:group:eng operator project:web',
      'delete grant:group:eng viewer project:web',
    ])
  })

  it('of a subject that is left alone are left alone, though it is declared too', () => {
    const bo = person('bo')
    const his = grant('account:bo', 'viewer', 'project:web')
    const world = { wishes: [wish(bo), wish(eng)], live: [bo, eng, his, stray], comparesGrants: true }
    const kept = [
      'keep grant:account:bo viewer project:web (unmanaged)',
      'keep grant:group:eng viewer project:web (unmanaged)',
    ]
    expect(told({ ...world, config: { ignore: { account: ['b*'], group: ['eng'] } } })).toEqual(kept)
    expect(told(world)).toEqual([
      'delete grant:account:bo viewer project:web',
      'delete grant:group:eng viewer project:web',
    ])
  })

  it('of rolecall itself are its own', () => {
    const bot = person('ci-bot')
    const own = grant('account:ci-bot', 'viewer', 'project:web')
    const world = { wishes: [wish(bot)], live: [bot, own], comparesGrants: true }
    expect(told(world)).toEqual(['delete grant:account:ci-bot viewer project:web'])
    expect(told({ ...world, config: { automation: ['ci-bot'] } })).toEqual([
      'keep grant:account:ci-bot viewer project:web (unmanaged)',
    ])
  })

  it('go with the group that is removed', () => {
    expect(told({ live: [eng, stray], inventory: [applied('group', 'eng')] })).toEqual([
      'delete group:eng',
      'delete grant:group:eng viewer project:web',
    ])
  })
})

describe('renames', () => {
  const links = { parent: [] as string[] }
  const developers = live('group', 'developers', { links, id: 'group/1' })
  const engineering = live('group', 'engineering', { links })
  const members = ['a', 'b', 'c'].map((key) => person(key, { links: { groups: ['group:developers'] } }))
  const others = [
    live('group', 'frontend', { links: { parent: ['group:developers'] } }),
    live('policy', 'web', { links: { subjects: ['group:developers'], resources: ['all:*'] } }),
    grant('group:developers', 'operator', 'project:web'),
  ]
  const wishesAfter = [
    ...['a', 'b', 'c'].map((key) =>
      wish(person(key, { links: { groups: ['group:engineering'] } }), { exactGroups: true }),
    ),
    wish(live('group', 'frontend', { links: { parent: ['group:engineering'] } })),
    wish(live('policy', 'web', { links: { subjects: ['group:engineering'], resources: ['all:*'] } })),
    wish(grant('group:engineering', 'operator', 'project:web')),
  ]

  it('a renamed group is one change and nothing else, members, children, policies and grants included', () => {
    const world = {
      wishes: [wish(engineering, { previousKeys: ['developers'], exactMembers: true }), ...wishesAfter],
      live: [developers, ...members, ...others],
      comparesGrants: true,
    }
    expect(told(world)).toEqual(['rename group:engineering from developers'])
  })

  it('the inventory knows it without being told, by the document and the native id', () => {
    const world = {
      wishes: [wish(engineering, { handle: 'dev' })],
      live: [developers],
      inventory: [applied('group', 'developers', { handle: 'dev', id: 'group/1' })],
    }
    expect(told(world)).toEqual(['rename group:engineering from developers'])
  })

  it('the natural key goes first: a former name that is live beside it is another thing', () => {
    const world = {
      wishes: [wish(engineering, { previousKeys: ['developers'] })],
      live: [developers, engineering],
    }
    expect(told(world)).toEqual(['keep group:developers (unmanaged)'])
  })

  it('carries what else differs along in the same change', () => {
    const world = {
      wishes: [
        wish(live('group', 'engineering', { fields: { maxDevices: 3 } }), { previousKeys: ['developers'] }),
      ],
      live: [live('group', 'developers', { fields: { maxDevices: 5 } })],
    }
    expect(told(world)).toEqual(['rename group:engineering from developers -maxDevices 5 +maxDevices 3'])
  })

  it('along a row of names each keeps its own', () => {
    const wishes = [
      wish(live('group', 'y'), { previousKeys: ['x'] }),
      wish(live('group', 'z'), { previousKeys: ['y'] }),
    ]
    expect(told({ wishes, live: [live('group', 'x'), live('group', 'y')] })).toEqual([
      'rename group:y from x',
      'rename group:z from y',
    ])
  })

  it('a name that is given away and taken anew at once is a rename and a create', () => {
    const world = {
      wishes: [wish(live('group', 'new'), { handle: 'one' }), wish(live('group', 'old'), { handle: 'two' })],
      live: [live('group', 'old', { id: 'group/1' })],
      inventory: [applied('group', 'old', { handle: 'one', id: 'group/1' })],
    }
    expect(told(world)).toEqual(['rename group:new from old', 'create group:old'])
  })

  it('two that change places go through a third name, and the plan shows it', () => {
    const world = {
      wishes: [wish(person('bo'), { handle: 'ana' }), wish(person('ana'), { handle: 'bo' })],
      live: [owner('ana', { id: 'account/1' }), person('bo', { id: 'account/2' })],
      inventory: [
        applied('account', 'ana', { id: 'account/1' }),
        applied('account', 'bo', { id: 'account/2' }),
      ],
    }
    expect(told(world)).toEqual([
      'rename account:ana from bo -username bo +username ana',
      'rename account:ana-aside from ana -username ana +username ana-aside',
      'rename account:bo from ana-aside -username ana-aside -role role:Owner +username bo +role role:Member',
    ])
  })

  it('in a system that cannot rename it is a manual step, and all else goes by the name of today', () => {
    const group = description.kinds.group
    if (!group) throw new Error('no groups')
    const fixed = { ...description, kinds: { ...description.kinds, group: { ...group, rename: false } } }
    const world = {
      wishes: [
        wish(live('group', 'engineering', { fields: { maxDevices: 3 } }), { previousKeys: ['developers'] }),
        wish(person('new', { links: { groups: ['group:engineering'] } })),
      ],
      live: [live('group', 'developers', { fields: { maxDevices: 5 } })],
      description: fixed,
    }
    expect(told(world)).toEqual([
      'update group:developers -maxDevices 5 +maxDevices 3',
      'manual group:engineering',
      'create account:new',
    ])
    const created = changesOf(world).find((change) => change.action === 'create')
    expect(created?.after.links['groups']).toEqual(['group:developers'])
  })
})

describe('what is held back', () => {
  const sealed = owner('root', { fields: { sealed: true } })

  it('sealed: no plan writes it, and the plan says what it would have done', () => {
    const wished = wish(person('root', { fields: { sealed: true } }))
    expect(told({ wishes: [wished], live: [sealed] })).toEqual([
      'keep account:root (sealed update) -role role:Owner +role role:Member',
    ])
    expect(told({ live: [sealed], inventory: [applied('account', 'root')] })).toEqual([
      expect.stringMatching(/^keep account:root \(sealed delete\)/),
    ])
  })

  it('sealed: not even its name, and all else goes by the name of today', () => {
    const world = {
      wishes: [wish(owner('root-2', { fields: { sealed: true } }), { previousKeys: ['root'] })],
      live: [sealed],
    }
    expect(told(world)).toEqual(['keep account:root-2 from root (sealed rename)'])
  })

  it('the stage report holds back everything', () => {
    const world = {
      wishes: [wish(person('ana')), wish(person('bo', { links: { role: ['role:Administrator'] } }))],
      live: [person('bo'), live('group', 'old')],
      inventory: [applied('group', 'old')],
      config: { stage: 'report' as const },
    }
    expect(told(world).map((line) => line.split(')')[0])).toEqual([
      'keep group:old (stage delete',
      'keep account:ana (stage create',
      'keep account:bo (stage update',
    ])
  })

  it('the stage additions lets through what only adds, also of one resource', () => {
    const bo = person('bo', { links: { groups: ['group:old'] } })
    const world = {
      wishes: [
        wish(
          person('bo', {
            fields: { givenName: 'Bo' },
            links: { role: ['role:Administrator'], groups: ['group:new'] },
          }),
          {
            exactGroups: true,
          },
        ),
        wish(person('ana')),
      ],
      live: [bo],
      config: { stage: 'additions' as const },
    }
    expect(told(world)).toEqual([
      'create account:ana',
      'update account:bo +givenName Bo +groups group:new',
      'keep account:bo (stage update) -role role:Member -groups group:old +role role:Administrator',
    ])
  })

  it('the stage additions asks nobody to take something away by hand', () => {
    const sealedWish = (value: boolean) => wish(person('bo', { fields: { sealed: value } }))
    const config = { stage: 'additions' as const }
    expect(told({ wishes: [sealedWish(true)], live: [person('bo')], config })).toEqual([
      'manual account:bo +sealed true',
    ])
    expect(
      told({ wishes: [sealedWish(true)], live: [person('bo', { fields: { sealed: false } })], config }),
    ).toEqual(['keep account:bo (stage update) -sealed false +sealed true'])
  })

  it('a rename that the stage holds back leaves everything else by the name of today', () => {
    const world = {
      wishes: [
        wish(live('group', 'engineering'), { previousKeys: ['developers'] }),
        wish(person('ana', { links: { groups: ['group:engineering'] } })),
      ],
      live: [live('group', 'developers')],
      config: { stage: 'additions' as const },
    }
    expect(told(world)).toEqual([
      'keep group:engineering from developers (stage rename)',
      'create account:ana',
    ])
    expect(JSON.stringify(changesOf(world))).toContain('"groups":["group:developers"]')
  })
})
