/** `rolecall sandbox` as somebody runs it: a process of its own, told from outside what is to go wrong. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cli, rolecall } from '../cli/rolecall.ts'
import { tokenOf, type Answer } from './account.ts'

interface Running {
  readonly said: string
  readonly address: string
  readonly credentials: { readonly clientId: string; readonly clientSecret: string }
  /** One call of the API; without an answer the name of the error. */
  readonly call: (method: string, path: string, body?: object) => Promise<Answer | 'no answer'>
  /** One call of the control. */
  readonly control: (method: string, path: string, body?: unknown, headers?: object) => Promise<Answer>
  readonly end: () => Promise<number | null>
}

const running: Running[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ end }) => end()))
})

async function started(...options: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [cli, 'sandbox', 'cloudconnexa', '--no-limits', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  while (!said.includes('SECRET=')) said += String((await once(child.stdout, 'data'))[0])
  const found = (pattern: RegExp): string => pattern.exec(said)?.[1] ?? ''
  const address = found(/sandbox on (\S+)/)
  const credentials = { clientId: found(/_ID=(\S+)/), clientSecret: found(/_SECRET=(\S+)/) }
  const one: Running = {
    said,
    address,
    credentials,
    call: async (method, path, body) => {
      const token = await tokenOf({ address, credentials })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return await answer(`${address}/api/v1/${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(5000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch(() => 'no answer' as const)
    },
    control: (method, path, body, headers = {}) =>
      answer(`${found(/control on (\S+)/)}${path}`, {
        method,
        headers: { ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    end: async () => {
      if (child.exitCode !== null) return child.exitCode
      child.kill('SIGTERM')
      return (await once(child, 'exit'))[0] as number | null
    },
  }
  running.push(one)
  return one
}

async function answer(url: string, init: RequestInit): Promise<Answer> {
  const { status, headers, text } = await fetch(url, init).then(async (response) => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }))
  return { status, headers, body: headers.get('content-type')?.includes('json') ? JSON.parse(text) : text }
}

interface Users {
  readonly content: readonly { readonly username: string }[]
  readonly totalElements: number
}

const bo = (groupId: string): object => ({ username: 'bo', groupId, role: 'MEMBER' })

async function names(sandbox: Running): Promise<readonly string[] | string> {
  const got = await sandbox.call('GET', 'users')
  return got === 'no answer' ? got : (got.body as Users).content.map(({ username }) => username)
}

async function groupOf(sandbox: Running): Promise<string> {
  const got = (await sandbox.call('GET', 'user-groups')) as Answer
  return (got.body as { readonly content: readonly { readonly id: string }[] }).content[0]!.id
}

describe('on the command line', () => {
  it('a fault and a reading hold from the first call on, the small page and the short token too', async () => {
    const sandbox = await started(
      ...['--fault', 'method=POST,path=/api/v1/users,status=503,after=true,times=1'],
      ...['--unknown', 'created=200', '--largest-page', '1', '--token-seconds', '7'],
    )
    expect(sandbox.said).toMatch(
      /^CloudConnexa sandbox on http:\/\/127\.0\.0\.1:\d+\nexport VPN_CLIENT_ID=\S+\nexport VPN_CLIENT_SECRET=\S+\n$/,
    )
    const groupId = await groupOf(sandbox)
    // it says that it failed, and was carried out
    expect(await sandbox.call('POST', 'users', bo(groupId))).toMatchObject({ status: 503 })
    expect(await sandbox.call('POST', 'users', { ...bo(groupId), username: 'chen' })).toMatchObject({
      status: 200,
    })
    expect(await sandbox.call('GET', 'users')).toMatchObject({
      body: { numberOfElements: 1, totalElements: 3 },
    })
    const pair = Buffer.from(Object.values(sandbox.credentials).join(':')).toString('base64')
    const token = await answer(`${sandbox.address}/api/v1/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${pair}`, 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    })
    expect(token.body).toMatchObject({ expires_in: 7 })
  })

  it('the account is found again in its file by the next one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-sandbox-'))
    const file = join(folder, 'vpn.json')
    const first = await started('--data', file, '--seed', 'new')
    await first.call('POST', 'users', bo(await groupOf(first)))
    expect(await first.end()).toBe(0)
    expect(existsSync(file)).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ topology: 'FULL_MESH' })
    const second = await started('--data', file)
    expect(await names(second)).toEqual(['ana@acme.example', 'bo'])
    expect(second.credentials).toEqual(first.credentials)
    await second.end()
    rmSync(folder, { recursive: true })
  })

  it.each([
    [
      ['--fault', 'path=/api/v1/users'],
      'error: A fault says one thing that goes wrong.\n  It has one of status, delay, hang, drop, page, lag, expire.\n',
    ],
    [
      ['--fault', 'status=503,delay=5'],
      'error: A fault says one thing that goes wrong.\n  It has one of status, delay, hang, drop, page, lag, expire.\n',
    ],
    [
      ['--fault', 'status=99'],
      'error: "status" of a fault is not that.\n  It is a whole number from 200 to 599.\n',
    ],
    [
      ['--fault', 'hang=true,after=true'],
      'error: A fault with hang has no "after".\n  There are: method, path, pageNumber, skip, times, hang.\n',
    ],
    [
      ['--unknown', 'order=sideways'],
      'error: "sideways" is no reading of order.\n  Its readings are stable, unstable.\n',
    ],
    [
      ['--largest-page', '0'],
      'error: "0" is no number of them.\n  Give --largest-page a whole number from 1.\n',
    ],
    [['--control', 'x'], 'error: "x" is no port.\n  Give --port a number from 0 to 65535.\n'],
  ])('%j is refused, and said why', (options, said) => {
    expect(rolecall('.', ['sandbox', 'cloudconnexa', ...options])).toEqual({
      code: 1,
      stdout: '',
      stderr: said,
    })
  })
})

describe('while it runs', () => {
  it('every sort of fault can be asked for at the control, and taken back', async () => {
    const sandbox = await started('--control', '0')
    const groupId = await groupOf(sandbox)
    const asked = async (...rules: readonly object[]): Promise<void> => {
      expect((await sandbox.control('DELETE', '/faults')).status).toBe(204)
      for (const rule of rules) expect((await sandbox.control('POST', '/faults', rule)).status).toBe(204)
    }
    const path = '/api/v1/users'
    await asked({
      path,
      status: 418,
      body: '{"message":"tea"}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await sandbox.call('GET', 'users')).toMatchObject({ status: 418, body: { message: 'tea' } })
    await asked({ path, delay: 300 })
    const from = performance.now()
    expect(await names(sandbox)).toEqual(['ana@acme.example'])
    expect(performance.now() - from).toBeGreaterThan(290)
    await asked({ path, drop: 'body' })
    expect(await names(sandbox)).toBe('no answer')
    await asked({ path, drop: 'request', method: 'POST' })
    expect(await sandbox.call('POST', 'users', bo(groupId))).toBe('no answer')
    expect(await names(sandbox)).toEqual(['ana@acme.example'])
    await asked({ path, drop: 'reply', lag: 1, method: 'POST' })
    expect(await sandbox.call('POST', 'users', bo(groupId))).toBe('no answer')
    expect(await names(sandbox), 'the first look lags').toEqual(['ana@acme.example'])
    expect(await names(sandbox)).toEqual(['ana@acme.example', 'bo'])
    for (const [page, shown] of Object.entries({
      empty: [],
      short: ['ana@acme.example'],
      wrong: [],
      repeated: [],
      moved: ['ana@acme.example', 'bo'],
    })) {
      await asked({ path, page })
      expect(await names(sandbox), page).toEqual(shown)
    }
    await asked({ path: '/api/v1/users/*', method: 'PUT', lag: 2, times: 1 })
    const users = ((await sandbox.call('GET', 'users')) as Answer).body as {
      readonly content: readonly { readonly id: string }[]
    }
    const { id } = users.content[1]!
    expect(await sandbox.call('PUT', `users/${id}/suspend`)).toMatchObject({ status: 200 })
    const statuses = []
    for (let look = 0; look < 3; look += 1)
      statuses.push(
        (((await sandbox.call('GET', `users/${id}`)) as Answer).body as { status: string }).status,
      )
    expect(statuses).toEqual(['INVITED', 'INVITED', 'SUSPENDED'])
    await asked({ path, expire: true })
    expect(await sandbox.call('GET', 'users')).toMatchObject({ status: 401 })
    await asked()
    expect(await names(sandbox)).toEqual(['ana@acme.example', 'bo'])
  }, 60_000)

  it('a call that never answers is one, and the sandbox still ends when it is told to', async () => {
    const sandbox = await started('--control', '0', '--fault', 'path=/api/v1/regions,hang=true')
    const hanging = fetch(`${sandbox.address}/api/v1/regions`).catch(() => 'ended')
    expect(await Promise.race([hanging, names(sandbox)])).toEqual(['ana@acme.example'])
    expect(await sandbox.end()).toBe(0)
    expect(await hanging).toBe('ended')
  })

  it('unknowns are read another way from then on', async () => {
    const sandbox = await started('--control', '0')
    const groupId = await groupOf(sandbox)
    expect(await sandbox.call('POST', 'users', bo(groupId))).toMatchObject({ status: 201 })
    expect((await sandbox.control('PUT', '/unknowns', { created: '200', pageBeyond: 'refuse' })).status).toBe(
      200,
    )
    expect((await sandbox.control('GET', '/unknowns')).body).toMatchObject({
      created: '200',
      pageBeyond: 'refuse',
      order: 'stable',
    })
    expect(await sandbox.call('POST', 'users', { ...bo(groupId), username: 'chen' })).toMatchObject({
      status: 200,
    })
    expect(await sandbox.call('GET', 'users?page=9')).toMatchObject({ status: 400 })
  })

  it('it tells what was called, and counts anew when it is asked to', async () => {
    const sandbox = await started('--control', '0')
    await sandbox.call('GET', 'users?page=0')
    expect((await sandbox.control('GET', '/calls')).body).toEqual([
      { method: 'POST', path: '/api/v1/oauth/token', query: '' },
      { method: 'GET', path: '/api/v1/users', query: 'page=0' },
    ])
    await sandbox.control('DELETE', '/calls')
    expect((await sandbox.control('GET', '/calls')).body).toEqual([])
  })

  it('neither address passes for the other, and no page in a browser reaches the control', async () => {
    const sandbox = await started('--control', '0')
    expect(await sandbox.call('POST', '../../faults', { status: 500 })).toMatchObject({ status: 404 })
    expect(await sandbox.control('GET', '/api/v1/users')).toMatchObject({ status: 404 })
    const origin = { origin: 'https://evil.example' }
    expect(await sandbox.control('POST', '/faults', { status: 500 }, origin)).toMatchObject({ status: 403 })
    expect(await names(sandbox)).toEqual(['ana@acme.example'])
  })

  it('what is no fault or no reading changes nothing, and is told why', async () => {
    const sandbox = await started('--control', '0')
    const refused = async (method: string, path: string, body: unknown): Promise<unknown> => {
      const { status, body: said } = await sandbox.control(method, path, body)
      return [status, said]
    }
    expect(await refused('POST', '/faults', [{ status: 500 }, { drop: 'all' }])).toEqual([
      400,
      '"drop" of a fault is not that. It is one of request, reply, body.\n',
    ])
    expect(await refused('PUT', '/unknowns', { order: 'unstable', created: 200 })).toEqual([
      400,
      '"200" is no reading of created. Its readings are 201, 200.\n',
    ])
    expect(await refused('PUT', '/unknowns', [])).toEqual([400, 'The body is no object.\n'])
    expect((await sandbox.control('GET', '/unknowns')).body).toMatchObject({ order: 'stable' })
    expect(await names(sandbox)).toEqual(['ana@acme.example'])
  })
})
