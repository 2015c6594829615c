import { foldKey } from '../../connector/describe.ts'
import type { Json } from '../../model/json.ts'
import {
  splitTarget,
  type Kind,
  type LinkTarget,
  type Resource,
  type ResourceRef,
} from '../../model/resource.ts'
import { description } from './describe.ts'
import { layouts, type Column, type LinkColumns } from './layout.ts'
import { Refusal } from './refusal.ts'

/**
 * Native ↔ Resource. What is read is one flat row: the columns of the resource's own table, and one value for each
 * link, under the link's name: a target, or a JSON list of targets where they stand in a table beside it. What is
 * written is columns of the own row and rows of the tables beside. Every value of the tables has its place in a
 * Resource and the other way round, so nothing is lost on the way and nothing has to be kept beside it.
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

function readValue(column: Column, value: string | number): Json {
  switch (column.holds) {
    case 'flag':
      return value !== 0
    case 'list':
      return readList(value)
    case 'json':
      return JSON.parse(String(value)) as Json
    case 'text':
    case 'whole':
      return value
  }
}

function readTargets(columns: LinkColumns, value: Value): readonly LinkTarget[] {
  if (columns.beside !== undefined) return readList(value)
  return value === null ? none : [String(value)]
}

/** A list is sorted by code unit, as every set is. */
function readList(value: Value): readonly string[] {
  return value === null || value === '[]' ? none : (JSON.parse(String(value)) as string[]).sort()
}

/** Most lists of an organisation are empty: they share one. */
const none: readonly never[] = []

/** Fields → columns of the resource's own row. A value of null empties the column. */
export function fieldColumns(ref: ResourceRef, fields: Resource['fields']): Row {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      const column = layouts[ref.kind].fields[field]
      if (column === undefined) throw new Refusal(`a directory has no field "${field}" for it`)
      const mode = description.kinds[ref.kind]?.fields[field]?.write
      if (mode === 'manual') throw new Refusal(`only a person can set "${field}", in the file itself`)
      if (mode === 'read') throw new Refusal(`"${field}" is what happened, and nobody's to write`)
      return [column.name, writeValue(column, value)]
    }),
  )
}

/** A boolean must not reach libsql: it ends the process on one. */
function writeValue(column: Column, value: Json): Value {
  if (value === null) return null
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

/** Links → columns of the resource's own row: all columns of each link, so that its old target goes. */
export function linkColumns(ref: ResourceRef, links: Resource['links']): Row {
  const row: Record<string, Value> = {}
  for (const [link, targets] of Object.entries(links)) {
    const columns = columnsOf(ref, link)
    if (columns.beside !== undefined) continue
    if (targets.length > 1) throw new Refusal(`it can have only one ${link}`)
    for (const column of allColumns(columns)) row[column] = null
    for (const target of targets) Object.assign(row, targetColumn(columns, link, target))
  }
  return row
}

/** Links → rows of the tables beside, each with the column that names the resource. */
export function linkRows(ref: ResourceRef, links: Resource['links']): readonly LinkRow[] {
  return Object.entries(links).flatMap(([link, targets]) => {
    const columns = columnsOf(ref, link)
    if (columns.beside === undefined) return []
    const { table, owner } = columns.beside
    return targets.map((target) => ({
      table,
      row: { [owner]: ref.key, ...targetColumn(columns, link, target) },
    }))
  })
}

interface LinkRow {
  readonly table: string
  readonly row: Row
}

/** The column that a target stands in, and the text there. */
function targetColumn({ byType, native }: LinkColumns, link: string, target: LinkTarget): Row {
  const { type, name } = splitTarget(target)
  const column = byType[type]
  if (column !== undefined) return { [column]: name }
  if (native !== undefined) return { [native]: target }
  throw new Refusal(`its ${link} cannot be ${target}`)
}

function columnsOf(ref: ResourceRef, link: string): LinkColumns {
  const columns = layouts[ref.kind].links[link]
  if (columns === undefined) throw new Refusal(`a directory has no link "${link}" for it`)
  return columns
}

function allColumns({ byType, native }: LinkColumns): readonly string[] {
  return native === undefined ? Object.values(byType) : [...Object.values(byType), native]
}
