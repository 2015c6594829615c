/** Somebody with an SQLite program: what happens behind the repository's back. */
import Database from 'libsql'
import { join } from 'node:path'

export function byHand(root: string, file: string, ...statements: readonly string[]): void {
  const database = new Database(join(root, '.rolecall', file))
  try {
    database.exec('PRAGMA foreign_keys = ON')
    for (const statement of statements) database.exec(statement)
  } finally {
    database.close()
  }
}
