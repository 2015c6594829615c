/** Drift for a person: what is live beside what is declared, by what it means and who has to act. */
import type { DriftClass, DriftEntry, DriftReport } from '../plan/drift.ts'
import { accessLines, accessSummary, asFound } from './access.ts'
import { origin } from './change.ts'
import { markdown, markdownBlock, terminal } from './encode.ts'
import { count, pad, width } from './layout.ts'
import { markdownLimit } from './markdown.ts'
import { paint, type Paint } from './paint.ts'
import { view, type ChangeView, type Detail, type Shapes } from './view.ts'

interface DriftStyle {
  readonly colour: boolean
  /** Columns. */
  readonly width: number
  readonly shapes: Shapes
  /** The connector of each system, by name. */
  readonly connectors: ReadonlyMap<string, string>
}

/** Each class with its heading and the sentence that says what to do. */
const classes: Readonly<Record<DriftClass, { readonly title: string; readonly act: string }>> = {
  changed: {
    title: "changed behind the repository's back",
    act: 'Put it into the manifests, or set it back with rolecall apply.',
  },
  'not-applied': { title: 'not yet applied', act: 'Run rolecall apply.' },
  due: { title: 'due', act: 'A date has come: run rolecall apply --due.' },
  waiting: { title: 'waiting for a person', act: 'Remind them; nothing is to be sent.' },
  manual: { title: 'to be done by hand', act: 'The system has no interface for it: follow the steps.' },
  unmanaged: { title: 'unmanaged', act: 'Declare it, or name it in ignore; rolecall leaves it alone.' },
}

const order: readonly DriftClass[] = ['changed', 'not-applied', 'due', 'manual', 'waiting', 'unmanaged']

/** What was changed behind our back is always listed whole; the other classes up to this length. */
const wholeList = 300
const shownOfLonger = 40

/** The whole text, ending in a line end. */
export function renderDrift(report: DriftReport, style: DriftStyle): string {
  const pen = paint(style.colour)
  const access = accessLines(report.impact, { pen, width: style.width, indent: 2, words: asFound })
  const head = `${pen.bold('Access')}   ${terminal(accessSummary(report.impact, asFound))}`
  const parts = [
    ...(meansAnything(report) ? [[head, ...access].join('\n')] : []),
    ...classParts(report, style, pen),
    pen.bold(driftSummary(report)),
  ]
  return parts.map((part) => `${part}\n`).join('\n')
}

/** A comment or step summary; cut at a line, saying how much is missing. */
export function renderDriftMarkdown(report: DriftReport, style: DriftStyle): string {
  const title = `<!-- rolecall-drift -->\n### rolecall drift\n\n${driftSummary(report)}\n\n`
  if (report.entries.length === 0) return title
  const access = meansAnything(report) ? accessMarkdown(report) : ''
  const pen = paint(false)
  const lines = classParts(report, { ...style, colour: false }, pen)
    .join('\n\n')
    .split('\n')
  const { kept, rest } = fitting(lines, markdownLimit - 500 - title.length - access.length)
  return `${title}${access}${markdownBlock(kept.join('\n'))}\n${missing(rest)}`
}

/** What was done by hand means something for people; what is still to be done, the plan that does it tells. */
function meansAnything({ counts }: DriftReport): boolean {
  return counts.changed > 0
}

/** The most privileged come first, so that what is cut off is the least. */
function accessMarkdown({ impact }: DriftReport): string {
  const style = { pen: paint(false), width: 120, indent: 0, most: 100, words: asFound }
  const { kept, rest } = fitting(accessLines(impact, style), markdownLimit / 2)
  const block = kept.length === 0 ? '' : `${markdownBlock(kept.join('\n'), 'diff')}\n${missing(rest)}\n`
  return `**Access** ${markdown(accessSummary(impact, asFound))}\n\n${block}`
}

function fitting(lines: readonly string[], room: number): { kept: readonly string[]; rest: number } {
  let used = 0
  const end = lines.findIndex((line) => (used += line.length + 1) > room)
  return end < 0 ? { kept: lines, rest: 0 } : { kept: lines.slice(0, end), rest: lines.length - end }
}

function missing(rest: number): string {
  return rest === 0
    ? ''
    : `\n${count(rest, 'line')} not shown, since a comment has a limit: see the output of the run.\n`
}

function classParts(report: DriftReport, style: DriftStyle, pen: Paint): string[] {
  return order.flatMap((name) => {
    const entries = report.entries.filter((entry) => entry.class === name)
    return entries.length === 0 ? [] : [classPart(name, entries, style, pen).join('\n')]
  })
}

/** One sentence: `Drift: 2 changed, 1 due.` */
function driftSummary({ counts, differs }: DriftReport): string {
  const words: Readonly<Record<DriftClass, string>> = {
    changed: "changed behind the repository's back",
    'not-applied': 'not yet applied',
    due: 'due',
    waiting: 'waiting',
    manual: 'to be done by hand',
    unmanaged: 'unmanaged',
  }
  const parts = order.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${words[name]}`)
  if (parts.length === 0) return 'No drift: every system is as the manifests say.'
  return `${differs ? 'Drift' : 'No drift'}: ${parts.join(', ')}.`
}

function classPart(
  name: DriftClass,
  entries: readonly DriftEntry[],
  style: DriftStyle,
  pen: Paint,
): string[] {
  const { title, act } = classes[name]
  const shown = name === 'changed' || entries.length <= wholeList ? entries : entries.slice(0, shownOfLonger)
  const views = shown.map((entry) => ({
    entry,
    change: view(entry.change, style.connectors.get(entry.change.ref.system) ?? '', style.shapes),
  }))
  const columns = {
    system: longest(shown.map(({ change }) => change.ref.system)),
    kind: longest(shown.map(({ change }) => change.ref.kind)),
    key: Math.min(40, longest(shown.map(({ change }) => change.ref.key))),
  }
  const rest = entries.length - shown.length
  return [
    `${pen.bold(title)}  ${count(entries.length, 'resource')}`,
    `  ${pen.dim(act)}`,
    ...views.flatMap(({ entry, change }) => entryLines(entry, change, columns, pen)),
    ...(rest === 0 ? [] : [`  … ${rest} more (all of them: rolecall drift -o json)`]),
  ]
}

function entryLines(
  entry: DriftEntry,
  change: ChangeView,
  columns: { system: number; kind: number; key: number },
  pen: Paint,
): string[] {
  const { system, kind, key } = change.ref
  const state = change.from === undefined ? stateOf(change) : `is still called ${terminal(change.from)}`
  const waits =
    entry.forWhom === undefined
      ? ''
      : `for ${terminal(entry.forWhom)}${entry.since === undefined ? '' : ` since ${terminal(entry.since)}`}`
  const head = [
    pad(terminal(system), columns.system),
    pad(kind, columns.kind),
    pad(terminal(key), columns.key),
    pad(state, 8),
    pen.dim([origin(change), waits].filter((text) => text !== '').join('  ')),
  ]
  const room = ' '.repeat(2 + columns.system + 2 + columns.kind + 2)
  const details = change.mark === '+' ? [] : compared(change.details)
  const steps = change.steps.map((step, at) => `${at + 1}. ${terminal(step)}`)
  return [`  ${head.join('  ').trimEnd()}`, ...[...details, ...steps].map((line) => room + line)]
}

/** What is so over there, seen from the manifests. */
function stateOf(change: ChangeView): string {
  if (change.keep === 'unmanaged') return ''
  const states: Readonly<Record<ChangeView['mark'], string>> = {
    '+': 'missing',
    '~': 'differs',
    '>': 'renamed',
    '-': 'extra',
    '!': 'differs',
    ' ': '',
  }
  return states[change.mark]
}

/** `role  is Owner, declared Member`. */
function compared(details: readonly Detail[]): string[] {
  const label = longest(details.map(({ name }) => name))
  return details.map((detail) => `${pad(terminal(detail.name), label)}  ${difference(detail)}`)
}

function difference(detail: Detail): string {
  if ('lines' in detail) return `declared ${detail.lines.map(terminal).join('; ')}`
  if (!('comes' in detail)) {
    return `is ${terminal(detail.from ?? 'not set')}, declared ${terminal(detail.to ?? 'not set')}`
  }
  const { comes, goes } = detail
  return [
    ...(goes.length === 0 ? [] : [`has ${goes.map(terminal).join(', ')}`]),
    ...(comes.length === 0 ? [] : [`lacks ${comes.map(terminal).join(', ')}`]),
  ].join('; ')
}

function longest(texts: readonly string[]): number {
  let size = 0
  for (const text of texts) size = Math.max(size, width(terminal(text)))
  return size
}
