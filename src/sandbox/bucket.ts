/** A token bucket by the clock it is given: how vendors count calls. */

/** So many calls at once, and `rate` more every `time` seconds. */
export interface Limits {
  readonly burst: number
  readonly rate: number
  readonly time: number
}

export class Bucket {
  readonly #limits: Limits
  #tokens: number
  #at: number

  constructor(limits: Limits, now: Date) {
    this.#limits = limits
    this.#tokens = limits.burst
    this.#at = now.getTime()
  }

  /** Takes a token where there is one. `remaining` is what is left, `wait` the seconds until the next one is there. */
  take(now: Date): { readonly granted: boolean; readonly remaining: number; readonly wait: number } {
    const { burst, rate, time } = this.#limits
    const passed = Math.max(0, now.getTime() - this.#at) / 1000
    this.#at = now.getTime()
    this.#tokens = Math.min(burst, this.#tokens + (passed * rate) / time)
    const granted = this.#tokens >= 1
    if (granted) this.#tokens -= 1
    const missing = Math.max(0, 1 - this.#tokens)
    return { granted, remaining: Math.floor(this.#tokens), wait: Math.ceil((missing * time) / rate) }
  }
}
