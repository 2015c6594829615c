/** `rolecall sandbox`: a vendor's API on the loopback address, to try rolecall without an account. */
import { Option, type Command } from 'commander'
import process from 'node:process'
import type { CloudConnexaSandbox } from '../sandbox/cloudconnexa/index.ts'
import type { Listening } from '../sandbox/server.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'

interface SandboxFlags {
  readonly port: number
  readonly data?: string
  readonly seed: 'new' | 'acme'
  readonly limits: boolean
  readonly unknown: readonly string[]
  readonly fault: readonly string[]
  readonly control?: number
  readonly largestPage?: number
  readonly tokenSeconds?: number
}

const examples = `Examples:
  rolecall sandbox cloudconnexa                          a company's account, in memory, until interrupted
  rolecall sandbox cloudconnexa --data .rolecall/vpn.json  … kept in a file
  rolecall sandbox cloudconnexa --no-limits              … without the vendor's rate limits
  rolecall sandbox cloudconnexa --unknown order=unstable … where the documentation leaves it open
  rolecall sandbox cloudconnexa --fault path=/api/v1/users,status=503,times=1
                                                         … with something that goes wrong
  rolecall sandbox cloudconnexa --control 8791           … and told so later, by another program
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
    .option(
      '--fault <rule>',
      'what goes wrong with which calls, as path=/api/v1/users,status=503',
      collect,
      [],
    )
    .option('--control <port>', 'listen there for faults and readings while it runs; 0: a free one', port)
    .option(
      '--largest-page <items>',
      'how many items a page of a list holds at most',
      whole('--largest-page'),
    )
    .option('--token-seconds <seconds>', 'how long an access token is valid', whole('--token-seconds'))
    .addHelpText('before', examples)
    .action(async (flags: SandboxFlags) => {
      process.exitCode = await run(flags, border)
    })
}

/** Runs until the process is told to end. */
async function run(flags: SandboxFlags, border: Border): Promise<ExitCode> {
  const sandbox = await started(flags).catch((error: unknown) => {
    throw faultFor(error)
  })
  const control = await controlled(sandbox, flags).catch(async (error: unknown) => {
    await sandbox.close()
    throw faultFor(error)
  })
  const { clientId, clientSecret } = sandbox.credentials
  border.out(
    `CloudConnexa sandbox on ${sandbox.address}\n` +
      (control === undefined ? '' : `control on ${control.address}\n`) +
      `export VPN_CLIENT_ID=${clientId}\n` +
      `export VPN_CLIENT_SECRET=${clientSecret}\n`,
  )
  await new Promise((ended) => {
    process.once('SIGINT', ended)
    process.once('SIGTERM', ended)
  })
  await control?.close()
  await sandbox.close()
  return exit.done
}

async function started(flags: SandboxFlags): Promise<CloudConnexaSandbox> {
  const { port, data, seed, limits, unknown, fault, largestPage, tokenSeconds } = flags
  const { startCloudConnexa } = await import('../sandbox/cloudconnexa/index.ts')
  const { readingsIn } = await import('../sandbox/cloudconnexa/unknowns.ts')
  const { ruleIn } = await import('../sandbox/rules.ts')
  const rules = fault.map(ruleIn)
  const sandbox = await startCloudConnexa({
    port,
    seed,
    limits: limits ? 'documented' : 'off',
    unknowns: readingsIn(Object.fromEntries(unknown.map((wish) => pair(wish)))),
    ...(data === undefined ? {} : { file: data }),
    ...(largestPage === undefined ? {} : { largestPage }),
    ...(tokenSeconds === undefined ? {} : { tokenSeconds }),
  })
  sandbox.faults.add(...rules)
  return sandbox
}

async function controlled(
  sandbox: CloudConnexaSandbox,
  { control }: SandboxFlags,
): Promise<Listening | undefined> {
  if (control === undefined) return undefined
  const { control: listen } = await import('../sandbox/control.ts')
  const { readingsIn } = await import('../sandbox/cloudconnexa/unknowns.ts')
  const read = (readings: Readonly<Record<string, unknown>>): void => {
    sandbox.read(readingsIn(readings))
  }
  return await listen({ ...sandbox, read }, control)
}

function pair(wish: string): readonly [string, string] {
  const at = wish.indexOf('=')
  return at < 0 ? [wish, ''] : [wish.slice(0, at), wish.slice(at + 1)]
}

function faultFor(error: unknown): unknown {
  if (error instanceof Error && error.name === 'BadWish')
    return new Fault(exit.fault, error.message, 'fix' in error ? String(error.fix) : undefined)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' || code === 'EACCES')
    return new Fault(
      exit.fault,
      'The port is not free for this user.',
      'Give --port or --control another number, or leave it out.',
    )
  return error
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d{1,5}$/.test(text) && number < 65_536) return number
  throw new Fault(exit.fault, `"${text}" is no port.`, 'Give --port a number from 0 to 65535.')
}

function whole(flag: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    throw new Fault(exit.fault, `"${text}" is no number of them.`, `Give ${flag} a whole number from 1.`)
  }
}

function collect(text: string, all: readonly string[]): readonly string[] {
  return [...all, text]
}
