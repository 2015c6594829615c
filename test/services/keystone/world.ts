/**
 * A repository beside a real Keystone: manifests in, what the program says out, and the plain API for what others do
 * behind its back. The Keystone is put back before each group of tests.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { run } from '../../../src/commands/program.ts'
import { password, reset, type Keystone } from './server.ts'

const provided = inject('keystone')

/** `describe` for what needs the server, put back once; skipped, with the reason in its name, where there is none. */
export function withKeystone(name: string, tests: () => void): void {
  if ('missing' in provided) {
    describe.skip(`${name} (skipped: ${provided.missing})`, tests)
    return
  }
  // a test is many calls of a server that has no cache
  describe(name, { timeout: 600_000 }, () => {
    const taken = join(provided.state, 'taken')
    beforeAll(async () => {
      await alone(taken)
      reset(provided)
    }, 3_600_000)
    afterAll(() => {
      rmdirSync(taken)
    })
    tests()
  })
}

/** The files of tests run side by side, and there is one server: each group has it for itself. */
async function alone(taken: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(taken)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

export function keystone(): Keystone {
  if ('missing' in provided) throw new Error(provided.missing)
  return provided
}

interface Answer {
  readonly status: number
  readonly body: Body
  readonly token: string | null
}

/** What answers hold, as far as tests look at it. */
interface Body {
  readonly role_assignments: readonly { readonly role: { readonly id: string } }[]
  readonly token: { readonly roles: readonly unknown[] }
  readonly application_credential: { readonly id: string; readonly secret: string }
  readonly project: unknown
  readonly [member: string]: unknown
}

/** One call of the plain API, as whoever the token is; the administrator on the system where none is named. */
export async function api(
  method: string,
  path: string,
  json?: unknown,
  { token, at = keystone() }: { readonly token?: string; readonly at?: Pick<Keystone, 'url'> } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (path !== '/auth/tokens' || method !== 'POST') headers['x-auth-token'] = token ?? (await adminToken(at))
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  const text = await response.text()
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Body
  return { status: response.status, body, token: response.headers.get('x-subject-token') }
}

const tokens = new Map<string, string>()

async function adminToken(at: Pick<Keystone, 'url'>): Promise<string> {
  const known = tokens.get(at.url)
  if (known !== undefined) return known
  const { token } = await signIn('admin', password, { system: { all: true } }, { at })
  if (token === null) throw new Error('no token for the administrator')
  tokens.set(at.url, token)
  return token
}

/** Signs in with a password. */
export function signIn(
  name: string,
  secret: string,
  scope?: unknown,
  {
    domain = 'default',
    at = keystone(),
  }: { readonly domain?: string; readonly at?: Pick<Keystone, 'url'> } = {},
): Promise<Answer> {
  const user = { name, domain: { id: domain }, password: secret }
  const identity = { methods: ['password'], password: { user } }
  return api(
    'POST',
    '/auth/tokens',
    { auth: { identity, ...(scope === undefined ? {} : { scope }) } },
    { at },
  )
}

/** Makes a thing and gives its id. */
export async function make(
  what: string,
  values: Record<string, unknown>,
  at?: Pick<Keystone, 'url'>,
): Promise<string> {
  const { status, body } = await api('POST', `/${what}s`, { [what]: { ...values } }, at && { at })
  if (status !== 201) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`)
  return (body[what] as { readonly id: string }).id
}

/** The id of what has this name. */
export async function idOf(what: string, name: string, domain?: string): Promise<string> {
  const within = domain === undefined ? '' : `&domain_id=${domain}`
  const { body } = await api('GET', `/${what}s?name=${encodeURIComponent(name)}${within}`)
  const found = (body[`${what}s`] as readonly { readonly id: string; readonly name: string }[]).find(
    (one) => one.name === name,
  )
  if (found === undefined) throw new Error(`there is no ${what} ${name}`)
  return found.id
}

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface StackWorld {
  readonly root: string
  /** Writes one manifest file below `access`, or `rolecall.yaml`. */
  write(file: string, text: string): void
  read(file: string): string
  /** The program as a person starts it, with the variables that OpenStack's tools take. */
  rolecall(...args: readonly string[]): Promise<Said>
  /** The same with variables of the environment of one's own in place of the administrator's. */
  as(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said>
  /** Applies what is declared; passwords go to a file beside. */
  apply(...args: readonly string[]): Promise<Said>
  /** Passwords that went there, by account. */
  passwords(): ReadonlyMap<string, string>
}

const cleanup: (() => void)[] = []

afterAll(() => {
  for (const clean of cleanup.splice(0).reverse()) clean()
  process.exitCode = undefined
})

/** `system`: further lines of the System's spec, each indented by two. */
export function stackWorld(system = '', at: Pick<Keystone, 'url'> = keystone()): StackWorld {
  const root = mkdtempSync(join(tmpdir(), 'rolecall-stack-'))
  const sink = `${root}.passwords`
  const home = process.cwd()
  cleanup.push(() => {
    process.chdir(home)
    for (const path of [root, sink]) rmSync(path, { recursive: true, force: true })
  })
  const write = (file: string, text: string): void => {
    const path = file === 'rolecall.yaml' ? join(root, file) : join(root, 'access', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  write(
    'rolecall.yaml',
    `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: stack}
spec:
  connector: openstack
  stage: full
${system}`,
  )
  const as = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said> => {
    const said = { out: '', err: '' }
    process.exitCode = undefined
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('OS_'))
    const code = await run(['-C', root, ...args], {
      env: { ...Object.fromEntries(others), ...env, CI: 'true' },
      now: () => new Date(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      sees: { out: false, err: false },
      answers: false,
      colour: { out: false, err: false },
      width: 400,
    })
    process.chdir(home)
    return { code, ...said }
  }
  const rolecall = (...args: readonly string[]): Promise<Said> => as(adminEnv(at), ...args)
  return {
    root,
    write,
    read: (file) => readFileSync(join(root, 'access', file), 'utf8'),
    as,
    rolecall,
    apply: (...args) => rolecall('apply', '--auto-approve', '--secrets-to', `file:${sink}`, ...args),
    passwords: () =>
      new Map(
        readFileSync(sink, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { account: string; password: string })
          .map(({ account, password: made }) => [account, made]),
      ),
  }
}

/** As `openrc` files set them. */
export function adminEnv(at: Pick<Keystone, 'url'> = keystone()): Readonly<Record<string, string>> {
  return {
    OS_AUTH_URL: at.url,
    OS_USERNAME: 'admin',
    OS_PASSWORD: password,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_NAME: 'admin',
    OS_PROJECT_DOMAIN_NAME: 'Default',
  }
}

export function document(kind: string, name: string, spec: object, metadata: object = {}): string {
  return `${JSON.stringify({ apiVersion: 'rolecall/v1', kind, metadata: { name, ...metadata }, spec })}\n`
}

export function documents(...all: readonly string[]): string {
  return all.join('---\n')
}
