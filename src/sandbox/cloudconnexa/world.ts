/** What every part of the API works on: the account, how it reads the unknowns, and the clock. */
import type { Context, Hono } from 'hono'
import type { SandboxEnv } from '../server.ts'
import type { Store } from '../store.ts'
import { notFound, Refusal } from './errors.ts'
import type { Unknowns } from './unknowns.ts'
import type { Account } from './wire.ts'

export interface World {
  readonly store: Store<Account>
  readonly unknowns: Unknowns
  readonly now: () => Date
  /** Items that a page holds at most, whatever is asked for. */
  readonly largestPage: number
  /** Counts the reads, for lists without an order of their own. */
  turns: number
}

export type Api = Hono<SandboxEnv>

/** Ids look like those of the vendor and are the same in every run. */
export function nextId(account: Account): string {
  account.ids += 1
  return `00000000-0000-4000-8000-${account.ids.toString(16).padStart(12, '0')}`
}

/** How many reads are not to see the write of this call. */
export function lagOf(context: Context<SandboxEnv>): number {
  const trouble = context.get('trouble')
  return trouble !== undefined && 'lag' in trouble ? (trouble.lag ?? 0) : 0
}

export function find<T extends { readonly id: string }>(items: readonly T[], id: string, what: string): T {
  const found = items.find((item) => item.id === id)
  if (found === undefined) throw notFound(what, id)
  return found
}

/** Refuses a name that another one of `items` has. */
export function refuseClash<T extends { readonly id: string }>(
  items: readonly T[],
  field: keyof T & string,
  value: string,
  { self, unknowns }: { readonly self: string | undefined; readonly unknowns: Unknowns },
): void {
  const same = (other: unknown): boolean =>
    typeof other === 'string' && fold(other, unknowns) === fold(value, unknowns)
  if (items.some((item) => item.id !== self && same(item[field])))
    throw Refusal.of(field, 'NOT_UNIQUE', `${field} ${value} is taken`, Number(unknowns.clash))
}

function fold(text: string, { nameCase }: Unknowns): string {
  return nameCase === 'insensitive' ? text.toLowerCase() : text
}

/** A text that is not set, as the answers show it. */
export function unsetAs(value: string | null, { unset }: Unknowns): string | null | undefined {
  if (value !== null) return value
  return { null: null, absent: undefined, empty: '' }[unset]
}
