/**
 * Bytes become text here, or a diagnostic. Whatever makes two tools see different lines, or shows a reviewer
 * something else than a parser reads, is refused: other encodings, control characters, other line ends than
 * LF and CRLF, and characters that turn the direction of writing (CVE-2021-42574).
 */
import type { Diagnostic } from '../model/diagnostic.ts'

/** The text of a file, or the first fault of its bytes. A byte order mark at the very start is left out. */
export function decode(file: string, bytes: Uint8Array): { text: string } | { fault: Diagnostic } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { fault: fault(file, utf16, 1, 1) }
  }
  const text = strict(bytes)
  if (text === undefined) {
    // Streaming, as the prefix may end inside a character, which is where the fault begins.
    const before = new TextDecoder().decode(bytes.subarray(0, validPrefix(bytes)), { stream: true })
    return { fault: faultAt(file, notUtf8, before, before.length) }
  }
  const found = unwanted.exec(text)
  if (found === null) return { text }
  if (found[0] === '\0' && isUtf16(text)) return { fault: fault(file, utf16, 1, 1) }
  return { fault: faultAt(file, explain(found[0]), text, found.index) }
}

interface Told {
  readonly code: string
  readonly message: string
  readonly fix: string
}

const utf16: Told = {
  code: 'not-utf-8',
  message: 'This file is UTF-16, and manifests are UTF-8.',
  fix: 'Save it as UTF-8.',
}

const notUtf8: Told = {
  code: 'not-utf-8',
  message: 'The bytes from here on are not UTF-8.',
  fix: 'Save the file as UTF-8.',
}

/** Controls but tab, LF and CR before LF; line ends of other systems; byte order marks; bidirectional controls. */
const unwanted =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069]|\r(?!\n)/

function explain(character: string): Told {
  const code = character.charCodeAt(0)
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (lineEnds.has(character)) {
    return {
      code: 'line-end',
      message: `A line ends with ${name} here, which some tools show as a line end and others do not.`,
      fix: 'Use LF or CRLF line ends only.',
    }
  }
  if (code === 0xfeff) {
    return {
      code: 'byte-order-mark',
      message: 'A byte order mark (U+FEFF) stands inside the text.',
      fix: 'Remove this invisible character.',
    }
  }
  if (code >= 0x202a && code <= 0x2069) {
    return {
      code: 'bidi-control',
      message: `The invisible character ${name} makes this line look different from what it says.`,
      fix: 'Remove it.',
    }
  }
  return {
    code: 'control-character',
    message: `The control character ${name} stands here.`,
    fix: 'Remove it; in double quotes it can be written as an escape.',
  }
}

/** Without a mark, ASCII in UTF-16 is every other byte NUL. */
function isUtf16(text: string): boolean {
  return /^(?:[^\0]\0|\0[^\0]){2}/.test(text)
}

const lineEnds: ReadonlySet<string> = new Set(['\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])

const fatal = new TextDecoder('utf-8', { fatal: true })

function strict(bytes: Uint8Array): string | undefined {
  try {
    return fatal.decode(bytes)
  } catch {
    return undefined
  }
}

/** Length of the longest prefix that could go on as UTF-8: found by halving, as a prefix of a good one is good. */
function validPrefix(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (couldGoOn(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function couldGoOn(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function faultAt(file: string, told: Told, text: string, offset: number): Diagnostic {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return fault(file, told, line, offset - before.lastIndexOf('\n'))
}

/** Without the source line: bytes that are at fault are not sent to a terminal. */
function fault(file: string, told: Told, line: number, column: number): Diagnostic {
  return { ...told, severity: 'error', span: { file, line, column, length: 1 } }
}
