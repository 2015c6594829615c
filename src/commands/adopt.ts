/** `rolecall adopt`: what is there becomes manifests: a live system, or the configuration of another tool. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { JsonObject } from '../model/json.ts'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'
import { collect, openSession } from './session.ts'

const examples = `Examples:
  rolecall adopt --system vpn                                 write what is live in vpn into the manifests
  rolecall adopt --system people --connector directory --setting file=.rolecall/people.db
                                                              … of a system that the manifests do not have yet
  rolecall adopt --from peribolos config --out access-repo    turn a peribolos configuration into a repository
`

interface AdoptOptions {
  readonly system?: string
  readonly from?: 'peribolos'
  readonly out?: string
  readonly connector?: string
  readonly endpoint?: string
  readonly setting?: readonly string[]
  readonly credential?: readonly string[]
}

export function registerAdopt(program: Command, border: Border): void {
  program
    .command('adopt')
    .description('write what is live, or what another tool declares, into manifests; sends nothing')
    .addHelpText('before', examples)
    .argument('[path]', 'with --from: the folder or file of the configuration')
    .option('--system <name>', 'the live system to adopt; with --from: only this organisation')
    .option('--connector <name>', 'the sort of system, where the manifests do not have it yet')
    .option('--setting <key=value>', 'a setting of such a system; may be repeated', collect)
    .option('--endpoint <url>', 'the address of such a system')
    .option(
      '--credential <name=from>',
      'a credential, as clientId=env:VPN_ID or key=file:PATH; may be repeated',
      collect,
    )
    .addOption(new Option('--from <tool>', 'adopt the configuration of another tool').choices(['peribolos']))
    .option('--out <folder>', 'with --from: the folder of the new repository')
    .action(async (path: string | undefined, options: AdoptOptions, command: Command) => {
      if (options.from !== undefined) await importConfiguration(path, options, border)
      else await adoptSystem(options, border, command)
    })
}

async function adoptSystem(options: AdoptOptions, border: Border, command: Command): Promise<void> {
  const { system, connector, endpoint, setting = [], credential = [] } = options
  if (system === undefined) {
    throw new Fault(exit.fault, 'It is not said what to adopt.', 'Name a live system with --system.')
  }
  const created =
    connector === undefined
      ? undefined
      : {
          connector,
          ...(endpoint === undefined ? {} : { endpoint }),
          settings: Object.fromEntries(setting.map((text) => pair(text))),
          credentials: Object.fromEntries(credential.map((text) => reference(text))),
        }
  const { adoptLive } = await import('./adopting.ts')
  await adoptLive(system, created, border, await openSession(command, border))
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new Fault(
    exit.fault,
    `"${text}" is not KEY=VALUE.`,
    'Write it as --setting file=.rolecall/people.db.',
  )
}

/** A secret itself never stands on a command line: other programs can see it. */
function reference(text: string): [string, JsonObject] {
  const [name, from] = pair(text)
  const [, source, place] = /^(env|file):(.+)$/.exec(from) ?? []
  if (source !== undefined && place !== undefined) return [name, { [source]: place }]
  throw new Fault(
    exit.fault,
    `The credential "${name}" is not a reference.`,
    'Write it as NAME=env:VARIABLE or NAME=file:PATH.',
  )
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
