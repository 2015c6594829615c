import { afterAll, expect, vi } from 'vitest'
import type { Trouble } from '../../src/sandbox/faults.ts'
import type { Call } from '../../src/sandbox/server.ts'
import { needs, sampled, wireOf } from './needs.ts'
import type { Told } from './runs.ts'
import type { ContractSystem, There } from './system.ts'
import { contractWorld, thereOf, wishes, type ContractWorld } from './world.ts'

const html = { body: '<html><h1>Bad gateway</h1></html>', headers: { 'content-type': 'text/html' } }
const json = { 'content-type': 'application/json' }

/** What a call may meet. */
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
  'no answer at all': { hang: true },
}

const deep = process.env['ROLECALL_DEEP'] === '1'

/** Before the fault something is there; the run that meets it changes, creates and removes. */
const before = wishes(2, 2, 1)
const after = { people: ['p1', 'p3'], groups: ['g1', 'g3'], policies: ['r1', 'r2'] }

/**
 * By default each kind of write meets every fourth sort and each kind of read every eighth; in the
 * deep run each call of the whole run meets all of them.
 */
export function calls(system: ContractSystem): void {
  const stage = staged(system)
  for (const [number, [sort, trouble]] of Object.entries(sorts).entries())
    needs(
      system,
      'calls',
      `${sort}, at each call: it converges, or stops and says why`,
      async () => {
        const { run, isWrite } = await stage()
        const places = placesIn(run)
        expect(places.length).toBeGreaterThan(10)
        const meetings = places.filter(
          (place, at) => deep || (at + number) % (isWrite(run[place]!) ? 4 : 8) === 0,
        )
        for (const skip of sampled(system, meetings, number))
          await disturbed(await stage(), { sort, trouble, skip, call: run[skip]! })
      },
      3_600_000,
    )

  needs(
    system,
    'calls',
    'a reply that is lost after the write, and reads that lag behind it, duplicate nothing',
    async () => {
      const { run, isWrite } = await stage()
      const writes = run.filter(isWrite).length
      expect(writes).toBeGreaterThan(4)
      for (const skip of sampled(system, [...Array(writes).keys()]))
        for (const lag of sampled(system, [0, 2])) {
          const { world } = await stage()
          wireOf(world.live).faults.add({
            method: 'write',
            path: /^(?!.*\/o?auth\/token)/,
            skip,
            times: 1,
            trouble: { drop: 'reply', lag },
          })
          const first = await world.apply()
          expect(twice(await world.live.there()), `${skip}, ${lag}: ${first.out}${first.err}`).toEqual([])
          await converges(world, `write ${skip + 1} lost`, first)
        }
    },
    600_000,
  )

  needs(
    system,
    'tokens',
    'a token that expires before a call, whichever it is, is fetched again',
    async () => {
      const { run } = await stage()
      // which call it is makes no difference to the token: by default every third is one of them
      const places = placesIn(run).filter((_, at) => deep || at % 3 === 0)
      for (const skip of sampled(system, places)) {
        const { world } = await stage()
        wireOf(world.live).faults.add({ skip, times: 1, trouble: { expire: true } })
        const first = await world.apply()
        expect(first.code, `before call ${skip + 1}: ${first.out}${first.err}`).toBe(0)
        await converges(world, `the token of call ${skip + 1} expired`, first)
      }
    },
    600_000,
  )
}

/** A world just before the run that meets a fault, and the calls of that run when nothing is wrong. */
interface Stage {
  readonly world: ContractWorld
  readonly run: readonly Call[]
  readonly isWrite: (call: Call) => boolean
}

/** Each time it is asked for, everything is as it was: brought back where that can be done, otherwise made anew. */
function staged(system: ContractSystem): () => Promise<Stage> {
  let world: ContractWorld | undefined
  let back: (() => void) | undefined
  let run: readonly Call[] = []
  afterAll(() => world?.close())
  return async () => {
    if (world === undefined) {
      world = await ready(system)
      back = world.mark()
      const { code, out, err } = await world.apply()
      expect(code, out + err).toBe(0)
      run = [...wireOf(world.live).calls]
    }
    if (back !== undefined) back()
    else {
      await world.close()
      world = await ready(system)
    }
    const { faults, isWrite } = wireOf(world.live)
    faults.clear()
    return { world, run, isWrite }
  }
}

/** Something is there, and the manifests want it otherwise. */
async function ready(system: ContractSystem): Promise<ContractWorld> {
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

async function disturbed({ world }: Stage, { sort, trouble, skip, call }: Meeting): Promise<void> {
  wireOf(world.live).faults.add({ skip, times: 1, trouble })
  const first = await ('hang' in trouble ? hurried(() => world.apply()) : world.apply())
  const { code, out, err } = first
  const when = `${sort} at call ${skip + 1}, ${call.method} ${call.path}: ${code}\n${out}${err}`
  expect([0, 3, 4, 5, 6], when).toContain(code)
  // a stop says why, and no stack is for people
  if (code !== 0) expect(out + err, when).not.toBe('')
  expect(out + err, when).not.toMatch(/^\s+at .*[:(]\d+/m)
  expect(twice(await world.live.there()), when).toEqual([])
  await converges(world, when, first)
}

/** Where a call would be waited for half a minute, in real time, it is a quarter of a second. */
async function hurried<T>(work: () => Promise<T>): Promise<T> {
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(250))
  try {
    return await work()
  } finally {
    expect(spy).toHaveBeenCalled()
    spy.mockRestore()
  }
}

/** Once nothing is wrong any more, a run that did not do it all is ended by another, and there is nothing left to do. */
async function converges(world: ContractWorld, when: string, first: Told): Promise<void> {
  wireOf(world.live).faults.clear()
  const { code, out, err } = first.code === 0 ? first : await world.apply()
  expect(code, `${when}\nthen: ${out}${err}`).toBe(0)
  expect(await world.live.there(), when).toEqual(thereOf(after))
  const again = await world.plan()
  expect(again.code, `${when}\nthen: ${again.out}${again.err}`).toBe(0)
}

function twice(there: There): readonly string[] {
  return Object.values(there).flatMap((list: readonly string[]) =>
    list.filter((name, at) => list.indexOf(name) !== at),
  )
}

/** The first of the calls that ask the same, or every one. */
function placesIn(run: readonly Call[]): readonly number[] {
  return run.flatMap((call, at) => (deep || run.findIndex((other) => same(other, call)) === at ? [at] : []))
}

/** By method and path with ids taken out. */
function same(one: Call, other: Call): boolean {
  const shape = ({ method, path }: Call): string => `${method} ${path.replace(/\/[^/]*\d[^/]{7,}/g, '/id')}`
  return shape(one) === shape(other)
}
