/** Applies in a directory, and dies at a given call over its ledger, its locks or its writer. To be spawned. */
import process from 'node:process'
import type { Wishes } from '../apply/world.ts'
import { makeWorld } from '../apply/world.ts'
import { Reaper } from './reaper.ts'

const { root, to, point } = JSON.parse(process.argv[2] ?? '') as { root: string; to: Wishes; point: string }
const world = makeWorld(root)
world.pass(100)
const reaper = new Reaper((now) => {
  if (now === point) process.kill(process.pid, 'SIGKILL')
})
const plan = await world.plan(to)
await world.apply(plan, to, {
  run: 'killed',
  ledger: reaper.over(world.ledger),
  writer: (writer) => reaper.over(writer),
})
