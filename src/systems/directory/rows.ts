import type { LinkTarget, Resource, ResourceRef } from '../../model/resource.ts'
import { writeValue, type Value } from './convert.ts'
import type { Connection } from './database.ts'
import { description } from './describe.ts'
import { layouts, type LinkColumns } from './layout.ts'
import { Refusal } from './refusal.ts'
import { deleteWhere, insert, place } from './sql.ts'

/** Parts of a resource as the columns and rows that hold them. */

/** Values of the resource's own row, by column; a value of null empties it. */
export function fieldColumns(ref: ResourceRef, fields: Resource['fields']): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => {
      const column = layouts[ref.kind].fields[field]
      if (column === undefined) throw new Refusal(`a directory has no field "${field}" for it`)
      if (description.kinds[ref.kind]?.fields[field]?.write === 'manual') {
        throw new Refusal(`only a person can set "${field}", in the file itself`)
      }
      return [column.name, writeValue(column, value)]
    }),
  )
}

/** Links that stand in the resource's own row, by column: all columns of a link, so that the old target goes. */
export function linkColumns(ref: ResourceRef, links: Resource['links']): Record<string, Value> {
  const columns: Record<string, Value> = {}
  for (const [link, targets] of Object.entries(links)) {
    const layout = linkLayout(ref, link)
    if (layout.beside !== undefined) continue
    if (targets.length > 1) throw new Refusal(`it can have only one ${link}`)
    for (const column of columnsOf(layout)) columns[column] = null
    for (const target of targets) {
      const { column, text } = placeOf(layout, link, target)
      columns[column] = text
    }
  }
  return columns
}

/** Adds links that stand in a table beside. */
export function addLinks(connection: Connection, ref: ResourceRef, links: Resource['links']): void {
  forEachBeside(ref, links, (table, owner, column, text) => {
    connection.run(insert(table, [owner, column]), ...storable([ref.key, text]))
  })
}

/** Removes links that stand in a table beside. That they are there was checked before. */
export function removeLinks(connection: Connection, ref: ResourceRef, links: Resource['links']): void {
  forEachBeside(ref, links, (table, owner, column, text) => {
    connection.run(deleteWhere(table, [owner, column]), ref.key, text)
  })
}

/** Text that SQLite would cut off or replace without a word is refused: another name would stand in the file. */
export function storable(values: readonly Value[]): readonly Value[] {
  for (const value of values) {
    if (typeof value !== 'string') continue
    if (value.includes('\0')) throw new Refusal('a text holds a NUL character')
    if (/\p{Cs}/u.test(value)) throw new Refusal('a text is not well-formed Unicode')
  }
  return values
}

function forEachBeside(
  ref: ResourceRef,
  links: Resource['links'],
  each: (table: string, owner: string, column: string, text: string) => void,
): void {
  for (const [link, targets] of Object.entries(links)) {
    const layout = linkLayout(ref, link)
    if (layout.beside === undefined) continue
    for (const target of targets) {
      const { column, text } = placeOf(layout, link, target)
      each(layout.beside.table, layout.beside.owner, column, text)
    }
  }
}

function linkLayout(ref: ResourceRef, link: string): LinkColumns {
  const layout = layouts[ref.kind].links[link]
  if (layout === undefined) throw new Refusal(`a directory has no link "${link}" for it`)
  return layout
}

function placeOf(layout: LinkColumns, link: string, target: LinkTarget): { column: string; text: string } {
  const found = place(layout, target)
  if (found === undefined) throw new Refusal(`its ${link} cannot be ${target}`)
  return found
}

function columnsOf({ byType, native }: LinkColumns): readonly string[] {
  return native === undefined ? Object.values(byType) : [...Object.values(byType), native]
}
