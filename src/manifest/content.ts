/** What a document says, as a digest: an approval holds for this content, however it is laid out in the file. */
import { createHash } from 'node:crypto'
import library from 'canonicalize'
import type { Manifest } from './document.ts'
import type { JsonObject } from '../model/json.ts'
import type { PlannedDocument } from '../model/plan.ts'

// Its types promise an ES module; what is loaded is a CommonJS one, whose import is the function itself.
const canonicalize = library as unknown as (value: unknown) => string | undefined

/**
 * Content digests by `Kind/name`: SHA-256 over the canonical form (RFC 8785) of the parsed document, in lower-case
 * hex. Comments, order of keys and place in the file change nothing. Worked out when asked for: a plan asks for the
 * few documents that its changes come from.
 */
export function contents(manifests: readonly Manifest[]): (name: string) => PlannedDocument | undefined {
  const values = new Map(manifests.map(({ raw, kind, metadata }) => [`${kind}/${metadata.name}`, raw.value]))
  return (name) => {
    const value = values.get(name)
    if (value === undefined) return undefined
    return { document: name, digest: contentDigest(value) }
  }
}

/** Of a document as it was parsed and brought to the newest version. */
export function contentDigest(value: JsonObject): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '', 'utf8')
    .digest('hex')
}
