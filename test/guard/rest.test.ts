import process from 'node:process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { check, type GuardCase } from '../../src/guard/check.ts'
import { isWrite } from '../../src/model/change.ts'
import { refuses } from '../../src/model/finding.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Step } from '../../src/model/plan.ts'
import { kinds } from '../../src/model/resource.ts'
import { simulate } from '../../src/plan/simulate.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { worlds } from '../plan/arbitrary.ts'
import { config, desired, stepsOf, system, type World } from '../plan/world.ts'
import { allRead, context } from './case.ts'

/**
 * What a crash leaves of a plan needs nobody's leave that the plan did not need: the next run goes on by itself. But for what
 * everyone is given: a right that moves from one policy to another may be gone for a moment, and in a system that had no
 * account everyone is whom the plan brings; of what is left nobody can tell either.
 */

type Limits = GuardCase['config']['limits']

function refused(world: World, limits: Limits, graph: Graph, steps: readonly Step[]): string[] {
  const one: GuardCase = {
    config: { ...config(world.config), limits },
    description,
    rules,
    observation: { graph, proofs: allRead, readAt: '2026-11-22T10:00:00Z', calls: 1 },
    desired: desired(world.wishes ?? [], world.comparesGrants),
    steps,
    people: new Map(),
  }
  return check([one], context())
    .filter((one) => refuses(one) && one.code !== 'access-widened')
    .map(({ code, message }) => `${code}: ${message}`)
}

it('whatever the guards let through, they let its rest through, after any of its steps', () => {
  const runs = process.env['ROLECALL_DEEP'] === '1' ? 10_000 : 300
  const limits = fc.record({ moreThan: fc.nat(12), percent: fc.nat(100) })
  let [whole, parts] = [0, 0]
  fc.assert(
    fc.property(worlds, limits, (world, limits) => {
      const steps = stepsOf(world).filter(({ change }) => isWrite(change))
      const start = new Graph(system, world.live)
      if (steps.length < 2 || refused(world, limits, start, steps).length > 0) return
      whole += 1
      const writes = steps.map(({ change }) => change).filter(isWrite)
      for (let done = 1; done < steps.length; done += 1) {
        const played = simulate(start, writes.slice(0, done), description)
        const meanwhile = new Graph(
          system,
          kinds.flatMap((kind) => [...played.all(kind)]),
        )
        expect([done, refused(world, limits, meanwhile, steps.slice(done))]).toEqual([done, []])
        parts += 1
      }
    }),
    { numRuns: runs },
  )
  expect([whole > runs / 100, parts > runs / 20]).toEqual([true, true])
}, 300_000)
