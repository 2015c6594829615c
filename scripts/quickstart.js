/** The main job on the example: plan, apply, drift, each as one types it. */
import { spawnSync } from 'node:child_process'

const commands = [['plan'], ['apply', '--auto-approve'], ['drift']]

for (const words of commands) {
  console.log(`\n$ rolecall ${words.join(' ')}\n`)
  const args = ['dist/cli.js', '-C', 'examples/quickstart', '-q', ...words]
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
