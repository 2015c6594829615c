/** The built program, as a person starts it: another process, with arguments, files and two output streams. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const cli = join(import.meta.dirname, '../../dist/cli.js')

if (!existsSync(cli))
  throw new Error(`${cli} is missing: these tests run the built program, so run npm run build first`)

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `rolecall` in a folder; a value of `env` that is undefined is taken out. */
export function rolecall(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Outcome {
  const surroundings = { ...process.env, CI: 'true', NO_COLOR: undefined, FORCE_COLOR: undefined, ...env }
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    env: surroundings,
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return { code: status, stdout, stderr }
}

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'rolecall-cli-'))
}

/** A copy of the quickstart, without what an earlier run left in it. */
export function quickstart(): string {
  const root = temporary()
  cpSync(join(import.meta.dirname, '../../examples/quickstart'), root, {
    recursive: true,
    filter: (path) => !path.endsWith('.rolecall'),
  })
  return root
}

let appliedOnce: string | undefined

/** A quickstart that was applied: a copy of one that was made for all tests of a file. */
export function applied(): string {
  appliedOnce ??= apply(quickstart())
  const root = temporary()
  cpSync(appliedOnce, root, { recursive: true })
  return root
}

function apply(root: string): string {
  const { code, stderr } = rolecall(root, ['-q', 'apply', '--auto-approve'])
  if (code !== 0) throw new Error(stderr)
  return root
}

/** Replaces text in a file, and fails where it is not there. */
export function edit(root: string, file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(join(root, file), 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has no ${String(from)}`)
  writeFileSync(join(root, file), after)
}

export function put(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** Takes the document `name` out of a file of several. */
export function drop(root: string, file: string, name: string): void {
  const documents = readFileSync(join(root, file), 'utf8').split(/^---$/m)
  const kept = documents.filter((text) => !text.includes(`\n  name: ${name}\n`))
  if (kept.length !== documents.length - 1) throw new Error(`${file} has no document ${name}`)
  writeFileSync(join(root, file), kept.join('---'))
}

/** Every file below a folder with its content's digest: what must not change. */
export function contents(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(root.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]
    }),
  )
}
