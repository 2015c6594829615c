/**
 * Mutation tests of what stands between a plan and a lock-out: each condition, operator and word is broken in turn, and
 * some quick test has to fail. The mutants are stryker's; they run in one process that has everything loaded
 * (test/mutation/runner.ts), for a process a mutant takes days where this takes minutes.
 *
 * Each survivor is justified in test/mutation/justified.json, by the text it stands in, and whatever stands there
 * survives still. Arguments are files to look at instead of all: `npm run test:mutation src/guard/course.ts`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import '../test/typescript.js'

const named = {
  'src/apply': 'barrier checker landed machine outcomes owners program recovery',
  'src/git': 'register',
  'src/ledger':
    'audit empty git git-change git-files git-layout git-log git-read host ledger lock open postgres ' +
    'postgres-changes postgres-reader postgres-schema postgres-url postgres-words shape sqlite sqlite-file verify',
  'src/plan': 'founded inverse inverse-work lasting lowers mapped owners ownership remake unmake upwards',
}
const everything = [
  ...readdirSync('src/guard').map((file) => `src/guard/${file}`),
  ...Object.entries(named).flatMap(([folder, files]) => files.split(' ').map((one) => `${folder}/${one}.ts`)),
]

const folder = '.mutation'
const journal = `${folder}/journal.jsonl`
/** A mutant that loops without ever meeting itself says nothing any more: then its process is ended. */
const silence = 120_000

const asked = process.argv.length > 2 ? process.argv.slice(2) : everything
/** What only says something over a server. */
const served = /^src\/ledger\/postgres(-(changes|connection|reader|schema))?\.ts$/
const postgres = asked.some((file) => served.test(file)) ? await server() : undefined
const files = postgres?.missing === undefined ? asked : asked.filter((file) => !served.test(file))
const mutants = await instrumented(files)
const fallen = new Map()
const met = new Set()
const atLoad = new Set()
const unrepeatable = new Set()

mkdirSync(folder, { recursive: true })
for (;;) {
  const status = await round()
  for (const line of lines()) take(line)
  // a process that has ended in the midst of a test, by itself or by our hand, has fallen over what was awake
  const asleep = lines().at(-1)?.awake
  if (asleep !== undefined) fallen.set(asleep, status === 'silent' ? 'timeout' : 'crash')
  else if (status === 0) break
  else await end(1)
}
await end(judge())

async function server() {
  const { startPostgres } = await import('../test/services/postgres/server.ts')
  return startPostgres()
}

async function end(code) {
  await postgres?.stop?.()
  process.exit(code)
}

/** All mutants in, each behind a switch: what the tests load instead of the files. */
async function instrumented(names) {
  const log = { isDebugEnabled: () => false, debug: () => undefined, info: () => undefined }
  const options = { plugins: null, excludedMutations: [], ignorers: [] }
  const written = names.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') }))
  const result = await new Instrumenter(log).instrument(written, options)
  mkdirSync(folder, { recursive: true })
  const switched = Object.fromEntries(result.files.map(({ name, content }) => [name, content]))
  writeFileSync(`${folder}/switched.json`, JSON.stringify(switched))
  const places = Object.fromEntries(result.mutants.map(({ id, fileName }) => [id, fileName]))
  writeFileSync(`${folder}/places.json`, JSON.stringify(places))
  return result.mutants
}

/** The tests, over every mutant that has not fallen. */
function round() {
  writeFileSync(`${folder}/fallen.json`, JSON.stringify([...fallen.keys()]))
  writeFileSync(journal, '')
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutation/vitest.config.ts']
  const env = { ...process.env, ROLECALL_MUTATION_POSTGRES: postgres?.url }
  const child = spawn(process.execPath, vitest, { stdio: 'inherit', detached: true, env })
  const kill = () => process.kill(-child.pid, 'SIGKILL')
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (kill(), void end(130)))
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const { mtimeMs } = statSync(journal)
      if (Date.now() - mtimeMs < silence) return
      clearInterval(watch)
      child.once('exit', () => resolve('silent'))
      kill()
    }, 1_000)
    child.once('exit', (status) => {
      clearInterval(watch)
      resolve(status ?? 1)
    })
  })
}

function lines() {
  const text = readFileSync(journal, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function take(line) {
  if (line.mutant !== undefined) fallen.set(line.mutant, line.by)
  for (const id of line.met ?? []) met.add(id)
  for (const id of line.static ?? []) atLoad.add(id)
  if (line.unrepeatable !== undefined) unrepeatable.add(line.unrepeatable)
}

function judge() {
  const justified = JSON.parse(readFileSync('test/mutation/justified.json', 'utf8'))
  const known = new Set(justified.map(keyOf))
  const seen = new Set()
  const faults = []
  const table = {}
  for (const mutant of mutants) {
    const row = (table[mutant.fileName] ??= { mutants: 0, killed: 0, justified: 0, left: 0 })
    // What runs once, when a module is loaded, would need all tests afresh for each mutant.
    if (atLoad.has(mutant.id) && !met.has(mutant.id)) continue
    row.mutants++
    const one = described(mutant)
    if (fallen.has(mutant.id)) row.killed++
    else if (known.has(keyOf(one))) {
      row.justified++
      seen.add(keyOf(one))
    } else {
      row.left++
      const how = met.has(mutant.id) ? 'survives' : 'is met by no test'
      faults.push(`${one.file}:${mutant.location.start.line + 1} ${how}: ${JSON.stringify(one)}`)
    }
  }
  for (const one of justified)
    if (files.includes(one.file) && !seen.has(keyOf(one)))
      faults.push(`${one.file}: justified, and survives no more: ${JSON.stringify(one)}`)
  for (const test of unrepeatable)
    faults.push(`A test that fails when it runs twice tells nothing of a mutant: ${test}`)

  console.table(table)
  const sum = (name) => Object.values(table).reduce((total, row) => total + row[name], 0)
  console.log(
    `${sum('killed')} of ${sum('mutants')} mutants killed, ${sum('justified')} justified, ${sum('left')} left`,
  )
  for (const fault of faults) console.error(fault)
  for (const file of asked.filter((one) => !files.includes(one)))
    console.error(`${file} was left out: ${postgres.missing}`)
  return faults.length === 0 ? 0 : 1
}

/** What stands in the list: lines move, so a mutant is known by the line it begins in, and by what it puts there. */
function described({ fileName, location: { start, end }, replacement }) {
  const source = readFileSync(fileName, 'utf8').split('\n')
  const lines = source.slice(start.line, end.line + 1)
  const in_ = lines[0].trim()
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column)
  lines[0] = lines[0].slice(start.column)
  return { file: fileName, in: in_, from: squeezed(lines.join('\n')), to: squeezed(replacement) }
}

function squeezed(text) {
  return text.replace(/\s+/g, ' ').trim()
}

function keyOf({ file, in: line, from, to }) {
  return JSON.stringify([file, line, from, to])
}
