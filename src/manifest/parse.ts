/**
 * Manifest text becomes plain JSON here, and whatever YAML can do beyond JSON is refused: a reviewer must be
 * able to read a manifest without knowing YAML's less known corners, and no two tools may read it differently.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  visit,
  type Pair,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Json, JsonObject } from '../model/json.ts'
import { compose, type Stop, type Tree } from './compose.ts'
import { mostFaults, type Problem, type RawDocument, type Source } from './document.ts'
import { misread } from './scalar.ts'
import { atOnce, type Steps } from './steps.ts'
import * as faults from './syntax.ts'

/** Mappings and lists inside one another. Ours need ten. */
export const maxDepth = 64

/**
 * Reads every document of every source, in order. Values are ordinary JSON objects without any of the keys that
 * reach a prototype. A document with a fault of form is named in `problems` and left out of `documents`: what
 * else it says cannot be trusted. So where there are problems, a handle that nobody declares may be declared in
 * a document that was left out.
 */
export function parseSources(sources: readonly Source[]): Parsed {
  return atOnce(parsing(sources))
}

export interface Parsed {
  readonly documents: RawDocument[]
  readonly problems: Problem[]
}

/** What was parsed before all of it was, kept as long as its source is: a file that says where others are is asked again and again. */
const known = new WeakMap<Source, Parsed>()

/** As `parseSources`, for files of which each is parsed once, however often it is asked for. */
export function parseOnce(sources: readonly Source[]): Parsed {
  for (const source of sources) if (!known.has(source)) known.set(source, parseSources([source]))
  return parseSources(sources)
}

/** As `parseSources`, in steps. */
export function* parsing(sources: readonly Source[]): Steps<Parsed> {
  const documents: RawDocument[] = []
  const problems: Problem[] = []
  for (const source of sources) {
    const own = known.get(source)
    if (own === undefined) yield* parseSource(source, documents, problems)
    else {
      for (const document of own.documents) documents.push(document)
      for (const problem of own.problems) problems.push(problem)
    }
  }
  return { documents, problems }
}

const documentsInAStep = 4

type Range = readonly [start: number, end: number]
/** A fault that takes work to put in words is a function: beyond the most that are collected it is not called. */
type Report = (fault: faults.Fault | (() => faults.Fault), range: Range) => void

/** What every step of the walk over one document is given. */
interface Walk {
  readonly text: string
  readonly report: Report
}

function* parseSource(source: Source, documents: RawDocument[], problems: Problem[]): Steps<void> {
  const trees = compose(source.text)
  const lineAt = lineCounter(source.text)
  for (let index = 0; ; index += 1) {
    let count = 0
    const report: Report = (fault, range) => {
      count += 1
      if (count > mostFaults) return
      const told = typeof fault === 'function' ? fault() : fault
      problems.push({ ...told, severity: 'error', source, index, path: [], mark: 'value', range })
    }
    const next = trees.next()
    if (next.done === true) {
      if (next.value !== undefined) reportStop(next.value, { text: source.text, report })
      return
    }
    const value = readDocument(next.value, { text: source.text, report })
    if (value !== undefined) {
      documents.push({ source, index, line: lineAt(next.value.contents?.range[0] ?? 0), value })
    }
    if ((index + 1) % documentsInAStep === 0) yield
  }
}

function reportStop(stop: Stop, { text, report }: Walk): void {
  if (stop.reason === 'syntax') reportFirst(stop.errors, undefined, { text, report })
  else report(stop.reason === 'depth' ? faults.depthFault : faults.directiveFault, stop.range)
}

/** Only the first fault of syntax: what the library says after it follows from it, or guesses. */
function reportFirst(errors: readonly YAMLError[], tree: Tree | undefined, { text, report }: Walk): void {
  const first = errors.reduce((least, error) => (comesBefore(error, least) ? error : least))
  const fault = faults.syntaxFault(first)
  const opening = tree !== undefined && faults.isUnclosed(fault) ? openingOf(tree, first.pos[0]) : undefined
  if (opening !== undefined) report(fault, [opening, opening + 1])
  else report(fault, [skipSpaces(text, first.pos[0]), first.pos[1]])
}

/** A text over several lines that is taken for a key is reported twice at one place; this says which explains it. */
function comesBefore(error: YAMLError, other: YAMLError): boolean {
  if (error.pos[0] !== other.pos[0]) return error.pos[0] < other.pos[0]
  return error.code === 'MULTILINE_IMPLICIT_KEY' && other.code !== error.code
}

function skipSpaces(text: string, offset: number): number {
  const spaces = /^ +(?=\S)/.exec(text.slice(offset, offset + 1000))
  return offset + (spaces?.[0].length ?? 0)
}

/** Where the innermost quote or bracket that reaches an offset was opened. */
function openingOf(tree: Tree, offset: number): number | undefined {
  let opening: number | undefined
  visit(tree, {
    Node: (_, node) => {
      const opens = isScalar(node) ? node.type?.startsWith('QUOTE') : 'flow' in node && node.flow
      const [start, end] = rangeOf(node)
      if (opens === true && start < offset && offset <= end) opening = start
    },
  })
  return opening
}

/** The value of a document, or undefined where it is empty or at fault. */
function readDocument(tree: Tree, { text, report }: Walk): JsonObject | undefined {
  if (tree.errors.length > 0) {
    reportFirst(tree.errors, tree, { text, report })
    return undefined
  }
  const root = tree.contents
  if (root === null || (isScalar(root) && isEmpty(root))) return undefined
  const own = { count: 0 }
  const value = readNode(root, undefined, 1, {
    text,
    report: (fault, range) => {
      own.count += 1
      report(fault, range)
    },
  })
  if (own.count > 0) return undefined
  if (isMap(root)) return value as JsonObject
  report(faults.mappingFault, startOf(root))
  return undefined
}

function readNode(node: unknown, key: string | undefined, depth: number, walk: Walk): Json {
  if (isScalar(node)) return readScalar(node, key, walk)
  if (isAlias(node)) {
    walk.report(faults.aliasFault, rangeOf(node))
    return null
  }
  if (!isMap(node) && !isSeq(node)) return null
  refuseProperties(node, walk)
  if (depth > maxDepth) {
    walk.report(faults.depthFault, startOf(node))
    return null
  }
  return isMap(node)
    ? readMap(node.items, depth, walk)
    : node.items.map((item) => readNode(item, undefined, depth + 1, walk))
}

function readMap(items: readonly Pair[], depth: number, walk: Walk): JsonObject {
  const object: Record<string, Json> = {}
  for (const { key, value } of items) {
    const name = readKey(key, walk)
    if (name === undefined) continue
    if (Object.hasOwn(object, name)) {
      walk.report(() => duplicateFault(name, items, walk.text), rangeOf(key))
    } else object[name] = readNode(value, name, depth + 1, walk)
  }
  return object
}

/** Keys that reach a prototype when an object is copied carelessly: refused, so that nobody has to be careful. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

function readKey(key: unknown, walk: Walk): string | undefined {
  if (isAlias(key)) walk.report(faults.aliasFault, rangeOf(key))
  else if (!isScalar(key)) walk.report(keyFault('a mapping or a list'), startOf(key))
  else {
    refuseProperties(key, walk)
    if (typeof key.value !== 'string') walk.report(keyFault(`read as ${typeName(key.value)}`), rangeOf(key))
    else if (key.value === '<<' && key.type === 'PLAIN') walk.report(faults.mergeFault, rangeOf(key))
    else if (forbiddenKeys.has(key.value)) walk.report(forbiddenFault(key.value), rangeOf(key))
    else return key.value
  }
  return undefined
}

function readScalar(scalar: Scalar, key: string | undefined, walk: Walk): Json {
  const { value, source = '' } = scalar
  if (scalar.anchor !== undefined || scalar.tag !== undefined) refuseProperties(scalar, walk)
  if (scalar.type === 'PLAIN') {
    const reading = misread(source, key)
    if (reading !== undefined) walk.report(ambiguousFault(source, reading), rangeOf(scalar))
    else if (typeof value === 'number' && !isExact(value)) walk.report(numberFault(source), rangeOf(scalar))
  }
  return value as Json
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function isEmpty(scalar: Scalar): boolean {
  return scalar.type === 'PLAIN' && (scalar.source ?? '') === ''
}

function refuseProperties(node: Scalar | YAMLMap | YAMLSeq, { text, report }: Walk): void {
  const [start = 0] = node.range ?? []
  if (node.anchor !== undefined) {
    const at = text.lastIndexOf(`&${node.anchor}`, start)
    report(faults.anchorFault, [at, at + node.anchor.length + 1])
  }
  if (node.tag !== undefined) report(faults.tagFault, tagBefore(text, start))
}

/** The tag that stands before an offset: the tree keeps its meaning and not its place. */
function tagBefore(text: string, start: number): Range {
  let at = text.lastIndexOf('!', Math.max(0, start - 1))
  while (at > 0 && /[^\s,[\]{}]/.test(text.charAt(at - 1))) at -= 1
  const end = (text.startsWith('!<', at) ? /(?<=>)/ : /[\s,[\]{}]/).exec(text.slice(at, start))?.index
  return [at, end === undefined ? start : at + end]
}

function duplicateFault(name: string, items: readonly Pair[], text: string): faults.Fault {
  const first = items.find(({ key }) => isScalar(key) && key.value === name)?.key
  return {
    code: 'duplicate-key',
    message: `The key "${name}" stands here a second time; the first is in line ${lineCounter(text)(rangeOf(first)[0])}.`,
    fix: 'Keep one of them.',
  }
}

function keyFault(what: string): faults.Fault {
  return {
    code: 'key-type',
    message: `A key is text, and this one is ${what}.`,
    fix: 'Put the key in quotes.',
  }
}

function forbiddenFault(name: string): faults.Fault {
  return { code: 'forbidden-key', message: `"${name}" is not allowed as a key.`, fix: 'Choose another name.' }
}

function ambiguousFault(source: string, reading: string): faults.Fault {
  const meant =
    reading === 'true' || reading === 'false' ? `, or write ${reading} if that is what is meant` : ''
  return {
    code: 'ambiguous-scalar',
    message: `Readers of YAML 1.1 take a plain ${source} for ${reading}, and we do not.`,
    fix: `Put it in quotes: "${source}"${meant}.`,
  }
}

function numberFault(source: string): faults.Fault {
  return {
    code: 'inexact-number',
    message: `${source} cannot be held exactly as a number.`,
    fix: `If it is a name or an id, put it in quotes: "${source}".`,
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'nothing (null)'
  return typeof value === 'boolean' ? 'true or false' : `a ${typeof value}`
}

function rangeOf(node: unknown): Range {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], Math.max(range[1], range[0] + 1)] : [0, 1]
}

function startOf(node: unknown): Range {
  const [start] = rangeOf(node)
  return [start, start + 1]
}

/** Lines of ascending offsets, counted on from the last one. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1
  let seen = 0
  return (offset) => {
    for (let next = text.indexOf('\n', seen); next >= 0 && next < offset; next = text.indexOf('\n', seen)) {
      line += 1
      seen = next + 1
    }
    return line
  }
}
