/**
 * Diagnostics for people, for programs and for pull requests. The text form puts the place first, because it is
 * what an editor or a terminal makes clickable, then the line with a caret, one sentence and one way forward.
 */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Span } from '../model/span.ts'
import { columns, terminal, workflowCommand } from './encode.ts'

/** Columns of a source line that are shown; of a longer line, the part around the mark. */
const window = 100

/** Shown of one file at most: a file that is wrong throughout is not made clearer by its thousandth line. */
const perFile = 100

/** One block for each diagnostic, a blank line between them; ends in a line end unless there is none to show. */
export function diagnosticsText(diagnostics: readonly Diagnostic[]): string {
  const { shown, hidden } = capped(diagnostics)
  const blocks = [...shown.map(block), ...hidden.map(([file, count]) => more(file, count))]
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`
}

/**
 * One JSON document with all of them: `{"valid", "diagnostics": [{code, severity, file, line, column, length,
 * message, fix}]}`. `valid` is false where one is an error.
 */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  const plain = diagnostics.map(({ code, severity, span, message, fix }) => ({
    code,
    severity,
    file: span?.file,
    line: span?.line,
    column: span?.column,
    length: span?.length,
    message,
    fix,
  }))
  const valid = diagnostics.every(({ severity }) => severity !== 'error')
  return `${JSON.stringify({ valid, diagnostics: plain }, null, 2)}\n`
}

/**
 * GitHub workflow commands, one line each: annotations on the changed files. A step shows ten errors and ten
 * warnings and drops the rest without a word, so errors come first.
 */
export function diagnosticsGithub(diagnostics: readonly Diagnostic[]): string {
  const commands = { error: 'error', warning: 'warning', hint: 'notice' } as const
  const { shown, hidden } = capped(diagnostics)
  const lines = [...shown]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ code, severity, span, message, fix }) => {
      const place = span === undefined ? [] : placeProperties(span)
      const properties = [...place, `title=${workflowCommand(code, 'property')}`].join(',')
      const text = fix === undefined ? message : `${message}\n${fix}`
      return `::${commands[severity]} ${properties}::${workflowCommand(text)}`
    })
  const rest = hidden.map(
    ([file, count]) => `::notice file=${workflowCommand(file, 'property')}::${more(file, count)}`,
  )
  return [...lines, ...rest].map((line) => `${line}\n`).join('')
}

/** `2 errors and 1 warning`, or undefined where there is nothing to count. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string | undefined {
  const counts = (['error', 'warning', 'hint'] as const)
    .map((severity) => ({ severity, count: diagnostics.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`)
  if (counts.length === 0) return undefined
  return [counts.slice(0, -1).join(', '), counts.at(-1)].filter((part) => part !== '').join(' and ')
}

function block({ code, severity, span, message, fix }: Diagnostic): string {
  const label = severity === 'error' ? code : `${severity} ${code}`
  const head = span === undefined ? label : `${terminal(span.file)}:${span.line}:${span.column}  ${label}`
  const frame = span?.text === undefined ? [] : sourceFrame(span, span.text)
  const told = [message, ...(fix === undefined ? [] : [fix])].map((line) => `  ${terminal(line)}`)
  return [head, ...frame, ...told].join('\n')
}

/** The source line behind its number, and the mark under it. */
function sourceFrame(span: Span, text: string): string[] {
  const gutter = String(span.line)
  const { before, inside, after } = cut(text, span.column - 1, span.length)
  const line = `  ${gutter} | ${before}${inside}${after}`
  const caret = `  ${' '.repeat(gutter.length)} | ${' '.repeat(width(before))}${'^'.repeat(Math.max(1, width(inside)))}`
  return [line.trimEnd(), caret]
}

/** A line in three parts around its mark, encoded, and no wider than the window. */
function cut(
  text: string,
  column: number,
  length: number,
): { before: string; inside: string; after: string } {
  const start = wholeFrom(text, Math.max(0, Math.min(column, column + length + 20 - window, column - 20)))
  const from = text.length <= window ? 0 : start
  const to = text.length <= window ? text.length : wholeFrom(text, Math.min(text.length, from + window))
  const end = Math.min(column + length, to)
  return {
    before: (from > 0 ? '…' : '') + terminal(text.slice(from, column)),
    inside: terminal(text.slice(column, end)),
    after: terminal(text.slice(end, to)) + (to < text.length ? '…' : ''),
  }
}

/** The offset, or the one before where it would halve a character of two units. */
function wholeFrom(text: string, offset: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(offset)) ? offset - 1 : offset
}

function width(text: string): number {
  let sum = 0
  for (const character of text) sum += columns(character)
  return sum
}

function placeProperties(span: Span): string[] {
  return [
    `file=${workflowCommand(span.file, 'property')}`,
    `line=${span.line}`,
    `col=${span.column}`,
    `endColumn=${span.column + span.length}`,
  ]
}

function capped(diagnostics: readonly Diagnostic[]): { shown: Diagnostic[]; hidden: [string, number][] } {
  const counts = new Map<string, number>()
  const kept = new Set<Diagnostic>()
  for (const diagnostic of [...diagnostics].sort((a, b) => rank(a) - rank(b))) {
    const file = diagnostic.span?.file ?? ''
    const count = (counts.get(file) ?? 0) + 1
    counts.set(file, count)
    if (count <= perFile) kept.add(diagnostic)
  }
  const shown = diagnostics.filter((diagnostic) => kept.has(diagnostic))
  const hidden = [...counts].filter(([, count]) => count > perFile)
  return { shown, hidden: hidden.map(([file, count]) => [file, count - perFile]) }
}

/** Errors before warnings before hints. */
function rank({ severity }: Diagnostic): number {
  return (['error', 'warning', 'hint'] as const).indexOf(severity)
}

function more(file: string, count: number): string {
  return `${terminal(file)}: and ${count} more.`
}
