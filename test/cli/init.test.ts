import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { cli, put, rolecall, temporary } from './rolecall.ts'

describe('init', () => {
  it('writes a repository that validates, plans, applies and then finds no drift', () => {
    const root = temporary()
    const { code, stdout } = rolecall(root, ['init', 'team'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('wrote   team/rolecall.yaml') as string])
    const here = join(root, 'team')
    expect(rolecall(here, ['validate']).code).toBe(0)
    expect(rolecall(here, ['fmt', '--check']).code).toBe(0)
    expect(rolecall(here, ['plan', '--detailed-exitcode']).code).toBe(2)
    expect(rolecall(here, ['apply', '--auto-approve']).code).toBe(0)
    expect(rolecall(here, ['drift'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No drift') as string,
    })
  })

  it('refuses where there already is one, and writes nothing', () => {
    const root = temporary()
    put(root, 'rolecall.yaml', 'mine')
    const { code, stderr } = rolecall(root, ['init'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('There already is a rolecall.yaml') as string])
    expect(readFileSync(join(root, 'rolecall.yaml'), 'utf8')).toBe('mine')
  })

  it('skips every other file that exists, and says so', () => {
    const root = temporary()
    put(root, 'README.md', 'mine')
    put(root, '.gitignore', 'mine')
    const { code, stdout } = rolecall(root, ['init'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^exists {2}README\.md$/m)
    expect(stdout).toContain('Add to your .gitignore: .rolecall/')
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toBe('mine')
  })

  it('writes a workflow that gives no secret to a fork and pins every action to a commit', () => {
    const root = temporary()
    rolecall(root, ['init'])
    const text = readFileSync(join(root, '.github/workflows/rolecall.yml'), 'utf8')
    const { jobs, permissions } = parse(text) as {
      jobs: Record<
        string,
        { if?: string; environment?: string; concurrency?: unknown; steps: { uses?: string }[] }
      >
      permissions: unknown
    }
    expect(permissions).toEqual({ contents: 'read' })
    expect(jobs['plan']?.if).toContain('head.repo.full_name == github.repository')
    expect(jobs['apply']).toMatchObject({
      environment: 'access',
      concurrency: { 'cancel-in-progress': false },
    })
    const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []))
    expect(used.length).toBeGreaterThan(5)
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
    expect(text).not.toMatch(/pull_request_target|secrets\./)
  })
})

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that the shell accepts', (shell) => {
    const { code, stdout } = rolecall(temporary(), ['completion', shell])
    expect([code, stdout.includes('rolecall')]).toEqual([0, true])
    if (spawnSync(shell, ['--version']).error !== undefined) return
    const file = join(temporary(), `rolecall.${shell}`)
    writeFileSync(file, stdout)
    expect(() => execFileSync(shell, ['-n', file])).not.toThrow()
  })

  it('an unknown shell is answered with the known ones', () => {
    expect(rolecall(temporary(), ['completion', 'tcsh'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('bash, zsh, fish') as string,
    })
  })

  const asked = (line: string): string[] => {
    const words = line.split(' ')
    const { stdout } = spawnSync(process.execPath, [cli, 'completion-server', '--', ...words], {
      encoding: 'utf8',
      env: {
        ...process.env,
        SHELL: 'bash',
        COMP_CWORD: String(words.length - 1),
        COMP_LINE: line,
        COMP_POINT: String(line.length),
      },
    })
    return stdout.split('\n').filter((word) => word !== '')
  }

  it('knows the commands, the options of each, and the choices of an option', () => {
    expect(asked('rolecall dr')).toEqual(['drift'])
    expect(asked('rolecall plan --det')).toEqual(['--detailed-exitcode'])
    expect(asked('rolecall plan -o m')).toEqual(['markdown'])
  })
})
