/** Applies to the world in a directory and kills itself with SIGKILL at a given write. To be spawned. */
import { watching } from './faults.ts'
import { makeWorld, type Wishes } from './world.ts'

const next: Wishes = {
  groups: ['eng', 'operations'],
  renamed: { ops: 'operations' },
  people: {
    ana: { groups: ['eng'] },
    bo: { role: 'Owner', groups: ['eng'] },
    chen: { groups: ['operations', 'eng'] },
    eve: { groups: ['eng'] },
  },
  policies: { eng: 'payroll' },
}
const [root = '', point = '', turn = '0'] = process.argv.slice(2)
const die = (now: string): void => {
  if (now === point) process.kill(process.pid, 'SIGKILL')
}
let writes = 0
const world = makeWorld(root)
world.pass(100 + Number(turn) * 10)
const report = await world.reach(next, {
  run: `child ${turn}`,
  writer: watching(
    () => {
      writes += 1
      die(`before ${writes}`)
    },
    () => {
      die(`after ${writes}`)
    },
  ),
})
console.log(JSON.stringify(report.ending))
