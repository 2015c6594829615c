import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { branch, git } from './branch.ts'
import { drop, edit, put, quickstart, rolecall } from './rolecall.ts'

describe('D4: a pull request is planned with the systems and guards of the protected ref', () => {
  it('a stage that the request raises does not count before it is merged', () => {
    const root = branch()
    edit(root, 'rolecall.yaml', /stage: full/g, 'stage: report')
    git(root, 'commit', '-qam', 'hold everything back')
    git(root, 'checkout', '-q', '-b', 'raise')
    git(root, 'branch', '-f', 'main', 'change')
    edit(root, 'rolecall.yaml', /stage: report/g, 'stage: full')
    git(root, 'commit', '-qam', 'raise')
    const { code, stdout } = rolecall(root, ['plan'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('stage report') as string])
    expect(rolecall(root, ['plan', '--protected-ref', 'HEAD']).stdout).toContain('stage full')
  })

  it('a file that the request points a system at is not opened', () => {
    const root = branch()
    put(root, '.rolecall/other.db', 'no database: opening it would be a fault')
    edit(root, 'rolecall.yaml', 'file: .rolecall/office.db', 'file: .rolecall/other.db')
    git(root, 'commit', '-qam', 'elsewhere')
    expect(rolecall(root, ['plan']).code).toBe(0)
    expect(rolecall(root, ['plan', '--protected-ref', 'HEAD']).code).toBe(4)
  })

  it('a system that the protected ref lacks is read after merge', () => {
    const root = branch()
    put(
      root,
      'access/garage.yaml',
      'apiVersion: rolecall/v1\nkind: System\nmetadata:\n  name: garage\nspec:\n  connector: directory\n  settings:\n    file: .rolecall/garage.db\n',
    )
    git(root, 'add', '.')
    git(root, 'commit', '-qm', 'garage')
    const { code, stdout } = rolecall(root, ['plan'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('garage  is read after merge') as string])
    expect(rolecall(root, ['plan', '--protected-ref', 'HEAD']).stdout).not.toContain('after merge')
  })

  it('people and groups are those of the request, and the plan names its commit', () => {
    const root = branch()
    drop(root, 'access/people.yaml', 'dana')
    git(root, 'commit', '-qam', 'without dana')
    const { stdout } = rolecall(root, ['plan', '-o', 'json'])
    expect(stdout).not.toContain('"dana"')
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
    expect(JSON.parse(stdout)).toMatchObject({ commit: head })
  })

  it('drift compares with the protected ref, whatever the working tree says', () => {
    const root = branch()
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(0)
    drop(root, 'access/people.yaml', 'dana')
    expect(rolecall(root, ['drift']).code).toBe(0)
    expect(rolecall(root, ['plan', '--detailed-exitcode']).code).toBe(2)
  })

  it('apply wants what is committed, or a word that it need not be', () => {
    const root = branch()
    edit(root, 'access/people.yaml', 'familyName: Okoye', 'familyName: Okafor')
    const { code, stderr } = rolecall(root, ['apply', '--auto-approve'])
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('Not committed: access/people.yaml.') as string,
    ])
    expect(rolecall(root, ['apply', '--auto-approve', '--allow-dirty']).code).toBe(0)
  })

  it.each(['--output=/tmp/x', 'nowhere'])('a ref that is none is refused: %s', (ref) => {
    expect(rolecall(branch(), ['plan', `--protected-ref=${ref}`]).code).toBe(4)
  })
})

describe('without a protected ref', () => {
  it('nothing is read from git: a broken repository is no hindrance', () => {
    const root = quickstart()
    put(root, '.git/HEAD', 'broken')
    expect(rolecall(root, ['plan'], { PATH: '/nonexistent' }).code).toBe(0)
  })
})

describe('an anchor leaves in two merged changes', () => {
  const anchored = (): string => {
    const root = branch()
    edit(root, 'rolecall.yaml', 'minimum: 2', 'minimum: 1\n    anchors:\n      - ana')
    git(root, 'commit', '-qam', 'an anchor')
    git(root, 'branch', '-f', 'main', 'change')
    if (rolecall(root, ['-q', 'apply', '--auto-approve']).code !== 0) throw new Error('not applied')
    return root
  }
  const merge = (root: string, message: string): void => {
    git(root, 'commit', '-qam', message)
    git(root, 'branch', '-f', 'main', 'change')
  }
  const takeOut = (root: string): void => {
    edit(root, 'rolecall.yaml', '\n    anchors:\n      - ana', '')
  }
  const lower = (root: string): void => {
    edit(root, 'access/people.yaml', /(name: ana\n[^]*?office:\n {6}role: )Owner/, '$1Member')
  }

  it('one change that takes it out and lowers it is refused, before the merge and after it', () => {
    const root = anchored()
    takeOut(root)
    lower(root)
    git(root, 'commit', '-qam', 'both at once')
    expect(rolecall(root, ['plan'])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('anchor-touched') as string,
    })
    git(root, 'branch', '-f', 'main', 'change')
    const { code, stderr } = rolecall(root, ['apply', '--auto-approve'])
    expect(code).toBe(3)
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'ana was until just now an anchor of "office", and this plan lowers it: its power falls from owner to member',
    )
  })

  it('nor does the next merge let it through, as long as nothing was applied between', () => {
    const root = anchored()
    takeOut(root)
    lower(root)
    merge(root, 'both at once')
    expect(rolecall(root, ['-q', 'apply', '--auto-approve']).code).toBe(3)
    git(root, 'commit', '-q', '--allow-empty', '-m', 'something else')
    git(root, 'branch', '-f', 'main', 'change')
    const { code, stderr } = rolecall(root, ['-q', 'apply', '--auto-approve'])
    expect(code).toBe(3)
    expect(stderr).toContain('anchor-touched')
  })

  it('two changes, one after the other, are not', () => {
    const root = anchored()
    takeOut(root)
    merge(root, 'no anchor any more')
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(0)
    lower(root)
    merge(root, 'and no owner')
    expect(rolecall(root, ['apply', '--auto-approve']).code).toBe(0)
  })
})
