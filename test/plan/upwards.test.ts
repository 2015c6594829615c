import { describe, expect, it } from 'vitest'
import type { Description } from '../../src/connector/describe.ts'
import type { Change } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import { isUnderItself, movedLinks, parentsFirst, upwards } from '../../src/plan/upwards.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import { changesOf, live, short, system, wish } from './world.ts'

const group = (key: string, ...parents: string[]) =>
  live('group', key, { links: { parent: parents.map((parent) => `group:${parent}` as const) } })

/** The directory, in which a group may also stand under a role: two names that are spelled alike are then two things. */
const { group: described } = directory.kinds
const mixed = {
  ...directory,
  kinds: {
    ...directory.kinds,
    group: {
      ...described,
      links: { parent: { ...described?.links['parent'], to: ['role', 'group'] } },
    },
  },
} as unknown as Description

type Moving = Extract<Change, { action: 'update' | 'rename' }>

describe('what stands under its own kind', () => {
  it('does so by links that lead to it, among others perhaps', () => {
    expect([upwards('group', directory), upwards('account', directory)]).toEqual([['parent'], []])
    expect(upwards('group', mixed)).toEqual(['parent'])
  })

  it('moves where a change says something of such a link', () => {
    const changes = changesOf({
      wishes: [
        wish(group('a', 'b')),
        wish(group('b')),
        wish(live('group', 'c', { fields: { maxDevices: 2 } })),
      ],
      live: [group('a'), group('b', 'c'), live('group', 'c', { fields: { maxDevices: 1 } })],
    }) as Moving[]
    const moved = changes.map((change) => [short(change), movedLinks(change, directory)])
    expect(Object.fromEntries(moved)).toMatchObject({
      'update group:a +parent group:b': ['parent'],
      'update group:b -parent group:c': ['parent'],
      'update group:c -maxDevices 1 +maxDevices 2': [],
    })
  })

  it('may stand under itself, a way up or at once, but not by what is only spelled like it', () => {
    const view = new Graph(system, [
      group('a', 'b'),
      group('b', 'c'),
      group('c', 'a'),
      group('d', 'd'),
      group('e', 'a'),
    ])
    const under = ['a', 'b', 'c', 'd', 'e', 'nobody'].filter((key) =>
      isUnderItself(view, { system, kind: 'group', key }, 'parent'),
    )
    expect(under).toEqual(['a', 'b', 'c', 'd'])
    const alike = new Graph(system, [live('group', 'f', { links: { parent: ['role:f'] } })])
    expect(isUnderItself(alike, { system, kind: 'group', key: 'f' }, 'parent')).toBe(false)
  })
})

describe('of two that change places among their own kind', () => {
  const told = (changes: readonly Change[], seen: Graph, description = directory) =>
    parentsFirst(changes, { seen, description }).map(
      ([change, first]) => `${short(change)} after ${short(first)}`,
    )

  it('the upper one goes first, also where the lower one is given a new name', () => {
    const changes = changesOf({
      wishes: [wish(group('new', 'child'), { previousKeys: ['old'] }), wish(group('child'))],
      live: [group('old'), group('child', 'old')],
    })
    expect(told(changes, new Graph(system, [group('new'), group('child', 'new')]))).toEqual([
      'rename group:new from old +parent group:child after update group:child -parent group:new',
    ])
  })

  it('neither waits where one goes under what is only spelled like the other', () => {
    const changes = changesOf({
      wishes: [wish(live('group', 'a', { links: { parent: ['role:b'] } })), wish(group('b'))],
      live: [group('a'), group('b', 'a')],
      description: mixed,
    })
    expect(changes.map(short)).toEqual(['update group:a +parent role:b', 'update group:b -parent group:a'])
    expect(told(changes, new Graph(system, [group('a'), group('b', 'a')]), mixed)).toEqual([])
    // nor where the way up only seems to go on
    const further = changesOf({
      wishes: [wish(group('a', 'c')), wish(group('b'))],
      live: [group('a'), group('b', 'a'), live('group', 'c', { links: { parent: ['role:b'] } })],
      description: mixed,
    })
    const seen = new Graph(system, [
      group('a'),
      group('b', 'a'),
      live('group', 'c', { links: { parent: ['role:b'] } }),
    ])
    expect(told(further, seen, mixed)).toEqual([])
  })
})
