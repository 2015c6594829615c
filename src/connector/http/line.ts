/**
 * One call, as often as it takes: its turn, its credentials, its time, and another attempt where that is safe. What
 * comes out is the last answer, or why there is none.
 */
import type { Dispatcher } from 'undici'
import type { Json } from '../../model/json.ts'
import type { Target } from '../contract.ts'
import { ConnectorFault } from '../fault.ts'
import { BadBody, bytesOf } from './body.ts'
import type { Credential, CredentialHolder } from './credential.ts'
import type { Endpoint } from './endpoint.ts'
import type { HttpLimits } from './dialect.ts'
import type { Pace } from './pace.ts'
import { rest } from './rest.ts'
import { isRepeatable, pauseBefore, type Attempt } from './retry.ts'
import { networkFailure } from './transport.ts'
import { networkWords, stoppedWords, timeoutWords, tooLongWords, type Call, type Failure } from './words.ts'

/** A call that came to no answer. */
export class Unanswered extends Error {
  override name = 'Unanswered'
  readonly failure: Failure
  /** Whether it surely never left. */
  readonly never: boolean
  /** Whether it may go better by itself. */
  readonly passing: boolean
  constructor(failure: Failure, { never, passing }: { readonly never: boolean; readonly passing: boolean }) {
    super(failure.message)
    this.failure = failure
    this.never = never
    this.passing = passing
  }
}

export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly json?: Json | (() => Promise<Json>) | undefined
  readonly body?: RequestInit['body'] | undefined
  readonly headers?: RequestInit['headers'] | undefined
  readonly accept?: readonly number[] | undefined
  /** Changes something over there, so that it is not simply repeated. */
  readonly write: boolean
  readonly anonymous?: boolean
}

/** An answer, and all of its body. */
export interface Arrived {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** What a line is made of. */
interface Parts {
  readonly target: Target
  readonly endpoint: Endpoint
  readonly limits: HttpLimits
  readonly transport: Dispatcher
  readonly pace: Pace
  readonly holder: CredentialHolder
}

export class Line {
  calls = 0
  readonly #parts: Parts
  #waited = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  callOf(method: string, { pathname }: URL): Call {
    const { system, host } = this.#parts.endpoint
    return { system, host, method, path: pathname }
  }

  /** The last answer, whatever its status. Rejects with Unanswered where there is none. */
  async exchange(exchange: Exchange): Promise<Arrived> {
    let renewed = false
    for (let count = 1; ; count += 1) {
      const used = exchange.anonymous === true ? undefined : await this.#credential()
      const came = await this.#attempt(exchange, used).catch(passingOnly)
      if ('status' in came) {
        if (isOk(came) || exchange.accept?.includes(came.status) === true) return came
        if (came.status === 401 && used !== undefined && !renewed) {
          // Refused before anything was done: an expired token is no reason to fail.
          renewed = true
          this.#parts.holder.refused(used)
          continue
        }
      }
      const attempt = attemptOf(came)
      if (isRepeatable(attempt, exchange.write) && count < this.#parts.limits.attempts)
        await this.#pauseBefore(attempt, count, exchange)
      else if ('status' in came) return came
      else throw came
    }
  }

  async #attempt(exchange: Exchange, credential: Credential | undefined): Promise<Arrived> {
    const { method, url } = exchange
    const { pace, limits, transport } = this.#parts
    const call = this.callOf(method, url)
    let signal: AbortSignal | undefined
    let headers: Headers | undefined
    const turn = pace.take(exchange.write ? 'writes' : 'reads', this.#time())
    try {
      await this.#wait(turn, call)
      const body = await bodyOf(exchange)
      const sent = headersOf(exchange, credential)
      this.calls++
      signal = this.#until(exchange)
      // The types of the global fetch do not know the dispatcher, which its implementation takes.
      const options = { method, headers: sent, body, redirect: 'manual', signal, dispatcher: transport }
      const response = await fetch(url, options as object)
      headers = response.headers
      return { status: response.status, headers, bytes: await bytesOf(response, limits) }
    } catch (error) {
      // Before it was sent, nothing can have gone wrong on the line.
      if (signal === undefined || error instanceof BadBody || error instanceof Unanswered) throw error
      if (!exchange.write && this.#parts.target.stop?.aborted === true)
        throw new Unanswered(stoppedWords(call, 'interrupted'), unsent)
      if (signal.aborted)
        throw new Unanswered(timeoutWords(call, limits.call), { never: false, passing: true })
      const failure = networkFailure(error)
      if (failure === undefined) throw error
      throw new Unanswered(networkWords(call, failure), failure)
    } finally {
      pace.answered(headers, this.#time())
    }
  }

  /** A write that is under way is waited for: nobody would know what became of it. */
  #until({ write }: Exchange): AbortSignal {
    const late = AbortSignal.timeout(this.#parts.limits.call)
    const { stop } = this.#parts.target
    return write || stop === undefined ? late : AbortSignal.any([late, stop])
  }

  async #pauseBefore(attempt: Attempt, count: number, { method, url }: Exchange): Promise<void> {
    const { wait, waitInAll } = this.#parts.limits
    const now = this.#time()
    const pause = pauseBefore(attempt, count, { now, random: Math.random(), wait })
    const call = this.callOf(method, url)
    const status = 'status' in attempt ? attempt.status : 0
    if (pause === undefined || this.#waited + pause > waitInAll)
      throw new Unanswered(tooLongWords(call, status), unsent)
    this.#waited += pause
    if (status === 429) this.#parts.pace.pause(now + pause)
    await this.#wait(pause, call)
  }

  /** Nothing leaves after the end of the run, and nobody waits past it. */
  async #wait(milliseconds: number, call: Call): Promise<void> {
    const { stop, deadline, sleep = rest } = this.#parts.target
    const interrupted = (): void => {
      if (stop?.aborted === true) throw new Unanswered(stoppedWords(call, 'interrupted'), unsent)
    }
    interrupted()
    if (deadline !== undefined && this.#time() + milliseconds >= deadline.getTime())
      throw new Unanswered(stoppedWords(call, 'deadline'), unsent)
    if (milliseconds > 0) await sleep(milliseconds, stop)
    interrupted()
  }

  /** Without credentials nothing is sent, whatever it was that failed. */
  async #credential(): Promise<Credential> {
    try {
      return await this.#parts.holder.get()
    } catch (error) {
      if (!(error instanceof ConnectorFault)) throw error
      const { code, fix, message } = error
      throw new Unanswered({ code, fix, message: message.replace(/\.$/, '') }, unsent)
    }
  }

  #time(): number {
    return this.#parts.target.now().getTime()
  }
}

/** It never left, and will not by itself. */
const unsent = { never: true, passing: false }

export function isOk({ status }: Pick<Arrived, 'status'>): boolean {
  return status >= 200 && status < 300
}

/** What may go better by itself; anything else that went wrong stays what it is. */
function passingOnly(error: unknown): Unanswered {
  if (error instanceof Unanswered && error.passing) return error
  throw error
}

function attemptOf(came: Arrived | Unanswered): Attempt {
  if ('status' in came) return { status: came.status, retryAfter: came.headers.get('retry-after') }
  return came.never ? { never: true } : { lost: true }
}

/** Made at the last moment, where it is to be. */
async function bodyOf({ json, body }: Exchange): Promise<Exchange['body']> {
  if (json === undefined) return body
  return JSON.stringify(typeof json === 'function' ? await json() : json)
}

function headersOf({ headers, json }: Exchange, credential: Credential | undefined): Headers {
  const all = new Headers({ accept: 'application/json', 'user-agent': 'rolecall' })
  if (json !== undefined) all.set('content-type', 'application/json')
  new Headers(headers).forEach((value, name) => {
    all.set(name, value)
  })
  for (const [name, value] of Object.entries(credential?.headers ?? {})) all.set(name, value)
  return all
}
