import { expect } from 'vitest'
import { pageFaults } from '../../src/sandbox/faults.ts'
import { needs, wireOf } from './needs.ts'
import type { ContractSystem, There } from './system.ts'
import { contractWorld, names, thereOf, type ContractWorld, type Wishes } from './world.ts'

const pageSize = 3

/** A list that lost somebody on the way looks like one in which somebody was removed. */
export function pages(system: ContractSystem): void {
  for (const list of ['accounts', 'groups', 'policies'] as const)
    for (const count of [1, 2, 3, 7])
      needs(
        system,
        'pages',
        `${list} on ${count} pages: no fault of any page removes or creates anything wrongly`,
        () => everyPage(system, list, count),
        120_000,
      )
}

async function everyPage(system: ContractSystem, list: keyof There, count: number): Promise<void> {
  const world = await contractWorld(system, { pageSize })
  const { faults, lists } = wireOf(world.live)
  const wished = filling(list, count)
  world.wish(wished)
  const first = await world.apply()
  expect(first.code, first.err + first.out).toBe(0)
  const whole = await world.live.there()
  expect(whole).toEqual(thereOf(wished))
  let cut = 0
  for (const page of pageFaults)
    for (let pageNumber = 0; pageNumber < count; pageNumber += 1) {
      const when = `${page} on page ${pageNumber + 1} of ${count}`
      faults.add({ method: 'GET', path: lists[list]!, pageNumber, trouble: { page } })
      // something to add and something to remove, beside all that only seems to be gone
      world.wish(less(wished))
      const { code, out, err } = await world.apply()
      const there = await world.live.there()
      expect(wrong(there, whole, less(wished)), `${when}: ${out}${err}`).toEqual([])
      expect([0, 4], `${when}: ${out}${err}`).toContain(code)
      faults.clear()
      if (code === 4) cut += 1
      else await restored(world, wished, when)
    }
  await restored(world, wished, 'in the end')
  // a suite in which no fault is ever noticed proves nothing
  expect(cut).toBeGreaterThan(count)
  await world.close()
}

/** So many people, groups or policies that, with what is always there, the list has `count` full pages but for one. */
function filling(list: keyof There, count: number): Wishes {
  const many = count * pageSize - 2
  return {
    people: names('p', list === 'accounts' ? many : 1),
    groups: names('g', list === 'groups' ? many : 1),
    policies: names('r', list === 'policies' ? many : 1),
  }
}

/** The last of each sort is gone from the manifests, and another one came. */
function less({ people, groups, policies }: Wishes): Wishes {
  return {
    people: [...people.slice(0, -1), 'new-p'],
    groups: [...groups.slice(0, Math.max(1, groups.length - 1)), 'new-g'],
    policies: [...policies.slice(0, -1), 'new-r'],
  }
}

/** What is there twice, is gone though it is wished, or came though nobody wishes it. */
function wrong(there: There, before: There, wished: Wishes): readonly string[] {
  const wanted = thereOf(wished)
  return (['accounts', 'groups', 'policies'] as const).flatMap((sort) => [
    ...there[sort].filter((name, at) => there[sort].indexOf(name) !== at).map((name) => `${name} twice`),
    ...before[sort]
      .filter((name) => wanted[sort].includes(name) && !there[sort].includes(name))
      .map((name) => `${name} removed`),
    ...there[sort]
      .filter((name) => !before[sort].includes(name) && !wanted[sort].includes(name))
      .map((name) => `${name} created`),
  ])
}

/** Once the pages are whole again, a run ends it. */
async function restored(world: ContractWorld, wished: Wishes, when: string): Promise<void> {
  world.wish(wished)
  const { code, out, err } = await world.apply()
  expect(code, `${when}, then: ${out}${err}`).toBe(0)
  expect(await world.live.there(), when).toEqual(thereOf(wished))
}
