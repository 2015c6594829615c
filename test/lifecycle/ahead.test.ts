/** Systems are read while the manifests are, and only those that nobody has anything to say against. */
import { createServer, type Server } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readingAhead } from '../../src/commands/ahead.ts'
import { processBorder } from '../../src/commands/border.ts'
import { openLog } from '../../src/commands/logger.ts'
import { systemsAhead } from '../../src/manifest/systems-ahead.ts'
import { descriptions } from '../../src/systems/registry.ts'
import { git } from '../cli/branch.ts'
import { within, type Told } from './travel.ts'

const env = { OS_USERNAME: 'admin', OS_PASSWORD: 'a-password-of-twenty' }

/** A server that counts what it is asked. */
class Asked {
  count = 0
  readonly #server: Server

  /** `status` undefined: it never answers. */
  constructor(status?: number) {
    this.#server = createServer((_, response) => {
      this.count += 1
      if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    return this
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get connections(): Promise<number> {
    return new Promise((done) => {
      this.#server.getConnections((_, count) => {
        done(count)
      })
    })
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

let root: string
const servers: Asked[] = []
const server = async (status?: number): Promise<Asked> => {
  const listening = await new Asked(status).listen()
  servers.push(listening)
  return listening
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rolecall-ahead-'))
})
afterEach(() => {
  for (const each of servers.splice(0)) each.close()
  rmSync(root, { recursive: true })
})

function put(file: string, ...documents: string[]): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), documents.join('---\n'))
}

const document = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'rolecall/v1', kind, metadata: { name }, spec })}\n`
const settings = (spec: object = {}): string => document('Settings', 'acme', spec)
const system = (name: string, endpoint: string, spec: object = {}): string =>
  document('System', name, { connector: 'openstack', endpoint, ...spec })
/** So many that a call has left before all are read. */
const others = Array.from({ length: 500 }, (_, at) => document('User', `p${at}`, {}))
const plan = (...words: string[]): Promise<Told> => within({ env }, root, 'plan', ...words)

it('a plan of manifests at fault has begun to read, and lets go of a system that does not answer', async () => {
  const slow = await server()
  put('rolecall.yaml', settings(), system('stack', slow.origin))
  put('access/people.yaml', document('User', 'ana', { emial: 'ana@acme.example' }))
  put('access/others.yaml', ...others)
  const { code, stderr } = await plan()
  expect([code, stderr]).toEqual([1, expect.stringContaining('emial') as string])
  expect(slow.count).toBe(1)
  await expect.poll(() => slow.connections).toBe(0)
}, 10_000)

it.each<[string, (origin: string) => string[]]>([
  ['a System', (origin) => [system('stack', origin, { endpont: 'x' })]],
  ['the settings of a System', (origin) => [system('stack', origin, { settings: { domian: 'x' } })]],
  ['the profile of a System', (origin) => [system('stack', origin, { profile: 'cloudpvs' })]],
  ['a System of the same name', (origin) => [system('stack', origin), system('stack', origin)]],
  ['a System that looks like another', (origin) => [system('stack', origin), system('st\u0430ck', origin)]],
  [
    'another System',
    (origin) => [system('stack', origin), system('vpn', 'http://127.0.0.1:1', { stgae: 1 })],
  ],
  ['an Acceptance', (origin) => [system('stack', origin), document('Acceptance', 'one', {})]],
  ['Settings elsewhere', (origin) => [system('stack', origin), settings()]],
  ['the form of the text', (origin) => [system('stack', origin), 'kind: System\n  name: x\n']],
])('nothing is asked of any system where something is at fault with %s', async (_, documents) => {
  const asked = await server(404)
  put('rolecall.yaml', settings())
  put('access/systems.yaml', ...documents(asked.origin))
  put('access/others.yaml', ...others)
  expect((await plan()).code).toBe(1)
  expect(asked.count).toBe(0)
})

it('a system that is not asked for is not read', async () => {
  const [one, other] = [await server(404), await server(404)]
  put('rolecall.yaml', settings(), system('one', one.origin), system('other', other.origin))
  put('access/people.yaml', document('User', 'ana', { accounts: { one: {}, other: {} } }))
  expect((await plan('--system', 'one')).code).toBe(4)
  expect([one.count, other.count]).toEqual([1, 0])
})

it('where a pull request points a system at is not asked before it is merged', async () => {
  const [merged, requested] = [await server(404), await server(404)]
  put('rolecall.yaml', settings({ protectedRef: 'main' }), system('stack', merged.origin))
  put('access/people.yaml', document('User', 'ana', { accounts: { stack: {} } }))
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '.')
  git(root, 'commit', '-qm', 'first')
  git(root, 'checkout', '-q', '-b', 'change')
  put('rolecall.yaml', settings({ protectedRef: 'main' }), system('stack', requested.origin))
  git(root, 'commit', '-qam', 'elsewhere')
  expect((await plan()).code).toBe(4)
  expect([merged.count, requested.count]).toEqual([1, 0])
})

it('what was read ahead is read again where the System turns out to say something else', async () => {
  const [before, after] = [await server(404), await server(404)]
  const configOf = (origin: string) => {
    const text = [settings(), system('stack', origin)].join('---\n')
    const [config] = systemsAhead([{ file: 'rolecall.yaml', text }], descriptions)
    if (config === undefined) throw new Error('no system')
    return { ...config, owners: { anchors: [], minimum: 1 } }
  }
  const ahead = readingAhead(() => true, {
    ...processBorder(true),
    env,
    log: openLog({ format: 'text', level: 'silent', write: () => undefined }),
  })
  await ahead.begin([configOf(before.origin)], root)
  await ahead.read(configOf(before.origin), root)
  expect([before.count, after.count]).toEqual([1, 0])
  await ahead.read(configOf(after.origin), root)
  expect([before.count, after.count]).toEqual([1, 1])
  await ahead.end()
})
