/**
 * How a plan and an apply over a real Keystone compare with the bare calls: `node bench/keystone.js` after a build, with
 * Debian's python3-keystone and uwsgi. `--full` is 1,000 users, 100 groups, 50 projects and 3,000 assignments, applied once
 * (half an hour); without it a twentieth of that. Both are measured side by side, again and again, and the ratio is
 * that of each pair: on a busy machine a figure by itself says little. `--in DIR` measures the plan alone, of an
 * organisation that is made there by the bare calls and kept for the next time.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const full = process.argv.includes('--full')
const size = full
  ? { users: 1000, groups: 100, projects: 50, grants: 3000 }
  : { users: 50, groups: 5, projects: 5, grants: 150 }
const script = resolve('test/services/keystone/keystone.sh')
const kept = process.argv.includes('--in') ? process.argv[process.argv.indexOf('--in') + 1] : undefined
const root = kept === undefined ? mkdtempSync(join(tmpdir(), 'rolecall-bench-keystone-')) : resolve(kept)
const port = process.env.KEYSTONE_PORT ?? '35399'
const url = `http://127.0.0.1:${port}/v3`
const password = 'bench-of-keystone'
/** As many at once as the connector sends. */
const atOnce = 8

function keystone(word) {
  const env = {
    ...process.env,
    KEYSTONE_STATE: join(root, 'state'),
    KEYSTONE_PORT: port,
    KEYSTONE_PASSWORD: password,
  }
  const { status, stderr } = spawnSync('bash', [script, word], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function rolecall(...args) {
  const env = {
    ...process.env,
    OS_AUTH_URL: url,
    OS_USERNAME: 'admin',
    OS_PASSWORD: password,
    OS_PROJECT_NAME: 'admin',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
  }
  const begin = performance.now()
  const { status, stderr } = spawnSync('node', [resolve('dist/cli.js'), '-C', join(root, 'acme'), ...args], {
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return (performance.now() - begin) / 1000
}

const name = (what, number) => `${what}-${String(number).padStart(4, '0')}`
const range = (count) => Array.from({ length: count }, (_, at) => at)
const membership = range(size.users).map((at) => [at, at % size.groups])
/** Each group holds something, and the rest is held by users: a group through which nothing is granted is a hint. */
const grants = range(size.grants).map((at) => ({
  ...(at < size.groups ? { group: at } : { user: at % size.users }),
  role: ['member', 'reader', 'admin-of-none'][Math.floor(at / size.users) % 3],
  project: (at + Math.floor(at / size.users)) % size.projects,
}))

function manifests() {
  const one = (kind, handle, spec) =>
    `${JSON.stringify({ apiVersion: 'rolecall/v1', kind, metadata: { name: handle }, spec })}\n`
  const system = { connector: 'openstack', stage: 'full', owners: { minimum: 1 } }
  mkdirSync(join(root, 'acme/access'), { recursive: true })
  writeFileSync(
    join(root, 'acme/rolecall.yaml'),
    [one('Settings', 'acme', {}), one('System', 'stack', system)].join('---\n'),
  )
  writeFileSync(
    join(root, 'acme/access/all.yaml'),
    [
      one('Role', 'admin-of-none', { system: 'stack' }),
      ...range(size.projects).map((at) =>
        one('Project', name('project', at), { system: 'stack', type: 'openstack' }),
      ),
      ...range(size.groups).map((at) => one('Group', name('group', at), { systems: { stack: {} } })),
      ...membership.map(([at, group]) =>
        one('User', name('user', at), { groups: [name('group', group)], accounts: { stack: {} } }),
      ),
      ...grants.map(({ user, group, role, project }, at) =>
        one('AccessPolicy', name('policy', at), {
          systems: ['stack'],
          subjects: [user === undefined ? { group: name('group', group) } : { user: name('user', user) }],
          roles: [role],
          resources: [{ project: name('project', project) }],
        }),
      ),
    ].join('---\n'),
  )
}

let token
async function call(method, path, json, times = 1) {
  try {
    return await once(method, path, json)
  } catch (error) {
    // what can be done twice is: a busy server closes a connection now and then
    if (method === 'POST' || times === 3 || error.message !== 'fetch failed') throw error
    return call(method, path, json, times + 1)
  }
}

async function once(method, path, json) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { 'x-auth-token': token }) },
    ...(json && { body: JSON.stringify(json) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
  const text = await response.text()
  return { token: response.headers.get('x-subject-token'), body: text === '' ? {} : JSON.parse(text) }
}

async function signIn() {
  token = undefined
  const user = { name: 'admin', domain: { id: 'default' }, password }
  const identity = { methods: ['password'], password: { user } }
  const scope = { project: { name: 'admin', domain: { id: 'default' } } }
  token = (await call('POST', '/auth/tokens', { auth: { identity, scope } })).token
}

/** `work` over all items, so many at once. */
async function each(items, work) {
  const results = []
  let next = 0
  await Promise.all(
    range(atOnce).map(async () => {
      for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at])
    }),
  )
  return results
}

async function bareWrites() {
  const begin = performance.now()
  const make = async (what, values) =>
    (await call('POST', `/${what}s`, { [what]: { domain_id: 'default', ...values } })).body[what].id
  await signIn()
  await call('POST', '/roles', { role: { name: 'admin-of-none' } })
  const roles = Object.fromEntries(
    (await call('GET', '/roles')).body.roles.map(({ id, name: called }) => [called, id]),
  )
  const projects = await each(range(size.projects), (at) => make('project', { name: name('project', at) }))
  const groups = await each(range(size.groups), (at) => make('group', { name: name('group', at) }))
  const users = await each(membership, async ([at, group]) => {
    const id = await make('user', { name: name('user', at), password: 'a-password-of-twenty-four' })
    await call('PUT', `/groups/${groups[group]}/users/${id}`)
    return id
  })
  await each(grants, ({ user, group, role, project }) => {
    const subject = user === undefined ? `groups/${groups[group]}` : `users/${users[user]}`
    return call('PUT', `/projects/${projects[project]}/${subject}/roles/${roles[role]}`)
  })
  return (performance.now() - begin) / 1000
}

async function bareReads() {
  const begin = performance.now()
  await signIn()
  const lists = [
    '/domains',
    '/projects',
    '/users',
    '/groups',
    '/roles',
    '/roles?domain_id=default',
    '/role_assignments',
    '/role_inferences',
  ]
  const read = await each(lists, (path) => call('GET', path))
  await each(read[3].body.groups, ({ id }) => call('GET', `/groups/${id}/users`))
  return (performance.now() - begin) / 1000
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** Pairs of seconds, the second of each the bare calls; which one is first changes with each pair. */
async function pairs(count, ours, bare) {
  const found = []
  for (let at = 0; at < count; at++) {
    const first = at % 2 === 0 ? await ours() : await bare()
    const second = at % 2 === 0 ? await bare() : await ours()
    found.push(at % 2 === 0 ? [first, second] : [second, first])
  }
  return found
}

const seconds = (found) => [0, 1].map((side) => `${median(found.map((pair) => pair[side])).toFixed(2)} s`)
const ratio = (found, of) => median(found.map(of))

async function applying() {
  const writes = size.projects + size.groups + size.users * 2 + size.grants + 1
  const sink = join(root, 'passwords')
  const forget = () => {
    for (const place of [join(root, 'acme/.rolecall'), sink]) rmSync(place, { recursive: true, force: true })
  }
  const apply = () => {
    keystone('reset')
    forget()
    return rolecall('apply', '--auto-approve', '--secrets-to', `file:${sink}`)
  }
  const bare = () => {
    keystone('reset')
    return bareWrites()
  }
  const applied = await pairs(full ? 1 : 3, apply, bare)
  const [ours, theirs] = seconds(applied)
  console.log(
    `apply: ${writes} writes in ${ours}; the bare calls, ${atOnce} at once, ${theirs}: ${Math.round(100 * ratio(applied, ([a, b]) => b / a))} % of their throughput`,
  )
  forget()
}

async function planning() {
  const planned = await pairs(9, () => rolecall('plan'), bareReads)
  const [plan, calls] = seconds(planned)
  console.log(
    `plan: ${plan}; its ${9 + size.groups} calls alone, ${atOnce} at once, ${calls}: ${ratio(planned, ([a, b]) => a / b).toFixed(2)} ×`,
  )
}

const prepared = join(root, 'prepared')

async function preparing() {
  if (existsSync(prepared)) return
  keystone('reset')
  await bareWrites()
  writeFileSync(prepared, '')
}

try {
  manifests()
  keystone('start')
  await (kept === undefined ? applying() : preparing())
  await planning()
} finally {
  keystone('stop')
  if (kept === undefined) rmSync(root, { recursive: true, force: true })
}
