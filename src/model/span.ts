/** A place in a file. Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export interface Span {
  /** Relative to the workspace root, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** Length of the marked text on that line, at least 1. */
  readonly length: number
  /** The source line, without its line end; absent where it must not be shown. */
  readonly text?: string
}

/** Where a wish was written: what a plan names as the cause of a change. */
export interface Cause {
  readonly file: string
  readonly line: number
  /** `User/ana`: the document the wish comes from. */
  readonly document: string
  /** Why, where the place alone does not say it: `removed from the manifests`, `expired on 2026-12-06`. */
  readonly because?: string
}
