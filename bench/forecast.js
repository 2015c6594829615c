/**
 * What it takes to look 90 days ahead, beside one plan: `node bench/forecast.js [PEOPLE]`, after `npm run build`. Three
 * hundred memberships end in these 90 days, some on each of them. The real commands, each in a process of its own.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolecall } from './measure.js'
import { writeOrganisation } from './organisation.js'

const people = Number(process.argv[2] ?? 100_000)
const dated = 300
const days = 90
const most = 3

const folder = mkdtempSync(join(tmpdir(), 'rolecall-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
writeOrganisation(folder, { people, perFile: Math.min(1000, people / 10) })
date(join(folder, 'access/people'))
const at = { cwd: folder }
rolecall(['apply', '--auto-approve'], at)
const plan = rolecall(['plan'], at)
const forecast = rolecall(['access', 'forecast', '--days', String(days), '-o', 'json'], at)
const times = forecast.cpu / plan.cpu
console.log(
  `${people} people, ${dated} memberships that end: plan ${show(plan)}, forecast of ${days} days ${show(forecast)}: ${times.toFixed(1)} ×, ${times <= most ? 'met' : 'not met'}`,
)

function show({ cpu, mebibytes }) {
  return `${cpu.toFixed(1)} s of a core, ${mebibytes} MiB`
}

/** The last membership of the first people in each file gets a last day. */
function date(path) {
  const files = readdirSync(path)
  const each = Math.ceil(dated / files.length)
  for (const [place, file] of files.entries()) {
    let number = 0
    const text = readFileSync(join(path, file), 'utf8')
    const edited = text.replace(/ {6}- (team-\d+)\n {2}accounts:/g, (line, group) => {
      if (number >= each) return line
      const day = 1 + ((place * each + number++) % days)
      return `      - {group: ${group}, until: ${dayIn(day)}}\n  accounts:`
    })
    writeFileSync(join(path, file), edited)
  }
}

function dayIn(number) {
  return new Date(Date.now() + number * 86_400_000).toISOString().slice(0, 10)
}
