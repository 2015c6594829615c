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

export class Redactor {
  readonly #grams = new Set<string>()
  readonly #short = new Set<string>()

  /** Remembers a secret; said before it is sent for the first time. */
  learn(secret: string): void {
    for (const form of formsOf(secret)) {
      const bare = bareOf(form).text
      for (let at = 0; at + telling <= bare.length; at++) this.#grams.add(bare.slice(at, at + telling))
    }
    if (bareOf(secret).text.length < telling && secret !== '') this.#short.add(secret)
  }

  /** One line without control characters and secrets, cut to what people read. */
  show(text: string): string {
    // Controls first: they could stand between the letters of a secret.
    const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 20 * longest)
    const clean = [...this.#short].reduce((rest, secret) => rest.replaceAll(secret, hidden), this.#blot(line))
    const shown = clean.replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`).trim()
    return shown.length > longest ? `${wellFormed(shown.slice(0, longest))}…` : shown
  }

  #blot(text: string): string {
    const { text: bare, places } = bareOf(text)
    const marked = new Uint8Array(text.length)
    for (let at = 0; at + telling <= bare.length; at++)
      if (this.#grams.has(bare.slice(at, at + telling)))
        marked.fill(1, places[at], (places[at + telling - 1] ?? text.length) + 1)
    let out = ''
    for (let at = 0; at < text.length; at++) {
      if (marked[at] === 0) out += text.charAt(at)
      else if (at === 0 || marked[at - 1] === 0) out += hidden
    }
    return out
  }
}

/** Letters and digits only, small, and where each stands: separators and case hide nothing. */
function bareOf(text: string): { readonly text: string; readonly places: readonly number[] } {
  const places: number[] = []
  let bare = ''
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? ''
    if (/[a-z0-9]/i.test(sign)) {
      bare += sign.toLowerCase()
      places.push(at)
    }
  }
  return { text: bare, places }
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
