/** A plan for a person at a terminal: what it means, what refuses it, what would happen, at the end what to do now. */
import { refuses } from '../model/finding.ts'
import type { Plan, SystemPlan } from '../model/plan.ts'
import { accessLines, accessSummary } from './access.ts'
import { terminal } from './encode.ts'
import { findingLines } from './finding.ts'
import { count, enumerate, wrapWords } from './layout.ts'
import { paint, type Paint } from './paint.ts'
import { summaryOf, tallyOf, tallyWords, writesOf } from './summary.ts'
import {
  aside,
  estimateLines,
  heldBlocks,
  irreversibleBlocks,
  keptLines,
  ownerLines,
  ownerTable,
  proofLines,
  stepBlocks,
  type Block,
} from './system.ts'
import type { Shapes } from './view.ts'

/** What a plan does not hold and its reader must know: what could not be read, and what can be typed next. */
export interface Around {
  /** Systems that are not in the plan because they could not be read: a sentence and what to do. */
  readonly unread: readonly { readonly system: string; readonly message: string; readonly fix?: string }[]
  /** Systems that the protected ref does not have yet. */
  readonly afterMerge: readonly string[]
  /** The command that carries this plan out; absent where nothing can be carried out. */
  readonly next?: string
  /** What `apply` carries out although the plan is refused: the part that stops who is compromised, as a plan of its own. */
  readonly firstWave?: Plan
  /** The same command for the systems that could run; absent where all or none can. */
  readonly narrowed?: string
}

interface TextStyle {
  readonly colour: boolean
  /** Columns. */
  readonly width: number
  readonly shapes: Shapes
  /** Each owner on a line of its own. */
  readonly eachOwner?: boolean
}

/** The whole text, ending in a line end. */
export function renderText(plan: Plan, around: Around, given: TextStyle): string {
  const { colour, width, shapes, eachOwner = false } = given
  const pen = paint(colour)
  const style = { pen, width, indent: 2, shapes }
  const parts = [
    accessPart(plan, style),
    findings(plan, pen, width),
    ...around.unread.map((fault) => unread(fault, pen, width)),
    ...around.afterMerge.map((system) => [
      `${pen.bold(terminal(system))}  is read after merge: the protected ref does not have it yet`,
    ]),
    ...(plan.withoutIntent ?? []).map((system) => [`${pen.bold(terminal(system))}  ${noIntentWords}`]),
    ...plan.systems.map((system) => systemPart(system, style, eachOwner ? ownerTable : ownerLines)),
    closing(plan, around, pen),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

/** What it means comes first; a plan that sends nothing means nothing. */
function accessPart({ impact, ...plan }: Plan, style: Parameters<typeof accessLines>[1]): string[] {
  if (writesOf(plan) === 0) return []
  return [`${style.pen.bold('Access')}   ${accessSummary(impact)}`, ...accessLines(impact, style)]
}

function findings(plan: Plan, pen: Paint, width: number): string[] {
  const order = [...plan.findings].sort((a, b) => Number(refuses(b)) - Number(refuses(a)))
  return order.flatMap((finding, at) => [
    ...(at === 0 ? [] : ['']),
    ...findingLines(finding, plan, { pen, width }),
  ])
}

function unread(fault: Around['unread'][number], pen: Paint, width: number): string[] {
  const text = [fault.message, ...(fault.fix === undefined ? [] : [fault.fix])]
  return [
    `${pen.bold(pen.red('not read'))}  ${pen.bold(terminal(fault.system))}`,
    ...text.flatMap((line) => wrapWords(terminal(line), width - 2)).map((line) => `  ${line}`),
  ]
}

function systemPart(
  system: SystemPlan,
  style: Parameters<typeof stepBlocks>[1],
  owners: typeof ownerLines,
): string[] {
  const { pen } = style
  const tally = tallyOf([system])
  const words = tallyWords({ ...tally, keep: tally.held })
  const state = words.length === 0 ? 'as declared' : words.join(', ')
  return [
    aside(
      `${pen.bold(terminal(system.name))}  ${pen.dim(`${system.connector}, stage ${system.stage}`)}`,
      state,
      style.width + escapes(pen),
    ),
    ...owners(system, style),
    ...proofLines(system, style),
    ...estimateLines(system, style),
    ...section(stepBlocks(system, style)),
    ...lines(irreversibleBlocks(system, style)),
    ...lines(heldBlocks(system, style)),
    ...section(keptLines(system, style).map((line) => ({ lines: [line], vital: false }))),
  ]
}

/** Columns that the colours of a heading take in the text and not on the screen. */
function escapes(pen: Paint): number {
  return pen.bold('').length + pen.dim('').length
}

function section(blocks: readonly Block[]): string[] {
  return blocks.length === 0 ? [] : ['', ...lines(blocks)]
}

function lines(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => block.lines)
}

function closing(plan: Plan, around: Around, pen: Paint): string[] {
  const refused = plan.findings.filter(refuses)
  const last = [pen.bold(summaryOf(plan))]
  if (refused.length > 0) {
    const systems = [...new Set(refused.map(({ system }) => system))].map(terminal)
    last.push(
      `Refused by ${count(refused.length, 'finding')} of ${enumerate(systems)}: nothing of it can be applied as it is.`,
    )
  }
  if (around.firstWave !== undefined) last.push(firstWaveWords(around.firstWave))
  if (around.narrowed !== undefined) last.push(`What could run: ${around.narrowed}`)
  if (around.next !== undefined) last.push(`To carry it out: ${around.next}`)
  return last
}

/** Why a system has no intent. */
export const editedWords =
  'this change edits a System, Settings or Guardrail document that counts once it is merged'
export const noIntentWords = `has no intent: ${editedWords}, and it is planned afresh then`

/** What is done in spite of a refusal, and under which intent it can be expected. */
export function firstWaveWords(wave: Plan): string {
  const steps = wave.systems.reduce((sum, system) => sum + system.steps.length, 0)
  const systems = enumerate(wave.systems.map(({ name }) => terminal(name)))
  return `First wave: ${count(steps, 'step')} in ${systems} ${steps === 1 ? 'stops' : 'stop'} who is compromised; rolecall apply carries that out all the same, with the intent ${wave.intent}.`
}
