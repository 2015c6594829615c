import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { asShellFunction } from '../cli/rolecall.ts'
import { examples, sameText, type Example } from './examples.ts'

/**
 * Runs the pages. Each `sh` block runs in bash, in the page's own workspace, and what it prints must be what the
 * `text` block behind it shows. `UPDATE=1` writes the real output into the pages.
 */
const root = resolve(import.meta.dirname, '../..')
const data = process.env['ROLECALL_TEST_DATA'] ?? resolve(root, '../shared/data')
const scratch = mkdtempSync(join(tmpdir(), 'rolecall-docs-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md') && existsSync(join(root, name)))
  .sort()

const bin = join(scratch, 'bin')
mkdirSync(bin)
writeFileSync(
  join(bin, 'rolecall'),
  `#!/bin/sh\nexec ${process.execPath} ${join(root, 'dist/cli.js')} "$@"\n`,
)
chmodSync(join(bin, 'rolecall'), 0o755)

// The pages edit a directory by hand with the sqlite3 program, which is not on every machine.
writeFileSync(
  join(bin, 'sqlite3'),
  `#!${process.execPath}\nconst Database = require(${JSON.stringify(join(root, 'node_modules/libsql'))})\nnew Database(process.argv[2]).exec(process.argv[3])\n`,
)
chmodSync(join(bin, 'sqlite3'), 0o755)

describe.each(pages)('%s', (page) => {
  const found = examples(readFileSync(join(root, page), 'utf8'))
  it('marks every shell block as one that runs or as set-up', () => {
    expect(found.unmarked).toEqual([])
  })

  const runnable = found.examples.filter(({ needs }) => needs === undefined || existsSync(join(data, needs)))
  const left = found.examples.length - runnable.length
  const reason = left === 0 ? '' : ` (${left} left out: their data is not on this machine)`

  if (found.examples.length === 0) return
  it.runIf(runnable.length > 0)(`prints what it says${reason}`, { timeout: 120_000 }, () => {
    const cwd = workspace(page, found.workspace)
    let text = readFileSync(join(root, page), 'utf8')
    const wrong: { command: string; printed: string; says: string }[] = []
    for (const example of runnable) {
      const printed = run(example, cwd, isOwn(page, example) ? '' : asShellFunction())
      if (example.output === undefined || sameText(printed, example.output)) continue
      wrong.push({ command: example.command, printed, says: example.output })
      text = text.replace(example.whole, () => example.with(printed))
    }
    if (process.env['UPDATE'] === '1' && wrong.length > 0) writeFileSync(join(root, page), text)
    else for (const { command, printed, says } of wrong) expect(printed, command).toBe(says)
  })
})

it('the set-up commands of the README are the ones CI and the quickstart run', () => {
  const setUp = examples(readFileSync(join(root, 'README.md'), 'utf8')).setUp
  expect(setUp).toEqual(['npm ci && npm run quickstart', 'npm ci && npm test'])
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/npm ci\nnpm test\n/)
})

function workspace(page: string, kind: string): string {
  const cwd = join(scratch, page.replaceAll(/\W/g, '-'))
  if (kind === 'empty') mkdirSync(cwd)
  else
    cpSync(join(root, 'examples', kind), cwd, {
      recursive: true,
      filter: (path) => !path.endsWith('.rolecall'),
    })
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd })
  return cwd
}

/**
 * Whether `rolecall` is a process of its own, as for a reader: where one begins, in the README. Elsewhere it is the program
 * that stays, of which test/cli/process.test.ts holds that it says the same.
 */
function isOwn(page: string, { needs }: Example): boolean {
  return page === 'README.md' && needs === undefined
}

function run(example: Example, cwd: string, first: string): string {
  const { stdout, status } = spawnSync('bash', ['-c', `exec 2>&1\nset -e\n${first}\n${example.command}`], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: scratch,
      DATA: data,
      NO_COLOR: '1',
      CI: 'true',
      GIT_AUTHOR_NAME: 'Ana',
      GIT_AUTHOR_EMAIL: 'ana@acme.example',
      GIT_COMMITTER_NAME: 'Ana',
      GIT_COMMITTER_EMAIL: 'ana@acme.example',
    },
  })
  expect(status, `${example.command}\n${stdout}`).toBe(0)
  return stdout.replaceAll(cwd, '.').trimEnd()
}
