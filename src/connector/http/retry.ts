/**
 * What is tried again, and when. A read changes nothing and is repeated; a write is repeated only where it surely was
 * not carried out, because asking twice for a new account makes two.
 */

export type Attempt =
  /** An answer with this status. */
  | { readonly status: number; readonly retryAfter: string | null }
  /** No connection was made: nothing left this machine. */
  | { readonly never: true }
  /** It was sent, and no whole answer came back. */
  | { readonly lost: true }

export interface RetryLimits {
  /** Times a call is sent at most. */
  readonly attempts: number
  /** Milliseconds that a system may ask to wait before the next attempt. */
  readonly wait: number
  /** Milliseconds that one client waits for further attempts in all. */
  readonly waitInAll: number
}

export const retryLimits: RetryLimits = { attempts: 5, wait: 120_000, waitInAll: 600_000 }

const firstPause = 500
const longestPause = 30_000

/** Whether it may be sent again. 429 is said before anything is done; what other faults did, nobody knows. */
export function isRepeatable(attempt: Attempt, write: boolean): boolean {
  if ('never' in attempt) return true
  if ('lost' in attempt) return !write
  return attempt.status === 429 || (!write && repeatable.has(attempt.status))
}

const repeatable: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504])

/**
 * Milliseconds to wait before the attempt after the `count`th; undefined when the system asks for longer than may be
 * waited. Never less than our own pause, which doubles; `random` from 0 to 1 spreads those who wait for the same.
 */
export function pauseBefore(
  attempt: Attempt,
  count: number,
  { now, random, wait }: { readonly now: number; readonly random: number; readonly wait: number },
): number | undefined {
  const pause = Math.min(longestPause, firstPause * 2 ** (count - 1)) * (0.5 + random / 2)
  const asked = 'status' in attempt ? (askedFor(attempt.retryAfter, now) ?? 0) : 0
  return asked > wait ? undefined : Math.ceil(Math.max(pause, asked))
}

/** `Retry-After` in milliseconds: seconds, or a date of HTTP; undefined where it is neither. */
export function askedFor(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  // Date.parse takes much that is no date of HTTP, such as "-5".
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
