/**
 * A plan as a comment on a pull request. A comment may hold 65,536 characters and is refused whole above that, so
 * it is built to a budget: owners and findings first, then systems block by block, and what did not fit is counted.
 */
import { refuses, type Finding } from '../model/finding.ts'
import type { Plan, SystemPlan } from '../model/plan.ts'
import { accessLines, accessSummary } from './access.ts'
import { dormantLines } from './dormant.ts'
import { markdown, markdownBlock, markdownCode, terminal } from './encode.ts'
import { acceptance } from './finding.ts'
import { count } from './layout.ts'
import { paint } from './paint.ts'
import { summaryOf, tallyOf, tallyWords, writesOf } from './summary.ts'
import {
  estimateLines,
  heldBlocks,
  irreversibleBlocks,
  keptLines,
  ownerLines,
  proofLines,
  stepBlocks,
  type Block,
} from './system.ts'
import { firstWaveWords, noIntentWords, type Around } from './text.ts'
import type { Shapes } from './view.ts'

/** Characters of a comment at most, below what GitHub takes, so that a caller may add a line of its own. */
export const markdownLimit = 60_000
/** Kept free for what closes an open block and says what is missing. */
const reserve = 500
const longestName = 300
const shownDormant = 20

/** The comment; its first line is a marker by which the same comment is found and replaced. */
export function renderMarkdown(plan: Plan, around: Around, shapes: Shapes): string {
  const essential = fitting(plan, around)
  const style = { pen: paint(false), width: 100, indent: 0, shapes }
  let used = essential.length + reserve
  const parts: string[] = []
  let missing = 0
  for (const system of plan.systems) {
    const room = markdownLimit - used - frame(system, '').length
    const { text, left } = fill(
      [
        ...stepBlocks(system, style),
        ...irreversibleBlocks(system, style),
        ...heldBlocks(system, style),
        ...kept(system, style),
      ],
      room,
    )
    missing += left
    if (text === '') continue
    parts.push(frame(system, text))
    used += parts.at(-1)?.length ?? 0
  }
  const end =
    missing === 0
      ? ''
      : `\n${count(missing, 'change')} not shown, since a comment has a limit: see the output of the run.\n`
  return `${essential}${parts.join('')}${end}`
}

/** Everything that is never left out. Where findings and owners alone are too many, they lose their details first. */
function fitting(plan: Plan, around: Around): string {
  const whole = essentials(plan, around, true)
  if (whole.length <= markdownLimit - reserve) return whole
  const short = essentials(plan, around, false)
  if (short.length <= markdownLimit - reserve) return short
  const lines = short.split('\n')
  const kept: string[] = []
  let size = 0
  for (const line of lines) {
    size += line.length + 1
    if (size > markdownLimit - reserve) break
    kept.push(line)
  }
  return `${kept.join('\n')}\n\n**${lines.length - kept.length} lines on owners and findings do not fit here: see the output of the run.**\n`
}

function essentials(plan: Plan, around: Around, whole: boolean): string {
  const refused = plan.findings.some(refuses)
  const title = refused ? 'rolecall plan: refused' : 'rolecall plan'
  const unread = around.unread.map(
    ({ system, message, fix }) =>
      `- **not read** ${code(system)}: ${markdown([message, fix ?? ''].join(' ').trim())}\n`,
  )
  const merge = around.afterMerge.map(
    (system) => `- ${code(system)} is read after merge: the protected ref does not have it yet\n`,
  )
  const edited = (plan.withoutIntent ?? []).map((system) => `- ${code(system)} ${noIntentWords}\n`)
  const apart = [...unread, ...merge, ...edited]
  return [
    '<!-- rolecall-plan -->\n',
    `### ${title}\n\n`,
    `${markdown(summaryOf(plan))}\n\n`,
    `intent ${code(plan.intent)}${plan.commit === undefined ? '' : ` · commit ${code(plan.commit)}`}\n\n`,
    around.firstWave === undefined ? '' : `${markdown(firstWaveWords(around.firstWave))}\n\n`,
    accessPart(plan, whole),
    ...[...apart, apart.length > 0 ? '\n' : ''],
    ...plan.findings.map((finding) => findingPart(finding, plan, whole)),
    ownersPart(plan),
  ].join('')
}

/** Of what is not vital, as much as may be read in a comment. */
function accessPart(plan: Plan, whole: boolean): string {
  if (writesOf(plan) === 0) return ''
  const style = { pen: paint(false), width: 120, indent: 0, most: whole ? 100 : 0 }
  const lines = accessLines(plan.impact, style)
  const block = lines.length === 0 ? '' : `${markdownBlock(lines.join('\n'), 'diff')}\n\n`
  return `**Access** ${markdown(accessSummary(plan.impact))}\n\n${block}`
}

function findingPart(finding: Finding, plan: Plan, whole: boolean): string {
  const word = refuses(finding) ? '❌ refused' : finding.severity === 'warn' ? '⚠️ warning' : '☑️ accepted'
  const by = finding.acceptedBy === undefined ? '' : ` Accepted by ${code(finding.acceptedBy)}.`
  const document = whole && refuses(finding) ? acceptance(finding, plan).join('\n').trim() : ''
  return [
    `**${word} ${code(finding.code)}** in ${code(finding.system)} (rule: ${code(finding.where)})\n`,
    `${markdown(clip(finding.message))}${by}\n`,
    whole && finding.dormant !== undefined
      ? `\n${markdownBlock(dormantLines(finding, shownDormant).join('\n'))}\n\n`
      : '',
    whole ? `${markdown(clip(finding.remedy))}\n` : '',
    document === '' ? '' : `\n${markdownBlock(document, 'yaml')}\n`,
    '\n',
  ].join('')
}

/** Owner changes are told in every comment, and the reads that are not proven with them. */
function ownersPart(plan: Plan): string {
  const style = { pen: paint(false), width: 10_000, indent: 0, shapes: () => undefined }
  const lines = plan.systems.flatMap((system) =>
    [...ownerLines(system, style), ...proofLines(system, style), ...estimateLines(system, style)].map(
      (line) => `- ${code(system.name)} ${markdown(line.replace(/ {2,}/g, ' '))}\n`,
    ),
  )
  return lines.length === 0 ? '' : `${lines.join('')}\n`
}

function kept(system: SystemPlan, style: Parameters<typeof keptLines>[1]): Block[] {
  return keptLines(system, style).map((line) => ({ lines: [line], vital: false }))
}

/** Vital blocks first claim their room; the others follow in order until it is used up. */
function fill(blocks: readonly Block[], room: number): { text: string; left: number } {
  const size = (block: Block): number => block.lines.reduce((sum, line) => sum + terminal(line).length + 1, 0)
  const taken = new Set<Block>()
  let free = room
  for (const block of [...blocks.filter(({ vital }) => vital), ...blocks.filter(({ vital }) => !vital)]) {
    if (size(block) > free) continue
    taken.add(block)
    free -= size(block)
  }
  const lines = blocks.filter((block) => taken.has(block)).flatMap((block) => block.lines)
  return { text: lines.join('\n'), left: blocks.length - taken.size }
}

/** One system, folded; `diff` colours what comes and what goes. */
function frame(system: SystemPlan, text: string): string {
  const words = tallyWords(tallyOf([system])).join(', ')
  const summary = `<b>${markdown(system.name)}</b> ${markdown(words === '' ? 'as declared' : words)}`
  return `<details><summary>${summary}</summary>\n\n${markdownBlock(text, 'diff')}\n\n</details>\n`
}

function code(text: string): string {
  return markdownCode(clip(text))
}

function clip(text: string): string {
  return text.length > longestName ? `${text.slice(0, longestName)}…` : text
}
