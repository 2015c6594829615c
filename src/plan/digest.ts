import { createHash } from 'node:crypto'
import library from 'canonicalize'

// Its types promise an ES module; what is loaded is a CommonJS one, whose import is the function itself.
const canonicalize = library as unknown as (value: unknown) => string | undefined

/**
 * The one text form of a value (RFC 8785): sorted keys, no spaces. A plan file is compared with it byte by byte,
 * so everything that is hashed or saved goes through here. Throws on what JSON cannot hold.
 */
export function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('This value has no JSON form.')
  return text
}

/** SHA-256 of the canonical form, in lower-case hex. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(canonical(value), 'utf8').digest('hex')
}
