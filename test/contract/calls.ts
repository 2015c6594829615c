import { expect } from 'vitest'
import type { Trouble } from '../../src/sandbox/faults.ts'
import type { Call } from '../../src/sandbox/server.ts'
import { needs, wireOf } from './needs.ts'
import type { ContractSystem, There } from './system.ts'
import { contractWorld, thereOf, wishes, type ContractWorld } from './world.ts'

const html = { body: '<html><h1>Bad gateway</h1></html>', headers: { 'content-type': 'text/html' } }
const json = { 'content-type': 'application/json' }

/** What a call may meet. A call that never answers ends by its deadline, in real time: test/http has that one. */
const sorts: Readonly<Record<string, Trouble>> = {
  '401': { status: 401 },
  '403': { status: 403 },
  '404': { status: 404 },
  '409': { status: 409 },
  '429 without a word': { status: 429 },
  '429 with Retry-After': { status: 429, headers: { 'retry-after': '20' } },
  '500': { status: 500, body: '{"message":"it broke"}', headers: json },
  '502 in HTML': { status: 502, ...html },
  '503 after it was done': { status: 503, after: true },
  'a redirect elsewhere': { status: 302, headers: { location: 'http://127.0.0.1:9/api/v1/users' } },
  'an answer that is no JSON': { status: 200, body: '{"content": [', headers: json },
  'a connection that ends before': { drop: 'request' },
  'a connection that ends after': { drop: 'reply' },
  'half an answer': { drop: 'body' },
}

const deep = process.env['ROLECALL_DEEP'] === '1'

/** Before the fault something is there; the run that meets it changes, creates and removes. */
const before = wishes(2, 2, 1)
const after = { people: ['p1', 'p3'], groups: ['g1', 'g3'], policies: ['r1', 'r2'] }

export function calls(system: ContractSystem): void {
  for (const [number, [sort, trouble]] of Object.entries(sorts).entries())
    needs(
      system,
      'calls',
      `${sort}, at each call: it converges, or stops and says why`,
      async () => {
        const { run: all } = await undisturbed(system)
        // By default the first of the calls that ask the same, and each of these meets every eighth sort; all in the deep run.
        const places = all.flatMap((call, at) =>
          deep || all.findIndex((other) => same(other, call)) === at ? [at] : [],
        )
        expect(places.length).toBeGreaterThan(10)
        for (const [at, skip] of places.entries())
          if (deep || (at + number) % 8 === 0)
            await disturbed(system, { sort, trouble, skip, call: all[skip]! })
      },
      600_000,
    )

  needs(
    system,
    'calls',
    'a reply that is lost after the write, and reads that lag behind it, duplicate nothing',
    async () => {
      const { run: all, isWrite } = await undisturbed(system)
      const writes = all.filter(isWrite).length
      expect(writes).toBeGreaterThan(4)
      for (let skip = 0; skip < writes; skip += 1)
        for (const lag of deep ? [0, 2] : [2]) {
          const world = await prepared(system)
          const { faults } = wireOf(world.live)
          faults.add({
            method: 'write',
            path: /^(?!.*\/oauth\/token)/,
            skip,
            times: 1,
            trouble: { drop: 'reply', lag },
          })
          const first = await world.apply()
          expect(twice(await world.live.there()), `${skip}, ${lag}: ${first.out}${first.err}`).toEqual([])
          await converges(world, `write ${skip + 1} lost`)
        }
    },
    600_000,
  )

  needs(
    system,
    'tokens',
    'a token that expires before any call is fetched again',
    async () => {
      const { run: all } = await undisturbed(system)
      for (let skip = 0; skip < all.length; skip += deep ? 1 : 5) {
        const world = await prepared(system)
        wireOf(world.live).faults.add({ skip, times: 1, trouble: { expire: true } })
        const { code, out, err } = await world.apply()
        expect(code, `before call ${skip + 1}: ${out}${err}`).toBe(0)
        expect(await world.live.there()).toEqual(thereOf(after))
        await world.close()
      }
    },
    600_000,
  )
}

/** The calls of the run when nothing is wrong. */
async function undisturbed(
  system: ContractSystem,
): Promise<{ readonly run: readonly Call[]; readonly isWrite: (call: Call) => boolean }> {
  const world = await prepared(system)
  const { calls: all, isWrite } = wireOf(world.live)
  const { code, out, err } = await world.apply()
  expect(code, out + err).toBe(0)
  const run = [...all]
  await world.close()
  return { run, isWrite }
}

async function prepared(system: ContractSystem): Promise<ContractWorld> {
  const world = await contractWorld(system)
  world.wish(before)
  const { code, out, err } = await world.apply()
  expect(code, out + err).toBe(0)
  world.wish(after)
  wireOf(world.live).calls.splice(0)
  return world
}

interface Meeting {
  readonly sort: string
  readonly trouble: Trouble
  readonly skip: number
  readonly call: Call
}

async function disturbed(system: ContractSystem, { sort, trouble, skip, call }: Meeting): Promise<void> {
  const world = await prepared(system)
  const { faults } = wireOf(world.live)
  faults.add({ skip, times: 1, trouble })
  const { code, out, err } = await world.apply()
  const when = `${sort} at call ${skip + 1}, ${call.method} ${call.path}: ${code}\n${out}${err}`
  expect([0, 3, 4, 5, 6], when).toContain(code)
  // a stop says why, and no stack is for people
  if (code !== 0) expect(out + err, when).not.toBe('')
  expect(out + err, when).not.toMatch(/^\s+at .*[:(]\d+/m)
  expect(twice(await world.live.there()), when).toEqual([])
  await converges(world, when)
}

async function converges(world: ContractWorld, when: string): Promise<void> {
  wireOf(world.live).faults.clear()
  const { code, out, err } = await world.apply()
  expect(code, `${when}\nthen: ${out}${err}`).toBe(0)
  expect(await world.live.there(), when).toEqual(thereOf(after))
  await world.close()
}

function twice(there: There): readonly string[] {
  return Object.values(there).flatMap((list: readonly string[]) =>
    list.filter((name, at) => list.indexOf(name) !== at),
  )
}

/** By method and path with ids taken out. */
function same(one: Call, other: Call): boolean {
  const shape = ({ method, path }: Call): string => `${method} ${path.replace(/\/[^/]*\d[^/]{7,}/g, '/id')}`
  return shape(one) === shape(other)
}
