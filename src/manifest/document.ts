import type { Description } from '../connector/describe.ts'
import type { JsonObject } from '../model/json.ts'
import type { Severity } from '../model/diagnostic.ts'
import type { WrittenManifest } from './generated/types.ts'

/** A manifest file as it was read: strict UTF-8 text, with a path relative to the workspace root. */
export interface Source {
  readonly file: string
  readonly text: string
}

/** One YAML document as plain JSON. Positions are not carried: `locate` finds them again where one is needed. */
export interface RawDocument {
  readonly source: Source
  /** Place of the document in its file, from 0. */
  readonly index: number
  /** Line on which the document's content begins, from 1. */
  readonly line: number
  readonly value: JsonObject
}

/** A document that the schema of its kind accepts, as it was written: before defaults, references and dates. */
export type Manifest = { readonly raw: RawDocument } & WrittenManifest

/**
 * Faults that are collected of one document at most. A file of 10 MB has room for two million, which nobody reads
 * and which would fill the memory.
 */
export const mostFaults = 1000

export type Path = readonly (string | number)[]

/** A fault at a path of a document, before its place is worked out. */
export interface Problem {
  readonly code: string
  readonly severity: Severity
  readonly source: Source
  readonly index: number
  readonly path: Path
  /** Whether the key or the value is to be marked; a missing thing marks the key of what should hold it. */
  readonly mark: 'key' | 'value'
  /** Where the parser itself found it: offsets in the text, in UTF-16 units. They win over `path`. */
  readonly range?: readonly [start: number, end: number]
  /** A stretch of the text that is the value at the path, where only that is at fault. */
  readonly part?: { readonly start: number; readonly end: number }
  readonly message: string
  readonly fix?: string
}

/** What each sort of system is, by the connector's name: the manifests of a system are checked against it. */
export type Connectors = Readonly<Record<string, Description>>
