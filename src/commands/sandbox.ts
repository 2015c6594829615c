/** `rolecall sandbox`: a vendor's API on the loopback address, to try rolecall without an account. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { Unknowns } from '../sandbox/cloudconnexa/unknowns.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'

interface SandboxFlags {
  readonly port: number
  readonly data?: string
  readonly seed: 'new' | 'acme'
  readonly limits: boolean
  readonly unknown: readonly string[]
}

const examples = `Examples:
  rolecall sandbox cloudconnexa                          a company's account, in memory, until interrupted
  rolecall sandbox cloudconnexa --data .rolecall/vpn.json  … kept in a file
  rolecall sandbox cloudconnexa --no-limits              … without the vendor's rate limits
  rolecall sandbox cloudconnexa --unknown order=unstable … where the documentation leaves it open
`

export function registerSandbox(program: Command, border: Border): void {
  program
    .command('sandbox')
    .description("run a vendor's API on this machine, to try rolecall without an account")
    .addHelpText('before', examples)
    .command('cloudconnexa')
    .description('OpenVPN CloudConnexa, API v1.2.3')
    .option('--port <number>', 'the port to listen on; 0: a free one', port, 0)
    .option('--data <file>', 'keep the account in this file; absent: in memory')
    .addOption(
      new Option('--seed <name>', 'what a fresh account holds').choices(['new', 'acme']).default('acme'),
    )
    .option('--no-limits', 'never make anybody wait')
    .option('--unknown <name=reading>', 'how to read what the documentation leaves open', collect, [])
    .addHelpText('before', examples)
    .action(async (flags: SandboxFlags) => {
      process.exitCode = await run(flags, border)
    })
}

/** Runs until the process is told to end. */
async function run({ port, data, seed, limits, unknown }: SandboxFlags, border: Border): Promise<ExitCode> {
  const { startCloudConnexa } = await import('../sandbox/cloudconnexa/index.ts')
  const sandbox = await startCloudConnexa({
    port,
    seed,
    limits: limits ? 'documented' : 'off',
    unknowns: await readingsOf(unknown),
    ...(data === undefined ? {} : { file: data }),
  }).catch((error: unknown) => {
    throw cannotStart(error)
  })
  const { clientId, clientSecret } = sandbox.credentials
  border.out(
    `CloudConnexa sandbox on ${sandbox.address}\n` +
      `export VPN_CLIENT_ID=${clientId}\n` +
      `export VPN_CLIENT_SECRET=${clientSecret}\n`,
  )
  await new Promise((ended) => {
    process.once('SIGINT', ended)
    process.once('SIGTERM', ended)
  })
  await sandbox.close()
  return exit.done
}

async function readingsOf(wishes: readonly string[]): Promise<Partial<Unknowns>> {
  const { unknowns } = await import('../sandbox/cloudconnexa/unknowns.ts')
  const known: Readonly<Record<string, readonly string[]>> = unknowns
  for (const wish of wishes) {
    const [name = '', reading = ''] = wish.split('=', 2)
    const choices = known[name]
    if (choices === undefined)
      throw new Fault(
        exit.fault,
        `The sandbox knows no unknown "${name}".`,
        `There are: ${Object.keys(known).join(', ')}.`,
      )
    if (!choices.includes(reading))
      throw new Fault(
        exit.fault,
        `"${reading}" is no reading of ${name}.`,
        `Its readings are ${choices.join(', ')}.`,
      )
  }
  return Object.fromEntries(wishes.map((wish) => wish.split('=', 2))) as Partial<Unknowns>
}

function cannotStart(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' || code === 'EACCES')
    return new Fault(
      exit.fault,
      'The port is not free for this user.',
      'Give --port another number, or leave it out.',
    )
  return error
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d{1,5}$/.test(text) && number < 65_536) return number
  throw new Fault(exit.fault, `"${text}" is no port.`, 'Give --port a number from 0 to 65535.')
}

function collect(text: string, all: readonly string[]): readonly string[] {
  return [...all, text]
}
