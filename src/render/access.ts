/**
 * What a plan means for people, in rows: who gains or loses what, where, and through what. The most privileged come
 * first, and whatever is privileged or reaches people whom nobody named is never folded away.
 */
import {
  ranks,
  type AccessChange,
  type Impact,
  type PowerChange,
  type SettingsChange,
} from '../model/access.ts'
import type { Json } from '../model/json.ts'
import { splitTarget, type LinkTarget } from '../model/resource.ts'
import { terminal } from './encode.ts'
import { enumerate, pad, width, wrapWords } from './layout.ts'
import { painted, type Paint } from './paint.ts'
import { atLargeWords, targetWords } from './rights.ts'

/** One row, every text still raw. */
export interface AccessRow {
  readonly mark: '+' | '-' | '~'
  readonly who: string
  readonly system: string
  readonly what: string
  readonly how: string
  /** Never left out: it is privileged, or reaches people whom nobody named. */
  readonly vital: boolean
}

/** How it is told: of a plan as what is to come, of drift as what has happened. */
interface AccessWords {
  /** For one, and for many. */
  readonly gain: readonly [string, string]
  readonly loss: readonly [string, string]
  readonly nothing: string
  readonly settings: string
  readonly rises: (before: string, after: string) => Pick<AccessRow, 'what' | 'how'>
  readonly falls: (before: string, after: string) => Pick<AccessRow, 'what' | 'how'>
  /** Before the source of settings as they were. */
  readonly from: string
  /** What shows every row. */
  readonly all: string
}

const asPlanned: AccessWords = {
  gain: ['gains', 'gain'],
  loss: ['loses', 'lose'],
  nothing: 'nobody gains or loses anything',
  settings: 'nobody gains or loses, settings change',
  rises: (before, after) => ({
    what: `becomes ${after}`,
    how: before === powerWords.none ? '' : `so far ${before}`,
  }),
  falls: (before, after) => ({ what: `is no longer ${before}`, how: `then ${after}` }),
  from: 'so far from',
  all: 'rolecall plan -o json',
}

export const asFound: AccessWords = {
  gain: ['has gained', 'have gained'],
  loss: ['has lost', 'have lost'],
  nothing: 'nobody has gained or lost anything',
  settings: 'nobody has gained or lost, settings have changed',
  rises: (before, after) => ({ what: `is ${after}`, how: `declared ${before}` }),
  falls: (before, after) => ({ what: `is no longer ${before}`, how: `now ${after}` }),
  from: 'declared from',
  all: 'rolecall drift -o json',
}

/** Ordinary rights are told person by person up to this number of rows; then those of many by one way share a row. */
const wholeList = 60

/** All rows of an impact, in order. */
export function accessRows(impact: Impact, words = asPlanned): AccessRow[] {
  const merged = mergedLines(impact)
  const each = merged.reduce((sum, { subjects }) => sum + subjects.length, 0) <= wholeList
  const powers = powersIn(impact)
  const rows = merged.flatMap((line) => rowsOf(line, impact, { each, powers }))
  return [
    ...impact.powers.map((one) => powerRow(one, impact, words)),
    ...rows.sort(byPerson).map(({ row }) => row),
    ...impact.settings.map((one) => settingsRow(one, impact, words)),
  ]
}

/** By rank, whoever nobody named first, and then person by person over all systems. */
function byPerson(a: Placed, b: Placed): number {
  return (
    a.place - b.place ||
    byText(a.row.who, b.row.who) ||
    byText(a.row.system, b.row.system) ||
    byText(a.row.mark, b.row.mark)
  )
}

interface Placed {
  readonly row: AccessRow
  readonly place: number
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `2 gain, 1 loses, everyone gains`: people, each counted once however many accounts they have. */
export function accessSummary(impact: Impact, words = asPlanned): string {
  const people = { gain: new Set<string>(), loss: new Set<string>() }
  const atLarge = { gain: new Set<string>(), loss: new Set<string>() }
  const powers = powersIn(impact)
  for (const { change, subjects, system, ...right } of impact.access)
    for (const subject of subjects) {
      const { type, name } = splitTarget(subject)
      if (isWholeRole(right) && powers.has(`${system}\n${name}`)) continue
      if (type === 'account') people[change].add(personOf(impact, system, name))
      else atLarge[change].add(atLargeWords(subject))
    }
  for (const { before, after, system, account } of impact.powers)
    people[weight[after] > weight[before] ? 'gain' : 'loss'].add(personOf(impact, system, account))
  const told = (['gain', 'loss'] as const).flatMap((change) => {
    const number = people[change].size
    const [one, many] = words[change]
    return [
      ...(number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]),
      ...[...atLarge[change]]
        .slice(0, 3)
        .map((who) => `${who} ${who.startsWith('all members') ? many : one}`),
    ]
  })
  if (told.length > 0) return told.join(', ')
  return impact.settings.length > 0 ? words.settings : words.nothing
}

const weight: Readonly<Record<PowerChange['after'], number>> = {
  owner: 4,
  administrator: 3,
  unknown: 2,
  member: 1,
  none: 0,
}

interface Merged extends Omit<AccessChange, 'action' | 'on'> {
  readonly rights: { readonly action: string; readonly on: LinkTarget }[]
}

/** Rights that the same people gain or lose by the same way are one thing to read: a role, and what it may do. */
function mergedLines({ access }: Impact): Merged[] {
  const found = new Map<string, Merged>()
  for (const { action, on, ...line } of access) {
    const through = line.through.filter((name) => splitTarget(name).type !== 'grant')
    const name = [
      ...[line.change, line.system, line.rank, line.because ?? ''],
      ...[...through, '', ...line.subjects],
    ].join('\n')
    const known = found.get(name)
    if (known) known.rights.push({ action, on })
    else found.set(name, { ...line, through, rights: [{ action, on }] })
  }
  return [...found.values()].map((line) => ({ ...line, through: shownWay(line) }))
}

/** Without the role at its end that is the right itself. */
function shownWay({ through, rights }: Merged): readonly LinkTarget[] {
  return rights.some(({ action }) => action === through.at(-1)) ? through.slice(0, -1) : through
}

function rowsOf(
  line: Merged,
  impact: Impact,
  { each, powers }: { readonly each: boolean; readonly powers: ReadonlySet<string> },
): Placed[] {
  const { change, system, rank, subjects } = line
  const told = line.rights.every(isWholeRole)
    ? subjects.filter((subject) => !powers.has(`${system}\n${splitTarget(subject).name}`))
    : subjects
  const make = (who: string, vital: boolean, atLarge = 1): Placed => ({
    place: ranks.indexOf(rank) * 2 + atLarge,
    row: {
      ...{ mark: change === 'gain' ? ('+' as const) : ('-' as const), who, system, vital },
      what: whatIs(line.rights, rank),
      how:
        line.because === undefined
          ? wayWords(line.through)
          : `${wayWords(line.through, false)}: ${line.because}`,
    },
  })
  const named = told
    .filter((subject) => splitTarget(subject).type === 'account')
    .map((subject) => nameIn(impact, system, subject))
  const others = told.filter((subject) => splitTarget(subject).type !== 'account')
  const vital = rank !== 'ordinary'
  const people =
    each || vital || named.length <= 3
      ? named.map((who) => make(who, vital))
      : [make(foldedNames(named, line.through[0]), false)]
  const unnamed = others.map((subject) => {
    const isGroup = splitTarget(subject).type === 'group'
    return make(atLargeWords(subject), vital || !isGroup, isGroup ? 1 : 0)
  })
  return [...unnamed, ...people]
}

/** Whose power changes is told once: not the role as well that it comes with. */
function isWholeRole({ action, on }: { readonly action: string; readonly on: LinkTarget }): boolean {
  return action.startsWith('role:') && on === 'all:*'
}

function powersIn({ powers }: Impact): ReadonlySet<string> {
  return new Set(powers.map(({ system, account }) => `${system}\n${account}`))
}

/** `ana, bo and 212 more members of engineering`. */
function foldedNames(names: readonly string[], first: LinkTarget | undefined): string {
  const { type, name } = splitTarget(first ?? '')
  const of = type === 'group' ? ` ${names.length === 3 ? 'member' : 'members'} of ${name}` : ''
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more${of}`
}

function powerRow(
  { system, account, before, after }: PowerChange,
  impact: Impact,
  words: AccessWords,
): AccessRow {
  const rises = weight[after] > weight[before]
  return {
    mark: rises ? '+' : '-',
    who: nameIn(impact, system, `account:${account}`),
    system,
    ...words[rises ? 'rises' : 'falls'](powerWords[before], powerWords[after]),
    vital: true,
  }
}

const powerWords: Readonly<Record<PowerChange['after'], string>> = {
  owner: 'an owner',
  administrator: 'an administrator',
  unknown: 'of unknown power',
  member: 'a member',
  none: 'without power',
}

function settingsRow(
  { system, accounts, from, to, settings }: SettingsChange,
  impact: Impact,
  words: AccessWords,
): AccessRow {
  const names = accounts.map((key) => nameIn(impact, system, `account:${key}`))
  const value = (one: Json | undefined): string =>
    one === undefined
      ? 'not set'
      : Array.isArray(one)
        ? one.join(', ') || 'none'
        : typeof one === 'string'
          ? one
          : JSON.stringify(one)
  return {
    mark: '~',
    who: names.length <= 3 ? enumerate(names) : foldedNames(names, undefined),
    system,
    what: settings.map(({ name, before, after }) => `${name} ${value(before)} → ${value(after)}`).join(' · '),
    how: `from ${to === undefined ? 'no group' : targetWords(to)}, ${words.from} ${from === undefined ? 'none' : targetWords(from)}`,
    vital: false,
  }
}

/** Actions on the same targets together, then targets of the same actions: `update, delete on 41 areas`. */
function whatIs(rights: Merged['rights'], rank: AccessChange['rank']): string {
  const byTarget = new Map<LinkTarget, string[]>()
  for (const { action, on } of rights) byTarget.set(on, [...(byTarget.get(on) ?? []), action])
  const byActions = new Map<string, LinkTarget[]>()
  for (const [on, actions] of byTarget) {
    const words = inOrder(actions).map(actionWords).join(', ')
    byActions.set(words, [...(byActions.get(words) ?? []), on])
  }
  const phrases = [...byActions].map(([actions, targets]) => phrase(actions, targets))
  return `${phrases.join('; ')}${rank === 'unknown' ? ', of unknown power' : ''}`
}

/** The role before what it may do. */
function inOrder(actions: readonly string[]): readonly string[] {
  const isRole = (action: string): boolean => action.startsWith('role:')
  return [...actions.filter(isRole), ...actions.filter((action) => !isRole(action))]
}

function phrase(actions: string, targets: readonly LinkTarget[]): string {
  const isWhole = targets.length === 1 && targets[0] === 'all:*'
  if (isWhole && actions.startsWith('role ')) return actions
  return `${actions} ${actions === 'reach' || actions === 'manage' ? '' : 'on '}${targetsWords(targets)}`
}

function actionWords(action: string): string {
  const { type, name } = splitTarget(action)
  return type === 'role' && name !== '' ? `role ${name}` : action
}

/** Up to four by name; of more, how many of each type. */
function targetsWords(targets: readonly LinkTarget[]): string {
  const byType = new Map<string, string[]>()
  for (const target of targets) {
    const { type, name } = splitTarget(target)
    byType.set(type, [...(byType.get(type) ?? []), name])
  }
  return [...byType]
    .map(([type, names]) =>
      names.length === 1
        ? targetWords(`${type}:${names[0] ?? ''}`)
        : names.length <= 4
          ? `${type} ${names.join(', ')}`
          : `${names.length} ${type}s`,
    )
    .join(', ')
}

function wayWords(through: readonly LinkTarget[], introduced = true): string {
  const way = through.map(targetWords)
  return way.length === 0 ? '' : `${introduced ? 'through ' : ''}${way.join(', ')}`
}

function personOf({ people }: Impact, system: string, account: string): string {
  return people[system]?.[account] ?? account
}

/** The person, and the account where it is called otherwise. */
function nameIn(impact: Impact, system: string, subject: LinkTarget): string {
  const { name } = splitTarget(subject)
  const person = personOf(impact, system, name)
  return person === name ? name : `${person} (${name})`
}

/** Rows that are not vital, shown at most. */
const shownRows = 200

/**
 * The rows as lines, encoded for a terminal. What is vital is always there; how many others were left out stands at the
 * end.
 */
export function accessLines(
  impact: Impact,
  {
    pen,
    width: size,
    indent,
    most = shownRows,
    words = asPlanned,
  }: { pen: Paint; width: number; indent: number; most?: number; words?: AccessWords },
): string[] {
  const all = accessRows(impact, words)
  let ordinary = 0
  const rows = all.filter(({ vital }) => vital || ordinary++ < most)
  const columns = {
    who: longest(
      rows.map(({ who }) => terminal(who)),
      32,
    ),
    system: longest(
      rows.map(({ system }) => terminal(system)),
      20,
    ),
    what: longest(
      rows.map(({ what }) => terminal(what)),
      44,
    ),
  }
  const rest = all.length - rows.length
  return [
    ...rows.flatMap((row) => rowLines(row, columns, { pen, size, indent })),
    ...(rest === 0 ? [] : [`${' '.repeat(indent)}… ${rest} more (all of them: ${words.all})`]),
  ]
}

function rowLines(
  row: AccessRow,
  columns: { readonly who: number; readonly system: number; readonly what: number },
  { pen, size, indent }: { readonly pen: Paint; readonly size: number; readonly indent: number },
): string[] {
  const [who, system, what, how] = [row.who, row.system, row.what, row.how].map(terminal) as [
    string,
    string,
    string,
    string,
  ]
  const head = `${pad(who, columns.who)}  ${pad(system, columns.system)}  `
  const room = ' '.repeat(indent)
  const deep = ' '.repeat(indent + 2 + Math.min(width(head), 24))
  const colour = painted(row.mark, pen)
  const together = `${row.mark} ${head}${pad(what, columns.what)}  ${how}`
  if (how !== '' && indent + width(together) <= size)
    return [`${room}${colour(row.mark)} ${head}${pad(what, columns.what)}  ${pen.dim(how)}`]
  const whats = wrapWords(what, Math.max(20, size - indent - 2 - width(head)))
  return [
    `${room}${colour(row.mark)} ${`${head}${whats[0] ?? ''}`.trimEnd()}`,
    ...whats.slice(1).map((line) => `${deep}${line}`),
    ...(how === ''
      ? []
      : wrapWords(how, Math.max(20, size - deep.length)).map((line) => `${deep}${pen.dim(line)}`)),
  ]
}

function longest(texts: readonly string[], most: number): number {
  let size = 0
  for (const text of texts) if (width(text) <= most) size = Math.max(size, width(text))
  return size
}
