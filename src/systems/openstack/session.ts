/** One opened Keystone: the HTTP client, the token that it has now, and where names count from. */
import type { Target } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import type { Dialect } from '../../connector/http/dialect.ts'
import type { HttpReader } from '../../connector/http/http.ts'
import { path } from '../../connector/http/path.ts'
import { rest } from '../../connector/http/rest.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Variety } from './convert.ts'
import { signInOf } from './sign-in.ts'

export interface Session<Http extends HttpReader> {
  readonly http: Http
  readonly variety: Variety
  /** Whether the things of the home domain are all that is read. */
  readonly homeOnly: boolean
  readonly now: () => Date
  /** The token as Keystone told of it; signs in where nobody has yet. */
  token(): Promise<Token>
}

/** What a token says of its holder. */
export interface Token {
  readonly user: { readonly id: string; readonly name: string; readonly domain: { readonly name: string } }
  readonly domain?: { readonly id: string; readonly name: string }
  readonly project?: { readonly id: string }
  readonly system?: { readonly all?: boolean }
}

export function openSession<Http extends HttpReader>(
  target: Target,
  open: (target: Target, dialect: Dialect) => Http,
): Session<Http> {
  const { system, settings, profile, now } = target
  const { endpoint, request, secrets } = signInOf(target)
  const cloudvps = profile === 'cloudvps'
  let current: Token | undefined
  const http = open(
    // What is no secret must stay readable in messages: names of users and projects are credentials here.
    { ...target, endpoint, credentials: {} },
    {
      base: '/v3',
      pace: { reads: 0, writes: 0 },
      concurrency: 8,
      writesAtOnce: 8,
      authenticate: async ({ ask, learn }) => {
        for (const secret of secrets) learn(secret)
        // Keystone knows the moment of a revocation to the second: a token made within that second counts as revoked too.
        if (current !== undefined) await (target.sleep ?? rest)(1_100, target.stop)
        const answer = await ask('POST', path`/auth/tokens`, { json: request })
        const id = answer.headers.get('x-subject-token')
        current = tokenIn(system, answer.body as JsonObject | undefined)
        if (id === null) throw noToken(system)
        learn(id)
        const ends = (answer.body as { token?: { expires_at?: string } }).token?.expires_at
        return {
          headers: { 'x-auth-token': id },
          ...(ends === undefined ? {} : { expiresAt: new Date(ends) }),
        }
      },
    },
  )
  return {
    http,
    variety: {
      system,
      home: typeof settings['domain'] === 'string' ? settings['domain'] : 'Default',
      cloudvps,
    },
    homeOnly: (settings['reads'] ?? (cloudvps ? 'domain' : 'cloud')) === 'domain',
    now,
    token: async () => {
      if (current === undefined) await http.signIn()
      if (current === undefined) throw noToken(system)
      return current
    },
  }
}

function tokenIn(system: string, body: JsonObject | undefined): Token {
  const token = body?.['token'] as unknown as Token | undefined
  const user = token?.user as Partial<Token['user']> | undefined
  if (typeof user?.id !== 'string' || typeof user.name !== 'string' || typeof user.domain?.name !== 'string')
    throw noToken(system)
  return { ...token, user: { ...user, domain: user.domain } as Token['user'] }
}

function noToken(system: string): ConnectorFault {
  return new ConnectorFault(
    'unreadable',
    `The answer of "${system}" to the request for a token is not one of Keystone.`,
    'Check `spec.endpoint` or OS_AUTH_URL: it is the address of the identity service, such as https://cloud.example:5000/v3.',
  )
}
