/** The options that every question about access has. */
import { Option, type Command } from 'commander'
import { collect, type NarrowOptions } from './session.ts'

export interface StateOptions extends NarrowOptions {
  readonly desired?: boolean
  readonly at?: string
}

export interface OutputOptions {
  readonly output: string
  readonly out?: string
}

export function withStates(command: Command, outputs: readonly string[]): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'what to write').choices(outputs).default('text'))
    .option('--out <file>', 'write it to a file')
    .option('--desired', 'ask what the manifests declare; connects to nothing')
    .option('--at <commit>', 'ask what the manifests of a commit declare; connects to nothing')
    .option('--system <name>', 'only this system; may be repeated', collect)
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
}
