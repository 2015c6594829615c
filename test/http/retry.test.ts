import { describe, expect, it } from 'vitest'
import { openHttpReader, openHttpWriter } from '../../src/connector/http/http.ts'
import { path } from '../../src/connector/http/path.ts'
import { askedFor, isRepeatable, pauseBefore } from '../../src/connector/http/retry.ts'
import { clock, dialect, server, target } from './server.ts'

/** What is sent again, when, and how often: a read as long as there is hope, a write only if it was surely not done. */

describe('what is repeated', () => {
  const statuses = [400, 401, 403, 404, 408, 409, 410, 413, 422, 425, 429, 500, 501, 502, 503, 504, 505]
  const repeated = (write: boolean): number[] =>
    statuses.filter((status) => isRepeatable({ status, retryAfter: null }, write))

  it('of reads is what may pass, of writes only what was turned away unseen', () => {
    expect(repeated(false)).toEqual([408, 425, 429, 500, 502, 503, 504])
    expect(repeated(true)).toEqual([429])
    expect([true, false].map((write) => isRepeatable({ lost: true }, write))).toEqual([false, true])
    expect([true, false].map((write) => isRepeatable({ never: true }, write))).toEqual([true, true])
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-11-25T12:00:00Z')
  it.each([
    ['7', 7000],
    ['0', 0],
    ['1.5', 1500],
    ['Wed, 25 Nov 2026 12:00:20 GMT', 20_000],
    ['Wednesday, 25-Nov-26 12:00:20 GMT', 20_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['', undefined],
    [null, undefined],
  ])('%s is %s milliseconds', (header, milliseconds) => {
    expect(askedFor(header, now)).toBe(milliseconds)
  })

  it('longer than the cap is not waited for, and never less than our own pause', () => {
    const limits = { now, random: 1, wait: 120_000 }
    const pause = (retryAfter: string | null, count = 1): number | undefined =>
      pauseBefore({ status: 429, retryAfter }, count, limits)
    expect([pause('864000'), pause('121'), pause('120'), pause('0'), pause('-5')]).toEqual([
      undefined,
      undefined,
      120_000,
      500,
      500,
    ])
    expect([1, 2, 3, 8, 20].map((count) => pause(null, count))).toEqual([500, 1000, 2000, 30_000, 30_000])
    expect(pauseBefore({ lost: true }, 1, { ...limits, random: 0 })).toBe(250)
  })
})

describe('a read', () => {
  it('F10: G21: never goes out before the system allows it, in schedules of any kind', async () => {
    const random = generator(4711)
    const rounds = process.env['ROLECALL_DEEP'] === '1' ? 500 : 40
    for (let round = 0; round < rounds; round++) {
      const time = clock()
      let allowed = 0
      const early: number[] = []
      const left = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * 90))
      const { origin, asked } = await server((context) => {
        if (time.passed() < allowed) early.push(time.passed())
        const seconds = left.shift()
        if (seconds === undefined) return context.json([])
        allowed = time.passed() + seconds * 1000
        const date = new Date(time.now().getTime() + seconds * 1000).toUTCString()
        // A date of HTTP has whole seconds: it is rounded up here, so that the clock may stand between two.
        const header = random() < 0.5 ? String(seconds) : date
        if (header === date) allowed = Date.parse(date) - time.now().getTime() + time.passed()
        return context.body(null, random() < 0.5 ? 429 : 503, { 'retry-after': header })
      })
      const count = left.length
      const http = openHttpReader(target(origin, time), dialect())
      await http.read(path`/users`)
      expect([asked.length, early]).toEqual([count + 1, []])
      await http.close()
    }
  }, 60_000)

  it('gives up after five attempts, and says so', async () => {
    const { origin, asked } = await server((context) => context.json({}, 503))
    const http = openHttpReader(target(origin), dialect())
    await expect(http.read(path`/users`)).rejects.toMatchObject({
      code: 'unreachable',
      status: 503,
      message: '"vpn" answered GET /users with 503.',
      fix: 'The fault is on its side. Run again later: what was done is not done twice.',
    })
    expect(asked).toHaveLength(5)
  })

  it('is not kept waiting for days', async () => {
    const time = clock()
    const { origin, asked } = await server((context) => context.body(null, 429, { 'retry-after': '864000' }))
    const http = openHttpReader(target(origin, time), dialect())
    await expect(http.read(path`/users`)).rejects.toMatchObject({
      message: '"vpn" asks to wait longer than is waited for before GET /users is sent again (429).',
    })
    expect([asked.length, time.passed()]).toEqual([1, 0])
  })

  it('waits ten minutes for further attempts in all, however many calls', async () => {
    const time = clock()
    const { origin } = await server((context) => context.body(null, 429, { 'retry-after': '100' }))
    const http = openHttpReader(target(origin, time), dialect())
    await expect(http.read(path`/users`)).rejects.toMatchObject({ status: 429 })
    await expect(http.read(path`/groups`)).rejects.toMatchObject({
      message: '"vpn" asks to wait longer than is waited for before GET /groups is sent again (429).',
    })
    expect(time.passed()).toBeLessThanOrEqual(600_000)
  })

  it.each([400, 403, 404, 409, 422])('is not repeated after %i', async (status) => {
    const { origin, asked } = await server((context) => context.json({}, status as 400))
    await expect(openHttpReader(target(origin), dialect()).read(path`/x`)).rejects.toMatchObject({ status })
    expect(asked).toHaveLength(1)
  })
})

describe('a write', () => {
  it.each([
    [400, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [422, 'refused'],
    [408, 'uncertain'],
    [500, 'uncertain'],
    [502, 'uncertain'],
    [503, 'uncertain'],
    [504, 'uncertain'],
    [302, 'uncertain'],
  ] as const)('is sent once when the answer is %i, and %s', async (status, outcome) => {
    const { origin, asked } = await server((context) =>
      context.body(null, status as 400, { 'retry-after': '1', location: '/x' }),
    )
    const http = openHttpWriter(target(origin), dialect())
    expect((await http.send('POST', path`/users`, { json: {} })).outcome).toBe(outcome)
    expect(asked).toHaveLength(1)
  })

  it('is sent again after 429 as often as a read, and was then refused', async () => {
    const { origin, asked } = await server((context) => context.json({ message: 'slow' }, 429))
    const http = openHttpWriter(target(origin), dialect())
    await expect(http.send('DELETE', path`/users/${1}`)).resolves.toMatchObject({
      outcome: 'refused',
      message: '"vpn" still limits the rate of calls (429 on DELETE /users/1, "slow").',
    })
    expect(asked).toHaveLength(5)
  })
})

/** mulberry32: the same schedules in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
