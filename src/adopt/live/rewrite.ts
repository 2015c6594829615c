import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml'
import { marksOf } from '../../manifest/format-comments.ts'
import type { Json } from '../../model/json.ts'
import { quoting } from '../text.ts'
import type { Edit } from './edits.ts'

/**
 * Changes documents of a file in place: the others stay byte for byte, and of a changed one comments and the order
 * of its keys stay. The `yaml` package writes what changed.
 */

/** `edits` by the place of the document in its file, from 0. */
export function rewrite(text: string, edits: ReadonlyMap<number, readonly Edit[]>): string {
  return slices(text)
    .map((slice, index) => {
      const own = edits.get(index)
      return own === undefined ? slice : rewriteOne(slice, own)
    })
    .join('')
}

function rewriteOne(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text, quoting)
  for (const edit of edits) apply(document, edit)
  return document.toString({ lineWidth: 0, ...styleOf(text) })
}

function apply(document: Document, edit: Edit): void {
  const node = document.getIn(edit.path, true)
  if ('value' in edit) {
    if (edit.value === undefined) document.deleteIn(edit.path)
    else replace(document, edit.path, node, edit.value)
  } else if ('add' in edit) {
    if (isSeq(node)) insert(document, node, edit.add)
    else document.setIn(edit.path, document.createNode([edit.add]))
  } else if (isSeq(node)) {
    node.items = node.items.filter((item) => nameIn(item) !== edit.remove)
  }
}

/** The new value in the old one's place: with its comments, and of a set only the members that differ. */
function replace(document: Document, path: readonly string[], old: unknown, value: Json): void {
  if (isScalar(old) && (typeof value !== 'object' || value === null)) {
    old.value = value
  } else if (isSeq(old) && isTexts(value)) {
    old.items = old.items.filter((item) => value.includes(nameIn(item) ?? ''))
    for (const member of value) insert(document, old, member)
  } else {
    document.setIn(path, document.createNode(value))
  }
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** At its place in a sorted list, at the end of any other. What is there already is not added again. */
function insert(document: Document, list: YAMLSeq, name: string): void {
  const names = list.items.map(nameIn)
  if (names.includes(name)) return
  const isSorted = names.every((other, index) => index === 0 || (names[index - 1] ?? '') <= (other ?? ''))
  const after = isSorted ? names.findIndex((other) => (other ?? '') > name) : -1
  list.items.splice(after < 0 ? names.length : after, 0, document.createNode(name))
  if (names.length === 0) list.flow = false
}

/** The handle that an item is about: itself, or the user or group of a map with dates. */
function nameIn(item: unknown): string | undefined {
  if (isScalar(item)) return String(item.value)
  if (!isMap(item)) return undefined
  const handle = item.get('user') ?? item.get('group')
  return typeof handle === 'string' ? handle : undefined
}

/** Texts of the documents: each begins with its `---`, and the first with the file. */
function slices(text: string): string[] {
  const marks = marksOf(text).filter(({ type }) => type === 'doc-start')
  const isBare = (start: number): boolean => /^(\s|#.*)*$/.test(text.slice(0, start))
  const starts = marks.map(({ offset }) => offset).filter((offset, index) => index > 0 || !isBare(offset))
  return [0, ...starts].map((start, index) => text.slice(start, starts[index]))
}

/** How the document is laid out, so that what did not change looks as it did. */
function styleOf(text: string): { indent: number; indentSeq: boolean; flowCollectionPadding: boolean } {
  const indent = /^( +)\S/m.exec(text.replace(/^ *#.*$/gm, ''))?.[1]?.length ?? 2
  return {
    indent,
    indentSeq: !/^( *)[^\s#-][^\n]*:[ ]*\n\1- /m.test(text),
    flowCollectionPadding: /\{ \S/.test(text),
  }
}
