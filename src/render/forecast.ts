/** What dates will take away and give, for a person, a comment and a spreadsheet. */
import type { Forecast, ForecastEntry } from '../access/forecast.ts'
import { csvCell, markdown, markdownCode, terminal } from './encode.ts'
import { count, pad, width } from './layout.ts'
import { markdownLimit } from './markdown.ts'
import { paint, type Paint } from './paint.ts'

/** The whole text, ending in a line end: a block for each day and system, the next one first. */
export function forecastText(forecast: Forecast, colour: boolean): string {
  const pen = paint(colour)
  const blocks = [...daysOf(forecast)].map(([head, entries]) => {
    const lines = [
      ...entryLines(entries, pen),
      ...shortageLines(forecast, head, pen),
      ...refusalLines(forecast, head, pen),
    ]
    return [pen.bold(head.split(' ').map(terminal).join('  ')), ...lines].join('\n')
  })
  const faults = forecast.faults.map(({ date, code, message, file, line }) =>
    [
      `${pen.bold(date)}  ${pen.red('invalid')}  ${terminal(code)}${file === undefined ? '' : `  ${terminal(file)}:${line ?? 1}`}`,
      `  ${terminal(message)}`,
      '  From this day on nothing can be planned: put it right before.',
    ].join('\n'),
  )
  return [...blocks, ...faults, pen.bold(forecastSummary(forecast))].map((part) => `${part}\n`).join('\n')
}

/** A table; cut at a line, saying how much is missing. */
export function forecastMarkdown(forecast: Forecast): string {
  const head = [
    '<!-- rolecall-forecast -->',
    '### rolecall access forecast',
    '',
    markdown(forecastSummary(forecast)),
    '',
    ...forecast.faults.map(
      ({ date, message }) =>
        `- **${date}** the manifests are at fault from this day on: ${markdown(message)}`,
    ),
    ...forecast.refusals.map(
      ({ date, system, code, message }) =>
        `- **${date}** ${markdownCode(system)} refused by ${markdownCode(code)}: ${markdown(message)}`,
    ),
    ...forecast.shortages.map((one) => `- **${one.date}** ${markdownCode(one.system)} ${shortageWords(one)}`),
    ...(forecast.faults.length + forecast.refusals.length + forecast.shortages.length === 0 ? [] : ['']),
  ]
  const table = [
    '| day | system | | who | what | why | where |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ]
  const lines = forecast.entries.map((entry) => {
    const { date, system, change, what, because = '', where } = entry
    const cells = [
      date,
      system,
      signs[change],
      peopleWords(entry),
      what,
      because,
      `${where.file}:${where.line}`,
    ]
    return `| ${cells.map(markdown).join(' | ')} |`
  })
  if (lines.length === 0) return `${head.join('\n')}\n`
  let used = [...head, ...table].join('\n').length + 200
  const kept = lines.filter((line) => (used += line.length + 1) <= markdownLimit)
  const rest = lines.length - kept.length
  const end = rest === 0 ? '' : `\n${count(rest, 'line')} not shown, since a comment has a limit.\n`
  return `${[...head, ...table, ...kept].join('\n')}\n${end}`
}

/** A line for each person; RFC 4180, with a header. */
export function forecastCsv({ entries }: Forecast): string {
  const header = [
    'date',
    'system',
    'change',
    'person',
    'what',
    'because',
    'refused',
    'document',
    'file',
    'line',
  ]
  const rows = entries.flatMap(({ date, system, change, people, what, because = '', refused, where }) =>
    (people.length === 0 ? [''] : people).map((person) => {
      const { document, file, line } = where
      return [date, system, change, person, what, because, refused.join(' '), document, file, String(line)]
    }),
  )
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

const signs = { loss: '-', beginning: '+' } as const

function daysOf({ entries }: Forecast): ReadonlyMap<string, readonly ForecastEntry[]> {
  const days = new Map<string, ForecastEntry[]>()
  for (const entry of entries) {
    const head = `${entry.date} ${entry.system}`
    const known = days.get(head)
    if (known) known.push(entry)
    else days.set(head, [entry])
  }
  return days
}

function entryLines(entries: readonly ForecastEntry[], pen: Paint): string[] {
  const rows = entries.map((entry) => ({
    entry,
    who: terminal(peopleWords(entry)),
    what: terminal(entry.what),
    why: terminal(entry.because ?? ''),
  }))
  const size = (texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, width(text)), 0)
  const columns = {
    who: size(rows.map(({ who }) => who)),
    what: Math.min(50, size(rows.map(({ what }) => what))),
    why: size(rows.map(({ why }) => why)),
  }
  return rows.map(({ entry, who, what, why }) => {
    const sign = entry.change === 'loss' ? pen.red('-') : pen.green('+')
    const { file, line } = entry.where
    const cells = [pad(who, columns.who), pad(what, columns.what), pad(why, columns.why)]
    return `  ${sign} ${cells.join('  ')}  ${pen.dim(`${terminal(file)}:${line}`)}`.trimEnd()
  })
}

function shortageLines({ shortages }: Forecast, head: string, pen: Paint): string[] {
  return shortages
    .filter(({ date, system }) => `${date} ${system}` === head)
    .map((one) => `  ${pen.red('owners')}   ${shortageWords(one)}`)
}

function shortageWords({ owners, minimum }: Forecast['shortages'][number]): string {
  const left = owners === 0 ? 'no usable owner is left' : `${count(owners, 'usable owner')} left`
  return `${left}; owners.minimum is ${minimum}`
}

function refusalLines({ refusals }: Forecast, head: string, pen: Paint): string[] {
  return refusals
    .filter(({ date, system }) => `${date} ${system}` === head)
    .flatMap(({ code, message, remedy }) => [
      `  ${pen.red('refused')}  ${code}`,
      `    ${terminal(message)}`,
      `    ${terminal(remedy)}`,
    ])
}

const mostNames = 3

function peopleWords({ people }: ForecastEntry): string {
  if (people.length === 0) return 'nobody'
  const rest = people.length - mostNames
  return `${people.slice(0, mostNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** One sentence: `Until 2027-02-20: 3 losses, 1 beginning; 1 day would be refused.` */
function forecastSummary({ to, entries, refusals, shortages, faults }: Forecast): string {
  const losses = entries.filter(({ change }) => change === 'loss').length
  if (entries.length + faults.length === 0) return `Until ${to} nothing ends or begins by itself.`
  const beginnings = entries.length - losses
  const days = new Set(refusals.map(({ date }) => date)).size
  const ends = [count(losses, 'loss'), count(beginnings, 'beginning')].join(', ')
  const told = [
    ends,
    ...(days === 0 ? [] : [`${count(days, 'day')} would be refused`]),
    ...(shortages.length === 0 ? [] : [`${count(shortages.length, 'time')} too few owners`]),
    ...(faults.length === 0 ? [] : [`${count(faults.length, 'fault')} to come in the manifests`]),
  ]
  return `Until ${to}: ${told.join('; ')}.`
}
