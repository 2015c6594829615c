/** `rolecall doctor`: what is configured and what of it works. Prints names and places, never a secret's value. */
import type { Command } from 'commander'
import process from 'node:process'
import type { Border } from './border.ts'
import type { Check } from './examine.ts'
import { exit, type ExitCode } from './exit.ts'
import { openSession, type Session } from './session.ts'

const examples = `Examples:
  rolecall doctor                  the set-up: workspace, ledger, credentials, git, versions
  rolecall doctor --system vpn     … and whether this system can be read, and as whom
`

export function registerDoctor(program: Command, border: Border): void {
  program
    .command('doctor')
    .description('say what is configured, which credentials resolve, and what is wrong')
    .addHelpText('before', examples)
    .option('--system <name>', 'also read this system, and say who the credentials are there')
    .option('--protected-ref <ref>', 'count System and Settings documents as of this ref')
    .action(async (options: { system?: string; protectedRef?: string }, command: Command) => {
      process.exitCode = await doctor(options, border, await openSession(command, border))
    })
}

async function doctor(
  options: { readonly system?: string; readonly protectedRef?: string },
  border: Border,
  session: Session,
): Promise<ExitCode> {
  const { examine } = await import('./examine.ts')
  const checks = await examine(options, border, session)
  border.out(await shown(checks, border))
  return checks.some(({ state }) => state === 'wrong') ? exit.fault : exit.done
}

async function shown(checks: readonly Check[], border: Border): Promise<string> {
  const { terminal } = await import('../render/encode.ts')
  const { pad } = await import('../render/layout.ts')
  const { paint } = await import('../render/paint.ts')
  const pen = paint(border.colour.out)
  const sign = { good: pen.green('ok   '), wrong: pen.red('wrong'), note: pen.dim('-    ') }
  const size = Math.max(...checks.map(({ topic }) => topic.length))
  const lines = checks.flatMap(({ topic, text, state, fix }, at) => {
    const label = checks[at - 1]?.topic === topic ? '' : terminal(topic)
    const line = `${sign[state]}  ${pad(label, size)}  ${terminal(text)}`
    return fix === undefined ? [line] : [line, `${' '.repeat(size + 9)}${terminal(fix)}`]
  })
  const wrong = checks.filter(({ state }) => state === 'wrong').length
  const last =
    wrong === 0 ? 'Nothing is wrong.' : `${wrong === 1 ? 'One thing is' : `${wrong} things are`} wrong.`
  return `${[...lines, '', last].join('\n')}\n`
}
