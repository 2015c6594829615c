import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { resolveSecret, secret, showReference } from '../../src/connector/secrets.ts'

const value = 'correct-horse-battery'
const root = mkdtempSync(join(tmpdir(), 'rolecall-secrets-'))

describe('a secret', () => {
  it('is given out by reveal() and by nothing else', () => {
    const hidden = secret(value)
    const shapes = [
      ''.concat(hidden as unknown as string),
      `x${hidden as unknown as string}`,
      JSON.stringify({ hidden }),
      inspect(hidden, { showHidden: true, depth: 9 }),
      inspect({ deep: { list: [hidden] } }, { depth: 9 }),
      format('%s %j %o %O', hidden, hidden, hidden, hidden),
      JSON.stringify(Object.entries(hidden)),
      JSON.stringify({ ...hidden }),
      String(new Error('x', { cause: hidden }).cause),
      inspect(new Error('x', { cause: hidden })),
    ]
    for (const shape of shapes) expect(shape).not.toContain(value)
    expect(hidden.reveal()).toBe(value)
  })
})

describe('a reference to a secret', () => {
  const surroundings = { env: { VPN_SECRET: value, EMPTY: '' }, root }

  it('is fetched from the environment', async () => {
    const found = await resolveSecret({ env: 'VPN_SECRET' }, surroundings)
    expect('secret' in found && found.secret.reveal()).toBe(value)
  })

  it('is fetched from a file beside the manifests, without its last line end', async () => {
    writeFileSync(join(root, 'vpn'), `${value}\n`, { mode: 0o600 })
    const found = await resolveSecret({ file: 'vpn' }, surroundings)
    expect(found).toMatchObject({ warnings: [] })
    expect('secret' in found && found.secret.reveal()).toBe(value)
  })

  it('warns of a file that others may read, and names the command', async () => {
    writeFileSync(join(root, 'open'), value)
    chmodSync(join(root, 'open'), 0o644)
    const found = await resolveSecret({ file: 'open' }, surroundings)
    expect('warnings' in found && found.warnings).toEqual([
      'The secret file open has mode 644, so others may read it: chmod 600 open.',
    ])
  })

  it.each([
    [{ env: 'MISSING' }, 'The environment variable MISSING is not set.'],
    [{ env: 'EMPTY' }, 'The environment variable EMPTY is empty.'],
    [{ file: 'missing' }, 'The file missing does not exist.'],
    [{ file: '.' }, '. is not a file.'],
  ])('that leads nowhere is a problem: %j', async (reference, problem) => {
    expect(await resolveSecret(reference, surroundings)).toMatchObject({ problem })
  })

  it('to a file far too large for a secret is a problem', async () => {
    writeFileSync(join(root, 'large'), 'x'.repeat(70_000))
    expect(await resolveSecret({ file: 'large' }, surroundings)).toMatchObject({
      problem: 'large has 70000 bytes, too many for a secret.',
    })
  })

  it('is named to people without its value', () => {
    expect([showReference({ env: 'A' }), showReference({ file: 'b' })]).toEqual([
      'environment variable A',
      'file b',
    ])
  })
})
