/**
 * The schemas of the manifest language are files that editors read too. They are read here once, and what checks
 * a document is compiled for a kind when its first document comes by: a run rarely sees all eleven.
 */
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonObject } from '../model/json.ts'

/** The kinds of manifest, in the order in which people meet them. */
export const manifestKinds = [
  'Settings',
  'System',
  'User',
  'Group',
  'Role',
  'Project',
  'Scope',
  'AccessPolicy',
  'GroupMapping',
  'Acceptance',
  'Guardrail',
] as const
export type ManifestKind = (typeof manifestKinds)[number]

/**
 * The check of a document of this kind, compiled on first use. On a fault it returns false and `errors` holds
 * every one, each with the schema it comes from (`parentSchema`): `patternErrorMessage` there is for people.
 */
export function validator(kind: ManifestKind): ValidateFunction {
  return known(`${schemaBase}${schemaFile(kind)}`)
}

/** The check of an object by a schema of a connector (`description.schemas`), compiled once a schema. */
export function connectorValidator(schema: JsonObject): ValidateFunction {
  return checker().compile(schema)
}

/** The schema of a kind as it is published. It refers to `common.schema.json`. */
export function schemaOf(kind: ManifestKind): JsonObject {
  return readSchema(schemaFile(kind))
}

/** The schema of a document of any kind: the one to name in an editor. It refers to all the others. */
export const manifestFile = 'manifest.schema.json'

/** The published schemas by the names of their files. */
export function schemaFiles(): Readonly<Record<string, JsonObject>> {
  const names = [manifestFile, commonFile, ...manifestKinds.map(schemaFile)]
  return Object.fromEntries(names.map((name) => [name, readSchema(name)]))
}

/** `AccessPolicy` → `access-policy.schema.json`. */
export function schemaFile(kind: ManifestKind): string {
  return `${kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.schema.json`
}

const schemaBase = 'https://rolecall.dev/schemas/v1/'
const commonFile = 'common.schema.json'

/** Beside `src` and `dist` alike. */
const folder = new URL('../../schemas/', import.meta.url)

const files = new Map<string, JsonObject>()

function readSchema(file: string): JsonObject {
  const cached = files.get(file)
  if (cached !== undefined) return cached
  const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as JsonObject
  files.set(file, schema)
  return schema
}

let ajv: Ajv2020 | undefined

function checker(): Ajv2020 {
  if (ajv !== undefined) return ajv
  ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    verbose: true,
    // "a handle, or a map with one": one type list gives one fault, alternatives would give one for each.
    allowUnionTypes: true,
    // A test holds the schemas against the meta-schema; compiling that on each run costs more than all the rest.
    validateSchema: false,
    // Compiling is paid on every run, and the checks are as quick without what Ajv makes of them afterwards.
    code: { optimize: false },
  })
  ajv.addVocabulary(['patternErrorMessage'])
  ajv.addSchema(readSchema(commonFile))
  for (const kind of manifestKinds) ajv.addSchema(schemaOf(kind))
  return ajv
}

function known(id: string): ValidateFunction {
  const validate = checker().getSchema(id)
  if (validate === undefined) throw new Error(`no schema ${id}`)
  return validate
}
