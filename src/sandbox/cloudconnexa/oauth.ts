/** Access tokens: client credentials only, for about twelve hours, without a refresh token. */
import type { Context, MiddlewareHandler } from 'hono'
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SandboxEnv } from '../server.ts'
import { Refusal } from './errors.ts'
import type { Unknowns } from './unknowns.ts'
import type { ApiKey } from './wire.ts'
import type { Api, World } from './world.ts'

/** The keys behind the requests that are being answered. */
const keys = new WeakMap<Request, ApiKey>()

interface Tokens {
  /** Puts the token endpoint there. */
  readonly endpoint: (api: Api) => void
  /** Lets through who has a valid token, and remembers whose it is. */
  readonly guard: MiddlewareHandler<SandboxEnv>
}

export function keyOf(context: Context<SandboxEnv>): ApiKey {
  const key = keys.get(context.req.raw)
  if (key === undefined) throw new Refusal(401, 'Unauthorized')
  return key
}

/** `seconds`: how long a token is valid. */
export function tokens(world: World, seconds: number): Tokens {
  const given = new Map<string, { readonly clientId: string; readonly until: number }>()
  const now = (): number => world.now().getTime()
  const keyNamed = (id: string | undefined): ApiKey | undefined =>
    world.store.now.keys.find(({ clientId }) => clientId === id)

  return {
    endpoint: (api) => {
      api.post('/api/v1/oauth/token', async (context) => {
        const asked = await request(context, world.unknowns)
        const key = keyNamed(asked.id)
        if (key === undefined || !equal(key.clientSecret, asked.secret) || expired(key, now()))
          return context.json({ error: 'invalid_client' }, 401)
        if (asked.grant !== 'client_credentials')
          return context.json({ error: 'unsupported_grant_type' }, 400)
        const token = randomBytes(24).toString('base64url')
        given.set(token, { clientId: key.clientId, until: now() + seconds * 1000 })
        return context.json({
          access_token: token,
          token_type: 'bearer',
          expires_in: seconds,
          scope: 'read write',
        })
      })
    },
    guard: async (context, next) => {
      const trouble = context.get('trouble')
      if (trouble !== undefined && 'expire' in trouble) given.clear()
      const [, token = ''] = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '') ?? []
      const valid = given.get(token)
      const key = keyNamed(valid?.clientId)
      if (valid === undefined || key === undefined || valid.until <= now() || expired(key, now()))
        throw new Refusal(401, 'Unauthorized')
      keys.set(context.req.raw, key)
      await next()
    },
  }
}

/** Both documented ways: all three in the query (the reference), or Basic and a JSON body (the vendor's own client). */
async function request(
  context: Context<SandboxEnv>,
  { token }: Unknowns,
): Promise<{ id: string; secret: string; grant: string }> {
  const basic = /^Basic (\S+)$/i.exec(context.req.header('authorization') ?? '')
  if (basic === null) {
    const { client_id: id = '', client_secret: secret = '', grant_type: grant = '' } = context.req.query()
    return { id, secret, grant }
  }
  const [id = '', secret = ''] = Buffer.from(basic[1] ?? '', 'base64')
    .toString()
    .split(':', 2)
  const body = await context.req.text()
  return token === 'documented'
    ? { id, secret, grant: grantIn(body) ?? '' }
    : {
        id: decoded(id),
        secret: decoded(secret),
        grant: grantIn(body) ?? new URLSearchParams(body).get('grant_type') ?? '',
      }
}

/** RFC 6749 percent-encodes both halves of the pair; the vendor's client sends them as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function grantIn(body: string): string | undefined {
  try {
    const parsed = JSON.parse(body) as { grant_type?: unknown } | null
    return typeof parsed?.grant_type === 'string' ? parsed.grant_type : undefined
  } catch {
    return undefined
  }
}

function expired({ expires }: ApiKey, now: number): boolean {
  return expires !== undefined && Date.parse(expires) <= now
}

function equal(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
