/** A loopback server in front of a real Keystone: it passes everything on, sees every call, and lets some go wrong. */
import { Hono } from 'hono'
import { Faults } from '../../../src/sandbox/faults.ts'
import { faulty, listen, type Listening, type SandboxEnv } from '../../../src/sandbox/server.ts'

export interface KeystoneWire extends Listening {
  readonly faults: Faults
}

/** `origin`: of the Keystone, `http://127.0.0.1:PORT`. */
export async function wireTo(origin: string): Promise<KeystoneWire> {
  const faults = new Faults()
  const given = new Set<string>()
  const app = new Hono<SandboxEnv>()
  app.use(faulty(faults))
  app.all('*', async ({ req, get }) => {
    const trouble = get('trouble')
    if (trouble !== undefined && 'expire' in trouble) await revoke(origin, given)
    const body = ['GET', 'HEAD'].includes(req.method) ? undefined : await req.arrayBuffer()
    const { pathname, search } = new URL(req.url)
    const answer = await fetch(`${origin}${pathname}${search}`, {
      method: req.method,
      headers: without(req.raw.headers, ['host', 'connection', 'content-length', 'accept-encoding']),
      redirect: 'manual',
      ...(body === undefined || body.byteLength === 0 ? {} : { body }),
    })
    const token = answer.headers.get('x-subject-token')
    if (token !== null) given.add(token)
    const text = await answer.arrayBuffer()
    const headers = without(answer.headers, ['connection', 'content-length', 'transfer-encoding'])
    return new Response(text.byteLength === 0 ? null : text, { status: answer.status, headers })
  })
  return { ...(await listen(app)), faults }
}

/** Each by itself: a revocation by its user would take the tokens of the same second along, and so the next one. */
async function revoke(origin: string, tokens: Set<string>): Promise<void> {
  await Promise.all(
    [...tokens].map((token) =>
      fetch(`${origin}/v3/auth/tokens`, {
        method: 'DELETE',
        headers: { 'x-auth-token': token, 'x-subject-token': token },
      }),
    ),
  )
  tokens.clear()
}

function without(headers: Headers, names: readonly string[]): Headers {
  const rest = new Headers(headers)
  for (const name of names) rest.delete(name)
  return rest
}
