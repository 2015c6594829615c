/** `rolecall access simulate`: which groups somebody would get by a group mapping, for attributes given or written down. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { Attributes, Mapped, Mapping } from '../access/simulate.ts'
import type { SystemConfig, Workspace } from '../model/workspace.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { collect, openSession, type Session } from './session.ts'

const examples = `Examples:
  rolecall access simulate --system vpn --attribute groups=eng-all
                                       which groups whoever has this would get, and by which rule
  rolecall access simulate --system vpn --attribute groups=eng-all --attribute groups=eng-oncall
  rolecall access simulate --system vpn --user ana
                                       … with the attributes that the manifests say of ana
`

interface SimulateOptions {
  readonly system: string
  readonly attribute?: readonly string[]
  readonly user?: string
  readonly output: 'text' | 'json'
  readonly protectedRef?: string
}

export function registerSimulate(access: Command, border: Border): void {
  access
    .command('simulate')
    .description('say which groups attributes of the identity provider would give; opens no connection')
    .addHelpText('before', examples)
    .requiredOption('--system <name>', 'the system whose mapping is tried')
    .option('--attribute <name=value>', 'an attribute and one of its values; may be repeated', collect)
    .option('--user <name>', 'the attributes that the manifests say of this person')
    .addOption(new Option('-o, --output <format>', 'what to write').choices(['text', 'json']).default('text'))
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
    .action(async (options: SimulateOptions, command: Command) => {
      process.exitCode = await tellSimulation(options, border, await openSession(command, border))
    })
}

/** What one mapping of the system would do. */
interface Simulated extends Mapped {
  readonly mapping: string
  readonly mode: Mapping['mode'] | 'unknown'
}

async function tellSimulation(options: SimulateOptions, border: Border, { cwd }: Session): Promise<ExitCode> {
  const { loadWorkspace } = await import('./workspace.ts')
  const { descriptions } = await import('../systems/registry.ts')
  const { protectedRef } = options
  const { workspace } = await loadWorkspace({
    ...{ cwd, now: border.now(), connectors: descriptions, compare: 'declared' },
    ...(protectedRef === undefined ? {} : { protectedRef }),
  })
  const config = systemNamed(workspace, options.system)
  const attributes = attributesOf(options, workspace)
  const results = await simulated(config, workspace, attributes)
  if (options.output === 'json') {
    const told = { format: 'rolecall/simulation/v1', system: config.name, attributes, mappings: results }
    border.out(`${JSON.stringify(told, null, 2)}\n`)
  } else {
    const { simulationText } = await import('../render/simulation.ts')
    border.out(simulationText(config.name, attributes, results))
  }
  return exit.done
}

async function simulated(
  config: SystemConfig,
  workspace: Workspace,
  attributes: Attributes,
): Promise<readonly Simulated[]> {
  const { mappingIn, simulate } = await import('../access/simulate.ts')
  const { connectorOf } = await import('./connector.ts')
  const most = connectorOf(config).description.maxSecondaryGroups
  const wishes = [...(workspace.desired.get(config.name)?.wishes.mapping.values() ?? [])]
  const present = wishes.filter(({ state }) => state === 'present')
  if (present.length === 0)
    throw new Fault(
      exit.fault,
      `No manifest declares a group mapping of "${config.name}", so there is nothing to simulate.`,
      'Write a GroupMapping that names the system; rolecall adopt takes a live one over.',
    )
  return present.map(({ ref, fields }) => {
    const mapping = mappingIn(fields)
    return { mapping: ref.key, mode: mapping.mode ?? 'unknown', ...simulate(mapping, attributes, most) }
  })
}

function systemNamed({ systems }: Workspace, name: string): SystemConfig {
  const found = systems.get(name)
  if (found !== undefined) return found
  const known = [...systems.keys()].sort().join(', ')
  throw new Fault(
    exit.fault,
    `There is no system "${name}".`,
    `The systems are ${known === '' ? 'none yet' : known}.`,
  )
}

/** What is given, and beside it what the manifests say of the person. Nothing at all is what nobody means. */
function attributesOf({ attribute = [], user }: SimulateOptions, { people }: Workspace): Attributes {
  const all = new Map<string, string[]>()
  const add = (name: string, values: readonly string[]): void => {
    all.set(name, [...(all.get(name) ?? []), ...values])
  }
  if (user !== undefined) {
    const person = people.get(user)
    if (person === undefined)
      throw new Fault(
        exit.fault,
        `There is no User "${user}".`,
        'Name a person by the handle of the document.',
      )
    if (person.attributes === undefined)
      throw new Fault(
        exit.fault,
        `The manifests do not say what the provider sends of "${user}".`,
        'Write `attributes` on the person, or give them with --attribute name=value.',
      )
    for (const [name, values] of Object.entries(person.attributes)) add(name, values)
  }
  for (const text of attribute) {
    const at = text.indexOf('=')
    if (at < 1)
      throw new Fault(exit.fault, `"${text}" is not an attribute with a value.`, 'Write it as name=value.')
    add(text.slice(0, at), [text.slice(at + 1)])
  }
  if (all.size === 0)
    throw new Fault(
      exit.fault,
      'Nothing is said of whom to simulate.',
      'Give --attribute name=value, or --user NAME.',
    )
  return Object.fromEntries([...all].map(([name, values]) => [name, [...new Set(values)]]))
}
