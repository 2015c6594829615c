import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { manifestFile, manifestKinds, schemaFiles, validator } from '../../src/manifest/schemas.ts'
import { alternatives, everything, parse, refused } from './manifests.ts'

type Schema = Readonly<Record<string, unknown>>

const root = join(import.meta.dirname, '../..')
const files = Object.entries(schemaFiles())

describe('the schemas of the manifests', () => {
  it('D1: are all published, and nothing else beside plan, drift, undo and log', () => {
    const published = readdirSync(join(root, 'schemas')).filter(
      (name) => !/^(plan|drift|undo|log)\./.test(name),
    )
    expect(published.sort()).toEqual(files.map(([name]) => name).sort())
  })

  it.each(files)('%s is valid draft 2020-12 under an id of its own', (name, schema) => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema['$id']).toBe(`https://rolecall.dev/schemas/v1/${name}`)
    const ajv = new Ajv2020({ strict: false })
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true)
  })

  it.each(files)('%s describes every field in a sentence', (_name, schema) => {
    const silent = subschemas(schema)
      .filter(({ isField }) => isField)
      .filter(({ schema: field }) => !/^[A-Za-z{"*].{8,}[.]$/s.test(String(field['description'])))
    expect(silent.map(({ path }) => path)).toEqual([])
  })

  it.each(files.filter(([name]) => name !== manifestFile))(
    '%s closes every object, but where a connector has a say',
    (_name, schema) => {
      const objects = subschemas(schema).filter(
        ({ schema: each, isCondition }) => !isCondition && types(each).includes('object'),
      )
      const at = (rule: unknown): string[] =>
        objects.filter(({ schema: each }) => each['additionalProperties'] === rule).map(({ path }) => path)
      const aConnectors = [
        '/$defs/accountValues',
        '/$defs/account',
        '/$defs/groupSystem',
        '/properties/spec/properties/settings',
      ]
      expect(at(undefined)).toEqual([])
      expect(at(true).filter((path) => !aConnectors.includes(path))).toEqual([])
    },
  )

  it.each(files)('%s says nothing that the types cannot, and bounds every text', (_name, schema) => {
    for (const { schema: each, path } of subschemas(schema)) {
      expect(Object.keys(each), path).not.toContain('prefixItems')
      expect(Object.keys(each), path).not.toContain('unevaluatedProperties')
      expect(Object.keys(each), path).not.toContain('title')
      if (!types(each).includes('string')) continue
      const bounded = ['maxLength', 'enum', 'const', '$ref'].some((key) => key in each)
      // A pattern without a repetition that has no end bounds the text by itself.
      expect(bounded || /^\^[^*+]+\$$/.test(String(each['pattern'])), path).toBe(true)
    }
  })

  it('names each definition once over all files, so that they can stand in one', () => {
    const names = files.flatMap(([name, schema]) => [
      name.replace('.schema.json', ''),
      ...Object.keys((schema['$defs'] ?? {}) as object),
    ])
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('has only patterns that take linear time: 100,000 characters of the worst kind in under 50 ms', () => {
    const patterns = files.flatMap(([, schema]) =>
      subschemas(schema).flatMap(({ schema: each }) =>
        typeof each['pattern'] === 'string' ? [each['pattern']] : [],
      ),
    )
    expect(patterns.length).toBeGreaterThan(20)
    for (const pattern of new Set(patterns)) {
      const expression = new RegExp(pattern, 'u')
      for (const piece of ['a', 'a.', '@', 'a@', '-', '1', ':', 'refs/', 'https://', '*', ' ', '1-']) {
        const hostile = `${piece.repeat(Math.ceil(100_000 / piece.length))}\u0000`
        const start = performance.now()
        expression.test(hostile)
        expect(performance.now() - start, `${pattern} on ${piece}…`).toBeLessThan(50)
      }
    }
  })

  it('gives the types in src/manifest/generated, which are fresh', () => {
    const run = spawnSync(process.execPath, ['scripts/generate.js', '--check'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(run.stderr).toBe('')
    expect(run.status).toBe(0)
  })
})

describe('the check of a document', () => {
  it.each(manifestKinds)('D1: takes a %s that uses every key of the language', (kind) => {
    expect(faults(kind, everything[kind])).toEqual([])
  })

  it.each(manifestKinds)('has an example of every key of a %s', (kind) => {
    const schema = schemaFiles()[fileOf(kind)]!
    const unused: string[] = []
    compareKeys(schema, parse(everything[kind]), schema, '', unused)
    expect(
      unused.filter(
        (path) => !/ledger\/(file|git)|url\/file|spec\/groups\/(group|from|until|reason)$/.test(path),
      ),
    ).toEqual([])
  })

  it.each(alternatives)('takes a %s with %j written as %j', (kind, from, to) => {
    expect(faults(kind, changed(kind, from, to))).toEqual([])
  })

  it.each(refused)('refuses a %s with %j written as %j', (kind, from, to, path, keyword) => {
    const found = faults(kind, changed(kind, from, to))
    expect(found).toContain(`${path} ${keyword}`)
  })

  it.each(manifestKinds)('refuses a key that nobody knows anywhere in a %s', (kind) => {
    const accepted: string[] = []
    for (const { path, add } of objects(parse(everything[kind]))) {
      add((document) => {
        const validate = validator(kind)
        if (validate(document)) accepted.push(path)
        else
          expect(
            validate.errors?.map(({ keyword }) => keyword),
            path,
          ).toContainEqual(
            expect.stringMatching(/additionalProperties|propertyNames|pattern|type|maxProperties/),
          )
      })
    }
    const mayHold = [
      /^\/metadata\/labels$/,
      /^\/spec\/settings(\/|$)/,
      /^\/spec\/defaults\/account$/,
      /^\/spec\/accounts\/[^/]+$/,
      /^\/spec\/systems\/[^/]+(\/permissions.*|\/account)?$/,
      /^\/spec\/people\/labels$/,
    ]
    expect(accepted.filter((path) => !mayHold.some((pattern) => pattern.test(path)))).toEqual([])
  })

  it('refuses a password of any name in a user, but where the connector is asked', () => {
    const text = everything.User.replace('  email: ana@acme.example', '  password: hunter2')
    expect(faults('User', text)).toEqual(['/spec additionalProperties'])
  })

  it('gives one fault for one mistake in what may be a handle or a map', () => {
    expect(
      faults('User', changed('User', '- payroll-readers', '- {grup: payroll-readers, group: x}')),
    ).toEqual(['/spec/groups/secondary/0 additionalProperties'])
  })

  it('has a sentence for people wherever a pattern refuses', () => {
    for (const [kind, from, to, path, keyword] of refused.filter(([, , , , word]) => word === 'pattern')) {
      const validate = validator(kind)
      expect(validate(parse(changed(kind, from, to)))).toBe(false)
      const fault = validate.errors?.find((error) => error.instancePath === path && error.keyword === keyword)
      expect(fault?.parentSchema, path).toHaveProperty('patternErrorMessage', expect.stringMatching(/\.$/))
    }
  })

  it('takes the same as the schema of all kinds', () => {
    const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false })
    ajv.addVocabulary(['patternErrorMessage'])
    for (const [, schema] of files) ajv.addSchema(schema)
    const any = ajv.getSchema(`https://rolecall.dev/schemas/v1/${manifestFile}`)!
    for (const kind of manifestKinds) expect(any(parse(everything[kind])), kind).toBe(true)
    for (const [kind, from, to] of refused)
      expect(any(parse(changed(kind, from, to))), `${kind} ${to}`).toBe(false)
  })
})

interface Found {
  readonly path: string
  readonly schema: Schema
  /** It describes a value of the manifest, so an editor shows its description. */
  readonly isField: boolean
  /** It is part of a condition, not of what a value looks like. */
  readonly isCondition: boolean
}

function subschemas(schema: Schema, path = '', isField = true, isCondition = false): Found[] {
  const below = (key: string, field: boolean, condition = isCondition): Found[] => {
    const value = schema[key]
    return isSchema(value) ? subschemas(value, `${path}/${key}`, field, condition) : []
  }
  const map = (key: string): Found[] =>
    Object.entries((schema[key] ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
      isSchema(value) ? subschemas(value, `${path}/${key}/${name}`, !isCondition, isCondition) : [],
    )
  const list = (key: string): Found[] =>
    ((schema[key] ?? []) as unknown[]).flatMap((value, index) =>
      isSchema(value) ? subschemas(value, `${path}/${key}/${String(index)}`, false, true) : [],
    )
  // A reference to a described definition says what that one says.
  const described = isField && !(schema['$ref'] !== undefined && Object.keys(schema).length === 1)
  return [
    { path, schema, isField: described && path !== '/$defs', isCondition },
    ...map('properties'),
    ...map('$defs'),
    ...below('items', true),
    ...below('additionalProperties', true),
    ...['allOf', 'anyOf', 'oneOf'].flatMap(list),
    ...['if', 'then', 'else'].flatMap((key) => below(key, false, true)),
  ]
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function types(schema: Schema): string[] {
  return [schema['type'] ?? []].flat() as string[]
}

/** Each fault as `path keyword`, without those that only say that another one was found. */
function faults(kind: (typeof manifestKinds)[number], text: string): string[] {
  const validate = validator(kind)
  if (validate(parse(text))) return []
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

function changed(kind: (typeof manifestKinds)[number], from: string, to: string): string {
  if (!everything[kind].includes(from)) throw new Error(`${kind} has no ${from}`)
  return everything[kind].replace(from, to)
}

function fileOf(kind: string): string {
  return `${kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.schema.json`
}

/** Keys of the schema that the example lacks. */
function compareKeys(schema: Schema, value: unknown, owner: Schema, path: string, unused: string[]): void {
  const meant = resolve(schema, owner)
  const values = Array.isArray(value) ? value : [value]
  for (const [key, below] of Object.entries((meant.schema['properties'] ?? {}) as Record<string, Schema>)) {
    const holders = values.filter((each): each is Record<string, unknown> => isSchema(each) && key in each)
    if (holders.length === 0) unused.push(`${path}/${key}`)
    else compareKeys(below, holders.map((each) => each[key]).flat(), meant.owner, `${path}/${key}`, unused)
  }
  if (isSchema(meant.schema['items']))
    compareKeys(meant.schema['items'], values.flat(), meant.owner, path, unused)
  if (isSchema(meant.schema['additionalProperties'])) {
    const inside = values.filter(isSchema).flatMap((each) => Object.values(each))
    compareKeys(meant.schema['additionalProperties'], inside, meant.owner, `${path}/*`, unused)
  }
}

function resolve(schema: Schema, owner: Schema): { schema: Schema; owner: Schema } {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return { schema, owner }
  const [file = '', pointer = ''] = reference.split('#')
  const next = file === '' ? owner : schemaFiles()[file]!
  const definitions = next['$defs'] as Record<string, Schema>
  return resolve(definitions[pointer.replace('/$defs/', '')]!, next)
}

/** Every object of a document, with a way to see the document with a strange key in it. */
function objects(
  document: Record<string, unknown>,
): { path: string; add: (look: (document: unknown) => void) => void }[] {
  const found: { path: string; add: (look: (document: unknown) => void) => void }[] = []
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (!Array.isArray(value)) {
      const object = value as Record<string, unknown>
      const add = (look: (document: unknown) => void): void => {
        object['xUnknown'] = 'x'
        look(document)
        delete object['xUnknown']
      }
      found.push({ path, add })
    }
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}/${key}`)
  }
  visit(document, '')
  return found
}
