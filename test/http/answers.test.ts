import { createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { openHttpReader, openHttpWriter } from '../../src/connector/http/http.ts'
import { path } from '../../src/connector/http/path.ts'
import type { Dialect } from '../../src/connector/http/dialect.ts'
import { canary, dialect, server, target } from './server.ts'

/** What comes back, or does not: understood, or said in words that help. */

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that answers with these bytes, whatever is asked, and cuts the line. */
async function raw(
  answer: string | Buffer,
  onSocket?: (socket: Socket) => void,
): Promise<{ origin: string; asked: () => number }> {
  let asked = 0
  const sockets = new Set<Socket>()
  const listening = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => {
      asked++
      if (onSocket === undefined) socket.end(answer)
      else onSocket(socket)
    })
  })
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  })
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { origin: `http://127.0.0.1:${address.port}`, asked: () => asked }
}

const short: Partial<Dialect> = { limits: { attempts: 2, call: 300 } }

describe('a status', () => {
  it.each([
    [
      401,
      'authentication',
      '"vpn" does not accept the credentials (401 on GET /users, "no").',
      'Check that they are the right ones for this endpoint, and neither expired nor revoked.',
    ],
    [
      403,
      'authentication',
      '"vpn" does not allow GET /users to these credentials (403, "no").',
      'Give them the permission for it; what may not be read is never taken to be absent.',
    ],
    [
      404,
      'unreadable',
      '"vpn" answered GET /users with 404, "no".',
      'Check `spec.endpoint` of the System, and which version of the API it has.',
    ],
    [
      429,
      'unreachable',
      '"vpn" still limits the rate of calls (429 on GET /users, "no").',
      'Run again later: what was done is not done twice. Other programs with the same credentials share the limit.',
    ],
    [
      500,
      'unreachable',
      '"vpn" answered GET /users with 500, "no".',
      'The fault is on its side. Run again later: what was done is not done twice.',
    ],
    [
      418,
      'unreadable',
      '"vpn" answered GET /users with 418, "no".',
      'Run `rolecall doctor --system vpn`, and report it if it stays so.',
    ],
  ])('%i is a fault with what to do', async (status, code, message, fix) => {
    const { origin } = await server((context) => context.json({ error: { message: 'no' } }, status as 401))
    const read = openHttpReader(target(origin), dialect(short)).read(path`/users`)
    await expect(read).rejects.toMatchObject({ code, message, fix, status })
  })

  it('that is accepted is an answer', async () => {
    const { origin } = await server((context) => context.text('<p>gone', 404))
    const http = openHttpReader(target(origin), dialect())
    const answer = await http.read(path`/users/${1}`, { accept: [404] })
    expect([answer.status, answer.body]).toEqual([404, undefined])
  })

  it('says its reason from the usual places, or where the dialect knows it', async () => {
    const bodies = [
      { errorMessage: 'a' },
      { message: 'b' },
      { error_description: 'c' },
      { error: 'd' },
      { deep: ['e'] },
      ['f'],
    ]
    const { origin } = await server((context) => context.json(bodies.shift() ?? {}, 400))
    const http = openHttpWriter(
      target(origin),
      dialect({ reason: (body) => (JSON.stringify(body).includes('deep') ? 'E' : undefined) }),
    )
    const said: string[] = []
    for (let at = 0; at < 6; at++) {
      const sent = await http.send('POST', path`/x`, { json: {} })
      said.push('message' in sent ? sent.message : '')
    }
    const words = (reason: string): string => `"vpn" answered POST /x with 400${reason}.`
    expect(said).toEqual([...['a', 'b', 'c', 'd', 'E'].map((one) => words(`, "${one}"`)), words('')])
  })

  it('shows of a reason neither terminal escapes nor more than a line', async () => {
    const hostile = `\u001b[2J\u0007no\r\n\u009b31m${'x'.repeat(5000)}`
    const { origin } = await server((context) => context.json({ message: hostile }, 400))
    const sent = await openHttpWriter(target(origin), dialect()).send('POST', path`/x`, { json: {} })
    expect('message' in sent && sent.message).toMatch(
      /^"vpn" answered POST \/x with 400, "no x{100,200}…"\.$/,
    )
  })
})

describe('a body', () => {
  const jsonType = { 'content-type': 'application/json' }
  const packedType = { ...jsonType, 'content-encoding': 'gzip' }
  it.each([
    [
      'a page of HTML',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'is not JSON but of another type',
    ],
    [
      'JSON that calls itself text',
      () => new Response('[]', { headers: { 'content-type': 'text/plain' } }),
      'is not JSON but of another type',
    ],
    ['JSON that is cut', () => new Response('[{"id":1},', { headers: jsonType }), 'is not well-formed JSON'],
    ['two values', () => new Response('[][]', { headers: jsonType }), 'is not well-formed JSON'],
    [
      'JSON that was packed and is cut',
      () => new Response(gzipSync('[1,2,3]').subarray(0, 14), { headers: packedType }),
      'is not well-formed JSON',
    ],
    [
      'what was packed and is cut before it begins',
      () => new Response(gzipSync('[1,2,3]').subarray(0, 10), { headers: packedType }),
      'is empty',
    ],
    ['nothing', () => new Response('', { headers: jsonType }), 'is empty'],
    [
      'bytes that are no UTF-8',
      () => new Response(Buffer.from([0x22, 0xff, 0x22]), { headers: jsonType }),
      'is not UTF-8',
    ],
    [
      'a tower of lists',
      () => new Response('['.repeat(65) + ']'.repeat(65), { headers: jsonType }),
      'is nested more than 64 levels deep',
    ],
  ])('F19: %s is not read as a list', async (_says, answer, what) => {
    const { origin, asked } = await server(answer)
    const read = openHttpReader(target(origin), dialect()).read(path`/users`)
    await expect(read).rejects.toMatchObject({
      code: 'unreadable',
      message: `The answer of "vpn" to GET /users ${what}.`,
      fix: 'Check `spec.endpoint` of the System: a proxy or a sign-in page may answer in its place.',
    })
    expect(asked).toHaveLength(1)
  })

  it('may be 64 levels deep, and brackets in a string are none', async () => {
    const text = `${'['.repeat(64)}"${'[\\"'.repeat(200)}"${']'.repeat(64)}`
    const { origin } = await server(() => new Response(text, { headers: jsonType }))
    await expect(openHttpReader(target(origin), dialect()).read(path`/users`)).resolves.toMatchObject({
      status: 200,
    })
  })

  it('may be empty', async () => {
    const { origin } = await server((context) => context.body(null, 204))
    const sent = await openHttpWriter(target(origin), dialect()).send('DELETE', path`/users/${1}`)
    expect(sent).toMatchObject({ outcome: 'done', status: 204 })
    expect('body' in sent).toBe(false)
  })

  it('that is too large is given up while it comes, also when it was packed small', async () => {
    const packed = gzipSync(Buffer.alloc(4_000_000, 0x20))
    const large = () => new Response(packed, { headers: { ...jsonType, 'content-encoding': 'gzip' } })
    const { origin, asked } = await server(large)
    const http = openHttpReader(target(origin), dialect({ limits: { bytes: 100_000 } }))
    await expect(http.read(path`/users`)).rejects.toMatchObject({
      message: 'The answer of "vpn" to GET /users is larger than 100000 bytes.',
    })
    expect([asked.length, packed.length < 100_000]).toEqual([1, true])
  })

  it('of a write that is no JSON leaves open what was done: something else may have answered', async () => {
    const { origin } = await server(
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    )
    await expect(
      openHttpWriter(target(origin), dialect()).send('POST', path`/users`, { json: {} }),
    ).resolves.toEqual({
      outcome: 'uncertain',
      message: 'The answer of "vpn" to POST /users is not JSON but of another type.',
    })
  })
})

describe('a line', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
  it.each([
    ['without an answer', ''],
    ['within the body', `${head}content-length: 100\r\n\r\n[{"id":1}`],
    ['within a chunk', `${head}transfer-encoding: chunked\r\n\r\n20\r\n[{"id":1}`],
    ['between two chunks', `${head}transfer-encoding: chunked\r\n\r\n2\r\n[]\r\n`],
  ])('F2: that is cut %s: a read is sent again, a write is uncertain', async (_says, answer) => {
    const reading = await raw(answer)
    await expect(
      openHttpReader(target(reading.origin), dialect(short)).read(path`/users`),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(
        /^The connection to 127\.0\.0\.1:\d+ of "vpn" broke before its answer was whole \(\w+\)\.$/,
      ) as string,
    })
    expect(reading.asked()).toBe(2)
    const writing = await raw(answer)
    const sent = await openHttpWriter(target(writing.origin), dialect(short)).send('POST', path`/users`, {
      json: {},
    })
    expect([sent.outcome, writing.asked()]).toEqual(['uncertain', 1])
  })

  it.each([
    ['that never answers', (): void => undefined],
    [
      'that drips',
      (socket: Socket): void => {
        socket.write(`${head}content-length: 1000\r\n\r\n`)
        const drip = setInterval(() => socket.write(' '), 20)
        socket.on('close', () => {
          clearInterval(drip)
        })
      },
    ],
  ])('%s ends with the time of the call', async (_says, onSocket) => {
    const reading = await raw('', onSocket)
    await expect(
      openHttpReader(target(reading.origin), dialect(short)).read(path`/users`),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: '"vpn" gave no answer to GET /users within 0.3 s.',
    })
    expect(reading.asked()).toBe(2)
    const writing = await raw('', onSocket)
    await expect(
      openHttpWriter(target(writing.origin), dialect(short)).send('PUT', path`/users/${1}`, { json: {} }),
    ).resolves.toEqual({
      outcome: 'uncertain',
      message: '"vpn" gave no answer to PUT /users/1 within 0.3 s.',
    })
    expect(writing.asked()).toBe(1)
  })

  it('that cannot be made: nothing was sent', async () => {
    const gone = await raw('')
    for (const close of closing.splice(0)) close()
    const http = openHttpWriter(target(gone.origin), dialect(short))
    const message = `No connection to ${gone.origin.slice(7)} of "vpn" could be made (ECONNREFUSED).`
    await expect(http.send('POST', path`/users`, { json: {} })).resolves.toEqual({
      outcome: 'unsent',
      message,
    })
    await expect(http.read(path`/users`)).rejects.toMatchObject({
      code: 'unreachable',
      message,
      fix: 'Check that it runs and that this machine may reach it; HTTPS_PROXY names a proxy where one is needed.',
    })
  })

  it('to a port that is never called: nothing was sent', async () => {
    const http = openHttpWriter(target('http://127.0.0.1:25'), dialect(short))
    await expect(http.send('POST', path`/users`, { json: {} })).resolves.toEqual({
      outcome: 'unsent',
      message: 'No connection to 127.0.0.1:25 of "vpn" could be made (bad port).',
    })
  })

  it('to a name that is not there: nothing was sent, and once is enough', async () => {
    const http = openHttpWriter(target('https://acme.invalid'), dialect())
    const sent = await http.send('POST', path`/users`, { json: {} })
    expect(sent).toMatchObject({ outcome: 'unsent' })
    expect('message' in sent && sent.message).toMatch(
      /^The name acme\.invalid of "vpn" is not found \((ENOTFOUND|EAI_AGAIN)\)\.$/,
    )
  })
})

describe('a secret', () => {
  it('that a system says back is in no message, in whichever encoding', async () => {
    const bytes = Buffer.from(canary)
    const forms = {
      plain: canary,
      spaced: canary.split('').join(' '),
      base64: bytes.toString('base64'),
      'base64 of a pair': Buffer.from(`client:${canary}`).toString('base64'),
      base64url: bytes.toString('base64url'),
      hex: bytes.toString('hex'),
      'hex in capitals': bytes.toString('hex').toUpperCase(),
      url: encodeURIComponent(canary),
      json: JSON.stringify({ secret: canary }),
      html: canary.replaceAll('-', '&#45;'),
      'html throughout': canary.replace(/./g, (sign) => `&#${sign.charCodeAt(0)};`),
      'url throughout': canary.replace(/./g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
      'json throughout': canary.replace(/./g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
      'utf-16': Buffer.from(canary, 'utf16le').toString('latin1'),
      backwards: canary.split('').reverse().join(''),
      split: `${canary.slice(0, 9)}\u001b[0m${canary.slice(9)}`,
      'first characters': canary.slice(0, 11),
      'in capitals': canary.toUpperCase(),
    }
    let now = ''
    const { origin } = await server((context) => context.json({ message: `bad token: ${now} (x)` }, 400))
    const http = openHttpWriter(target(origin), dialect())
    for (const [name, form] of Object.entries(forms)) {
      now = form
      const sent = await http.send('POST', path`/x`, { json: {} })
      const message = 'message' in sent ? sent.message : ''
      expect(message, name).toMatch(/^"vpn" answered POST \/x with 400, "bad token: .*\[secret\].*\(x\)"\.$/)
      const bare = (text: string): string => text.replace(/[^a-z0-9]/gi, '').toLowerCase()
      const own = name === 'base64 of a pair' ? form.slice(12) : form
      for (let at = 0; at + 8 <= bare(own).length && !/html|throughout/.test(name); at++)
        expect(bare(message), name).not.toContain(bare(own).slice(at, at + 8))
    }
  })

  it('that is short, and a token in a header, are not shown either', async () => {
    const { origin } = await server((context) =>
      context.json({ message: 'pw ab#1 and Bearer eyJhbGciOi.x-y' }, 400),
    )
    const http = openHttpWriter(target(origin), dialect())
    http.learn('ab#1')
    const sent = await http.send('POST', path`/x`, { json: {} })
    expect('message' in sent && sent.message).toBe(
      '"vpn" answered POST /x with 400, "pw [secret] and Bearer [secret]".',
    )
  })
})
