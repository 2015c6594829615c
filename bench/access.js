/**
 * How long it takes to say what a plan means, and who can do a thing, in a large organisation: `node bench/access.js`,
 * after `npm run build`. Each case in a process of its own (`--case NAME`), so that its memory is its own.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { impactOf } from '../dist/access/impact.js'
import { Access } from '../dist/access/questions.js'
import { Graph } from '../dist/model/graph.js'
import { sidesOf } from '../dist/plan/sides.js'
import { description } from '../dist/systems/directory/describe.js'
import { rules } from '../dist/systems/directory/rules.js'

const size = { people: 100_000, groups: 5000, policies: 2000 }
const system = 'office'

/** Every hundredth person leaves one group for another, and every hundredth policy names another one. */
const cases = {
  'impact of a plan that changes 1 %': (graph) =>
    measureImpact(graph, size.people / 100, size.policies / 100),
  'impact of a plan that changes ten people': (graph) => measureImpact(graph, 10, 0),
  'impact of a policy for all of 100,000': (graph) => measureImpact(graph, 0, 0, [forAll()]),
  'who can, once loaded': (graph) => measureQuestion(graph),
}

const name = process.argv[process.argv.indexOf('--case') + 1]
if (process.argv.includes('--case')) {
  const build = cases[name ?? '']
  console.log(JSON.stringify(build(organisation())))
} else {
  for (const each of Object.keys(cases)) {
    const script = fileURLToPath(import.meta.url)
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', script, '--case', each], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    const { seconds, cpu, mebibytes, lines } = JSON.parse(stdout)
    console.log(
      `${each}: ${(seconds * 1000).toFixed(0)} ms, ${(cpu * 1000).toFixed(0)} ms of a core, ${mebibytes} MiB above the state, ${lines} lines`,
    )
  }
}

function measureImpact(graph, people, policies, more = []) {
  const writes = [
    ...range(people).map((index) => moved(graph, index * Math.floor(size.people / people))),
    ...range(policies).map((index) => renamedSubject(index * 100)),
    ...more,
  ]
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  const [start, used] = [performance.now(), process.cpuUsage()]
  const impact = impactOf({
    ...sidesOf(graph, writes, description),
    ...{ rules, system, writes },
    person: (account) => account,
  })
  const seconds = (performance.now() - start) / 1000
  return { seconds, cpu: cpuSince(used), mebibytes: above(before), lines: impact.access.length }
}

function measureQuestion(graph) {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  const access = new Access(rules, graph)
  const [start, used] = [performance.now(), process.cpuUsage()]
  const { accounts } = access.whoCan('reach', 'application:app-0007')
  const seconds = (performance.now() - start) / 1000
  return { seconds, cpu: cpuSince(used), mebibytes: above(before), lines: accounts.length }
}

/** Seconds of one core, whatever else the machine has to do; compiling and collecting beside it included. */
function cpuSince(used) {
  const { user, system } = process.cpuUsage(used)
  return (user + system) / 1e6
}

/** What the kernel saw at the highest, less what was there before. */
function above(before) {
  return Math.round((process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20)
}

function organisation() {
  const graph = new Graph(system)
  for (const index of range(size.groups))
    graph.add(
      thing(
        'group',
        group(index),
        {},
        { parent: index % 10 === 0 ? [] : [`group:${group(index - (index % 10))}`] },
      ),
    )
  for (const index of range(size.policies))
    graph.add(
      thing(
        'policy',
        policy(index),
        {},
        { subjects: subjectsOf(index), resources: [`application:app-${pad(index, 4)}`] },
      ),
    )
  for (const index of range(size.people)) graph.add(account(index))
  return graph
}

function account(index, shift = 0) {
  const groups = [1, 2, 3 + shift].map((step) => `group:${group((index * 7 + step * 31) % size.groups)}`)
  return thing(
    'account',
    person(index),
    { username: person(index), status: 'active', type: 'person' },
    {
      role: [index < 3 ? 'role:Owner' : 'role:Member'],
      primaryGroup: [`group:${group(index % size.groups)}`],
      groups: [...new Set(groups)].sort(),
      manages: [],
      scope: [],
    },
  )
}

function subjectsOf(index) {
  return [0, 1, 2].map((step) => `group:${group((index * 3 + step * 401) % size.groups)}`).sort()
}

function moved(graph, index) {
  const [was, is] = [account(index), account(index, 1)]
  const out = was.links.groups.filter((each) => !is.links.groups.includes(each))
  const into = is.links.groups.filter((each) => !was.links.groups.includes(each))
  return update(was.ref, { groups: out }, { groups: into })
}

function renamedSubject(index) {
  const [first] = subjectsOf(index)
  return update(
    { system, kind: 'policy', key: policy(index) },
    { subjects: [first] },
    { subjects: [`group:${group(index + 17)}`] },
  )
}

function forAll() {
  const links = {
    subjects: range(size.groups)
      .map((index) => `group:${group(index)}`)
      .sort(),
    resources: ['application:new'],
  }
  const after = thing('policy', 'for-all', {}, links)
  return { action: 'create', ref: after.ref, after, cause: cause() }
}

function update(ref, before, after) {
  return {
    action: 'update',
    ref,
    before: { fields: {}, links: before },
    after: { fields: {}, links: after },
    patch: [],
    cause: cause(),
  }
}

function cause() {
  return { file: '', line: 0, document: '' }
}

function thing(kind, key, fields, links) {
  return { ref: { system, kind, key }, fields, links }
}

function person(index) {
  return `p${pad(index, 6)}`
}

function group(index) {
  return `team-${pad(index % size.groups, 5)}`
}

function policy(index) {
  return `policy-${pad(index, 5)}`
}

function pad(index, digits) {
  return String(index).padStart(digits, '0')
}

function range(count) {
  return Array.from({ length: count }, (_, index) => index)
}
