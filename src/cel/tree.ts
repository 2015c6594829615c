/**
 * What is used of the library's expression tree. Some of it is not in its types: macros are expanded beside the call
 * as it was written, and each operation keeps the function that does it. The version is pinned to the last digit, and
 * the tests of the meter and of `matches` fail when any of this is no longer so.
 */
export interface Node {
  readonly op: string
  readonly args: unknown
  readonly start: number
  readonly end: number
  /** What a macro became: another tree, or an object with nodes among its values. */
  readonly meta: { readonly alternate?: Node; readonly macro?: object }
  /** Does the operation, given the values of its operands; there once the tree was checked. */
  handle?: (...values: unknown[]) => unknown
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'meta' in value
}

/** The nodes among a value, which may be a list of them, or of lists. */
export function nodesIn(value: unknown): Node[] {
  if (isNode(value)) return [value]
  return Array.isArray(value) ? value.flatMap(nodesIn) : []
}
