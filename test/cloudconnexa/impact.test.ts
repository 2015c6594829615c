import fc from 'fast-check'
import { expect, it } from 'vitest'
import { impactOf } from '../../src/access/impact.ts'
import { isWrite } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import { diff } from '../../src/plan/diff.ts'
import { sidesOf } from '../../src/plan/sides.ts'
import { description } from '../../src/systems/cloudconnexa/describe.ts'
import { rules } from '../../src/systems/cloudconnexa/rules.ts'
import { disagreements } from '../access/agree.ts'
import { config, desired, system } from '../plan/world.ts'
import { cloudconnexaBrute } from './brute.ts'
import { organisations, placesThere } from './organisations.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 20_000 : 400

it('the impact is what a comparison of everybody, worked out apart from the engine, comes to', () => {
  let told = 0
  fc.assert(
    fc.property(
      organisations({ roles: ['Administrator', 'Member', 'AUDITOR'], least: 0 }),
      ({ live, topology, wishes, config: more }) => {
        const actual = new Graph(system, live, { places: placesThere, ...(topology && { topology }) })
        const writes = diff({
          desired: desired(wishes),
          actual,
          description,
          rules,
          config: config(more),
          inventory: [],
        }).filter(isWrite)
        const sides = sidesOf(actual, writes, description)
        const impact = impactOf({ ...sides, rules, system, writes, person: (account) => account })
        expect(disagreements(impact, sides, cloudconnexaBrute)).toEqual([])
        told += impact.access.length
      },
    ),
    { numRuns },
  )
  expect(told).toBeGreaterThan(numRuns)
}, 300_000)
