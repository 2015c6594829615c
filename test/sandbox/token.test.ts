import { expect, it } from 'vitest'
import { caller, tokenOf } from './account.ts'

const denied = { errorDetails: {}, errorMessage: 'Unauthorized', statusError: 'UNAUTHORIZED' }

it('1.2: the token endpoint takes the client credentials as query parameters, and names no refresh token', async () => {
  const { sandbox } = await caller()
  const { clientId, clientSecret } = sandbox.credentials
  const query = new URLSearchParams({
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'client_credentials',
  })
  const answer = await fetch(`${sandbox.address}/api/v1/oauth/token?${query.toString()}`, { method: 'POST' })
  expect(await answer.json()).toEqual({
    access_token: expect.any(String) as string,
    token_type: 'bearer',
    expires_in: 43_199,
    scope: 'read write',
  })
})

it('1.2: Basic with a JSON body is understood; a form only where the unknown is read so', async () => {
  for (const [token, expected] of [
    ['documented', 400],
    ['lenient', 200],
  ] as const) {
    const { sandbox } = await caller({ unknowns: { token } })
    expect(await tokenOf(sandbox)).toMatch(/^\S{32}$/)
    const { clientId, clientSecret } = sandbox.credentials
    const answer = await fetch(`${sandbox.address}/api/v1/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(answer.status).toBe(expected)
  }
})

it('1.2, 1.3: a wrong secret, a key that has expired and another grant get no token', async () => {
  const { sandbox } = await caller({ now: () => new Date('2026-11-25T00:00:00Z') })
  const status = async (id: string, secret: string, grant = 'client_credentials'): Promise<number> => {
    const query = new URLSearchParams({ client_id: id, client_secret: secret, grant_type: grant })
    return (await fetch(`${sandbox.address}/api/v1/oauth/token?${query.toString()}`, { method: 'POST' }))
      .status
  }
  const { clientId, clientSecret } = sandbox.credentials
  sandbox.portal.change(({ keys }) => {
    keys.push({ clientId: 'old', clientSecret: 'x', expires: '2026-11-24T00:00:00Z' })
    keys.push({ clientId: 'young', clientSecret: 'x', expires: '2026-11-26T00:00:00Z' })
  })
  expect([
    await status(clientId, 'guess'),
    await status(clientId.split('.')[0] ?? '', clientSecret),
    await status(clientId, clientSecret, 'password'),
    await status('old', 'x'),
    await status('young', 'x'),
  ]).toEqual([401, 401, 400, 401, 200])
})

it('1.2: a token ends when its time is over, and when all tokens are made to expire', async () => {
  let time = Date.parse('2026-11-25T00:00:00Z')
  const { sandbox, call } = await caller({ now: () => new Date(time), tokenSeconds: 60 })
  time += 59_000
  expect((await call('GET', 'users')).status).toBe(200)
  time += 1_000
  expect(await call('GET', 'users')).toMatchObject({ status: 401, body: denied })
  const fresh = await caller()
  fresh.sandbox.faults.add({ skip: 1, times: 1, trouble: { expire: true } })
  const statuses = [await fresh.call('GET', 'users'), await fresh.call('GET', 'users')]
  expect(statuses.map(({ status }) => status)).toEqual([200, 401])
  expect((await fetch(`${sandbox.address}/api/v1/users`)).status).toBe(401)
})

it('1.3: a key without a permission is refused, told nothing, or shown nothing', async () => {
  for (const [forbidden, expected] of [
    ['403', [403, 403, 200]],
    ['404', [404, 404, 200]],
    ['empty', [200, 403, 200]],
  ] as const) {
    const { sandbox, call } = await caller({ unknowns: { forbidden } })
    sandbox.portal.change(({ keys }) => {
      keys[0]!.permissions = { 'user-groups': 'read' }
    })
    const [list, write, read] = [
      await call('GET', 'users'),
      await call('POST', 'user-groups', { name: 'x', allRegionsIncluded: true }),
      await call('GET', 'user-groups'),
    ]
    expect([list.status, write.status, read.status]).toEqual(expected)
    if (forbidden === 'empty') expect(list.body).toMatchObject({ content: [], totalElements: 0 })
  }
})
