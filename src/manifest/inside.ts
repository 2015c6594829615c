/**
 * Where in a file a stretch of a text is that YAML may have quoted, folded or indented. White space is what YAML
 * changes, so characters are counted without it: the n-th in the value is the n-th in the file.
 */
import type { Scalar } from 'yaml'

/** Offsets in the file; undefined where the two do not agree, and nothing more exact than the whole can be said. */
export function inside(
  scalar: Scalar,
  text: string,
  part: { readonly start: number; readonly end: number },
): [start: number, end: number] | undefined {
  const { value, range } = scalar
  if (typeof value !== 'string' || !range) return undefined
  const places = visible(text, range[0], range[1], scalar.type)
  const count = lengthWithoutSpace(value)
  if (places.length !== count) return undefined
  const first = lengthWithoutSpace(value.slice(0, part.start))
  const last = lengthWithoutSpace(value.slice(0, part.end)) - 1
  const start = places[first]
  // Past the end of the text: behind its last character.
  if (start === undefined) return afterLast(places)
  const end = (places[Math.max(first, last)] ?? start) + 1
  return [start, end]
}

function afterLast(places: readonly number[]): [number, number] | undefined {
  const last = places.at(-1)
  return last === undefined ? undefined : [last + 1, last + 2]
}

function lengthWithoutSpace(text: string): number {
  return text.replaceAll(space, '').length
}

const space = /[ \t\r\n]/g

/** Offset of each character of the value that is not white space. */
function visible(text: string, from: number, to: number, type: Scalar['type']): number[] {
  const places: number[] = []
  const quoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE'
  const block = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED'
  const end = quoted ? to - 1 : to
  let at = quoted ? from + 1 : block ? headerEnd(text, from) : from
  while (at < end) {
    const character = text.charAt(at)
    if (type === 'QUOTE_DOUBLE' && character === '\\') {
      const { length, shown } = escape(text, at)
      for (let unit = 0; unit < shown; unit++) places.push(at)
      at += length
      continue
    }
    if (type === 'QUOTE_SINGLE' && character === "'") at++
    if (!/[ \t\r\n]/.test(character)) places.push(at)
    at++
  }
  return places
}

function headerEnd(text: string, from: number): number {
  const line = text.indexOf('\n', from)
  return line < 0 ? text.length : line + 1
}

const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** How long an escape is in the file, and how many characters it is in the value that are not white space. */
function escape(text: string, at: number): { length: number; shown: number } {
  const letter = text.charAt(at + 1)
  const digits = hexDigits[letter]
  if (digits !== undefined) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16)
    const isSpace = code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
    return { length: 2 + digits, shown: isSpace ? 0 : code > 0xffff ? 2 : 1 }
  }
  return { length: 2, shown: /[ \tntr\r\n]/.test(letter) ? 0 : 1 }
}
