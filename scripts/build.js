/** Compiles src to dist from nothing, so that a deleted source leaves no output behind; then the checks of the schemas. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
if (status === 0) {
  chmodSync('dist/cli.js', 0o755)
  await import('./checks.js')
}
process.exit(status ?? 1)
