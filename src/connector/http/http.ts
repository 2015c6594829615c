/**
 * What connectors speak HTTP through. One client talks to one origin with one system's credentials; what is safe to
 * do again it does again, within limits, and what it cannot know it says. A reader has no way to send a write.
 */
import type { Target } from '../contract.ts'
import type { Answer, ReadOptions, Sent, WriteOptions } from './answer.ts'
import { Client } from './client.ts'
import type { Dialect } from './dialect.ts'
import type { Path } from './path.ts'

export interface HttpReader {
  /** Calls sent so far, tokens and attempts included. */
  readonly calls: number
  /** Calls a second, where the answers name a rate: for the estimate of a plan. */
  readonly callsPerSecond: number | undefined
  /** Signs in where nobody has, so that it is known who we are. Rejects as `read` does. */
  signIn(): Promise<void>
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
  return reading(new Client(target, dialect))
}

export function openHttpWriter(target: Target, dialect: Dialect): HttpWriter {
  const client = new Client(target, dialect)
  const send: HttpWriter['send'] = (method, path, options) =>
    client.send(method, client.address(path, options?.query), options)
  return Object.assign(reading(client), { send })
}

function reading(client: Client): HttpReader {
  return {
    get calls() {
      return client.calls
    },
    get callsPerSecond() {
      return client.callsPerSecond
    },
    signIn: () => client.signIn(),
    read: (path, options) => client.read(client.address(path, options?.query), options),
    follow: async (link, options) => await client.read(client.linked(link), options),
    learn: (secret) => {
      client.redactor.learn(secret)
    },
    close: () => client.close(),
  }
}
