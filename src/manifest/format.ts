/**
 * One way to write a manifest: lists one item a line and sorted where their order means nothing, keys in the order
 * of the schema. A diff then shows what changed, and two people who add a member each do not conflict for nothing.
 */
import {
  isCollection,
  isMap,
  parseAllDocuments,
  visit,
  type Document,
  type ScalarTag,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { stringifyString } from 'yaml/util'
import type { Json, JsonObject } from '../model/json.ts'
import type { Problem, Source } from './document.ts'
import { attachComments, lastBefore, marksOf, type Mark } from './format-comments.ts'
import { arrange, type Language } from './format-order.ts'
import { parseSources } from './parse.ts'

/**
 * The text as it is to be written, or what is wrong with its form: then the file is not touched. Faults of content
 * do not matter here. The result says what the text said, up to the order of sets, and formatting it again
 * changes nothing.
 */
export function format(
  source: Source,
  language: Language,
): { readonly text: string } | { readonly problems: readonly Problem[] } {
  const { documents: written, problems } = parseSources([source])
  if (problems.length > 0) return { problems }
  const documents = parsed(source.text)
  if (documents.length === 0) return { text: source.text }

  const text = documents
    .map(({ document, comments }) => {
      settleStyles(document, comments)
      attachComments(source.text, document, comments)
      arrange(document, language)
      return print(document)
    })
    .join('---\n')

  const again = parseSources([{ file: source.file, text }])
  if (said(written) !== said(again.documents))
    throw new Error(`formatting would change what ${source.file} says`)
  return { text }
}

interface Part {
  readonly document: Document.Parsed
  readonly comments: readonly Mark[]
}

/** Documents that say something, each with the comments from its `---` to the next. */
function parsed(text: string): Part[] {
  const documents = [
    ...parseAllDocuments(text, { keepSourceTokens: true, customTags: withOwnStrings }),
  ].filter(({ contents }) => isCollection(contents))
  const marks = marksOf(text)
  const markers = marks.filter(({ type }) => type === 'doc-start').map(({ offset }) => offset)
  const starts = documents.map(({ contents }, index) => {
    const begins = contents?.range[0] ?? 0
    return index === 0 ? 0 : (markers.findLast((offset) => offset < begins) ?? 0)
  })
  const comments: Mark[][] = documents.map(() => [])
  let place = 0
  for (const mark of marks) {
    while (mark.offset >= (starts[place + 1] ?? Infinity)) place += 1
    if (mark.type === 'comment') comments[place]?.push(mark)
  }
  return documents.map((document, index) => ({ document, comments: comments[index] ?? [] }))
}

/** Columns up to which a map in braces stays on its line. */
const longestLine = 100

/** A list is a block unless it is empty; a map in braces stays one if it is short, flat and without comments. */
function settleStyles(document: Document.Parsed, comments: readonly Mark[]): void {
  visit(document, {
    Collection(_key, node) {
      const [start, end] = node.range ?? [0, 0]
      const remarked = (comments[lastBefore(comments, end)]?.offset ?? -1) > start
      const stays = node.flow === true && node !== document.contents && !remarked && isShort(node)
      node.flow = node.items.length === 0 || (isMap(node) && stays)
    },
  })
}

function isShort(node: YAMLMap | YAMLSeq): boolean {
  let lists = 0
  visit(node, {
    Seq(_key, list) {
      if (list.items.length > 0) lists += 1
    },
  })
  return lists === 0 && JSON.stringify(node.toJSON()).length <= longestLine
}

function print(document: Document.Parsed): string {
  document.directives.docEnd = false
  return document.toString({
    directives: false,
    lineWidth: 0,
    flowCollectionPadding: false,
    indentSeq: true,
  })
}

/** Text is not refolded, save where it was written as a folded block. */
const ownString: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (value) => typeof value === 'string',
  resolve: (text) => text,
  stringify(item, context, onComment, onChompKeep) {
    const lineWidth = item.type === 'BLOCK_FOLDED' ? longestLine : 0
    const own = { ...context, options: { ...context.options, lineWidth } }
    return stringifyString(item, own, onComment, onChompKeep)
  },
}

function withOwnStrings(tags: readonly unknown[]): ScalarTag[] {
  return (tags as ScalarTag[]).map((tag) => (tag.tag === ownString.tag ? ownString : tag))
}

/** What documents say, in a form that sets in another order do not change. */
function said(documents: readonly { readonly value: JsonObject }[]): string {
  return JSON.stringify(documents.map(({ value }) => unordered(value)))
}

function unordered(value: Json): Json {
  if (isList(value)) return value.map((item) => JSON.stringify(unordered(item))).sort()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, unordered(value[key] ?? null)]),
  )
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
