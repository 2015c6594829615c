/** Columns, padding and wrapping of text that may hold wide characters. */
import { columns } from './encode.ts'

/** Columns that a text takes on a terminal. */
export function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let sum = 0
  for (const character of text) sum += columns(character)
  return sum
}

/** The text with spaces behind it up to `size` columns; a longer text stays whole. */
export function pad(text: string, size: number): string {
  return text + ' '.repeat(Math.max(0, size - width(text)))
}

/** Joins pieces into lines of at most `size` columns; a piece is never broken. A line that goes on ends with the separator. */
export function wrap(pieces: readonly string[], separator: string, size: number): string[] {
  return rows(pieces, separator, size - width(separator.trimEnd())).map((row, at, all) =>
    at < all.length - 1 ? row.join(separator) + separator.trimEnd() : row.join(separator),
  )
}

/** Which pieces share a line of at most `size` columns, so that each can be coloured by itself afterwards. */
export function rows(pieces: readonly string[], separator: string, size: number): string[][] {
  const lines: string[][] = []
  let used = 0
  for (const piece of pieces) {
    const more = width(separator) + width(piece)
    const line = lines.at(-1)
    if (line === undefined || used + more > size) {
      lines.push([piece])
      used = width(piece)
    } else {
      line.push(piece)
      used += more
    }
  }
  return lines
}

/** Prose at its spaces. */
export function wrapWords(text: string, size: number): string[] {
  return wrap(text.split(' '), ' ', size)
}

/** `1 account`, `3 accounts`, `2 policies`. */
export function count(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : plural(noun)}`
}

function plural(noun: string): string {
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : noun.endsWith('ss') ? `${noun}es` : `${noun}s`
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  const last = words.at(-1)
  return last === undefined || words.length === 1
    ? (last ?? '')
    : `${words.slice(0, -1).join(', ')} and ${last}`
}
