import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { commitOf, commitsOf, filesAt, openRepository, type Repository } from '../../src/git/repository.ts'
import { uncommitted } from '../../src/git/status.ts'

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@acme.example', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

function repository(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'rolecall-git-')))
  git(root, 'init', '-q', '-b', 'main')
  mkdirSync(join(root, 'live/access'), { recursive: true })
  writeFileSync(join(root, 'live/rolecall.yaml'), 'first: é\n')
  writeFileSync(join(root, 'live/access/zoë.yaml'), 'name: zoë\n')
  symlinkSync('/etc/passwd', join(root, 'live/access/link.yaml'))
  git(root, 'add', '.')
  git(root, 'commit', '-qm', 'first')
  return root
}

const opened = async (root: string): Promise<Repository> => {
  const found = await openRepository(join(root, 'live'))
  if (found === undefined) throw new Error('no repository')
  return found
}
const yaml = (file: string): boolean => file.endsWith('.yaml')
const text = (file: { bytes: Uint8Array }): string => Buffer.from(file.bytes).toString('utf8')

afterEach(() => {
  delete process.env['GIT_DIR']
  delete process.env['GIT_CONFIG_GLOBAL']
})

describe('D7: git, asked through simple-git', () => {
  it('knows the working tree and where the workspace lies in it', async () => {
    const root = repository()
    expect(await openRepository(join(root, 'live'))).toEqual({ root, prefix: 'live/', shallow: false })
    expect(await openRepository(tmpdir())).toBeUndefined()
  })

  it('gives files as a commit has them, byte for byte, and no symbolic link', async () => {
    const root = repository()
    const found = await opened(root)
    const first = await commitOf(found, 'main')
    writeFileSync(join(root, 'live/rolecall.yaml'), 'second: 1\n')
    const files = await filesAt(found, first, yaml)
    expect(files.map((file) => [file.file, text(file)])).toEqual([
      ['access/zoë.yaml', 'name: zoë\n'],
      ['rolecall.yaml', 'first: é\n'],
    ])
  })

  it('names what is not committed, and only below the paths asked for', async () => {
    const root = repository()
    writeFileSync(join(root, 'live/access/new.yaml'), '')
    writeFileSync(join(root, 'live/rolecall.yaml'), 'changed: 1\n')
    writeFileSync(join(root, 'live/elsewhere.txt'), '')
    expect(await uncommitted(await opened(root), ['rolecall.yaml', 'access'])).toEqual([
      'access/new.yaml',
      'rolecall.yaml',
    ])
  })

  it.each(['-h', '--upload-pack=touch x', 'nope', 'main; true', '', 'main^1', 'main\nmain', 'main:live'])(
    'refuses the ref %j, alone and among others',
    async (ref) => {
      const found = await opened(repository())
      await expect(commitOf(found, ref)).rejects.toThrow(/is not the name|knows no/)
      const main = await commitOf(found, 'main')
      expect(await commitsOf(found, ['main', ref, 'HEAD'])).toEqual([main, undefined, main])
    },
  )

  it('knows several commits at once', async () => {
    const root = repository()
    git(root, 'commit', '-qm', 'second', '--allow-empty')
    git(root, 'tag', '-am', 'a tag', 'v1')
    const [second = '', first = ''] = git(root, 'log', '--format=%H').split('\n')
    expect(await commitsOf(await opened(root), ['v1', 'HEAD', 'v1^{commit}^1', second])).toEqual([
      second,
      second,
      first,
      second,
    ])
  })

  it('sees a shallow clone', async () => {
    const root = repository()
    git(root, 'commit', '-qm', 'second', '--allow-empty')
    const clone = mkdtempSync(join(tmpdir(), 'rolecall-shallow-'))
    git(clone, 'clone', '-q', '--depth', '1', `file://${root}`, '.')
    expect((await openRepository(clone))?.shallow).toBe(true)
  })

  it('is not led astray by GIT_DIR, and runs no monitor or hook of the repository', async () => {
    const root = repository()
    const program = join(root, 'monitor.sh')
    writeFileSync(program, `#!/bin/sh\ntouch ${join(root, 'ran')}\n`)
    chmodSync(program, 0o755)
    git(root, 'config', 'core.fsmonitor', program)
    process.env['GIT_DIR'] = '/nonexistent'
    const found = await opened(root)
    await uncommitted(found, ['access'])
    expect([found.root, existsSync(join(root, 'ran'))]).toEqual([root, false])
  })

  describe('what is not committed is found out', () => {
    /** A file that git has to read again, in a repository where every file has a filter of this name. */
    const filtered = (name: string): { root: string; ran: () => boolean; program: string } => {
      const root = repository()
      writeFileSync(join(root, '.git/info/attributes'), `* filter=${name}\n`)
      utimesSync(join(root, 'live/access/zoë.yaml'), 1, 1)
      const mark = join(root, '.git/ran')
      return { root, ran: () => existsSync(mark), program: `touch '${mark}'; cat` }
    }

    it.each([
      ['evil', 'clean'],
      ['evil', 'process'],
      ['a.b', 'clean'],
      ['a=b.clean', 'clean'],
    ])("without the filter that the clone's own settings name: %s, %s", async (name, key) => {
      const { root, ran, program } = filtered(name)
      git(root, 'config', `filter.${name}.${key}`, program)
      git(root, 'config', `filter.${name}.required`, 'true')
      expect([await uncommitted(await opened(root), ['access']), ran()]).toEqual([[], false])
    })

    it("without one of a file that the clone's settings include, or of this working tree alone", async () => {
      const { root, ran, program } = filtered('evil')
      git(root, 'config', '--file', join(root, '.git/more'), 'filter.evil.clean', program)
      git(root, 'config', 'include.path', 'more')
      git(root, 'config', 'extensions.worktreeConfig', 'true')
      git(root, 'config', '--worktree', 'filter.evil.clean', program)
      expect([await uncommitted(await opened(root), ['access']), ran()]).toEqual([[], false])
    })

    it("with the person's own, as by git status", async () => {
      const { root, ran, program } = filtered('mine')
      const own = join(root, '.git/own')
      git(root, 'config', '--file', own, 'filter.mine.clean', program)
      process.env['GIT_CONFIG_GLOBAL'] = own
      expect([await uncommitted(await opened(root), ['access']), ran()]).toEqual([[], true])
    })

    it('without a look into a submodule, which counts as not committed', async () => {
      const { root: inner, ran, program } = filtered('evil')
      const root = repository()
      git(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'live/access/more')
      git(root, 'commit', '-qam', 'more')
      const sub = join(root, '.git/modules/live/access/more')
      writeFileSync(join(sub, 'info/attributes'), '* filter=evil\n')
      git(join(root, 'live/access/more'), 'config', 'filter.evil.clean', program)
      utimesSync(join(root, 'live/access/more/live/rolecall.yaml'), 1, 1)
      expect([await uncommitted(await opened(root), ['access']), ran()]).toEqual([['access/more'], false])
    })
  })
})
