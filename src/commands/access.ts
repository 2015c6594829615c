/** `rolecall access`: questions about access, each in a file of its own. None of them sends anything. */
import type { Command } from 'commander'
import { registerDiff } from './access-diff.ts'
import { registerExplain } from './access-explain.ts'
import { registerForecast } from './access-forecast.ts'
import { registerReport } from './access-report.ts'
import { registerSimulate } from './access-simulate.ts'
import { registerWhoCan } from './access-who-can.ts'
import type { Border } from './border.ts'

type Register = (access: Command, border: Border) => void

/** In the order of the help. */
const questions: readonly Register[] = [
  registerWhoCan,
  registerExplain,
  registerDiff,
  registerSimulate,
  registerReport,
  registerForecast,
]

export function registerAccess(program: Command, border: Border): void {
  const access = program
    .command('access')
    .description('answer questions about who may reach what; sends nothing')
  for (const register of questions) register(access, border)
}
