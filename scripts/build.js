/**
 * Compiles src to dist from nothing, so that a deleted source leaves no output behind; then the checks of the schemas.
 *
 * `--unchecked` leaves out what only costs time where the program is merely run: the check of the types, which is the
 * work of `npm run lint`, and their declarations, which are for those who import the package.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { argv, exit } from 'node:process'

const leftOut = argv.includes('--unchecked') ? ['--noCheck', '--declaration', 'false'] : []

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json', ...leftOut], {
  stdio: 'inherit',
})
if (status === 0) {
  chmodSync('dist/cli.js', 0o755)
  await import('./checks.js')
}
exit(status ?? 1)
