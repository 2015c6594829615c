import { ConnectorFault, type ConnectorFaultCode } from '../../connector/fault.ts'

/** What goes wrong with a file, in words: what SQLite and the operating system say, and what a person can do about it. */

/** Runs `work`; what is wrong with the file comes out as a ConnectorFault. Our own bugs pass through. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw faultOf(file, error) ?? error
  }
}

/** The fault that an error of libsql or of the file system stands for; undefined for anything else. */
export function faultOf(file: string, error: unknown): ConnectorFault | undefined {
  const code = codeOf(error)
  const known = code === undefined ? undefined : faults.find(({ codes }) => codes.test(code))
  if (known === undefined) return undefined
  return new ConnectorFault(known.fault, `"${file}" ${known.message}.`, known.fix, { cause: error })
}

/** `SQLITE_BUSY`, `EACCES` and the like. libsql has no code for a file that it cannot open at all. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return 'JSON'
  if (!(error instanceof Error)) return undefined
  if (error.message.startsWith('ConnectionFailed')) return 'SQLITE_CANTOPEN'
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const faults: readonly {
  readonly codes: RegExp
  readonly fault: ConnectorFaultCode
  readonly message: string
  readonly fix: string
}[] = [
  {
    codes: /^SQLITE_(BUSY|LOCKED)/,
    fault: 'unreachable',
    message: 'is locked by another program',
    fix: 'Wait until that program is done with it, or end it, and run again.',
  },
  {
    codes: /^SQLITE_NOTADB/,
    fault: 'unreadable',
    message: 'is not an SQLite file',
    fix: 'Name another file in the settings of the system, or move this one away: the next apply makes a new directory.',
  },
  {
    codes: /^SQLITE_(CORRUPT|MISMATCH)/,
    fault: 'unreadable',
    message: 'is damaged',
    fix: 'Restore it from a backup, or mend it with the .recover command of the sqlite3 program.',
  },
  {
    codes: /^JSON$/,
    fault: 'unreadable',
    message: 'holds a list that is not JSON',
    fix: 'Mend the value with the sqlite3 program; the checks of the tables refuse such a value.',
  },
  {
    codes: /^SQLITE_ERROR/,
    fault: 'unreadable',
    message: 'does not have the tables of a directory',
    fix: 'Restore it from a backup, or move it away: the next apply makes a new directory.',
  },
  {
    codes: /^(SQLITE_(CANTOPEN|PERM|AUTH|READONLY)|EACCES|EPERM|EISDIR|ENOTDIR|ELOOP|ENAMETOOLONG|EROFS)/,
    fault: 'unreachable',
    message: 'cannot be opened',
    fix: 'Check that it is a file and that this user may read it, and its folder too.',
  },
  {
    codes: /^(SQLITE_(FULL|IOERR|NOMEM)|ENOSPC|EIO)/,
    fault: 'unreachable',
    message: 'could not be read or written by the operating system',
    fix: 'Check the disk, and whether there is room on it.',
  },
]
