import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decode } from '../../src/manifest/bytes.ts'
import { findRoot, loadSources, maxBytes } from '../../src/manifest/load.ts'
import { locate } from '../../src/manifest/locate.ts'
import { parseSources } from '../../src/manifest/parse.ts'
import { diagnosticsText } from '../../src/render/diagnostics.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rolecall-load-'))
  write('rolecall.yaml', settings())
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function write(file: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
  return join(root, file)
}

function settings(spec = '{}'): string {
  return `apiVersion: rolecall/v1\nkind: Settings\nmetadata: {name: acme}\nspec: ${spec}\n`
}

const user = 'apiVersion: rolecall/v1\nkind: User\nmetadata: {name: ana}\nspec: {}\n'

async function load() {
  const { sources, diagnostics } = await loadSources(root)
  return { files: sources.map(({ file }) => file), sources, diagnostics, text: diagnosticsText(diagnostics) }
}

describe('the workspace', () => {
  it('is found upward to the root of the git checkout, and not beyond it', async () => {
    mkdirSync(join(root, 'repo/.git'), { recursive: true })
    mkdirSync(join(root, 'repo/a/b'), { recursive: true })
    expect(await findRoot(join(root, 'repo/a/b'))).toBeUndefined()
    write('repo/rolecall.yaml', settings())
    expect(await findRoot(join(root, 'repo/a/b'))).toBe(join(root, 'repo'))
    write('repo/a/rolecall.yaml', settings())
    expect(await findRoot(join(root, 'repo/a/b'))).toBe(join(root, 'repo/a'))
  })

  it('outside git only the working directory counts', async () => {
    mkdirSync(join(root, 'a'))
    expect(await findRoot(root)).toBe(root)
    expect(await findRoot(join(root, 'a'))).toBeUndefined()
  })

  it('holds every YAML file of the access folder, sorted by code unit, and nothing else', async () => {
    for (const name of [
      'b.yaml',
      'B.yml',
      'a/z.yaml',
      'a/É.yaml',
      'a.yaml',
      'c.YAML',
      'notes.md',
      'x.yaml.bak',
      '.hidden.yaml',
      '.git/y.yaml',
    ]) {
      write(`access/${name}`, user)
    }
    write('other/d.yaml', user)
    expect((await load()).files).toEqual([
      'rolecall.yaml',
      'access/B.yml',
      'access/a.yaml',
      'access/a/z.yaml',
      'access/a/É.yaml',
      'access/b.yaml',
      'access/c.YAML',
    ])
  })

  it('lies where Settings say, and a file of it is read once', async () => {
    write('people/ana.yaml', user)
    write('access/old.yaml', user)
    write('rolecall.yaml', settings('{access: people/}'))
    expect((await load()).files).toEqual(['rolecall.yaml', 'people/ana.yaml'])
    write('rolecall.yaml', settings('{access: .}'))
    expect((await load()).files).toEqual(['rolecall.yaml', 'access/old.yaml', 'people/ana.yaml'])
  })

  it.each(['/etc', '..', '../people', 'a/../../people', '', 'a\\b', 'C:/x'])(
    'T25: cannot lie at %j',
    async (access) => {
      write('rolecall.yaml', settings(`{access: ${JSON.stringify(access)}}`))
      expect((await load()).diagnostics).toMatchObject([
        { code: 'access-folder', span: { file: 'rolecall.yaml', line: 4 } },
      ])
    },
  )

  it('without a manifest is a diagnostic, never an empty wish', async () => {
    const { diagnostics, text } = await load()
    expect(diagnostics).toMatchObject([{ code: 'no-manifests', severity: 'error' }])
    expect(text).toContain('no *.yaml file under "access"')
    mkdirSync(join(root, 'access'))
    expect((await load()).diagnostics).toHaveLength(1)
  })

  it('may be rolecall.yaml alone, if that declares something', async () => {
    write('rolecall.yaml', `${settings()}---\n${user}`)
    expect((await load()).diagnostics).toEqual([])
  })

  it('without rolecall.yaml says so', async () => {
    rmSync(join(root, 'rolecall.yaml'))
    write('access/ana.yaml', user)
    expect((await load()).diagnostics).toMatchObject([
      { code: 'unreadable', span: { file: 'rolecall.yaml' } },
    ])
  })
})

describe('T25: only regular files of the folder are opened', () => {
  it('a link out of the workspace, to the environment, to a folder outside: refused, and nothing of it is shown', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'rolecall-outside-'))
    writeFileSync(join(outside, 'secret.yaml'), 'token: hunter2\n')
    mkdirSync(join(root, 'access'))
    symlinkSync(join(outside, 'secret.yaml'), join(root, 'access/a.yaml'))
    symlinkSync('/proc/self/environ', join(root, 'access/b.yaml'))
    symlinkSync(outside, join(root, 'access/c'))
    const { files, diagnostics, text } = await load()
    expect(files).toEqual(['rolecall.yaml'])
    expect(diagnostics.map(({ code, span }) => `${code} ${span?.file}`)).toEqual([
      'symlink access/a.yaml',
      'symlink access/b.yaml',
      'symlink access/c',
    ])
    expect(text).toContain('leads out of the workspace')
    expect(text).not.toMatch(/hunter2|PATH=/)
    rmSync(outside, { recursive: true })
  })

  it('a link inside, a dangling one, one to itself and a circle of folders', async () => {
    write('access/real.yaml', user)
    symlinkSync('real.yaml', join(root, 'access/again.yaml'))
    symlinkSync('nowhere.yaml', join(root, 'access/dangling.yaml'))
    symlinkSync('self.yaml', join(root, 'access/self.yaml'))
    symlinkSync('..', join(root, 'access/up'))
    const { files, diagnostics } = await load()
    expect(files).toEqual(['rolecall.yaml', 'access/real.yaml'])
    expect(diagnostics.map(({ span, message }) => `${span?.file}: ${message}`)).toEqual([
      'access/again.yaml: This is a symbolic link, and links are not followed: what is reviewed is what is read.',
      'access/dangling.yaml: This symbolic link leads nowhere.',
      'access/self.yaml: This symbolic link leads nowhere.',
      'access/up: This is a symbolic link, and links are not followed: what is reviewed is what is read.',
    ])
  })

  it('links that hold no manifest are none of our business', async () => {
    write('access/ana.yaml', user)
    write('logo.png', 'x')
    symlinkSync('../logo.png', join(root, 'access/logo.png'))
    symlinkSync('gone', join(root, 'access/gone'))
    expect((await load()).diagnostics).toEqual([])
  })

  it('rolecall.yaml and the access folder may not be links either', async () => {
    rmSync(join(root, 'rolecall.yaml'))
    symlinkSync('/etc/hostname', join(root, 'rolecall.yaml'))
    mkdirSync(join(root, 'elsewhere'))
    symlinkSync('elsewhere', join(root, 'access'))
    expect((await load()).diagnostics).toMatchObject([
      { code: 'symlink', span: { file: 'access' } },
      { code: 'symlink', span: { file: 'rolecall.yaml' } },
    ])
  })

  it('a pipe does not hold the run up', async () => {
    mkdirSync(join(root, 'access'))
    execFileSync('mkfifo', [join(root, 'access/pipe.yaml')])
    expect((await load()).diagnostics).toMatchObject([
      { code: 'not-a-file', span: { file: 'access/pipe.yaml' } },
    ])
    rmSync(join(root, 'rolecall.yaml'))
    execFileSync('mkfifo', [join(root, 'rolecall.yaml')])
    expect((await load()).diagnostics).toHaveLength(2)
  })

  it('a device is not opened', async () => {
    mkdirSync(join(root, 'access'))
    const made = spawnSync('mknod', [join(root, 'access/zero.yaml'), 'c', '1', '5'])
    if (made.status !== 0) return
    expect((await load()).diagnostics).toMatchObject([{ code: 'not-a-file' }])
  })

  it('a file that may not be read is named', async () => {
    const path = write('access/ana.yaml', user)
    chmodSync(path, 0)
    const { diagnostics } = await load()
    if (process.getuid?.() === 0) return
    expect(diagnostics).toMatchObject([
      { code: 'unreadable', message: 'This cannot be read: permission is denied.' },
    ])
  })

  it('a folder that is called like a file is a folder', async () => {
    write('access/team.yaml/ana.yaml', user)
    expect((await load()).files).toEqual(['rolecall.yaml', 'access/team.yaml/ana.yaml'])
  })
})

describe('T24: size', () => {
  it('10 MB are read, a byte more is not', async () => {
    write('access/big.yaml', `# ${'x'.repeat(maxBytes - 3)}\n`)
    write('access/ana.yaml', user)
    expect((await load()).diagnostics).toEqual([])
    truncateSync(join(root, 'access/big.yaml'), maxBytes + 1)
    expect((await load()).diagnostics).toMatchObject([
      { code: 'too-large', span: { file: 'access/big.yaml', line: 1 } },
    ])
  })
})

describe('T19: bytes', () => {
  const text = (bytes: Uint8Array | string) => decode('x.yaml', Buffer.from(bytes))

  it('a byte order mark at the start is left out', () => {
    expect(text('\ufeffa: é\n')).toEqual({ text: 'a: é\n' })
  })

  it('tabs, LF and CRLF are fine, and so is every letter', () => {
    expect(text('a:\tb\r\nc: 山田 😀 \u200d שלום\n')).toEqual({ text: 'a:\tb\r\nc: 山田 😀 \u200d שלום\n' })
  })

  it('each control character is found at its line and column', () => {
    const refused = [
      ...Array.from({ length: 32 }, (_, i) => i),
      0x7f,
      ...Array.from({ length: 32 }, (_, i) => 0x80 + i),
      0x2028,
      0x2029,
      0xfeff,
      0x202e,
      0x2066,
      0xfffe,
    ]
    for (const code of refused.filter((each) => each !== 9 && each !== 10)) {
      const result = text(`a: 1\nbc: ${String.fromCharCode(code)}x\n`)
      expect(result, `U+${code.toString(16)}`).toMatchObject({ fault: { span: { line: 2, column: 5 } } })
    }
  })

  it('whatever the bytes are, there is a text without controls or a fault with a place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const result = decode('x.yaml', bytes)
        if ('text' in result) {
          expect(Buffer.from(result.text)).toEqual(
            Buffer.from(bytes).subarray(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0),
          )
          diagnosticsText(locate(parseSources([{ file: 'x.yaml', text: result.text }]).problems))
        } else expect(result.fault.span?.line).toBeGreaterThan(0)
      }),
      { numRuns: 2000 },
    )
  })
})
