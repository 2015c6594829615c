/**
 * How the later stages speak of places and faults. They hold no positions, only a document and a path in it:
 * `locate` finds line and column again, and only for what is reported.
 */
import type { Severity } from '../model/diagnostic.ts'
import type { Span } from '../model/span.ts'
import type { Path, Problem, RawDocument, Source } from './document.ts'
import { locator, type Locator } from './locate.ts'

/** Where something is written. */
export interface Place {
  readonly raw: RawDocument
  readonly path: Path
  /** What a diagnostic underlines: the key where something is missing under it, else the value. */
  readonly mark?: 'key' | 'value'
  /** A stretch of the text that is the value, in UTF-16 units, where only that is at fault. */
  readonly part?: { readonly start: number; readonly end: number }
}

/** Collects what is wrong; nothing is thrown, so that one run shows everything. */
export interface Reporter {
  readonly problems: readonly Problem[]
  readonly error: Say
  readonly warning: Say
  readonly hint: Say
}

type Say = (code: string, place: Place, message: string, fix?: string) => void

export function reporter(): Reporter {
  const problems: Problem[] = []
  // A value that many people take from one line is at fault once.
  const said = new Set<string>()
  const add = (severity: Severity) => (code: string, place: Place, message: string, fix?: string) => {
    const { source, index } = place.raw
    const what = JSON.stringify([code, source.file, index, place.path, place.part?.start, message])
    if (said.has(what)) return
    said.add(what)
    problems.push(problemAt(severity, code, place, message, fix))
  }
  return { problems, error: add('error'), warning: add('warning'), hint: add('hint') }
}

/** A place further down: `under(place, 'secondary', 3)`. */
export function under(place: Place, ...steps: Path): Place {
  return { raw: place.raw, path: [...place.path, ...steps] }
}

/** The same place, with its key underlined. */
export function key(place: Place): Place {
  return { ...place, mark: 'key' }
}

/** `access/groups.yaml:14`: a second place inside a sentence. Works the line out, so for faults only. */
export function showPlace(place: Place): string {
  return `${place.raw.source.file}:${lineOf(place)}`
}

/** One parse of a source serves all places asked for; it is dropped together with the source. */
const locators = new WeakMap<Source, Locator>()

/** The line of a place, from 1. */
export function lineOf(place: Place): number {
  return spanOf(place).line
}

/** The stretch of text at a place. Parses the source again, so for faults only. */
export function spanOf({ raw, path, mark = 'value' }: Place): Span {
  let places = locators.get(raw.source)
  if (!places) locators.set(raw.source, (places = locator(raw.source)))
  return places.span(raw.index, path, mark)
}

function problemAt(severity: Severity, code: string, place: Place, message: string, fix?: string): Problem {
  const { raw, path, mark = 'value', part } = place
  const where = { source: raw.source, index: raw.index, path, mark, ...(part && { part }) }
  const problem = { code, severity, ...where, message }
  return fix === undefined ? problem : { ...problem, fix }
}
