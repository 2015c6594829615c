import { describe, expect, it } from 'vitest'
import { courseOf } from '../../src/guard/course.ts'
import { sceneOf } from '../../src/guard/scene.ts'
import type { Change } from '../../src/model/change.ts'
import { refKey } from '../../src/model/resource.ts'
import {
  account,
  context,
  create,
  guardCase,
  owner,
  remove,
  rename,
  role,
  thing,
  update,
  type CaseWords,
} from './case.ts'
import * as realm from './realm.ts'

/** The states in which one account can be found, whatever of the plan is done and whatever is not. */

const scene = (words: CaseWords) => sceneOf(guardCase({ ...realm, ...words }), context())
const named = ({ action, ref }: Change): string => `${action} ${refKey(ref)}`

/** What touches an account, and what there is of it in each state. */
function followed(coming: string, words: CaseWords) {
  const course = courseOf(scene(words), coming)
  return (
    course && {
      writes: course.writes.map(named),
      states: course.states.map(({ done, account: then }) => [
        done.map(named).join(', '),
        then ? `${then.ref.key} ${then.links['role']?.join() ?? ''}` : 'nobody',
      ]),
    }
  )
}

const inCrew = account('ana', { groups: ['crew'] })
const crew = thing('group', 'crew', { links: { role: ['role:Owner'], parent: ['group:above'] } })
const above = thing('group', 'above', { links: { role: [], parent: [] } })
const elsewhere = thing('group', 'elsewhere', { links: { role: [], parent: [] } })
const live = [inCrew, account('bo'), crew, above, elsewhere]
const described = (group: typeof crew) => update(group, {}, { fields: { description: 'x' } })

describe('what touches an account', () => {
  it('is what is written on it, by the name it has and by the name it will have', () => {
    const changes = [rename(account('ana'), 'anna'), role(account('anna'), 'Owner')]
    expect(followed('anna', { live: [account('ana')], changes })).toEqual({
      writes: ['rename account:anna', 'update account:anna'],
      states: [
        ['', 'ana role:Member'],
        ['rename account:anna', 'anna role:Member'],
        ['update account:anna', 'ana role:Member'],
        ['rename account:anna, update account:anna', 'anna role:Owner'],
      ],
    })
    const before = [role(account('ana'), 'Owner'), rename(account('ana'), 'anna')]
    expect(followed('anna', { live: [account('ana')], changes: before })?.writes).toEqual([
      'rename account:anna',
      'update account:ana',
    ])
  })

  it('is what is written on the groups its power hangs on, at any depth, and on no other', () => {
    const changes = [described(crew), described(above), described(elsewhere), role(account('bo'), 'Owner')]
    expect(followed('ana', { live, changes })?.writes).toEqual(['update group:crew', 'update group:above'])
  })

  it('is what gives up a name that one of these writes takes, and what gives up the name that this one takes', () => {
    // ana takes the name of eve, who takes that of chen, who takes that of bo, who goes by another one
    const row = ['ana', 'eve', 'chen', 'bo'] as const
    const renames = row.map((key, place) => rename(account(key), row[place + 1] ?? 'bob')).reverse()
    const words = {
      live: row.map((key) => account(key)),
      changes: [...renames, rename(account('dee'), 'dia')],
    }
    expect(followed('eve', words)?.writes.toSorted()).toEqual([
      'rename account:bo',
      'rename account:bob',
      'rename account:chen',
      'rename account:eve',
    ])
    expect(followed('eve', words)?.states.at(-1)?.[1]).toBe('eve role:Member')
  })

  it('is the end of what it points at, but for its groups, where only its power counts', () => {
    const ana = account('ana', { role: 'lead', scope: 'eu', groups: ['elsewhere'] })
    const boss = { ...ana, links: { ...ana.links, unheardOf: ['everybody:here', 'scope:us'] } as const }
    const things = [thing('role', 'lead'), thing('scope', 'eu'), thing('scope', 'us'), elsewhere]
    const changes = [...things.map(remove), update(thing('scope', 'eu'), {}, { fields: { regions: ['eu'] } })]
    const noGroups = { ...realm.rules, ownershipDependsOn: () => [] }
    expect(followed('ana', { live: [boss, ...things], changes, rules: noGroups })?.writes).toEqual([
      'delete role:lead',
      'delete scope:eu',
      'delete scope:us',
    ])
  })

  it('is a rule that fills groups, for who is in a group and for nobody else', () => {
    const changes = [create(thing('mapping', 'sso')), described(elsewhere)]
    expect(followed('ana', { live, changes })?.writes).toEqual(['create mapping:sso'])
    expect(followed('bo', { live, changes })?.writes).toEqual([])
  })

  it('is looked at up to eight writes; of whom more touch, nothing is known', () => {
    const groups = Array.from({ length: 9 }, (_, index) => `g${index}`)
    const many = (count: number) => ({
      live: [
        account('ana', { groups: groups.slice(0, count) }),
        ...groups.map((key) => thing('group', key, { links: { parent: [] } })),
      ],
      changes: groups.map((key) => described(thing('group', key))),
    })
    expect(courseOf(scene(many(8)), 'ana')?.states).toHaveLength(256)
    expect(courseOf(scene(many(9)), 'ana')).toBeUndefined()
  })
})

describe('the states of an account', () => {
  it('begin with what was read, and follow it into groups that it comes into on the way', () => {
    const changes = [
      update(account('bo'), {}, { links: { groups: ['group:crew'] } }),
      update(crew, { links: { role: ['role:Owner'] } }, {}),
    ]
    const start = scene({ live, changes })
    const course = courseOf(start, 'bo')
    expect(course?.writes.map(named)).toEqual(['update account:bo', 'update group:crew'])
    expect(course?.states).toHaveLength(4)
    expect(course?.states[0]?.graph).toBe(start.start)
  })

  it('leave out those in which a step is done before what it needs', () => {
    const changes = [rename(account('ana'), 'anna'), role(account('ana'), 'Owner')]
    const { steps } = guardCase({ live: [account('ana')], changes })
    const waiting = steps.map((step, index) => (index === 1 ? { ...step, needs: ['vpn/1'] } : step))
    expect(
      followed('anna', { live: [account('ana')], steps: waiting })?.states.map(([done]) => done),
    ).toEqual(['', 'rename account:anna', 'rename account:anna, update account:ana'])
  })

  it('count a step as open only while what it needs is one of these', () => {
    const changes = [rename(account('bo'), 'bob'), role(account('bo'), 'Owner')]
    const { steps } = guardCase({ live, changes })
    const waiting = steps.map((step) => ({ ...step, needs: ['vpn/7'] }))
    expect(followed('bob', { live, steps: waiting })?.states).toHaveLength(4)
  })

  it('show nobody under a new name until it is made, though another has the name until then', () => {
    const changes = [rename(owner('bo'), 'bob'), create(account('bo'))]
    expect(followed('bo', { live: [owner('bo')], changes })?.states).toEqual([
      ['', 'nobody'],
      ['rename account:bob', 'nobody'],
      ['create account:bo', 'bo role:Member'],
      ['rename account:bob, create account:bo', 'bo role:Member'],
    ])
  })

  it('show nobody once it is gone', () => {
    expect(followed('bo', { live, changes: [remove(account('bo'))] })?.states).toEqual([
      ['', 'bo role:Member'],
      ['delete account:bo', 'nobody'],
    ])
  })

  it('tell a new account from a new group of its name', () => {
    expect(followed('bo', { live, changes: [create(thing('group', 'bo'))] })).toEqual({
      writes: [],
      states: [['', 'bo role:Member']],
    })
  })
})
