/** One origin, one system's credentials: reads and writes, and what becomes of them. */
import PQueue from 'p-queue'
import type { Dispatcher } from 'undici'
import type { Json } from '../../model/json.ts'
import type { Target } from '../contract.ts'
import type { Answer, ReadOptions, Sent, WriteOptions } from './answer.ts'
import { BadBody, bodyLimits, jsonOf } from './body.ts'
import { CredentialHolder, type Credential } from './credential.ts'
import { endpointOf, followed, type Endpoint } from './endpoint.ts'
import type { Dialect, HttpLimits } from './dialect.ts'
import { isOk, Line, Unanswered, type Arrived, type Exchange } from './line.ts'
import { paceOf, type Pace } from './pace.ts'
import { withQuery, type Path, type Query } from './path.ts'
import { reasonIn } from './reason.ts'
import { Redactor } from './redact.ts'
import { retryLimits } from './retry.ts'
import { openTransport } from './transport.ts'
import { bodyWords, faultOf, statusFailure, type Call } from './words.ts'

const defaultLimits: HttpLimits = { ...retryLimits, ...bodyLimits, call: 30_000 }

export class Client {
  readonly redactor = new Redactor()
  readonly #target: Target
  readonly #dialect: Dialect
  readonly #limits: HttpLimits
  readonly #endpoint: Endpoint
  readonly #transport: Dispatcher
  readonly #pace: Pace
  readonly #holder: CredentialHolder
  readonly #line: Line
  readonly #reads: PQueue
  readonly #writes: PQueue

  constructor(target: Target, dialect: Dialect) {
    this.#target = target
    this.#dialect = dialect
    const limits = { ...defaultLimits, ...dialect.limits }
    const endpoint = endpointOf(target.system, target.endpoint, dialect.base)
    const pace = paceOf(`${target.system} ${endpoint.origin}`, dialect.pace)
    const holder = new CredentialHolder(() => this.#signIn(), target.now)
    this.#limits = limits
    this.#endpoint = endpoint
    this.#pace = pace
    this.#transport = openTransport(endpoint)
    this.#holder = holder
    this.#line = new Line({ target, endpoint, limits, pace, holder, transport: this.#transport })
    this.#reads = new PQueue({ concurrency: dialect.concurrency ?? 4 })
    this.#writes = new PQueue({ concurrency: dialect.writesAtOnce ?? 1 })
    for (const secret of Object.values(target.credentials)) this.redactor.learn(secret.reveal())
  }

  get calls(): number {
    return this.#line.calls
  }

  get callsPerSecond(): number | undefined {
    return this.#pace.learnt
  }

  address(path: Path, query: Query = {}): URL {
    const { origin, base } = this.#endpoint
    return withQuery(new URL(`${origin}${base}${path}`), query)
  }

  linked(link: string): URL {
    const { origin, base } = this.#endpoint
    return followed(this.#endpoint, link, new URL(`${origin}${base}/`))
  }

  async signIn(): Promise<void> {
    await this.#holder.get()
  }

  async read(url: URL, options: ReadOptions = {}): Promise<Answer> {
    const { headers, accept, plain = false } = options
    const exchange = { method: 'GET', url, headers, accept, write: false }
    return await this.#reads.add(() => this.#answer(exchange, plain))
  }

  async send(method: string, url: URL, { json, headers }: WriteOptions = {}): Promise<Sent> {
    const call = this.#line.callOf(method, url)
    try {
      const exchange = { method, url, json, headers, write: true }
      const arrived = await this.#writes.add(() => this.#line.exchange(exchange))
      const answer = this.#answerOf(arrived)
      if (isOk(arrived)) return { outcome: 'done', ...answer }
      const { message } = statusFailure(call, answer.status, this.#reasonIn(answer))
      const clear = answer.status >= 400 && answer.status < 500 && answer.status !== 408
      return clear
        ? { outcome: 'refused', ...answer, message: `${message}.` }
        : { outcome: 'uncertain', message: `${message}.` }
    } catch (error) {
      if (error instanceof BadBody)
        return { outcome: 'uncertain', message: `${bodyWords(call, error.message).message}.` }
      if (error instanceof Unanswered)
        return { outcome: error.never ? 'unsent' : 'uncertain', message: `${error.message}.` }
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }

  // ------------------------------------------------------------ answers

  async #answer(exchange: Exchange, plain = false): Promise<Answer> {
    const call = this.#line.callOf(exchange.method, exchange.url)
    try {
      const arrived = await this.#line.exchange(exchange)
      const answer = this.#answerOf(arrived, plain)
      // Packed and cut short, an answer can look empty; only what says that it has none may have no body.
      if (answer.status === 200 && exchange.method === 'GET' && answer.body === undefined)
        throw new BadBody('is empty')
      if (isOk(answer) || exchange.accept?.includes(answer.status) === true) return answer
      throw faultOf(statusFailure(call, answer.status, this.#reasonIn(answer)), answer.status)
    } catch (error) {
      throw faultFor(call, error)
    }
  }

  /** Throws BadBody; what an error says besides JSON is nobody's business. */
  #answerOf({ status, headers, bytes }: Arrived, plain = false): Answer {
    const type = headers.get('content-type')
    const isPlain = plain && type?.startsWith('text/plain') === true
    const parse = (): Json | undefined =>
      isPlain ? new TextDecoder().decode(bytes) : jsonOf(bytes, type, this.#limits)
    const body = isOk({ status }) ? parse() : orNothing(parse)
    return { status, headers, ...(body === undefined ? {} : { body }) }
  }

  #reasonIn({ body }: Answer): string | undefined {
    if (body === undefined) return undefined
    const said = this.#dialect.reason?.(body) ?? reasonIn(body)
    return said === undefined ? undefined : this.redactor.show(said)
  }

  #signIn(): Promise<Credential> {
    const { origin, base } = this.#endpoint
    return this.#dialect.authenticate({
      ask: (method, path, { json, headers, query } = {}) =>
        this.#answer({
          method,
          url: this.address(path, query),
          json,
          headers,
          write: false,
          anonymous: true,
        }),
      fetch: (url, init) => this.#fetchFor(followed(this.#endpoint, url, new URL(origin)), init),
      endpoint: { origin, base },
      learn: (secret) => {
        this.redactor.learn(secret)
      },
      now: this.#target.now,
    })
  }

  /** For a library that judges answers itself: what is no answer at all, or says nothing of it, is a fault. */
  async #fetchFor(url: URL, { method = 'GET', headers: own, body }: RequestInit): Promise<Response> {
    const call = this.#line.callOf(method, url)
    try {
      const exchange = { method, url, headers: own, body: body ?? undefined, write: false, anonymous: true }
      const { status, headers, bytes } = await this.#line.exchange(exchange)
      if (status >= 300 && ![400, 401, 403].includes(status))
        throw faultOf(statusFailure(call, status, undefined), status)
      return new Response(bodiless.has(status) ? null : Buffer.from(bytes), { status, headers })
    } catch (error) {
      throw faultFor(call, error)
    }
  }
}

const bodiless: ReadonlySet<number> = new Set([204, 205])

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof BadBody) return undefined
    throw error
  }
}

/** What a fault of ours is stays one. */
function faultFor(call: Call, error: unknown): unknown {
  if (error instanceof BadBody) return faultOf(bodyWords(call, error.message))
  return error instanceof Unanswered ? faultOf(error.failure) : error
}
