/** `rolecall apply`: carries out a reviewed plan, or plans, shows, asks and carries out. The only command that sends. */
import { Option, type Command } from 'commander'
import type { ApplyOptions } from './applying.ts'
import type { Border } from './border.ts'
import { collect, openSession } from './session.ts'

const examples = `Examples:
  rolecall apply                      plan, show, ask, carry out
  rolecall apply plan.json            carry out the plan that rolecall plan --out plan.json saved
  rolecall apply --auto-approve       do not ask: needed where nobody can answer
  rolecall apply --expect INTENT      carry it out only if it is what was reviewed
  rolecall apply --due --auto-approve only what a date has brought: a daily job
  rolecall apply --for 50m            stop cleanly between two steps after this time
`

export function registerApply(program: Command, border: Border): void {
  program
    .command('apply')
    .description('carry out a plan: a saved one, or one that is made, shown and confirmed now')
    .addHelpText('before', examples)
    .argument('[plan]', 'a plan file; it is carried out as it is, without a question')
    .addOption(
      new Option('-o, --output <format>', 'how the report is written')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--auto-approve', 'do not ask')
    .option('--expect <intent>', 'carry it out only if its intent is this one, or what is left of it')
    .option('--due', 'only what a date on the protected branch has brought, and nothing else')
    .option('--for <time>', 'send nothing more after this time: 90s, 50m, 2h')
    .option('--secrets-to <place>', 'passwords of new accounts: file:PATH or exec:PROGRAM')
    .option('--allow-dirty', 'also with manifests that are not committed')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
    .action(async (file: string | undefined, options: ApplyOptions, command: Command) => {
      const session = await openSession(command, border)
      const { apply } = await import('./applying.ts')
      process.exitCode = await apply(file, options, border, session)
    })
}
