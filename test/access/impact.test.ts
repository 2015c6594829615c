import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driftedImpact } from '../../src/guard/drifted.ts'
import { impactOf } from '../../src/access/impact.ts'
import type { Impact } from '../../src/model/access.ts'
import { isWrite, type Write } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import { sidesOf } from '../../src/plan/sides.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import type { Resource } from '../../src/model/resource.ts'
import { changesOf, live, system, type World } from '../plan/world.ts'
import { disagreements } from './agree.ts'
import { directoryBrute } from './brute.ts'
import { organisations } from './organisations.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 20_000 : 1000

describe('for any organisation and any plan', () => {
  it('the impact is what a comparison of everybody, worked out apart from the engine, comes to', () => {
    fc.assert(
      fc.property(organisations, (world) => {
        const { impact, ...sides } = impactIn(world)
        expect(disagreements(impact, sides, directoryBrute)).toEqual([])
      }),
      { numRuns },
    )
  })

  it('what somebody did by hand is what a comparison of the declared with the live state comes to', () => {
    fc.assert(
      fc.property(organisations, (world) => {
        const changes = changesOf(world)
        const actual = new Graph(system, world.live)
        const { before: live, after: declared } = sidesOf(actual, changes.filter(isWrite), description)
        const given = { rules, description, system, actual, changes, person: (key: string) => key }
        const sides = { before: declared, after: live }
        expect(disagreements(driftedImpact(given), sides, directoryBrute)).toEqual([])
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    )
  })
})

it('who manages a group that is removed, and is not written themselves, loses that: their link goes along', () => {
  const bo = live('account', 'bo', {
    fields: { username: 'bo', type: 'person', status: 'active' },
    links: { role: ['role:Member'], primaryGroup: [], groups: [], manages: ['group:bees'], scope: [] },
  })
  const bees = live('group', 'bees', { links: { parent: [] } })
  const writes: Write[] = [
    {
      action: 'delete',
      ref: bees.ref,
      before: bees,
      along: ['account:bo'],
      cause: { file: 'a.yaml', line: 1, document: 'Group/bees' },
    },
  ]
  const sides = sidesOf(new Graph(system, [bo, bees]), writes, description)
  const impact = impactOf({ ...sides, rules, system, writes, person: (account) => account })
  expect(impact.access).toEqual([
    {
      ...{ change: 'loss', system, action: 'manage', on: 'members:bees', rank: 'ordinary' },
      ...{ subjects: ['account:bo'], through: [] },
    },
  ])
})

it('a rule that puts whoever has an attribute into a group is told of them: nobody else stands for them', () => {
  const mapping = (rules: Resource['fields'][string]) =>
    live('mapping', 'sign-in', { fields: { mode: 'multiple', fallback: 'none', rules } })
  const bees = live('group', 'bees', { links: { parent: [] } })
  const wiki = live('policy', 'wiki', {
    links: { subjects: ['group:bees'], resources: ['application:wiki'] },
  })
  const rule = [{ attribute: 'groups', in: ['eng'], group: 'bees' }]
  const told = (from: Resource['fields'][string], to: Resource['fields'][string]) => {
    const writes: Write[] = [
      {
        ...{ action: 'update', ref: mapping([]).ref, patch: [] },
        before: { fields: { rules: from }, links: {} },
        after: { fields: { rules: to }, links: {} },
        cause: { file: 'a.yaml', line: 1, document: 'GroupMapping/sign-in' },
      },
    ]
    const sides = sidesOf(new Graph(system, [bees, wiki, mapping(from)]), writes, description)
    return impactOf({ ...sides, rules, system, writes, person: (account) => account }).access
  }
  const reached = {
    ...{ system, action: 'reach', on: 'application:wiki', rank: 'ordinary' },
    ...{ subjects: ['attribute:groups=eng'], through: ['mapping:sign-in', 'group:bees', 'policy:wiki'] },
  }
  expect(told([], rule)).toEqual([{ change: 'gain', ...reached }])
  expect(told(rule, [])).toEqual([{ change: 'loss', ...reached }])
})

function impactIn(world: World): { impact: Impact; before: GraphView; after: GraphView } {
  const writes = changesOf(world).filter(isWrite)
  const sides = sidesOf(new Graph(system, world.live ?? []), writes, description)
  return { ...sides, impact: impactOf({ ...sides, rules, system, writes, person: (account) => account }) }
}
