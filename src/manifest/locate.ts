/**
 * Positions cost memory and are needed only where there is a fault, so no document carries them: a source with
 * a problem is parsed a second time here, and the place is looked up in its tree.
 */
import { isCollection, isMap, isNode, isScalar, isSeq, type Pair } from 'yaml'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Span } from '../model/span.ts'
import { compose, type Tree } from './compose.ts'
import type { Path, Problem, Source } from './document.ts'
import { inside } from './inside.ts'
import { isSecret, showsSecret } from './secret.ts'

/** Problems as diagnostics with places, sorted by file, line and column; what is said twice stands once. */
export function locate(problems: readonly Problem[]): Diagnostic[] {
  const located: Diagnostic[] = []
  for (const [source, own] of groupBySource(problems)) {
    const places = locator(source)
    for (const problem of own) located.push(toDiagnostic(problem, places))
  }
  return unique(located.sort(compare))
}

/** Places in one source. The text is parsed when the first place is asked for. */
export interface Locator {
  /** The key or value at a path of a document; where the path ends early, the key of what should hold the rest. */
  span(index: number, path: Path, mark: 'key' | 'value'): Span
  /** A stretch of the text, cut at the end of its first line. */
  stretch(start: number, end: number): Span
  /** A stretch of the text at a path; undefined where it cannot be told exactly. */
  part(index: number, path: Path, part: NonNullable<Problem['part']>): Span | undefined
  /** What is written at a path, as it is written: `0123` and not 123. Undefined where no scalar is. */
  written(index: number, path: Path): string | undefined
}

export function locator(source: Source): Locator {
  const { file, text } = source
  let trees: Tree[] | undefined
  let starts: number[] | undefined
  const found = (index: number, path: Path): Found => find((trees ??= [...compose(text)])[index], path)
  const stretch = (start: number, end: number): Span => {
    starts ??= lineStarts(text)
    const line = lineOf(starts, start)
    const lineStart = starts[line] ?? 0
    const content = text.slice(lineStart, (starts[line + 1] ?? text.length + 1) - 1).replace(/\r$/, '')
    const column = Math.min(start - lineStart, content.length)
    const length = Math.max(1, Math.min(end - lineStart, content.length) - column)
    const span = { file, line: line + 1, column: column + 1, length }
    return showsSecret(content) ? span : { ...span, text: content }
  }
  return {
    stretch,
    span: (index, path, mark) => stretch(...marked(found(index, path), mark, text)),
    part: (index, path, part) => {
      const { node, whole } = found(index, path)
      const range = whole && isScalar(node) ? inside(node, text, part) : undefined
      return range && stretch(...range)
    },
    written: (index, path) => {
      const { node, whole } = found(index, path)
      return whole && isScalar(node) ? node.source : undefined
    },
  }
}

/** The node at a path, or the last one on the way to it, with the key that it is the value of. */
interface Found {
  readonly node: unknown
  readonly key: unknown
  readonly whole: boolean
}

function find(tree: Tree | undefined, path: Path): Found {
  let node: unknown = tree?.contents
  let key: unknown
  for (const segment of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        (item) => isScalar(item.key) && item.key.value === segment,
      )
      if (pair === undefined) return { node, key, whole: false }
      key = pair.key
      node = pair.value
    } else if (isSeq(node) && typeof segment === 'number' && segment < node.items.length) {
      key = undefined
      node = node.items[segment]
    } else return { node, key, whole: false }
  }
  return { node, key, whole: true }
}

/** What to underline. A value over several lines is named by its key, and one without a key by its beginning. */
function marked({ node, key, whole }: Found, mark: 'key' | 'value', text: string): [number, number] {
  const value = rangeOf(node)
  const fits = value !== undefined && value[1] > value[0] && !text.slice(...value).includes('\n')
  if (mark === 'value' && whole && fits) return value
  const name = rangeOf(key)
  if (name !== undefined) return name
  if (isMap(node) && !(fits && node.flow === true)) return rangeOf(node.items[0]?.key) ?? value ?? [0, 1]
  if (isSeq(node) && !fits && isNode(node.items[0]) && !isCollection(node.items[0]))
    return rangeOf(node.items[0]) ?? [0, 1]
  return value ?? [0, 1]
}

function rangeOf(node: unknown): [number, number] | undefined {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], range[1]] : undefined
}

function toDiagnostic(problem: Problem, places: Locator): Diagnostic {
  const { code, severity, index, path, mark, range, part, message, fix } = problem
  const within = part && places.part(index, path, part)
  const { text, ...place } = range ? places.stretch(...range) : (within ?? places.span(index, path, mark))
  const span = text === undefined || isSecret(path) ? place : { ...place, text }
  return { code, severity, span, message, ...(fix === undefined ? {} : { fix }) }
}

function groupBySource(problems: readonly Problem[]): Map<Source, Problem[]> {
  const groups = new Map<Source, Problem[]>()
  for (const problem of problems) {
    const group = groups.get(problem.source)
    if (group === undefined) groups.set(problem.source, [problem])
    else group.push(problem)
  }
  return groups
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The last line that starts at or before an offset, from 0. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Order of diagnostics: by place, then by what they say; those without a place come first. */
export function compare(a: Diagnostic, b: Diagnostic): number {
  return (
    order(a.span?.file ?? '', b.span?.file ?? '') ||
    (a.span?.line ?? 0) - (b.span?.line ?? 0) ||
    (a.span?.column ?? 0) - (b.span?.column ?? 0) ||
    order(a.code, b.code) ||
    order(a.message, b.message)
  )
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function unique(sorted: Diagnostic[]): Diagnostic[] {
  return sorted.filter((diagnostic, i) => {
    const before = sorted[i - 1]
    return before === undefined || compare(before, diagnostic) !== 0
  })
}
