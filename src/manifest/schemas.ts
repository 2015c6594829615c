/**
 * The schemas of the manifest language are files that editors read too. They are read here once, and what checks
 * a document is loaded for a kind when its first document comes by: a run rarely sees all eleven.
 */
import { readFileSync } from 'node:fs'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonObject } from '../model/json.ts'
import { check, type Law } from './checks.ts'
import type { Connectors } from './document.ts'

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
 * The check of a document of this kind, loaded on first use. On a fault it returns false and `errors` holds
 * every one, each with the schema it comes from (`parentSchema`): `patternErrorMessage` there is for people.
 */
export function validator(kind: ManifestKind): ValidateFunction {
  return kept(schemaOf(kind), lawOf)
}

/** The check of an object by a schema of a connector (`description.schemas`), loaded once a schema. */
export function connectorValidator(schema: JsonObject): ValidateFunction {
  return kept(schema, lawOf)
}

/** The check of a plan file. It stops at the first fault: that there is one is all that counts. */
export function planValidator(): ValidateFunction {
  return kept(readSchema(planFile), planLaw)
}

/** What the checks of all that these connectors take are made from, profiles included: the build compiles them. */
export function laws(connectors: Connectors): Law[] {
  const varieties = Object.values(connectors).flatMap(({ schemas, profiles = {} }) => [
    schemas,
    ...Object.values(profiles).flatMap(({ differs }) => differs.schemas ?? []),
  ])
  const parts = new Set(varieties.flatMap((schemas) => Object.values(schemas).filter(isSchema)))
  return [...[...manifestKinds.map(schemaOf), ...parts].map(lawOf), planLaw(readSchema(planFile))]
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

const commonFile = 'common.schema.json'
const planFile = 'plan.schema.json'

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

/** A description has lists of types beside its schemas. */
function isSchema(part: JsonObject | readonly string[]): part is JsonObject {
  return !Array.isArray(part)
}

function lawOf(schema: JsonObject): Law {
  return { schema, beside: [readSchema(commonFile)], options: everyFault }
}

function planLaw(schema: JsonObject): Law {
  return { schema, beside: [], options: { strict: false } }
}

const everyFault = {
  strict: true,
  allErrors: true,
  verbose: true,
  // "a handle, or a map with one": one type list gives one fault, alternatives would give one for each.
  allowUnionTypes: true,
}

const checks = new Map<JsonObject, ValidateFunction>()

/** A check is asked for with every document. */
function kept(schema: JsonObject, law: (schema: JsonObject) => Law): ValidateFunction {
  const known = checks.get(schema) ?? check(law(schema))
  checks.set(schema, known)
  return known
}
