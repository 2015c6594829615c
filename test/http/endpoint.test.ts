import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, describe, expect, it } from 'vitest'
import { isBlocked, lookup } from '../../src/connector/http/address.ts'
import { endpointOf } from '../../src/connector/http/endpoint.ts'
import { openHttpReader } from '../../src/connector/http/http.ts'
import { path } from '../../src/connector/http/path.ts'
import { dialect, server, target } from './server.ts'

/** Where credentials may go: one origin, and no place that gives others away. */

/** What a name server answers; every other name is asked for real. */
const answers: Record<string, readonly string[]> = {
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'mixed.example': ['203.0.113.7', 'fe80::1'],
}

const { lookup: asked } = dns
dns.lookup = ((name: string, options: object, done: (...all: unknown[]) => void) => {
  const known = answers[name]
  if (known === undefined) (asked as (...all: unknown[]) => void)(name, options, done)
  else
    done(
      null,
      known.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
}) as never
// what imported it by its name is told too
syncBuiltinESMExports()
afterAll(() => {
  dns.lookup = asked
  syncBuiltinESMExports()
})

describe('an endpoint', () => {
  it.each([
    [undefined, 'is not set'],
    ['acme', 'is not an address'],
    ['https://', 'is not an address'],
    ['https://acme.example/\tx', 'is not an address'],
    ['https:\\\\acme.example', 'is not an address'],
    ['https://ana:pw@acme.example', 'holds a user name or a password'],
    ['https://acme.example@evil.example', 'holds a user name or a password'],
    ['https://acme.example?x=1', 'has a query or a fragment'],
    ['https://acme.example#x', 'has a query or a fragment'],
    ['http://acme.example', 'is not https'],
    ['http://localhost:8080', 'is not https'],
    ['http://127.0.0.1.example', 'is not https'],
    ['http://10.0.0.1', 'is not https'],
    ['ftp://127.0.0.1', 'is not https'],
    ['file:///etc/passwd', 'is not https'],
    ['https://169.254.169.254', 'leads to 169.254.169.254, a link-local or metadata address'],
    ['https://2852039166', 'leads to 169.254.169.254, a link-local or metadata address'],
    ['https://0xA9FEA9FE', 'leads to 169.254.169.254, a link-local or metadata address'],
    ['https://0251.0376.0251.0376', 'leads to 169.254.169.254, a link-local or metadata address'],
    ['https://169.254.43518', 'leads to 169.254.169.254, a link-local or metadata address'],
    ['https://１６９.２５４.169.254', 'leads to 169.254.169.254, a link-local or metadata address'],
    ['https://[::ffff:169.254.169.254]', 'leads to [::ffff:a9fe:a9fe], a link-local or metadata address'],
    ['https://[64:ff9b::169.254.169.254]', 'leads to [64:ff9b::a9fe:a9fe], a link-local or metadata address'],
    ['https://[2002:a9fe:a9fe::1]', 'leads to [2002:a9fe:a9fe::1], a link-local or metadata address'],
    ['https://[::169.254.169.254]', 'leads to [::a9fe:a9fe], a link-local or metadata address'],
    ['https://[fe80::1]', 'leads to [fe80::1], a link-local or metadata address'],
    ['https://[fd00:ec2::254]', 'leads to [fd00:ec2::254], a link-local or metadata address'],
    ['https://100.100.100.200', 'leads to 100.100.100.200, a link-local or metadata address'],
    ['https://0.0.0.0', 'leads to 0.0.0.0, a link-local or metadata address'],
    [
      'https://metadata.google.internal',
      'leads to metadata.google.internal, a link-local or metadata address',
    ],
    [
      'https://METADATA.google.internal.',
      'leads to metadata.google.internal., a link-local or metadata address',
    ],
  ])('%s is refused: %s', (written, what) => {
    expect(() => endpointOf('vpn', written)).toThrow(`The endpoint of "vpn" ${what}.`)
  })

  it.each([
    ['https://acme.api.openvpn.com', 'https://acme.api.openvpn.com', ''],
    ['https://acme.example:8443/identity/', 'https://acme.example:8443', '/identity'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', ''],
    ['http://[::1]:8080', 'http://[::1]:8080', ''],
    ['https://10.0.0.1', 'https://10.0.0.1', ''],
    ['https://[fd12::1]', 'https://[fd12::1]', ''],
  ])('%s is taken', (written, origin, base) => {
    expect(endpointOf('vpn', written, '/v3')).toMatchObject({ origin, base: `${base}/v3` })
  })
})

describe('a name', () => {
  it.each(['metadata.example', 'mapped.example', 'mixed.example'])(
    'that a name server leads to such an address, %s, is not connected to',
    async (host) => {
      const http = openHttpReader(target(`https://${host}`), dialect())
      await expect(http.read(path`/users`)).rejects.toMatchObject({
        code: 'unreachable',
        message: `The name ${host} of "vpn" leads to a link-local or metadata address, and nothing was sent.`,
        fix: 'Check `spec.endpoint` of the System, and what answers for this name.',
      })
      await http.close()
    },
  )

  it('is answered as before where nothing is wrong with it', async () => {
    const addresses = await new Promise((done) => {
      lookup('127.0.0.1', { all: true }, (_error, all) => {
        done(all)
      })
    })
    expect(addresses).toEqual([{ address: '127.0.0.1', family: 4 }])
  })

  it('within fe80::/10 and no further is link-local', () => {
    expect(['fe80::1', 'febf::1', 'fec0::1', '169.253.255.255', '169.255.0.0'].map(isBlocked)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a link to a next page', () => {
  it('is followed at the same origin and below the same path, with credentials', async () => {
    const { origin, asked } = await server((context) => context.json([]))
    const http = openHttpReader(target(origin), dialect({ base: '/v3' }))
    await http.follow(`${origin}/v3/users?marker=2`)
    await http.follow('/v3/users?marker=3')
    await http.follow('users?marker=4')
    expect(asked.map((one) => one.path + one.query)).toEqual([
      '/v3/users?marker=2',
      '/v3/users?marker=3',
      '/v3/users?marker=4',
    ])
    expect(asked.every(({ headers }) => headers.has('authorization'))).toBe(true)
  })

  it('G14: that leads anywhere else is not followed, in any spelling', async () => {
    const other = await server((context) => context.json([]))
    const { origin, asked } = await server((context) => context.json([]))
    const { port } = new URL(origin)
    const http = openHttpReader(target(origin), dialect({ base: '/v3' }))
    const links = [
      `${other.origin}/v3/users`,
      `//${new URL(other.origin).host}/v3/users`,
      `\\\\${new URL(other.origin).host}/v3/users`,
      `/\\${new URL(other.origin).host}/v3/users`,
      `http://localhost:${port}/v3/users`,
      `https://127.0.0.1:${port}/v3/users`,
      `${origin}@${new URL(other.origin).host}/v3/users`,
      `http://ana:pw@127.0.0.1:${port}/v3/users`,
      `${origin}/v2/users`,
      `${origin}/v3/../admin`,
      `${origin}/v3/%2e%2e/admin`,
      `${origin}/v33/users`,
      'file:///etc/passwd',
      'javascript:alert(1)',
      `${origin}/v3/users\r\nx: y`,
    ]
    for (const link of links)
      await expect(http.follow(link), link).rejects.toMatchObject({
        code: 'unreadable',
        message: `"vpn" names a next page that is not below ${origin}/v3.`,
      })
    expect([...asked, ...other.asked]).toEqual([])
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('G14: %i is not followed, to nowhere', async (status) => {
    const other = await server((context) => context.json([]))
    const { origin, asked } = await server((context, { path: at }) =>
      at === '/elsewhere'
        ? context.redirect(`${other.origin}/users`, status as 302)
        : context.redirect('/users-2', status as 302),
    )
    const http = openHttpReader(target(origin), dialect())
    for (const at of [path`/users`, path`/elsewhere`])
      await expect(http.read(at)).rejects.toMatchObject({
        code: 'unreadable',
        message: `"vpn" answered GET ${at} with a redirect (${status}), and redirects are not followed.`,
      })
    expect([asked.length, other.asked.length]).toEqual([2, 0])
  })
})

describe('a path', () => {
  it('holds what comes from outside as one segment', () => {
    expect(path`/users/${'a/../b?c#d%2e ü'}/x`).toBe('/users/a%2F..%2Fb%3Fc%23d%252e%20%C3%BC/x')
    expect(path`/users/${'\ud800'}`).toBe('/users/%EF%BF%BD')
    for (const id of ['', '.', '..'])
      expect(() => path`/users/${id}`).toThrow(
        `A system gave "${id}" as a name or id, which cannot be a part of an address.`,
      )
  })
})
