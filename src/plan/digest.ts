import { createHash, hash, type Hash } from 'node:crypto'

/**
 * The one text form of a value (RFC 8785): sorted keys, no spaces. A plan file is compared with it byte by byte, so
 * everything that is hashed or saved goes through here. Throws on numbers that JSON cannot hold.
 *
 * The `canonicalize` library gives the same text, and a test holds this to it. It is not used for plans because it glues
 * its text together piece by piece: four times the time, and three times the memory, at 100,000 changes.
 */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form.`)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts: string[] = []
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) parts.push(canonical(item ?? null))
    return `[${parts.join(',')}]`
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const key of Object.keys(members).sort()) {
    const member = members[key]
    if (member !== undefined) parts.push(`${quoted(key)}:${canonical(member)}`)
  }
  return `{${parts.join(',')}}`
}

/** Nearly every text is of letters that stand for themselves: to ask JSON each time would be half of the work. */
function quoted(text: string): string {
  return /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** SHA-256 of the canonical form, in lower-case hex. */
export function sha256(value: unknown): string {
  return hash('sha256', canonical(value), 'hex')
}

/** The same of what may be as large as a whole plan. */
export function sha256InPieces(value: unknown): string {
  const pieces: string[] = []
  let length = 0
  let begun: Hash | undefined
  inPieces(value, wholeBelow, (piece) => {
    pieces.push(piece)
    length += piece.length
    if (length <= hashedAtOnce) return
    begun = (begun ?? createHash('sha256')).update(pieces.join(''), 'utf8')
    pieces.length = 0
    length = 0
  })
  const rest = pieces.join('')
  // most plans are small, and then to make an object for it is most of the work
  return begun === undefined ? hash('sha256', rest, 'hex') : begun.update(rest, 'utf8').digest('hex')
}

/** Down to the steps of a plan: its text as one string would be the largest thing in memory, twice. */
const wholeBelow = 4
const hashedAtOnce = 1 << 16

/** The canonical form, containers of the first `depth` levels bit by bit, what is in them at once. */
function inPieces(value: unknown, depth: number, take: (piece: string) => void): void {
  if (depth === 0 || typeof value !== 'object' || value === null) {
    take(canonical(value))
  } else if (Array.isArray(value)) {
    let before = '['
    for (const item of value as unknown[]) {
      take(before)
      inPieces(item ?? null, depth - 1, take)
      before = ','
    }
    take(value.length === 0 ? '[]' : ']')
  } else {
    const members = value as Readonly<Record<string, unknown>>
    let before = '{'
    for (const key of Object.keys(members).sort()) {
      const member = members[key]
      if (member === undefined) continue
      take(`${before}${quoted(key)}:`)
      inPieces(member, depth - 1, take)
      before = ','
    }
    take(before === '{' ? '{}' : '}')
  }
}
