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
  return `{${membersOf(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .join(',')}}`
}

/** SHA-256 of the canonical form, in lower-case hex. */
export function sha256(value: unknown): string {
  const hash = createHash('sha256')
  const pieces: string[] = []
  let length = 0
  const flush = (): void => {
    hash.update(pieces.join(''), 'utf8')
    pieces.length = 0
    length = 0
  }
  inPieces(value, wholeBelow, (piece) => {
    pieces.push(piece)
    length += piece.length
    if (length > hashedAtOnce) flush()
  })
  flush()
  return hash.digest('hex')
}

/** Down to the steps of a plan: its text as one string would be the largest thing in memory, twice. */
const wholeBelow = 4
const hashedAtOnce = 1 << 16

/** The canonical form, containers of the first `depth` levels bit by bit, what is in them at once. */
function inPieces(value: unknown, depth: number, take: (piece: string) => void): void {
  if (depth === 0 || typeof value !== 'object' || value === null) {
    take(canonical(value))
  } else if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      take(index === 0 ? '[' : ',')
      inPieces(item ?? null, depth - 1, take)
    })
    take(value.length === 0 ? '[]' : ']')
  } else {
    const members = membersOf(value)
    members.forEach(([key, member], index) => {
      take(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`)
      inPieces(member, depth - 1, take)
    })
    take(members.length === 0 ? '{}' : '}')
  }
}

/** What an object has, by key; a member that is undefined is none. */
function membersOf(value: object): readonly (readonly [string, unknown])[] {
  const members = value as Readonly<Record<string, unknown>>
  return Object.keys(members)
    .sort()
    .map((key) => [key, members[key]] as const)
    .filter(([, member]) => member !== undefined)
}
