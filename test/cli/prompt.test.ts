import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applied, cli, edit, quickstart, rolecall, type Outcome } from './rolecall.ts'

const python = spawnSync('python3', ['-c', 'import fcntl, pty, termios']).status === 0
if (!python) console.warn('skipped: the questions of apply, since python3 with its pty module is not here')

/** Runs `rolecall` on a terminal and answers: each pair is a text to wait for and the keys to press then. */
function atTerminal(
  root: string,
  args: readonly string[],
  talk: readonly (readonly [string, string])[],
  { columns = 100, env = {} }: { columns?: number; env?: Record<string, string | undefined> } = {},
): Outcome {
  const script = join(import.meta.dirname, 'terminal.py')
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [script, '25', String(columns), JSON.stringify(talk), process.execPath, cli, ...args],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1e7,
      env: {
        ...process.env,
        CI: undefined,
        GITHUB_ACTIONS: undefined,
        NO_COLOR: undefined,
        TERM: 'xterm',
        ...env,
      },
    },
  )
  return { code: status, stdout, stderr }
}

describe.skipIf(!python)(`apply at a terminal${python ? '' : ' (there is no python3 to be one)'}`, () => {
  it('shows the plan, asks, and carries out what is confirmed', () => {
    const root = quickstart()
    const { code, stdout } = atTerminal(root, ['apply'], [['Carry out 23 changes?', 'y']])
    expect([code, stdout]).toEqual([0, expect.stringContaining('Applied: 23 done.') as string])
    expect(stdout.indexOf('23 to create.')).toBeLessThan(stdout.indexOf('Carry out'))
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(0)
  })

  it.each([
    ['no', 'n'],
    ['just Return', '\r'],
  ])('%s sends nothing and is no fault', (_name, key) => {
    const root = quickstart()
    const { code, stdout } = atTerminal(root, ['apply'], [['Carry out 23 changes?', key]])
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing was sent.') as string])
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(2)
  })

  it('Ctrl-C at the question is 130, and sends nothing', () => {
    const root = quickstart()
    expect(atTerminal(root, ['apply'], [['Carry out 23 changes?', '\u0003']]).code).toBe(130)
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(2)
  })

  it('taking ownership wants the name typed: a yes is too little', () => {
    const root = applied()
    edit(root, 'rolecall.yaml', '      - bo\n    minimum: 2', '      - bo\n    minimum: 1')
    edit(
      root,
      'access/people.yaml',
      'accounts:\n    office:\n      role: Owner\n---',
      'accounts:\n    office:\n      role: Member\n---',
    )
    const question = 'This plan takes ownership from 1 account. Type "acme"'
    const yes = atTerminal(root, ['apply'], [[question, 'y\r']])
    expect([yes.code, yes.stdout]).toEqual([0, expect.stringContaining('Nothing was sent.') as string])
    const name = atTerminal(root, ['apply'], [[question, 'acme\r']])
    expect([name.code, name.stdout]).toEqual([0, expect.stringContaining('Applied: 1 done.') as string])
  })

  it('a terminal that does not know its width is written to line by line', () => {
    const { code, stdout } = atTerminal(quickstart(), ['plan'], [], { columns: 0 })
    expect(code).toBe(0)
    expect(stdout.length).toBeLessThan(20_000)
  })

  it('nobody is asked where CI says that nobody is there', () => {
    const { code, stdout } = atTerminal(quickstart(), ['apply'], [], { env: { CI: 'true' } })
    expect([code, stdout]).toEqual([1, expect.stringContaining('There is no terminal to ask') as string])
  })

  it('a saved plan is carried out without a question', () => {
    const root = quickstart()
    rolecall(root, ['plan', '--out', 'plan.json'])
    expect(atTerminal(root, ['apply', 'plan.json'], []).code).toBe(0)
  })
})
