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
  /** Reads under way at once, 4 unless said otherwise. There is one write at a time, always. */
  readonly concurrency?: number
  /** The reason in the body of an error, where the usual places (`message`, `error.message`, `errorMessage`) are not it. */
  readonly reason?: (body: Json) => string | undefined
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits extends RetryLimits, BodyLimits {
  /** Milliseconds from sending a call to the end of its answer. */
  readonly call: number
}
