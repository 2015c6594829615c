/** What an ordinary command loads: loading is most of what a small run takes, so that what is not needed is not loaded. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { edit, put, quickstart, start } from './rolecall.ts'

/** What compiles schemas, writes a log, asks git, reads rules of a team, asks a person, or speaks to a server. */
const others = [
  ...['ajv', 'pino', 'simple-git', '@marcbachmann/cel-js', 're2js', '@clack/prompts', 'ora', '@pnpm/tabtab'],
  ...['undici', 'oauth4webapi', 'p-queue', 'hono', '@hono/node-server', 'pg'],
]

it('plan, apply, drift, apply of a plan file and validate load no package that they do not need', () => {
  const folder = quickstart()
  // all of validate is in it
  expect(loaded(folder, ['plan', '--out', 'plan.json'])).toEqual([])
  expect(loaded(folder, ['apply', 'plan.json'])).toEqual([])
  expect(loaded(folder, ['drift'])).toEqual([])
  edit(folder, 'access/groups.yaml', 'parent: engineering', 'parent: finance')
  expect(loaded(folder, ['apply', '--auto-approve'])).toEqual([])
  put(folder, 'access/wrong.yaml', 'kind: User\n')
  expect(loaded(folder, ['validate'], 1)).toEqual([])
})

it('what is needed is loaded: a log that is asked for', () => {
  expect(loaded(quickstart(), ['-v', 'plan'])).toEqual(['pino'])
})

/** Those of the others that a command has loaded. */
function loaded(folder: string, words: readonly string[], code = 0): string[] {
  const coverage = join(folder, 'coverage')
  expect(start(folder, words, { NODE_V8_COVERAGE: coverage })).toMatchObject({ code })
  const files = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] }
    return result.map(({ url }) => url)
  })
  rmSync(coverage, { recursive: true })
  expect(files).toContainEqual(expect.stringContaining('/dist/checks/'))
  return others.filter((name) => files.some((file) => file.includes(`/node_modules/${name}/`)))
}
