/**
 * What connectors speak HTTP through. One client talks to one origin with one system's credentials; what is safe to
 * do again it does again, within limits, and what it cannot know it says. A reader has no way to send a write.
 */
import type { Json } from '../../model/json.ts'
import type { Target, WriteResult } from '../contract.ts'
import type { BodyLimits } from './body.ts'
import { Client } from './client.ts'
import type { Authenticate } from './credential.ts'
import type { StartingPace } from './pace.ts'
import type { Path, Query } from './path.ts'
import type { RetryLimits } from './retry.ts'

/** How one sort of system speaks. */
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
}

export interface WriteOptions {
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: Json
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

export interface HttpReader {
  /** Calls sent so far, tokens and attempts included. */
  readonly calls: number
  /** A GET. Rejects with a ConnectorFault unless the answer is 2xx (or accepted) and JSON (or empty). */
  read(path: Path, options?: ReadOptions): Promise<Answer>
  /** The same for a link that an answer gave, relative or absolute: it stays at this origin and below this path. */
  follow(link: string, options?: Omit<ReadOptions, 'query'>): Promise<Answer>
  /** A secret that came in an answer or goes into a body: no message will show it. */
  learn(secret: string): void
  close(): Promise<void>
}

export interface HttpWriter extends HttpReader {
  /** Never rejects for what the system or the network does. Repeated only where it surely was not carried out. */
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: Path, options?: WriteOptions): Promise<Sent>
}

export function openHttpReader(target: Target, dialect: Dialect): HttpReader {
  const client = new Client(target, dialect)
  return {
    get calls() {
      return client.calls
    },
    read: (path, options) => client.read(client.address(path, options?.query), options),
    follow: (link, options) => client.read(client.linked(link), options),
    learn: (secret) => {
      client.redactor.learn(secret)
    },
    close: () => client.close(),
  }
}

export function openHttpWriter(target: Target, dialect: Dialect): HttpWriter {
  const client = new Client(target, dialect)
  return {
    get calls() {
      return client.calls
    },
    read: (path, options) => client.read(client.address(path, options?.query), options),
    follow: (link, options) => client.read(client.linked(link), options),
    learn: (secret) => {
      client.redactor.learn(secret)
    },
    send: (method, path, options) => client.send(method, client.address(path, options?.query), options),
    close: () => client.close(),
  }
}

/** What the executor is told where the connector has nothing to add. */
export function writeResult(sent: Sent): WriteResult {
  if (sent.outcome === 'done') return { outcome: 'done' }
  return { outcome: sent.outcome === 'uncertain' ? 'uncertain' : 'failed', message: sent.message }
}
