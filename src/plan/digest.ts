import { createHash } from 'node:crypto'

/**
 * The one text form of a value (RFC 8785): sorted keys, no spaces. A plan file is compared with it byte by byte, so
 * everything that is hashed or saved goes through here. Throws on numbers that JSON cannot hold.
 *
 * The `canonicalize` library gives the same text, and a test holds this to it. It is not used for plans because it glues
 * its text together piece by piece: four times the time, and three times the memory, at 100,000 changes.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonical(item ?? null)).join(',')}]`
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form.`)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members: string[] = []
  for (const [key, member] of Object.entries(value).sort(byKey))
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonical(member)}`)
  return `{${members.join(',')}}`
}

/** SHA-256 of the canonical form, in lower-case hex. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(canonical(value), 'utf8').digest('hex')
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
