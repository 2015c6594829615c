/**
 * Comments belong to what they speak of, and move with it when a list is sorted. The yaml package hangs a comment
 * on whatever node it happened to be in when it met one (a heading of the next key on the end of the list above);
 * so here they are taken off and hung up again, by the indentation that a reader goes by.
 */
import {
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Parser,
  visit,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/** A comment, or the `---` that begins a document, by its place in the text. */
export interface Mark {
  readonly offset: number
  readonly type: 'comment' | 'doc-start'
  /** With the `#`. */
  readonly source: string
}

/** All comments and document markers, in the order of the text. */
export function marksOf(text: string): Mark[] {
  const marks: Mark[] = []
  const collect = (token: unknown): void => {
    if (typeof token !== 'object' || token === null) return
    if (isMark(token)) marks.push(token)
    else Object.values(token).forEach(collect)
  }
  for (const token of new Parser().parse(text)) collect(token)
  return marks.sort((a, b) => a.offset - b.offset)
}

/**
 * Hangs the comments of one document on its nodes. The styles of its collections are settled by now: what follows
 * on the line of a list that was in brackets goes to the line of its key. `comments` are those of this document,
 * in order.
 */
export function attachComments(text: string, document: Document.Parsed, comments: readonly Mark[]): void {
  const { contents } = document
  if (!isCollection(contents)) return
  bare(document)
  const entries = entriesOf(text, contents)
  const columns = new Map<Collection | undefined, number>()
  for (const { within, column, first } of entries) if (first) columns.set(within.at(-1), column)
  const anchors = anchorsOf(contents).sort((a, b) => a.offset - b.offset)

  const own: Mark[] = []
  for (const comment of comments) {
    const beside = standsAlone(text, comment.offset)
      ? undefined
      : anchors[lastBefore(anchors, comment.offset)]
    if (beside === undefined) own.push(comment)
    else beside.hang(comment.source.slice(1).trimEnd())
  }

  const tops = new Map<Entry, number>()
  own.forEach((comment, index) => {
    const entry = hang({ text, document, entries, columns, comment, following: own[index + 1]?.offset })
    if (entry !== undefined && !tops.has(entry)) tops.set(entry, comment.offset)
  })
  for (const entry of entries) {
    if (!entry.first && standsAlone(text, entry.offset)) {
      entry.node.spaceBefore = /\n[ \t]*\r?\n$/.test(linesAbove(text, tops.get(entry) ?? entry.offset))
    }
  }
}

function isMark(token: object): token is Mark {
  return 'type' in token && (token.type === 'comment' || token.type === 'doc-start') && 'offset' in token
}

type Collection = YAMLMap | YAMLSeq

/** A key of a map or an item of a list: what a comment line can stand above. */
interface Entry {
  /** Of the key, or of the item's dash. */
  readonly offset: number
  readonly column: number
  /** Collections that the entry is in, outermost first. */
  readonly within: readonly Collection[]
  readonly first: boolean
  /** What carries the comment. */
  readonly node: Scalar | Collection
}

/** Something that a comment can stand beside, on the line on which it ends. */
interface Anchor {
  readonly offset: number
  readonly hang: (body: string) => void
}

function bare(document: Document.Parsed): void {
  document.commentBefore = null
  document.comment = null
  visit(document, {
    Node(_key, node) {
      node.commentBefore = null
      node.comment = null
      if (isScalar(node) || isCollection(node)) node.spaceBefore = false
    },
  })
}

/** All entries, in the order of the text. */
function entriesOf(text: string, node: unknown, within: readonly Collection[] = []): Entry[] {
  if (!isMap(node) && !isSeq(node)) return []
  const inside = [...within, node]
  return node.items.flatMap((item: unknown, index) => {
    const carrier = isPair(item) ? item.key : item
    if (!isScalar(carrier) && !isCollection(carrier)) return []
    const offset = dashOf(node, index) ?? carrier.range?.[0] ?? 0
    const column = offset - lineStart(text, offset)
    const entry = { offset, column, within: inside, first: index === 0, node: carrier }
    return [entry, ...entriesOf(text, isPair(item) ? item.value : item, inside)]
  })
}

/** The dash of a list item; undefined in a map or in brackets. */
function dashOf(node: Collection, index: number): number | undefined {
  const token = node.srcToken
  if (token?.type !== 'block-seq') return undefined
  return token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset
}

function anchorsOf(node: unknown, key?: Scalar): Anchor[] {
  if (isScalar(node)) return [anchor(commentable(node), node)]
  if (!isMap(node) && !isSeq(node)) return []
  const inner = node.items.flatMap((item: unknown) => {
    if (!isPair(item)) return anchorsOf(item)
    return isScalar(item.key) ? [keyAnchor(item.key, item.value), ...anchorsOf(item.value, item.key)] : []
  })
  if (!inBrackets(node)) return inner
  if (node.flow === true) return [...inner, anchor(endOf(node), node)]
  if (key !== undefined) return [...inner, anchor(endOf(node), key)]
  const above = (body: string): void => void (node.commentBefore = joined(node.commentBefore, body))
  return [...inner, { offset: endOf(node), hang: above }]
}

/** `groups: # why` stays on the line of the key when a block follows, and goes behind the value otherwise. */
function keyAnchor(key: Scalar, value: unknown): Anchor {
  const block = isCollection(value) && value.flow !== true
  return anchor(endOf(key), block || !isNode(value) ? key : value)
}

function anchor(offset: number, node: Node): Anchor {
  // A line holds one comment; two fall together only when several lines in brackets become one.
  return { offset, hang: (body) => void (node.comment = node.comment ? `${node.comment};${body}` : body) }
}

/** The place from which a comment on the same line is the scalar's: of a block scalar, its header. */
function commentable(scalar: Scalar): number {
  const block = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED'
  return block ? (scalar.range?.[0] ?? 0) + 1 : endOf(scalar)
}

/** Hangs a comment that has a line to itself; returns the entry that it stands above, if it does. */
function hang(given: {
  readonly text: string
  readonly document: Document.Parsed
  readonly entries: readonly Entry[]
  readonly columns: ReadonlyMap<Collection | undefined, number>
  readonly comment: Mark
  /** Where the next such comment is. */
  readonly following: number | undefined
}): Entry | undefined {
  const { text, document, entries, columns, comment, following } = given
  const { offset } = comment
  const index = lastBefore(entries, offset)
  const last = entries[index]
  const next = entries[index + 1]
  const nearest = Math.min(following ?? Infinity, next?.offset ?? Infinity)
  const gap = nearest !== Infinity && /\n[ \t]*\r?\n/.test(text.slice(offset, nearest)) ? '\n' : ''
  const body = comment.source.slice(1).trimEnd()

  // Above the first key: the head of the document, whichever key will come first.
  const head = last === undefined ? document.contents : undefined
  const ended = last === undefined ? undefined : endedBy(last, next, columns, offset, column(text, offset))
  const below = head ?? (ended === undefined ? next?.node : undefined)
  if (below !== undefined) below.commentBefore = joined(below.commentBefore, body) + gap
  else if (ended === undefined || ended === document.contents) {
    document.comment = joined(document.comment, body) + gap
  } else ended.comment = joined(ended.comment, body)
  return below === next?.node ? next : undefined
}

/** The collection at whose end a comment stands; undefined when it stands above what comes next. */
function endedBy(
  last: Entry,
  next: Entry | undefined,
  columns: ReadonlyMap<Collection | undefined, number>,
  offset: number,
  column: number,
): Collection | undefined {
  const ended = last.within.filter((collection) => next?.within.includes(collection) !== true)
  const brackets = ended.findLast((collection) => inBrackets(collection) && offset < endOf(collection))
  if (brackets !== undefined || (next !== undefined && column <= next.column)) return brackets
  return ended.findLast((collection) => (columns.get(collection) ?? 0) <= column)
}

/** Index of the last of a sorted list that lies before the offset; -1 where none does. */
export function lastBefore(sorted: readonly { readonly offset: number }[], offset: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.offset ?? Infinity) <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Whether nothing but indentation and dashes, or a document marker, comes before it on its line. */
function standsAlone(text: string, offset: number): boolean {
  return /^(?:---)?[\s-]*$/.test(text.slice(lineStart(text, offset), offset))
}

function linesAbove(text: string, offset: number): string {
  const start = lineStart(text, offset)
  return text.slice(Math.max(0, start - 200), start)
}

function joined(comment: string | null | undefined, body: string): string {
  return comment === null || comment === undefined ? body : `${comment}\n${body}`
}

function column(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function inBrackets(collection: Collection): boolean {
  return collection.srcToken?.type === 'flow-collection'
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0
}
