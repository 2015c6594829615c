/**
 * What can go wrong with a call, on demand: a sandbox answers as the vendor does until a test or a person asks it for a
 * fault. A rule says which calls, from which one on and how often; the first rule that has something left decides.
 */

/** What a page of a list does instead of being what was asked for. */
export const pageFaults = ['wrong', 'repeated', 'empty', 'short', 'moved'] as const
/**
 * `wrong` another page comes, and says so; `repeated` another page comes under the number asked for; `empty` nothing, with the
 * totals kept; `short` the last item is missing; `moved` the totals grew since the page before.
 */
export type PageFault = (typeof pageFaults)[number]

/** One thing that goes wrong. */
export type Trouble =
  /** This answer in place of the real one; `after`: the call was carried out before. */
  | {
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly after?: boolean
    }
  /** Milliseconds until the call is even looked at. */
  | { readonly delay: number }
  /** No answer, ever, and the connection stays open. */
  | { readonly hang: true }
  /** The connection ends: before anything was done, after it was done, or in the middle of the answer. */
  | { readonly drop: 'request' | 'reply' | 'body'; readonly lag?: number }
  | { readonly page: PageFault }
  /** So many reads after this write still see the state before it. */
  | { readonly lag: number }
  /** Every access token given out so far stops being valid just before this call. */
  | { readonly expire: true }

export interface FaultRule {
  /** GET, POST, PUT, DELETE; absent: each. `write` is each but GET. */
  readonly method?: string
  /** What the path starts with, or a pattern; absent: each, the token endpoint too. */
  readonly path?: string | RegExp
  /** The number of the page asked for, from 0; absent: each. */
  readonly pageNumber?: number
  /** So many calls that match go through first. */
  readonly skip?: number
  /** So often; absent: each time. */
  readonly times?: number
  readonly trouble: Trouble
}

/** One call as the rules see it. */
interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

/** The rules in force, in the order in which they were added. */
export class Faults {
  #rules: { readonly rule: FaultRule; seen: number }[] = []

  add(...rules: readonly FaultRule[]): void {
    this.#rules.push(...rules.map((rule) => ({ rule, seen: 0 })))
  }

  clear(): void {
    this.#rules = []
  }

  /** What goes wrong with this call; counts it for every rule that it matches. */
  take(call: Asked): Trouble | undefined {
    let found: Trouble | undefined
    for (const entry of this.#rules) {
      if (!matches(entry.rule, call)) continue
      const turn = entry.seen - (entry.rule.skip ?? 0)
      entry.seen += 1
      if (turn >= 0 && turn < (entry.rule.times ?? Infinity)) found ??= entry.rule.trouble
    }
    return found
  }
}

function matches({ method, path, pageNumber }: FaultRule, call: Asked): boolean {
  if (method === 'write' ? call.method === 'GET' : method !== undefined && method !== call.method)
    return false
  if (pageNumber !== undefined && Number(call.query.get('page') ?? 0) !== pageNumber) return false
  if (path === undefined) return true
  return typeof path === 'string' ? call.path.startsWith(path) : path.test(call.path)
}
