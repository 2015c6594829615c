import { describe, expect, it } from 'vitest'
import { openHttpReader, openHttpWriter } from '../../src/connector/http/http.ts'
import type { Authenticate } from '../../src/connector/http/credential.ts'
import { path } from '../../src/connector/http/path.ts'
import { basic, clientCredentials } from '../../src/connector/http/sign-in.ts'
import { secret } from '../../src/connector/secrets.ts'
import { canary, clock, dialect, server, target } from './server.ts'

/** Who we are over there: asked for once, renewed in time, and never a reason to do something twice. */

const oauth = (how: 'basic' | 'post'): Authenticate =>
  clientCredentials({
    system: 'vpn',
    token: path`/oauth/token`,
    id: secret('id 1'),
    secret: secret(canary),
    how,
    scope: 'read write',
  })

/** As Keystone does it: the token comes in a header. */
const inHeader: Authenticate = async ({ ask, learn }) => {
  const answer = await ask('POST', path`/auth/tokens`, { json: { password: canary } })
  const token = answer.headers.get('x-subject-token') ?? ''
  learn(token)
  return { headers: { 'x-auth-token': token } }
}

describe('client credentials', () => {
  it.each([
    [
      'basic',
      `Basic ${Buffer.from(`id+1:${canary.replaceAll('-', '%2D')}`).toString('base64')}`,
      'scope=read+write&grant_type=client_credentials',
    ],
    ['post', null, `scope=read+write&grant_type=client_credentials&client_id=id+1&client_secret=${canary}`],
  ] as const)('go to the token endpoint as %s, and the token with every call', async (how, header, body) => {
    const { origin, asked } = await server((context, { path: at }) =>
      at === '/api/oauth/token'
        ? context.json({ access_token: 't1', token_type: 'bearer', expires_in: 3600 })
        : context.json([]),
    )
    const http = openHttpReader(target(origin), dialect({ base: '/api', authenticate: oauth(how) }))
    await http.read(path`/users`)
    await http.read(path`/groups`)
    expect(asked.map(({ method, path: at }) => `${method} ${at}`)).toEqual([
      'POST /api/oauth/token',
      'GET /api/users',
      'GET /api/groups',
    ])
    expect([asked[0]?.headers.get('authorization'), asked[0]?.body]).toEqual([header, body])
    expect(asked.slice(1).map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer t1',
      'Bearer t1',
    ])
    expect(http.calls).toBe(3)
  })

  it.each([
    [401, { error: 'invalid_client' }, 'authentication', '"vpn" gives no token for these credentials (401).'],
    [400, { error: 'invalid_client' }, 'authentication', '"vpn" gives no token for these credentials (400).'],
    [500, {}, 'unreachable', '"vpn" answered POST /oauth/token with 500.'],
    [
      200,
      { token: 'x' },
      'unreadable',
      'The answer of "vpn" to the request for a token is not one of OAuth 2.',
    ],
    [403, 'a wall', 'unreadable', 'The answer of "vpn" to the request for a token is not one of OAuth 2.'],
  ])(
    'that are answered with %i %o end in words: nothing is sent without',
    async (status, body, code, message) => {
      const { origin, asked } = await server((context) => context.json(body, status as 400))
      const http = openHttpWriter(
        target(origin),
        dialect({ authenticate: oauth('basic'), limits: { attempts: 2 } }),
      )
      await expect(http.read(path`/users`)).rejects.toMatchObject({ code, message })
      await expect(http.send('POST', path`/users`, { json: {} })).resolves.toEqual({
        outcome: 'unsent',
        message,
      })
      expect(new Set(asked.map(({ path: at }) => at))).toEqual(new Set(['/oauth/token']))
    },
  )
})

describe('a token', () => {
  it('may come in a header, and is asked for once however many calls begin together', async () => {
    const { origin, asked } = await server((context, { path: at }) =>
      at === '/auth/tokens' ? context.json({}, 201, { 'x-subject-token': 'k-token-1' }) : context.json([]),
    )
    const http = openHttpReader(target(origin), dialect({ authenticate: inHeader }))
    await Promise.all(['a', 'b', 'c'].map((name) => http.read(path`/${name}`)))
    expect(asked.filter(({ path: at }) => at === '/auth/tokens')).toHaveLength(1)
    expect(asked.slice(1).map(({ headers }) => headers.get('x-auth-token'))).toEqual(
      Array(3).fill('k-token-1'),
    )
  })

  it('is renewed a minute before its end, and one with a short life in its middle', async () => {
    const time = clock()
    const lives = [3600, 60]
    let at = 0
    const { origin, asked } = await server((context, { path: where }) =>
      where === '/oauth/token'
        ? context.json({ access_token: `t${++at}`, token_type: 'Bearer', expires_in: lives[at - 1] ?? 3600 })
        : context.json([]),
    )
    const http = openHttpReader(target(origin, time), dialect({ authenticate: oauth('basic') }))
    const used: (string | null | undefined)[] = []
    for (const seconds of [0, 3539, 1, 29, 1]) {
      await time.sleep(seconds * 1000)
      await http.read(path`/users`)
      used.push(asked.at(-1)?.headers.get('authorization'))
    }
    expect(used).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2', 'Bearer t3'])
  })

  it.each(['GET', 'POST'] as const)(
    'that is refused is renewed once, and the %s sent again',
    async (method) => {
      let tokens = 0
      const { origin, asked } = await server((context, { path: at, headers }) => {
        if (at === '/auth/tokens') return context.json({}, 201, { 'x-subject-token': `token-${++tokens}` })
        return headers.get('x-auth-token') === 'token-2' ? context.json([]) : context.json({}, 401)
      })
      const http = openHttpWriter(target(origin), dialect({ authenticate: inHeader }))
      if (method === 'GET') await http.read(path`/users`)
      else expect((await http.send('POST', path`/users`, { json: { a: 1 } })).outcome).toBe('done')
      expect(asked.map(({ path: at, body }) => `${at} ${body}`)).toEqual(
        ['/auth/tokens', '/users', '/auth/tokens', '/users'].map((at) =>
          at === '/users' ? `${at} ${method === 'GET' ? '' : '{"a":1}'}` : `${at} {"password":"${canary}"}`,
        ),
      )
    },
  )

  it('that is refused twice is a fault of the credentials', async () => {
    const { origin, asked } = await server((context, { path: at }) =>
      at === '/auth/tokens' ? context.json({}, 201, { 'x-subject-token': 'k' }) : context.json({}, 401),
    )
    const http = openHttpReader(target(origin), dialect({ authenticate: inHeader }))
    await expect(http.read(path`/users`)).rejects.toMatchObject({
      code: 'authentication',
      message: '"vpn" does not accept the credentials (401 on GET /users).',
    })
    expect(asked).toHaveLength(4)
  })

  it('is not asked for elsewhere: a library that is led astray is stopped', async () => {
    const other = await server((context) => context.json({}))
    const { origin } = await server((context) => context.json({}))
    const astray: Authenticate = async ({ fetch }) => {
      await fetch(`${other.origin}/oauth/token`, { method: 'POST', body: canary })
      return { headers: {} }
    }
    const http = openHttpReader(target(origin), dialect({ authenticate: astray }))
    await expect(http.read(path`/users`)).rejects.toMatchObject({ code: 'unreadable' })
    expect(other.asked).toEqual([])
  })
})

describe('name and password', () => {
  it('go along with every call', async () => {
    const { origin, asked } = await server((context) => context.json([]))
    await openHttpReader(target(origin), dialect({ authenticate: basic(secret('ana'), secret('p:ä')) })).read(
      path`/x`,
    )
    expect(asked[0]?.headers.get('authorization')).toBe(`Basic ${Buffer.from('ana:p:ä').toString('base64')}`)
  })
})
