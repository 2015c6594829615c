import { describe, expect, it } from 'vitest'
import { isWrite } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import { kinds, type Resource } from '../../src/model/resource.ts'
import { moved } from '../../src/plan/fingerprint.ts'
import { renamesIn, seenThrough, settle } from '../../src/plan/renaming.ts'
import { lowered, simulate, usableOwners } from '../../src/plan/simulate.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { applied, changesOf, grant, live, owner, person, stepsOf, system, wish, type World } from './world.ts'

/** The state after all writes of a world's plan, as plain resources by name. */
function after(world: World): Record<string, Resource> {
  const actual = new Graph(system, world.live ?? [])
  const end = simulate(actual, changesOf(world).filter(isWrite), description)
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      [...end.all(kind)].map((one) => {
        expect(end.get(kind, one.ref.key)).toEqual(one)
        return [`${kind}:${one.ref.key}`, one]
      }),
    ),
  )
}

describe('simulate', () => {
  it('carries links along with a rename, and the key of a grant too', () => {
    const end = after({
      wishes: [wish(live('group', 'engineering'), { previousKeys: ['developers'] })],
      live: [
        live('group', 'developers', { id: '7' }),
        person('bo', { links: { groups: ['group:developers', 'group:zoo'] } }),
        live('group', 'zoo'),
        grant('group:developers', 'viewer', 'all:*'),
      ],
    })
    expect(Object.keys(end).sort()).toEqual([
      'account:bo',
      'grant:group:engineering viewer all:*',
      'group:engineering',
      'group:zoo',
    ])
    expect(end['group:engineering']?.id).toBe('7')
    expect(end['account:bo']?.links['groups']).toEqual(['group:engineering', 'group:zoo'])
  })

  it('a removed group takes its memberships along, and nothing else', () => {
    const end = after({
      live: [
        live('group', 'old'),
        person('bo', {
          links: { primaryGroup: ['group:old'], groups: ['group:old', 'group:zoo'], manages: ['group:old'] },
        }),
        live('policy', 'web', { links: { subjects: ['group:old'] } }),
      ],
      inventory: [applied('group', 'old')],
    })
    expect(end['account:bo']?.links).toMatchObject({ primaryGroup: [], groups: ['group:zoo'], manages: [] })
    expect(end['policy:web']?.links['subjects']).toEqual(['group:old'])
  })

  it('a set keeps the members that nobody names', () => {
    const actual = new Graph(system, [person('bo', { links: { groups: ['group:a', 'group:c'] } })])
    const delta = {
      before: { fields: {}, links: { groups: ['group:a'] } },
      after: { fields: {}, links: { groups: ['group:b'] } },
    }
    const [change] = changesOf({
      wishes: [wish(person('bo', { links: { groups: ['group:b'] } }), { exactGroups: true })],
      live: [person('bo', { links: { groups: ['group:a'] } })],
    })
    expect(change).toMatchObject(delta)
    const end = simulate(
      actual,
      changesOf({
        wishes: [wish(person('bo', { links: { groups: ['group:b'] } }), { exactGroups: true })],
        live: [person('bo', { links: { groups: ['group:a'] } })],
      }).filter(isWrite),
      description,
    )
    expect(end.get('account', 'bo')?.links['groups']).toEqual(['group:b', 'group:c'])
  })

  it('two that change places end where they are wished, whatever part of it is done', () => {
    const world: World = {
      wishes: [wish(live('group', 'b'), { handle: 'a' }), wish(live('group', 'a'), { handle: 'b' })],
      live: [
        live('group', 'a', { id: '1' }),
        live('group', 'b', { id: '2' }),
        person('m', { links: { groups: ['group:a'] } }),
      ],
      inventory: [applied('group', 'a', { id: '1' }), applied('group', 'b', { id: '2' })],
    }
    const end = after(world)
    expect([end['group:a']?.id, end['group:b']?.id, end['account:m']?.links['groups']]).toEqual([
      '2',
      '1',
      ['group:b'],
    ])
    const actual = new Graph(system, world.live)
    const aside = changesOf(world)
      .filter(isWrite)
      .filter((change) => change.ref.key === 'a-aside')
    const between = simulate(actual, aside, description)
    expect([between.get('group', 'a-aside')?.id, between.get('group', 'a')]).toEqual(['1', undefined])
    expect(between.get('account', 'm')?.links['groups']).toEqual(['group:a-aside'])
  })

  it('a rename into a name that is taken does not happen', () => {
    const actual = new Graph(system, [live('group', 'a'), live('group', 'b')])
    const renames = settle(
      renamesIn([{ action: 'rename', from: 'a', ref: { system, kind: 'group', key: 'b' } } as never]),
      actual,
    )
    expect([...seenThrough(actual, renames).all('group')].map((one) => one.ref.key)).toEqual(['a', 'b'])
  })

  it('does not touch the state below', () => {
    const actual = new Graph(system, [person('bo')])
    const frozen = JSON.stringify([...actual.all('account')])
    simulate(
      actual,
      changesOf({ wishes: [wish(owner('bo'))], live: [person('bo')] }).filter(isWrite),
      description,
    )
    expect(JSON.stringify([...actual.all('account')])).toBe(frozen)
  })
})

describe('lowered', () => {
  const lower = (world: World): string[] =>
    changesOf(world).flatMap((change) =>
      lowered(change, new Graph(system, world.live ?? []), description, rules),
    )

  it('names an owner who is none afterwards, or none to count on', () => {
    expect(lower({ wishes: [wish(person('ana'))], live: [owner('ana')] })).toEqual(['ana'])
    expect(
      lower({ wishes: [wish(owner('ana', { fields: { status: 'suspended' } }))], live: [owner('ana')] }),
    ).toEqual(['ana'])
    expect(lower({ live: [owner('ana')], inventory: [applied('account', 'ana')] })).toEqual(['ana'])
  })

  it('names nobody who was not to count on before, who is raised, or who is only renamed', () => {
    expect(
      lower({ wishes: [wish(person('ana'))], live: [owner('ana', { fields: { type: 'service' } })] }),
    ).toEqual([])
    expect(lower({ wishes: [wish(owner('ana'))], live: [person('ana')] })).toEqual([])
    expect(
      lower({ wishes: [wish(owner('ana-s'), { previousKeys: ['ana'] })], live: [owner('ana')] }),
    ).toEqual([])
  })

  it('looks at all accounts once for a state, not once for each change', () => {
    let looks = 0
    const counting = {
      ...rules,
      ownership: (...args: Parameters<typeof rules.ownership>) => (looks++, rules.ownership(...args)),
    }
    const people = Array.from({ length: 500 }, (_, index) => person(`p${index}`))
    const actual = new Graph(system, people)
    const wishes = people.map((one) => wish(person(one.ref.key, { links: { role: ['role:Administrator'] } })))
    for (const change of changesOf({ wishes, live: people })) lowered(change, actual, description, counting)
    expect(looks).toBe(500)
    expect(usableOwners(actual, counting).keys.size).toBe(0)
  })
})

describe('moved', () => {
  const ids = (world: World, fresh: readonly Resource[]): string[] =>
    moved(stepsOf(world), new Graph(system, fresh), description).map(({ id }) => id)
  const group = (fields: Resource['fields'], id = 'group/1') => live('group', 'eng', { fields, id })
  const world: World = {
    wishes: [wish(group({ regions: ['eu'], maxDevices: 3 })), wish(person('new'))],
    live: [group({ regions: ['us'], maxDevices: 5 })],
  }

  it('a value that the plan touches, another thing under the name, or one that is to be created', () => {
    expect(ids(world, world.live ?? [])).toEqual([])
    expect(ids(world, [group({ regions: ['us'], maxDevices: 4 })])).toEqual(['office/1'])
    expect(ids(world, [group({ regions: ['us'], maxDevices: 5 }, 'group/9')])).toEqual(['office/1'])
    expect(ids(world, [...(world.live ?? []), person('new')])).toEqual(['office/2'])
    expect(ids(world, [])).toEqual(['office/1'])
  })

  it('not a value or a member that the plan does not name', () => {
    expect(ids(world, [group({ regions: ['us', 'ap'], maxDevices: 5, connectAuth: 'every-time' })])).toEqual(
      [],
    )
    expect(ids(world, [group({ regions: ['eu', 'us'], maxDevices: 5 })])).toEqual(['office/1'])
    expect(ids(world, [group({ regions: [], maxDevices: 5 })])).toEqual(['office/1'])
  })

  it('a removal counts everything', () => {
    const removal = {
      live: [group({ regions: ['us'] })],
      inventory: [applied('group', 'eng', { id: 'group/1' })],
    }
    expect(ids(removal, [group({ regions: ['us'] })])).toEqual([])
    expect(ids(removal, [group({ regions: ['us'], maxDevices: 1 })])).toEqual(['office/1'])
  })

  it('a removal counts whoever would lose a membership by it and did not when it was planned', () => {
    const gone = group({})
    const member = (key: string, link: string) => person(key, { links: { [link]: ['group:eng'] } })
    const removal = {
      live: [gone, member('ana', 'groups')],
      inventory: [applied('group', 'eng', { id: 'group/1' })],
    }
    expect(ids(removal, removal.live)).toEqual([])
    for (const link of ['groups', 'primaryGroup', 'manages'])
      expect(ids(removal, [...removal.live, member('bo', link)])).toEqual(['office/1'])
    // Who left by themselves lose nothing by it any more.
    expect(ids(removal, [gone, person('ana')])).toEqual([])
    expect(ids(removal, [gone, person('ana'), member('bo', 'groups')])).toEqual(['office/1'])
  })

  it('a removal knows its members under the names that they will have', () => {
    const members = (key: string) => person(key, { links: { groups: ['group:eng'] } })
    const removal = {
      wishes: [wish(person('ana-s'), { previousKeys: ['ana'] })],
      live: [group({}), members('ana')],
      inventory: [applied('group', 'eng', { id: 'group/1' })],
    }
    expect(ids(removal, removal.live)).toEqual([])
    expect(ids(removal, [...removal.live, members('bo')])).toEqual(['office/2'])
  })

  it('looks at all accounts once for a state, not once for each removal', () => {
    const keys = Array.from({ length: 300 }, (_, index) => `g${index}`)
    const removal = {
      live: [
        ...keys.map((key) => live('group', key)),
        ...keys.map((key) => person(`p-${key}`, { links: { groups: [`group:${key}`] } })),
      ],
      config: { exclusive: ['group' as const] },
    }
    const steps = stepsOf(removal)
    const graph = new Graph(system, removal.live)
    let scans = 0
    const counting: GraphView = {
      system,
      get: (kind, key) => graph.get(kind, key),
      all: (kind) => (scans++, graph.all(kind)),
    }
    expect(steps.filter(({ change }) => change.action === 'delete')).toHaveLength(300)
    expect(moved(steps, counting, description)).toEqual([])
    expect(scans).toBe(1)
  })
})
