/**
 * What checks a value by a schema. Ajv takes longer to load and to compile than a small run takes for all the rest, so the
 * build compiles what the package comes with (`scripts/checks.js`). A check is kept under the digest of all that it is made
 * from: one that is out of date is not found, and what the build has not seen is compiled when it is asked for.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Ajv2020, Options, ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonObject } from '../model/json.ts'

/** All that a check is made from. */
export interface Law {
  readonly schema: JsonObject
  /** The schemas that it refers to. */
  readonly beside: readonly JsonObject[]
  readonly options: Options
}

/** The check of a value by a schema. On a fault it returns false, and `errors` holds what `options` ask for. */
export function check(law: Law): ValidateFunction {
  const file = checkFile(law)
  return existsSync(file) ? (require(file) as ValidateFunction) : compile(law)
}

/** Where the build puts the check: beside `src` and in `dist` alike. */
export function checkFile(law: Law): string {
  const digest = createHash('sha256').update(JSON.stringify(law)).digest('hex')
  return fileURLToPath(new URL(`../../dist/checks/${digest.slice(0, 32)}.cjs`, import.meta.url))
}

/** The same check, made on the spot: a run pays for it, and what Ajv could make of the code afterwards is not worth it. */
export function compile(law: Law): ValidateFunction {
  return compiler(law, { optimize: false }).compile(law.schema)
}

/**
 * Ajv as it stands before it compiles a law; `code` decides what the code looks like and nothing of what it says.
 *
 * @public the build compiles with it
 */
export function compiler({ options, beside }: Law, code: NonNullable<Options['code']>): Ajv2020 {
  const library = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  // A test holds the schemas against the meta-schema; compiling that as well costs more than all the rest.
  const ajv = new library.Ajv2020({ ...options, validateSchema: false, code })
  ajv.addVocabulary(['patternErrorMessage'])
  for (const schema of beside) ajv.addSchema(schema)
  return ajv
}

/** Synchronous, and not before it is called. */
const require = createRequire(import.meta.url)
