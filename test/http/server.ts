/** A real server on this machine for the tests of what speaks HTTP: it answers as told, and remembers what it was asked. */
import { serve, type ServerType } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import type { Target } from '../../src/connector/contract.ts'
import { secret } from '../../src/connector/secrets.ts'
import type { Dialect } from '../../src/connector/http/dialect.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Headers
  readonly body: string
}

type Answering = (context: Context, asked: Asked) => Response | Promise<Response>

interface Server {
  readonly origin: string
  readonly asked: Asked[]
}

const open: ServerType[] = []

afterEach(async () => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** Answers every request by `answering`; the port is the machine's choice. */
export async function server(answering: Answering): Promise<Server> {
  const asked: Asked[] = []
  const app = new Hono()
  app.all('*', async (context) => {
    const { method, url, headers } = context.req.raw
    const { pathname, search } = new URL(url)
    const one = { method, path: pathname, query: search, headers, body: await context.req.text() }
    asked.push(one)
    return await answering(context, one)
  })
  return { origin: `http://127.0.0.1:${await listening(app)}`, asked }
}

const ports = new Set<number>()

/** The pace that was learnt of an origin lasts as long as the process: no test gets the port of another. */
async function listening(app: Hono): Promise<number> {
  const running = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => {
      resolve(started)
    })
  })
  open.push(running)
  const { port } = running.address() as AddressInfo
  if (ports.has(port)) return await listening(app)
  ports.add(port)
  return port
}

/** A clock that moves only when somebody sleeps. */
interface Clock {
  readonly now: () => Date
  readonly sleep: (milliseconds: number, stop?: AbortSignal) => Promise<void>
  readonly slept: number[]
  /** Milliseconds since the start. */
  readonly passed: () => number
}

export function clock(): Clock {
  const start = Date.parse('2026-11-25T12:00:00Z')
  let at = start
  const slept: number[] = []
  return {
    now: () => new Date(at),
    sleep: (milliseconds) => {
      slept.push(milliseconds)
      at += milliseconds
      return Promise.resolve()
    },
    slept,
    passed: () => at - start,
  }
}

export const canary = 'Kq7-zW2p-9VbT-x4Rn'

export function target(endpoint: string, more: Partial<Target> = {}): Target {
  const time = clock()
  return {
    system: 'vpn',
    endpoint,
    settings: {},
    credentials: { clientSecret: secret(canary) },
    root: '/',
    now: time.now,
    sleep: time.sleep,
    ...more,
  }
}

export function dialect(more: Partial<Dialect> = {}): Dialect {
  return {
    authenticate: () => Promise.resolve({ headers: { authorization: `Bearer ${canary}` } }),
    pace: { reads: 0, writes: 0 },
    ...more,
  }
}
