import { Ajv2020 } from 'ajv/dist/2020.js'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { byHand } from './directory.ts'
import { applied, contents, drop, edit, put, rolecall } from './rolecall.ts'

/** Each test starts the program up to ten times. */
vi.setConfig({ testTimeout: 120_000 })

let root: string
beforeEach(() => {
  root = applied()
})

interface Logged {
  readonly runs: readonly { readonly run: string; readonly undoes?: string }[]
}
const runs = (): Logged['runs'] => (JSON.parse(rolecall(root, ['log', '-o', 'json']).stdout) as Logged).runs
const last = (): string => runs()[0]?.run ?? ''
const apply = (): string => {
  const { code, stderr } = rolecall(root, ['-q', 'apply', '--auto-approve'])
  if (code !== 0) throw new Error(stderr)
  return last()
}
const undo = (...args: readonly string[]) => rolecall(root, ['-q', 'undo', last(), '--auto-approve', ...args])
const live = (): unknown =>
  JSON.parse(rolecall(root, ['drift', '-o', 'json']).stdout.replace(/"now": ".*"/, '"now": ""'))
/** Names, dates and hashes are another one in every run. */
const plain = (text: string): string =>
  text
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{8}/g, 'RUN')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/by \S+ of/g, 'by WHO of')
    .replaceAll(/ {3,}/g, '   ')

const schemaIn = (file: string): object =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas', file), 'utf8')) as object
const conforms = new Ajv2020({ strict: false, schemas: [schemaIn('plan.schema.json')] }).compile(
  schemaIn('undo.schema.json'),
)
/** What a program is told of the undo that would be, in the shape of the schema. */
const told = (run: string): unknown => {
  const value: unknown = JSON.parse(rolecall(root, ['-q', 'undo', run, '--plan', '-o', 'json']).stdout)
  expect([conforms(value), conforms.errors]).toEqual([true, null])
  return value
}

describe('F30: undo', () => {
  it('takes a change back, says what the manifests still say, and finds nothing left the second time', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    const run = apply()
    const first = undo()
    expect(plain(first.stderr)).toBe(
      `Takes back run RUN by WHO of TIME

Access   nobody gains or loses anything

office  directory, stage full   1 to change
  owners   ana, bo

  ~ account  chen  access/people.yaml:40
   familyName  Wang → Wu

workshop  directory, stage full   1 to change
  owners   ana, chen

  ~ account  chen  access/people.yaml:40
   familyName  Wang → Wu

Plan: 2 to change.


The manifests still say what this run carried out, so the next plan would do it again.
Take it out of them first; rolecall undo RUN --plan --branch NAME writes them as they were.
`,
    )
    expect([first.code, first.stdout.split('\n').at(-3)]).toEqual([0, 'Applied: 2 done.'])
    const second = rolecall(root, ['-q', 'undo', run, '--auto-approve'])
    expect([second.code, second.stdout, plain(second.stderr)]).toEqual([
      0,
      '',
      'Takes back run RUN by WHO of TIME\n\nNothing is left to take back.\n\n',
    ])
    expect(runs()[0]).toMatchObject({ undoes: run })
  })

  it('is itself a run that can be undone', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    apply()
    expect(undo().code).toBe(0)
    expect(live()).toMatchObject({ differs: true })
    expect(undo().code).toBe(0)
    expect(live()).toMatchObject({ differs: false })
  })

  it('makes a removed group again with the membership that went along, and the policy that spoke of it', () => {
    const files = ['access/policies.yaml', 'access/groups.yaml', 'access/people.yaml']
    const before = files.map((file) => readFileSync(join(root, file), 'utf8'))
    drop(root, 'access/policies.yaml', 'payroll')
    drop(root, 'access/groups.yaml', 'payroll-readers')
    edit(root, 'access/people.yaml', '    secondary:\n      - payroll-readers\n', '')
    const run = apply()
    expect(rolecall(root, ['log', run]).stdout).toContain('remove group payroll-readers')
    expect(told(run)).toMatchObject({ run, left: [] })
    expect(undo().code).toBe(0)
    files.forEach((file, at) => {
      put(root, file, before[at] ?? '')
    })
    expect(rolecall(root, ['-q', 'plan', '--detailed-exitcode']).code).toBe(0)
  })

  it('does not overwrite what moved since: it is named, and the exit code is 5', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    const run = apply()
    byHand(root, 'office.db', "UPDATE accounts SET family_name = 'Zhao' WHERE user_name = 'chen'")
    expect(told(run)).toMatchObject({ left: [{ action: 'update', ref: { system: 'office', key: 'chen' } }] })
    const { code, stderr, stdout } = undo()
    expect([code, stdout.split('\n').at(-3)]).toEqual([5, 'Applied: 1 done.'])
    expect(plain(stderr)).toContain(
      `Not taken back: 1 thing
  changed office account:chen
   familyName is "Zhao" now, and the run left "Wang"
`,
    )
  })

  it('is refused by the guards as any plan: a new owner, once the only one, stays', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    const { code, stderr } = rolecall(root, ['-q', 'undo', last(), '--auto-approve'])
    expect(code).toBe(3)
    expect(stderr).toContain('refused  last-owner  office')
  })

  it('--plan and --out send nothing; what was saved is applied, and the audit log names the run', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    const run = apply()
    const before = kept(root)
    expect(told(run)).toMatchObject({ format: 'rolecall/undo/v1', run, left: [], plan: { undoes: run } })
    expect(rolecall(root, ['-q', 'undo', run, '--out', 'undo.json']).code).toBe(0)
    expect(kept(root)).toEqual(before)
    expect(rolecall(root, ['-q', 'apply', 'undo.json']).code).toBe(0)
    expect(runs()[0]).toMatchObject({ undoes: run })
    expect(rolecall(root, ['log', last()]).stdout).toContain(`takes back ${run}`)
  })

  it('needs somebody to answer, a run that is there, and a system of that run', () => {
    const { code, stderr } = rolecall(root, ['-q', 'undo', last()])
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no terminal to ask') as string])
    for (const asked of [[], ['--plan']])
      expect(rolecall(root, ['-q', 'undo', 'nope', ...asked]).stderr).toBe(
        'error: The ledger knows no run "nope".\n  rolecall log lists them, the latest first.\n',
      )
    expect(rolecall(root, ['undo', last(), '--plan', '--system', 'vpn']).stderr).toContain(
      'The run was not about the system "vpn".\n  It was about office, workshop.',
    )
  })
})

describe('undo --branch', () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GIT_AUTHOR_NAME: 'ana', GIT_COMMITTER_NAME: 'ana' },
    })
  const commit = (message: string): void => {
    git('add', '-A')
    git('commit', '-qm', message)
  }
  const branch = (run: string, ...more: readonly string[]) =>
    rolecall(root, ['-q', 'undo', run, '--plan', '--branch', 'undo-it', '--protected-ref', 'HEAD', ...more])
  const applyHead = (): string => {
    const { code, stderr } = rolecall(root, ['-q', 'apply', '--auto-approve', '--protected-ref', 'HEAD'])
    if (code !== 0) throw new Error(stderr)
    return last()
  }

  beforeEach(() => {
    git('init', '-q', '-b', 'main')
    git('config', 'user.name', 'ana')
    git('config', 'user.email', 'ana@acme.example')
    put(root, '.gitignore', '.rolecall/\n')
    commit('start')
  })

  it('puts back the documents the changes came from, beside a working tree and an index that stay as they are', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    drop(root, 'access/policies.yaml', 'payroll')
    commit('two changes')
    const run = applyHead()
    put(root, 'access/later.yaml', 'not: yours\n')
    const before = [
      git('status', '--porcelain'),
      git('rev-parse', 'HEAD'),
      readFileSync(join(root, 'access/people.yaml'), 'utf8'),
    ]
    put(root, 'access/later.yaml', '# nothing\n')
    const { code, stderr } = branch(run)
    expect(stderr).toMatch(/Wrote branch undo-it \([0-9a-f]{12}\), with documents as at [0-9a-f]{12}:\n/)
    expect(stderr).toContain('  put back: AccessPolicy/payroll\n  changed back: User/chen\n')
    expect(code).toBe(0)
    expect([
      git('status', '--porcelain'),
      git('rev-parse', 'HEAD'),
      readFileSync(join(root, 'access/people.yaml'), 'utf8'),
    ]).toEqual(before)
    expect(git('diff', '--stat', 'HEAD~1', 'undo-it', '--', 'access/people.yaml')).toBe('')
    git('stash', '-qu')
    git('checkout', '-q', 'undo-it')
    expect(rolecall(root, ['validate']).code).toBe(0)
    const again = branch(run)
    expect([again.code, again.stderr]).toEqual([
      1,
      'error: There is a branch "undo-it" already.\n  Give --branch the name of a new one.\n',
    ])
  })

  it('names a document that was changed since and leaves it out, with exit code 5', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    commit('a change')
    const run = applyHead()
    edit(root, 'access/people.yaml', 'familyName: Wang', 'familyName: Zhao')
    commit('another')
    const { code, stderr } = branch(run)
    expect(code).toBe(5)
    expect(stderr).toContain('No branch was written, since no document is to be put back.\n')
    expect(stderr).toContain('left out: User/chen was changed after the run; put it back by hand\n')
    expect(git('branch', '--list', 'undo-it')).toBe('')
  })

  it('runs nothing that the repository brings along', () => {
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    put(root, '.gitattributes', '*.yaml filter=evil\n')
    commit('a change')
    git('config', 'filter.evil.clean', 'touch ran; cat')
    git('config', 'core.fsmonitor', 'touch ran')
    git('config', 'core.hooksPath', 'hooks')
    put(root, 'hooks/reference-transaction', '#!/bin/sh\ntouch ran\n')
    execFileSync('chmod', ['+x', join(root, 'hooks/reference-transaction')])
    const run = applyHead()
    execFileSync('rm', ['-f', join(root, 'ran')])
    expect(branch(run).stderr).toContain('changed back: User/chen')
    expect(existsSync(join(root, 'ran'))).toBe(false)
  })

  it('refuses a name that is none, and a run of no commit', () => {
    const run = last()
    expect(rolecall(root, ['-q', 'undo', run, '--plan', '--branch', 'x']).stderr).toContain(
      'was not of a commit',
    )
    edit(root, 'access/people.yaml', 'familyName: Wu', 'familyName: Wang')
    commit('a change')
    applyHead()
    expect(
      rolecall(root, ['-q', 'undo', last(), '--plan', '--branch=-x', '--protected-ref', 'HEAD']).stderr,
    ).toContain('"-x" cannot be the name of a branch.')
  })
})

/** What is on disk, without the index in shared memory that a program with an open database writes for itself. */
function kept(root: string): ReturnType<typeof contents> {
  const all = Object.entries(contents(join(root, '.rolecall')))
  return Object.fromEntries(all.filter(([name]) => !name.endsWith('-shm')))
}
