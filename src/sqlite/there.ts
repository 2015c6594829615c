/**
 * SQLite opens a folder like a file, cannot read it, and takes what its memory held before for the content: it says of the
 * same folder at one time that it is no database, and at another that it is a damaged one.
 */
import { statSync, type Stats } from 'node:fs'

/** Whether there is a file. Something else in its place, or a way to it that is barred, is no absence and is thrown. */
export function isThere(path: string): boolean {
  const found = statsOf(path)
  if (found?.isFile() === false) throw Object.assign(new Error(`${path} is not a file`), { code: 'EISDIR' })
  return found !== undefined
}

/** Without `throwIfNoEntry`: from Node 22 on that takes a way which leads through a file for an absence as well. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
