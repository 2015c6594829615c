import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { impactOf } from '../../src/access/impact.ts'
import { Access } from '../../src/access/questions.ts'
import { connectorOf } from '../../src/commands/connector.ts'
import { isWrite } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { LinkTarget } from '../../src/model/resource.ts'
import { sidesOf } from '../../src/plan/sides.ts'
import { disagreements } from '../access/agree.ts'
import { targetsIn } from '../access/brute.ts'
import { changesOf, config, system } from '../plan/world.ts'
import { cloudvpsBrute, keystoneBrute } from './brute.ts'
import { clouds, customers } from './organisations.ts'

const deep = process.env['ROLECALL_DEEP'] === '1'

describe.each([
  { name: 'a Keystone', organisations: clouds, force: keystoneBrute, profile: {} },
  { name: 'CloudVPS', organisations: customers, force: cloudvpsBrute, profile: { profile: 'cloudvps' } },
])('for any organisation in $name', ({ organisations, force, profile }) => {
  const { rules, description } = connectorOf(config({ connector: 'openstack', ...profile }))

  it('V2, V3, V6, V7, V8: the impact of a plan is what a comparison of everybody, worked out apart from the engine, comes to', () => {
    let told = 0
    fc.assert(
      fc.property(organisations, (world) => {
        const writes = changesOf({ ...world, description, rules }).filter(isWrite)
        const sides = sidesOf(new Graph(system, world.live), writes, description)
        const impact = impactOf({ ...sides, rules, system, writes, person: (account) => account })
        expect(disagreements(impact, sides, force)).toEqual([])
        told += impact.access.length
      }),
      { numRuns: deep ? 20_000 : 500 },
    )
    expect(told).toBeGreaterThan(1000)
  })

  it('who can do a thing, and what somebody can do, is what a look at everybody and everything comes to', () => {
    fc.assert(
      fc.property(organisations, ({ live }) => {
        const graph = new Graph(system, live)
        const { facts, behind, held } = force(graph, targetsIn(graph))
        const access = new Access(rules, graph)
        const asked = new Map<string, string[]>()
        for (const fact of facts) {
          const subject = fact.slice(0, fact.indexOf(' '))
          const question = fact.slice(subject.length + 1)
          asked.set(question, [...(asked.get(question) ?? []), subject])
        }
        for (const [question, subjects] of asked) {
          const at = question.lastIndexOf(' ')
          const { atLarge, accounts } = access.whoCan(question.slice(0, at), question.slice(at + 1))
          const told = [...atLarge, ...accounts].flatMap(({ subject }) => behind(subject))
          expect(new Set(told), question).toEqual(new Set(subjects))
        }
        for (const account of graph.all('account')) {
          const name: LinkTarget = `account:${account.ref.key}`
          const told = access
            .rightsOf(name)
            .flatMap(({ action, on }) => held(on).map((target) => `${name} ${action} ${target}`))
          expect(new Set(told)).toEqual(new Set([...facts].filter((fact) => fact.startsWith(`${name} `))))
        }
      }),
      { numRuns: deep ? 5000 : 150 },
    )
  })
})
