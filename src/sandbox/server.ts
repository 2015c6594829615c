/**
 * The socket of a sandbox: 127.0.0.1 and nothing else, every request counted as it arrives, and the faults that a vendor's
 * own code cannot have (no answer, half an answer, a connection that ends).
 */
import { serve, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults, Trouble } from './faults.ts'

/** One request as it came in at the socket, whatever became of it. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query: string
}

export interface Listening {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string
  /** Every request since the start, or since it was emptied. */
  readonly calls: Call[]
  /** Ends open connections too. */
  readonly close: () => Promise<void>
}

/** What each handler of a sandbox finds in its context. */
export interface SandboxEnv {
  Bindings: HttpBindings
  Variables: { trouble: Trouble | undefined }
}

/** Listens on the loopback address; `port` 0 takes a free one. Fails where the port is taken. */
export async function listen<E extends SandboxEnv>(app: Hono<E>, port = 0): Promise<Listening> {
  const calls: Call[] = []
  const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }) as Server & {
    closeAllConnections(): void
  }
  server.prependListener('request', (request: { method: string; url: string }) => {
    const [path = '', query = ''] = request.url.split('?', 2)
    calls.push({ method: request.method, path, query })
  })
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Stands before everything else of a sandbox and makes the faults that were asked for happen. */
export function faulty(faults: Faults): MiddlewareHandler<SandboxEnv> {
  return async (context, next) => {
    const trouble = faults.take({
      method: context.req.method,
      path: context.req.path,
      query: new URL(context.req.url).searchParams,
    })
    context.set('trouble', trouble)
    if (trouble === undefined) return next()
    if ('hang' in trouble) return new Promise<never>(() => undefined)
    if ('delay' in trouble) await sleep(trouble.delay)
    if ('status' in trouble && trouble.after !== true) return instead(trouble)
    if ('drop' in trouble && trouble.drop === 'request') return ended(context)
    await next()
    if ('status' in trouble) context.res = instead(trouble)
    if ('drop' in trouble) return trouble.drop === 'body' ? half(context) : ended(context)
    return undefined
  }
}

function instead({ status, body, headers }: Extract<Trouble, { status: number }>): Response {
  return new Response(body ?? null, { status, headers: { ...headers } })
}

/** The connection ends without another byte. */
function ended(context: Context<SandboxEnv>): Response {
  context.env.outgoing.destroy()
  // set over another answer it would be merged with that, and then be sent
  context.res = undefined
  return (context.res = RESPONSE_ALREADY_SENT)
}

/** The answer begins, with its whole length announced, and the connection ends before it is there. */
async function half(context: Context<SandboxEnv>): Promise<Response> {
  const { outgoing } = context.env
  const { status, headers } = context.res
  const body = Buffer.from(await context.res.arrayBuffer())
  outgoing.writeHead(status, { ...Object.fromEntries(headers), 'content-length': body.length + 1 })
  await new Promise((done) => outgoing.write(body.subarray(0, Math.ceil(body.length / 2)), done))
  return ended(context)
}
