/**
 * Reading a SQLite file and leaving nothing beside it. In WAL mode SQLite makes a log and an index (`-wal`, `-shm`)
 * next to a file that it opens, even to read, and a reader must not clear them away: another process may have begun
 * to use them. A file without a log is whole, and can be read as one that cannot change (`immutable`): then SQLite
 * makes nothing, but takes no locks either, so it is for us to prove that nobody wrote meanwhile.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** A writer may end just while we read; more than one such writer in a row is work that goes on. */
const tries = 2

/** The coarsest clock of a file system, FAT's, in milliseconds: a later write may leave the same time behind. */
const coarsest = 2000

/** What stands beside a file that is being written, or that was left in the middle of a write. */
const companions = ['-wal', '-shm', '-journal']

/** Looks into a file for as long as nobody writes it. */
export interface Undisturbed<C> {
  /**
   * What `work` gave for a file that stood still meanwhile. Undefined where that is not proven, or the file is missing
   * or not in WAL mode: then it is to be read under SQLite's locks. `work` may be called twice, and what it throws
   * counts only when the file stood still.
   */
  readonly look: <T>(work: (connection: C) => T) => { readonly value: T } | undefined
  readonly close: () => void
}

/**
 * `open` is given the address to open. A connection is kept for as long as the file is what it was when it was opened.
 *
 * The proof of a look: the file did not change from its beginning to its end, and at a moment in between there was no
 * log; so what was read is what was committed at that moment.
 */
export function undisturbed<C extends { close(): unknown }>(
  file: string,
  open: (address: string) => C,
): Undisturbed<C> {
  let held: { readonly connection: C; readonly mark: string } | undefined
  const close = (): void => {
    held?.connection.close()
    held = undefined
  }
  const connectionTo = (mark: string): C => {
    if (held?.mark !== mark) {
      close()
      held = { connection: open(`${pathToFileURL(file).href}?mode=ro&immutable=1`), mark }
    }
    return held.connection
  }
  return {
    look: (work) => {
      for (let round = 0; round < tries; round++) {
        const before = stateOf(file)
        if (before === undefined || isInUse(file)) break
        const answer = attempt(() => work(connectionTo(before.mark)))
        if (stateOf(file, before.isFresh)?.mark === before.mark) return { value: answer() }
        close()
      }
      close()
      return undefined
    },
    close,
  }
}

interface State {
  /** Everything that shows a write. */
  readonly mark: string
  /** Written so short a time ago that a further write may not show in its times: then its content is compared. */
  readonly isFresh: boolean
}

/**
 * A file that this very process has open in WAL mode has an index beside it, and is not looked at: on POSIX to close
 * a file gives up all locks that the process has on it, also those of SQLite. The times alone are not enough, see
 * `isFresh`; nor is SQLite's change counter in the header, which most commits in WAL mode leave alone.
 */
function stateOf(file: string, asFresh?: boolean): State | undefined {
  if (isInUse(file) || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const descriptor = openSync(file, 'r')
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = fstatSync(descriptor, { bigint: true })
    const header = Buffer.alloc(100)
    readSync(descriptor, header, 0, header.length, 0)
    if (!isInWalMode(header)) return undefined
    const isFresh = asFresh ?? Date.now() - Number(ctimeMs) < coarsest
    const content = isFresh ? createHash('sha256').update(readFileSync(descriptor)).digest('hex') : ''
    return { mark: [dev, ino, size, mtimeNs, ctimeNs, header.toString('hex'), content].join(' '), isFresh }
  } finally {
    closeSync(descriptor)
  }
}

function isInUse(file: string): boolean {
  return companions.some((name) => existsSync(file + name))
}

/** Write and read version in the header of the file, https://www.sqlite.org/fileformat.html#file_format_version_numbers */
function isInWalMode(header: Buffer): boolean {
  return header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header[18] === 2 && header[19] === 2
}

/** What came of it, for later: a file that changes while it is read may look damaged. */
function attempt<T>(work: () => T): () => T {
  try {
    const result = work()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}
