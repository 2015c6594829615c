import type { RawDocument } from '../../manifest/document.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Adopted } from './adopt.ts'
import { documentName } from './scene.ts'

/**
 * Live names can be such that no manifest may hold them: two that look alike, spaces that cannot be seen, mixed
 * scripts. What the language refuses of the new documents is left out of the next attempt.
 */

/** The live resources behind errors in new documents, as `kind:key`; empty when the errors are elsewhere. */
export function refusedBy(
  diagnostics: readonly Diagnostic[],
  documents: readonly RawDocument[],
  { created }: Adopted,
): ReadonlyMap<string, string> {
  const refused = new Map<string, string>()
  for (const { severity, span, message } of diagnostics) {
    if (severity !== 'error' || span === undefined) continue
    const inFile = documents.filter(({ source, line }) => source.file === span.file && line <= span.line)
    const document = inFile.at(-1)
    const about = document === undefined ? [] : (created.get(documentName(document.value)) ?? [])
    for (const key of about) refused.set(key, `cannot be declared: ${message.replace(/\.$/, '')}`)
  }
  return refused
}
