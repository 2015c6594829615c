/** Answers about access, for a person and for a table. */
import type { AccountAccess, Explained, Line, WhoCan } from '../access/answers.ts'
import type { Json } from '../model/json.ts'
import { whenWords } from './dormant.ts'
import { csvCell, terminal } from './encode.ts'
import { count, pad, width } from './layout.ts'
import { paint, type Paint } from './paint.ts'
import { rightWords, subjectWords, targetWords, wayWords } from './rights.ts'

/** Everybody who may, system by system; whose power nobody knows comes last. Ends in a line end. */
export function whoCanText({ action, on, lines, perhaps }: WhoCan, state: string, colour: boolean): string {
  const pen = paint(colour)
  const what = terminal(`${action.startsWith('role:') ? 'hold ' : ''}${rightWords({ action, on })}`)
  const blocks = bySystem(lines).map(([system, own]) => {
    const rows = own.map((line) => [
      subjectWords(line.subject, line.person),
      atWords(line, on),
      wayWords(line.through, line.action),
    ])
    return [pen.bold(terminal(system)), ...table(rows)].join('\n')
  })
  const unknown = bySystem(perhaps).map(([system, own]) => {
    const rows = own.map((line) => [
      subjectWords(line.subject, line.person),
      rightWords(line),
      wayWords(line.through, line.action),
    ])
    return [
      `${pen.bold(terminal(system))}  ${pen.yellow('perhaps: a power nobody knows')}`,
      ...table(rows),
    ].join('\n')
  })
  const named = lines.filter(({ subject }) => subject.startsWith('account:')).length
  const larger = lines.length - named
  const told = [
    ...(larger === 0
      ? []
      : [lines.some(({ subject }) => subject === 'everyone:*') ? 'everyone' : count(larger, 'place')]),
    ...(named === 0 && larger > 0 ? [] : [named === 0 ? 'nobody' : count(named, 'account')]),
    ...(perhaps.length === 0 ? [] : [`perhaps ${perhaps.length} more`]),
  ]
  return [...blocks, ...unknown, pen.bold(`${told.join(' and ')} can ${what}, ${state}.`)]
    .map((part) => `${part}\n`)
    .join('\n')
}

/** What one person has, account by account, the most privileged first. */
export function explainText({ user, accounts }: Explained, state: string, colour: boolean): string {
  const pen = paint(colour)
  const blocks = accounts.map((account) => accountText(account, user, pen))
  const rights = accounts.reduce((sum, one) => sum + one.rights.length, 0)
  const where = new Set(accounts.map(({ system }) => system)).size
  const last = `${terminal(user)}: ${count(rights, 'right')} in ${count(where, 'system')}, ${state}.`
  return [...blocks, pen.bold(last)].map((part) => `${part}\n`).join('\n')
}

function accountText(
  { system, account, power, rights, inherits, ...signIns }: AccountAccess,
  user: string,
  pen: Paint,
): string {
  const name = account === user ? '' : `  account ${terminal(account)}`
  const head = [
    `${pen.bold(terminal(system))}${name}`,
    power === 'none' ? 'no access' : powerWords(power),
    ...[terminal(whenWords(signIns))].filter((words) => words !== '').map(pen.dim),
  ]
  const rows = rights.map((held) => [
    rankMark(held.rank),
    rightWords(held),
    wayWords(held.through, held.action),
  ])
  const settings = bySource(inherits).flatMap(([from, own]) => [
    `  settings from ${terminal(targetWords(from))}`,
    ...table(own.map(({ name: setting, value }) => [`  ${setting}`, valueWords(value)])),
  ])
  return [head.join('  '), ...table(rows), ...settings].join('\n')
}

/** Everybody's rights, a line each. */
export function reportText(lines: readonly Line[], state: string, colour: boolean): string {
  const pen = paint(colour)
  const blocks = bySystem(lines).map(([system, own]) => {
    const rows = own.map((line) => [
      subjectWords(line.subject, line.person),
      rankMark(line.rank),
      rightWords(line),
      wayWords(line.through, line.action),
      whenWords(line),
    ])
    return [pen.bold(terminal(system)), ...table(rows)].join('\n')
  })
  const subjects = new Set(lines.map(({ system, subject }) => `${system} ${subject}`)).size
  const last = `${count(lines.length, 'right')} of ${count(subjects, 'subject')}, ${state}.`
  return [...blocks, pen.bold(last)].map((part) => `${part}\n`).join('\n')
}

/** A right a line; RFC 4180, with a header. */
export function linesCsv(lines: readonly Line[]): string {
  const header = ['system', 'person', 'subject', 'privilege', 'action', 'resource', 'through', 'lastSignIn']
  const rows = lines.map(({ system, person = '', subject, rank, action, on, through, ...signIns }) => [
    system,
    person,
    subject,
    rank,
    action,
    on,
    through.join(' > '),
    signInCell(signIns),
  ])
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

/** A moment, `none since` a moment, or nothing where it is not known. */
function signInCell({ lastSignIn, signInsFrom }: Pick<Line, 'lastSignIn' | 'signInsFrom'>): string {
  return lastSignIn ?? (signInsFrom === undefined ? '' : `none since ${signInsFrom}`)
}

/** What `explain` found, a right a line. */
export function linesOf({ user, accounts }: Explained): Line[] {
  return accounts.flatMap(({ system, account, rights, power: _power, inherits: _inherits, ...signIns }) =>
    rights.map(({ action, on, rank, through }) => ({
      ...{ system, person: user, subject: `account:${account}` },
      ...{ action, on, rank, through },
      ...signIns,
    })),
  )
}

function bySystem(lines: readonly Line[]): [string, readonly Line[]][] {
  const found = new Map<string, Line[]>()
  for (const line of lines) {
    const known = found.get(line.system)
    if (known) known.push(line)
    else found.set(line.system, [line])
  }
  return [...found]
}

function bySource(inherits: AccountAccess['inherits']): [string, AccountAccess['inherits']][] {
  const found = new Map<string, AccountAccess['inherits'][number][]>()
  for (const one of inherits) found.set(one.from, [...(found.get(one.from) ?? []), one])
  return [...found]
}

/** Where the right is held on something that holds what was asked about. */
function atWords({ on }: Line, asked: string): string {
  return on === asked ? '' : `on ${targetWords(on)}`
}

function powerWords(power: AccountAccess['power']): string {
  return power === 'unknown' ? 'unknown power' : power
}

function rankMark(rank: Line['rank']): string {
  return rank === 'ordinary' ? '' : rank === 'unknown' ? 'unknown power' : rank
}

/** Columns as wide as their widest cell; a column without any text is left out. */
function table(rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((cells) => cells.map(terminal))
  const sizes = (shown[0] ?? []).map((_, at) =>
    shown.reduce((most, row) => Math.max(most, width(row[at] ?? '')), 0),
  )
  return shown.map((row) =>
    `  ${row.flatMap((cell, at) => (sizes[at] === 0 ? [] : [pad(cell, sizes[at] ?? 0)])).join('  ')}`.trimEnd(),
  )
}

function valueWords(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => valueWords(item)).join(', ') || 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
