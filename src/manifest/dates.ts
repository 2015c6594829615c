/**
 * What a date means today. A date is a whole UTC day and inclusive; it stays a string, because as an instant
 * it would mean another day in another time zone.
 */
import type { Wish } from '../model/desired.ts'

/** The days on which something holds, both included; `YYYY-MM-DD`, which compares as text. */
export interface Period {
  readonly from?: string | undefined
  readonly until?: string | undefined
}

type Phase = 'before' | 'during' | 'after'

export function phase(period: Period, today: string): Phase {
  if (period.from !== undefined && today < period.from) return 'before'
  if (period.until !== undefined && today > period.until) return 'after'
  return 'during'
}

/** The days on which both hold. */
export function overlap(one: Period, other: Period): Period {
  return { from: later(one.from, other.from), until: earlier(one.until, other.until) }
}

export type Status = 'active' | 'suspended' | 'left' | 'compromised'

/** What is to become of an account today, and why where it is not simply there. */
export interface Life {
  readonly state: Wish['state']
  readonly status: 'active' | 'suspended'
  readonly because?: string
}

/**
 * An account past its last day is suspended for `grace` days and then gone; where a system cannot suspend, it
 * is gone at once, for the one thing that must not happen is that it goes on.
 */
export function life(
  account: Period & { readonly status: Status },
  options: { readonly today: string; readonly grace: number; readonly canSuspend: boolean },
): Life {
  const { status, until } = account
  const now = phase(account, options.today)
  if (until !== undefined && now === 'after' && daysBetween(until, options.today) > options.grace)
    return absent(`${reason(account, now)}, ${options.grace} days of grace are over`)
  if (now === 'before') return { state: 'later', status: 'suspended', because: `begins on ${account.from}` }
  if (status === 'active' && now === 'during') return { state: 'present', status: 'active' }
  const because = reason(account, now)
  if (!options.canSuspend) return absent(`${because}, and the system cannot suspend an account`)
  return { state: 'present', status: 'suspended', because }
}

/** Whole days from one to the other. Text would not do: a day in the year 10000 has five digits. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000
}

/** So many days later (earlier, where it is less than 0). */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, -14)
}

function absent(because: string): Life {
  return { state: 'absent', status: 'suspended', because }
}

function reason({ status, until }: Period & { readonly status: Status }, now: Phase): string {
  if (status === 'left') return until === undefined ? 'left' : `left, last day ${until}`
  return status !== 'active' ? status : now === 'after' && until !== undefined ? `expired on ${until}` : ''
}

function later(one?: string, other?: string): string | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one
}

function earlier(one?: string, other?: string): string | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one
}
