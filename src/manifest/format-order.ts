/** The order in which a formatted manifest says things: keys as the schema lists them, sets by code unit. */
import { isCollection, isMap, isPair, isScalar, isSeq, type Document, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Description } from '../connector/describe.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { bundle, type SchemaFiles } from './bundle.ts'

/** Lists of the language whose order means something, by kind and path. They are never sorted. */
const orderedLists: ReadonlySet<string> = new Set(['GroupMapping spec.rules'])

/** What there is to know of the language for writing it down. */
export interface Language {
  /** The schema of a document of any kind, which refers to nothing outside. */
  readonly schema: JsonObject
  /** Connector settings that are sets in every system that has them. Other lists of a connector are not sorted. */
  readonly sets: ReadonlySet<string>
}

/** The language of the published schemas (by file name) and these connectors. */
export function languageOf(files: SchemaFiles, connectors: Readonly<Record<string, Description>>): Language {
  const fields = Object.values(connectors).flatMap(({ kinds }) =>
    [kinds.group, kinds.account].flatMap((kind) => Object.entries(kind?.fields ?? {})),
  )
  const sets = fields.filter(([, { shape }]) => shape === 'set').map(([name]) => name)
  const others = new Set(fields.filter(([, { shape }]) => shape !== 'set').map(([name]) => name))
  return {
    schema: bundle(files, 'manifest.schema.json'),
    sets: new Set(sets.filter((name) => !others.has(name))),
  }
}

/** Puts keys and sets of a document in order, in place. What the schema does not know keeps its place behind. */
export function arrange(document: Document.Parsed, language: Language): void {
  const { contents } = document
  if (!isMap(contents)) return
  const kind = String(contents.get('kind'))
  const schema = schemaOfKind(language.schema, kind)
  arrangeNode(contents, { language, kind, schema, path: [] })
}

interface Place {
  readonly language: Language
  readonly kind: string
  /** Undefined where the language leaves the word to a connector. */
  readonly schema: JsonObject | undefined
  readonly path: readonly string[]
}

function arrangeNode(node: unknown, place: Place): void {
  if (isMap(node)) arrangeMap(node, place)
  if (isSeq(node)) arrangeList(node, place)
}

function arrangeMap(node: YAMLMap, place: Place): void {
  const { schema } = place
  const properties = object(schema?.['properties'])
  const names = Object.keys(properties)
  const rank = (key: unknown): number => {
    const index = names.indexOf(nameOf(key))
    return index < 0 ? names.length : index
  }
  node.items.sort((a, b) => rank(a.key) - rank(b.key))
  node.items.forEach(({ key, value }, index) => {
    if (index === 0 && (isScalar(key) || isCollection(key))) key.spaceBefore = false
    const name = nameOf(key)
    const below = properties[name] ?? schema?.['additionalProperties']
    arrangeNode(value, {
      ...place,
      schema: resolved(place.language.schema, below),
      path: [...place.path, name],
    })
  })
}

function arrangeList(node: YAMLSeq, place: Place): void {
  const items = resolved(place.language.schema, place.schema?.['items'])
  for (const item of node.items) arrangeNode(item, { ...place, schema: items })
  if (!isSet(node, place)) return
  const keyed = node.items.map((item) => ({ item, key: sortKey(item, items) }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
  node.items = keyed.map(({ item }) => item)
  // Blank lines made groups of items; the groups are gone.
  for (const item of node.items) if (isScalar(item) || isCollection(item)) item.spaceBefore = false
}

function isSet(node: YAMLSeq, { language, kind, schema, path }: Place): boolean {
  if (schema !== undefined) return !orderedLists.has(`${kind} ${path.join('.')}`)
  const setting = kind === 'Group' || kind === 'User'
  return setting && language.sets.has(path.at(-1) ?? '') && node.items.every((item) => isScalar(item))
}

/** A plain handle and a map with that handle have one key: {group: oncall, until: …} stands where oncall would. */
function sortKey(item: unknown, schema: JsonObject | undefined): string {
  if (isScalar(item)) return String(item.value)
  if (!isMap(item)) return ''
  const type = schema?.['type']
  const handle = Array.isArray(type) ? item.items.find(({ key }) => required(schema, nameOf(key))) : undefined
  if (isPair(handle) && isScalar(handle.value)) return String(handle.value.value)
  return JSON.stringify(item.toJSON())
}

function required(schema: JsonObject | undefined, key: string): boolean {
  const names = schema?.['required']
  return Array.isArray(names) && names.includes(key)
}

function schemaOfKind(root: JsonObject, kind: string): JsonObject | undefined {
  const branches = (root['allOf'] ?? []) as readonly JsonObject[]
  const branch = branches.find(
    (each) => object(object(object(each['if'])['properties'])['kind'])['const'] === kind,
  )
  return resolved(root, branch?.['then'])
}

/** The schema behind references; undefined for `true`, which says nothing. */
function resolved(root: JsonObject, schema: Json | undefined): JsonObject | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  const { $ref: reference, ...beside } = schema as JsonObject
  if (typeof reference !== 'string') return beside
  const meant = object(root['$defs'])[reference.replace('#/$defs/', '')]
  return { ...resolved(root, meant), ...beside }
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : ''
}

function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
