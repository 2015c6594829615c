/** Who we are to a system: fetched once, renewed before its end, and once more when it is not accepted. */
import type { Json } from '../../model/json.ts'
import type { Answer } from './answer.ts'
import type { Path, Query } from './path.ts'

/** What goes along with each call, and until when. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>
  /** Absent where it does not end. */
  readonly expiresAt?: Date
}

/** A call without credentials, to the same origin and under the same limits. Rejects as `HttpReader.read` does. */
export type Ask = (
  method: 'GET' | 'POST',
  path: Path,
  options?: {
    readonly json?: Json
    readonly headers?: Readonly<Record<string, string>>
    readonly query?: Query
  },
) => Promise<Answer>

/** Signs in. `learn` is told each secret that comes out of it, so that no message shows one. */
export type Authenticate = (surroundings: {
  readonly ask: Ask
  /** For libraries that speak for themselves: an address of this origin only, without our credentials. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly endpoint: { readonly origin: string; readonly base: string }
  readonly learn: (secret: string) => void
  readonly now: () => Date
}) => Promise<Credential>

/** Before its end it is renewed: a call that leaves with it should arrive with it. */
const early = 60_000

export class CredentialHolder {
  readonly #fetch: () => Promise<Credential>
  readonly #now: () => Date
  #fetching: Promise<Credential> | undefined
  #current: Credential | undefined
  #endsAt = Infinity

  constructor(fetch: () => Promise<Credential>, now: () => Date) {
    this.#fetch = fetch
    this.#now = now
  }

  /** The one to use now; all who ask at once get the same. */
  async get(): Promise<Credential> {
    if (this.#current !== undefined && this.#now().getTime() < this.#endsAt) return this.#current
    this.#fetching ??= this.#renew().finally(() => {
      this.#fetching = undefined
    })
    return await this.#fetching
  }

  /** This one was not accepted: the next is a new one, unless somebody has fetched that already. */
  refused(one: Credential): void {
    if (this.#current === one) this.#current = undefined
  }

  async #renew(): Promise<Credential> {
    const fetched = await this.#fetch()
    const ends = fetched.expiresAt?.getTime() ?? Infinity
    // A life shorter than `early` is used to its middle.
    this.#endsAt = ends - Math.min(early, Math.max(0, ends - this.#now().getTime()) / 2)
    this.#current = fetched
    return fetched
  }
}
