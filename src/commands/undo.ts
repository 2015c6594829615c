/** `rolecall undo`: plans what takes a run back, shows it, asks, and carries it out as any other plan. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { Border } from './border.ts'
import { collect, openSession } from './session.ts'
import type { UndoOptions } from './undoing.ts'

const examples = `Examples:
  rolecall log                                which runs there were
  rolecall undo 20261122T150000Z-4f3a9c1b     take it back: plan, show, ask, carry out
  rolecall undo 20261122T15 --plan            only show it; the beginning of a name is enough
  rolecall undo 20261122T15 --out undo.json   keep it, to run exactly that with rolecall apply undo.json
  rolecall undo 20261122T15 --branch undo-it  … and write the manifests as they were, on a new branch
`

export function registerUndo(program: Command, border: Border): void {
  program
    .command('undo')
    .description('take a run back, as far as nothing has moved since')
    .addHelpText('before', examples)
    .argument('<run>', 'name of the run, or its beginning')
    .addOption(
      new Option('-o, --output <format>', 'how the report, or with --plan the plan, is written')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--plan', 'show the plan, and send nothing')
    .option('--out <file>', 'save the plan for rolecall apply, and send nothing')
    .option('--auto-approve', 'do not ask')
    .option('--branch <name>', 'write the manifests as they were before the run to a new git branch')
    .option('--for <time>', 'send nothing more after this time: 90s, 50m, 2h')
    .option('--secrets-to <place>', 'passwords of new accounts: file:PATH or exec:PROGRAM')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
    .action(async (run: string, options: UndoOptions, command: Command) => {
      const session = await openSession(command, border)
      const { undo } = await import('./undoing.ts')
      process.exitCode = await undo(run, options, border, session)
    })
}
