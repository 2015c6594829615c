/** What is asked over HTTP, and what becomes of it. */
import type { Json } from '../../model/json.ts'
import type { Query } from './path.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Absent where the body is empty, and where an error's is not JSON. */
  readonly body?: Json
}

export interface ReadOptions {
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses besides 2xx that are an answer and no fault, such as 404 for "is it there?". */
  readonly accept?: readonly number[]
  /** The answer may also be plain text, which is then the body: a setting that is one bare word. */
  readonly plain?: boolean
}

export interface WriteOptions {
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  /**
   * The body; as a function, it is made anew just before each attempt, when its turn has come: a whole object that was
   * read long ago would take back what changed since. What it throws, `send` rejects with, and nothing was sent.
   */
  readonly json?: Json | (() => Promise<Json>)
}

/** What became of a write. `message` is for people, and safe to show. */
export type Sent =
  | (Answer & { readonly outcome: 'done' })
  /** A clear no: it was not carried out. */
  | (Answer & { readonly outcome: 'refused'; readonly message: string })
  /** It never left. */
  | { readonly outcome: 'unsent'; readonly message: string }
  /** It may have been carried out: look before anything else. */
  | { readonly outcome: 'uncertain'; readonly message: string }
