/** How one sort of system speaks HTTP: all that a connector says of itself to this layer. */
import type { Json } from '../../model/json.ts'
import type { BodyLimits } from './body.ts'
import type { Authenticate } from './credential.ts'
import type { StartingPace } from './pace.ts'
import type { RetryLimits } from './retry.ts'

export interface Dialect {
  /** What stands between the endpoint and every path: `/api/v1`. */
  readonly base?: string
  readonly authenticate: Authenticate
  readonly pace: StartingPace
  /** Reads under way at once, 4 unless said otherwise. */
  readonly concurrency?: number
  /**
   * Writes under way at once, 1 unless said otherwise: one of which nobody knows what became must not have another one
   * behind it that relies on it. More only where what is sent together never needs another of it.
   */
  readonly writesAtOnce?: number
  /** The reason in the body of an error, where the usual places (`message`, `error.message`, `errorMessage`) are not it. */
  readonly reason?: (body: Json) => string | undefined
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits extends RetryLimits, BodyLimits {
  /** Milliseconds from sending a call to the end of its answer. */
  readonly call: number
}
