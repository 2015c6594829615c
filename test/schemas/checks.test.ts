import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { expect, it } from 'vitest'
import { check, checkFile, compile, type Law } from '../../src/manifest/checks.ts'
import { laws, manifestKinds } from '../../src/manifest/schemas.ts'
import { descriptions } from '../../src/systems/registry.ts'
import { quickstart, rolecall } from '../cli/rolecall.ts'
import { alternatives, everything, parse, refused } from './manifests.ts'

type Value = Readonly<Record<string, unknown>>

const root = join(import.meta.dirname, '../..')
const named = laws(descriptions).map((law): [unknown, Law] => [
  law.schema['$id'] ?? law.schema['description'],
  law,
])

it.each(named)('the build has compiled the check of: %s', (_, law) => {
  expect(existsSync(checkFile(law))).toBe(true)
})

it('a check is found by all that it is made from, so that one that is out of date is not', () => {
  const [[, law]] = named as [[unknown, Law]]
  const others: Law[] = [
    { ...law, schema: { ...law.schema, minProperties: 1 } },
    { ...law, beside: [{ ...law.beside[0], description: 'Another.' }] },
    { ...law, options: { ...law.options, allErrors: false } },
  ]
  for (const other of others) expect(existsSync(checkFile(other))).toBe(false)
})

it('what the build has not seen is checked all the same', () => {
  const schema = { type: 'object', properties: { seen: { const: 'never' } }, additionalProperties: false }
  const validate = check({ schema, beside: [], options: {} })
  expect(validate({ seen: 'never' })).toBe(true)
  expect(validate({ seen: 'often' })).toBe(false)
})

it.each(named)('the check that the build has compiled says what Ajv says: %s', (_, law) => {
  const [built, direct] = [check(law), compile(law)]
  const answers = new Set<string>()
  for (const value of triedOn(law)) {
    const answer = said(built, value)
    expect(answer).toBe(said(direct, value))
    answers.add(answer)
  }
  if (law.schema['$id'] !== undefined) expect(answers).toContain('fits')
  expect(answers.size).toBeGreaterThan(1)
})

function said(validate: ReturnType<typeof check>, value: unknown): string {
  return validate(value) ? 'fits' : JSON.stringify(validate.errors)
}

/** What is right, that with one thing changed, what has a known fault, and every file of the examples. */
function triedOn({ schema }: Law): unknown[] {
  const kind = manifestKinds.find((name) => constant(schema, 'kind') === name)
  if (kind !== undefined) {
    const right = parse(everything[kind])
    const changed = [...alternatives, ...refused].filter(([name]) => name === kind)
    return [
      right,
      ...spoiled(right),
      ...changed.map(([, from, to]) => parse(everything[kind].replace(from, to))),
      ...files,
    ]
  }
  const right = constant(schema, 'format') === undefined ? settingsFor(schema) : planFile()
  return [right, ...spoiled(right), ...listed(right, schema)]
}

function constant(schema: Law['schema'], key: string): unknown {
  return propertiesOf(schema)[key]?.['const']
}

function propertiesOf(schema: Law['schema']): Record<string, Value> {
  return (schema['properties'] ?? {}) as Record<string, Value>
}

function planFile(): Value {
  const folder = quickstart()
  expect(rolecall(folder, ['plan', '--out', 'plan.json'])).toMatchObject({ code: 0 })
  return JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Value
}

function written(folder: string): unknown[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.includes('.rolecall'))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(root, folder, file), 'utf8'), { logLevel: 'silent' }),
    )
    .flatMap((document) => ('toJS' in document && document.errors.length === 0 ? [plain(document)] : []))
}

function plain(document: { toJS: () => unknown }): unknown {
  try {
    return JSON.parse(JSON.stringify(document.toJS())) as unknown
  } catch {
    return null // an alias of nothing
  }
}

const files = ['test/invalid', 'examples'].flatMap(written)

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'none',
  'A b\u0000',
  'x'.repeat(5000),
  [],
  ['a', 'a'],
  [{}],
  {},
  { key: {} },
]

/** An object that the schema of a connector takes. */
function settingsFor(schema: Law['schema']): Value {
  return Object.fromEntries(
    Object.entries(propertiesOf(schema)).map(([key, property]) => [key, fitting(property)]),
  )
}

/** The same with each value that a key may have by name. */
function listed(right: Value, schema: Law['schema']): Value[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, property]) =>
    ((property['enum'] ?? []) as unknown[]).map((value) => ({ ...right, [key]: value })),
  )
}

/** A value that fits, as far as the schemas of connectors go. */
function fitting(property: Value): unknown {
  const [first] = [...((property['enum'] ?? []) as unknown[]), property['const'], property['minimum']].filter(
    (value) => value !== undefined,
  )
  if (first !== undefined) return first
  if (property['type'] === 'array') return []
  return property['type'] === 'boolean' ? true : 'text'
}

/** The value with each part of it in turn replaced by each odd one, taken out, or with a key beside it. */
function spoiled(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    const items = value as unknown[]
    return [
      ...odd,
      [...items, ...items],
      ...items.flatMap((item, index) => spoiled(item).map((other) => items.with(index, other))),
    ]
  }
  if (typeof value !== 'object' || value === null) return odd
  const entries = Object.entries(value)
  return [
    ...odd,
    { ...value, 'un/kno~wn': 1 },
    ...entries.map(([key]) => Object.fromEntries(entries.filter(([other]) => other !== key))),
    ...entries.flatMap(([key, part]) => spoiled(part).map((other) => ({ ...value, [key]: other }))),
  ]
}
