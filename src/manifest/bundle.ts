/** Editors and pipes want one file: the published schemas, which refer to each other, as one that refers to itself. */
import type { Json, JsonObject } from '../model/json.ts'

/** Published schemas by the names of their files, as `user.schema.json`. */
export type SchemaFiles = Readonly<Record<string, JsonObject>>

/**
 * The schema of `file` with all that it refers to in its own `$defs`: `user.schema.json` becomes `#/$defs/user`,
 * and a definition inside a file keeps its name, which is unique over all files (a test says so).
 */
export function bundle(files: SchemaFiles, file: string): JsonObject {
  const definitions: Record<string, Json> = {}
  const taken = new Set<string>()
  const take = (name: string): void => {
    if (taken.has(name)) return
    taken.add(name)
    const schema = files[name]
    if (schema === undefined) throw new Error(`no schema file ${name}`)
    const { $id: _id, $schema: _schema, $defs, ...body } = schema
    if (name !== file && Object.keys(body).some((key) => key !== 'description')) {
      definitions[name.replace('.schema.json', '')] = inward(body, take)
    }
    for (const [key, value] of Object.entries(($defs ?? {}) as JsonObject)) {
      definitions[key] = inward(value, take)
    }
  }
  take(file)
  const { $id: _id, $defs: _defs, $schema, ...root } = files[file] ?? {}
  return { $schema: $schema ?? null, ...(inward(root, take) as JsonObject), $defs: definitions }
}

/** The value with each reference to another file turned into one inside this file. */
function inward(value: Json, take: (file: string) => void): Json {
  if (isList(value)) return value.map((item) => inward(item, take))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== '$ref' || typeof inner !== 'string') return [key, inward(inner, take)]
      const [file = '', pointer] = inner.split('#')
      if (file !== '') take(file)
      return [key, pointer === undefined ? `#/$defs/${file.replace('.schema.json', '')}` : `#${pointer}`]
    }),
  )
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
