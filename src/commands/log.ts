/** `rolecall log`: what was done, by whom, and whether the record of it is whole. It only asks. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { Border } from './border.ts'
import type { LogOptions, VerifyOptions } from './logging.ts'
import { collect, openSession } from './session.ts'

const examples = `Examples:
  rolecall log                        the runs, the latest first
  rolecall log --system vpn --limit 5
  rolecall log 20261122T150000Z       one run whole: its steps and what came of each
  rolecall log verify                 whether a record was taken out, altered or moved
  rolecall log verify --expect HASH   … and whether the log still holds the one with this hash
`

export function registerLog(program: Command, border: Border): void {
  const output = (): Option =>
    new Option('-o, --output <format>', 'what to write').choices(['text', 'json']).default('text')
  const log = program
    .command('log')
    .description('show what was done, and verify the audit log')
    .addHelpText('before', examples)
    .argument('[run]', 'name of a run, or its beginning: show it whole')
    .addOption(output())
    .option('--limit <number>', 'so many runs at most', '20')
    .option('--system <name>', 'only runs about this system; may be repeated', collect)
    .action(async (run: string | undefined, options: LogOptions, command: Command) => {
      const { list, show } = await import('./logging.ts')
      const session = await openSession(command, border)
      process.exitCode = await (run === undefined
        ? list(options, border, session)
        : show(run, options, border, session))
    })
  log
    .command('verify')
    .description('say whether a record of the audit log was taken out, altered or moved')
    .addHelpText('before', examples)
    .addOption(output())
    .option('--expect <hash>', 'a hash that an earlier verify printed: the log must still hold its record')
    .action(async (_options: unknown, command: Command) => {
      const { verify } = await import('./logging.ts')
      const session = await openSession(command, border)
      process.exitCode = await verify(command.optsWithGlobals<VerifyOptions>(), border, session)
    })
}
