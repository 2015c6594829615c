import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Border } from '../../src/commands/border.ts'
import { fmt, type FmtOptions } from '../../src/commands/fmt.ts'

const tidy = `apiVersion: rolecall/v1
kind: Group
metadata: {name: tidy}
spec:
  members:
    - ana
    - bo
`
const untidy = tidy.replace('    - ana\n    - bo\n', '    - bo\n    - ana\n')
const settings = 'apiVersion: rolecall/v1\nkind: Settings\nmetadata: {name: acme}\nspec: {}\n'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rolecall-fmt-'))
  mkdirSync(join(root, 'access', 'teams'), { recursive: true })
  writeFileSync(join(root, 'rolecall.yaml'), settings)
  writeFileSync(join(root, 'access', 'tidy.yaml'), tidy)
  writeFileSync(join(root, 'access', 'teams', 'untidy.yml'), untidy)
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

it('--check names what would change, changes nothing and ends with 1', async () => {
  const before = statSync(join(root, 'access/teams/untidy.yml')).mtimeMs
  expect(await run({ check: true })).toEqual({ code: 1, out: 'access/teams/untidy.yml\n', err: '' })
  expect(read('access/teams/untidy.yml')).toBe(untidy)
  expect(statSync(join(root, 'access/teams/untidy.yml')).mtimeMs).toBe(before)
})

it('writes what changes and only that, and a second run has nothing to do', async () => {
  chmodSync(join(root, 'access/teams/untidy.yml'), 0o640)
  const before = statSync(join(root, 'access/tidy.yaml')).ino
  expect(await run({})).toEqual({ code: 0, out: 'access/teams/untidy.yml\n', err: '' })
  expect(read('access/teams/untidy.yml')).toBe(tidy)
  expect(statSync(join(root, 'access/teams/untidy.yml')).mode & 0o777).toBe(0o640)
  expect(statSync(join(root, 'access/tidy.yaml')).ino).toBe(before)
  expect(readdirSync(join(root, 'access/teams'))).toEqual(['untidy.yml'])
  expect(await run({})).toEqual({ code: 0, out: '', err: '' })
  expect(await run({ check: true })).toEqual({ code: 0, out: '', err: '' })
})

it('leaves a file that is no YAML alone, says why, formats the others and ends with 1', async () => {
  const broken = untidy.replace('metadata:', 'metadata: {name: [}\nmore:')
  writeFileSync(join(root, 'access', 'broken.yaml'), broken)
  const { code, out, err } = await run({})
  expect(code).toBe(1)
  expect(out).toBe('access/teams/untidy.yml\n')
  expect(err).toMatch(/^access\/broken\.yaml:3:/)
  expect(read('access/broken.yaml')).toBe(broken)
})

it('formats a file whose content is wrong: that is for validate to say', async () => {
  writeFileSync(join(root, 'access', 'wrong.yaml'), untidy.replace('spec:\n', 'spec:\n  colour: red\n'))
  expect(await run({ paths: ['access/wrong.yaml'] })).toEqual({
    code: 0,
    out: 'access/wrong.yaml\n',
    err: '',
  })
})

it('takes files and folders, and refuses a path that names no manifest', async () => {
  expect(await run({ check: true, paths: ['access/tidy.yaml'] })).toMatchObject({ code: 0, out: '' })
  expect(await run({ check: true, paths: ['access/teams'] })).toMatchObject({ code: 1 })
  await expect(run({ paths: ['acces'] })).rejects.toThrow('"acces" is no manifest of this repository.')
})

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

async function run(options: FmtOptions): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const border: Border = {
    env: {},
    now: () => new Date(0),
    sleep: () => Promise.resolve(),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    sees: { out: false, err: false },
    answers: false,
    colour: { out: false, err: false },
    width: 100,
  }
  const code = await fmt(options, root, border)
  return { code, out, err }
}
