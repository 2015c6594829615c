/** What became of an apply: a line for each step, what did not converge, and what a second run will do. */
import type { ResourceRef } from '../model/resource.ts'
import { terminal } from './encode.ts'
import { pad, wrapWords } from './layout.ts'
import { paint, type Paint } from './paint.ts'

/** The results a step can have; the executor's report has these and more. */
type Result = 'done' | 'failed' | 'skipped' | 'waiting' | 'uncertain'

interface ReportedStep {
  readonly ref: ResourceRef
  readonly action: string
  readonly outcome: { readonly result: Result; readonly reason?: string; readonly forWhom?: string }
}

interface ReportedSystem {
  readonly name: string
  readonly steps: readonly ReportedStep[]
  readonly verified?: 'converged' | 'open' | 'unread'
  readonly open: readonly { readonly ref: ResourceRef; readonly message: string }[]
  readonly unread?: string
}

interface Reported {
  readonly run: string
  readonly systems: readonly ReportedSystem[]
  readonly recovered: readonly {
    readonly run: string
    readonly steps: readonly { readonly ref: ResourceRef; readonly found: string }[]
  }[]
  readonly next: string
}

/** Beyond this number of steps that are done, they are counted and only the others are listed. */
const listedDone = 100

/** The whole text, ending in a line end. `ending` is the sentence that says how the run ended. */
export function renderReport(
  report: Reported,
  ending: string,
  style: { colour: boolean; width: number },
): string {
  const pen = paint(style.colour)
  const parts = [
    recoveredLines(report, pen),
    ...report.systems.filter(hasNews).map((system) => systemLines(system, pen, style.width)),
    [pen.bold(ending), ...wrapWords(terminal(report.next), style.width)],
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

/** `12 done, 1 failed`: only what there is. */
export function resultWords(systems: readonly ReportedSystem[]): string {
  const counts = new Map<Result, number>()
  for (const { steps } of systems) {
    for (const { outcome } of steps) counts.set(outcome.result, (counts.get(outcome.result) ?? 0) + 1)
  }
  const results: readonly Result[] = ['done', 'failed', 'uncertain', 'waiting', 'skipped']
  return results
    .filter((result) => counts.has(result))
    .map((result) => `${counts.get(result) ?? 0} ${result}`)
    .join(', ')
}

/** `office  done     create account ana`: one step as it ends, also as a plain line in CI. */
export function stepLine(step: ReportedStep, pen: Paint): string {
  const { result, reason, forWhom } = step.outcome
  const why = [forWhom === undefined ? undefined : `for ${forWhom}`, reason].filter(
    (text) => text !== undefined,
  )
  const tail = why.length === 0 ? '' : `: ${why.map(terminal).join(', ')}`
  const name = `${verbs[step.action] ?? step.action} ${step.ref.kind} ${terminal(step.ref.key)}`
  return `${colourOf(result, pen)(pad(result, 9))} ${name}${tail}`
}

const verbs: Readonly<Record<string, string>> = {
  create: 'create',
  update: 'change',
  rename: 'rename',
  delete: 'remove',
}

/** A system in which nothing was to be sent and nothing is open needs no lines. */
function hasNews({ steps, open, unread }: ReportedSystem): boolean {
  return steps.length > 0 || open.length > 0 || unread !== undefined
}

function systemLines(system: ReportedSystem, pen: Paint, size: number): string[] {
  const done = system.steps.filter(({ outcome }) => outcome.result === 'done')
  const listed = done.length > listedDone ? system.steps.filter((step) => !done.includes(step)) : system.steps
  const folded = listed === system.steps ? [] : [`  ${pen.green(pad('done', 9))} ${done.length} steps`]
  return [
    `${pen.bold(terminal(system.name))}${verification(system, pen)}`,
    ...(system.unread === undefined
      ? []
      : wrapWords(terminal(system.unread), size - 2).map((line) => `  ${line}`)),
    ...folded,
    ...listed.map((step) => `  ${stepLine(step, pen)}`),
    ...system.open.map(
      ({ ref, message }) =>
        `  ${pen.yellow(pad('open', 9))} ${ref.kind} ${terminal(ref.key)}: ${terminal(message)}`,
    ),
  ]
}

function verification(system: ReportedSystem, pen: Paint): string {
  if (system.verified === undefined) return ''
  const words = {
    converged: 'read again: everything is as planned',
    open: 'read again: not everything is as planned',
    unread: 'could not be read again',
  }
  const text = words[system.verified]
  return `  ${system.verified === 'converged' ? pen.dim(text) : pen.yellow(text)}`
}

function recoveredLines(report: Reported, pen: Paint): string[] {
  return report.recovered.flatMap(({ run, steps }) => [
    pen.bold(`Run ${terminal(run)} had been killed; what it had in flight was read back`),
    ...steps.map(({ ref, found }) => `  ${pad(found, 9)} ${ref.kind} ${terminal(ref.key)}`),
  ])
}

function colourOf(result: Result, pen: Paint): (text: string) => string {
  if (result === 'done') return pen.green
  return result === 'failed' ? pen.red : pen.yellow
}
