/** `rolecall access explain`: everything one person can do, everywhere, and through what. */
import type { Command } from 'commander'
import process from 'node:process'
import { withStates, type OutputOptions, type StateOptions } from './access-options.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { openSession, type Session } from './session.ts'

const examples = `Examples:
  rolecall access explain ana              everything ana can do in the live systems
  rolecall access explain ana --desired    … by the manifests at hand
  rolecall access explain ana -o csv       … as a table, for a review
`

type Options = StateOptions & OutputOptions

export function registerExplain(access: Command, border: Border): void {
  withStates(
    access
      .command('explain')
      .description('say everything that a person can do, and through what; also the settings they inherit')
      .argument('<user>', 'the handle of a person, or the name of an account that nobody declares')
      .addHelpText('before', examples),
    ['text', 'json', 'csv'],
  ).action(async (user: string, options: Options, command: Command) => {
    process.exitCode = await explainOf(user, options, border, await openSession(command, border))
  })
}

async function explainOf(
  user: string,
  options: Options,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const { give, openStates } = await import('./access-states.ts')
  const { explain, usersOf } = await import('../access/answers.ts')
  const states = await openStates(options, border, session)
  const answer = explain(states.asked, user)
  if (answer.accounts.length === 0) {
    const { nearest } = await import('../manifest/nearest.ts')
    const near = nearest(user, usersOf(states.asked))
    throw new Fault(
      states.unread.length + states.unproven.length > 0 ? exit.unknown : exit.fault,
      `"${user}" has no account in ${states.unread.length > 0 ? 'any system that could be read' : 'any of these systems'}.`,
      near === undefined ? 'rolecall access report lists everybody.' : `Did you mean "${near}"?`,
    )
  }
  const { explainText, linesCsv, linesOf } = await import('../render/answers.ts')
  const text = {
    text: () => explainText(answer, states.state, border.colour.out && options.out === undefined),
    json: () =>
      `${JSON.stringify({ format: 'rolecall/explain/v1', state: states.state, ...answer }, null, 2)}\n`,
    csv: () => linesCsv(linesOf(answer)),
  }[options.output as 'text' | 'json' | 'csv']()
  return await give(text, options, states, border)
}
