/**
 * That the lints over policies, groups and people together grow as these do: `node bench/lints.js`, after `npm run build`.
 * Each case at 1,000 policies and 10,000 people and at ten times as much, in seconds of one core; the aim is at most 12 ×.
 */
import { newSite } from '../dist/manifest/resolve/context.js'
import { lintIdle } from '../dist/manifest/lint-idle.js'
import { lintReach } from '../dist/manifest/lint-reach.js'
import { reporter } from '../dist/manifest/place.js'
import { description } from '../dist/systems/directory/describe.js'

const most = 12
const small = { policies: 1000, groups: 500, people: 10_000 }
const large = { policies: 10_000, groups: 5000, people: 100_000 }

const cases = {
  'each policy for other groups': (index, { groups }) => [`g${index % groups}`, `app-${index}`],
  'few groups, few resources, every pair of them': (index, { policies }) => {
    const side = Math.ceil(Math.sqrt(policies))
    return [`g${index % side}`, `app-${Math.floor(index / side)}`]
  },
  'all of them the same but for the resource': (index) => ['g0', `app-${index}`],
  'each written twice': (index, { groups }) => [`g${(index >> 1) % groups}`, `app-${index >> 1}`],
}

for (const [name, part] of Object.entries(cases)) {
  const [less, more] = [small, large].map((size) => measure(size, part))
  const times = more.seconds / less.seconds
  console.log(
    `${name}: ${ms(less)}, ten times the size ${ms(more)}: ${times.toFixed(1)} ×, ${times <= most ? 'met' : 'not met'} (${more.problems} told)`,
  )
}

function ms({ seconds }) {
  return `${(seconds * 1000).toFixed(0)} ms`
}

/** The best of three, by the time of the core. */
function measure(size, part) {
  const all = range(3).map(() => once(size, part))
  return all.reduce((best, one) => (one.seconds < best.seconds ? one : best))
}

function once(size, part) {
  const site = newSite({ handle: 'office', config: { memberships: 'manifests' } }, description)
  const documents = {
    groups: range(size.groups).map((index) => group(index, site)),
    policies: range(size.policies).map((index) => policy(index, part(index, size))),
    users: range(size.people).map((index) => user(index, size)),
    mappings: [],
  }
  // Every hundredth has no account there.
  for (const index of range(size.people)) if (index % 100 !== 0) site.accounts.set(`p${index}`, [])
  const context = {
    today: '2026-01-01',
    report: reporter(),
    sites: new Map([['office', site]]),
    groups: new Map(documents.groups.map(({ handle, there }) => [handle, there])),
  }
  const used = process.cpuUsage()
  lintReach(context, documents)
  lintIdle(context, documents)
  const { user: own, system } = process.cpuUsage(used)
  return { seconds: (own + system) / 1e6, problems: context.report.problems.length }
}

function group(index, site) {
  const handle = `g${index}`
  const parent = index % 10 === 0 ? undefined : { name: `g${index - (index % 10)}` }
  const target = `group:${handle}`
  const there = [{ site, target, settings: [], account: undefined }]
  return { ...named(handle), systems: new Map([['office', {}]]), parent, there }
}

function policy(index, [subject, resource]) {
  const handle = `policy-${index}`
  return {
    ...named(handle),
    systems: [{ name: 'office' }],
    subjects: [{ type: 'group', name: subject, place: place(handle) }],
    resources: [{ type: 'application', name: resource, place: place(handle) }],
  }
}

function user(index, { groups }) {
  const secondary = [1, 2, 3].map((step) => `g${(index * 7 + step * 31) % groups}`)
  return { metadata: { name: `p${index}` }, spec: { groups: { primary: `g${index % groups}`, secondary } } }
}

function named(handle) {
  return { handle, absent: false, cause: { file: 'all.yaml', line: 1 }, raw: place(handle).raw }
}

function place(handle) {
  return { raw: { source: { file: `${handle}.yaml` }, index: 0 }, path: [] }
}

function range(count) {
  return Array.from({ length: count }, (_, index) => index)
}
