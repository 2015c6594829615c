import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isWrite, type Write } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import { kinds, refKey } from '../../src/model/resource.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { simulate } from '../../src/plan/simulate.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { testDirectory } from '../directory/world.ts'
import { worlds } from './arbitrary.ts'
import { applied, config, desired, live, owner, person, remembered, wish, type World } from './world.ts'

it('a real directory takes every step in the order of the plan, one by one, and ends as it was simulated', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { before, after, steps } = await carriedOut(world)
      fc.pre(rules.invariants(before, simulate(before, steps, description), steps).length === 0)
      expect(after.failed).toEqual([])
      expect(content(after.graph)).toEqual(content(simulate(before, steps, description)))
      expect(planned({ ...world, inventory: remembered(world, after.graph) }, after.graph)).toEqual([])
    }),
    { numRuns: 40 },
  )
}, 120_000)

it('two people who change names keep what is theirs in a real directory', async () => {
  const { after, steps } = await carriedOut({
    live: [owner('ana', { links: { groups: ['group:eng'] } }), person('bo'), live('group', 'eng')],
    wishes: [
      wish(owner('bo', { links: { groups: ['group:eng'] } }), { handle: 'ana', exactGroups: true }),
      wish(person('ana'), { handle: 'bo', exactGroups: true }),
      wish(live('group', 'eng')),
    ],
    inventory: [applied('account', 'ana'), applied('account', 'bo')],
  })
  expect(steps.map((step) => step.action)).toEqual(['rename', 'rename', 'rename'])
  expect(after.failed).toEqual([])
  expect(after.graph.get('account', 'bo')).toMatchObject({
    links: { role: ['role:Owner'], groups: ['group:eng'] },
  })
  expect(after.graph.get('account', 'ana')).toMatchObject({ links: { role: ['role:Member'], groups: [] } })
})

/** Fills a directory with the live side, plans against a read of it, and sends the steps one at a time. */
async function carriedOut(world: World) {
  const target = testDirectory()
  const start = new Graph('people')
  for (const write of planned({ wishes: (world.live ?? []).map((one) => wish(one)) }, start)) {
    const [result] = await target.write(write)
    if (result?.outcome !== 'done') throw new Error(JSON.stringify(result))
  }
  const before = (await target.observe()).graph
  const ids = (world.inventory ?? []).map((entry) => {
    const id = before.get(entry.kind, entry.key)?.id
    return { ...entry, ...(id === undefined ? {} : { id }) }
  })
  const steps = planned({ ...world, inventory: ids }, before)
  const failed: unknown[] = []
  for (const write of steps) {
    const [result] = await target.write(write)
    if (result?.outcome !== 'done') failed.push({ write, result })
  }
  return { before, after: { graph: (await target.observe()).graph, failed }, steps }
}

function planned(world: World, actual: GraphView): Write[] {
  const wishes = desired(world.wishes ?? [], world.comparesGrants)
  const inventory = world.inventory ?? []
  const changes = diff({
    desired: wishes,
    actual,
    description,
    rules,
    config: config(world.config),
    inventory,
  })
  const steps = order(changes, { actual, description, rules, system: 'people' })
  return steps.map((step) => step.change).filter(isWrite)
}

/** What there is, without the ids that a simulated create does not have; no value and an empty list are the same. */
function content(graph: GraphView): Record<string, unknown> {
  const isSomething = (value: unknown): boolean => !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      [...graph.all(kind)].map(({ ref, fields, links }) => [
        refKey(ref),
        Object.fromEntries(
          Object.entries({ ...fields, ...links }).filter(
            ([name, value]) => isSomething(value) && name !== 'sealed',
          ),
        ),
      ]),
    ),
  )
}
