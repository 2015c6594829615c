import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exit, worst } from '../../src/commands/exit.ts'
import type { Plan } from '../../src/model/plan.ts'
import { digestOf } from '../../src/plan/intent.ts'
import { serializePlan } from '../../src/plan/planfile.ts'
import { byHand } from './directory.ts'
import { applied, drop, edit, put, quickstart, rolecall, temporary } from './rolecall.ts'

const git = (root: string, ...args: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
    cwd: root,
    stdio: 'ignore',
  })

describe('exit 0: nothing to do, or done', () => {
  it('D2: a reconciler diffs desired against actual, emits a plan, applies it, and then finds nothing', () => {
    const root = quickstart()
    const planned = rolecall(root, ['plan'])
    expect([planned.code, planned.stdout.includes('+ account  ana')]).toEqual([0, true])
    expect(planned.stdout).toMatch(/Plan: \d+ to create\./)
    const done = rolecall(root, ['apply', '--auto-approve'])
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/Applied: \d+ done\./)])
    expect(rolecall(root, ['plan', '--detailed-exitcode'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to do') as string,
    })
    expect(rolecall(root, ['drift'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No drift') as string,
    })
    expect(rolecall(root, ['apply', '--auto-approve'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing') as string,
    })
  })

  it('C8: a member who becomes an administrator is one update, never a delete and a create', () => {
    const root = applied()
    edit(
      root,
      'access/people.yaml',
      'primary: engineering\n    secondary:\n      - oncall\n  accounts:\n    workshop:\n      role: Owner\n---\n# A contractor',
      'primary: engineering\n    secondary:\n      - oncall\n  accounts:\n    office:\n      role: Administrator\n    workshop:\n      role: Owner\n---\n# A contractor',
    )
    const { code, stdout } = rolecall(root, ['plan'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/~ account {2}chen .*\n +role {2}Member → Administrator\n/)
    expect(stdout).toContain('Plan: 1 to change.')
  })
})

describe('exit 1: a fault, wrong usage, or invalid manifests', () => {
  it('a misspelled command is answered with the one that was meant', () => {
    const { code, stdout, stderr } = rolecall(temporary(), ['pln'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Did you mean plan?')
  })

  it('a misspelled option likewise', () => {
    expect(rolecall(quickstart(), ['plan', '--detailed-exitcod'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Did you mean --detailed-exitcode?') as string,
    })
  })

  it('no workspace: says where it looked and how to start', () => {
    const { code, stderr } = rolecall(temporary(), ['plan'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: There is no rolecall\.yaml in .*\n {2}.*rolecall init\.\n$/)
  })

  it('invalid manifests: every diagnostic on stderr, nothing on stdout', () => {
    const root = quickstart()
    edit(root, 'access/people.yaml', 'role: Owner', 'role: Ownr')
    edit(root, 'access/groups.yaml', 'parent: engineering', 'parent: enginering')
    const { code, stdout, stderr } = rolecall(root, ['plan'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('access/people.yaml:19:')
    expect(stderr).toContain('access/groups.yaml:')
    expect(stderr).toContain('The manifests have 2 errors')
  })

  it('an unknown system is answered with the known ones', () => {
    expect(rolecall(quickstart(), ['plan', '--system', 'offce'])).toMatchObject({
      code: 1,
      stderr: 'error: There is no system "offce".\n  The systems are office, workshop.\n',
    })
  })

  it('certificates that are not checked: rolecall does not start', () => {
    const { code, stderr } = rolecall(quickstart(), ['plan'], { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      'error: NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of certificates, and rolecall does not start without it.',
    ])
  })

  it('-C names a folder that is not there', () => {
    expect(rolecall(temporary(), ['-C', 'nowhere', 'plan'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no directory "nowhere".') as string,
    })
  })

  it('apply without a terminal needs a word of approval, and sends nothing', () => {
    const root = quickstart()
    const { code, stderr } = rolecall(root, ['apply'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('--auto-approve') as string])
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(2)
  })
})

describe('options that do not go together, or mean nothing', () => {
  it.each([
    [['apply', 'plan.json', '--system', 'office'], '--system does not go with a saved plan'],
    [['apply', 'plan.json', '--expect', 'x'], '--expect does not go with a saved plan'],
    [['apply', '--auto-approve', '--for', 'soon'], '"soon" is not a length of time'],
    [['apply', '--auto-approve', '--for', '0m'], '"0m" is not a length of time'],
    [['apply', '--auto-approve', '--secrets-to', 'nowhere'], '"nowhere" is no place for secrets'],
    [['plan', '-o', 'yaml'], "argument 'yaml' is invalid"],
    [['plan', 'extra'], 'too many arguments'],
  ])('%j: %s', (args, message) => {
    expect(rolecall(quickstart(), args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message) as string,
    })
  })
})

describe('exit 2: differences', () => {
  it('plan says so only when it is asked to', () => {
    const root = quickstart()
    expect([rolecall(root, ['plan']).code, rolecall(root, ['plan', '--detailed-exitcode']).code]).toEqual([
      0, 2,
    ])
  })

  it('drift names what was changed by hand', () => {
    const root = applied()
    byHand(root, 'office.db', "UPDATE accounts SET role = 'Administrator' WHERE user_name = 'dana'")
    const { code, stdout } = rolecall(root, ['drift'])
    expect(code).toBe(2)
    expect(stdout).toContain("changed behind the repository's back")
    expect(stdout).toMatch(
      /office {2}account {2}dana {2}differs .*\n +role {2}is Administrator, declared Member/,
    )
  })

  it('what a stage holds back is no difference of plan, and one of drift', () => {
    const root = quickstart()
    edit(root, 'rolecall.yaml', /stage: full/g, 'stage: report')
    expect([rolecall(root, ['plan', '--detailed-exitcode']).code, rolecall(root, ['drift']).code]).toEqual([
      0, 2,
    ])
  })
})

describe('exit 3: refused', () => {
  it('D3: a plan that would remove the last owner is refused, and says what to do', () => {
    const root = applied()
    byHand(root, 'office.db', "UPDATE accounts SET role = 'Member' WHERE user_name = 'ana'")
    edit(
      root,
      'rolecall.yaml',
      '      - ana\n      - bo\n    minimum: 2',
      '      - ana\n      - bo\n    minimum: 1',
    )
    edit(
      root,
      'access/people.yaml',
      'accounts:\n    office:\n      role: Owner\n    workshop',
      'accounts:\n    workshop',
    )
    edit(
      root,
      'access/people.yaml',
      'accounts:\n    office:\n      role: Owner\n---',
      'accounts:\n    office:\n      role: Member\n---',
    )
    const { code, stdout } = rolecall(root, ['plan'])
    expect(code).toBe(3)
    expect(stdout).toMatch(/^refused {2}last-owner {2}office/m)
    expect(stdout).not.toContain('kind: Acceptance')
    const tried = rolecall(root, ['apply', '--auto-approve'])
    expect([tried.code, tried.stdout]).toEqual([3, ''])
    expect(rolecall(root, ['plan', '--out', 'plan.json']).code).toBe(3)
    expect(rolecall(root, ['apply', 'plan.json']).code).toBe(3)
  })

  it('prints the Acceptance that would do, and the same command for what could run', () => {
    const root = applied()
    for (const name of ['dana', 'build-bot', 'bo']) drop(root, 'access/people.yaml', name)
    edit(root, 'access/policies.yaml', '    - user: build-bot\n', '')
    edit(root, 'rolecall.yaml', '      - bo\n', '')
    const refused = rolecall(root, ['plan'])
    expect(refused.code).toBe(3)
    expect(refused.stdout).toContain('What could run: rolecall plan --system workshop\n')
    expect(rolecall(root, ['plan', '--system', 'workshop']).code).toBe(0)
    const printed = refused.stdout.match(/^ {4}apiVersion[^]*?until: \S+$/gm) ?? []
    expect(printed).toHaveLength(2)
    put(
      root,
      'access/acceptances.yaml',
      printed.map((text) => text.replace(/^ {4}/gm, '')).join('\n---\n') + '\n',
    )
    const accepted = rolecall(root, ['plan'])
    expect([accepted.code, accepted.stdout]).toEqual([
      0,
      expect.stringContaining('Accepted by removal-limit-office-') as string,
    ])
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(0)
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(0)
  })

  it.each([
    ['ROLECALL_FREEZE', { ROLECALL_FREEZE: 'audit week' }],
    ['Settings.freeze', {}],
  ])('a freeze by %s stops apply, and not plan', (where, env) => {
    const root = quickstart()
    if (where === 'Settings.freeze')
      edit(root, 'rolecall.yaml', 'spec:\n  ledger:', 'spec:\n  freeze: audit week\n  ledger:')
    const { code, stderr } = rolecall(root, ['apply', '--auto-approve'], env)
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining(`Applies are frozen by ${where}: audit week`) as string,
    ])
    expect(stderr).toContain('+ account  ana')
    expect(rolecall(root, ['plan', '--out', 'plan.json'], env).code).toBe(0)
    const saved = rolecall(root, ['apply', 'plan.json'], env)
    expect([saved.code, saved.stdout]).toEqual([3, ''])
    expect(saved.stderr).toContain('+ account  ana')
    expect(saved.stderr).toContain(`Applies are frozen by ${where}: audit week`)
    expect(existsSync(join(root, '.rolecall'))).toBe(false)
  })
})

describe('exit 4: what must be known could not be established', () => {
  it('a system that cannot be read is a fault of that system; the others are still shown', () => {
    const root = quickstart()
    put(
      root,
      '.rolecall/workshop.db',
      'this is no database, whatever its name says; it is long enough to be read',
    )
    const { code, stdout, stderr } = rolecall(root, ['plan', '--out', 'plan.json'])
    expect(code).toBe(4)
    expect(stdout).toContain('not read  workshop')
    expect(stdout).toContain('office  directory')
    expect(stdout).toContain('What could run: rolecall plan --system office')
    expect(stderr).toContain('Not saved')
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(4)
    expect(rolecall(root, ['plan', '--system', 'office']).code).toBe(0)
    for (const command of ['plan', 'drift']) {
      const json = rolecall(root, [command, '-o', 'json'])
      expect([json.code, json.stderr]).toEqual([4, expect.stringContaining('not read: workshop: ') as string])
      expect(json.stdout).not.toContain('"workshop"')
    }
  })

  it('a ledger that cannot be opened', () => {
    const root = quickstart()
    mkdirSync(join(root, '.rolecall/ledger.db'), { recursive: true })
    expect(rolecall(root, ['plan']).code).toBe(4)
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(4)
  })

  it('a shallow clone, with the line to add', () => {
    const root = quickstart()
    git(root, 'init', '-q', '-b', 'main')
    git(root, 'add', '.')
    git(root, 'commit', '-qm', 'first')
    git(root, 'commit', '-qm', 'second', '--allow-empty')
    const clone = temporary()
    git(clone, 'clone', '-q', '--depth', '1', `file://${root}`, '.')
    const { code, stderr } = rolecall(clone, ['plan', '--protected-ref', 'origin/main'])
    expect([code, stderr]).toEqual([4, expect.stringContaining('git fetch --unshallow') as string])
    expect(rolecall(clone, ['plan']).code).toBe(0)
  })
})

describe('exit 5: partly applied', () => {
  it('a system that takes back its word: what failed is named, and a second run finishes', () => {
    const root = quickstart()
    expect(rolecall(root, ['apply', '--auto-approve', '--system', 'office']).code).toBe(0)
    byHand(
      root,
      'office.db',
      "CREATE TRIGGER stop BEFORE INSERT ON groups BEGIN SELECT RAISE(ABORT, 'no more groups'); END",
    )
    put(
      root,
      'access/more.yaml',
      'apiVersion: rolecall/v1\nkind: Group\nmetadata:\n  name: more\nspec:\n  systems:\n    office: {}\n    workshop: {}\n',
    )
    const { code, stdout } = rolecall(root, ['apply', '--auto-approve'])
    expect(code).toBe(5)
    expect(stdout).toMatch(/failed +create group more: /)
    byHand(root, 'office.db', 'DROP TRIGGER stop')
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(0)
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(0)
  })
})

describe('exit 6: another plan than the reviewed one', () => {
  const saved = (root: string): string => {
    expect(rolecall(root, ['plan', '--out', 'plan.json']).code).toBe(0)
    return join(root, 'plan.json')
  }

  it('a saved plan runs once, and a second time it is used', () => {
    const root = quickstart()
    saved(root)
    expect(rolecall(root, ['apply', 'plan.json']).code).toBe(0)
    const again = rolecall(root, ['apply', 'plan.json'])
    expect([again.code, again.stdout]).toEqual([6, ''])
    expect(again.stderr).toContain('a plan runs once')
  })

  it('any one byte changed: nothing is sent', () => {
    const root = quickstart()
    const text = readFileSync(saved(root), 'utf8')
    for (const at of [0, Math.floor(text.length / 3), Math.floor(text.length / 2), text.length - 1]) {
      const byte = text[at] === '0' ? '1' : '0'
      writeFileSync(join(root, 'altered.json'), text.slice(0, at) + byte + text.slice(at + 1))
      expect([at, rolecall(root, ['apply', 'altered.json']).code]).toEqual([at, 6])
    }
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(2)
  })

  it('expired: it says when', () => {
    const root = quickstart()
    const { digest: _digest, ...plan } = JSON.parse(readFileSync(saved(root), 'utf8')) as Plan
    const old = { ...plan, createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-01-01T01:00:00.000Z' }
    writeFileSync(join(root, 'plan.json'), serializePlan({ ...old, digest: digestOf(old) }))
    const { code, stderr } = rolecall(root, ['apply', 'plan.json'])
    expect([code, stderr]).toEqual([
      6,
      expect.stringContaining('This plan expired at 2026-01-01T01:00:00.000Z') as string,
    ])
  })

  it('stale: it names the object that moved', () => {
    const root = applied()
    edit(root, 'access/people.yaml', 'familyName: Okoye', 'familyName: Okafor')
    saved(root)
    byHand(root, 'office.db', "UPDATE accounts SET family_name = 'Other' WHERE user_name = 'dana'")
    const { code, stderr } = rolecall(root, ['apply', 'plan.json'])
    expect([code, stderr]).toEqual([6, expect.stringContaining('office account:dana') as string])
  })

  it('--expect: runs only what was reviewed', () => {
    const root = quickstart()
    const { intent } = JSON.parse(readFileSync(saved(root), 'utf8')) as Plan
    const other = rolecall(root, ['apply', '--expect', 'f'.repeat(64)])
    expect([other.code, other.stderr]).toEqual([6, expect.stringContaining(intent) as string])
    expect(rolecall(root, ['apply', '--expect', intent]).code).toBe(0)
  })

  it('a plan of another workspace', () => {
    const root = quickstart()
    saved(root)
    edit(root, 'rolecall.yaml', /name: workshop/, 'name: garage')
    for (const file of ['groups', 'people', 'policies'])
      edit(root, `access/${file}.yaml`, /workshop/g, 'garage')
    expect(rolecall(root, ['apply', 'plan.json'])).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('the system "workshop"') as string,
    })
  })
})

describe('several at once', () => {
  it('the gravest is told, by the published order', () => {
    const { fault, interrupted, partial, stale, unknown, refused, differences } = exit
    const order = [fault, interrupted, partial, stale, unknown, refused, differences, exit.done]
    for (const [at, code] of order.entries()) expect(worst(order.slice(at).reverse())).toBe(code)
    expect(worst([])).toBe(0)
  })
})
