/** One of two runners: plans and applies what it is told, round after round. To be forked. */
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { exitOf, type RunReport } from '../../src/apply/report.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { Plan } from '../../src/model/plan.ts'
import { watching } from '../apply/faults.ts'
import { makeWorld, told } from '../apply/world.ts'
import { secret, type Order, type Round, type Start, type Told } from './rounds.ts'

const { root, workspace, config, defence } = JSON.parse(process.argv[2] ?? '') as Start
const now = (): Date => new Date()

/** How often a run that finds the lock taken tries again with the same plan, and after how many milliseconds. */
const tries = 400
const between = config.type === 'git' ? 400 : 5

/** What costs a dozen processes to open stays open: the rounds are many, and what they race for is the next write. */
const kept = config.type === 'git' ? await openLedger(config, surroundings()) : undefined

function open(): Promise<Ledger> {
  return kept === undefined ? opened() : Promise.resolve({ ...kept, close: () => Promise.resolve() })
}

function surroundings(): Parameters<typeof openLedger>[1] {
  return { root: workspace, env: process.env, secret, now }
}

async function opened(): Promise<Ledger> {
  if (defence === 'whole' || config.type !== 'file') return openLedger(config, surroundings())
  const ledger = openSqlite(`${workspace}/${config.path}`, { now, isGone: () => true })
  return defence === 'lock stolen' ? ledger : { ...ledger, reservations: () => Promise.resolve([]) }
}

async function apply(plan: Plan, round: Round): Promise<RunReport> {
  const ledger = await open()
  try {
    const world = makeWorld(root, { now, ledger })
    for (let turn = 1; ; turn += 1) {
      const report = await world.apply(plan, round.wishes, {
        run: `${round.run}-${turn}`,
        writer: watching(() => pause(round.latency)),
        sleep: pause,
      })
      if (report.ending.how !== 'locked' || !round.persists || turn === tries) return report
      await pause(between)
    }
  } finally {
    await ledger.close()
  }
}

async function plan(round: Round): Promise<Plan> {
  const ledger = await open()
  return makeWorld(root, { now, ledger })
    .plan(round.wishes)
    .finally(() => ledger.close())
}

const say = (what: Told): void => void process.send?.(what)
let planned: { readonly plan: Plan; readonly round: Round } | undefined

process.on('message', (order: Order) => {
  void (async () => {
    if (order.type === 'plan') {
      planned = { plan: await plan(order.round), round: order.round }
      say({
        type: 'planned',
        lowers: planned.plan.systems.flatMap(({ steps }) => steps.flatMap(({ lowers }) => lowers)),
      })
      return
    }
    if (planned === undefined) throw new Error('There is no plan to apply.')
    const from = performance.timeOrigin + performance.now()
    const report = await apply(planned.plan, planned.round)
    const to = performance.timeOrigin + performance.now()
    say({
      type: 'over',
      end: { how: report.ending.how, exit: exitOf(report), steps: told(report), from, to },
    })
  })()
})
say({ type: 'ready' })
