/** One system of a plan as blocks of lines: a reader, or a limit of size, may end after any block. */
import type { OwnerView, Proof, Step, SystemPlan } from '../model/plan.ts'
import { collectionOf, kinds, type ResourceRef } from '../model/resource.ts'
import { changeLines, columnsOf } from './change.ts'
import { terminal } from './encode.ts'
import { count, enumerate, width, wrap, wrapWords } from './layout.ts'
import type { Paint } from './paint.ts'
import { markOf, view, type Mark, type Shapes } from './view.ts'

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

/** What would be done and is not, by what holds it back, shown as what is done. */
export function heldBlocks(system: SystemPlan, style: SystemStyle): Block[] {
  return (['stage', 'sealed', 'mapped', 'undated'] as const).flatMap((reason) => {
    const steps = system.steps.filter(
      ({ change }) => change.action === 'keep' && change.held !== undefined && change.reason === reason,
    )
    if (steps.length === 0) return []
    const heading = `${' '.repeat(style.indent)}${heldWords[reason](system)}`
    return [{ lines: ['', heading], vital: false }, ...blocks(steps, system, style)]
  })
}

/** What undo could not restore afterwards, by reason: a line each, since many removals have the same one. */
export function irreversibleBlocks(system: SystemPlan, { pen, width: size, indent }: SystemStyle): Block[] {
  const reasons = new Map<string, ResourceRef[]>()
  const refs = new Map(system.steps.map(({ id, change }) => [id, change.ref]))
  for (const { step, because } of system.irreversible) {
    const ref = refs.get(step)
    const known = reasons.get(because) ?? []
    reasons.set(because, known)
    if (ref !== undefined) known.push(ref)
  }
  const room = ' '.repeat(indent)
  const lines = [...reasons].flatMap(([because, touched]) => {
    const shown = touched.slice(0, 6).map(({ kind, key }) => `${kind} ${terminal(key)}`)
    const rest = touched.length > 6 ? `, … ${touched.length - 6} more` : ''
    const text = `cannot be undone: ${terminal(because)} (${shown.join(', ')}${rest})`
    return wrapWords(text, size - indent).map((line) => pen.yellow(room + line))
  })
  return lines.length === 0 ? [] : [{ lines: ['', ...lines], vital: true }]
}

const heldWords = {
  stage: ({ stage }: SystemPlan) => `held back by stage "${stage}"`,
  sealed: () => 'sealed: no plan may write it',
  mapped: () => 'left to the identity provider',
  undated: () => 'left out: no date alone brings it, so it waits for rolecall apply',
} as const

/** `3 unmanaged accounts: guest, old-bot, x`: what is left alone, as counts with a few names. */
export function keptLines(system: SystemPlan, style: SystemStyle): string[] {
  const groups = new Map<string, string[]>()
  for (const { change } of system.steps) {
    if (change.action !== 'keep' || change.held !== undefined) continue
    const label = `${keepWords[change.reason]} ${change.ref.kind}`
    const names = groups.get(label) ?? []
    if (names.length === 0) groups.set(label, names)
    names.push(change.ref.key)
  }
  return [...groups].map(([label, names]) => fold(label, names, style))
}

const keepWords = {
  unmanaged: 'unmanaged',
  stage: 'held back',
  sealed: 'sealed',
  mapped: 'mapped',
  undated: 'left out',
} as const

function fold(label: string, names: readonly string[], { pen, indent }: SystemStyle): string {
  const shown = names.slice(0, 6).map(terminal).join(', ')
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
  const notes = [
    ...(owner.usable ? [] : owner.because.map(terminal)),
    ...(owner.viaProvider === true ? ['through the identity provider'] : []),
  ]
  return notes.length === 0 ? account : `${account} (${notes.join(', ')})`
}

/** Each owner before and after on a line of its own, with the person behind it and why it is not counted. */
export function ownerTable(system: SystemPlan, style: SystemStyle): string[] {
  const { before, after } = system.owners
  const later = new Map(after.map((owner) => [owner.account, owner]))
  const now = new Set(before.map(({ account }) => account))
  const rows = [
    ...before.map((owner) => ({ owner, then: later.get(owner.account) })),
    ...after.filter(({ account }) => !now.has(account)).map((owner) => ({ owner, then: owner, isNew: true })),
  ]
  const names = rows.map(({ owner }) => terminal(owner.account))
  const wide = Math.max(0, ...names.map((name) => width(name)))
  const room = ' '.repeat(style.indent)
  return [
    `${room}owners   ${count(usable(before), 'usable owner')} of ${before.length}`,
    ...rows.flatMap(({ owner, then, ...row }, at) => {
      const name = names[at] ?? ''
      const person = owner.person === undefined ? 'declared by nobody' : `person ${terminal(owner.person)}`
      const states = [
        ...('isNew' in row ? ['not an owner yet'] : [standing(owner)]),
        ...(then === undefined ? ['afterwards no owner'] : []),
        ...(then !== undefined && ('isNew' in row || standing(then) !== standing(owner))
          ? [`afterwards ${standing(then)}`]
          : []),
      ]
      const head = `${room}         ${name}${' '.repeat(wide - width(name))}  `
      const lines = wrapWords(`${person}: ${states.join('; ')}`, style.width - width(head))
      return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(width(head))}${line}`)
    }),
  ]
}

function standing({ usable, because, viaProvider }: OwnerView): string {
  if (!usable) return `not counted, ${because.map(terminal).join(' and ')}`
  return viaProvider === true ? 'counted above the first: through the identity provider' : 'usable'
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

/** Calls and time, where it takes long enough to be worth knowing; what takes longer than a job may last needs a way. */
export function estimateLines({ estimate }: SystemPlan, { pen, indent }: SystemStyle): string[] {
  const { seconds, calls } = estimate
  if (seconds < 10) return []
  const room = ' '.repeat(indent)
  const lines = [`${room}takes    about ${timeWords(seconds)}, ${count(calls, 'call')}`]
  if (seconds >= 3000)
    lines.push(`${room}         apply --for 50m ends between two steps, and the next run goes on from there`)
  return lines.map((line) => pen.dim(line))
}

function timeWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`
}

function incomplete(proof: Proof | undefined): string | undefined {
  return proof === undefined || proof.complete ? undefined : proof.reason
}

/** Long lists are folded before a line of them is made: a plan may have 100,000 steps. */
function blocks(steps: readonly Step[], system: SystemPlan, style: SystemStyle): Block[] {
  const { shown, hidden } = folded(steps, vitalTo(system, steps))
  const views = shown.map(({ step }) => view(step.change, system.connector, style.shapes))
  const changeStyle = { ...style, ...columnsOf(views) }
  const room = ' '.repeat(style.indent + 4 + changeStyle.kind)
  const listed = shown.flatMap(({ step, vital }, at): Block[] => {
    const change = views[at]
    if (change === undefined) return []
    const wave = step.first === true ? [style.pen.yellow(`${room}first wave: before everything else`)] : []
    return [{ lines: [...changeLines(change, changeStyle), ...wave], vital }]
  })
  const rest = [...hidden].map(([sort, number]) => ({
    lines: [`${' '.repeat(style.indent)}… ${number} more ${sort} (all of them: rolecall plan -o json)`],
    vital: true,
  }))
  return [...listed, ...rest]
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
    step.first === true ||
    step.lowers.length > 0 ||
    (step.change.ref.kind === 'account' && owners.has(step.change.ref.key)) ||
    rolesOf(step).some((role) => (roles.get(role) ?? 0) < common)
}

function rolesOf({ change }: Step): readonly string[] {
  return 'after' in change && change.ref.kind === 'account' ? (change.after.links['role'] ?? []) : []
}

interface Folded {
  readonly shown: readonly { readonly step: Step; readonly vital: boolean }[]
  /** How many are not shown, by `accounts to create`. */
  readonly hidden: ReadonlyMap<string, number>
}

/** Changes of the same sort and kind that are very many keep their head and what is vital. */
function folded(steps: readonly Step[], isVital: (step: Step) => boolean): Folded {
  const totals = new Map<string, number>()
  for (const step of steps) totals.set(sortOf(step), (totals.get(sortOf(step)) ?? 0) + 1)
  const seen = new Map<string, number>()
  const hidden = new Map<string, number>()
  const shown = steps.flatMap((step) => {
    const sort = sortOf(step)
    const place = seen.get(sort) ?? 0
    seen.set(sort, place + 1)
    const vital = isVital(step)
    if (vital || place < shownOfLonger || (totals.get(sort) ?? 0) <= wholeList) return [{ step, vital }]
    hidden.set(sort, (hidden.get(sort) ?? 0) + 1)
    return []
  })
  return { shown, hidden }
}

function sortOf({ change }: Step): string {
  return `${collectionOf[change.ref.kind]} ${toDo[markOf(change)]}`
}

const toDo: Readonly<Record<Mark, string>> = {
  '+': 'to create',
  '~': 'to change',
  '>': 'to rename',
  '-': 'to remove',
  '!': 'by hand',
  ' ': 'left alone',
}

/** Columns that a heading takes beside a text to its right. */
export function aside(left: string, right: string, size: number): string {
  const gap = size - width(left) - width(right)
  return gap < 2 ? `${left}  ${right}` : left + ' '.repeat(gap) + right
}
