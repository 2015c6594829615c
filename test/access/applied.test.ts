import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isWrite, type Write } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { testDirectory } from '../directory/world.ts'
import { config, desired, wish, type World } from '../plan/world.ts'
import { brokenPromises } from './applied.ts'
import { directoryBrute } from './brute.ts'
import { organisations } from './organisations.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 500 : 60

it('what a plan says it means is what a fresh read of a real directory shows once it was applied', async () => {
  let held = 0
  await fc.assert(
    fc.asyncProperty(organisations, async (world) => {
      const target = testDirectory()
      const send = async (writes: readonly Write[]): Promise<boolean> => {
        for (const write of writes)
          if ((await target.write(write)).some(({ outcome }) => outcome !== 'done')) return false
        return true
      }
      const filling = planned({ wishes: world.live.map((one) => wish(one)) }, new Graph('people'))
      await send(filling)
      const before = (await target.observe()).graph
      const writes = planned(world, before)
      // What the directory refuses is another plan's promise: organisations here may name what is not there.
      if (!(await send(writes))) return
      const after = (await target.observe()).graph
      expect(brokenPromises({ rules, description, before, writes, after }, directoryBrute)).toEqual([])
      held += 1
    }),
    { numRuns },
  )
  expect(held).toBeGreaterThan(numRuns / 30)
}, 120_000)

function planned(world: World, actual: GraphView): Write[] {
  const changes = diff({
    desired: desired(world.wishes ?? [], world.comparesGrants),
    actual,
    description,
    rules,
    config: config(world.config),
    inventory: [],
  })
  const steps = order(changes, { actual, description, rules, system: 'people' })
  return steps.map((step) => step.change).filter(isWrite)
}
