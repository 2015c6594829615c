/** What differs between two states of the manifests, for a person, a comment and a spreadsheet. */
import type { Impact } from '../model/access.ts'
import { splitTarget } from '../model/resource.ts'
import { accessLines, accessSummary } from './access.ts'
import { csvCell, markdown, markdownBlock, terminal } from './encode.ts'
import { paint } from './paint.ts'

/** What is shown; refs and systems are raw texts. */
export interface AccessDiff {
  readonly before: string
  readonly after: string
  readonly impact: Impact
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** Ends in a line end. Whatever somebody asked for by name is shown whole. */
export function accessDiffText(
  diff: AccessDiff,
  { colour, width }: { colour: boolean; width: number },
): string {
  const pen = paint(colour)
  const lines = accessLines(diff.impact, { pen, width, indent: 2, most: Infinity })
  const head = `${pen.bold('Access')}  ${terminal(accessSummary(diff.impact))}, from ${terminal(diff.before)} to ${terminal(diff.after)}`
  return `${[head, ...lines, ...asideOf(diff).map(terminal)].join('\n')}\n`
}

/** For a comment; cut where a comment ends. */
export function accessDiffMarkdown(diff: AccessDiff): string {
  const lines = accessLines(diff.impact, { pen: paint(false), width: 120, indent: 0, most: 200 })
  const block = lines.length === 0 ? '' : `${markdownBlock(lines.join('\n'), 'diff')}\n`
  const aside = asideOf(diff).map((line) => `- ${markdown(line)}\n`)
  return [
    '<!-- rolecall-access-diff -->\n',
    `**Access** ${markdown(accessSummary(diff.impact))}, from ${markdown(diff.before)} to ${markdown(diff.after)}\n\n`,
    block,
    ...aside,
  ].join('')
}

/** A line for each right of each subject; RFC 4180, with a header. */
export function accessDiffCsv({ impact }: AccessDiff): string {
  const header = ['change', 'system', 'person', 'subject', 'privilege', 'action', 'resource', 'through']
  const rows = impact.access.flatMap(({ change, system, subjects, rank, action, on, through }) =>
    subjects.map((subject) => {
      const { type, name } = splitTarget(subject)
      const person = type === 'account' ? (impact.people[system]?.[name] ?? name) : ''
      return [change, system, person, subject, rank, action, on, through.join(' > ')]
    }),
  )
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

function asideOf({ added, removed, after }: AccessDiff): string[] {
  return [
    ...added.map((system) => `${system} is declared only by ${after}: nothing is compared.`),
    ...removed.map(
      (system) => `${system} is not declared any more by ${after}: what is there stays as it is.`,
    ),
  ]
}
