/**
 * Runs stryker and judges what survives: each survivor is justified in test/mutation/justified.json, by the text it
 * stands in, and whatever stands there survives still. Arguments go to stryker: `--mutate src/guard/course.ts`.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'

const report = '.stryker/report.json'
rmSync(report, { force: true })
const stryker = ['--no-install', 'stryker', 'run', 'stryker.config.js', ...process.argv.slice(2)]
const { status } = spawnSync('npx', stryker, { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

const { files } = JSON.parse(readFileSync(report, 'utf8'))
const justified = JSON.parse(readFileSync('test/mutation/justified.json', 'utf8'))
const known = new Map(justified.map((one) => [keyOf(one), one]))
const seen = new Set()
const faults = []
const table = {}

for (const [file, { source, mutants }] of Object.entries(files)) {
  const row = (table[file] = { mutants: 0, killed: 0, justified: 0, left: 0 })
  for (const mutant of mutants) {
    if (mutant.status === 'Ignored') continue
    row.mutants++
    if (mutant.status === 'Killed' || mutant.status === 'Timeout') row.killed++
    else {
      const one = described(file, source, mutant)
      if (known.has(keyOf(one))) {
        row.justified++
        seen.add(keyOf(one))
      } else {
        row.left++
        faults.push(`${file}:${mutant.location.start.line} survives: ${JSON.stringify(one)}`)
      }
    }
  }
}
for (const one of justified)
  if (files[one.file] && !seen.has(keyOf(one)))
    faults.push(`${one.file}: justified, and survives no more: ${JSON.stringify(one)}`)

console.table(table)
const sum = (name) => Object.values(table).reduce((total, row) => total + row[name], 0)
console.log(
  `${sum('killed')} of ${sum('mutants')} mutants killed, ${sum('justified')} justified, ${sum('left')} left`,
)
for (const fault of faults) console.error(fault)
process.exit(faults.length === 0 ? 0 : 1)

/** What stands in the list: lines move, so a mutant is known by the line it begins in, and by what it puts there. */
function described(file, source, { location: { start, end }, replacement }) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const in_ = lines[0].trim()
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1)
  lines[0] = lines[0].slice(start.column - 1)
  return { file, in: in_, from: squeezed(lines.join('\n')), to: squeezed(replacement) }
}

function squeezed(text) {
  return text.replace(/\s+/g, ' ').trim()
}

function keyOf({ file, in: line, from, to }) {
  return JSON.stringify([file, line, from, to])
}
