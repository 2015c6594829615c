import { expect } from 'vitest'
import { pageFaults } from '../../src/sandbox/faults.ts'
import { needs, wireOf } from './needs.ts'
import type { ContractSystem, There, Wire } from './system.ts'
import { contractWorld, names, thereOf, wishes, type ContractWorld, type Wishes } from './world.ts'

const pageSize = 5
const deep = process.env['ROLECALL_DEEP'] === '1'

/** A list that lost somebody on the way looks like one in which somebody was removed. */
export function pages(system: ContractSystem): void {
  for (const list of ['accounts', 'groups', 'policies'] as const)
    for (const count of [1, 2, 3, 7])
      needs(
        system,
        'pages',
        `${list} on ${count} pages: no fault of any page removes or creates anything wrongly`,
        () =>
          everyPage(system, {
            wished: filling(list, count),
            at: ({ lists }) => lists[list]!,
            count,
            thinned: count > 3,
          }),
        3_600_000,
      )
  for (const [list, path] of Object.entries(system.otherLists ?? {}))
    for (const count of deep ? [1, 2, 3, 7] : [2])
      needs(
        system,
        'pages',
        `${list} on ${count} pages, which give others their names: no fault of any page removes or creates anything wrongly`,
        () =>
          everyPage(system, {
            wished: wishes(3, 1, 1),
            at: () => path,
            count,
            thinned: true,
            before: ({ fill }) => fill?.(list, count * pageSize),
          }),
        3_600_000,
      )
}

interface Paged {
  readonly wished: Wishes
  readonly at: (wire: Wire) => RegExp
  readonly count: number
  /** Outside of the deep run each page meets every second fault, and the next page the others. */
  readonly thinned: boolean
  readonly before?: (wire: Wire) => void
}

async function everyPage(system: ContractSystem, paged: Paged): Promise<void> {
  const { wished, at, count, thinned, before } = paged
  const world = await contractWorld(system, { pageSize })
  const wire = wireOf(world.live)
  before?.(wire)
  world.wish(wished)
  const first = await world.apply()
  expect(first.code, first.err + first.out).toBe(0)
  const whole = await world.live.there()
  expect(whole).toEqual(thereOf(wished))
  // something to add and something to remove, beside all that only seems to be gone
  const then = less(wished)
  world.wish(then)
  const back = world.mark()
  if (back === undefined) throw new Error('the pages of a system that cannot be brought back')
  let cut = 0
  for (const [number, page] of pageFaults.entries())
    for (let pageNumber = 0; pageNumber < count; pageNumber += 1) {
      if (thinned && !deep && (number + pageNumber) % 2 !== 0) continue
      const when = `${page} on page ${pageNumber + 1} of ${count}`
      wire.calls.splice(0)
      wire.faults.add({ method: 'GET', path: at(wire), pageNumber, trouble: { page } })
      const { code, out, err } = await world.apply()
      expect(wrong(await world.live.there(), whole, then), `${when}: ${out}${err}`).toEqual([])
      expect([0, 4], `${when}: ${out}${err}`).toContain(code)
      wire.faults.clear()
      if (code === 4) {
        cut += 1
        expect(
          wire.calls.filter((call) => wire.isWrite(call)),
          `${when}: ${out}${err}`,
        ).toEqual([])
        // nothing came of it: the next fault meets what this one met
        if (!deep) continue
      }
      await ends(world, then, `${when}: ${code}\n${out}${err}`)
      back()
    }
  if (!deep) await ends(world, then, 'after every fault')
  // a suite in which no fault is ever noticed proves nothing
  expect(cut).toBeGreaterThan(count)
  await world.close()
}

/** So many people, groups or policies that, with what is always there, the list has `count` full pages but for one. */
function filling(list: keyof There, count: number): Wishes {
  const many = count * pageSize - 2
  return {
    people: names('p', list === 'accounts' ? many : 3),
    groups: names('g', list === 'groups' ? many : 1),
    policies: names('r', list === 'policies' ? many : 1),
  }
}

/** The last of each sort is gone from the manifests, and another one came; a sole group stays. */
function less({ people, groups, policies }: Wishes): Wishes {
  return {
    people: [...people.slice(0, -1), 'new-p'],
    groups: groups.length > 1 ? [...groups.slice(0, -1), 'new-g'] : groups,
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

/** Once the pages are whole again, a run ends it, and there is nothing left to do. */
async function ends(world: ContractWorld, wished: Wishes, when: string): Promise<void> {
  const { code, out, err } = await world.apply()
  expect(code, `${when}, then: ${out}${err}`).toBe(0)
  expect(await world.live.there(), when).toEqual(thereOf(wished))
  const again = await world.plan()
  expect(again.code, `${when}, then: ${again.out}${again.err}`).toBe(0)
}
