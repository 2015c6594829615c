import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, it } from 'vitest'
import { exitOf } from '../../src/apply/report.ts'
import { sampledMoves, type Move } from '../apply/moves.ts'
import { makeWorld, system, type Wishes, type World } from '../apply/world.ts'
import { bundled } from '../bundled.ts'
import { Reaper } from './reaper.ts'

const isDeep = process.env['ROLECALL_DEEP'] === '1'
/** `ROLECALL_DEEP=1` has a process die at every point of each plan; otherwise one dies here and one there in some of them. */
const plans = isDeep ? 130 : 13
const moves = sampledMoves()
/** The points of each plan at which a real process dies: all of them, or some that wander evenly from the first to the last. */
const pointsOf = (all: readonly string[], number: number): readonly string[] =>
  isDeep
    ? all
    : (number % 2 === 0 ? [0.381, 0.618, 0.809] : [0.236, 0.764]).flatMap(
        (step) => all[Math.floor(((number * step) % 1) * all.length)] ?? [],
      )

const script = await bundled(new URL('./killed.ts', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'rolecall-kill-'))
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
})

/** A workspace in which the first half of the move is done, every point at which the second half can die, and its end. */
interface Prepared extends Move {
  readonly root: string
  readonly points: readonly string[]
  readonly goal: readonly string[]
}

async function prepare(move: Move, root: string): Promise<Prepared | undefined> {
  const world = makeWorld(root)
  await world.reach(move.from)
  await world.ledger.close()
  const whole = copy(root, `${root}-whole`)
  const tried = makeWorld(whole)
  tried.pass(100)
  try {
    const plan = await tried.plan(move.to).catch(() => undefined)
    if (plan === undefined || (plan.systems[0]?.steps.length ?? 0) === 0) return undefined
    const points: string[] = []
    const reaper = new Reaper((point) => points.push(point))
    const ports = { ledger: reaper.over(tried.ledger), writer: reaper.over.bind(reaper) }
    expect(exitOf(await tried.apply(plan, move.to, { ...ports, run: 'whole' }))).toBe(0)
    return { ...move, root, points, goal: await tried.live() }
  } finally {
    await tried.close()
  }
}

async function killed(root: string, to: Wishes, point: string): Promise<void> {
  const child = spawn(process.execPath, [script, JSON.stringify({ root, to, point })], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [, signal] = (await once(child, 'close')) as [number, string]
  expect([point, signal]).toEqual([point, 'SIGKILL'])
}

/** Runs again until there is nothing left, and says how often that was. */
async function converge(world: World, to: Wishes): Promise<number> {
  for (let runs = 0; ; runs += 1) {
    const plan = await world.plan(to)
    const left = plan.systems.flatMap(({ steps }) => steps).filter(({ change }) => change.action !== 'keep')
    const open = await world.ledger.runs(9, { state: 'running' })
    if ((left.length === 0 && open.length === 0) || runs > 3) return runs
    await world.apply(plan, to)
  }
}

describe('F1-F4, F7: a process that is killed while it applies', () => {
  it(
    'leaves an owner, and the next run alone ends where it would have: with its journal, without, and in a fresh clone',
    async () => {
      let [number, kills] = [0, 0]
      for (const [index, move] of moves.entries()) {
        if (number === plans) break
        const prepared = await prepare(move, join(base, `plan-${index}`))
        if (prepared === undefined) continue
        for (const point of pointsOf(prepared.points, number)) {
          await died(prepared, point, `${number} ${point}`)
          kills += 1
        }
        number += 1
      }
      expect(number).toBe(plans)
      expect(kills).toBeGreaterThanOrEqual(isDeep ? 2000 : 30)
    },
    isDeep ? 3_600_000 : 600_000,
  )
})

async function died({ root, to, points, goal }: Prepared, point: string, name: string): Promise<void> {
  const journal = copy(root, `${root}-journal`)
  await killed(journal, to, point)
  const bare = copy(journal, `${root}-bare`, (file) => !file.startsWith('ledger.db'))
  const clone = copy(journal, `${root}-clone`, (file) => file.startsWith('people.db'))

  const world = makeWorld(journal)
  world.pass(200)
  expect(await world.owners(), name).not.toEqual([])
  const runs = await converge(world, to)
  expect([name, runs <= 2, await world.live()]).toEqual([name, true, goal])
  expect(await world.ledger.reservations(system), name).toEqual([])
  // what was acknowledged as begun is known, and known to be over
  if (points.indexOf(point) >= points.indexOf('after 2'))
    expect(await world.ledger.runs(9), name).toContainEqual(
      expect.objectContaining({ run: 'killed', state: expect.not.stringMatching('running') as string }),
    )
  await world.close()

  for (const without of [bare, clone]) {
    const other = makeWorld(without)
    other.pass(200)
    const again = await converge(other, to)
    const live = await other.live()
    // without an inventory nothing is known to be ours: what was to be removed is left, and everything else is there
    expect([name, again <= 2, goal.filter((line) => !live.includes(line))]).toEqual([name, true, []])
    expect(new Set(live.map((line) => line.split(' ')[0])).size, name).toBe(live.length)
    expect(await other.owners(), name).not.toEqual([])
    await other.close()
  }
}

/** Whatever was there before is gone. */
function copy(from: string, to: string, wanted: (file: string) => boolean = () => true): string {
  rmSync(to, { recursive: true, force: true })
  for (const file of readdirSync(from).filter(wanted)) cpSync(join(from, file), join(to, file))
  return to
}
