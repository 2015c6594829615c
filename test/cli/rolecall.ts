/** The built program, as a person uses it: another process, with arguments, files and two output streams. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brief } from '../brief.ts'

export const cli = join(import.meta.dirname, '../../dist/cli.js')

if (!existsSync(cli))
  throw new Error(`${cli} is missing: these tests run the built program, so run npm run build first`)

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

type Variables = Readonly<Record<string, string | undefined>>

/**
 * What `rolecall` says in a folder; a value of `env` that is undefined is taken out. The program is loaded once for all
 * command lines of a file (`resident.cjs`): starting one takes longer than what most of them do. `process.test.ts` holds
 * that a process of its own says the same.
 */
export function rolecall(cwd: string, args: readonly string[], env: Variables = {}): Outcome {
  const whole = surroundings(env)
  // What is for Node or the loader is read when a process starts.
  if (Object.keys(env).some((name) => /^(NODE|LD)_/.test(name))) return start(cwd, args, env)
  resident ??= open()
  writeSync(resident.questions, `${JSON.stringify({ cwd, args, env: whole })}\n`)
  return JSON.parse(readLine(resident.answers)) as Outcome
}

/** The same by a process of its own, as a person starts it. */
export function start(cwd: string, args: readonly string[], env: Variables = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    env: surroundings(env),
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return { code: status, stdout, stderr }
}

function surroundings(env: Variables): Variables {
  return { ...process.env, CI: 'true', NO_COLOR: undefined, FORCE_COLOR: undefined, ...env }
}

/**
 * The same for a shell: a bash function `rolecall` that asks the program that stays. What is run in a pipe or put into a
 * file goes there, in the order in which it was written; of its standard input the program knows nothing.
 */
export function asShellFunction(): string {
  resident ??= open()
  const folder = temporary()
  const [questions, answers] = resident.pipes
  return `rolecall() {
  local code piece
  { printf '%s\\0' "$PWD" "$#" "$@"; env -0; } > '${folder}/question'
  echo '${folder}' > '${questions}'
  read -r code < '${answers}'
  for piece in '${folder}'/*.std*; do
    case "$piece" in *.stdout) cat "$piece" ;; *.stderr) cat "$piece" >&2 ;; esac
  done
  return "$code"
}`
}

interface Resident {
  readonly pipes: readonly [questions: string, answers: string]
  readonly questions: number
  readonly answers: number
}

let resident: Resident | undefined

/** Named pipes can be written and read without giving way, as `spawnSync` does. It ends when this process does. */
function open(): Resident {
  const [questions, answers] = [join(temporary(), 'questions'), join(temporary(), 'answers')]
  const pipes = [questions, answers] as const
  execFileSync('mkfifo', pipes)
  const child = spawn(
    process.execPath,
    ['--expose-gc', ...brief, join(import.meta.dirname, 'resident.cjs'), ...pipes],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  child.unref()
  return { pipes, questions: openSync(questions, 'w'), answers: openSync(answers, 'r') }
}

function readLine(from: number): string {
  const chunks: Buffer[] = []
  const buffer = Buffer.alloc(65_536)
  for (;;) {
    const length = readSync(from, buffer)
    if (length === 0) throw new Error('the resident rolecall has ended')
    chunks.push(Buffer.from(buffer.subarray(0, length)))
    if (buffer[length - 1] === 0x0a) return Buffer.concat(chunks).toString('utf8')
  }
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
