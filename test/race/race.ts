/**
 * Two real processes that each take one of two owners away at the same moment, round after round, over one
 * directory and one ledger. A ledger joins by a row: its name and how it is made ready.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { exitOf } from '../../src/apply/report.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open.ts'
import type { LedgerConfig } from '../../src/model/workspace.ts'
import { makeWorld, system, type World } from '../apply/world.ts'
import { bothOwn, goes, secret, type Defence, type End, type Order, type Start, type Told } from './rounds.ts'

/** A ledger that is raced for. */
export interface Contested {
  readonly name: string
  /** Where each of the two runners finds the ledger; the same place for both, unless each has a clone of its own. */
  readonly prepare: (root: string) => Promise<Prepared> | Prepared
}

export interface Prepared {
  readonly config: LedgerConfig
  readonly workspaces: readonly [string, string]
}

export const fileLedger: Contested = {
  name: 'file',
  prepare: (root) => ({ config: { type: 'file', path: 'ledger.db' }, workspaces: [root, root] }),
}

/** How many rounds each ledger is raced for. */
export const rounds = process.env['ROLECALL_DEEP'] === '1' ? 500 : 50

export interface Raced {
  /** Who owns the system after the round. */
  readonly owners: readonly string[]
  readonly ends: readonly [End, End]
  /** Both planned to lower an owner, and one began to apply before the other was over. */
  readonly overlapped: boolean
  /** What the run that put both owners back before the round left undone; empty when all is well. */
  readonly before: readonly string[]
}

interface Race {
  readonly rounds: readonly Raced[]
  /** What runs leave undone that come after both runners have died. */
  readonly after: readonly string[]
}

interface How {
  /** With another than `whole`, something is switched off. */
  readonly defence?: Defence
  /** Ends the race before its last round. */
  readonly until?: (raced: Raced) => boolean
}

/** Races for `ledger`, so many rounds at most. */
export async function race(
  { prepare }: Contested,
  count: number,
  { defence = 'whole', until = () => false }: How = {},
): Promise<Race> {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-race-'))
  const { config, workspaces } = await prepare(root)
  const runners = workspaces.map((workspace) => start({ root, workspace, config, defence }))
  try {
    await Promise.all(runners.map((runner) => answer(runner, 'ready')))
    const raced: Raced[] = []
    for (let last: Raced | undefined; raced.length < count && !(last && until(last)); raced.push(last))
      last = await oneRound(raced.length, runners, { root, config, workspaces })
    await Promise.all(runners.map(end))
    return { rounds: raced, after: await afterwards({ root, config, workspaces }) }
  } finally {
    await Promise.all(runners.map(end))
    rmSync(root, { recursive: true, force: true })
  }
}

interface Place extends Prepared {
  readonly root: string
}

async function oneRound(number: number, runners: readonly ChildProcess[], place: Place): Promise<Raced> {
  const before = await putBack(place)
  const wishes = [goes.ana, goes.bo].map((each) => each[number % each.length] ?? bothOwn)
  const planned = await Promise.all(
    runners.map((runner, index) => {
      const run = `round-${number}-${index}`
      const latency = (number * 7 + index * 5) % 12
      tell(runner, { type: 'plan', round: { run, wishes: wishes[index] ?? bothOwn, latency } })
      return answer(runner, 'planned')
    }),
  )
  const ends = await Promise.all(
    runners.map((runner) => {
      tell(runner, { type: 'apply' })
      return answer(runner, 'over')
    }),
  )
  const [first, second] = ends.map(({ end }) => end)
  if (first === undefined || second === undefined) throw new Error('Two runners race.')
  const both = planned.every(({ lowers }) => lowers.length > 0)
  const overlapped = both && first.from < second.to && second.from < first.to
  const owners = await at(place, place.workspaces[0], (world) => world.owners())
  return { owners, ends: [first, second], overlapped, before }
}

/** Makes both owners again, and says what is left undone by that. */
async function putBack(place: Place): Promise<readonly string[]> {
  const left: string[] = []
  for (const workspace of new Set(place.workspaces)) left.push(...(await reach(place, workspace)))
  return left
}

/** One who comes later can take an owner away and put it back. */
async function afterwards(place: Place): Promise<readonly string[]> {
  await putBack(place)
  const left = await reach(place, place.workspaces[0], goes.ana[1] ?? bothOwn)
  return [...left, ...(await putBack(place))]
}

async function reach(place: Place, workspace: string, wishes = bothOwn): Promise<readonly string[]> {
  return at(place, workspace, async (world, ledger) => {
    const report = await world.reach(wishes, { run: randomUUID() })
    const rest = await world.plan(wishes)
    const [steps, open, reserved] = [
      rest.systems.flatMap((each) => each.steps.map(({ id }) => `${id} is left`)),
      (await ledger.runs(9, { state: 'running' })).map(({ run }) => `${run} is open`),
      (await ledger.reservations(system)).map(({ account }) => `${account} is reserved`),
    ]
    const code = exitOf(report)
    return [...(code === 0 ? [] : [`exit ${code}`]), ...steps, ...open, ...reserved]
  })
}

async function at<T>(
  { root, config }: Place,
  workspace: string,
  work: (world: World, ledger: Ledger) => Promise<T>,
): Promise<T> {
  const now = (): Date => new Date()
  const ledger = await openLedger(config, { root: workspace, env: process.env, secret, now })
  return work(makeWorld(root, { now, ledger }), ledger).finally(() => ledger.close())
}

function start(what: Start): ChildProcess {
  const loader = new URL('../ledger/typescript.cjs', import.meta.url)
  const script = new URL('./runner.ts', import.meta.url)
  return fork(script, [JSON.stringify(what)], { execArgv: ['--import', loader.href] })
}

async function end(runner: ChildProcess): Promise<void> {
  if (runner.exitCode !== null || runner.signalCode !== null) return
  runner.kill('SIGKILL')
  await once(runner, 'exit')
}

function tell(runner: ChildProcess, order: Order): void {
  runner.send(order)
}

async function answer<T extends Told['type']>(
  runner: ChildProcess,
  type: T,
): Promise<Extract<Told, { type: T }>> {
  const died = new AbortController()
  runner.once('exit', () => {
    died.abort()
  })
  const [message] = (await once(runner, 'message', { signal: died.signal })) as [Told]
  runner.removeAllListeners('exit')
  if (message.type !== type) throw new Error(`A runner is ${message.type}, not ${type}.`)
  return message as Extract<Told, { type: T }>
}
