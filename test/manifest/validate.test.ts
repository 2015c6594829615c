/** `rolecall validate` as a person starts it. */
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { put, quickstart, rolecall } from '../cli/rolecall.ts'

const settings = `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: dir}
spec: {connector: directory, settings: {file: .rolecall/directory.db}, defaults: {account: {role: Member}}}
`

const ana = `apiVersion: rolecall/v1
kind: User
metadata: {name: ana}
spec:
  accounts: {dir: {}}
`

function workspace(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-validate-'))
  for (const [file, text] of Object.entries({ 'rolecall.yaml': settings, ...files })) put(root, file, text)
  return root
}

describe('rolecall validate', () => {
  it('D1: says that valid manifests are valid, and ends with 0', () => {
    const { code, stdout, stderr } = rolecall(workspace({ 'access/ana.yaml': ana }), ['validate'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'valid: 2 files\n', stderr: '' })
  })

  it('the quickstart is valid', () => {
    expect(rolecall(quickstart(), ['validate'])).toMatchObject({ code: 0, stderr: '' })
  })

  it('shows every fault of the run on stdout, and ends with 1', () => {
    const root = workspace({
      'access/ana.yaml': ana.replace('accounts', 'acounts'),
      'access/bo.yaml': 'a: *b\n',
      'access/chen.yaml': ana.replace('ana', 'chen').replace('dir:', 'vpn:'),
    })
    const { code, stdout, stderr } = rolecall(root, ['validate'])
    expect(code).toBe(1)
    expect(stderr).toBe('')
    expect(stdout.split('\n').filter((line) => line.startsWith('access/'))).toEqual([
      'access/ana.yaml:5:3  unknown-key',
      'access/bo.yaml:1:4  alias',
      'access/chen.yaml:5:14  unknown-system',
    ])
    expect(stdout).toMatch(/\n\ninvalid: 3 errors in 4 files\n$/)
  })

  it('warnings are shown and are no failure', () => {
    const { code, stdout } = rolecall(workspace({ 'access/ana.yaml': `${ana}  employment: contractor\n` }), [
      'validate',
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/ {2}warning [a-z-]+\n[^]*\nvalid: 2 files, with 1 warning\n$/)
  })

  it('-o json is one document, -o github marks lines', () => {
    const root = workspace({ 'access/ana.yaml': ana.replace('accounts', 'acounts') })
    const json = rolecall(root, ['validate', '-o', 'json'])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      diagnostics: [{ code: 'unknown-key', file: 'access/ana.yaml', line: 5 }],
    })
    const github = rolecall(root, ['validate', '-o', 'github'])
    expect(github.stdout).toMatch(
      /^::error file=access\/ana[.]yaml,line=5,col=3,endColumn=10,title=unknown-key::There is no key[^\n]*\ninvalid: 1 error in 2 files\n$/,
    )
  })

  it('a file that cannot be read does not make every reference to it a fault', () => {
    const root = workspace({
      'access/bo.yaml': ana.replace('ana', 'bo').replace('{dir: {}}', '{dir: {}}\n  groups: [eng]'),
    })
    symlinkSync('/etc/hostname', join(root, 'access/groups.yaml'))
    const { code, stdout } = rolecall(root, ['validate'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^access\/groups[.]yaml:1:1 {2}symlink\n/)
    expect(stdout).toMatch(/\ninvalid: 1 error in 3 files\n$/)
  })

  it('without a workspace says how to start one', () => {
    const { code, stdout, stderr } = rolecall(mkdtempSync(join(tmpdir(), 'rolecall-none-')), ['validate'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('rolecall init')
  })

  it('opens no socket, asks no name server, starts no program, loads no client, database or git', () => {
    const root = quickstart()
    const report = join(mkdtempSync(join(tmpdir(), 'rolecall-watch-')), 'report')
    writeFileSync(report, '')
    const watch = join(import.meta.dirname, 'watch.cjs')
    const { code } = rolecall(root, ['validate'], {
      NODE_OPTIONS: `--require ${watch}`,
      WATCH_REPORT: report,
    })
    expect(code).toBe(0)
    const seen = readFileSync(report, 'utf8').trim().split('\n')
    expect(seen.filter((line) => !line.startsWith('package '))).toEqual([])
    expect(seen).toContain('package yaml')
    expect(seen.join(' ')).not.toMatch(/libsql|simple-git|pino|undici/)
    expect(existsSync(join(root, '.rolecall'))).toBe(false)
  })
})
