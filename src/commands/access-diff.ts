/** `rolecall access diff`: who gains and who loses what between two commits. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { AccessDiff } from '../render/access-diff.ts'
import type { OutputOptions } from './access-options.ts'
import type { Border } from './border.ts'
import { exit, type ExitCode } from './exit.ts'
import { collect, openSession, type Session } from './session.ts'

const examples = `Examples:
  rolecall access diff main           who gains and loses what by the manifests at hand, against main
  rolecall access diff v1.4 v1.5      … between two commits
`

interface Options extends OutputOptions {
  readonly system?: readonly string[]
}

export function registerDiff(access: Command, border: Border): void {
  access
    .command('diff')
    .description('say who gains and who loses what between two commits; connects to nothing')
    .argument('<before>', 'a commit, branch or tag')
    .argument('[after]', 'another one; the manifests at hand where it is left out')
    .addHelpText('before', examples)
    .addOption(
      new Option('-o, --output <format>', 'what to write')
        .choices(['text', 'json', 'csv', 'markdown'])
        .default('text'),
    )
    .option('--out <file>', 'write it to a file')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .action(async (before: string, after: string | undefined, options: Options, command: Command) => {
      process.exitCode = await diffOf([before, after], options, border, await openSession(command, border))
    })
}

async function diffOf(
  refs: readonly [string, string | undefined],
  options: Options,
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const { declaredImpact } = await import('./access-declared.ts')
  const told = await declaredImpact(refs, options.system ?? [], border, session)
  const text = await rendered(told, options, border)
  if (options.out === undefined) border.out(text)
  else await (await import('./files.ts')).writeOut(options.out, text)
  return exit.done
}

async function rendered(told: AccessDiff, { output, out }: Options, border: Border): Promise<string> {
  if (output === 'json') return `${JSON.stringify({ format: 'rolecall/access-diff/v1', ...told }, null, 2)}\n`
  const { accessDiffCsv, accessDiffMarkdown, accessDiffText } = await import('../render/access-diff.ts')
  if (output === 'csv') return accessDiffCsv(told)
  if (output === 'markdown') return accessDiffMarkdown(told)
  return accessDiffText(told, { colour: border.colour.out && out === undefined, width: border.width })
}
