/** The connections: who is connected to, through which proxy, and what an error of the network means. */
import { lookup as resolve } from 'node:dns'
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici'
import { blockedCode, lookup } from './address.ts'
import type { Endpoint } from './endpoint.ts'

/** Milliseconds until a connection stands. */
const connectWithin = 10_000

/**
 * HTTPS_PROXY and NO_PROXY count for https. Plain http goes to this machine only, and never through a proxy, which
 * would read the credentials. Certificates are checked against Node's authorities and NODE_EXTRA_CA_CERTS.
 */
export function openTransport({ plain }: Endpoint): Dispatcher {
  const connect = { timeout: connectWithin, lookup: plain ? resolve : lookup }
  const options = { connect, connections: 8, maxHeaderSize: 64 * 1024, pipelining: 1 }
  return plain ? new Agent(options) : new EnvHttpProxyAgent(options)
}

/** Why no answer came. */
export interface NetworkFailure {
  /** Whether it is sure that the request was never sent. */
  readonly never: boolean
  /** Whether it may go better by itself. */
  readonly passing: boolean
  readonly sort: 'blocked' | 'name' | 'connect' | 'tls' | 'proxy' | 'lost'
  /** As the system calls it: `ECONNREFUSED`. */
  readonly code: string
}

/** Reads an error of fetch; undefined where it is none of the network. */
export function networkFailure(error: unknown): NetworkFailure | undefined {
  const found = causes(error).map((each) => ({ each, code: codeOf(each) }))
  const first = (test: (code: string, each: unknown) => boolean): string | undefined =>
    found.find(({ code, each }) => code !== undefined && test(code, each))?.code
  const blocked = first((code) => code === blockedCode)
  if (blocked !== undefined) return { never: true, passing: false, sort: 'blocked', code: blocked }
  const name = first((code, each) => /^(ENOTFOUND|EAI_\w+)$/.test(code) || syscallOf(each) === 'getaddrinfo')
  if (name !== undefined) return { never: true, passing: name === 'EAI_AGAIN', sort: 'name', code: name }
  const tls = first((code) => certificateCodes.test(code))
  if (tls !== undefined) return { never: true, passing: false, sort: 'tls', code: tls }
  const connect = first((code, each) => code === 'UND_ERR_CONNECT_TIMEOUT' || syscallOf(each) === 'connect')
  if (connect !== undefined) return { never: true, passing: true, sort: 'connect', code: connect }
  // Ports of other services, such as 25: fetch never calls them.
  if (found.some(({ each }) => each instanceof Error && each.message === 'bad port'))
    return { never: true, passing: false, sort: 'connect', code: 'bad port' }
  const proxy = found.find(({ each }) => each instanceof Error && each.message.startsWith('Proxy response'))
  if (proxy !== undefined) return { never: true, passing: true, sort: 'proxy', code: proxy.code ?? 'proxy' }
  const isNetworks = error instanceof TypeError || first((code) => code.startsWith('UND_ERR')) !== undefined
  return isNetworks
    ? { never: false, passing: true, sort: 'lost', code: first(() => true) ?? 'terminated' }
    : undefined
}

/** The peer's certificate was refused: the handshake was not over, so nothing was sent. */
const certificateCodes =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_CERT|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA)/

function causes(error: unknown): readonly unknown[] {
  const all: unknown[] = []
  for (let next: unknown[] = [error]; next.length > 0 && all.length < 20;) {
    all.push(...next)
    next = next.flatMap((each) => [
      ...(each instanceof Error && each.cause !== undefined ? [each.cause] : []),
      ...(each instanceof AggregateError ? (each.errors as unknown[]) : []),
    ])
  }
  return all
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function syscallOf(error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? error.syscall : undefined
}
