/**
 * What reading a CloudConnexa account of 10,000 users costs beside a bare loop of `fetch` over the same pages: `node
 * bench/cloudconnexa.js`, after `npm run build`. The server is the sandbox in a process of its own, with its limits off.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const users = Number(process.argv[2] ?? 10_000)
const runs = 7
const dist = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'rolecall-bench-'))

const server = join(work, 'server.mjs')
writeFileSync(
  server,
  `import { startCloudConnexa } from ${JSON.stringify(dist('sandbox/cloudconnexa/index.js'))}
const sandbox = await startCloudConnexa({ limits: 'off' })
sandbox.portal.change((account) => {
  const [owner] = account.users
  for (let n = 1; n < ${users}; n++)
    account.users.push({ ...owner, id: 'u-' + n, username: 'u' + n, email: null, role: 'MEMBER' })
})
console.log(JSON.stringify({ address: sandbox.address, ...sandbox.credentials }))
`,
)
const child = spawn(process.execPath, [server], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const said = await new Promise((resolve) => child.stdout.once('data', resolve))
  await compare(JSON.parse(said))
} finally {
  child.kill()
  rmSync(work, { recursive: true, force: true })
}

async function compare(api) {
  const { cloudconnexa } = await import(dist('systems/cloudconnexa/index.js'))
  const reader = await cloudconnexa.openReader(targetOf(api))
  const token = await tokenOf(api)
  // Both once before they count: code is loaded and compiled, and connections are open.
  await reader.observe()
  const paths = await bare(api, token)
  const [ours, theirs] = [[], []]
  for (let run = 0; run < runs; run++) {
    ours.push(await timed(() => reader.observe()))
    theirs.push(await timed(() => bare(api, token)))
  }
  await reader.close()
  const [a, b] = [median(ours), median(theirs)]
  console.log(
    `${users} users in ${paths} pages: rolecall ${a.toFixed(0)} ms, fetch ${b.toFixed(0)} ms, ${(a / b).toFixed(2)} ×`,
  )
  if (a > 2 * b) process.exitCode = 1
}

/** The pages of everything that rolecall reads, one after the other as they lead on, the lists side by side. */
async function bare({ address }, token) {
  const lists = [
    'users',
    'user-groups',
    'access-groups',
    'location-contexts',
    'device-postures',
    'networks',
    'hosts',
  ]
  const inside = ['networks/applications', 'networks/ip-services', 'hosts/applications', 'hosts/ip-services']
  const single = ['regions', 'settings/auth/saml/group-mappings', 'settings/auth/ldap/group-mappings']
  const get = async (path) =>
    (await fetch(`${address}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })).json()
  const all = async (path) => {
    let pages = 0
    for (let page = 0, of = 1; page < of; page++, pages++)
      of = (await get(`${path}?page=${page}&size=1000`)).totalPages
    return pages
  }
  const counts = await Promise.all([...[...lists, ...inside].map(all), ...single.map(get)])
  return counts.filter((count) => typeof count === 'number').reduce((sum, count) => sum + count, 0)
}

async function tokenOf({ address, clientId, clientSecret }) {
  const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const answer = await fetch(`${address}/api/v1/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${pair}`, 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', scope: 'default' }),
  })
  return (await answer.json()).access_token
}

function targetOf({ address, clientId, clientSecret }) {
  const secret = (value) => ({ reveal: () => value })
  return {
    ...{ system: 'vpn', endpoint: address, settings: {}, root: work, now: () => new Date() },
    // The limits are off: nobody waits for a turn.
    sleep: () => Promise.resolve(),
    credentials: { clientId: secret(clientId), clientSecret: secret(clientSecret) },
  }
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
