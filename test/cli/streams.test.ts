import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { wantsColour } from '../../src/commands/border.ts'
import { openLog } from '../../src/commands/logger.ts'
import { byHand } from './directory.ts'
import { applied, cli, contents, edit, put, quickstart, rolecall, temporary } from './rolecall.ts'

const escapes = /\u001b/

describe('stdout is the result, stderr everything else', () => {
  it('plan -o json is one document, and the very plan file that apply takes', () => {
    const root = quickstart()
    const { code, stdout, stderr } = rolecall(root, ['plan', '-o', 'json'])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ format: 'rolecall/plan/v1', tool: 'rolecall 0.1.0' })
    writeFileSync(join(root, 'plan.json'), stdout)
    expect(rolecall(root, ['apply', 'plan.json']).code).toBe(0)
  })

  it('drift -o json is one document, for a nightly job', () => {
    const root = applied()
    byHand(root, 'office.db', "UPDATE accounts SET family_name = 'Other' WHERE user_name = 'dana'")
    const { code, stdout } = rolecall(root, ['drift', '-o', 'json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'rolecall/drift/v1',
      differs: true,
      counts: { changed: 1 },
    })
  })

  it('apply -o json is one document; the plan stands on stderr', () => {
    const { code, stdout, stderr } = rolecall(quickstart(), ['apply', '--auto-approve', '-o', 'json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ending: { how: 'finished' } })
    expect(stderr).toContain('+ account  ana')
  })

  it('-q leaves stderr empty where nothing is wrong', () => {
    expect(rolecall(quickstart(), ['-q', 'plan']).stderr).toBe('')
  })

  it('a reader that goes away is no fault', () => {
    const root = quickstart()
    const { stderr, status } = spawnSync('sh', ['-c', `"${process.execPath}" "${cli}" plan | head -n 1`], {
      cwd: root,
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
  })
})

describe('plan and drift send nothing', () => {
  it.each([
    ['plan'],
    ['plan', '-o', 'json'],
    ['plan', '-o', 'markdown'],
    ['drift'],
    ['validate'],
    ['doctor', '--system', 'office'],
  ])('%s %s leaves every file as it was', (...args) => {
    for (const root of [quickstart(), applied()]) {
      const before = contents(root)
      rolecall(root, args)
      // SQLite keeps an index of its journal beside a database that is being read; it holds no content.
      const after = Object.entries(contents(root)).filter(([file]) => !/-(shm|wal)$/.test(file))
      expect(after).toEqual(Object.entries(before).filter(([file]) => !/-(shm|wal)$/.test(file)))
    }
  })
})

describe('files', () => {
  it('a plan file is for nobody else: mode 600, and whole', () => {
    const root = quickstart()
    const { stderr } = rolecall(root, ['plan', '--out', 'plan.json'])
    expect(statSync(join(root, 'plan.json')).mode & 0o777).toBe(0o600)
    expect(stderr).toMatch(/^Wrote plan\.json; it can be applied until \d{4}-/)
  })

  it('--out with -o writes what -o names, and stdout stays empty', () => {
    const root = quickstart()
    const { stdout } = rolecall(root, ['plan', '-o', 'markdown', '--out', 'plan.md'])
    expect(stdout).toBe('')
    expect(readFileSync(join(root, 'plan.md'), 'utf8')).toMatch(
      /^<!-- rolecall-plan -->\n### rolecall plan\n/,
    )
  })

  it('a folder that is not there is said in one sentence', () => {
    const { code, stderr } = rolecall(quickstart(), ['plan', '--out', 'nowhere/plan.json'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('does not exist') as string])
    expect(stderr).not.toContain('bug')
  })
})

describe('colour', () => {
  it('is not written to a pipe, and is when it is forced; NO_COLOR and the flag come first', () => {
    const root = quickstart()
    expect(rolecall(root, ['plan']).stdout).not.toMatch(escapes)
    expect(rolecall(root, ['plan'], { FORCE_COLOR: '1' }).stdout).toMatch(escapes)
    expect(rolecall(root, ['plan'], { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).not.toMatch(escapes)
    expect(rolecall(root, ['plan', '--no-color'], { FORCE_COLOR: '1' }).stdout).not.toMatch(escapes)
  })

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ CLICOLOR_FORCE: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, false, false],
  ])('in %j on a terminal (%s): %s', (env, terminal, colour) => {
    expect(wantsColour(env, terminal)).toBe(colour)
  })

  it('the text is the same without it', () => {
    const root = quickstart()
    const coloured = rolecall(root, ['plan'], { FORCE_COLOR: '1' }).stdout
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(rolecall(root, ['plan']).stdout)
  })
})

describe('D7: logs go through pino', () => {
  it('nothing is logged unless it is asked for', () => {
    expect(rolecall(quickstart(), ['plan', '--log-format', 'json']).stderr).toBe('')
  })

  it('-v logs to stderr, as lines or as JSON', () => {
    const root = quickstart()
    const json = rolecall(root, ['-v', '--log-format', 'json', 'plan'])
    const lines = json.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(lines).toContainEqual(expect.objectContaining({ level: 30, system: 'office', msg: 'read' }))
    expect(rolecall(root, ['-v', 'plan']).stderr).toMatch(/^\S+Z info {2}read system=office calls=\d+$/m)
  })

  it('what looks like a credential is not logged, nor a character that moves the cursor', () => {
    const written: string[] = []
    const options = { level: 'debug', write: (text: string) => void written.push(text) } as const
    for (const format of ['text', 'json'] as const) {
      openLog({ ...options, format }).warn({ request: { password: 'hunter2' }, name: '\u001b[2J' }, 'refused')
    }
    expect(written.join('')).not.toMatch(/hunter2/)
    expect(written[0]).not.toMatch(escapes)
  })
})

describe('names from live systems', () => {
  it('move no cursor and close no fence, in any output', () => {
    const root = applied()
    const name = "'\u001b[2J```\u202e</details>@ana'"
    byHand(root, 'office.db', `INSERT INTO groups (name) VALUES (${name})`)
    for (const args of [['plan'], ['drift'], ['plan', '-o', 'markdown'], ['drift', '-o', 'markdown']]) {
      const { stdout } = rolecall(root, args)
      expect(stdout).toContain('u{1b}')
      expect(stdout).not.toMatch(escapes)
      expect(stdout).not.toContain('\u202e')
    }
  })
})

describe('help', () => {
  it('starts with examples, for the program and for each command', () => {
    const root = temporary()
    expect(rolecall(root, ['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Examples:\n/) as string,
    })
    for (const name of [
      'init',
      'validate',
      'fmt',
      'plan',
      'apply',
      'drift',
      'schema',
      'doctor',
      'completion',
    ]) {
      const { code, stdout } = rolecall(root, [name, '--help'])
      expect([name, code, stdout.slice(0, 9)]).toEqual([name, 0, 'Examples:'])
    }
  })

  it('--version is the package version, alone', () => {
    expect(rolecall(temporary(), ['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
  })
})

describe('credentials', () => {
  it('one that leads nowhere is named with what to set, and no value is printed', () => {
    const root = quickstart()
    edit(
      root,
      'rolecall.yaml',
      'connector: directory\n  settings:\n    file: .rolecall/office.db',
      'connector: directory\n  credentials:\n    token:\n      env: OFFICE_TOKEN\n  settings:\n    file: .rolecall/office.db',
    )
    const missing = rolecall(root, ['plan'])
    expect(missing.code).toBe(4)
    expect(missing.stdout).toContain('The environment variable OFFICE_TOKEN is not set.')
    const env = { OFFICE_TOKEN: 'correct-horse-battery' }
    for (const args of [
      ['-v', 'plan'],
      ['doctor', '--system', 'office'],
      ['-v', 'plan', '-o', 'json'],
    ]) {
      const { code, stdout, stderr } = rolecall(root, args, env)
      expect([args, code]).toEqual([args, 0])
      expect(stdout + stderr).not.toContain(env.OFFICE_TOKEN)
    }
    expect(rolecall(root, ['doctor'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Set OFFICE_TOKEN.') as string,
    })
  })
})

describe('doctor', () => {
  it('says what is configured, and that nothing is wrong', () => {
    const { code, stdout } = rolecall(applied(), ['doctor', '--system', 'office'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok +rolecall +0\.1\.0, node /)
    expect(stdout).toContain('5 groups, 5 accounts, 1 policy, 1 mapping')
    expect(stdout).toContain('Nothing is wrong.')
  })

  it('ends with 1 where something is, and still says the rest', () => {
    const root = quickstart()
    mkdirSync(join(root, '.rolecall/ledger.db'), { recursive: true })
    put(root, '.rolecall/office.db', 'no database')
    const { code, stdout } = rolecall(root, ['doctor', '--system', 'office'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/wrong {2}ledger/)
    expect(stdout).toMatch(/read office .*\nwrong .*office\.db" is not an SQLite file/)
    expect(stdout).toContain('2 things are wrong.')
  })
})
