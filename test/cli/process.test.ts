/**
 * Commands as processes of their own, with the exit code and the two streams. The other tests of this folder ask a program that
 * stays (`resident.cjs`), so it is held here that this says, and leaves behind, the same. `ROLECALL_DEEP=1` starts every command;
 * otherwise it is one of each exit code, and of each way to end: with and without a system, a ledger or a file written, as text
 * and as JSON, and by a fault at each stage (words, workspace, manifests, guards, plan file).
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { applied, edit, quickstart, rolecall, start, temporary, type Outcome } from './rolecall.ts'

/** A folder to start in, the words, and the exit code. */
type Case = readonly [string, () => string, readonly string[], number]

const always: readonly Case[] = [
  ['no command', temporary, [], 1],
  ['the version', temporary, ['--version'], 0],
  ['a misspelled command', temporary, ['pln'], 1],
  ['no workspace', temporary, ['plan'], 1],
  ['init', temporary, ['init'], 0],
  ['invalid manifests', misspelled, ['validate', '-o', 'json'], 1],
  ['something to format', unformatted, ['fmt', '--check'], 1],
  ['a plan with a code of its own for differences', quickstart, ['-v', 'plan', '--detailed-exitcode'], 2],
  ['a plan that is refused', ownerless, ['plan'], 3],
  ['a plan in a file', quickstart, ['plan', '--out', 'plan.json'], 0],
  ['an apply', quickstart, ['apply', '--auto-approve'], 0],
  ['an apply of no plan', quickstart, ['apply', 'rolecall.yaml'], 6],
  ['who may do what', applied, ['access', 'report'], 0],
  ['drift of what was never applied', quickstart, ['drift', '-o', 'json'], 2],
  ['the log, verified', applied, ['log', 'verify'], 0],
  ['adopt', applied, ['adopt', '--system', 'office'], 0],
  ['the doctor', applied, ['doctor', '--system', 'office'], 0],
]

/** Commands that end as one of those above does. */
const others: readonly Case[] = [
  ['the help', temporary, ['--help'], 0],
  ['the help of a command', temporary, ['apply', '--help'], 0],
  ['a misspelled option', quickstart, ['plan', '--detailed-exitcod'], 1],
  ['another folder', temporary, ['-C', 'nowhere', 'plan'], 1],
  ['valid manifests', quickstart, ['validate'], 0],
  ['nothing to format', quickstart, ['fmt', '--check'], 0],
  ['a plan', quickstart, ['plan'], 0],
  ['a plan of invalid manifests', misspelled, ['plan'], 1],
  ['a plan in Markdown', applied, ['plan', '-o', 'markdown'], 0],
  ['an apply that nobody approves', quickstart, ['apply'], 1],
  ['what dates will take away', applied, ['access', 'forecast'], 0],
  [
    'a simulation without a mapping',
    applied,
    ['access', 'simulate', '--system', 'office', '--user', 'ana'],
    1,
  ],
  ['who may do one thing', applied, ['access', 'who-can', 'reach', 'payroll'], 0],
  ['what one person can do', applied, ['access', 'explain', 'bo', '--desired'], 0],
  ['drift', applied, ['drift'], 0],
  ['the log', applied, ['log'], 0],
  ['an undo of nothing', applied, ['undo', 'r-unknown', '--auto-approve'], 1],
  ['a schema', quickstart, ['schema', 'User'], 0],
  ['a completion', temporary, ['completion', 'bash'], 0],
]

const isDeep = process.env['ROLECALL_DEEP'] === '1'

it.each(isDeep ? [...always, ...others] : always)('%s', (_, folder, words, code) => {
  const [own, resident] = [folder(), folder()]
  const ours = start(own, words)
  expect(ours.code, ours.stdout + ours.stderr).toBe(code)
  expect(plain(rolecall(resident, words), resident)).toEqual(plain(ours, own))
  expect(files(resident)).toEqual(files(own))
})

it('the environment and the colours of one command line are not those of the next', () => {
  const root = quickstart()
  const first = rolecall(root, ['plan'])
  expect(rolecall(root, ['plan'], { FORCE_COLOR: '1' }).stdout).toContain('\u001b')
  expect(rolecall(root, ['-v', 'plan', '--nonsense'])).toMatchObject({ code: 1 })
  expect(plain(rolecall(root, ['plan']), root)).toEqual(plain(first, root))
})

function misspelled(): string {
  const root = quickstart()
  edit(root, 'access/people.yaml', 'role: Owner', 'role: Ownr')
  return root
}

function unformatted(): string {
  const root = quickstart()
  edit(root, 'rolecall.yaml', 'minimum: 2', 'minimum:   2')
  return root
}

function ownerless(): string {
  const root = applied()
  edit(root, 'access/people.yaml', /role: Owner/g, 'role: Member')
  return root
}

/** Without what differs from run to run: the folder, the time, and what is made from them. */
function plain({ code, stdout, stderr }: Outcome, root: string): Outcome {
  const same = (text: string): string =>
    text
      .replaceAll(root, '.')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME')
      .replace(/\b\d+(\.\d+)? m?s\b/g, 'LENGTH')
      .replace(/\br-[\w-]+/g, 'RUN')
      .replace(/\b[0-9a-f]{12,}\b/g, 'DIGEST')
  return { code, stdout: same(stdout), stderr: same(stderr) }
}

/** Which files there are, but for those that SQLite keeps while a database is open. */
function files(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => join('.', file))
    .filter((file) => !/-(shm|wal)$/.test(file))
    .sort()
}
