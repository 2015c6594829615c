/** `rolecall access who-can`: everybody who may do something, and through what. */
import type { Command } from 'commander'
import process from 'node:process'
import type { Asked } from '../access/answers.ts'
import type { LinkTarget } from '../model/resource.ts'
import { withStates, type OutputOptions, type StateOptions } from './access-options.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { openSession, type Session } from './session.ts'

const examples = `Examples:
  rolecall access who-can reach application:payroll            … in the live systems
  rolecall access who-can reach payroll --desired              … by the manifests at hand
  rolecall access who-can role:deployer project:web-prod --at main  … by those of a commit
`

type Options = StateOptions & OutputOptions

export function registerWhoCan(access: Command, border: Border): void {
  withStates(
    access
      .command('who-can')
      .description('list everybody who may do something, and through what')
      .argument('<action>', 'what is done, in the words of the system: reach, role:deployer, a privilege')
      .argument('<resource>', 'what it is done to: application:payroll; payroll where that is clear; all')
      .addHelpText('before', examples),
    ['text', 'json', 'csv'],
  ).action(async (action: string, resource: string, options: Options, command: Command) => {
    process.exitCode = await whoCanOf(
      { action, resource },
      options,
      border,
      await openSession(command, border),
    )
  })
}

async function whoCanOf(
  asked: { readonly action: string; readonly resource: string },
  options: Options,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const { give, openStates } = await import('./access-states.ts')
  const { whoCan } = await import('../access/answers.ts')
  const states = await openStates(options, border, session)
  const action = await actionOf(asked.action, states.asked)
  const answer = whoCan(states.asked, action, await targetOf(asked.resource, states.asked))
  const { whoCanText, linesCsv } = await import('../render/answers.ts')
  const text = {
    text: () => whoCanText(answer, states.state, border.colour.out && options.out === undefined),
    json: () => json({ state: states.state, ...answer }),
    csv: () => linesCsv([...answer.lines, ...answer.perhaps]),
  }[options.output as 'text' | 'json' | 'csv']()
  return await give(text, options, states, border)
}

function json(answer: object): string {
  return `${JSON.stringify({ format: 'rolecall/who-can/v1', ...answer }, null, 2)}\n`
}

/** A word that nobody uses is a slip: "nobody" would be the wrong answer to it. */
async function actionOf(action: string, asked: readonly Asked[]): Promise<string> {
  const known = [...new Set(asked.flatMap(({ access }) => access.words().actions))].sort()
  if (known.includes(action)) return action
  const { suggest } = await import('../manifest/nearest.ts')
  throw new Fault(
    exit.fault,
    `Nobody may do "${action}" to anything here.`,
    suggest(action, known, 'actions') ?? 'Take an action as rolecall access explain USER shows it.',
  )
}

/** A whole target, or a name that only one has. */
async function targetOf(resource: string, asked: readonly Asked[]): Promise<LinkTarget> {
  if (resource === 'all') return 'all:*'
  const known = [...new Set(asked.flatMap(({ access }) => access.words().targets))].sort()
  if (known.includes(resource)) return resource
  const named = known.filter((target) => target.slice(target.indexOf(':') + 1) === resource)
  const [only, ...others] = named
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined)
    throw new Fault(
      exit.fault,
      `"${resource}" may be several things: ${named.join(', ')}.`,
      `Name one of them whole, such as ${only}.`,
    )
  const { nearest } = await import('../manifest/nearest.ts')
  const names = known.map((target) => target.slice(target.indexOf(':') + 1))
  const near = nearest(resource, resource.includes(':') ? known : names)
  throw new Fault(
    exit.fault,
    `Nothing here is called "${resource}".`,
    near === undefined
      ? 'Take a resource as rolecall access explain USER shows it, such as application:payroll.'
      : `Did you mean "${near}"?`,
  )
}
