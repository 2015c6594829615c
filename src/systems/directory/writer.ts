import { mergeSet, movedSince } from '../../connector/before.ts'
import type { Writer, WriteResult } from '../../connector/contract.ts'
import type { Write } from '../../model/change.ts'
import type { Resource } from '../../model/resource.ts'
import { patiently } from '../../sqlite/patiently.ts'
import { fieldColumns, linkColumns, linkRows, type Row, type Value } from './convert.ts'
import { openToWrite, type Connection } from './database.ts'
import { description } from './describe.ts'
import { layouts } from './layout.ts'
import { readOne, readPointing } from './reader.ts'
import { Refusal, sentence } from './refusal.ts'
import { deleteWhere, insert, updateById } from './sql.ts'

/**
 * Writes one directory. The file is made with the first write. A call is one transaction: all of its writes are
 * done, in order, or none is, and each is checked against what it expects to find just before it is sent.
 */
export function writeDirectory(file: string, now: () => Date): Writer {
  let opened: Connection | undefined
  let isClosed = false
  // what waits for the file when its run is over must not be carried out any more
  const whenFree = <T>(work: () => T): Promise<T> => patiently(work, () => isClosed)
  return {
    write: async (writes) => {
      const connection = (opened ??= await whenFree(() => openToWrite(file)))
      return send({ file, connection, now }, writes, whenFree)
    },
    close: () => {
      isClosed = true
      return patiently(() => opened?.close())
    },
  }
}

interface Place {
  readonly file: string
  readonly connection: Connection
  readonly now: () => Date
}

async function send(
  { file, connection, now }: Place,
  writes: readonly Write[],
  whenFree: (work: () => void) => Promise<void>,
): Promise<readonly WriteResult[]> {
  const ids: string[] = []
  try {
    await whenFree(() => {
      connection.exec('BEGIN IMMEDIATE')
    })
    for (const write of writes) ids.push(perform(connection, write, now))
  } catch (error) {
    rollback(connection)
    const message = sentence(file, error, writes[ids.length])
    return writes.map((_write, index) => ({
      outcome: 'failed',
      message:
        index === ids.length ? message : `Rolled back with another write of its transaction: ${message}`,
    }))
  }
  return commit(file, connection, ids)
}

/** A commit that fails leaves open what is in the file: it is read back before anything else. */
function commit(file: string, connection: Connection, ids: readonly string[]): readonly WriteResult[] {
  try {
    connection.exec('COMMIT')
    return ids.map((id) => ({ outcome: 'done', id }))
  } catch (error) {
    rollback(connection)
    const message = sentence(file, error, undefined)
    return ids.map(() => ({ outcome: 'uncertain', message }))
  }
}

/** A full disk has ended the transaction already. */
function rollback(connection: Connection): void {
  if (connection.inTransaction) connection.exec('ROLLBACK')
}

/** Sends one write and gives the native id of what it wrote. */
function perform(connection: Connection, write: Write, now: () => Date): string {
  switch (write.action) {
    case 'create':
      return create(connection, write.after, now)
    case 'update':
    case 'rename':
      return change(connection, write)
    case 'delete':
      return remove(connection, write)
  }
}

function create(connection: Connection, { ref, fields, links }: Resource, now: () => Date): string {
  const { table, key, derivedKey, madeAt } = layouts[ref.kind]
  const row = {
    ...(derivedKey ? {} : { [key]: ref.key }),
    ...(madeAt === undefined ? {} : { [madeAt]: now().toISOString() }),
    ...fieldColumns(ref, fields),
    ...linkColumns(ref, links),
  }
  const id = add(connection, table, row)
  for (const beside of linkRows(ref, links)) add(connection, beside.table, beside.row)
  return `${ref.kind}/${id}`
}

function change(connection: Connection, write: Extract<Write, { action: 'update' | 'rename' }>): string {
  const { ref, before, after } = write
  const { table, key } = layouts[ref.kind]
  const isRename = write.action === 'rename'
  const { live, id } = expected(connection, write, isRename ? write.from : ref.key)
  const row = {
    ...(isRename ? { [key]: ref.key } : {}),
    ...fieldColumns(ref, fieldsAfter(live, write)),
    ...linkColumns(ref, { ...emptied(before.links), ...after.links }),
  }
  const columns = Object.keys(row)
  if (columns.length > 0) connection.run(updateById(table, columns), ...storable(row), id)
  // The rows beside followed a rename: SQLite cascades it.
  for (const gone of linkRows(ref, before.links)) drop(connection, gone.table, gone.row)
  for (const come of linkRows(ref, after.links)) add(connection, come.table, come.row)
  return `${ref.kind}/${id}`
}

/** Memberships go along with it; anything else that still refers to it fails the write. */
function remove(connection: Connection, write: Extract<Write, { action: 'delete' }>): string {
  const { id } = expected(connection, write, write.ref.key)
  drop(connection, layouts[write.ref.kind].table, { id })
  return `${write.ref.kind}/${id}`
}

function add(connection: Connection, table: string, row: Row): number {
  return connection.run(insert(table, Object.keys(row)), ...storable(row))
}

function drop(connection: Connection, table: string, row: Row): void {
  connection.run(deleteWhere(table, Object.keys(row)), ...Object.values(row))
}

/** The values. Text that libsql would cut off or alter without a word is refused: another name would be written. */
function storable(row: Row): readonly Value[] {
  const values = Object.values(row)
  for (const value of values) {
    if (typeof value === 'string' && /[\0\p{Cs}]/u.test(value)) {
      throw new Refusal('a text holds a NUL or half a character, which SQLite cannot keep')
    }
  }
  return values
}

/** The resource as it is now, if it is what the write expects. */
function expected(
  connection: Connection,
  write: Exclude<Write, { action: 'create' }>,
  key: string,
): { readonly live: Resource; readonly id: number } {
  const live = readOne(connection, { ...write.ref, key })
  const id = write.action === 'delete' ? write.before.id : write.id
  if (live?.id === undefined) throw new Refusal('it is not there any more')
  if (id !== undefined && id !== live.id) throw new Refusal(`it is another one now: ${live.id}, not ${id}`)
  if (live.fields['sealed'] === true) throw new Refusal('it is sealed')
  const pointing = write.action === 'delete' ? [...new Set(readPointing(connection, live.ref))].sort() : []
  const moved = movedSince(description, live, write, pointing)
  if (moved.length > 0) throw new Refusal(`it changed since the plan was made: ${moved.join('; ')}`)
  return { live, id: Number(live.id.slice(live.id.indexOf('/') + 1)) }
}

/** Touched fields with their values afterwards; null where there is none any more. */
function fieldsAfter(
  live: Resource,
  { before, after }: Extract<Write, { action: 'update' | 'rename' }>,
): Resource['fields'] {
  const names = new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])
  const kind = description.kinds[live.ref.kind]
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      kind?.fields[name]?.shape === 'set'
        ? mergeSet(live.fields[name], before.fields[name], after.fields[name])
        : (after.fields[name] ?? null),
    ]),
  )
}

function emptied(links: Resource['links']): Resource['links'] {
  return Object.fromEntries(Object.keys(links).map((link) => [link, []]))
}
