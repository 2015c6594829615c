/** `rolecall access report`: every right of everybody, for an access review. */
import type { Command } from 'commander'
import process from 'node:process'
import { withStates, type OutputOptions, type StateOptions } from './access-options.ts'
import type { Border } from './border.ts'
import type { ExitCode } from './exit.ts'
import { openSession, type Session } from './session.ts'

const examples = `Examples:
  rolecall access report                          who may do what in the live systems
  rolecall access report -o csv --out review.csv  … as a table for an access review
  rolecall access report -o html --out review.html  … as a page
  rolecall access report --at v1.4                … as a commit declares it
`

type Options = StateOptions & OutputOptions

export function registerReport(access: Command, border: Border): void {
  withStates(
    access.command('report').description('list every right of everybody').addHelpText('before', examples),
    ['text', 'json', 'csv', 'html'],
  ).action(async (options: Options, command: Command) => {
    process.exitCode = await report(options, border, await openSession(command, border))
  })
}

async function report(options: Options, border: Border, session: Session): Promise<ExitCode> {
  const { give, openStates } = await import('./access-states.ts')
  const { review } = await import('../access/answers.ts')
  const states = await openStates(options, border, session)
  const lines = review(states.asked)
  const { linesCsv, reportText } = await import('../render/answers.ts')
  const { reportPage } = await import('../render/page/report.ts')
  const text = {
    text: () => reportText(lines, states.state, border.colour.out && options.out === undefined),
    json: () =>
      `${JSON.stringify({ format: 'rolecall/access-report/v1', state: states.state, lines }, null, 2)}\n`,
    csv: () => linesCsv(lines),
    html: () => reportPage(lines, states.state, border.now().toISOString()),
  }[options.output as 'text' | 'json' | 'csv' | 'html']()
  return await give(text, options, states, border)
}
