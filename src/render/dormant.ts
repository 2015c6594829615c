/** Who is dormant, in rows: whose account it is, what it can do, and when somebody signed in last. */
import type { DormantAccount, Finding } from '../model/finding.ts'
import { terminal } from './encode.ts'
import { pad, width } from './layout.ts'
import { rightWords } from './rights.ts'

/** One row, every text still raw: who, what they can do, when they were there. */
type DormantRow = readonly [who: string, what: string, when: string]

/** The first of them, and how many more there are. */
export function dormantRows(
  { dormant = [] }: Pick<Finding, 'dormant'>,
  most: number,
): { readonly rows: readonly DormantRow[]; readonly rest: number } {
  return { rows: dormant.slice(0, most).map(rowOf), rest: Math.max(0, dormant.length - most) }
}

/** The rows as lines, encoded for a terminal. */
export function dormantLines(finding: Pick<Finding, 'dormant'>, most: number): string[] {
  const { rows, rest } = dormantRows(finding, most)
  const shown = rows.map((row) => row.map(terminal))
  const sizes = [0, 1].map((at) => Math.max(0, ...shown.map((cells) => width(cells[at] ?? ''))))
  return [
    ...shown.map((cells) => cells.map((cell, at) => pad(cell, sizes[at] ?? 0)).join('  ')),
    ...(rest === 0 ? [] : [`… ${rest} more (all of them: rolecall plan -o json)`]),
  ]
}

function rowOf(one: DormantAccount): DormantRow {
  const { account, person = account } = one
  return [person === account ? account : `${person} (${account})`, whatWords(one), whenWords(one)]
}

const shownRights = 2

function whatWords({ power, rights }: DormantAccount): string {
  const told = { owner: ['owner'], administrator: ['administrator'], unknown: ['unknown power'] }
  const words = rights.slice(0, shownRights).map((right) => rightWords(right))
  const rest = rights.length > shownRights ? [`${rights.length - shownRights} more`] : []
  return [...(power === 'member' || power === 'none' ? [] : told[power]), ...words, ...rest].join(', ')
}

export function whenWords({
  lastSignIn,
  signInsFrom,
}: Pick<DormantAccount, 'lastSignIn' | 'signInsFrom'>): string {
  if (lastSignIn !== undefined) return `last sign-in ${lastSignIn.slice(0, 10)}`
  return signInsFrom === undefined ? '' : `no sign-in since ${signInsFrom.slice(0, 10)}`
}
