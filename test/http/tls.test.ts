import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createHttp, type Server as HttpServer } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openHttpReader } from '../../src/connector/http/http.ts'
import { path } from '../../src/connector/http/path.ts'
import { canary, dialect, server, target } from './server.ts'

/** https with an authority of one's own, and through a proxy: certificates are always checked, and plain http is never handed on. */

const dist = join(import.meta.dirname, '../../dist/connector/http')
const folder = mkdtempSync(join(tmpdir(), 'rolecall-tls-'))
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
const closing: (() => void)[] = []

beforeAll(() => {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const out = ['-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...names, ...out], {
    stdio: 'ignore',
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0)) close()
})

function listen(one: HttpServer): Promise<number> {
  const sockets = new Set<Socket>()
  one.on('connection', (socket: Socket) => sockets.add(socket))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    one.close()
  })
  return new Promise((done) => {
    one.listen(0, '127.0.0.1', () => {
      done((one.address() as AddressInfo).port)
    })
  })
}

async function secure(): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = []
  const one = createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, (request, answer) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`)
    answer.setHeader('content-type', 'application/json').end('["ana"]')
  })
  return { origin: `https://127.0.0.1:${await listen(one)}`, asked }
}

/** A proxy that writes down all it is told, and lets through what it is asked to, or nothing. */
async function proxy(lets = true): Promise<{ origin: string; told: string[] }> {
  const told: string[] = []
  const one = createHttp((request, answer) => {
    told.push(`${request.method ?? ''} ${request.url ?? ''} ${JSON.stringify(request.headers)}`)
    answer.end()
  })
  one.on('connect', (request, socket: Socket) => {
    told.push(`CONNECT ${request.url ?? ''} ${JSON.stringify(request.headers)}`)
    if (!lets) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const [host, port] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    for (const each of [onward, socket]) each.on('error', () => undefined)
    closing.push(() => onward.destroy())
  })
  return { origin: `http://127.0.0.1:${await listen(one)}`, told }
}

/** The built layer in a process of its own: authorities are read when Node starts. */
async function inProcess(origin: string, env: Record<string, string>): Promise<string> {
  const script = `
    const { openHttpReader } = await import(${JSON.stringify(join(dist, 'http.js'))})
    const { path } = await import(${JSON.stringify(join(dist, 'path.js'))})
    const target = { system: 'vpn', endpoint: ${JSON.stringify(origin)}, settings: {}, credentials: {}, root: '/', now: () => new Date() }
    const dialect = { authenticate: async () => ({ headers: { authorization: 'Bearer ${canary}' } }), pace: { reads: 0, writes: 0 }, limits: { attempts: 1 } }
    const http = openHttpReader(target, dialect)
    await http.read(path\`/users\`).then(({ body }) => console.log(JSON.stringify(body)), (error) => console.log(error.message))
    await http.close()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  await new Promise((done) => child.on('close', done))
  return out.trim()
}

describe('a certificate', () => {
  it('that nobody vouches for is refused before anything is sent, and once is enough', async () => {
    const { origin, asked } = await secure()
    const http = openHttpReader(target(origin), dialect())
    await expect(http.read(path`/users`)).rejects.toMatchObject({
      code: 'unreachable',
      message: `The certificate of ${origin.slice(8)} of "vpn" is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
      fix: 'If an authority of your own signs it, name its file in NODE_EXTRA_CA_CERTS; checking cannot be switched off.',
    })
    expect([asked, http.calls]).toEqual([[], 1])
  })

  it('of an authority of one’s own is taken where NODE_EXTRA_CA_CERTS names it', async () => {
    if (!existsSync(dist)) throw new Error('this test runs the built program, so run npm run build first')
    const { origin, asked } = await secure()
    expect(await inProcess(origin, { NODE_EXTRA_CA_CERTS: cert })).toBe('["ana"]')
    expect(asked).toEqual([`GET /users Bearer ${canary}`])
  })
})

describe('a proxy', () => {
  it('is asked for a way to the host, and sees neither credentials nor what is said', async () => {
    const { origin, asked } = await secure()
    const through = await proxy()
    expect(await inProcess(origin, { NODE_EXTRA_CA_CERTS: cert, HTTPS_PROXY: through.origin })).toBe(
      '["ana"]',
    )
    expect(asked).toHaveLength(1)
    expect(through.told).toHaveLength(1)
    expect(through.told[0]).toMatch(`CONNECT ${origin.slice(8)} `)
    expect(through.told[0]).not.toContain(canary)
  })

  it('is passed by where NO_PROXY says so', async () => {
    const { origin, asked } = await secure()
    const through = await proxy()
    const env = { NODE_EXTRA_CA_CERTS: cert, HTTPS_PROXY: through.origin, NO_PROXY: '127.0.0.1' }
    expect(await inProcess(origin, env)).toBe('["ana"]')
    expect([asked.length, through.told]).toEqual([1, []])
  })

  it('that lets nothing through, and one that is not there, are told apart from the system', async () => {
    const { origin } = await secure()
    const walled = await proxy(false)
    vi.stubEnv('HTTPS_PROXY', walled.origin)
    const short = dialect({ limits: { attempts: 1 } })
    await expect(openHttpReader(target(origin), short).read(path`/users`)).rejects.toMatchObject({
      message: `The proxy lets no connection through to ${origin.slice(8)} of "vpn".`,
      fix: 'Check HTTPS_PROXY and NO_PROXY, and what the proxy allows.',
    })
    for (const close of closing.splice(0)) close()
    await expect(openHttpReader(target(origin), short).read(path`/users`)).rejects.toMatchObject({
      message: `No connection to ${origin.slice(8)} of "vpn" could be made (ECONNREFUSED).`,
    })
  })

  it('is never given plain http, which it could read', async () => {
    const { origin, asked } = await server((context) => context.json([]))
    const through = await proxy()
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, through.origin)
    await openHttpReader(target(origin), dialect()).read(path`/users`)
    expect([asked.length, through.told]).toEqual([1, []])
  })
})
