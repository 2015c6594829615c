import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { Border } from '../../src/commands/border.ts'
import { schema } from '../../src/commands/schema.ts'
import { parseSources } from '../../src/manifest/parse.ts'
import { manifestKinds, schemaFiles } from '../../src/manifest/schemas.ts'
import { namesOf } from '../../src/manifest/workspace-names.ts'
import { workspaceSchema } from '../../src/manifest/workspace-schema.ts'
import { descriptions } from '../../src/systems/registry.ts'
import { everything, parse } from './manifests.ts'

const repository = `
{apiVersion: rolecall/v1, kind: System, metadata: {name: office}, spec: {connector: directory}}
---
{apiVersion: rolecall/v1, kind: System, metadata: {name: branch}, spec: {connector: directory}}
---
{apiVersion: rolecall/v1, kind: Role, metadata: {name: gatekeeper}, spec: {system: office}}
---
{apiVersion: rolecall/v1, kind: Group, metadata: {name: finance}, spec: {}}
---
{apiVersion: rolecall/v1, kind: Project, metadata: {name: web}, spec: {system: office}}
---
{apiVersion: rolecall/v1, kind: User, metadata: {name: ana}, spec: {}}
---
{kind: User, metadata: [], spec: 4}
`

describe('the schema of a repository', () => {
  it('takes the handles that are there and refuses others, by what each place names', () => {
    const check = checkOf(repository)
    expect(check(user('groups: [finance, {group: finance, until: 2027-01-31}]'))).toBe(true)
    expect(check(user('groups: [ana]'))).toBe(false)
    expect(check(user('sponsor: ana'))).toBe(true)
    expect(check(user('sponsor: finance'))).toBe(false)
    expect(check(document('Scope', 'system: office\n  enterprises: [web]'))).toBe(true)
    expect(check(document('Scope', 'system: office\n  enterprises: [finance]'))).toBe(false)
    expect(check(document('GroupMapping', 'systems: [office]\n  fallback: none'))).toBe(true)
    expect(check(document('GroupMapping', 'systems: [offic]'))).toBe(false)
  })

  it('takes a declared role only in the system it belongs to', () => {
    const check = checkOf(repository)
    expect(check(user('accounts: {office: {role: gatekeeper}}'))).toBe(true)
    expect(check(user('accounts: {branch: {role: gatekeeper}}'))).toBe(false)
    expect(check(user('accounts: {branch: {role: Owner}}'))).toBe(true)
    expect(check(user('accounts: {second: {system: branch, role: gatekeeper}}'))).toBe(false)
    expect(check(user('accounts: {second: {system: office, role: gatekeeper, scope: x}}'))).toBe(true)
    expect(check(user('accounts: {office: none}'))).toBe(true)
    expect(check(user('accounts: {elsewhere: none}'))).toBe(false)
  })

  it('closes what the connector describes: settings, account keys, group settings', () => {
    const check = checkOf(repository)
    const system = (more: string): object => document('System', `connector: directory\n  ${more}`)
    expect(check(system('settings: {file: .rolecall/directory.db}'))).toBe(true)
    expect(check(system('settings: {path: x, file: y}'))).toBe(false)
    expect(check(system('defaults: {account: {role: Member, ipWhitelist: []}}'))).toBe(false)
    expect(check(document('Group', 'systems: {office: {maxDevices: 5, account: {}}}'))).toBe(true)
    expect(check(document('Group', 'systems: {office: {permissions: {}}}'))).toBe(false)
    expect(check(document('Group', 'systems: {office: {account: {ipWhitelist: []}}}'))).toBe(false)
  })

  it('stays as open as the published schemas for a connector it does not know, and where nothing is named', () => {
    const unknown = checkOf(repository.replaceAll('connector: directory', 'connector: abacus'))
    expect(unknown(user('accounts: {office: {role: Anything, abacusKey: 1}}'))).toBe(true)
    expect(unknown(document('Group', 'systems: {office: {beads: 5}}'))).toBe(true)
    const empty = checkOf('{apiVersion: rolecall/v1, kind: Settings, metadata: {name: a}, spec: {}}')
    for (const kind of manifestKinds.filter((each) => each !== 'System')) {
      expect(empty(parse(everything[kind])), `${kind}: ${JSON.stringify(empty.errors)}`).toBe(true)
    }
  })

  it('lists no more names than an editor can show', () => {
    const people = Array.from(
      { length: 2001 },
      (_, index) => `{kind: User, metadata: {name: u${String(index)}}}`,
    )
    const check = checkOf(people.join('\n---\n'))
    expect(check(document('Group', 'members: [whoever]'))).toBe(true)
    expect(check(document('Group', 'members: [Whoever]'))).toBe(false)
  })

  it('is the same whatever order the documents come in', () => {
    const reversed = repository.split('---').reverse().join('---')
    expect(JSON.stringify(schemaOf(reversed))).toBe(JSON.stringify(schemaOf(repository)))
  })
})

describe('rolecall schema', () => {
  it('prints one schema that needs no other, of a kind or of all', async () => {
    for (const kind of ['User', 'accesspolicy', undefined]) {
      const { out } = await run({ ...(kind === undefined ? {} : { kind }) })
      expect(out).not.toMatch(/"\$ref": "[^#]/)
      const check = compiled(JSON.parse(out) as object)
      expect(check(parse(everything.User))).toBe(kind !== 'accesspolicy')
    }
  })

  it('writes the published schemas into a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-schema-'))
    try {
      const { err } = await run({ out: 'schemas' }, folder)
      expect(readdirSync(join(folder, 'schemas')).sort()).toEqual(Object.keys(schemaFiles()).sort())
      expect(JSON.parse(readFileSync(join(folder, 'schemas/user.schema.json'), 'utf8'))).toEqual(
        schemaFiles()['user.schema.json'],
      )
      expect(err).toContain('wrote schemas/user.schema.json\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names the kind that was probably meant', async () => {
    await expect(run({ kind: 'Usr' })).rejects.toMatchObject({
      message: 'There is no kind "Usr".',
      fix: expect.stringMatching(/^Did you mean "User"\? The kinds are Settings, System, /) as string,
    })
  })
})

function schemaOf(text: string): object {
  const { documents } = parseSources([{ file: 'rolecall.yaml', text }])
  return workspaceSchema(schemaFiles(), namesOf(documents), descriptions)
}

function checkOf(text: string): ValidateFunction {
  return compiled(schemaOf(text))
}

function compiled(object: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false })
  ajv.addVocabulary(['patternErrorMessage', 'errorMessage'])
  return ajv.compile(object)
}

function user(spec: string): object {
  return document('User', spec)
}

function document(kind: string, spec: string): object {
  return parse(`apiVersion: rolecall/v1\nkind: ${kind}\nmetadata: {name: x}\nspec:\n  ${spec}\n`)
}

async function run(
  options: Parameters<typeof schema>[0],
  cwd = process.cwd(),
): Promise<{ out: string; err: string }> {
  let out = ''
  let err = ''
  const border: Border = {
    env: {},
    now: () => new Date(0),
    sleep: () => Promise.resolve(),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    sees: { out: false, err: false },
    answers: false,
    colour: { out: false, err: false },
    width: 100,
  }
  await schema(options, cwd, border)
  return { out, err }
}
