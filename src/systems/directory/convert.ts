import { foldKey } from '../../connector/describe.ts'
import type { Json } from '../../model/json.ts'
import type { Kind, LinkTarget, Resource } from '../../model/resource.ts'
import { description } from './describe.ts'
import { layouts, type Column, type LinkColumns } from './layout.ts'

/**
 * Native ↔ Resource. The native form is one flat row: the columns of the resource's own table, and one value for
 * each link, under the link's name: a target, or a JSON list of targets where they stand in a table beside it.
 * Every value of a row has its place in the Resource and the other way round, so a round trip loses nothing.
 */
export type Row = Readonly<Record<string, Value>>
export type Value = string | number | null

/** Row → Resource. A value that rolecall does not know is carried as it is; NULL is a missing field. */
export function toResource(system: string, kind: Kind, row: Row): Resource {
  const layout = layouts[kind]
  const fields: Record<string, Json> = {}
  for (const [field, column] of Object.entries(layout.fields)) {
    const value = row[column.name] ?? null
    if (value !== null) fields[field] = readValue(column, value)
  }
  const links: Record<string, readonly LinkTarget[]> = {}
  for (const [link, columns] of Object.entries(layout.links)) {
    links[link] = readTargets(columns, row[link] ?? null)
  }
  const key = foldKey(description, kind, String(row[layout.key]))
  return { ref: { system, kind, key }, id: `${kind}/${String(row['id'])}`, fields, links }
}

/** Resource → Row. Only what the resource has is in the row; the id is SQLite's to give. */
export function toRow(resource: Resource): Row {
  const layout = layouts[resource.ref.kind]
  const row: Record<string, Value> = { [layout.key]: resource.ref.key }
  for (const [field, column] of Object.entries(layout.fields)) {
    const value = resource.fields[field]
    if (value !== undefined) row[column.name] = writeValue(column, value)
  }
  for (const [link, columns] of Object.entries(layout.links)) {
    const targets = resource.links[link]
    if (targets !== undefined) row[link] = writeTargets(columns, targets)
  }
  return row
}

/** What a column holds, as a value. A list is sorted by code unit, as every set is. */
function readValue(column: Column, value: string | number): Json {
  switch (column.holds) {
    case 'flag':
      return value !== 0
    case 'list':
      return value === '[]' ? none : sorted(JSON.parse(String(value)) as string[])
    case 'json':
      return JSON.parse(String(value)) as Json
    case 'text':
    case 'whole':
      return value
  }
}

/** The other way round. A boolean must not reach libsql, which ends the process on one. */
export function writeValue(column: Column, value: Json): Value {
  switch (column.holds) {
    case 'flag':
      return value === true ? 1 : 0
    case 'list':
    case 'json':
      return JSON.stringify(value)
    case 'text':
    case 'whole':
      return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
  }
}

function readTargets(columns: LinkColumns, value: Value): readonly LinkTarget[] {
  if (value === null || value === '[]') return none
  return columns.beside === undefined ? [String(value)] : sorted(JSON.parse(String(value)) as string[])
}

function writeTargets(columns: LinkColumns, targets: readonly LinkTarget[]): Value {
  return columns.beside === undefined ? (targets[0] ?? null) : JSON.stringify(targets)
}

/** Most lists of an organisation are empty: they share one. */
const none: readonly never[] = []

function sorted(list: string[]): readonly string[] {
  return list.length < 2 ? list : list.sort()
}
