/** Dates that have the right form and do not exist, and spans that end before they begin. */
import type { Json } from '../model/json.ts'
import type { Path, Problem, RawDocument } from './document.ts'
import { dateKeys } from './scalar.ts'

/** Problems with the dates anywhere in a document. What has not the form of a date is the schema's to refuse. */
export function dateProblems(raw: RawDocument): Problem[] {
  const problems: Problem[] = []
  walk(raw.value, [], (path, message, fix) => {
    const { source, index } = raw
    problems.push({ code: 'bad-date', severity: 'error', source, index, path, mark: 'value', message, fix })
  })
  return problems
}

/** Whether a text of the form YYYY-MM-DD names a day: the calendar is proleptic Gregorian, in UTC. */
function isRealDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text
}

/** Keys whose contents are the user's own, where `until` means whatever they like. */
const own: ReadonlySet<string> = new Set(['labels', 'attributes', 'settings'])

const form = /^\d{4}-\d{2}-\d{2}$/

type Report = (path: Path, message: string, fix: string) => void

/** `path` is one array that grows and shrinks: a copy for each key would cost more than the check itself. */
function walk(value: Json, path: (string | number)[], report: Report): void {
  if (typeof value !== 'object' || value === null) return
  let from: string | undefined
  let until: string | undefined
  for (const [key, item] of Object.entries<Json>(value)) {
    path.push(Array.isArray(value) ? Number(key) : key)
    if (typeof item !== 'string') {
      if (!own.has(key)) walk(item, path, report)
    } else if (dateKeys.has(key) && form.test(item)) {
      if (!isRealDate(item))
        report([...path], `There is no day ${item}.`, 'Write a day of the calendar, as YYYY-MM-DD.')
      else if (key === 'from') from = item
      else if (key === 'until') until = item
    }
    path.pop()
  }
  if (from !== undefined && until !== undefined && from > until) {
    report(
      [...path, 'until'],
      `This ends on ${until}, before it begins on ${from}.`,
      'Correct one of the two.',
    )
  }
}
