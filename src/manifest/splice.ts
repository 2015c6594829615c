/** Manifest files as texts of documents, so that one document is put back and nothing beside it moves. */
import type { JsonObject } from '../model/json.ts'
import type { Source } from './document.ts'
import { parseSources } from './parse.ts'

/** One document as it is written, comments included. */
export interface WrittenDocument {
  /** `User/ana`. */
  readonly name: string
  readonly file: string
  /** Its text without the line that parts it from the one before. */
  readonly body: string
  readonly value: JsonObject
}

/** The documents of these files that can be read, by name. */
export function documentsOf(sources: readonly Source[]): ReadonlyMap<string, WrittenDocument> {
  const found = new Map<string, WrittenDocument>()
  const chunks = new Map(sources.map(({ file, text }) => [file, chunksOf(text)]))
  for (const { source, line, value } of parseSources(sources).documents) {
    const name = nameOf(value)
    const chunk = chunks.get(source.file)?.findLast(({ first }) => first <= line)
    if (name !== undefined && chunk !== undefined)
      found.set(name, { name, file: source.file, body: chunk.body, value })
  }
  return found
}

/** The text of a file with the document replaced, or without it; undefined where no document is left in it. */
export function withDocument(
  text: string,
  body: string,
  replacement: string | undefined,
): string | undefined {
  const chunks = chunksOf(text)
  const place = chunks.findIndex((chunk) => chunk.body === body)
  if (place < 0) return text
  if (replacement !== undefined)
    return chunks
      .map((chunk, at) => chunk.parting + (at === place ? ended(replacement) : chunk.body))
      .join('')
  const rest = chunks.filter((_, at) => at !== place)
  if (rest.every((chunk) => isBlank(chunk.body))) return undefined
  return rest.map((chunk, at) => (at === 0 && place === 0 ? '' : chunk.parting) + chunk.body).join('')
}

/** The text of a file with one more document at its end. */
export function withMore(text: string | undefined, body: string): string {
  return text === undefined || isBlank(text) ? ended(body) : `${ended(text)}---\n${ended(body)}`
}

interface Chunk {
  /** The line `---`, with its line end; empty for what stands before the first. */
  readonly parting: string
  readonly body: string
  /** The line on which it begins, from 1. */
  readonly first: number
}

/** In YAML a line that begins with `---` parts two documents wherever it stands, even in a block of text. */
function chunksOf(text: string): readonly Chunk[] {
  const chunks: { parting: string; body: string[]; first: number }[] = [{ parting: '', body: [], first: 1 }]
  text.split(/(?<=\n)/).forEach((line, index) => {
    if (/^---(\s|$)/.test(line)) chunks.push({ parting: line, body: [], first: index + 1 })
    else chunks.at(-1)?.body.push(line)
  })
  const whole = chunks.map(({ parting, body, first }) => ({ parting, body: body.join(''), first }))
  return whole[0]?.body === '' && whole.length > 1 ? whole.slice(1) : whole
}

function nameOf(value: JsonObject): string | undefined {
  const { kind, metadata } = value
  const name =
    typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata['name'] : undefined
  return typeof kind === 'string' && typeof name === 'string' ? `${kind}/${name}` : undefined
}

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => line.trim() === '' || line.trimStart().startsWith('#'))
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
