/**
 * The URL of a PostgreSQL ledger, as the client takes it. It is read here, because the client lets a URL switch the
 * check of certificates off, and puts parts of one that it cannot read into its errors.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClientConfig } from 'pg'
import { PostgresFault } from './postgres-words.ts'

const parameters = ['host', 'port', 'application_name', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey']

/** Reads it; files of certificates are relative to `root`. Throws LedgerUnreachable, which shows no part of it. */
export function readUrl(text: string, root: string): ClientConfig {
  const url = parsed(text)
  const given = (name: string): string | undefined => url.searchParams.get(name) ?? undefined
  if ([...url.searchParams.keys()].some((name) => !parameters.includes(name))) {
    throw unusable(`has a parameter that is not one of ${parameters.join(', ')}`)
  }
  const host = given('host') ?? decoded(url.hostname).replace(/^\[(.+)\]$/, '$1')
  if (host === '') throw unusable('names no host')
  const port = Number(given('port') ?? (url.port === '' ? 5432 : url.port))
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw unusable('names a port that is none')
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded)
  return {
    host,
    port,
    ...(user && { user }),
    ...(password && { password }),
    ...(database && { database }),
    application_name: given('application_name') ?? 'rolecall',
    ssl: tls(given, host, root),
  }
}

function parsed(text: string): URL {
  try {
    const url = new URL(text)
    if (['postgres:', 'postgresql:'].includes(url.protocol)) return url
  } catch {
    // what it throws holds the text
  }
  throw unusable(
    'is not of the form postgres://user:password@host:5432/database, with other characters than letters and digits written as %2F',
  )
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw unusable('has a % that is not followed by two hexadecimal digits')
  }
}

/**
 * Where TLS is on, the certificate is verified. Without `sslmode` it is on, but for a server on this very machine: what
 * the other clients do by default, `prefer`, is talked out of TLS by anybody on the way.
 */
function tls(
  given: (name: string) => string | undefined,
  host: string,
  root: string,
): Exclude<ClientConfig['ssl'], undefined> {
  const mode = given('sslmode') ?? (isHere(host) ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  if (!['require', 'verify-ca', 'verify-full'].includes(mode)) {
    throw unusable('has an sslmode other than disable, require, verify-ca and verify-full')
  }
  const file = (name: string): string | undefined => {
    const path = given(name)
    return path === undefined ? undefined : contents(resolve(root, path), name)
  }
  const [ca, cert, key] = [file('sslrootcert'), file('sslcert'), file('sslkey')]
  if (mode === 'verify-ca' && ca === undefined) throw unusable('has sslmode=verify-ca and no sslrootcert')
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    // whose certificate it is, and not for which host: that is what verify-ca means
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  }
}

function isHere(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

function contents(path: string, parameter: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw unusable(`names a file in ${parameter} that cannot be read`)
  }
}

function unusable(reason: string): PostgresFault {
  return new PostgresFault(`cannot be reached: its URL ${reason}`)
}
