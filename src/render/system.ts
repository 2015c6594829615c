/** One system of a plan as blocks of lines: a reader, or a limit of size, may end after any block. */
import type { OwnerView, Proof, Step, SystemPlan } from '../model/plan.ts'
import { collectionOf, kinds } from '../model/resource.ts'
import { changeLines, columnsOf } from './change.ts'
import { terminal } from './encode.ts'
import { count, enumerate, width, wrap, wrapWords } from './layout.ts'
import type { Paint } from './paint.ts'
import { view, type ChangeView, type Mark, type Shapes } from './view.ts'

interface SystemStyle {
  readonly pen: Paint
  readonly width: number
  readonly indent: number
  readonly shapes: Shapes
}

/** Lines that belong together. A vital block is never left out: it speaks of owners. */
export interface Block {
  readonly lines: readonly string[]
  readonly vital: boolean
}

/** Lists up to this length are shown whole. */
const wholeList = 300
const shownOfLonger = 40

/** What is to be done, in the order of the plan, folded where a list is very long. */
export function stepBlocks(system: SystemPlan, style: SystemStyle): Block[] {
  const steps = system.steps.filter((step) => step.change.action !== 'keep')
  return blocks(steps, system, style)
}

/** What the stage holds back: it would be done, so it is shown as what is done. */
export function heldBlocks(system: SystemPlan, style: SystemStyle): Block[] {
  const steps = system.steps.filter(({ change }) => change.action === 'keep' && change.held !== undefined)
  return blocks(steps, system, style)
}

/** `3 accounts unmanaged: guest, old-bot, x`: what is left alone, as counts with a few names. */
export function keptLines(system: SystemPlan, style: SystemStyle): string[] {
  const groups = new Map<string, string[]>()
  for (const { change } of system.steps) {
    if (change.action !== 'keep' || change.held !== undefined) continue
    const label = `${keepWords[change.reason]} ${change.ref.kind}`
    groups.set(label, [...(groups.get(label) ?? []), terminal(change.ref.key)])
  }
  return [...groups].map(([label, names]) => fold(label, names, style))
}

const keepWords = {
  unmanaged: 'unmanaged',
  stage: 'held back',
  sealed: 'sealed',
  mapped: 'mapped',
} as const

function fold(label: string, names: readonly string[], { pen, indent }: SystemStyle): string {
  const shown = names.slice(0, 6).join(', ')
  const rest = names.length > 6 ? `, … ${names.length - 6} more` : ''
  return `${' '.repeat(indent)}${pen.dim(`${count(names.length, label)}: ${shown}${rest}`)}`
}

/** Owners before and after, always whole. */
export function ownerLines(system: SystemPlan, style: SystemStyle): string[] {
  const before = system.owners.before.map(showOwner)
  const after = system.owners.after.map(showOwner)
  const same = before.join() === after.join()
  const label = 'owners   '
  const size = style.width - style.indent - label.length
  const lines = same
    ? wrap(orNone(after), ', ', size)
    : [...wrap(orNone(before), ', ', size), ...wrap(orNone(after), ', ', size - 2).map(arrow)]
  const text = same || lines.length > 2 ? lines : [lines.join(' ')]
  const colour =
    usable(system.owners.after) < usable(system.owners.before) ? style.pen.red : (line: string) => line
  return text.map(
    (line, at) => `${' '.repeat(style.indent)}${at === 0 ? label : ' '.repeat(label.length)}${colour(line)}`,
  )
}

function arrow(line: string, at: number): string {
  return `${at === 0 ? '→' : ' '} ${line}`
}

function orNone(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['none'] : names
}

function usable(owners: readonly OwnerView[]): number {
  return owners.filter((owner) => owner.usable).length
}

function showOwner(owner: OwnerView): string {
  const account = terminal(owner.account)
  return owner.usable ? account : `${account} (${owner.because.map(terminal).join(', ') || 'not usable'})`
}

/** Only what is not as it should be: a collection without proof, and what the system cannot show. */
export function proofLines(system: SystemPlan, style: SystemStyle): string[] {
  const room = ' '.repeat(style.indent)
  const open = kinds.flatMap((kind) => {
    const reason = incomplete(system.proofs[kind])
    return reason === undefined
      ? []
      : [`${collectionOf[kind]} not read whole: ${terminal(reason)}; nothing is removed there`]
  })
  const assumed =
    system.assumed.length === 0
      ? []
      : [
          `assumed  of every owner, since ${system.connector} cannot show it: ${enumerate(system.assumed.map(terminal))}`,
        ]
  return [
    ...open
      .flatMap((line) => wrapWords(`reads    ${line}`, style.width - style.indent))
      .map((line) => style.pen.yellow(room + line)),
    ...assumed
      .flatMap((line) => wrapWords(line, style.width - style.indent))
      .map((line) => style.pen.dim(room + line)),
  ]
}

function incomplete(proof: Proof | undefined): string | undefined {
  return proof === undefined || proof.complete ? undefined : proof.reason
}

function blocks(steps: readonly Step[], system: SystemPlan, style: SystemStyle): Block[] {
  const views = steps.map(({ change }) => view(change, system.connector, style.shapes))
  const changeStyle = { ...style, ...columnsOf(views) }
  const irreversible = new Map(system.irreversible.map(({ step, because }) => [step, because]))
  const vital = vitalTo(system, steps)
  const all = steps.map((step, at): Block => {
    const change = views[at]
    const note = irreversible.get(step.id)
    const lines = change === undefined ? [] : changeLines(change, changeStyle)
    const room = ' '.repeat(style.indent + 4 + changeStyle.kind)
    return {
      lines:
        note === undefined
          ? lines
          : [...lines, style.pen.yellow(`${room}cannot be undone: ${terminal(note)}`)],
      vital: vital(step),
    }
  })
  return folded(all, views, style)
}

/**
 * Whether a step must be shown whatever the length of the list: it concerns an owner, or it gives a role that
 * few of the same list are given.
 */
function vitalTo(system: SystemPlan, steps: readonly Step[]): (step: Step) => boolean {
  const owners = new Set([...system.owners.before, ...system.owners.after].map(({ account }) => account))
  const roles = new Map<string, number>()
  for (const step of steps) for (const role of rolesOf(step)) roles.set(role, (roles.get(role) ?? 0) + 1)
  const common = Math.max(0, ...roles.values())
  return (step) =>
    step.lowers.length > 0 ||
    (step.change.ref.kind === 'account' && owners.has(step.change.ref.key)) ||
    rolesOf(step).some((role) => (roles.get(role) ?? 0) < common)
}

function rolesOf({ change }: Step): readonly string[] {
  return 'after' in change && change.ref.kind === 'account' ? (change.after.links['role'] ?? []) : []
}

/** Changes of the same sort and kind that are very many keep their head and what is vital. */
function folded(all: readonly Block[], views: readonly ChangeView[], style: SystemStyle): Block[] {
  const totals = tally(views)
  const seen = new Map<string, number>()
  const hidden: ChangeView[] = []
  const kept = all.filter((block, at) => {
    const change = views[at]
    if (change === undefined) return false
    const sort = sortOf(change)
    const place = seen.get(sort) ?? 0
    seen.set(sort, place + 1)
    if (block.vital || place < shownOfLonger || (totals.get(sort)?.length ?? 0) <= wholeList) return true
    hidden.push(change)
    return false
  })
  const room = ' '.repeat(style.indent)
  const rest = [...tally(hidden).values()].map(
    (views) => `${room}… ${views.length} more ${many(views[0])} (all of them: rolecall plan -o json)`,
  )
  return [...kept, ...rest.map((line) => ({ lines: [line], vital: true }))]
}

function tally(views: readonly ChangeView[]): Map<string, ChangeView[]> {
  const sorts = new Map<string, ChangeView[]>()
  for (const change of views) {
    const list = sorts.get(sortOf(change))
    if (list === undefined) sorts.set(sortOf(change), [change])
    else list.push(change)
  }
  return sorts
}

function sortOf(change: ChangeView): string {
  return `${change.mark} ${change.ref.kind}`
}

const toDo: Readonly<Record<Mark, string>> = {
  '+': 'to create',
  '~': 'to change',
  '>': 'to rename',
  '-': 'to remove',
  '!': 'by hand',
  ' ': 'left alone',
}

function many(change: ChangeView | undefined): string {
  return change === undefined ? '' : `${collectionOf[change.ref.kind]} ${toDo[change.mark]}`
}

/** Columns that a heading takes beside a text to its right. */
export function aside(left: string, right: string, size: number): string {
  const gap = size - width(left) - width(right)
  return gap < 2 ? `${left}  ${right}` : left + ' '.repeat(gap) + right
}
