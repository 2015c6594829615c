/** The example of CloudConnexa against its sandbox: start that, then plan, apply and drift, each as one types it. */
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

const commands = [['plan'], ['apply', '--auto-approve'], ['drift']]
const sandbox = spawn(
  process.execPath,
  ['dist/cli.js', 'sandbox', 'cloudconnexa', '--port', '8790', '--no-limits'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)

/** What it prints: its address, and the variables with the credentials. */
const env = { ...process.env }
for await (const line of createInterface({ input: sandbox.stdout })) {
  const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? []
  if (name !== undefined) env[name] = value
  if (name === 'VPN_CLIENT_SECRET') break
}

let status = env.VPN_CLIENT_SECRET === undefined ? 1 : 0
for (const words of commands) {
  if (status !== 0) break
  console.log(`\n$ rolecall ${words.join(' ')}\n`)
  const args = ['dist/cli.js', '-C', 'examples/cloudconnexa', '-q', ...words]
  const run = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
  // 2 is what drift says of the mapping rules, which a person has to set in the portal
  status = run.status === 2 ? 0 : (run.status ?? 1)
}
sandbox.kill('SIGTERM')
process.exitCode = status
