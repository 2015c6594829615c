/**
 * SQLite opens a folder like a file, cannot read it, and takes what its memory held before for the content: it says of the
 * same folder at one time that it is no database, and at another that it is a damaged one.
 */
import { statSync } from 'node:fs'

/** Whether there is a file. Something else in its place, or a way to it that is barred, is no absence and is thrown. */
export function isThere(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === false) throw Object.assign(new Error(`${path} is not a file`), { code: 'EISDIR' })
  return found !== undefined
}
