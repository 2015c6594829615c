/**
 * What can go wrong with a PostgreSQL server, in words. Texts of the client and of the server are not passed on: they
 * hold hosts, names of roles and, of a pooler, whatever it likes. The code they carry says enough.
 */
import { LedgerUnreachable } from './ledger.ts'

/** Something that the client or the server reported. */
export class PostgresFault extends LedgerUnreachable {
  override name = 'PostgresFault'
  /** What the transaction may do about it: `lost` is the connection, `conflict` is another writer. */
  readonly way: 'lost' | 'conflict' | 'none'
  readonly code: string

  constructor(reason: string, way: PostgresFault['way'] = 'none', code = '') {
    super(`The ledger in PostgreSQL ${reason}.`)
    this.way = way
    this.code = code
  }
}

/** The fault that an error of the client stands for, in an established connection. */
export function faultOf(error: unknown): PostgresFault {
  const code = codeOf(error)
  // only the server's own errors have a code of five characters; any other error is one of the connection
  if (!/^[0-9A-Z]{5}$/.test(code))
    return new PostgresFault('cannot be reached: the connection was lost', 'lost')
  const way = lost.test(code) ? 'lost' : conflicts.has(code) ? 'conflict' : 'none'
  const reason = way === 'lost' ? 'cannot be reached: the connection was lost' : 'reports an error'
  return new PostgresFault(
    reasons.get(code) ?? `${reason} (SQLSTATE ${code}, see the log of the server)`,
    way,
    code,
  )
}

/** The fault that kept a connection from being made. */
export function connectFaultOf(error: unknown): PostgresFault {
  const code = codeOf(error)
  const known = reasons.get(code)
  if (known !== undefined) return new PostgresFault(known, 'none', code)
  if (/^[0-9A-Z]{5}$/.test(code)) return faultOf(error)
  const text = error instanceof Error ? error.message : undefined
  const reason = connectTexts.find(([part]) => text?.includes(part))?.[1]
  return new PostgresFault(reason ?? 'cannot be reached: no connection could be made')
}

/** Connection exceptions, a server that goes down or comes up, a session that was ended. */
const lost = /^(08...|57P0[1235]|25P03)$/

/** A deadlock, a failed serialization, and a key that another writer took at the same moment. */
const conflicts = new Set(['40001', '40P01', '23505'])

const untrusted =
  'shows a certificate that cannot be verified; name its authority with sslrootcert in the URL'

const reasons: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ECONNREFUSED: 'cannot be reached: no server answers at its address',
    ECONNRESET: 'cannot be reached: the connection was cut',
    EHOSTUNREACH: 'cannot be reached: there is no way to its host',
    ENETUNREACH: 'cannot be reached: there is no way to its host',
    ETIMEDOUT: 'cannot be reached: its host does not answer',
    ENOTFOUND: 'cannot be reached: the name of its host has no address',
    EAI_AGAIN: 'cannot be reached: the name of its host could not be looked up',
    ENOENT: 'cannot be reached: its socket is not there',
    EACCES: 'cannot be reached: its socket may not be opened by this user',
    DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
    SELF_SIGNED_CERT_IN_CHAIN: untrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
    UNABLE_TO_GET_ISSUER_CERT: untrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
    CERT_HAS_EXPIRED: 'shows a certificate that has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate of another host',
    '22021': 'cannot keep a name with the character NUL',
    '22P05': 'cannot keep a name with the character NUL, or with half a character',
    '25006': 'cannot be written: the server is a read-only copy',
    '28000': 'does not let this role in: the server allows it neither from here nor in this way',
    '28P01': 'does not let this role in: the password is wrong',
    '3D000': 'cannot be reached: the server has no such database',
    '42501': 'may not be used by this role: a privilege is missing',
    '53100': "cannot be written: the server's disk is full",
    '53300': 'cannot be reached: the server takes no more connections',
    '55P03': 'is in use by another process and did not become free in time',
    '57014': 'did not answer in time',
    '57P01': 'cannot be reached: the server ended the connection',
    '57P03': 'cannot be reached: the server is starting or stopping',
  }),
)

/** Errors of the client that have no code. */
const connectTexts: readonly (readonly [string, string])[] = [
  ['timeout expired', 'cannot be reached: its host does not answer in time'],
  ['does not support SSL', 'speaks no TLS; where that is meant, write sslmode=disable in the URL'],
  ['client password must be a', 'asks for a password, and the URL has none'],
]

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
