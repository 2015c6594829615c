/**
 * How a sandbox is told from outside of its process what is to go wrong: a second address on this machine that speaks
 * nothing of the vendor's API, so that neither can pass for the other.
 */
import { Hono } from 'hono'
import type { Faults } from './faults.ts'
import { ruleOf } from './rules.ts'
import { listen, type Call, type Listening, type SandboxEnv } from './server.ts'
import { BadWish } from './wish.ts'

/** What there is to set and to see of a sandbox. */
interface Controlled {
  readonly faults: Faults
  readonly calls: Call[]
  /** By name, how it reads now what the documentation leaves open. */
  readonly unknowns: () => Readonly<Record<string, string>>
  /** Throws BadWish for a name or a reading that does not exist. */
  readonly read: (readings: Readonly<Record<string, unknown>>) => void
}

/** Listens on the loopback address; `port` 0 takes a free one. */
export async function control(sandbox: Controlled, port = 0): Promise<Listening> {
  const app = new Hono<SandboxEnv>()
  app.use(async (context, next) => {
    // A page in a browser on this machine is no person at a terminal.
    if (context.req.header('origin') !== undefined) return context.text('Not from a browser.\n', 403)
    return next()
  })
  app.get('/unknowns', (context) => context.json(sandbox.unknowns()))
  app.put('/unknowns', async (context) => {
    sandbox.read(objectIn(jsonIn(await context.req.text())))
    return context.json(sandbox.unknowns())
  })
  app.post('/faults', async (context) => {
    const body = jsonIn(await context.req.text())
    // all of them or none
    sandbox.faults.add(...(Array.isArray(body) ? body : [body]).map(ruleOf))
    return context.body(null, 204)
  })
  app.delete('/faults', (context) => {
    sandbox.faults.clear()
    return context.body(null, 204)
  })
  app.get('/calls', (context) => context.json(sandbox.calls))
  app.delete('/calls', (context) => {
    sandbox.calls.splice(0)
    return context.body(null, 204)
  })
  app.notFound((context) =>
    context.text('This is the control of a sandbox: /faults, /unknowns, /calls; see docs/sandbox.md.\n', 404),
  )
  app.onError((error, context) => {
    const fix = error instanceof BadWish && error.fix !== undefined ? ` ${error.fix}` : ''
    return context.text(`${error.message}${fix}\n`, error instanceof BadWish ? 400 : 500)
  })
  return await listen(app, port)
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new BadWish('The body is no JSON.')
  }
}

function objectIn(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Readonly<Record<string, unknown>>
  throw new BadWish('The body is no object.')
}
