/** `rolecall adopt`: what is there becomes manifests: a live system, or the configuration of another tool. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'

const examples = `Examples:
  rolecall adopt --system vpn                                 write what is live in vpn into the manifests
  rolecall adopt --from peribolos config --out access-repo    turn a peribolos configuration into a repository
`

interface AdoptOptions {
  readonly system?: string
  readonly from?: 'peribolos'
  readonly out?: string
}

export function registerAdopt(program: Command, border: Border): void {
  program
    .command('adopt')
    .description('write what is live, or what another tool declares, into manifests; sends nothing')
    .addHelpText('before', examples)
    .argument('[path]', 'with --from: the folder or file of the configuration')
    .option('--system <name>', 'the live system to adopt; with --from: only this organisation')
    .addOption(new Option('--from <tool>', 'adopt the configuration of another tool').choices(['peribolos']))
    .option('--out <folder>', 'with --from: the folder of the new repository')
    .action(async (path: string | undefined, options: AdoptOptions) => {
      if (options.from !== undefined) await importConfiguration(path, options, border)
    })
}

async function importConfiguration(
  path: string | undefined,
  options: AdoptOptions,
  border: Border,
): Promise<void> {
  const { system, out } = options
  if (path === undefined || out === undefined) {
    throw new Fault(
      exit.fault,
      `An import needs ${path === undefined ? 'the folder of the configuration' : 'a folder to write to'}.`,
      'Write rolecall adopt --from peribolos FOLDER --out FOLDER.',
    )
  }
  const { importPeribolos } = await import('./importing.ts')
  await importPeribolos(
    { from: path, out, ...(system === undefined ? {} : { system }) },
    process.cwd(),
    border,
  )
}
