import { describe, expect, it } from 'vitest'
import { removals, rises, taken } from '../../src/guard/removals.ts'
import { sceneOf } from '../../src/guard/scene.ts'
import { refKey } from '../../src/model/resource.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import {
  account,
  config,
  context,
  create,
  guardCase,
  owner,
  ref,
  remove,
  rename,
  role,
  suspend,
  thing,
  update,
  type CaseWords,
} from './case.ts'

/** What a plan takes away, in each dimension: of how many there are, what goes, what it loses, and whose loss it is. */

const zoe = owner('zoe')
const scene = (words: CaseWords) => sceneOf(guardCase(words), context())

function counted(words: CaseWords): Record<string, readonly [number, ...string[]]> {
  return Object.fromEntries(
    [...removals(scene(words))].map(([name, { size, removed }]) => [
      name,
      [
        size,
        ...removed.map(({ ref: of, what, account: whose }) =>
          [refKey(of), what, whose && `of ${whose}`].filter((word) => word !== undefined).join(' '),
        ),
      ],
    ]),
  )
}

const of = (name: string, words: CaseWords) => counted(words)[name]

const settings = update(thing('group', 'crew'), {}, { fields: { description: 'All of us' } })

describe('what is counted', () => {
  it('is nothing at all while nothing is written', () => {
    expect(counted({ live: [zoe] })).toEqual({})
  })

  it('is each account, each active one, each with power over others, and each owner', () => {
    const live = [zoe, account('ana', { status: 'suspended' }), account('bo'), thing('group', 'crew')]
    expect(counted({ live, changes: [settings] })).toEqual({
      accounts: [3],
      suspensions: [2],
      demotions: [1],
      'owner reductions': [1],
      groups: [1],
    })
  })

  it('is each membership once, whichever link it is, and each managed group', () => {
    const ana = account('ana', { groups: ['crew', 'staff'], manages: ['crew'] })
    const words = { live: [ana, thing('group', 'crew'), thing('group', 'staff')] }
    expect(counted({ ...words, changes: [settings] })).toMatchObject({
      memberships: [2],
      'managed groups': [1],
    })
    expect(counted({ ...words, changes: [remove(ana)] })).toMatchObject({
      accounts: [1, 'account:ana of ana'],
      memberships: [2, 'account:ana group:crew of ana', 'account:ana group:staff of ana'],
      'managed groups': [1, 'account:ana group:crew of ana'],
    })
  })

  it('is a right of a role, a list of a scope and a rule of a mapping, and no setting of a group', () => {
    const live = [
      zoe,
      thing('group', 'crew', { fields: { regions: ['eu', 'us'], description: 'All of us' } }),
      thing('role', 'operator', {
        fields: { privileges: ['read', 'stop'], directoryGroups: ['ops'], description: 'Runs it' },
      }),
      thing('scope', 'europe', { fields: { datacenters: ['fra', 'lon', 'par'], privileges: ['none'] } }),
      thing('mapping', 'sso', { fields: { rules: [{ group: 'a' }, { group: 'b' }], fallback: 'crew' } }),
    ]
    expect(counted({ live, changes: [settings] })).toEqual({
      accounts: [1],
      suspensions: [1],
      demotions: [1],
      'owner reductions': [1],
      groups: [1],
      roles: [1],
      privileges: [2],
      'role directoryGroups': [1],
      scopes: [1],
      'scope datacenters': [3],
      mappings: [1],
      'mapping rules': [2],
    })
  })
})

describe('what a field counts as', () => {
  const must = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the directory has it')
    return value
  }
  const field = (shape: 'set' | 'ordered') => ({ about: 'Whatever it is.', write: 'write', shape }) as const
  const { project, mapping, role: roles, ...kinds } = directory.kinds
  const description = {
    ...directory,
    kinds: {
      ...kinds,
      role: { ...must(roles), fields: { ...must(roles).fields, steps: field('ordered') } },
      project: { ...must(project), fields: { privileges: field('set'), steps: field('ordered') } },
      mapping: { ...must(mapping), fields: { ...must(mapping).fields, domains: field('set') } },
    },
  }

  it('hangs on its kind and its shape, and on both', () => {
    const live = [
      zoe,
      thing('role', 'operator', { fields: { steps: ['a'] } }),
      thing('project', 'web', { fields: { privileges: ['read'], steps: ['a'] } }),
      thing('mapping', 'sso', { fields: { domains: ['acme.example'], rules: [{ group: 'a' }] } }),
      thing('group', 'crew'),
    ]
    expect(counted({ live, description, changes: [settings] })).toEqual({
      ...{ accounts: [1], suspensions: [1], demotions: [1], 'owner reductions': [1] },
      ...{ groups: [1], roles: [1], projects: [1], mappings: [1], 'mapping rules': [1] },
    })
  })

  it('is nothing, where a system does not describe the kind', () => {
    const live = [zoe, thing('project', 'web', { fields: { privileges: ['read'] } }), thing('group', 'crew')]
    const without = { ...directory, kinds }
    expect(counted({ live, description: without, changes: [settings] })).toMatchObject({ projects: [1] })
  })
})

describe('what is lost', () => {
  it('of a role that goes is each of its rights, of a mapping that goes only itself', () => {
    const operator = thing('role', 'operator', { fields: { privileges: ['read', 'stop'] } })
    const sso = thing('mapping', 'sso', { fields: { rules: [{ group: 'a' }] }, links: { groups: [] } })
    expect(counted({ live: [zoe, operator, sso], changes: [remove(operator), remove(sso)] })).toMatchObject({
      roles: [1, 'role:operator'],
      privileges: [2, 'role:operator read', 'role:operator stop'],
      mappings: [1, 'mapping:sso'],
      'mapping rules': [1],
    })
  })

  it('of a rule that is no word is told by what it says', () => {
    const rules = (...groups: string[]) => groups.map((group) => ({ group }))
    const sso = thing('mapping', 'sso', { fields: { rules: rules('a', 'b') } })
    const change = update(sso, { fields: { rules: rules('a', 'b') } }, { fields: { rules: rules('b') } })
    expect(of('mapping rules', { live: [zoe, sso], changes: [change] })).toEqual([
      2,
      'mapping:sso {"group":"a"}',
    ])
  })

  it('is what something links and links no more; of what goes, its links go along uncounted', () => {
    const policy = thing('policy', 'vpn', { links: { subjects: ['group:a', 'group:b'] } })
    const fewer = update(policy, { links: { subjects: ['group:a'] } }, {})
    expect(of('policy subjects', { live: [zoe, policy], changes: [fewer] })).toEqual([
      2,
      'policy:vpn group:a',
    ])
    expect(counted({ live: [zoe, policy], changes: [remove(policy)] })).toMatchObject({
      policies: [1, 'policy:vpn'],
      'policy subjects': [2],
    })
  })

  it('of a grant is the loss of the account it is given to, and of nobody where a group has it', () => {
    const grant = (subject: string) =>
      thing('grant', `${subject} operator`, { links: { subject: [subject], role: ['role:operator'] } })
    const grants = [grant('account:bo'), grant('group:crew'), thing('grant', 'odd')]
    const counts = counted({ live: [zoe, ...grants], changes: grants.map(remove) })
    expect(counts['grants']).toEqual([
      3,
      'grant:account:bo operator of bo',
      'grant:group:crew operator',
      'grant:odd',
    ])
    expect(Object.keys(counts).filter((name) => name.startsWith('grant '))).toEqual([])
  })

  it('of something else that has subjects is nobody’s', () => {
    const policy = thing('policy', 'vpn', { links: { subject: ['account:bo'] } })
    expect(of('policies', { live: [zoe, policy], changes: [remove(policy)] })).toEqual([1, 'policy:vpn'])
  })

  it('is told by the name something has now, and whose it is by the name it will have', () => {
    const ana = account('ana', { groups: ['crew'] })
    const live = [zoe, ana, thing('group', 'crew')]
    const changes = [rename(ana, 'anna'), update(account('anna'), { links: { groups: ['group:crew'] } }, {})]
    expect(of('memberships', { live, changes })).toEqual([1, 'account:ana group:crew of anna'])
  })

  it('is power: a fall, a suspension, and an unknown power that may have been any', () => {
    const chief = account('chen', { role: 'Administrator' })
    const odd = account('odd', { role: 'Root' })
    const live = [zoe, chief, odd]
    const lost = (...changes: CaseWords['changes'] & {}) => of('demotions', { live, changes })
    expect(lost(role(chief, 'Member'))).toEqual([3, 'account:chen of chen'])
    expect(lost(suspend(chief))).toEqual([3, 'account:chen of chen'])
    expect(lost(remove(chief))).toEqual([3, 'account:chen of chen'])
    expect(lost(role(chief, 'Owner'))).toEqual([3])
    expect(lost(role(chief, 'Root'))).toEqual([3, 'account:chen of chen'])
    expect(lost(role(odd, 'Owner'))).toEqual([3, 'account:odd of odd'])
    expect(lost(settings)).toEqual([3])
  })

  it('is reach: another limit or a first one, and neither more of it nor the end of all', () => {
    const scopes = [thing('scope', 'eu'), thing('scope', 'us')]
    const chief = (...scope: string[]) => {
      const one = account('chen', { role: 'Administrator' })
      return { ...one, links: { ...one.links, scope: scope.map((name) => `scope:${name}` as const) } }
    }
    const lost = (before: string[], after: string[]) =>
      of('demotions', {
        live: [zoe, chief(...before), ...scopes],
        changes: [
          update(
            chief(),
            { links: { scope: chief(...before).links.scope } },
            { links: { scope: chief(...after).links.scope } },
          ),
        ],
      })
    expect(lost([], ['eu'])).toEqual([2, 'account:chen of chen'])
    expect(lost(['eu'], ['us'])).toEqual([2, 'account:chen of chen'])
    expect(lost(['eu'], ['eu', 'us'])).toEqual([2])
    expect(lost(['eu'], [])).toEqual([2])
    const bare = { ...chief(), links: { role: ['role:Administrator'] } } as const
    expect(
      of('demotions', { live: [zoe, bare], changes: [update(bare, {}, { fields: { givenName: 'Chen' } })] }),
    ).toEqual([2])
  })

  it('is an owner less, but for our own accounts and those left alone', () => {
    const others = [owner('bot'), owner('guest-1')]
    const words = {
      live: [zoe, owner('ana'), ...others],
      config: config({ automation: ['bot'], ignore: { account: ['guest-*'] } }),
    }
    expect(of('owner reductions', { ...words, changes: others.map(suspend) })).toEqual([2])
    expect(of('owner reductions', { ...words, changes: [suspend(owner('ana'))] })).toEqual([
      2,
      'account:ana of ana',
    ])
    const idle = owner('idle', { status: 'dormant' })
    expect(of('owner reductions', { live: [zoe, idle], changes: [suspend(idle)] })).toEqual([2])
  })

  it('leaves out accounts that are left alone, by the name they have now', () => {
    const guest = account('guest-1', { groups: ['crew'] })
    const words = {
      live: [zoe, guest, thing('group', 'crew')],
      config: config({ ignore: { account: ['guest-*'] } }),
    }
    expect(counted({ ...words, changes: [rename(guest, 'bo'), settings] })).toMatchObject({ accounts: [1] })
    expect(of('groups', { ...words, live: [zoe, thing('group', 'guest-1')], changes: [settings] })).toEqual([
      1,
    ])
  })

  it('is nothing where things are only added', () => {
    const counts = counted({ live: [zoe], changes: [create(account('bo', { groups: ['crew'] }))] })
    expect(Object.values(counts).filter((dimension) => dimension.length > 1)).toEqual([])
  })
})

describe('what is taken away from who is compromised', () => {
  const bad = { ref: ref('account', 'ana'), compromised: true }
  const whatIsTaken = (words: CaseWords) =>
    taken(scene({ wishes: [bad], ...words })).map(({ ref: one, what }) => what ?? refKey(one))
  const ana = owner('ana', { groups: ['crew'] })
  const live = [zoe, ana, account('bo'), thing('group', 'crew')]

  it('is no power, when they are suspended; of anybody else it is', () => {
    expect(whatIsTaken({ live, changes: [suspend(ana)] })).toEqual([])
    const both = update(
      ana,
      { fields: { status: 'active' }, links: { role: ['role:Owner'] } },
      { fields: { status: 'suspended' }, links: { role: ['role:Member'] } },
    )
    expect(whatIsTaken({ live, changes: [both] })).toEqual([])
    expect(whatIsTaken({ live, changes: [suspend(zoe)] })).toEqual([
      'account:zoe',
      'account:zoe',
      'account:zoe',
    ])
  })

  it('is all, when they are not suspended but lowered or removed', () => {
    expect(whatIsTaken({ live, changes: [role(ana, 'Member')] })).toEqual(['account:ana', 'account:ana'])
    expect(whatIsTaken({ live, changes: [remove(ana)] })).toEqual([
      'account:ana',
      'account:ana',
      'group:crew',
      'account:ana',
    ])
  })

  it('is still what they are members of', () => {
    const out = update(ana, { links: { groups: ['group:crew'] } }, {})
    expect(whatIsTaken({ live, changes: [suspend(ana), out] })).toEqual(['group:crew'])
  })
})

describe('a power that is another', () => {
  it('rises to a higher tier only, and never from or to what is not known', () => {
    const tiers = ['none', 'member', 'administrator', 'owner'] as const
    for (const [low, lower] of tiers.entries())
      for (const [high, higher] of tiers.entries()) expect(rises(lower, higher)).toBe(high > low)
    for (const tier of [...tiers, 'unknown'] as const) {
      expect(rises('unknown', tier)).toBe(false)
      expect(rises(tier, 'unknown')).toBe(false)
    }
  })
})
