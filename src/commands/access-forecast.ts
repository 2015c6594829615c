/** `rolecall access forecast`: what dates alone will take away and give, and what of it will be refused. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { Forecast } from '../access/forecast.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { collect, openSession, reading, type NarrowOptions, type Session } from './session.ts'

const examples = `Examples:
  rolecall access forecast                   what ends and begins in the next 90 days
  rolecall access forecast --days 14         … in the next two weeks
  rolecall access forecast -o csv --out f.csv  … as a table, a line for each person
`

interface ForecastOptions extends NarrowOptions {
  readonly output: 'text' | 'json' | 'csv' | 'markdown'
  readonly out?: string
  readonly days: string
}

export function registerForecast(access: Command, border: Border): void {
  access
    .command('forecast')
    .description('say what ends and begins by itself, and what of it will be refused')
    .addHelpText('before', examples)
    .addOption(
      new Option('-o, --output <format>', 'what to write')
        .choices(['text', 'json', 'csv', 'markdown'])
        .default('text'),
    )
    .option('--out <file>', 'write it to a file')
    .option('--days <number>', 'how many days to look ahead', '90')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
    .action(async (options: ForecastOptions, command: Command) => {
      process.exitCode = await tellForecast(options, border, await openSession(command, border))
    })
}

async function tellForecast(options: ForecastOptions, border: Border, session: Session): Promise<ExitCode> {
  const days = numberOf(options.days)
  const { compareAll } = await import('./reconcile.ts')
  const { forecast } = await import('./timeline.ts')
  const { openProgress } = await import('./progress.ts')
  const progress = await openProgress(border, session.quiet)
  const compared = await compareAll({
    ...reading(border, session, options),
    compare: 'declared',
    onReading: (system) => {
      progress.doing(`reading ${system}`)
    },
  }).finally(progress.end)
  const { dayAfter } = await import('../manifest/dates.ts')
  const told = forecast(compared, dayAfter(compared.at.toISOString().slice(0, 10), days))
  const text = await rendered(told, options, border)
  if (options.out === undefined) border.out(text)
  else await (await import('./files.ts')).writeOut(options.out, text)
  if (compared.unread.length > 0) (await import('./warnings.ts')).showUnread(compared.unread, border)
  return compared.unread.length > 0 ? exit.unknown : exit.done
}

/** Ten years: further ahead nothing is said that anybody could rely on. */
const mostDays = 3660

function numberOf(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (days >= 1 && days <= mostDays) return days
  throw new Fault(
    exit.fault,
    `"${text}" is not a number of days.`,
    `Write a whole number from 1 to ${mostDays}.`,
  )
}

async function rendered(told: Forecast, { output, out }: ForecastOptions, border: Border): Promise<string> {
  if (output === 'json') return `${JSON.stringify({ format: 'rolecall/forecast/v1', ...told }, null, 2)}\n`
  const { forecastCsv, forecastMarkdown, forecastText } = await import('../render/forecast.ts')
  if (output === 'csv') return forecastCsv(told)
  if (output === 'markdown') return forecastMarkdown(told)
  return forecastText(told, border.colour.out && out === undefined)
}
