/** What an answer holds, read within limits: a server that is broken or hostile must not fill the memory or the stack. */
import type { Json } from '../../model/json.ts'

export interface BodyLimits {
  /** Bytes of one answer, counted after decompression. */
  readonly bytes: number
  /** Levels of lists and objects. */
  readonly depth: number
}

export const bodyLimits: BodyLimits = { bytes: 32 * 1024 * 1024, depth: 64 }

/** An answer that arrived and is not to be used: a clause for people (`is larger than 32 MiB`). */
export class BadBody extends Error {
  override name = 'BadBody'
}

/** The whole body. Rejects as the connection does when it is cut, and with BadBody as soon as it is too long. */
export async function bytesOf(response: Response, { bytes }: BodyLimits): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    length += value.byteLength
    if (length > bytes) {
      const tooLong = new BadBody(`is larger than ${bytes} bytes`)
      await reader.cancel(tooLong).catch(() => undefined)
      throw tooLong
    }
    chunks.push(value)
  }
}

/** JSON, and nothing that only looks like it; undefined for an empty body. */
export function jsonOf(
  bytes: Uint8Array,
  contentType: string | null,
  { depth }: BodyLimits,
): Json | undefined {
  if (bytes.byteLength === 0) return undefined
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? ''))
    throw new BadBody(contentType === null ? 'does not say what it is' : 'is not JSON but of another type')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new BadBody('is not UTF-8')
  }
  if (depthOf(bytes) > depth) throw new BadBody(`is nested more than ${depth} levels deep`)
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new BadBody('is not well-formed JSON')
  }
}

/** How deep the brackets outside of strings go. Over the bytes: signs of JSON are one byte each, and no part of another. */
function depthOf(bytes: Uint8Array): number {
  let [depth, deepest, quoted] = [0, 0, false]
  for (let at = 0; at < bytes.length; at++) {
    const sign = bytes[at]
    if (quoted) {
      if (sign === backslash) at++
      else if (sign === quote) quoted = false
    } else if (sign === quote) quoted = true
    else if (sign === openList || sign === openObject) {
      depth++
      if (depth > deepest) deepest = depth
    } else if (sign === closeList || sign === closeObject) depth--
  }
  return deepest
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]
