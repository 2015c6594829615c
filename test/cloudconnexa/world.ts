/**
 * A repository beside a CloudConnexa that runs in this process: manifests in, what the program says and what the account
 * looks like out. The program is the real one, with a border whose clock stands still while it waits.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterEach } from 'vitest'
import { run } from '../../src/commands/program.ts'
import {
  startCloudConnexa,
  type CloudConnexaSandbox,
  type SandboxOptions,
} from '../../src/sandbox/cloudconnexa/index.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface VpnWorld {
  readonly root: string
  readonly sandbox: CloudConnexaSandbox
  /** Writes one manifest file; `vpn.yaml` holds the System unless it is written anew. */
  write(file: string, text: string): void
  /** The program as a person starts it. */
  rolecall(...args: readonly string[]): Promise<Said>
  /** Done the next time that the program waits. */
  whileItWaits(then: () => void): void
  /** Calls so far that write, as `PUT /api/v1/users/3`; from now on they are counted anew. */
  writes(): readonly string[]
}

const cleanup: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const clean of cleanup.splice(0).reverse()) await clean()
  process.exitCode = undefined
})

/** Noon of the day on which all tests are judged. */
const today = new Date('2026-11-25T12:00:00Z')

export async function vpnWorld(
  options: SandboxOptions & { readonly system?: string; readonly settings?: string } = {},
): Promise<VpnWorld> {
  const { system = '', settings = '', ...rest } = options
  let passed = 0
  const meanwhile: (() => void)[] = []
  const now = (): Date => new Date(today.getTime() + passed)
  const sandbox = await startCloudConnexa({ limits: 'off', now, ...rest })
  const root = mkdtempSync(join(tmpdir(), 'rolecall-vpn-'))
  const home = process.cwd()
  cleanup.push(async () => {
    process.chdir(home)
    await sandbox.close()
    rmSync(root, { recursive: true, force: true })
  })
  const write = (file: string, text: string): void => {
    const path = file === 'rolecall.yaml' ? join(root, file) : join(root, 'access', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  write(
    'rolecall.yaml',
    `apiVersion: rolecall/v1\nkind: Settings\nmetadata: {name: acme}\nspec: {${settings}}\n`,
  )
  write('vpn.yaml', systemText(sandbox.address, system))
  const env = { VPN_ID: sandbox.credentials.clientId, VPN_SECRET: sandbox.credentials.clientSecret }
  const rolecall = async (...args: readonly string[]): Promise<Said> => {
    const said = { out: '', err: '' }
    process.exitCode = undefined
    const code = await run(['-C', root, ...args], {
      env: { ...process.env, ...env, CI: 'true' },
      now,
      sleep: (milliseconds) => {
        passed += milliseconds
        for (const then of meanwhile.splice(0)) then()
        return Promise.resolve()
      },
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      sees: { out: false, err: false },
      answers: false,
      colour: { out: false, err: false },
      width: 120,
    })
    process.exitCode = undefined
    return { code, ...said }
  }
  const writes = (): readonly string[] => {
    const sent = sandbox.calls.splice(0)
    return sent
      .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/oauth/token'))
      .map(({ method, path }) => `${method} ${path}`)
  }
  const whileItWaits = (then: () => void): void => {
    meanwhile.push(then)
  }
  return { root, sandbox, write, rolecall, whileItWaits, writes }
}

/** A System named vpn; `more` are further keys of its spec, one a line. */
export function systemText(endpoint: string, more = ''): string {
  return [
    'apiVersion: rolecall/v1',
    'kind: System',
    'metadata: {name: vpn}',
    'spec:',
    '  connector: cloudconnexa',
    `  endpoint: ${endpoint}`,
    '  credentials: {clientId: {env: VPN_ID}, clientSecret: {env: VPN_SECRET}}',
    ...(more.includes('stage:') ? [] : ['  stage: full']),
    ...(more.includes('owners:') ? [] : ['  owners: {minimum: 1}']),
    ...more
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** Documents of one file: each a kind, a handle and a spec in flow or block form. */
export function documents(...all: readonly (readonly [kind: string, name: string, spec: string])[]): string {
  return all
    .map(([kind, name, spec]) => {
      const body = !spec.startsWith('{') ? `\n${spec.replace(/^(?=.)/gm, '  ')}` : ` ${spec}`
      return `apiVersion: rolecall/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:${body}\n`
    })
    .join('---\n')
}
