import { describe, expect, it, vi } from 'vitest'
import { openHttpReader, openHttpWriter } from '../../src/connector/http/http.ts'
import { Pace } from '../../src/connector/http/pace.ts'
import { path } from '../../src/connector/http/path.ts'
import { clock, dialect, server, target } from './server.ts'

/** How fast and how many at once: no faster than the system says, no longer than the run lasts. */

const rate = (remaining: number, more: Record<string, string> = {}): Record<string, string> => ({
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-replenish-rate': '1',
  'x-ratelimit-replenish-time': '15',
  'x-ratelimit-burst-capacity': '20',
  ...more,
})

describe('the pace', () => {
  it('begins with what is known of the sort of system, by itself for reads and for writes', async () => {
    const time = clock()
    const at: string[] = []
    const { origin } = await server((context, { method }) => {
      at.push(`${method} ${time.passed() / 1000}`)
      return context.json([])
    })
    const http = openHttpWriter(target(origin, time), dialect({ pace: { reads: 1, writes: 0.25 } }))
    for (let turn = 0; turn < 3; turn++) await http.send('POST', path`/users`, { json: {} })
    for (let turn = 0; turn < 3; turn++) await http.read(path`/users`)
    expect(at).toEqual(['POST 0', 'POST 4', 'POST 8', 'GET 8', 'GET 9', 'GET 10'])
  })

  it('goes by what the answers say from then on: what is left at once, then one each time one comes back', async () => {
    const time = clock()
    const at: number[] = []
    let left = 3
    const { origin } = await server((context) => {
      at.push(time.passed() / 1000)
      left = Math.max(0, left - 1)
      return context.json([], 200, rate(left))
    })
    const http = openHttpWriter(target(origin, time), dialect({ pace: { reads: 1, writes: 0.25 } }))
    for (let turn = 0; turn < 5; turn++) await http.send('POST', path`/users`, { json: {} })
    expect(at).toEqual([0, 0, 0, 15, 30])
    expect(http.callsPerSecond).toBeCloseTo(1 / 15)
  })

  it.each([
    ['no rate', { 'x-ratelimit-remaining': '0' }],
    ['a rate of nothing', rate(0, { 'x-ratelimit-replenish-rate': '0' })],
    ['a rate in no time', rate(0, { 'x-ratelimit-replenish-time': '0' })],
    ['no number', rate(0, { 'x-ratelimit-remaining': 'many' })],
    ['less than none', rate(-5)],
  ])('stays what it is where the headers say %s', async (_says, headers) => {
    const time = clock()
    const { origin } = await server((context) => context.json([], 200, headers))
    const http = openHttpReader(target(origin, time), dialect({ pace: { reads: 1, writes: 1 } }))
    for (let turn = 0; turn < 3; turn++) await http.read(path`/users`)
    expect(time.passed()).toBe(2000)
  })

  it('is one for all who call a system from here: a reader and a writer share the key over there', async () => {
    const time = clock()
    const { origin } = await server((context) => context.json([], 200, rate(0)))
    const words = dialect({ pace: { reads: 1, writes: 1 } })
    await openHttpReader(target(origin, time), words).read(path`/users`)
    await openHttpWriter(target(origin, time), words).send('POST', path`/users`, { json: {} })
    expect(time.passed()).toBe(15_000)
  })

  it('counts what is still under way: the system has not, when it says what is left', () => {
    const pace = new Pace({ reads: 0, writes: 0 })
    const now = Date.parse('2026-11-25T12:00:00Z')
    const waits = [1, 2, 3].map(() => pace.take('reads', now))
    pace.answered(new Headers(rate(3)), now)
    expect([...waits, pace.take('reads', now), pace.take('reads', now)]).toEqual([0, 0, 0, 0, 15_000])
  })

  it('stops for everybody when one is told to wait', async () => {
    const { sleep: _none, ...machine } = target('', { now: () => new Date() })
    let told: number | undefined
    const early: string[] = []
    const { origin, asked } = await server((context, { path: at }) => {
      if (told !== undefined && Date.now() < told + 1000) early.push(at)
      if (told !== undefined) return context.json([])
      told = Date.now()
      return context.body(null, 429, { 'retry-after': '1' })
    })
    const http = openHttpReader({ ...machine, endpoint: origin }, dialect())
    const other = openHttpReader({ ...machine, endpoint: origin }, dialect())
    const first = http.read(path`/a`)
    await vi.waitUntil(() => told !== undefined)
    await new Promise((done) => setTimeout(done, 50))
    await Promise.all([first, other.read(path`/b`)])
    expect([asked.length, early]).toEqual([3, []])
  })

  it('gives nothing for a clock that is set back', async () => {
    let at = Date.parse('2026-11-25T12:00:00Z')
    const slept: number[] = []
    const { origin } = await server((context) => context.json([]))
    const http = openHttpReader(
      target(origin, {
        now: () => new Date(at),
        sleep: (milliseconds) => (slept.push(milliseconds), Promise.resolve()),
      }),
      dialect({ pace: { reads: 1, writes: 1 } }),
    )
    await http.read(path`/a`)
    at -= 3_600_000
    await http.read(path`/b`)
    expect(slept).toEqual([1000])
  })
})

describe('at once', () => {
  it('are so many reads as the dialect says, and one write', async () => {
    let [open, most] = [0, 0]
    const { origin } = await server(async (context) => {
      most = Math.max(most, ++open)
      await new Promise((done) => setTimeout(done, 20))
      open--
      return context.json([])
    })
    const http = openHttpWriter(target(origin), dialect({ concurrency: 3 }))
    await Promise.all(Array.from({ length: 9 }, (_, at) => http.read(path`/${at}`)))
    expect(most).toBe(3)
    most = 0
    await Promise.all(Array.from({ length: 4 }, (_, at) => http.send('POST', path`/${at}`, { json: {} })))
    expect(most).toBe(1)
  })
})

describe('the end of a run', () => {
  it('is not waited past: what would have to wait longer is not sent', async () => {
    const time = clock()
    const { origin, asked } = await server((context) => context.json([]))
    const deadline = new Date(time.now().getTime() + 6000)
    const http = openHttpWriter(
      target(origin, { ...time, deadline }),
      dialect({ pace: { reads: 1, writes: 0.25 } }),
    )
    const sent = []
    for (let turn = 0; turn < 3; turn++) sent.push(await http.send('PUT', path`/users/${turn}`, { json: {} }))
    expect(sent.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'unsent'])
    expect(sent[2]).toMatchObject({
      message: 'PUT /users/2 of "vpn" was not sent: the time of the run is over.',
    })
    expect([asked.length, time.passed()]).toEqual([2, 4000])
  })

  it('by an interrupt ends what waits for its turn, and lets what is under way come to its end', async () => {
    const stop = new AbortController()
    let answer: (() => void) | undefined
    const { origin, asked } = await server(async (context) => {
      await new Promise<void>((done) => (answer = done))
      return context.json([])
    })
    const now = () => new Date()
    const { sleep: _none, ...machine } = target(origin, { now, stop: stop.signal })
    const http = openHttpWriter(machine, dialect({ pace: { reads: 1, writes: 0.001 } }))
    const first = http.send('PUT', path`/users/${1}`, { json: {} })
    const second = http.send('PUT', path`/users/${2}`, { json: {} })
    while (answer === undefined) await new Promise((done) => setTimeout(done, 5))
    stop.abort()
    answer()
    expect([(await first).outcome, await second]).toEqual([
      'done',
      { outcome: 'unsent', message: 'PUT /users/2 of "vpn" was not sent: the run was interrupted.' },
    ])
    expect(asked).toHaveLength(1)
  })

  it('by an interrupt wakes what sleeps for its turn', async () => {
    const stop = new AbortController()
    const { origin } = await server((context) => context.json([]))
    const { sleep: _none, ...machine } = target(origin, { now: () => new Date(), stop: stop.signal })
    const http = openHttpWriter(machine, dialect({ pace: { reads: 1, writes: 0.001 } }))
    await http.send('PUT', path`/users/${1}`, { json: {} })
    const second = http.send('PUT', path`/users/${2}`, { json: {} })
    setTimeout(() => {
      stop.abort()
    }, 20)
    expect((await second).outcome).toBe('unsent')
  })
})
