/** Completion of commands, options and choices in bash, zsh and fish: the script, and the answers it asks for. */
import type { Command } from 'commander'
import process from 'node:process'
import type { Border } from './border.ts'
import { exit, Fault } from './exit.ts'

const shells = ['bash', 'zsh', 'fish'] as const

const help = `Examples:
  rolecall completion bash >> ~/.bashrc
  rolecall completion zsh >> ~/.zshrc
  rolecall completion fish > ~/.config/fish/completions/rolecall.fish
`

export function registerCompletion(program: Command, border: Border): void {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addHelpText('before', help)
    .argument('[shell]', shells.join(', '))
    .action(async (shell: string | undefined) => {
      border.out(await script(shell))
    })
  program
    .command('completion-server', { hidden: true })
    .description('answers the completion script')
    .allowExcessArguments()
    .action(async () => {
      await answer(program, border)
    })
}

async function script(shell: string | undefined): Promise<string> {
  const known = shells.find((name) => name === shell)
  if (known === undefined) {
    throw new Fault(
      exit.fault,
      shell === undefined ? 'Which shell?' : `There is no completion for "${shell}".`,
      `Name one of ${shells.join(', ')}: rolecall completion bash`,
    )
  }
  const { default: tabtab } = await import('@pnpm/tabtab')
  return await tabtab.getCompletionScript({ name: 'rolecall', completer: 'rolecall', shell: known })
}

/** Words that may stand where the cursor is, for the shell's script. */
async function answer(program: Command, border: Border): Promise<void> {
  const { default: tabtab } = await import('@pnpm/tabtab')
  const env = tabtab.parseEnv({ ...border.env })
  if (!env.complete) return
  const words = candidates(program, env.line)
  tabtab.log(words, tabtab.getShellFromEnv(process.env), (line) => {
    border.out(`${line}\n`)
  })
}

/** What may follow: commands after the name, options and choices after a command. `line` is what is typed so far. */
function candidates(program: Command, line: string): { name: string; description: string }[] {
  const words = line.trimStart().split(/\s+/)
  const current = words.at(-1) ?? ''
  const command = program.commands.find((one) => words.slice(1, -1).includes(one.name()))
  const previous = words.at(-2) ?? ''
  const choices = (command ?? program).options
    .concat(program.options)
    .find(({ long, short }) => previous === long || previous === short)?.argChoices
  if (choices !== undefined) return choices.map((name) => ({ name, description: '' }))
  const options = [...(command?.options ?? []), ...program.options].flatMap(({ long, description }) =>
    typeof long !== 'string' ? [] : [{ name: long, description }],
  )
  const commands = program.createHelp().visibleCommands(program)
  const names =
    command === undefined ? commands.map((one) => ({ name: one.name(), description: one.description() })) : []
  return current.startsWith('-') || command !== undefined ? options : names
}
