/**
 * Every case is a small workspace at fault, and `<name>.expected` is all that a person then reads, to the letter.
 * A case is `<name>.yaml`, which becomes `access/<name>.yaml` beside the default `rolecall.yaml` below, or a
 * folder `<name>/` with a whole workspace. `UPDATE=1 npx vitest run test/invalid` writes the expectations anew.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ruleReading } from '../../src/cel/open.ts'
import { loadSources } from '../../src/manifest/load.ts'
import { compare } from '../../src/manifest/locate.ts'
import { readManifests } from '../../src/manifest/read.ts'
import { diagnosticsText } from '../../src/render/diagnostics.ts'
import { descriptions } from '../../src/systems/registry.ts'

const defaults = `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: dir}
spec:
  connector: directory
  settings: {file: .rolecall/directory.db}
  stage: full
  defaults: {account: {role: Member}}
`

/** The day on which all cases are read. */
const today = '2026-11-22'

const here = import.meta.dirname
const scratch = mkdtempSync(join(tmpdir(), 'rolecall-invalid-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() || entry.name.endsWith('.yaml'))
  .map((entry) => ({ name: entry.name.replace(/[.]yaml$/, ''), folder: entry.isDirectory() }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))

describe('an invalid manifest is explained', () => {
  it.each(cases)('$name', async ({ name, folder }) => {
    const text = await explained(workspace(name, folder))
    const expectation = join(here, `${name}.expected`)
    if (process.env['UPDATE'] === '1') writeFileSync(expectation, text)
    expect(text).toBe(readFileSync(expectation, 'utf8'))
    expect(text).not.toBe('')
    for (const block of text.trimEnd().split('\n\n')) {
      const lines = block.split('\n')
      expect(lines[0]).toMatch(/^\S+:\d+:\d+ {2}(?:(?:warning|hint) )?[a-z0-9-]+$/)
      expect(lines.length, 'a head, two lines of source, a sentence and a fix').toBeLessThanOrEqual(5)
      expect(block).not.toMatch(/^\s+at |Error:|node_modules|undefined|\[object/m)
    }
  })

  it('there are at least a hundred of them', () => {
    expect(cases.length).toBeGreaterThanOrEqual(100)
  })
})

function workspace(name: string, folder: boolean): string {
  const root = join(scratch, name)
  mkdirSync(join(root, 'access'), { recursive: true })
  if (folder) cpSync(join(here, name), root, { recursive: true })
  else {
    writeFileSync(join(root, 'rolecall.yaml'), defaults)
    cpSync(join(here, `${name}.yaml`), join(root, 'access', `${name}.yaml`))
  }
  return root
}

async function explained(root: string): Promise<string> {
  const { sources, diagnostics } = await loadSources(root)
  const rules = await ruleReading(sources, descriptions)
  const read = readManifests(sources, { root, today, connectors: descriptions, ...rules })
  return diagnosticsText([...diagnostics, ...read.diagnostics].sort(compare))
}
