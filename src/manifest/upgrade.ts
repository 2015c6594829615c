/**
 * Manifests written for an earlier version of the language keep working: a step for each `apiVersion` turns a
 * document into one of the next version, until it is of the current one.
 */
import type { JsonObject } from '../model/json.ts'
import type { Problem, RawDocument } from './document.ts'
import { suggest } from './nearest.ts'

const currentVersion = 'rolecall/v1'

/** How a document of one version becomes one of the version `to`. The step does not touch `apiVersion`. */
export interface Step {
  readonly to: string
  readonly upgrade: (value: JsonObject) => JsonObject
}

/** Steps by the version they start from. There has been one version so far. */
const steps: Readonly<Record<string, Step>> = {}

/**
 * The document in the current version, or the problem that its `apiVersion` is missing, is not text or is not a
 * version that is known. Places in an upgraded document are looked up in what was written.
 */
export function upgradeDocument(
  raw: RawDocument,
  table: { readonly current: string; readonly steps: Readonly<Record<string, Step>> } = {
    current: currentVersion,
    steps,
  },
): { document: RawDocument } | { problem: Problem } {
  let { value } = raw
  for (let passed = 0; passed <= Object.keys(table.steps).length; passed += 1) {
    const version = value['apiVersion']
    if (version === table.current) return { document: value === raw.value ? raw : { ...raw, value } }
    const step =
      typeof version === 'string' && Object.hasOwn(table.steps, version) ? table.steps[version] : undefined
    if (step === undefined) break
    value = { ...step.upgrade(value), apiVersion: step.to }
  }
  return { problem: unknownVersion(raw, [...Object.keys(table.steps), table.current]) }
}

function unknownVersion(raw: RawDocument, known: readonly string[]): Problem {
  const version = raw.value['apiVersion']
  const place = { source: raw.source, index: raw.index, severity: 'error' } as const
  if (version === undefined) {
    return {
      ...place,
      code: 'missing-key',
      path: [],
      mark: 'key',
      message: 'This document has no "apiVersion", so nobody can tell what it means.',
      fix: `Begin it with "apiVersion: ${known.at(-1) ?? ''}".`,
    }
  }
  const shown = typeof version === 'string' ? `"${version}"` : 'This'
  return {
    ...place,
    code: 'unknown-version',
    path: ['apiVersion'],
    mark: 'value',
    message: `${shown} is not a version of the manifest language that this rolecall knows.`,
    fix: suggest(typeof version === 'string' ? version : '', known, 'known versions') ?? 'Update rolecall.',
  }
}
