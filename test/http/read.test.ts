import { describe, expect, it } from 'vitest'
import { openHttpReader, openHttpWriter } from '../../src/connector/http/http.ts'
import { path } from '../../src/connector/http/path.ts'
import { clock, dialect, server, target } from './server.ts'

describe('a read', () => {
  it('goes below the base with its query and credentials, and gives status, headers and JSON', async () => {
    const { origin, asked } = await server((context) => context.json({ users: ['ana'] }))
    const http = openHttpReader(target(`${origin}/acme/`), dialect({ base: '/api/v1' }))
    const answer = await http.read(path`/users/${'a b/..'}`, {
      query: { page: 0, all: true, none: undefined },
    })
    await http.close()
    expect(answer).toMatchObject({ status: 200, body: { users: ['ana'] } })
    expect(asked).toMatchObject([
      { method: 'GET', path: '/acme/api/v1/users/a%20b%2F..', query: '?page=0&all=true' },
    ])
    expect(asked[0]?.headers.get('authorization')).toMatch(/^Bearer /)
    expect(http.calls).toBe(1)
  })

  it('is repeated after 429 and 503, no sooner than the system asks', async () => {
    const time = clock()
    const answers = [
      { status: 429, after: '7' },
      { status: 503, after: 'Wed, 25 Nov 2026 12:00:20 GMT' },
    ]
    const { origin, asked } = await server((context) => {
      const next = answers.shift()
      if (next === undefined) return context.json([])
      return context.body(null, next.status as 429, { 'retry-after': next.after })
    })
    const http = openHttpReader(target(origin, time), dialect())
    await expect(http.read(path`/users`)).resolves.toMatchObject({ status: 200, body: [] })
    expect(asked).toHaveLength(3)
    expect(time.slept.filter((each) => each > 0)).toEqual([7000, 13000])
  })
})

describe('a write', () => {
  it('sends its JSON again, whole, after 429', async () => {
    const statuses = [429, 201]
    const { origin, asked } = await server((context) => context.json({ id: 'x' }, statuses.shift() as 201))
    const http = openHttpWriter(target(origin), dialect())
    await expect(http.send('PUT', path`/users/${7}`, { json: { name: 'Ana' } })).resolves.toMatchObject({
      outcome: 'done',
      status: 201,
      body: { id: 'x' },
    })
    expect(asked.map(({ body }) => body)).toEqual(['{"name":"Ana"}', '{"name":"Ana"}'])
  })

  it('is not repeated after 500, and uncertain', async () => {
    const { origin, asked } = await server((context) => context.json({ message: 'oops' }, 500))
    const http = openHttpWriter(target(origin), dialect())
    await expect(http.send('POST', path`/users`, { json: {} })).resolves.toEqual({
      outcome: 'uncertain',
      message: '"vpn" answered POST /users with 500, "oops".',
    })
    expect(asked).toHaveLength(1)
  })
})
