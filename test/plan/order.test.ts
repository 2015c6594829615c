import { describe, expect, it } from 'vitest'
import type { Rules } from '../../src/connector/contract.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Step } from '../../src/model/plan.ts'
import { rules as directory } from '../../src/systems/directory/rules.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { order } from '../../src/plan/order.ts'
import {
  applied,
  changesOf,
  grant,
  live,
  owner,
  person,
  short,
  stepsOf,
  system,
  wish,
  type World,
} from './world.ts'

const told = (world: World): string[] => stepsOf(world).map((step) => short(step.change))
const demoted = (key: string) => wish(person(key))
const group = (key: string, parent?: string) =>
  live('group', key, { links: { parent: parent === undefined ? [] : [`group:${parent}`] } })

describe('phases', () => {
  const world: World = {
    wishes: [
      wish(group('engineering'), { previousKeys: ['developers'] }),
      wish(person('new', { links: { groups: ['group:engineering'] } })),
      wish(owner('bo')),
      demoted('ana'),
      wish(person('chen'), { exactGroups: true }),
    ],
    live: [
      group('developers'),
      group('old'),
      owner('ana'),
      person('bo'),
      person('chen', { links: { groups: ['group:stays'] } }),
      group('stays'),
      person('gone'),
    ],
    inventory: [applied('group', 'old'), applied('account', 'gone')],
  }

  it('D2: renames, what gives, owner reductions, what takes, removals, and last what is kept', () => {
    expect(told(world)).toEqual([
      'rename group:engineering from developers',
      'update account:bo -role role:Member +role role:Owner',
      'create account:new',
      'update account:ana -role role:Owner +role role:Member',
      'update account:chen -groups group:stays',
      'delete account:gone',
      'delete group:old',
      'keep group:stays (unmanaged)',
    ])
  })

  it('each step says whom it lowers, and needs only what it depends on', () => {
    const steps = stepsOf(world)
    expect(steps.filter((step) => step.lowers.length > 0).map((step) => [step.id, step.lowers])).toEqual([
      ['office/4', ['ana']],
    ])
    expect(steps.map((step) => step.needs)).toEqual([[], [], ['office/1'], [], [], [], [], []])
  })

  it('the same changes in any order give the same steps', () => {
    const changes = changesOf(world)
    const context = { actual: new Graph(system, world.live ?? []), description, rules: directory, system }
    expect(order([...changes].reverse(), context)).toEqual(order(changes, context))
  })
})

describe('references', () => {
  it('what is created comes after what it refers to, parents before children', () => {
    const world = {
      wishes: [
        wish(grant('account:bo', 'operator', 'project:web')),
        wish(person('bo', { links: { groups: ['group:a-child'], role: ['role:operator'] } })),
        wish(group('a-child', 'z-parent')),
        wish(group('z-parent')),
        wish(live('project', 'web')),
        wish(live('role', 'operator')),
      ],
    }
    expect(told(world)).toEqual([
      'create role:operator',
      'create project:web',
      'create group:z-parent',
      'create group:a-child',
      'create account:bo',
      'create grant:account:bo operator project:web',
    ])
    const ids = Object.fromEntries(stepsOf(world).map((step) => [step.change.ref.key, step.needs]))
    expect(ids['bo']).toEqual(['office/1', 'office/4'])
  })

  it('what is removed goes after what refers to it, children before parents', () => {
    const world = {
      live: [
        group('a-parent'),
        group('z-child', 'a-parent'),
        live('policy', 'web', { links: { subjects: ['group:a-parent'], resources: [] } }),
        grant('group:z-child', 'operator', 'all:*'),
      ],
      config: { exclusive: ['group', 'policy', 'grant'] as const },
    }
    expect(told(world)).toEqual([
      'delete grant:group:z-child operator all:*',
      'delete policy:web',
      'delete group:z-child',
      'delete group:a-parent',
    ])
    expect(stepsOf(world).at(-1)?.needs).toEqual(['office/2', 'office/3'])
  })

  it('a policy lets go of a subject before the subject is removed', () => {
    const policy = (...subjects: string[]) => live('policy', 'web', { links: { subjects, resources: [] } })
    const steps = stepsOf({
      wishes: [wish(policy('group:stays')), wish(group('stays'))],
      live: [policy('group:old', 'group:stays'), group('old'), group('stays')],
      inventory: [applied('group', 'old')],
    })
    expect(steps.map((step) => [short(step.change), step.needs])).toEqual([
      ['update policy:web -subjects group:old', []],
      ['delete group:old', ['office/1']],
    ])
  })

  it('two groups that swap parent and child never stand under each other', () => {
    const world = {
      wishes: [wish(group('a', 'b')), wish(group('b'))],
      live: [group('a'), group('b', 'a')],
    }
    expect(told(world)).toEqual(['update group:b -parent group:a', 'update group:a +parent group:b'])
    expect(stepsOf(world)[1]?.needs).toEqual(['office/1'])
  })

  it('a chain turned round changes from the top', () => {
    const turned = stepsOf({
      wishes: [wish(group('a')), wish(group('b', 'a')), wish(group('c', 'b'))],
      live: [group('a', 'b'), group('b', 'c'), group('c')],
    })
    expect(turned.map((step) => short(step.change))).toEqual([
      'update group:a -parent group:b',
      'update group:b -parent group:c +parent group:a',
      'update group:c +parent group:b',
    ])
    expectNoCircle(turned, [group('a', 'b'), group('b', 'c'), group('c')])
  })

  it('a rename that also moves to another place comes apart, since others may have to move first', () => {
    const steps = stepsOf({
      wishes: [wish(group('new', 'child'), { previousKeys: ['old'] }), wish(group('child'))],
      live: [group('old'), group('child', 'old')],
    })
    expect(steps.map((step) => [short(step.change), step.needs])).toEqual([
      ['rename group:new from old', []],
      ['update group:child -parent group:new', ['office/1']],
      ['update group:new +parent group:child', ['office/1', 'office/2']],
    ])
  })

  it('a rename takes along whatever is no new place among its own kind', () => {
    const steps = stepsOf({
      wishes: [
        wish(person('ana-silva', { links: { groups: ['group:ops'] } }), { previousKeys: ['ana'] }),
        wish(group('ops')),
      ],
      live: [person('ana'), group('ops')],
    })
    expect(steps.map((step) => short(step.change))).toEqual([
      'rename account:ana-silva from ana -username ana +username ana-silva +groups group:ops',
    ])
  })

  it('a circle that would come about over something new is seen too', () => {
    const world = {
      wishes: [wish(group('a', 'new')), wish(group('b')), wish(group('new', 'b'))],
      live: [group('a'), group('b', 'a')],
    }
    expect(told(world)).toEqual([
      'create group:new',
      'update group:b -parent group:a',
      'update group:a +parent group:new',
    ])
    expectNoCircle(stepsOf(world), world.live)
  })

  it('a circle that comes about only half-way is seen too', () => {
    // q goes under n while p, still under q, is where n goes: p has to move first.
    const before = [group('n'), group('p', 'q'), group('q'), group('x')]
    const steps = stepsOf({
      wishes: [wish(group('n', 'p')), wish(group('p', 'x')), wish(group('q', 'n')), wish(group('x'))],
      live: before,
    })
    expectNoCircle(steps, before)
    expect(steps.find((step) => step.change.ref.key === 'n')?.needs).toHaveLength(1)
  })

  it('groups that hold on to each other are removed without waiting for each other for ever', () => {
    const world = { live: [group('a', 'b'), group('b', 'a')], config: { exclusive: ['group'] as const } }
    expect(told(world)).toEqual(['delete group:b', 'delete group:a'])
  })

  it('names move along a row from its end, and two that change places through a third', () => {
    const row = {
      wishes: [wish(group('y'), { previousKeys: ['x'] }), wish(group('z'), { previousKeys: ['y'] })],
      live: [group('x'), group('y')],
    }
    expect(told(row)).toEqual(['rename group:z from y', 'rename group:y from x'])
    const swap = stepsOf({
      wishes: [wish(group('b'), { handle: 'a' }), wish(group('a'), { handle: 'b' })],
      live: [live('group', 'a', { id: '1' }), live('group', 'b', { id: '2' })],
      inventory: [applied('group', 'a', { id: '1' }), applied('group', 'b', { id: '2' })],
    })
    expect(swap.map((step) => [short(step.change), step.needs])).toEqual([
      ['rename group:a-aside from a', []],
      ['rename group:a from b', ['office/1']],
      ['rename group:b from a-aside', ['office/1', 'office/2']],
    ])
  })
})

describe('owner reductions', () => {
  it('are seen when the role, the status, the scope or the account itself goes', () => {
    const world = {
      wishes: [
        demoted('a'),
        wish(owner('b', { fields: { status: 'suspended' } })),
        wish(owner('c', { links: { scope: ['scope:eu'] } })),
        wish(owner('stays')),
      ],
      live: [
        ...['a', 'b', 'c', 'd', 'stays'].map((key) => owner(key)),
        owner('already', { fields: { status: 'suspended' } }),
      ],
      inventory: [applied('account', 'd'), applied('account', 'already')],
    }
    const lowering = stepsOf(world).filter((step) => step.lowers.length > 0)
    expect(lowering.map((step) => step.lowers)).toEqual([['a'], ['b'], ['c'], ['d']])
  })

  it('a rename that also lowers comes apart: the name first, the right late', () => {
    const steps = stepsOf({
      wishes: [wish(person('ana-silva'), { previousKeys: ['ana'] }), wish(owner('bo'))],
      live: [owner('ana'), person('bo')],
    })
    expect(steps.map((step) => [short(step.change), step.needs, step.lowers])).toEqual([
      ['rename account:ana-silva from ana -username ana +username ana-silva', [], []],
      ['update account:bo -role role:Member +role role:Owner', [], []],
      ['update account:ana-silva -role role:Owner +role role:Member', ['office/1'], ['ana-silva']],
    ])
  })

  it('what needs an owner reduction comes after all of them, even if it gives', () => {
    const steps = stepsOf({
      // The parent of admins changes with a reduction; the child can only follow it.
      wishes: [wish(group('admins')), wish(group('zoo', 'admins')), wish(group('base'))],
      live: [group('admins', 'zoo'), group('zoo'), person('ana')],
      rules: {
        ...directory,
        ownership: (_account, graph) => ({
          owner: graph.get('group', 'admins')?.links['parent']?.length === 1,
          unusable: [],
        }),
        ownershipDependsOn: () => [{ system, kind: 'group', key: 'admins' }],
      },
    })
    expect(steps[1]?.lowers).toEqual(['ana'])
    expect(steps.slice(0, 3).map((step) => short(step.change))).toEqual([
      'create group:base',
      'update group:admins -parent group:zoo',
      'update group:zoo +parent group:admins',
    ])
  })

  it('what only two removals together take away is a reduction in both', () => {
    const world: World = {
      live: [
        group('admins'),
        group('roots'),
        person('ana', { links: { groups: ['group:admins', 'group:roots'] } }),
      ],
      wishes: [],
      config: { exclusive: ['group'] },
      rules: throughGroups,
    }
    expect(stepsOf(world).map((step) => [short(step.change), step.lowers])).toEqual([
      ['delete group:admins', ['ana']],
      ['delete group:roots', ['ana']],
      ['keep account:ana (unmanaged)', []],
    ])
  })
})

/** A system in which members of certain groups own it. */
const throughGroups: Rules = {
  ...directory,
  ownership: (account, graph) => ({
    owner: (account.links['groups'] ?? []).some(
      (target) =>
        ['group:admins', 'group:roots'].includes(target) && graph.get('group', target.slice(6)) !== undefined,
    ),
    unusable: [],
  }),
  ownershipDependsOn: () => ['admins', 'roots'].map((key) => ({ system, kind: 'group', key })),
}

/** Plays the steps one by one: at no time does a group stand under itself. */
function expectNoCircle(steps: readonly Step[], start: readonly ReturnType<typeof group>[]): void {
  const parents = new Map(start.map((one) => [one.ref.key, one.links['parent']?.[0]?.slice(6)]))
  for (const { change } of steps) {
    if (change.action !== 'update' && change.action !== 'create') continue
    parents.set(change.ref.key, change.after.links['parent']?.[0]?.slice(6))
    for (const from of parents.keys()) {
      const way = new Set<string>()
      for (let at: string | undefined = from; at !== undefined; at = parents.get(at)) {
        expect([...way]).not.toContain(at)
        way.add(at)
      }
    }
  }
}
