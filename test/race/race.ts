/**
 * Two real processes that each take one of two owners away at the same moment, round after round, over one
 * directory and one ledger. A ledger joins by a row: its name and how it is made ready.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { exitOf } from '../../src/apply/report.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import { isWrite } from '../../src/model/change.ts'
import type { LedgerConfig } from '../../src/model/workspace.ts'
import { makeWorld, system, type World } from '../apply/world.ts'
import { bundled } from '../bundled.ts'
import { bothOwn, goes, secret, type Defence, type End, type Order, type Start, type Told } from './rounds.ts'

/** A ledger that is raced for. */
export interface Contested {
  readonly name: string
  /** Where each of the two runners finds the ledger; the same place for both, unless each has a clone of its own. */
  readonly prepare: (root: string) => Promise<Prepared> | Prepared
  /** Each write takes so much that only every few rounds have all that could be in them. */
  readonly isDear?: true
}

export interface Prepared {
  readonly config: LedgerConfig
  readonly workspaces: readonly [string, string]
  /** Each has a ledger of its own, which must not be. */
  readonly apart?: true
}

export const fileLedger: Contested = {
  name: 'file',
  prepare: (root) => ({ config: { type: 'file', path: 'ledger.db' }, workspaces: [root, root] }),
}

/** Two clones of one bare repository, as two runners have them. */
export const gitLedger: Contested = {
  name: 'git',
  isDear: true,
  prepare: (root) => {
    const [shared, one, other] = [join(root, 'shared.git'), join(root, 'one'), join(root, 'other')]
    execFileSync('git', ['init', '-q', '--bare', shared])
    execFileSync('git', ['-C', shared, 'config', 'receive.autogc', 'false'])
    // it looks for refs of repositories that share objects with it, and there are none
    execFileSync('git', ['-C', shared, 'config', 'core.alternateRefsCommand', 'true'])
    for (const clone of [one, other]) {
      execFileSync('git', ['init', '-q', clone])
      execFileSync('git', ['-C', clone, 'remote', 'add', 'origin', shared])
    }
    return {
      config: { type: 'git', ref: 'refs/rolecall/ledger', remote: 'origin' },
      workspaces: [one, other],
    }
  },
}

const deep = process.env['ROLECALL_DEEP'] === '1'
/** How many rounds each ledger is raced for. */
export const rounds = deep ? 500 : 50

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

const script = await bundled(new URL('./runner.ts', import.meta.url))

/** Races for `ledger`, so many rounds at most. */
export async function race(
  { prepare, isDear }: Contested,
  count: number,
  { defence = 'whole', until = () => false }: How = {},
): Promise<Race> {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-race-'))
  const dear = isDear === true
  const { config, workspaces, apart } = await prepare(root)
  const worlds: Watched[] = []
  const runners: ChildProcess[] = []
  try {
    for (const workspace of apart ? workspaces : [workspaces[0]])
      worlds.push(await watched(root, workspace, config))
    runners.push(...workspaces.map((workspace) => start({ root, workspace, config, defence })))
    await Promise.all(runners.map((runner) => answer(runner, 'ready')))
    const raced: Raced[] = []
    for (let last: Raced | undefined; raced.length < count && !(last && until(last)); raced.push(last))
      last = await oneRound(raced.length, runners, worlds, dear)
    await Promise.all(runners.map(end))
    return { rounds: raced, after: await afterwards(worlds) }
  } finally {
    await Promise.all(runners.map(end))
    for (const { ledger, unknowing } of worlds) await Promise.all([ledger.close(), unknowing.close()])
    rmSync(root, { recursive: true, force: true })
  }
}

/** The starter's own look at the system, and at a ledger: it keeps both open, round after round. */
interface Watched {
  readonly world: World
  readonly ledger: Ledger
  /** One in which nothing is. */
  readonly unknowing: Ledger
}

async function watched(root: string, workspace: string, config: LedgerConfig): Promise<Watched> {
  const now = (): Date => new Date()
  const ledger = await openLedger(config, { root: workspace, env: process.env, secret, now })
  const unknowing = openSqlite(join(root, `unknowing-${randomUUID()}.db`), { now })
  return { world: makeWorld(root, { now, ledger }), ledger, unknowing }
}

async function oneRound(
  number: number,
  runners: readonly ChildProcess[],
  worlds: readonly Watched[],
  dear: boolean,
): Promise<Raced> {
  const before = isByHand(number, dear) ? await putBackByHand(worlds) : await putBack(worlds)
  const wishes = [goes.ana, goes.bo].map((each) => each[number % each.length] ?? bothOwn)
  const planned = await Promise.all(
    runners.map((runner, index) => {
      const run = `round-${number}-${index}`
      const latency = (number * 7 + index * 5) % 12
      const round = { run, wishes: wishes[index] ?? bothOwn, latency, persists: persists(number, dear) }
      tell(runner, { type: 'plan', round })
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
  const [watcher] = worlds
  if (first === undefined || second === undefined || watcher === undefined)
    throw new Error('Two runners race.')
  const both = planned.every(({ lowers }) => lowers.length > 0)
  const overlapped = both && first.from < second.to && second.from < first.to
  return { owners: await watcher.world.owners(), ends: [first, second], overlapped, before }
}

/**
 * Whether both owners are made again by hand before the round, as a person with another tool would: to those who race it is
 * all the same. Every now and then it is a run, so that what the round before has left behind comes to light.
 */
function isByHand(number: number, dear: boolean): boolean {
  return dear && number % 7 !== 0
}

/** Whether who finds the lock taken tries until it is free, and then has a plan that is stale; else the lock ends its run. */
function persists(number: number, dear: boolean): boolean {
  return !dear || number % 4 === 0
}

/** Who does that knows nothing of the ledger. */
async function putBackByHand([watcher]: readonly Watched[]): Promise<readonly string[]> {
  if (watcher === undefined) return []
  const hand = makeWorld(watcher.world.root, { now: watcher.world.now, ledger: watcher.unknowing })
  const plan = await hand.plan(bothOwn)
  for (const { change } of plan.systems.flatMap(({ steps }) => steps))
    if (isWrite(change)) await hand.byHand(change)
  return []
}

/** Makes both owners again, and says what is left undone by that. */
async function putBack(worlds: readonly Watched[]): Promise<readonly string[]> {
  const left: string[] = []
  for (const each of worlds) left.push(...(await reach(each)))
  return left
}

/** One who comes later can take an owner away and put it back. */
async function afterwards(worlds: readonly Watched[]): Promise<readonly string[]> {
  await putBack(worlds)
  const left: string[] = []
  for (const each of worlds.slice(0, 1)) left.push(...(await reach(each, goes.ana[1])))
  return [...left, ...(await putBack(worlds))]
}

async function reach({ world, ledger }: Watched, wishes = bothOwn): Promise<readonly string[]> {
  const report = await world.reach(wishes, { run: randomUUID() })
  const rest = await world.plan(wishes)
  const [steps, open, reserved] = [
    rest.systems.flatMap((each) => each.steps.map(({ id }) => `${id} is left`)),
    (await ledger.runs(9, { state: 'running' })).map(({ run }) => `${run} is open`),
    (await ledger.reservations(system)).map(({ account }) => `${account} is reserved`),
  ]
  const code = exitOf(report)
  return [...(code === 0 ? [] : [`exit ${code}`]), ...steps, ...open, ...reserved]
}

function start(what: Start): ChildProcess {
  return fork(script, [JSON.stringify(what)], { execArgv: [] })
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
