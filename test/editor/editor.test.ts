import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/commands/schema.ts'
import type { Border } from '../../src/commands/border.ts'
import { startEditor, type Editor, type Mark } from './server.ts'

/** Marks the place that a test speaks of; it is taken out before the text is opened. */
const here = '‸'

const modeline = '# yaml-language-server: $schema=../.rolecall/schema.json\n'

const repository = `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: office}
spec: {connector: directory, settings: {file: .rolecall/directory.db}}
---
apiVersion: rolecall/v1
kind: Group
metadata: {name: engineering}
spec: {}
---
apiVersion: rolecall/v1
kind: Group
metadata: {name: oncall}
spec: {}
---
apiVersion: rolecall/v1
kind: Role
metadata: {name: gatekeeper}
spec: {system: office}
---
apiVersion: rolecall/v1
kind: User
metadata: {name: ana}
spec: {faulty: true}
`

let folder: string
let editor: Editor
let count = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-editor-'))
  mkdirSync(join(folder, 'access'))
  writeFileSync(join(folder, 'rolecall.yaml'), repository)
  await schema({ workspace: true }, folder, silent)
  editor = await startEditor(folder)
})

afterAll(async () => {
  await editor.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a manifest in an editor, with the schema of its repository', () => {
  it('is silent about what is right', async () => {
    const { marks } = await open(
      user(
        'groups:\n    primary: engineering\n    secondary:\n      - {group: oncall, until: 2027-01-31}\n  accounts:\n    office: {role: gatekeeper, scope: eu}',
      ),
    )
    expect(marks).toEqual([])
  })

  it('marks exactly the key that nobody knows', async () => {
    const { marks } = await open(user('emial: ana@acme.example'))
    expect(marks).toEqual(['7:3-7:8 Property emial is not allowed.'])
  })

  it('marks exactly the handle that the repository lacks, plain, in a map and below primary', async () => {
    const { marks } = await open(
      user('groups:\n    primary: enginering\n    secondary:\n      - on-call\n      - {group: oncal}'),
    )
    expect(marks).toEqual([
      '8:14-8:24 This repository has no group of this name.',
      '10:9-10:16 This repository has no group of this name.',
      '11:17-11:22 This repository has no group of this name.',
    ])
  })

  it("marks a setting that the system's connector does not know, and a value that it does not take", async () => {
    const { marks } = await open(
      document(
        'Group',
        'systems:\n    office:\n      maxDevices: many\n      conectAuth: no-auth\n    home: {}',
      ),
    )
    expect(marks).toEqual([
      '9:19-9:23 Incorrect type. Expected "integer".',
      '10:7-10:17 Property conectAuth is not allowed.',
      '11:5-11:9 Property home is not allowed.',
    ])
  })

  it('marks a role that neither the system nor the repository has, and a key of no account', async () => {
    const { marks } = await open(
      user('accounts:\n    office: {role: Ownr}\n    second: {system: office, password: x}'),
    )
    expect(marks).toEqual([
      '8:20-8:24 This repository has no role of this name.',
      '9:30-9:38 Property password is not allowed.',
    ])
  })

  it('says how a handle and a date are written', async () => {
    const { marks } = await open(
      user('until: 31.1.2027').replace('metadata: {name: bo}', 'metadata: {name: Bo}'),
    )
    expect(marks).toEqual([
      '4:18-4:20 A handle consists of lower-case letters, digits, dots, dashes and underscores, and begins with a letter or digit.',
      '7:10-7:19 A date is written YYYY-MM-DD, for example 2027-03-31.',
    ])
  })

  it('names the kinds where there is no such kind', async () => {
    const { marks } = await open(user('{}').replace('kind: User', 'kind: Person'))
    expect(marks).toHaveLength(1)
    expect(marks[0]).toMatch(/^3:7-3:13 Value is not accepted\. Valid values: "Settings", "System", "User"/)
  })

  it('explains a key on hover, those of the connector included', async () => {
    const { file, place } = await open(user(`sta${here}tus: active`))
    expect(await editor.hover(file, place)).toMatch(/left, which needs until, the last day/)
    const group = await open(document('Group', `systems:\n    office:\n      max${here}Devices: 5`))
    expect(await editor.hover(group.file, group.place)).toMatch(/Devices a member may connect at most/)
    const member = await open(document('Group', `members:\n    - {us${here}er: ana}`))
    expect(await editor.hover(member.file, member.place)).toMatch(/The handle of the person\./)
  })

  it("completes a group's handle in each place of a user's groups", async () => {
    for (const place of [`\n    - ${here}`, `\n    - group: ${here}`, `\n    primary: ${here}`]) {
      const asked = await open(user(`groups:${place}`))
      const offered = await editor.complete(asked.file, asked.place)
      expect(offered, place).toEqual(expect.arrayContaining(['engineering', 'oncall']))
      expect(offered, place).not.toContain('ana')
    }
  })

  it('completes people, systems, roles and the keys of a connector where they belong', async () => {
    const offered = async (text: string): Promise<readonly string[]> => {
      const { file, place } = await open(text)
      return editor.complete(file, place)
    }
    expect(await offered(document('Group', `managers:\n    - user: ${here}`))).toEqual(['ana'])
    expect(await offered(user(`accounts:\n    ${here}`))).toContain('office')
    expect(await offered(user(`accounts:\n    office:\n      role: ${here}`))).toEqual([
      'Administrator',
      'Member',
      'Owner',
      'gatekeeper',
    ])
    expect(await offered(document('Group', `systems:\n    office:\n      ${here}`))).toEqual(
      expect.arrayContaining(['account', 'maxDevices', 'subnets']),
    )
    expect(await offered(document('System', `connector: directory\n  settings:\n    ${here}`))).toContain(
      'file',
    )
  })

  it('checks a further document of a file that carries the line too, and only such', async () => {
    const faulty = user('emial: x').slice(modeline.length)
    const { marks } = await open(`${modeline}${faulty}---\n${modeline}${faulty}---\n${faulty}`)
    expect(marks).toEqual([
      '7:3-7:8 Property emial is not allowed.',
      '15:3-15:8 Property emial is not allowed.',
    ])
  })
})

it('a setting of the editor covers every document of every manifest, with no line in any', async () => {
  const other = await startEditor(folder, {
    schemas: { [join(folder, '.rolecall/schema.json')]: ['rolecall.yaml', 'access/**/*.yaml'] },
  })
  try {
    const faulty = user('emial: x').slice(modeline.length)
    const marks = await other.open('access/plain.yaml', `${faulty}---\n${faulty}`)
    expect(marks.map(show)).toEqual([
      '6:3-6:8 Property emial is not allowed.',
      '13:3-13:8 Property emial is not allowed.',
    ])
  } finally {
    await other.close()
  }
})

it('the published schemas serve an editor as they lie in the package, one kind or all', async () => {
  const published = join(import.meta.dirname, '../../schemas')
  for (const name of ['user', 'manifest']) {
    const text = user('groups:\n    - Oncall\n    - {grup: oncall}').replace(
      '../.rolecall/schema.json',
      join(published, `${name}.schema.json`),
    )
    const { marks } = await open(text)
    expect(marks, name).toEqual([
      '8:7-8:13 A handle consists of lower-case letters, digits, dots, dashes and underscores, and begins with a letter or digit.',
      '9:7-9:8 Missing property "group".',
      '9:8-9:12 Property grup is not allowed.',
    ])
  }
})

it('the schema of a repository can be read as JSON and says where it comes from', () => {
  const written = JSON.parse(readFileSync(join(folder, '.rolecall/schema.json'), 'utf8')) as object
  expect(written).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
})

function user(spec: string): string {
  return document('User', spec).replace('{name: x}', '{name: bo}')
}

function document(kind: string, spec: string): string {
  return `${modeline}apiVersion: rolecall/v1\nkind: ${kind}\nmetadata: {name: x}\n\nspec:\n  ${spec}\n`
}

/** Opens the text as a new file; `marks` are `line:column-line:column message`, counted from 1 and sorted by place. */
async function open(text: string): Promise<{
  file: string
  marks: readonly string[]
  place: { line: number; character: number }
}> {
  const before = text.slice(0, Math.max(0, text.indexOf(here))).split('\n')
  const file = `access/${String((count += 1))}.yaml`
  const marks = await editor.open(file, text.replace(here, ''))
  return {
    file,
    marks: [...marks].sort(byPlace).map(show),
    place: { line: before.length - 1, character: before.at(-1)!.length },
  }
}

function byPlace(a: Mark, b: Mark): number {
  return a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character
}

function show({ range: { start, end }, message }: Mark): string {
  return `${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1} ${message}`
}

const silent: Border = {
  env: {},
  now: () => new Date(0),
  sleep: () => Promise.resolve(),
  out: () => undefined,
  err: () => undefined,
  sees: { out: false, err: false },
  answers: false,
  colour: { out: false, err: false },
  width: 100,
}
