import { describe, expect, it } from 'vitest'
import type { Resource } from '../../src/model/resource.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { create, remove, rename, undo, update, withField, type Undone, type Values } from './undone.ts'
import { live, person } from './world.ts'

/** What a run did, what is there now, and what takes it back or is left: one reason after the other. */

const bo = person('bo')
const name = (familyName: string): Values => ({ fields: { familyName } })
const inGroups = (...groups: string[]): Values => ({
  links: { groups: groups.map((one) => `group:${one}` as const) },
})
const eng = live('group', 'eng')
const ops = live('group', 'ops')

describe('a value that the run changed', () => {
  const did = [update(bo.ref, name('Wu'), name('Wang'))]

  it('is as before, where it still is what the run left', () => {
    expect(undo({ did, now: [person('bo', name('Wang'))] })).toEqual({
      does: ['update account:bo {familyName:Wang} {familyName:Wu}'],
      left: [],
    })
    expect(undo({ did, now: [person('bo', name('Wu'))] })).toEqual({ does: [], left: [] })
  })

  it('is left where it moved since, and where its thing is gone, another or to be left alone', () => {
    const left = (now: readonly Resource[], words: Partial<Undone> = {}) => {
      const undone = undo({ did, now, ...words })
      expect(undone.does).toEqual([])
      return undone.left
    }
    expect(left([person('bo', name('Zhao'))])).toEqual([
      'account:bo: familyName is "Zhao" now, and the run left "Wang"',
    ])
    expect(left([])).toEqual(['account:bo: it is not there any more'])
    const known = [{ ...did[0]!, id: '7' }]
    expect(left([person('bo', { ...name('Wang'), id: '8' })], { did: known })).toEqual([
      'account:bo: another has its name now',
    ])
    expect(left([person('rob', { ...name('Wang'), id: '7' })], { did: known })).toEqual([
      'account:bo: it is called "rob" now',
    ])
    const ignoring = { config: { ignore: { account: ['b*'] } } }
    expect(left([person('bo', name('Wang'))], ignoring)).toEqual([
      "account:bo: the system's `ignore` names it",
    ])
    const { account: _gone, ...kinds } = directory.kinds
    const description = { ...directory, kinds } as typeof directory
    expect(left([person('bo', name('Wang'))], { description })).toEqual([
      'account:bo: the system has no such kind any more',
    ])
  })

  it('is left where it is never read back', () => {
    const description = withField('pin', { about: 'A secret.', write: 'write-only', shape: 'scalar' })
    const changed = [update(bo.ref, { fields: { pin: '1' } }, { fields: { pin: '2' } })]
    expect(undo({ did: changed, now: [bo], description })).toEqual({
      does: [],
      left: ['account:bo: pin is never read back, so nobody knows what it was'],
    })
  })

  it('of several changes of the run, is that from before the first', () => {
    const twice = [...did, update(bo.ref, name('Wang'), name('Li'))]
    expect(undo({ did: twice, now: [person('bo', name('Li'))] }).does).toEqual([
      'update account:bo {familyName:Li} {familyName:Wu}',
    ])
  })
})

describe('links that the run changed', () => {
  it('come and go as members of a set: who came or went since stays so', () => {
    const did = [update(bo.ref, inGroups('eng'), inGroups('ops'))]
    const all = [eng, ops, live('group', 'qa')]
    expect(undo({ did, now: [...all, person('bo', inGroups('ops', 'qa'))] })).toEqual({
      does: ['update account:bo {groups:[group:ops]} {groups:[group:eng]}'],
      left: [],
    })
    expect(undo({ did, now: [...all, person('bo', inGroups('eng', 'qa'))] }).does).toEqual([])
    expect(undo({ did, now: [ops, person('bo', inGroups('ops'))] })).toEqual({
      does: ['update account:bo {groups:[group:ops]} {}'],
      left: ['account:bo: group eng, which is to be its groups again, is not there any more'],
    })
  })

  it('of which there is one are as before, where the run left them so and their target is there', () => {
    const primary = (...groups: string[]): Values => ({
      links: { primaryGroup: groups.map((one) => `group:${one}` as const) },
    })
    const did = [update(bo.ref, primary('eng'), primary('ops'))]
    expect(undo({ did, now: [eng, ops, person('bo', primary('ops'))] })).toEqual({
      does: ['update account:bo {primaryGroup:[group:ops]} {primaryGroup:[group:eng]}'],
      left: [],
    })
    expect(undo({ did, now: [eng, ops, person('bo', primary('eng'))] })).toEqual({ does: [], left: [] })
    expect(undo({ did, now: [eng, ops, person('bo', primary())] })).toEqual({
      does: [],
      left: ['account:bo: primaryGroup is nothing now, and the run left group ops'],
    })
    expect(undo({ did, now: [ops, person('bo', primary('ops'))] })).toEqual({
      does: [],
      left: ['account:bo: group eng, which is to be its primaryGroup again, is not there any more'],
    })
  })
})

describe('a name that the run changed', () => {
  const did = [rename(person('bob').ref, 'bo')]

  it('is given back, unless it is taken or was given back', () => {
    expect(undo({ did, now: [person('bob')] })).toEqual({
      does: ['rename account:bo from bob {} {}'],
      left: [],
    })
    expect(undo({ did, now: [person('bo')] })).toEqual({ does: [], left: [] })
    expect(undo({ did, now: [person('bob'), person('bo')] })).toEqual({
      does: [],
      left: ['account:bob: its name "bo" is taken; once that is free, undo the run again'],
    })
    expect(undo({ did: [rename(person('bob').ref, 'bo', '7')], now: [person('bo', { id: '7' })] })).toEqual({
      does: [],
      left: [],
    })
  })
})

describe('what the run made', () => {
  const did = [create(live('group', 'ops', { fields: { description: 'Operations' } }))]
  const there = (words: Values & { id?: string } = {}) =>
    live('group', 'ops', { fields: { description: 'Operations' }, ...words })

  it('is removed, where it is as the run left it and nobody has to do with it', () => {
    expect(undo({ did, now: [there()] })).toEqual({ does: ['delete group:ops'], left: [] })
    expect(undo({ did, now: [] })).toEqual({ does: [], left: [] })
    expect(undo({ did, now: [there(), person('bo', inGroups('ops'))] })).toEqual({
      does: [],
      left: ['group:ops: account bo is linked to it now'],
    })
    const joined = [...did, update(bo.ref, {}, inGroups('ops'))]
    expect(undo({ did: joined, now: [there(), person('bo', inGroups('ops'))] }).does).toContain(
      'delete group:ops',
    )
  })

  it('is left where it moved since', () => {
    const left = (now: Resource, first = did) => {
      const undone = undo({ did: first, now: [now, eng] })
      expect(undone.does).toEqual([])
      return undone.left
    }
    expect(left(there({ fields: { description: 'Ops' } }))).toEqual([
      'group:ops: description is "Ops" now, and the run left "Operations"',
    ])
    expect(left(there({ links: { parent: ['group:eng'] } }))).toEqual([
      'group:ops: group eng came to its parent since',
    ])
    const regions = (...fields: string[]) => live('group', 'ops', { fields: { regions: fields } })
    expect(left(regions('eu', 'us'), [create(regions('eu'))])).toEqual([
      'group:ops: us came to its regions since',
    ])
    const made = [{ id: 'office/1', write: did[0]!, nativeId: '7' }]
    expect(undo({ did: made, now: [there({ id: '8' })] })).toEqual({
      does: [],
      left: ['group:ops: another has its name now'],
    })
  })

  it('and took away again is nothing', () => {
    expect(undo({ did: [...did, remove(there())], now: [] })).toEqual({ does: [], left: [] })
  })
})

describe('what the run removed', () => {
  const grouped = person('bo', inGroups('eng'))

  it('is made again, with what it was linked to and is there', () => {
    expect(undo({ did: [remove(grouped)], now: [eng] })).toEqual({ does: ['create account:bo'], left: [] })
    expect(undo({ did: [remove(grouped)], now: [] })).toEqual({
      does: ['create account:bo'],
      left: ['account:bo: group eng, which it was linked to, is not there any more'],
    })
    expect(undo({ did: [remove(grouped)], now: [eng, grouped] })).toEqual({ does: [], left: [] })
    expect(undo({ did: [remove(grouped)], now: [eng, person('bo', name('Li'))] })).toEqual({
      does: [],
      left: ['account:bo: there is another of its name now'],
    })
  })

  it('is not made again without what it cannot do without', () => {
    const role = person('bo', { links: { role: ['role:auditor'] } })
    expect(undo({ did: [remove(role)], now: [] })).toEqual({
      does: [],
      left: ['account:bo: role auditor is not there any more'],
    })
    const both = [remove(role), remove(live('role', 'auditor'))]
    expect(undo({ did: both, now: [] }).does.sort()).toEqual(['create account:bo', 'create role:auditor'])
  })

  it('has its members again, of those who are there', () => {
    const did = [
      { id: 'office/1', write: remove(eng), along: { 'account:bo': ['groups'], 'account:chen': ['groups'] } },
    ]
    expect(undo({ did, now: [person('bo')] })).toEqual({
      does: ['create group:eng', 'update account:bo {} {groups:[group:eng]}'],
      left: ['group:eng: account chen, who was linked to it, is not there any more'],
    })
    const first = [{ id: 'office/1', write: remove(eng), along: { 'account:bo': ['primaryGroup'] } }]
    const elsewhere = person('bo', { links: { primaryGroup: ['group:ops'] } })
    expect(undo({ did: first, now: [ops, elsewhere] })).toEqual({
      does: ['create group:eng'],
      left: ['group:eng: the primaryGroup of account bo is group ops now'],
    })
  })
})

describe('what takes a run back is held back as any change', () => {
  const did = [update(bo.ref, { ...name('Wu'), ...inGroups('eng') }, { ...name('Wang'), ...inGroups('ops') })]
  const now = [eng, ops, person('bo', { ...name('Wang'), ...inGroups('ops') })]

  it('by a seal, by the stage, and by an identity provider that decides who is in a group', () => {
    expect(undo({ did, now, config: { stage: 'report' } }).does).toEqual(['keep (stage) account:bo'])
    expect(undo({ did, now, config: { memberships: 'identity-provider' } }).does).toEqual([
      'update account:bo {familyName:Wang} {familyName:Wu}',
      'keep (mapped) account:bo',
    ])
    const sealed = person('bo', { fields: { familyName: 'Wang', sealed: true }, ...inGroups('ops') })
    expect(undo({ did, now: [eng, ops, sealed] }).does).toEqual(['keep (sealed) account:bo'])
  })
})
