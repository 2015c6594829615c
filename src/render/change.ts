/** The lines of one change: what happens to what, where that was written, and below it what differs. */
import { terminal } from './encode.ts'
import { pad, rows, width, wrap, wrapWords } from './layout.ts'
import { painted, type Paint } from './paint.ts'
import type { ChangeView, Detail } from './view.ts'

interface ChangeStyle {
  readonly pen: Paint
  /** Columns of a line at most; a single long name may still go beyond. */
  readonly width: number
  /** Spaces before the sign. */
  readonly indent: number
  /** Columns that kinds and names of one list take, so that their places stand below each other. */
  readonly kind: number
  readonly name: number
}

/** The columns that the longest kind and name need, within reason. */
export function columnsOf(views: readonly ChangeView[]): Pick<ChangeStyle, 'kind' | 'name'> {
  let [kind, name] = [0, 0]
  for (const change of views) {
    kind = Math.max(kind, change.ref.kind.length)
    name = Math.max(name, width(title(change)))
  }
  return { kind, name: Math.min(name, 48) }
}

/** `  + account  ana   access/people.yaml:3` and the details below. */
export function changeLines(change: ChangeView, style: ChangeStyle): string[] {
  const { pen } = style
  const colour = change.action === 'keep' ? pen.dim : painted(change.mark, pen)
  const mark = change.action === 'keep' && change.mark !== ' ' ? `(${change.mark})` : change.mark
  const room = ' '.repeat(style.indent)
  const head = [
    `${room}${colour(mark)} ${pad(change.ref.kind, style.kind)}`,
    colour(pad(title(change), style.name)),
    pen.dim(origin(change)),
  ]
  const below = style.indent + mark.length + 1 + style.kind + 2
  return [head.join('  ').trimEnd(), ...detailLines(change, style, below)]
}

/** `access/people.yaml:3  removed from the manifests`. */
export function origin(change: Pick<ChangeView, 'place' | 'because'>): string {
  return [change.place, change.because]
    .filter((text) => text !== undefined)
    .map(terminal)
    .join('  ')
}

function title(change: ChangeView): string {
  const key = terminal(change.ref.key)
  return change.from === undefined ? key : `${terminal(change.from)} → ${key}`
}

function detailLines(change: ChangeView, style: ChangeStyle, indent: number): string[] {
  const room = ' '.repeat(indent)
  const size = Math.max(40, style.width - indent)
  const values = isNew(change)
    ? summary(change.details, size).map((line) => style.pen.dim(line))
    : differences(change.details, style.pen, size)
  return [...values, ...byHand(change.steps, size)].map((line) => `${room}${line}`)
}

/** Everything about it is new, so nothing has a before. */
function isNew(change: ChangeView): boolean {
  return change.mark === '+'
}

/** `role Owner · primaryGroup engineering`: what a new thing will be, on as few lines as it needs. */
function summary(details: readonly Detail[], size: number): string[] {
  const pieces = details.flatMap((detail) => {
    const text = newValue(detail)
    return text === '' ? [] : [`${terminal(detail.name)} ${text}`]
  })
  return wrap(pieces, ' · ', size).flatMap((line) => (width(line) > size ? wrapWords(line, size) : [line]))
}

function newValue(detail: Detail): string {
  if ('lines' in detail) return detail.lines.map(terminal).join('; ')
  return 'comes' in detail ? detail.comes.map(terminal).join(', ') : terminal(detail.to ?? '')
}

/** One line a value: `role    Member → Owner`, `groups  + oncall, - payroll`. */
function differences(details: readonly Detail[], pen: Paint, size: number): string[] {
  const label = Math.max(0, ...details.map(({ name }) => width(terminal(name))))
  return details.flatMap((detail) => {
    const values = valueLines(detail, pen, size - label - 2)
    return values.map((line, at) => `${pad(at === 0 ? terminal(detail.name) : '', label)}  ${line}`)
  })
}

function valueLines(detail: Detail, pen: Paint, size: number): readonly string[] {
  if ('lines' in detail) return detail.lines.length === 0 ? ['none'] : detail.lines.map(terminal)
  return 'comes' in detail ? members(detail, pen, size) : [single(detail)]
}

function single({ from, to }: { readonly from?: string; readonly to?: string }): string {
  if (from === undefined) return `${quoted(to)} (not set before)`
  return to === undefined ? `${quoted(from)} → not set` : `${quoted(from)} → ${quoted(to)}`
}

function quoted(text: string | undefined): string {
  return text === undefined || text === '' ? 'none' : terminal(text)
}

function members(
  { comes, goes }: { readonly comes: readonly string[]; readonly goes: readonly string[] },
  pen: Paint,
  size: number,
): string[] {
  const pieces = [...comes.map((name) => `+ ${terminal(name)}`), ...goes.map((name) => `- ${terminal(name)}`)]
  const colour = (piece: string): string => (piece.startsWith('+') ? pen.green(piece) : pen.red(piece))
  const lines = rows(pieces, ', ', size)
  if (lines.length === 0) return ['none']
  return lines.map((line, at) => line.map(colour).join(', ') + (at < lines.length - 1 ? ',' : ''))
}

function byHand(steps: readonly string[], size: number): string[] {
  return steps.flatMap((step, index) => {
    const number = `${index + 1}. `
    const lines = wrapWords(terminal(step), size - number.length)
    return lines.map((line, at) => (at === 0 ? number : ' '.repeat(number.length)) + line)
  })
}
