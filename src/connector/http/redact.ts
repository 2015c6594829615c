/**
 * What a system says is shown to people, and some systems say back what they were sent. Whatever shares eight
 * characters in a row with a secret, in whichever usual encoding, is blotted out.
 */

import { wellFormed } from './text.ts'

const hidden = '[secret]'
/** Letters and digits in a row that give a secret away. */
const telling = 8
/** Text of a system that is shown at most. */
const longest = 200

/** Sequences that move the cursor or colour the text (ECMA-48, CSI). */
const escapes = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g

export class Redactor {
  readonly #grams = new Set<string>()
  readonly #short = new Set<string>()

  /** Remembers a secret; said before it is sent for the first time. */
  learn(secret: string): void {
    for (const form of formsOf(secret)) {
      const bare = bareTextOf(form)
      for (let at = 0; at + telling <= bare.length; at++) this.#grams.add(bare.slice(at, at + telling))
    }
    if (bareTextOf(secret).length < telling && secret !== '') this.#short.add(secret)
  }

  /** One line without control characters and secrets, cut to what people read. */
  show(text: string): string {
    // Controls first, and what they tell a terminal: they could stand between the letters of a secret.
    const line = text
      .replace(escapes, '')
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .slice(0, 20 * longest)
    const clean = [...this.#short].reduce((rest, secret) => rest.replaceAll(secret, hidden), this.#blot(line))
    const shown = clean.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`).trim()
    return shown.length > longest ? `${wellFormed(shown.slice(0, longest))}…` : shown
  }

  #blot(text: string): string {
    const { text: bare, places } = bareOf(text)
    const marked = new Uint8Array(text.length)
    for (let at = 0; at + telling <= bare.length; at++)
      if (this.#grams.has(bare.slice(at, at + telling)))
        marked.fill(1, places[at]?.from, places[at + telling - 1]?.to)
    let out = ''
    for (let at = 0; at < text.length; at++) {
      if (marked[at] === 0) out += text.charAt(at)
      else if (at === 0 || marked[at - 1] === 0) out += hidden
    }
    return out
  }
}

/**
 * Letters and digits only, small, and where each stands: separators and case hide nothing. What stands for a sign in
 * HTML, in a URL or in JSON is that sign.
 */
function bareOf(text: string): {
  readonly text: string
  readonly places: readonly { readonly from: number; readonly to: number }[]
} {
  const places: { from: number; to: number }[] = []
  let bare = ''
  for (const { 0: token, index: from } of text.matchAll(tokens)) {
    const sign = token.length === 1 ? token : signOf(token)
    if (!/^[a-z0-9]$/i.test(sign)) continue
    bare += sign.toLowerCase()
    places.push({ from, to: from + token.length })
  }
  return { text: bare, places }
}

/** The same without the places: what is learnt is long, and need not be found again. */
function bareTextOf(text: string): string {
  return text
    .replace(coded, signOf)
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase()
}

const coded = /&#\d{1,7};|&#x[0-9a-f]{1,6};|&[a-z]{2,6};|%[0-9a-f]{2}|\\u[0-9a-f]{4}/gi
const tokens = new RegExp(`${coded.source}|[^]`, 'gi')

function signOf(token: string): string {
  const decimal = /^&#(\d+);$/.exec(token)?.[1]
  const hex = /^(?:&#x|%|\\u)([0-9a-f]+);?$/i.exec(token)?.[1]
  const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal)
  return code < 0x80 ? String.fromCharCode(code) : ''
}

/** A secret as it may come back: plain, backwards, in hex, in base64 at each of three offsets, in UTF-16. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const wide = Buffer.from(secret, 'utf16le')
  const base64 = [bytes, wide].flatMap((whole) =>
    [0, 1, 2].map((skip) => {
      const part = whole.subarray(skip)
      // Without what the last, incomplete group adds: it depends on what follows.
      return part.subarray(0, part.length - (part.length % 3)).toString('base64')
    }),
  )
  const hex = [bytes.toString('hex'), wide.toString('hex')]
  const encoded = [encodeURIComponent(wellFormed(secret)), JSON.stringify(secret)]
  return [secret, secret.split('').reverse().join(''), ...hex, ...base64, ...encoded]
}
