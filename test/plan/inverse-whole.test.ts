import { describe, expect, it } from 'vitest'
import type { Part, Write } from '../../src/model/change.ts'
import type { Resource } from '../../src/model/resource.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { cause, create, inverse, remove, rename, undo, update, withField, type Values } from './undone.ts'
import { config, grant, live, person } from './world.ts'

/** What takes a run back, whole; and the cases in which several things, names or removals meet. */

const bo = person('bo')
const chen = person('chen')
const name = (familyName: string): Values => ({ fields: { familyName } })
const link = (links: string, ...groups: string[]): Values => ({
  links: { [links]: groups.map((one) => `group:${one}` as const) },
})
const inGroups = (...groups: string[]): Values => link('groups', ...groups)
const [eng, ops, qa] = [live('group', 'eng'), live('group', 'ops'), live('group', 'qa')]

describe('a change that takes back', () => {
  const did = [update(bo.ref, name('Wu'), name('Wang'))]

  it('names the thing by its id, the place that asked for what the run did, and what is sent', () => {
    expect(inverse({ did, now: [person('bo', { ...name('Wang'), id: '7' })] })).toEqual({
      changes: [
        {
          action: 'update',
          ref: bo.ref,
          id: '7',
          before: { fields: { familyName: 'Wang' }, links: {} },
          after: { fields: { familyName: 'Wu' }, links: {} },
          patch: [{ op: 'replace', path: '/fields/familyName', value: 'Wu' }],
          cause,
        },
      ],
      left: [],
    })
    const [change] = inverse({ did, now: [person('bo', name('Wang'))] }).changes
    expect(change).not.toHaveProperty('id')
  })

  it('names the system where its run wrote no place down', () => {
    const { cause: _unsaid, ...unsaid } = did[0]!
    const [change] = inverse({ did: [unsaid as Write], now: [person('bo', name('Wang'))] }).changes
    expect(change?.cause).toEqual(config().cause)
  })

  it('keeps of what it says no reason of the run', () => {
    const because = { ...did[0]!, cause: { ...cause, because: 'a reason of then' } }
    const [change] = inverse({ did: [because], now: [person('bo', name('Wang'))] }).changes
    expect(change?.cause).toEqual(cause)
  })

  it('comes to nothing where there was no value and is none', () => {
    const first = [update(bo.ref, {}, name('Wang'))]
    expect(undo({ did: first, now: [bo] })).toEqual({ does: [], left: [] })
    expect(undo({ did: first, now: [person('bo', name('Wang'))] }).does).toEqual([
      'update account:bo {familyName:Wang} {}',
    ])
    expect(undo({ did: [update(bo.ref, name('Wu'), {})], now: [person('bo', name('Li'))] }).left).toEqual([
      'account:bo: familyName is "Li" now, and the run left nothing',
    ])
    expect(undo({ did, now: [bo] }).left).toEqual([
      'account:bo: familyName is nothing now, and the run left "Wang"',
    ])
  })

  it('of a set takes the members of the run alone, in any spelling that is the same', () => {
    const regions = (...all: string[]) => live('group', 'ops', { fields: { regions: all } })
    const set = [update(ops.ref, { fields: { regions: ['eu'] } }, { fields: { regions: ['us'] } })]
    expect(undo({ did: set, now: [regions('asia', 'us')] })).toEqual({
      does: ['update group:ops {regions:[us]} {regions:[eu]}'],
      left: [],
    })
  })

  it('gives back a person what several steps took, in one', () => {
    const steps = [
      remove(eng),
      update(bo.ref, name('Wu'), name('Wang')),
      update(chen.ref, name('Li'), name('Liu')),
    ]
    const along = { 'account:bo': ['groups', 'manages'], 'account:chen': ['groups'] }
    const undone = undo({
      did: [{ id: 'office/1', write: steps[0]!, along }, steps[1]!, steps[2]!],
      now: [ops, person('bo', { ...name('Wang'), ...inGroups('ops') }), person('chen', name('Liu'))],
    })
    expect(undone).toEqual({
      does: [
        'create group:eng',
        'update account:bo {familyName:Wang} {familyName:Wu,groups:[group:eng],manages:[group:eng]}',
        'update account:chen {familyName:Liu} {familyName:Li,groups:[group:eng]}',
      ],
      left: [],
    })
  })

  it('tells what is left by thing, and then by reason', () => {
    const both = (given: string, family: string): Values => ({
      fields: { givenName: given, familyName: family },
    })
    const moved = [update(chen.ref, name('Li'), name('Liu')), update(bo.ref, both('A', 'B'), both('C', 'D'))]
    expect(undo({ did: moved, now: [person('bo', both('X', 'Y')), person('chen', name('Z'))] })).toEqual({
      does: [],
      left: [
        'account:bo: familyName is "Y" now, and the run left "D"',
        'account:bo: givenName is "X" now, and the run left "C"',
        'account:chen: familyName is "Z" now, and the run left "Liu"',
      ],
    })
  })
})

describe('links that may lead nowhere', () => {
  it('to what the system brings along, and to what is no thing of it, can always be given back', () => {
    const policy = (...subjects: string[]) =>
      live('policy', 'web', { links: { subjects, resources: ['all:*'] } })
    const of = (...subjects: string[]): Values => ({ links: { subjects } })
    const did = [update(policy().ref, of('everyone:*', 'network:hq'), of('group:eng'))]
    expect(undo({ did, now: [eng, policy('group:eng')] })).toEqual({
      does: ['update policy:web {subjects:[group:eng]} {subjects:[everyone:*,network:hq]}'],
      left: [],
    })
    const { project: _none, ...kinds } = directory.kinds
    const reaching = (...resources: string[]) => live('policy', 'web', { links: { resources } })
    const reaches = [
      update(reaching().ref, { links: { resources: ['project:web'] } }, { links: { resources: ['all:*'] } }),
    ]
    const description = { ...directory, kinds } as typeof directory
    expect(undo({ did: reaches, now: [reaching('all:*')], description }).does).toEqual([
      'update policy:web {resources:[all:*]} {resources:[project:web]}',
    ])
    expect(undo({ did: reaches, now: [reaching('all:*')] }).left).toEqual([
      'policy:web: project web, which is to be its resources again, is not there any more',
    ])
    const role = (one: string): Values => ({ links: { role: [`role:${one}`] } })
    const raised = [update(bo.ref, role('Member'), role('Owner'))]
    expect(undo({ did: raised, now: [person('bo', role('Owner'))] })).toEqual({
      does: ['update account:bo {role:[role:Owner]} {role:[role:Member]}'],
      left: [],
    })
  })

  it('are all named where several are gone or differ', () => {
    const did = [update(bo.ref, inGroups('eng', 'qa'), inGroups('ops'))]
    expect(undo({ did, now: [ops, person('bo', inGroups('ops'))] })).toEqual({
      does: ['update account:bo {groups:[group:ops]} {}'],
      left: [
        'account:bo: group eng, which is to be its groups again, is not there any more',
        'account:bo: group qa, which is to be its groups again, is not there any more',
      ],
    })
    const first = [update(bo.ref, link('primaryGroup', 'eng'), link('primaryGroup', 'ops'))]
    const two = person('bo', link('primaryGroup', 'eng', 'qa'))
    expect(undo({ did: first, now: [eng, ops, qa, two] }).left).toEqual([
      'account:bo: primaryGroup is group eng, group qa now, and the run left group ops',
    ])
    const both = [update(bo.ref, link('primaryGroup', 'eng'), link('primaryGroup', 'ops', 'qa'))]
    const other = person('bo', link('primaryGroup', 'eng', 'qa'))
    expect(undo({ did: both, now: [eng, ops, qa, other] }).left).toEqual([
      'account:bo: primaryGroup is group eng, group qa now, and the run left group ops, group qa',
    ])
  })

  it('along with what is removed are not written', () => {
    const did = [create(eng), update(bo.ref, {}, inGroups('eng'))]
    expect(inverse({ did, now: [eng, person('bo', inGroups('eng'))] })).toEqual({
      changes: [{ action: 'delete', ref: eng.ref, before: eng, along: ['account:bo'], cause }],
      left: [],
    })
    const set = [create(eng), update(bo.ref, inGroups('ops'), inGroups('eng'))]
    expect(undo({ did: set, now: [eng, ops, person('bo', inGroups('eng'))] }).does).toEqual([
      'update account:bo {} {groups:[group:ops]}',
      'delete group:eng',
    ])
    // The one that there is goes to its old place: a link of which there is one is replaced and not taken away.
    const first = [create(eng), update(bo.ref, link('primaryGroup', 'ops'), link('primaryGroup', 'eng'))]
    expect(undo({ did: first, now: [eng, ops, person('bo', link('primaryGroup', 'eng'))] }).does).toEqual([
      'update account:bo {primaryGroup:[group:eng]} {primaryGroup:[group:ops]}',
      'delete group:eng',
    ])
    const began = [create(eng), update(bo.ref, {}, link('primaryGroup', 'eng'))]
    expect(undo({ did: began, now: [eng, person('bo', link('primaryGroup', 'eng'))] }).does).toEqual([
      'delete group:eng',
    ])
    // What holds on to its target has to let go of it first.
    const policy = (...subjects: string[]) => live('policy', 'web', { links: { subjects } })
    const held = [create(eng), update(policy().ref, {}, { links: { subjects: ['group:eng'] } })]
    expect(undo({ did: held, now: [eng, policy('group:eng')] }).does).toEqual([
      'update policy:web {subjects:[group:eng]} {}',
      'delete group:eng',
    ])
  })
})

describe('names', () => {
  it('that changed places change back, by way of a third, wherever they are spelled out', () => {
    const moved = (from: string, to: string, id: string): Write => {
      const spelled = (username: string) => ({ fields: { username }, links: {} })
      return {
        ...update(person(to).ref, spelled(from), spelled(to)),
        ...{ action: 'rename', from, id },
      }
    }
    const did = [moved('bo', 'bo-aside', '1'), moved('chen', 'bo', '2'), moved('bo-aside', 'chen', '1')]
    const now = [person('chen', { id: '1' }), person('bo', { id: '2' })]
    const { changes, left } = inverse({ did, now })
    expect(left).toEqual([])
    const spelled = ({ fields, links }: Part) => {
      expect(links).toEqual({})
      return fields['username']
    }
    const names = changes.map((one) =>
      one.action === 'rename'
        ? [one.from, one.ref.key, spelled(one.before), spelled(one.after), one.id]
        : one.action,
    )
    expect(names).toEqual([
      ['bo', 'bo-aside', 'bo', 'bo-aside', '2'],
      ['bo-aside', 'chen', 'bo-aside', 'chen', '2'],
      ['chen', 'bo', 'chen', 'bo', '1'],
    ])
    expect(changes[0]?.cause).toEqual({ ...cause, because: '"bo" and "chen" change places' })
  })

  it('follow the ids where there are any, whoever has the old name', () => {
    const did = [rename(person('bob').ref, 'bo', '7')]
    expect(undo({ did, now: [person('bob', { id: '7' }), person('bo', { id: '8' })] }).left).toEqual([
      'account:bob: its name "bo" is taken; once that is free, undo the run again',
    ])
    expect(undo({ did, now: [person('bob', { id: '8' }), person('bo', { id: '7' })] })).toEqual({
      does: [],
      left: [],
    })
    // An id that the run did not learn says nothing of who has the name.
    const unknown = [rename(person('bob').ref, 'bo')]
    expect(undo({ did: unknown, now: [person('bo', { id: '8' })] })).toEqual({ does: [], left: [] })
    // Where the system shows no ids, the old name counts as given back only if the new one is free.
    expect(undo({ did, now: [person('bob'), person('bo')] }).left).toHaveLength(1)
    expect(undo({ did, now: [person('bo')] })).toEqual({ does: [], left: [] })
    expect(undo({ did, now: [person('bob')] }).does).toEqual(['rename account:bo from bob {} {}'])
  })

  it('that were given back already are those in which the rest is said', () => {
    const did = [rename(ops.ref, 'eng'), update(bo.ref, inGroups('qa'), inGroups('ops'))]
    expect(undo({ did, now: [eng, qa, person('bo', inGroups('eng'))] })).toEqual({
      does: ['update account:bo {groups:[group:eng]} {groups:[group:qa]}'],
      left: [],
    })
    expect(undo({ did, now: [ops, qa, person('bo', inGroups('ops'))] }).does).toEqual([
      'rename group:eng from ops {} {}',
      'update account:bo {groups:[group:eng]} {groups:[group:qa]}',
    ])
    const more = [...did, rename(person('robert').ref, 'rob')]
    expect(undo({ did: more, now: [eng, qa, person('bo', inGroups('eng')), person('robert')] })).toEqual({
      does: [
        'update account:bo {groups:[group:eng]} {groups:[group:qa]}',
        'rename account:rob from robert {} {}',
      ],
      left: [],
    })
  })

  it('that cannot be given back leave the rest of their thing as well', () => {
    const did = [rename(person('bob').ref, 'bo'), update(person('bob').ref, name('Wu'), name('Wang'))]
    expect(undo({ did, now: [person('bob', name('Wang')), bo] })).toEqual({
      does: [],
      left: ['account:bob: its name "bo" is taken; once that is free, undo the run again'],
    })
    const other = [...did, rename(person('robert').ref, 'rob')]
    expect(undo({ did: other, now: [person('bob', name('Wang')), bo, person('robert')] })).toEqual({
      does: ['rename account:rob from robert {} {}'],
      left: ['account:bob: its name "bo" is taken; once that is free, undo the run again'],
    })
  })

  it('tell a thing that has another by now', () => {
    const did = [{ ...update(bo.ref, name('Wu'), name('Wang')), id: '7' }]
    expect(undo({ did, now: [person('bo', name('Wang'))] }).does).toHaveLength(1)
    const unknown = [update(bo.ref, name('Wu'), name('Wang'))]
    expect(undo({ did: unknown, now: [person('bo', { ...name('Wang'), id: '8' })] }).does).toHaveLength(1)
    expect(undo({ did: unknown, now: [chen] }).left).toEqual(['account:bo: it is not there any more'])
    expect(undo({ did, now: [person('bo', { ...name('Wang'), id: '7' })] }).does).toHaveLength(1)
  })
})

describe('what was made', () => {
  it('of a role on something is removed by the name that what holds it has', () => {
    const given = (group: string) => grant(`group:${group}`, 'deployer', 'project:web')
    const did = [rename(ops.ref, 'eng'), create(given('ops'))]
    const all = [live('role', 'deployer'), live('project', 'web')]
    expect(undo({ did, now: [...all, ops, given('ops')] }).does).toEqual([
      'rename group:eng from ops {} {}',
      'delete grant:group:eng deployer project:web',
    ])
    expect(undo({ did, now: [...all, eng, given('eng')] }).does).toEqual([
      'delete grant:group:eng deployer project:web',
    ])
    const [removal] = inverse({ did: [create(eng)], now: [eng] }).changes
    expect(removal).not.toHaveProperty('along')
  })

  it('is not removed where it is what the system brings along, or is of a kind that is gone', () => {
    const member = live('role', 'Member')
    expect(undo({ did: [create(member)], now: [member] })).toEqual({
      does: [],
      left: ['role:Member: the system brings it along itself'],
    })
    const { group: _gone, ...kinds } = directory.kinds
    const description = { ...directory, kinds } as typeof directory
    expect(undo({ did: [create(eng)], now: [eng], description })).toEqual({
      does: [],
      left: ['group:eng: the system has no such kind any more'],
    })
  })

  it('is as the run left it whatever the system alone shows, and what is never read back', () => {
    const description = withField('pin', { about: 'A secret.', write: 'write-only', shape: 'scalar' })
    const made = person('bo', { fields: { pin: '1', lastSignIn: '2026-01-01T00:00:00Z' } })
    const now = person('bo', { fields: { lastSignIn: '2026-02-01T00:00:00Z' } })
    expect(undo({ did: [create(made)], now: [now], description })).toEqual({
      does: ['delete account:bo'],
      left: [],
    })
  })

  it('may have lost members since, and says all that came', () => {
    const regions = (...all: string[]) => live('group', 'ops', { fields: { regions: all } })
    expect(undo({ did: [create(regions('eu', 'us'))], now: [regions('eu')] })).toEqual({
      does: ['delete group:ops'],
      left: [],
    })
    expect(undo({ did: [create(regions())], now: [regions('eu', 'us')] }).left).toEqual([
      'group:ops: eu, us came to its regions since',
    ])
    const joined = create(person('bo', inGroups('eng', 'ops')))
    expect(undo({ did: [joined], now: [eng, ops, person('bo', inGroups('eng'))] }).does).toEqual([
      'delete account:bo',
    ])
    expect(undo({ did: [joined], now: [eng, ops, qa, person('bo', inGroups('eng', 'qa'))] }).left).toEqual([
      'account:bo: group qa came to its groups since',
    ])
  })

  it('stays with all that it holds on to, one after the other', () => {
    const child = live('group', 'child', { links: { parent: ['group:eng'] } })
    const grandchild = live('group', 'grandchild', { links: { parent: ['group:child'] } })
    const member = person('bo', inGroups('grandchild'))
    const did = [create(eng), create(child), create(grandchild)]
    expect(undo({ did, now: [eng, child, grandchild] }).does.sort()).toEqual([
      'delete group:child',
      'delete group:eng',
      'delete group:grandchild',
    ])
    expect(undo({ did, now: [eng, child, grandchild, member] })).toEqual({
      does: [],
      left: [
        'group:child: group grandchild is linked to it now',
        'group:eng: group child is linked to it now',
        'group:grandchild: account bo is linked to it now',
      ],
    })
  })

  it('is not confused with what has its name back', () => {
    // The run renamed eng to old and made another eng; somebody has taken that one away and given the name back.
    const did = [
      rename(live('group', 'old').ref, 'eng', '1'),
      { id: 'office/2', write: create(eng), nativeId: '2' },
    ]
    const now = (first: Resource, ...more: Resource[]) => undo({ did, now: [first, ...more] })
    expect(now(live('group', 'eng', { id: '1' }))).toEqual({ does: [], left: [] })
    expect(now(live('group', 'eng', { id: '3' })).left).toContain('group:eng: another has its name now')
    expect(now(live('group', 'old', { id: '1' }))).toEqual({
      does: ['rename group:eng from old {} {}'],
      left: [],
    })
    expect(now(live('group', 'old', { id: '1' }), live('group', 'eng', { id: '2' }))).toEqual({
      does: ['delete group:eng'],
      left: ['group:old: its name "eng" is taken; once that is free, undo the run again'],
    })
    // Who was in both keeps the one that has its name back: what the run wrote down of the other is over.
    const both = [...did, update(bo.ref, {}, inGroups('eng'))]
    const old = live('group', 'old', { id: '1' })
    expect(undo({ did: both, now: [old, person('bo', inGroups('old'))] })).toEqual({
      does: ['rename group:eng from old {} {}'],
      left: [],
    })
    expect(
      undo({ did: both, now: [live('group', 'eng', { id: '1' }), person('bo', inGroups('eng'))] }),
    ).toEqual({
      does: [],
      left: [],
    })
    // While the new one stays, what was written down of it is meant.
    const others = [live('group', 'eng', { id: '2' }), person('chen', inGroups('eng'))]
    expect(undo({ did: both, now: [old, person('bo', inGroups('eng')), ...others] })).toEqual({
      does: ['update account:bo {groups:[group:eng]} {}'],
      left: [
        'group:eng: account chen is linked to it now',
        'group:old: its name "eng" is taken; once that is free, undo the run again',
      ],
    })
    // And where another was only given the name, it is that one.
    const turned = [rename(live('group', 'old').ref, 'eng', '1'), rename(eng.ref, 'qa', '3')]
    const joined = [...turned, update(bo.ref, {}, inGroups('eng'))]
    expect(
      undo({ did: joined, now: [old, live('group', 'eng', { id: '3' }), person('bo', inGroups('eng'))] })
        .does,
    ).toContain('update account:bo {groups:[group:qa]} {}')
    // What got the name by the run and has lost it is still somewhere, under another.
    const passed = [rename(live('group', 'old').ref, 'eng', '1'), rename(eng.ref, 'ops', '2')]
    expect(
      undo({ did: passed, now: [live('group', 'eng', { id: '1' }), live('group', 'qa', { id: '2' })] }),
    ).toEqual({
      does: [],
      left: ['group:eng: another has its name now'],
    })
  })
})

describe('what was removed', () => {
  it('is not made again where others that it needs cannot be, one after the other', () => {
    const role = (key: string, ...implies: string[]) =>
      live('role', key, { links: { implies: implies.map((one) => `role:${one}` as const) } })
    const child = live('group', 'child', { links: { parent: ['group:eng'] } })
    const grandchild = live('group', 'grandchild', { links: { parent: ['group:child'] } })
    expect(undo({ did: [remove(grandchild), remove(child)], now: [] })).toEqual({
      does: [],
      left: [
        'group:child: group eng is not there any more',
        'group:grandchild: group child is not there any more',
      ],
    })
    // Of several that it is linked to it can do without those that are gone.
    expect(undo({ did: [remove(role('lead', 'eng', 'ops'))], now: [role('ops')] })).toEqual({
      does: ['create role:lead'],
      left: ['role:lead: role eng, which it was linked to, is not there any more'],
    })
    // And of the one that goes along with its target too.
    const member = person('bo', link('primaryGroup', 'eng'))
    expect(undo({ did: [remove(member)], now: [] })).toEqual({
      does: ['create account:bo'],
      left: ['account:bo: group eng, which it was linked to, is not there any more'],
    })
  })

  it('gives its members back once, also to who is made again with it, and to nobody while it is not there', () => {
    const grouped = person('bo', inGroups('eng'))
    const along = { 'account:bo': ['groups'] }
    const did = [{ id: 'office/1', write: remove(eng), along }, remove(bo)]
    const both = undo({ did, now: [] })
    expect(both.does.sort()).toEqual(['create account:bo', 'create group:eng'])
    expect(both.left).toEqual([])
    const alone = [{ id: 'office/1', write: remove(eng), along }]
    // It was made again by hand, but its member is not back.
    expect(undo({ did: alone, now: [eng, bo] }).does).toEqual(['update account:bo {} {groups:[group:eng]}'])
    expect(undo({ did: alone, now: [eng, grouped] })).toEqual({ does: [], left: [] })
    // Another has its name: nobody joins that one.
    const described = (description: string) => live('group', 'eng', { fields: { description } })
    const first = [{ id: 'office/1', write: remove(described('The first')), along }]
    expect(undo({ did: first, now: [described('Another'), bo] })).toEqual({
      does: [],
      left: ['group:eng: there is another of its name now'],
    })
  })

  it('comes back as the first group of who has none, and as one of several of who has others', () => {
    const along = { 'account:bo': ['primaryGroup', 'groups'] }
    const did = [{ id: 'office/1', write: remove(eng), along }]
    expect(undo({ did, now: [ops, person('bo', inGroups('ops'))] })).toEqual({
      does: ['create group:eng', 'update account:bo {} {primaryGroup:[group:eng],groups:[group:eng]}'],
      left: [],
    })
    const elsewhere = person('bo', link('primaryGroup', 'ops', 'qa'))
    expect(undo({ did, now: [ops, qa, elsewhere] }).left).toEqual([
      'group:eng: the primaryGroup of account bo is group ops, group qa now',
    ])
    const there = person('bo', link('primaryGroup', 'eng'))
    expect(undo({ did, now: [eng, there] })).toEqual({
      does: ['update account:bo {} {groups:[group:eng]}'],
      left: [],
    })
  })
})

describe('what is held back', () => {
  it('is no creation by a seal of what was there before, and of a rename only what an identity provider decides', () => {
    const sealed = person('bo', { fields: { sealed: true } })
    expect(undo({ did: [remove(sealed)], now: [] }).does).toEqual(['create account:bo'])
    const named = [rename(person('bob').ref, 'bo'), update(person('bob').ref, inGroups(), inGroups('eng'))]
    expect(
      undo({
        did: named,
        now: [eng, person('bob', inGroups('eng'))],
        config: { memberships: 'identity-provider' },
      }).does,
    ).toEqual(['rename account:bo from bob {} {}', 'keep (mapped) account:bo'])
  })

  it('of a change to values and memberships is only what the identity provider decides', () => {
    const role = (one: string): Values => ({ links: { role: [`role:${one}`] } })
    const both = { links: { ...role('Owner').links, ...inGroups('eng').links } }
    const did = [update(bo.ref, { links: { ...role('Member').links, groups: [] } }, both)]
    const config = { memberships: 'identity-provider' } as const
    expect(undo({ did, now: [eng, person('bo', both)], config }).does).toEqual([
      'update account:bo {role:[role:Owner]} {role:[role:Member]}',
      'keep (mapped) account:bo',
    ])
    const ours = person('bo', { ...both, fields: { authentication: 'local' } })
    expect(undo({ did, now: [eng, ours], config }).does).toEqual([
      'update account:bo {groups:[group:eng],role:[role:Owner]} {role:[role:Member]}',
    ])
    const onlyRole = [update(bo.ref, role('Member'), role('Owner'))]
    expect(undo({ did: onlyRole, now: [person('bo', role('Owner'))], config }).does).toHaveLength(1)
    const onlyGroup = [update(bo.ref, {}, inGroups('eng'))]
    expect(undo({ did: onlyGroup, now: [eng, person('bo', inGroups('eng'))], config }).does).toEqual([
      'keep (mapped) account:bo',
    ])
  })

  it('of an account that is made again is what the identity provider decides, and all where it makes the account', () => {
    const config = { memberships: 'identity-provider', authentication: 'saml' } as const
    const did = [remove(person('bo', inGroups('eng')))]
    const [made, kept] = inverse({ did, now: [eng], config }).changes
    expect(made).toEqual({
      ...{ action: 'create', ref: bo.ref, cause },
      after: { ref: bo.ref, fields: bo.fields, links: { role: ['role:Member'], scope: [] } },
    })
    expect(kept).toEqual({
      ...{ action: 'keep', reason: 'mapped', held: 'update', ref: bo.ref, cause },
      before: { fields: {}, links: {} },
      after: { fields: {}, links: { groups: ['group:eng'] } },
    })
    const authentication = { about: 'How one signs in.', write: 'create-only', shape: 'scalar' } as const
    const description = {
      ...withField('authentication', authentication),
      accountsFromProvider: true as const,
    }
    expect(undo({ did, now: [eng], config, description }).does).toEqual(['keep (mapped) account:bo'])
    const changed = { did: [update(bo.ref, name('Wu'), name('Wang'))], now: [person('bo', name('Wang'))] }
    expect(undo({ ...changed, config, description }).does).toEqual([
      'update account:bo {familyName:Wang} {familyName:Wu}',
    ])
    const local = remove(person('bo', { fields: { authentication: 'local' }, ...inGroups('eng') }))
    const [again, ...more] = inverse({ did: [local], now: [eng], config, description }).changes
    expect(again?.action === 'create' && again.after.links['groups']).toEqual(['group:eng'])
    expect(more).toEqual([])
    const group = { did: [remove(eng)], now: [], config, description }
    expect(undo(group).does).toEqual(['create group:eng'])
  })

  it('by a seal is nothing where nothing was to be done', () => {
    const did = [update(bo.ref, name('Wu'), name('Wang'))]
    const sealed = person('bo', { fields: { familyName: 'Wu', sealed: true } })
    expect(undo({ did, now: [sealed] })).toEqual({ does: [], left: [] })
  })

  it('is a name, with all that its thing had, by a seal and by a stage', () => {
    const did = [rename(person('bob').ref, 'bo'), update(person('bob').ref, name('Wu'), name('Wang'))]
    expect(undo({ did, now: [person('bob', { fields: { familyName: 'Wang', sealed: true } })] })).toEqual({
      does: [],
      left: ['account:bob: it is sealed'],
    })
    expect(undo({ did, now: [person('bob', name('Wang'))], config: { stage: 'additions' } })).toEqual({
      does: [],
      left: ['account:bob: in stage additions nothing is given another name'],
    })
  })
})

describe('whoever has the name of another by now', () => {
  it('is not given what that one had', () => {
    // The run renamed eng; somebody made another eng since.
    const renamed = rename(ops.ref, 'eng')
    const stuck = 'group:ops: its name "eng" is taken; once that is free, undo the run again'
    const left = [update(bo.ref, inGroups('eng'), {}), renamed]
    expect(undo({ did: left, now: [eng, ops, bo] })).toEqual({
      does: [],
      left: ['account:bo: group eng, which is to be its groups again, is not there any more', stuck],
    })
    const gone = [remove(person('bo', inGroups('eng'))), renamed]
    expect(undo({ did: gone, now: [eng, ops] })).toEqual({
      does: ['create account:bo'],
      left: ['account:bo: group eng, which it was linked to, is not there any more', stuck],
    })
    // Where it is the renamed one that is gone, it is the same.
    const known = [left[0]!, rename(ops.ref, 'eng', '1')]
    expect(undo({ did: known, now: [live('group', 'eng', { id: '2' }), bo] })).toEqual({
      does: [],
      left: [
        'account:bo: group eng, which is to be its groups again, is not there any more',
        'group:ops: it is not there any more',
      ],
    })
  })

  it('joins nothing that is made again', () => {
    const did = [
      { id: 'office/1', write: remove(eng), along: { 'account:bo': ['groups'] } },
      rename(person('bob').ref, 'bo'),
    ]
    expect(undo({ did, now: [person('bob'), bo] })).toEqual({
      does: ['create group:eng'],
      left: [
        'account:bob: its name "bo" is taken; once that is free, undo the run again',
        'group:eng: account bo, who was linked to it, is not there any more',
      ],
    })
    expect(undo({ did, now: [person('bob')] })).toEqual({
      does: ['create group:eng', 'rename account:bo from bob {} {groups:[group:eng]}'],
      left: [],
    })
  })

  it('is not what a run removed', () => {
    const described = (description: string) => live('group', 'eng', { fields: { description } })
    const did = [update(bo.ref, inGroups('eng'), {}), remove(described('The first'))]
    expect(undo({ did, now: [described('Another'), bo] })).toEqual({
      does: [],
      left: [
        'account:bo: group eng, which is to be its groups again, is not there any more',
        'group:eng: there is another of its name now',
      ],
    })
  })

  it('is not removed as what a run made', () => {
    // Its native id was not written down.
    const did = [rename(live('group', 'old').ref, 'eng', '1'), create(eng)]
    expect(undo({ did, now: [live('group', 'eng', { id: '1' })] })).toEqual({ does: [], left: [] })
    expect(undo({ did, now: [live('group', 'eng', { id: '2' })] }).does).toEqual(['delete group:eng'])
  })

  it('keeps its links as they are', () => {
    const did = [rename(ops.ref, 'eng'), update(bo.ref, inGroups('qa'), inGroups('ops'))]
    expect(undo({ did, now: [eng, ops, qa, person('bo', inGroups('ops'))] })).toEqual({
      does: ['update account:bo {groups:[group:ops]} {groups:[group:qa]}'],
      left: ['group:ops: its name "eng" is taken; once that is free, undo the run again'],
    })
  })
})

describe('what the system describes no more', () => {
  it('is told of what changed, and forgotten of what came or went', () => {
    const values = { fields: { nickname: 'B' }, links: { clubs: ['group:eng' as const] } }
    const changed = [update(bo.ref, {}, values)]
    expect(undo({ did: changed, now: [eng, person('bo', values)] })).toEqual({
      does: [],
      left: [
        'account:bo: the system has no clubs any more',
        'account:bo: the system has no nickname any more',
      ],
    })
    const whole = person('bo', values)
    expect(undo({ did: [create(whole)], now: [eng, whole] }).does).toEqual(['delete account:bo'])
    expect(undo({ did: [remove(whole)], now: [eng] })).toEqual({ does: ['create account:bo'], left: [] })
    const along = { 'account:bo': ['clubs'] }
    expect(undo({ did: [{ id: 'office/1', write: remove(eng), along }], now: [bo] })).toEqual({
      does: ['create group:eng'],
      left: [],
    })
  })

  it('and what a thing has no value of, is none', () => {
    const bare = live('account', 'bo')
    expect(undo({ did: [update(bo.ref, inGroups('eng'), {})], now: [eng, bare] }).does).toEqual([
      'update account:bo {} {groups:[group:eng]}',
    ])
    const along = { 'account:bo': ['groups'] }
    expect(undo({ did: [{ id: 'office/1', write: remove(eng), along }], now: [bare] }).does).toEqual([
      'create group:eng',
      'update account:bo {} {groups:[group:eng]}',
    ])
  })
})
