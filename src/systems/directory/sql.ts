import { kinds, type Kind } from '../../model/resource.ts'
import { description } from './describe.ts'
import { builtIn, layouts, type LinkColumns } from './layout.ts'

/** The statements of a directory, made from its layout: names come from there only, values are always bound. */

/** All resources of a kind, one flat row each, as `convert` reads it, in a file of this version of the schema. */
export function selectAll(kind: Kind, version: number): string {
  return `${select(kind, version)} WHERE ${isResource(kind)}`
}

/** The resource with the key that is bound. */
export function selectOne(kind: Kind, version: number): string {
  return `${select(kind, version)} WHERE ${name(layouts[kind].key)} = ? AND ${isResource(kind)}`
}

/** Who loses a link when the resource of a type with the key that is bound is removed: `name`s of a kind, by statement. */
export function selectPointing(type: Kind): readonly { readonly kind: Kind; readonly sql: string }[] {
  return kinds.flatMap((kind) =>
    Object.entries(layouts[kind].links).flatMap(([link, { beside, byType }]) => {
      const column = byType[type]
      if (column === undefined || description.kinds[kind]?.links[link]?.onRemove !== 'cascade') return []
      const { table, owner } = beside ?? { table: layouts[kind].table, owner: layouts[kind].key }
      return [
        { kind, sql: `SELECT ${folded(kind, owner)} AS name FROM ${name(table)} WHERE ${isBound(column)}` },
      ]
    }),
  )
}

export function insert(table: string, columns: readonly string[]): string {
  const places = columns.map(() => '?')
  return `INSERT INTO ${name(table)} (${columns.map(name).join(', ')}) VALUES (${places.join(', ')})`
}

/** Values of the columns are bound first, then the id. */
export function updateById(table: string, columns: readonly string[]): string {
  return `UPDATE ${name(table)} SET ${columns.map(isBound).join(', ')} WHERE id = ?`
}

export function deleteWhere(table: string, columns: readonly string[]): string {
  return `DELETE FROM ${name(table)} WHERE ${columns.map(isBound).join(' AND ')}`
}

function select(kind: Kind, version: number): string {
  const { table, key, fields, links } = layouts[kind]
  const known = Object.values(fields).filter(({ since = 1 }) => since <= version)
  const columns = new Set(['id', key, ...known.flatMap((column) => (column.is ? [] : [column.name]))])
  const selected = [
    ...[...columns].map(name),
    ...known.flatMap((column) => (column.is ? [`${column.is} AS ${name(column.name)}`] : [])),
    ...Object.entries(links).map(([link, place]) => `${targets(kind, place)} AS ${name(link)}`),
  ]
  return `SELECT ${selected.join(', ')} FROM ${name(table)} AS resource`
}

function isResource(kind: Kind): string {
  const names = (builtIn[kind] ?? []).map((text) => `'${text}'`)
  return names.length === 0 ? 'true' : `${name(layouts[kind].key)} NOT IN (${names.join(', ')})`
}

/** `type:name` of one link column, or the JSON list of those that stand in the table beside. */
function targets(kind: Kind, { beside, byType, native }: LinkColumns): string {
  const typed = Object.entries(byType).map(([type, column]) => `'${type}:' || ${folded(type, column)}`)
  const all = native === undefined ? typed : [...typed, name(native)]
  const target = all.length === 1 ? all.join() : `coalesce(${all.join(', ')})`
  if (beside === undefined) return target
  const owner = `${name(beside.table)}.${name(beside.owner)} = resource.${name(layouts[kind].key)}`
  return `(SELECT json_group_array(${target}) FROM ${name(beside.table)} WHERE ${owner})`
}

/** User names are spelled freely and keyed in lower case; SQLite's `lower` folds ASCII only, as keys do. */
function folded(type: string, column: string): string {
  return type === 'account' ? `lower(${name(column)})` : name(column)
}

function isBound(column: string): string {
  return `${name(column)} = ?`
}

/** `group` and `groups` are words of SQL. */
function name(identifier: string): string {
  return `"${identifier}"`
}
