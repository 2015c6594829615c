/**
 * Applies over a disk that fails at the first call, at the second, and so on, until a run is not touched by it; after each
 * the disk is mended and the next run looks what there is. To be spawned with the failing disk.
 */
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { exitOf } from '../../src/apply/report.ts'
import { LedgerUnreachable, type Ledger } from '../../src/ledger/ledger.ts'
import { verifyAudit } from '../../src/ledger/verify.ts'
import { watching } from '../apply/faults.ts'
import { makeWorld, system, told, type Wishes, type World } from '../apply/world.ts'
import { sampledMoves, type Move } from '../apply/moves.ts'
import { Disk, type Round, type Rounds } from './order.ts'

const { base, fault, file, plans, step } = JSON.parse(process.argv[2] ?? '') as Rounds
const disk = new Disk(process.env['ROLECALL_DISK'] ?? '')

interface Prepared extends Move {
  readonly root: string
  readonly goal: readonly string[]
}

/** A workspace that is as the move begins, closed, and what it is when the move is over. */
async function prepare(move: Move, root: string): Promise<Prepared | undefined> {
  mkdirSync(root, { recursive: true })
  const world = makeWorld(root)
  await world.reach(move.from)
  await world.ledger.close()
  const tried = makeWorld(copy(root, `${root}-whole`))
  try {
    const plan = await tried.plan(move.to).catch(() => undefined)
    if (plan === undefined || (plan.systems[0]?.steps.length ?? 0) < 3) return undefined
    await tried.apply(plan, move.to)
    return { ...move, root, goal: withoutIds(await tried.live()) }
  } finally {
    await tried.close()
  }
}

type Broken = Omit<Round, 'name' | 'owners' | 'isFree' | 'audit' | 'again'>

/** The ledger may fail from its opening on; the system only once the plan is made, since a plan needs no disk that is well. */
async function brokenRun(here: string, to: Wishes, at: number): Promise<Broken> {
  let world: World
  try {
    if (file === 'ledger.db') disk.breaks(fault, at, file)
    world = makeWorld(here)
  } catch (error) {
    if (!(error instanceof LedgerUnreachable)) throw error
    const nothing = { steps: [], sentAfter: 0, unreported: [], closing: '' }
    return { ...nothing, struck: true, how: 'unopened', message: error.message, exit: 4 }
  }
  let [isLost, sentAfter] = [false, 0]
  const sent: string[] = []
  const plan = await world.plan(to)
  if (file !== 'ledger.db') disk.breaks(fault, at, file)
  const report = await world.apply(plan, to, {
    run: 'broken',
    connector: { batch: 2 },
    ledger: telling(world.ledger, () => (isLost = true)),
    writer: watching((writes) => {
      if (isLost) sentAfter += 1
      sent.push(...writes.map(({ action, ref }) => `${action} ${ref.kind}:${ref.key}`))
    }),
  })
  const struck = disk.calls >= at
  const closing = await world.ledger.close().then(() => '', String)
  const { how } = report.ending
  const steps = told(report)
  const reported = steps.filter((line) => !line.endsWith(' skipped'))
  const unreported = sent.filter((one) => !reported.some((line) => line.startsWith(`${one} `)))
  const message = report.ending.how === 'ledger' ? report.ending.message : ''
  return { struck, how, message, exit: exitOf(report), steps, sentAfter, unreported, closing }
}

/** Says of each call that the ledger could not answer. */
function telling(ledger: Ledger, lost: () => void): Ledger {
  return new Proxy(ledger, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        const answer = Reflect.apply(value, target, given) as unknown
        if (answer instanceof Promise) answer.catch(lost)
        return answer
      }
    },
  })
}

async function nextRun(
  here: string,
  to: Wishes,
  goal: readonly string[],
): Promise<Pick<Round, 'owners' | 'isFree' | 'audit' | 'again'>> {
  const world = makeWorld(here)
  try {
    world.pass(1)
    const rival = { run: 'rival', actor: 'bo', host: 'elsewhere', pid: 7 }
    const lock = await world.ledger.lock(system, rival)
    const isFree = !('heldBy' in lock)
    if (isFree) await lock.release()
    world.pass(100)
    const owners = await world.owners()
    const before = await verifyAudit(world.ledger)
    const report = await world.reach(to)
    const left = [
      ...(await world.plan(to)).systems.flatMap(({ steps }) => steps.map(({ id }) => `${id} is left`)),
      ...(await world.ledger.runs(9, { state: 'running' })).map(({ run }) => `${run} is open`),
      ...(await world.ledger.reservations(system)).map(({ account }) => `${account} is reserved`),
    ]
    const isGoal = JSON.stringify(withoutIds(await world.live())) === JSON.stringify(goal)
    const after = await verifyAudit(world.ledger)
    const audit = [before, after].flatMap(({ broken, problems }) => [
      ...(broken === undefined ? [] : [broken.why]),
      ...problems,
    ])
    return { owners: owners.length, isFree, audit, again: { exit: exitOf(report), isGoal, left } }
  } finally {
    await world.close()
  }
}

/** Native ids grow with every create, also of one that was rolled back. */
function withoutIds(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ id=\S+/, ''))
}

function copy(from: string, to: string): string {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) cpSync(join(from, name), join(to, name))
  return to
}

let number = 0
for (const [index, move] of sampledMoves().entries()) {
  if (number === plans) break
  const prepared = await prepare(move, join(base, `plan-${index}`))
  if (prepared === undefined) continue
  number += 1
  for (let at = 1, struck = true; struck; at += step) {
    const here = copy(prepared.root, `${prepared.root}-${at}`)
    const broken = await brokenRun(here, move.to, at)
    disk.mends()
    // as another process finds it: within this one SQLite goes on seeing a file as it could be opened first
    const next = await nextRun(copy(here, `${here}-later`), move.to, prepared.goal)
    struck = broken.struck
    const round: Round = { name: `${fault}, plan ${index}, call ${at}`, ...broken, ...next }
    console.log(JSON.stringify(round))
  }
}
disk.close()
