/** A handle is there once for each kind: a reference that could mean two documents means neither. */
import type { Manifest } from './document.ts'
import { showPlace, type Place, type Reporter } from './place.ts'

/** The manifests without those whose handle another of the kind has: the first in order of file and place counts. */
export function uniqueManifests(manifests: readonly Manifest[], report: Reporter): Manifest[] {
  const seen = new Map<string, Manifest>()
  return [...manifests].sort(byPlace).filter((manifest) => {
    const { kind, metadata } = manifest
    // Settings are one however they are called; `readSettings` says so.
    if (kind === 'Settings') return true
    const name = `${kind}/${metadata.name}`
    const other = seen.get(name)
    if (!other) seen.set(name, manifest)
    else {
      report.error(
        'duplicate-handle',
        nameOf(manifest),
        `There are two documents ${name}: this one and the one in ${showPlace(nameOf(other))}.`,
        'Give one of them another name, or make them one.',
      )
    }
    return !other
  })
}

function nameOf(manifest: Manifest): Place {
  return { raw: manifest.raw, path: ['metadata', 'name'] }
}

/** By file and place in it, whatever order the files came in. */
function byPlace(one: Manifest, other: Manifest): number {
  const [a, b] = [one.raw, other.raw]
  if (a.source.file !== b.source.file) return a.source.file < b.source.file ? -1 : 1
  return a.index - b.index
}
