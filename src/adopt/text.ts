import { stringify } from 'yaml'
import type { JsonObject } from '../model/json.ts'

/** Manifests as text, laid out as `rolecall fmt` lays them out. */

/** One file: each document opens with the line by which an editor finds the schema. `file` is its path in the repository. */
export function fileText(file: string, documents: readonly JsonObject[]): string {
  return documents.map((document) => documentText(file, document)).join('---\n')
}

/** One document; `about` is a comment above it. */
export function documentText(file: string, document: JsonObject, about: readonly string[] = []): string {
  const comment = about.map((line) => `# ${line}\n`).join('')
  return `${comment}${modeline(file)}${stringify(document, { lineWidth: 0, ...quoting })}`
}

/** Quotes what readers of YAML 1.1 would take for a date, a truth or a number. */
export const quoting = { compat: 'yaml-1.1' } as const

function modeline(file: string): string {
  const up = '../'.repeat(file.split('/').length - 1)
  return `# yaml-language-server: $schema=${up}.rolecall/schema.json\n`
}

/** A document of a kind, with its keys in the order of the schema. */
export function manifest(kind: string, metadata: JsonObject, spec: JsonObject): JsonObject {
  return { apiVersion: 'rolecall/v1', kind, metadata, spec: present(spec) }
}

/** The object without keys that have no value: what has none is not written. */
export function present(object: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as JsonObject
}

/** Sorted by code unit and without repeats: the same on every machine. */
export function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].sort()
}
