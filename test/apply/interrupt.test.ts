/** F26, G23: an interrupt at every moment at which a run waits for something. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { exitOf, type RunReport } from '../../src/apply/report.ts'
import { makeWorld, system, told, type Wishes, type World } from './world.ts'

const isDeep = process.env['ROLECALL_DEEP'] === '1'
/** How many people there are in each plan. Otherwise it is one plan: the first call of each kind in it, and of the others every so-many-th. */
const sizes = isDeep ? [21, 22, 24, 26, 28, 30, 32] : [21]

interface Move {
  readonly from: Wishes
  readonly to: Wishes
}

/** At least twenty steps, each sent by itself: created, changed, renamed and removed, and an owner who hands over. */
function moveOf(size: number): Move {
  const names = Array.from({ length: size }, (_, index) => `p${index}`)
  const all = (some: readonly string[], group: string): Wishes['people'] =>
    Object.fromEntries(some.map((name) => [name, { groups: [group] }]))
  return {
    from: {
      groups: ['eng', 'ops'],
      people: { ana: { role: 'Owner' }, bo: {}, ...all(names.slice(0, 9), 'ops') },
      policies: { eng: 'payroll' },
    },
    to: {
      groups: ['eng', 'operations', 'sales'],
      renamed: { ops: 'operations' },
      people: { ana: {}, bo: { role: 'Owner' }, ...all(names.slice(4), 'operations') },
      policies: { eng: 'payroll', sales: 'crm' },
    },
  }
}

const base = mkdtempSync(join(tmpdir(), 'rolecall-interrupt-'))
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
})
afterEach(() => {
  vi.useRealTimers()
})

type Calls = 'ledger' | 'reader' | 'writer'
/** When the interrupt comes: just before a call, which is just after the one before, or while it hangs for ever. */
type Moment = 'before' | 'hanging'

class Interrupter {
  readonly calls: string[] = []
  struck = ''
  readonly controller = new AbortController()
  readonly #at: number
  readonly #moment: Moment

  constructor(at: number, moment: Moment) {
    this.#at = at
    this.#moment = moment
  }

  over<T extends object>(target: T, name: Calls | 'lock'): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key)
        if (typeof value !== 'function' || key === 'close') return value
        return (...given: unknown[]) =>
          this.#call(`${name}.${String(key)}`, () => Reflect.apply(value, object, given) as Promise<unknown>)
      },
    })
  }

  async #call(name: string, work: () => Promise<unknown>): Promise<unknown> {
    // of a lock that does not come free nobody can say that it is
    const isIts =
      this.calls.push(name) === this.#at && !(this.#moment === 'hanging' && name === 'lock.release')
    if (isIts) this.struck = name
    if (isIts) this.controller.abort()
    if (isIts && this.#moment === 'hanging') return new Promise(() => undefined)
    const answer = await work()
    return answer !== null && typeof answer === 'object' && 'beat' in answer
      ? this.over(answer, 'lock')
      : answer
  }
}

let roots = 0

/** A workspace in which the plan can be made, where it ends when nothing comes in between, and the calls that it takes. */
interface Prepared extends Move {
  readonly start: string
  readonly goal: readonly string[]
  readonly calls: readonly string[]
}

async function prepare(size: number): Promise<Prepared> {
  const move = moveOf(size)
  const start = mkdtempSync(join(base, 'start-'))
  const world = makeWorld(start)
  await world.reach(move.from)
  await world.ledger.close()
  const whole = freshWorld(start)
  const interrupter = new Interrupter(0, 'before')
  const report = await interrupted(whole, move, interrupter)
  expect(exitOf(report)).toBe(0)
  expect(told(report).length).toBeGreaterThanOrEqual(20)
  const goal = withoutIds(await whole.live())
  await whole.close()
  return { ...move, start, goal, calls: interrupter.calls }
}

function freshWorld(start: string): World {
  const root = join(base, `at-${(roots += 1)}`)
  cpSync(start, root, { recursive: true })
  const world = makeWorld(root)
  world.pass(100)
  return world
}

async function interrupted(world: World, { to }: Move, interrupter: Interrupter): Promise<RunReport> {
  const plan = await world.plan(to)
  return world.apply(plan, to, {
    connector: { batch: 1 },
    interrupt: interrupter.controller.signal,
    ledger: interrupter.over(world.ledger, 'ledger'),
    reader: (reader) => interrupter.over(reader, 'reader'),
    writer: (writer) => interrupter.over(writer, 'writer'),
  })
}

/** The lock is free at once, an owner is there, and the next run alone ends where it would have. */
async function expectSafe(world: World, { to, goal }: Prepared, name: string): Promise<void> {
  expect([name, await world.owners()]).toEqual([name, expect.arrayContaining([expect.any(String)])])
  const lock = await world.ledger.lock(system, { run: 'r', actor: 'bo', host: 'elsewhere', pid: 7 })
  expect([name, 'heldBy' in lock]).toEqual([name, false])
  if (!('heldBy' in lock)) await lock.release()
  expect([name, exitOf(await world.reach(to))]).toEqual([name, 0])
  expect([name, withoutIds(await world.live())]).toEqual([name, goal])
  expect([name, await world.ledger.runs(9, { state: 'running' })]).toEqual([name, []])
  expect([name, await world.ledger.reservations(system)]).toEqual([name, []])
}

async function everyPoint(
  apart: number,
  moment: Moment,
  each: (world: World, prepared: Prepared, interrupter: Interrupter) => Promise<void>,
): Promise<void> {
  let tried = 0
  for (const size of sizes) {
    const prepared = await prepare(size)
    for (const [index, name] of prepared.calls.entries()) {
      if (index % apart !== 0 && prepared.calls.indexOf(name) !== index) continue
      const world = freshWorld(prepared.start)
      await each(world, prepared, new Interrupter(index + 1, moment))
      await world.close()
      tried += 1
    }
  }
  expect(tried).toBeGreaterThanOrEqual(isDeep ? 500 : 20)
}

describe('F26, G23: an interrupt', () => {
  it(
    'before any call ends the run by its code, with the lock free, and the next run converges',
    () =>
      everyPoint(isDeep ? 1 : 3, 'before', async (world, prepared, interrupter) => {
        const report = await interrupted(world, prepared, interrupter)
        const name = `before ${interrupter.struck}`
        expect([name, report.ending.how, exitOf(report)]).toEqual([name, 'interrupted', 130])
        await expectSafe(world, prepared, name)
      }),
    isDeep ? 1_200_000 : 120_000,
  )

  it(
    'while any call hangs for ever ends the run within five seconds, with the lock free, and the next run converges',
    () =>
      everyPoint(isDeep ? 1 : 4, 'hanging', async (world, prepared, interrupter) => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
        let report: RunReport | undefined
        let waited = 0
        const run = interrupted(world, prepared, interrupter).then((ended) => (report = ended))
        for (let turn = 0; report === undefined && waited <= 60_000 && turn < 100_000; turn += 1) {
          // only what comes after the interrupt is time that somebody waits
          if (interrupter.controller.signal.aborted) {
            await vi.advanceTimersByTimeAsync(50)
            waited += 50
          }
          await new Promise(setImmediate)
        }
        await run
        vi.useRealTimers()
        const name = `hanging ${interrupter.struck}`
        expect([name, waited <= 4500]).toEqual([name, true])
        expect([name, exitOf(await run)]).toEqual([name, interrupter.struck === '' ? 0 : 130])
        if (interrupter.struck === 'writer.write')
          expect(told(await run).filter((line) => line.endsWith(' uncertain'))).toHaveLength(1)
        await expectSafe(world, prepared, name)
      }),
    isDeep ? 1_200_000 : 120_000,
  )
})

/** Native ids grow with every create, also of one that was rolled back. */
function withoutIds(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ id=\S+/, ''))
}
