/**
 * Measures rolecall from outside, as a process that a person would start: `npm run bench`.
 *
 *   --full        also 100,000 people (minutes, and gigabytes)
 *   --terraform-apply  lets Terraform apply too, which takes it minutes, and plan again
 *   --runs N      how often each figure is taken; the median counts
 *   --write       puts the tables into bench/README.md
 *
 * It measures what was built: `npm run build` first. Nothing here is a test: a busy machine is no fault of the code.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cli, measureNode, measureProgram, median, middle, rolecall } from './measure.js'
import { changeOnePercent, writeOrganisation } from './organisation.js'
import { tables } from './report.js'
import { writeTerraform } from './terraform.js'

const words = process.argv.slice(2)
const runsAsked = words.includes('--runs') ? Number(words[words.indexOf('--runs') + 1]) : undefined
const work = mkdtempSync(join(tmpdir(), 'rolecall-bench-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
if (!existsSync(cli)) throw new Error('There is nothing to measure: run `npm run build` first.')

const sizes = [1000, 10_000, ...(words.includes('--full') ? [100_000] : [])]
const results = {
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
  date: new Date().toISOString().slice(0, 10),
  start: await startUp(),
  fifty: await fifty(),
  one: await organisation({ people: 1 }, 5),
  organisations: await organisations(),
  beside: await terraform(),
}
const text = tables(results)
console.log(text)
if (words.includes('--write')) writeInto('README.md', text)

/** What every command pays before it does anything, beside a Node that does nothing. */
async function startUp() {
  progress('start-up')
  const node = await median(runsAsked ?? 15, () => measureNode(['-e', '0']))
  const version = await median(runsAsked ?? 15, () => rolecall(['--version']))
  return { node, version }
}

async function fifty() {
  const folder = join(work, 'fifty')
  writeOrganisation(folder, { people: 50 })
  progress('50 people')
  const first = await median(runsAsked ?? 11, () => rolecall(['plan'], { cwd: folder }))
  rolecall(['apply', '--auto-approve'], { cwd: folder })
  return { first, again: await median(runsAsked ?? 11, () => rolecall(['plan'], { cwd: folder })) }
}

async function organisations() {
  const all = []
  for (const people of sizes)
    for (const perFile of [1, 1000])
      all.push(await organisation({ people, perFile }, people > 10_000 ? 1 : 5))
  return all
}

/** Every command on one organisation: validate, an empty target, the first apply, nothing to do, one per cent, drift. */
async function organisation(size, usual) {
  const runs = runsAsked ?? usual
  const folder = join(work, `org-${size.people}-${size.perFile ?? 1}`)
  const at = { cwd: folder }
  const step = (name, args, options = at, before = () => undefined) => {
    progress(`${size.people} people, ${size.perFile ?? 1} to a file: ${name}`)
    return median(runs, () => rolecall(args, options), before)
  }
  const empty = () => rmSync(join(folder, '.rolecall'), { recursive: true, force: true })
  writeOrganisation(folder, size)
  const measured = {
    ...size,
    validate: await step('validate', ['validate']),
    first: await step('first plan', ['plan']),
    apply: await step('first apply', ['apply', '--auto-approve'], at, empty),
    plan: await step('plan, nothing to do', ['plan', '--detailed-exitcode']),
    drift: await step('drift', ['drift']),
    parse: parseOf(folder, runs),
  }
  changeOnePercent(folder, size)
  const percent = await step('plan, 1 % changed', ['plan', '--detailed-exitcode'], { ...at, expect: [2] })
  rmSync(folder, { recursive: true, force: true })
  return { ...measured, percent }
}

/** Only reading and parsing the same text, in a process of its own. */
function parseOf(folder, runs) {
  const script = fileURLToPath(new URL('./parse.js', import.meta.url))
  const all = Array.from({ length: runs }, () => {
    const { stdout, status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
  })
  return {
    loading: middle(all.map((one) => one.loading)),
    parsing: middle(all.map((one) => one.parsing)),
    cpu: middle(all.map((one) => one.cpu)),
  }
}

/** The same 1,237 people with three groups each, where there is a terraform to compare with. */
async function terraform() {
  const size = { people: 1237, secondary: 2 }
  const runs = runsAsked ?? 5
  const ours = { cwd: join(work, 'ours') }
  writeOrganisation(ours.cwd, size)
  progress('1,237 people with rolecall')
  const rolecalls = {
    first: await median(runs, () => rolecall(['plan'], ours)),
    apply: rolecall(['apply', '--auto-approve'], ours),
    again: await median(runs, () => rolecall(['plan'], ours)),
  }
  const version = spawnSync('terraform', ['version'], { encoding: 'utf8' })
  if (version.status !== 0) return { rolecall: rolecalls }
  const theirs = join(work, 'theirs')
  const resources = writeTerraform(theirs, size)
  const run = (command, ...args) =>
    measureProgram('terraform', [command, '-input=false', '-no-color', ...args], { cwd: theirs })
  await run('init')
  progress(`1,237 people with terraform (${resources} resources): plan`)
  const first = await median(runs, () => run('plan'))
  const terraforms = { resources, version: /v[\d.]+/.exec(version.stdout)?.[0] ?? 'unknown', first }
  if (!words.includes('--terraform-apply')) return { rolecall: rolecalls, terraform: terraforms }
  progress('1,237 people with terraform: apply (minutes)')
  const apply = await run('apply', '-auto-approve')
  const again = await median(runs, () => run('plan'))
  return { rolecall: rolecalls, terraform: { ...terraforms, apply, again } }
}

function writeInto(name, tablesText) {
  const path = fileURLToPath(new URL(name, import.meta.url))
  const page = readFileSync(path, 'utf8')
  const [start, end] = ['<!-- figures -->', '<!-- end of figures -->']
  const from = page.indexOf(start) + start.length
  writeFileSync(path, `${page.slice(0, from)}\n\n${tablesText}\n${page.slice(page.indexOf(end))}`)
}

function progress(what) {
  console.error(`… ${what}`)
}
