import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { asShellFunction, cli, edit, put, rolecall, temporary } from './rolecall.ts'

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

  it('writes no workflow where the ledger is a file, which no runner would find again', () => {
    const root = temporary()
    rolecall(root, ['init'])
    expect(existsSync(join(root, '.github'))).toBe(false)
    expect(readFileSync(join(root, 'rolecall.yaml'), 'utf8')).toContain('file: .rolecall/ledger.db')
  })
})

interface Job {
  readonly if?: string
  readonly 'runs-on': string
  readonly environment?: string
  readonly concurrency?: unknown
  readonly permissions?: unknown
  readonly steps: readonly {
    readonly uses?: string
    readonly run?: string
    readonly env?: Readonly<Record<string, string>>
    readonly with?: Readonly<Record<string, unknown>>
  }[]
}

const workflow = '.github/workflows/rolecall.yml'

function jobsOf(root: string): Readonly<Record<string, Job>> {
  const { jobs } = parse(readFileSync(join(root, workflow), 'utf8')) as { jobs: Record<string, Job> }
  return jobs
}

describe('init --ci', () => {
  it('writes a workflow that gives no secret to a fork, pins every action to a commit, and writes from one job', () => {
    const root = temporary()
    expect(rolecall(root, ['init', '--ci'])).toMatchObject({ code: 0 })
    const text = readFileSync(join(root, workflow), 'utf8')
    const jobs = jobsOf(root)
    expect(Object.keys(jobs)).toEqual(['validate', 'plan', 'merged', 'apply', 'drift'])
    expect((parse(text) as { permissions: unknown }).permissions).toEqual({ contents: 'read' })
    const { apply, validate, ...reading } = jobs
    expect(apply).toMatchObject({
      environment: 'access',
      concurrency: { 'cancel-in-progress': false },
      permissions: { contents: 'write' },
    })
    for (const job of [validate, ...Object.values(reading)]) expect(job?.permissions).toBeUndefined()
    for (const job of Object.values(jobs)) expect(job['runs-on']).toBe('ubuntu-24.04')

    // what a fork can start runs with nothing; what reads a system or the ledger does not run for a fork
    expect(validate?.if).toBe("github.event_name == 'pull_request'")
    expect(validate?.steps[0]?.with).toEqual({ 'persist-credentials': false })
    expect(jobs['plan']?.if).toContain('head.repo.full_name == github.repository')
    for (const name of ['merged', 'drift']) expect(jobs[name]?.if).toMatch(/'(push|schedule)'/)
    for (const job of [apply, ...Object.values(reading)])
      expect(job?.steps[0]?.with).toEqual({ 'fetch-depth': 0 })

    const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []))
    expect(used.length).toBeGreaterThan(5)
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
    expect(text).not.toMatch(/pull_request_target|secrets\.|self-hosted/)
  })

  it('says what the ledger and the workflow need', () => {
    expect(rolecall(temporary(), ['init', '--ci', 'team']).stdout).toContain(`
plan and apply need a clone whose remote "origin" all runners share, since the ledger is a ref of it. On GitHub, make an
environment "access" with required reviewers: the workflow applies only what they approve.
`)
  })

  it('D5, D6: its jobs, each in a clone that is thrown away, plan a pull request, apply what was merged and find no drift, over one ledger', () => {
    const { propose, merge, job, summary, refs, aside } = pipeline()
    merge('first')
    expect(job('merged')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\+ account +ana/) as string,
    })
    expect(job('apply')).toMatchObject({ code: 0, wrote: true })
    expect(job('drift')).toMatchObject({ code: 0, stdout: expect.stringContaining('No drift') as string })

    // what a pull request may do is say what it means: nothing is sent, and nothing is remembered of it
    const before = refs()
    propose('change', (root) => {
      edit(root, 'access/people.yaml', '    secondary:\n      - oncall\n', '')
    })
    expect(job('validate', 'change')).toMatchObject({ code: 0 })
    expect(job('plan', 'change')).toMatchObject({ code: 0, wrote: false })
    expect(summary()).toContain(
      '- chen  office  reach application production  through group oncall, policy night-access',
    )
    expect(refs()).toEqual({ ...before, 'refs/heads/change': expect.any(String) as string })
    expect(job('drift')).toMatchObject({ code: 0, stdout: expect.stringContaining('No drift') as string })

    // With what the ledger remembers, also an owner may lose the role.
    merge('second', (root) => {
      edit(root, 'access/people.yaml', /role: Owner(?![\s\S]*role: Owner)/, 'role: Member')
      edit(root, 'rolecall.yaml', 'minimum: 2', 'minimum: 1')
      edit(root, 'rolecall.yaml', '      - bo\n', '')
    })
    expect(job('plan')).toMatchObject({ code: 0 })
    expect(job('merged')).toMatchObject({ code: 0, stdout: expect.stringMatching(/~ account +bo/) as string })
    expect(job('apply')).toMatchObject({ code: 0 })
    expect(job('apply')).toMatchObject({ code: 6, stderr: expect.stringContaining('applied') as string })
    expect(job('drift')).toMatchObject({ code: 0 })

    // what somebody does past the repository makes the night's job fail, and is named
    aside("UPDATE accounts SET role = 'Owner' WHERE user_name = 'chen'")
    const night = job('drift')
    expect(night.code).not.toBe(0)
    expect(night.stdout).toMatch(/chen/)
    expect(night).toMatchObject({ wrote: false })
  }, 240_000)
})

/** A repository that `init --ci` made, pushed to a remote, whose jobs run as its workflow says; all but the system is new in each. */
function pipeline() {
  const home = temporary()
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
      cwd,
      stdio: 'pipe',
      encoding: 'utf8',
    })
  const [remote, here] = [join(home, 'shared.git'), join(home, 'here')]
  git(home, 'init', '-q', '--bare', '-b', 'main', remote)
  rolecall(home, ['init', '--ci', 'here'])
  git(here, 'init', '-q', '-b', 'main')
  git(here, 'remote', 'add', 'origin', remote)
  // what the workflow fetches of the registry is the program of this build
  const npx = `${asShellFunction()}\nnpx() { shift 2; rolecall "$@"; }\n`
  const commit = (subject: string, change: (root: string) => void): void => {
    change(here)
    git(here, 'add', '.')
    git(here, 'commit', '-qm', subject)
  }
  const written = join(home, 'summary.md')
  let clones = 0
  return {
    /** Pushes a branch beside main, as for a pull request. */
    propose: (branch: string, change: (root: string) => void): void => {
      git(here, 'checkout', '-q', '-b', branch)
      commit(branch, change)
      git(here, 'push', '-q', 'origin', branch)
      git(here, 'checkout', '-q', 'main')
    },
    /** What the jobs so far wrote for people to read. */
    summary: () => readFileSync(written, 'utf8'),
    /** What the shared repository holds: branches, and the ledger. */
    refs: (): Readonly<Record<string, string>> =>
      Object.fromEntries(
        git(remote, 'for-each-ref', '--format=%(refname) %(objectname)')
          .trim()
          .split('\n')
          .map((line) => line.split(' ')),
      ) as Record<string, string>,
    /** What somebody does to the system with another program. */
    aside: (statement: string): void => {
      const database = new Database(join(home, 'office.db'))
      database.exec(statement)
      database.close()
    },
    merge: (subject: string, change: (root: string) => void = () => undefined): void => {
      commit(subject, change)
      git(here, 'push', '-q', 'origin', 'main')
    },
    job: (name: string, branch = 'main') => {
      clones += 1
      const clone = join(home, `runner-${clones}`)
      git(home, 'clone', '-q', '--branch', branch, remote, clone)
      // what is outside of a runner: the system, and the plan that one job uploads and another downloads
      const [system, kept] = [join(home, 'office.db'), join(home, 'plan.json')]
      mkdirSync(join(clone, '.rolecall'))
      const office = join(clone, '.rolecall/office.db')
      const bytes = (): Buffer | undefined => (existsSync(office) ? readFileSync(office) : undefined)
      if (existsSync(system)) copyFileSync(system, office)
      const before = bytes()
      if (name === 'apply') copyFileSync(kept, join(clone, 'plan.json'))
      const commands = (jobsOf(clone)[name]?.steps ?? []).flatMap(({ run }) => run ?? [])
      const { status, stdout, stderr } = spawnSync(
        'bash',
        ['-eo', 'pipefail', '-c', npx + commands.join('\n')],
        {
          cwd: clone,
          encoding: 'utf8',
          env: {
            PATH: process.env['PATH'],
            HOME: home,
            CI: 'true',
            GITHUB_ACTIONS: 'true',
            GITHUB_STEP_SUMMARY: written,
            ROLECALL: 'rolecall',
            BASE: 'main',
          },
        },
      )
      const wrote = Buffer.compare(before ?? Buffer.of(), bytes() ?? Buffer.of()) !== 0
      if (name === 'apply') copyFileSync(office, system)
      const made = join(clone, 'plan.json')
      if (name === 'merged' && existsSync(made)) copyFileSync(made, kept)
      return { code: status, stdout, stderr, wrote }
    },
  }
}

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
