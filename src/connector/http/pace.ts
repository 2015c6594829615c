/**
 * How fast a system may be called. It begins with what is known of the sort of system, and goes by what the headers of
 * its answers say from then on. One budget for each system and origin in a process: reader and writer share a key over there.
 */

/** Calls a second at the start; 0 is unlimited. */
export interface StartingPace {
  readonly reads: number
  readonly writes: number
}
type Sort = 'reads' | 'writes'

/** What a system says of its limit: tokens left, how many at most, and how many come back each second. */
interface Allowance {
  readonly remaining: number
  readonly perSecond: number
  readonly burst: number
}

/** Tokens that come back with time. Below zero they are promised to calls that wait for their turn. */
class Bucket {
  #tokens: number
  #at: number
  readonly perSecond: number
  readonly burst: number

  constructor(tokens: number, perSecond: number, burst: number, now: number) {
    this.#tokens = tokens
    this.perSecond = perSecond
    this.burst = burst
    this.#at = now
  }

  /** Takes one, and says after how many milliseconds it is there. */
  take(now: number): number {
    if (this.perSecond === 0) return 0
    // A clock that was set back gives nothing.
    const passed = Math.max(0, now - this.#at) / 1000
    this.#tokens = Math.min(this.burst, this.#tokens + passed * this.perSecond) - 1
    this.#at = now
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.perSecond) * 1000)
  }
}

export class Pace {
  #start: Record<Sort, Bucket> | undefined
  readonly #starting: StartingPace
  #learnt: Bucket | undefined
  #pausedUntil = 0
  /** Calls that have their turn, and no answer yet: the server has not counted them in what it says remains. */
  #open = 0

  constructor(starting: StartingPace) {
    this.#starting = starting
  }

  /** Calls a second that the system itself named. */
  get learnt(): number | undefined {
    return this.#learnt?.perSecond
  }

  /** Milliseconds until the next call may leave; the turn is taken. `answered` gives it back. */
  take(sort: Sort, now: number): number {
    const at = (perSecond: number): Bucket => new Bucket(1, perSecond, 1, now)
    this.#start ??= { reads: at(this.#starting.reads), writes: at(this.#starting.writes) }
    this.#open++
    const turn = (this.#learnt ?? this.#start[sort]).take(now)
    return Math.max(turn, this.#pausedUntil - now, 0)
  }

  answered(headers: Headers | undefined, now: number): void {
    this.#open = Math.max(0, this.#open - 1)
    const said = headers && allowanceOf(headers)
    if (said === undefined) return
    const left = Math.min(said.remaining, said.burst) - this.#open
    this.#learnt = new Bucket(left, said.perSecond, said.burst, now)
  }

  /** Nobody calls before then: one call was told to wait, and the others would be told the same. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
  }
}

const paces = new Map<string, Pace>()

/** The budget that all who call this system from here share. */
export function paceOf(key: string, starting: StartingPace): Pace {
  const known = paces.get(key) ?? new Pace(starting)
  paces.set(key, known)
  return known
}

/** `X-RateLimit-Remaining, -Replenish-Rate, -Replenish-Time, -Burst-Capacity`; undefined where it is not said whole. */
function allowanceOf(headers: Headers): Allowance | undefined {
  const number = (name: string): number => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN)
  const remaining = number('remaining')
  const perSecond = number('replenish-rate') / number('replenish-time')
  const burst = number('burst-capacity')
  const sane = remaining >= 0 && perSecond > 0 && perSecond < Infinity
  return sane ? { remaining, perSecond, burst: burst >= 1 ? burst : Math.max(1, remaining) } : undefined
}
