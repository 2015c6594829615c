/** Applies in a directory by a clock that runs fast, and stops itself at a given call. To be spawned, and to be woken. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { watching } from '../apply/faults.ts'
import { makeWorld, type Wishes } from '../apply/world.ts'
import { Reaper } from '../kill/reaper.ts'

const { root, to, point, from, speed } = JSON.parse(process.argv[2] ?? '') as {
  readonly root: string
  readonly to: Wishes
  readonly point: string
  readonly from: number
  readonly speed: number
}
const world = makeWorld(root, { now: () => new Date(from + (Date.now() - from) * speed) })
let [isAwake, sent] = [false, 0]
const reaper = new Reaper((now) => {
  if (now !== point) return
  writeSync(1, 'asleep\n')
  process.kill(process.pid, 'SIGSTOP')
  isAwake = true
})
const plan = await world.plan(to)
const report = await world.apply(plan, to, {
  run: 'asleep',
  connector: { batch: 1 },
  ledger: reaper.over(world.ledger),
  writer: (writer) => reaper.over(watching(() => void (sent += isAwake ? 1 : 0))(writer)),
})
writeSync(1, `${JSON.stringify({ how: report.ending.how, sent })}\n`)
