/** The command line as a whole: global options, the commands, and what becomes of whatever goes wrong. */
import { Command, Option } from 'commander'
import process from 'node:process'
import { version } from '../version.ts'
import { changeDirectory, processBorder, type Border } from './border.ts'
import { exit, Fault } from './exit.ts'
import { tell } from './faults.ts'
import type { GlobalOptions } from './session.ts'

const examples = `Examples:
  rolecall init                       write a small repository to start from
  rolecall validate                   check the manifests; opens no connection
  rolecall plan                       show what would change, and what refuses it
  rolecall plan --out plan.json       … and keep it, to run exactly that
  rolecall apply plan.json            carry out the reviewed plan
  rolecall drift                      say what was changed behind the repository's back
`

/** Runs one command line (without `node` and the script); resolves to the exit code and never rejects. */
export async function run(
  argv: readonly string[],
  border: Border = processBorder(argv.includes('--no-color')),
): Promise<number> {
  try {
    refuseUnverifiedTls(border.env)
    const program = await createProgram(border, argv)
    await program.parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode ?? exit.done)
  } catch (error) {
    return tell(error, border)
  }
}

type Register = (program: Command, border: Border) => void

/** Every command, in the order of the help. Its module is loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./init.ts')).registerInit,
  validate: async () => (await import('./validate.ts')).registerValidate,
  fmt: async () => (await import('./fmt.ts')).registerFmt,
  plan: async () => (await import('./plan.ts')).registerPlan,
  apply: async () => (await import('./apply.ts')).registerApply,
  undo: async () => (await import('./undo.ts')).registerUndo,
  log: async () => (await import('./log.ts')).registerLog,
  drift: async () => (await import('./drift.ts')).registerDrift,
  access: async () => (await import('./access.ts')).registerAccess,
  adopt: async () => (await import('./adopt.ts')).registerAdopt,
  schema: async () => (await import('./schema.ts')).registerSchema,
  doctor: async () => (await import('./doctor.ts')).registerDoctor,
  sandbox: async () => (await import('./sandbox.ts')).registerSandbox,
  completion: async () => (await import('./completion.ts')).registerCompletion,
}

/**
 * The commander tree with the commands that `argv` names, or all of them where it names none: then help or a
 * suggestion is wanted. Loading only what is asked for keeps `--version` quick and `validate` without clients.
 */
async function createProgram(border: Border, argv: readonly string[]): Promise<Command> {
  const program = root(border)
  const completes = argv[0] === 'completion-server'
  const asked = completes ? [] : Object.keys(commands).filter((name) => argv.includes(name))
  const version = argv.length === 1 && ['-V', '--version'].includes(argv[0] ?? '')
  for (const name of asked.length > 0 || version ? asked : Object.keys(commands)) {
    const register = await commands[name]?.()
    register?.(program, border)
  }
  return program
}

function root(border: Border): Command {
  return new Command('rolecall')
    .description('Access as code: who may reach what, in every system, declared in git.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .option('-C, --chdir <dir>', 'run as if started in this directory')
    .addOption(
      new Option('--log-format <format>', 'how logs are written').choices(['text', 'json']).default('text'),
    )
    .option('-q, --quiet', 'no progress and no hints on stderr')
    .option('-v, --verbose', 'log what is done, to stderr')
    .option('--no-color', 'plain text, also on a terminal')
    .addHelpText('before', examples)
    .configureOutput({ writeOut: border.out, writeErr: border.err })
    .exitOverride()
    .hook('preAction', (_program, command) => {
      const { chdir } = command.optsWithGlobals<GlobalOptions>()
      if (chdir !== undefined) changeDirectory(chdir)
    })
}

/** A process that does not check certificates can be lied to about who owns a system. */
function refuseUnverifiedTls(env: Border['env']): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new Fault(
      exit.fault,
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of certificates, and rolecall does not start without it.',
      'Unset it; for a private certificate authority set NODE_EXTRA_CA_CERTS to its file.',
    )
  }
}
