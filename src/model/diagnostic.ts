import type { Span } from './span.ts'

/** `error` stops the run before anything is read; `warning` and `hint` are shown and the run goes on. */
export type Severity = 'error' | 'warning' | 'hint'

/**
 * A fault in a manifest, for the person who wrote it: a stable code, the place, one sentence, one way
 * forward. All diagnostics of a run are collected; none is thrown.
 */
export interface Diagnostic {
  readonly code: string
  readonly severity: Severity
  /** Absent only where there is no place to point at: no manifest was found at all. */
  readonly span?: Span
  /** One sentence that ends in a full stop. */
  readonly message: string
  /** What to do about it: one sentence, with the nearest known name where there is one. */
  readonly fix?: string
}
