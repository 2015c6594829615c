/** A private Keystone by `keystone.sh`: its own folder, its own port of 127.0.0.1, and an end. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { freePort } from '../postgres/server.ts'

export interface Keystone {
  /** Where its API is, as OS_AUTH_URL has it. */
  readonly url: string
  readonly state: string
}

/** A password that no message may show. */
export const password = 'canary/5ecret'

/** `settings` are variables of the script, as `KEYSTONE_LIST_LIMIT`. */
export async function startKeystone(
  settings: Readonly<Record<string, string>> = {},
): Promise<(Keystone & { readonly stop: () => void }) | { readonly missing: string }> {
  const missing = lacking()
  if (missing !== undefined) return { missing }
  const state = mkdtempSync(join(tmpdir(), 'rolecall-keystone-'))
  const port = await freePort()
  const env = { ...settings, KEYSTONE_STATE: state, KEYSTONE_PORT: String(port), KEYSTONE_PASSWORD: password }
  const { status, stderr } = script('start', env)
  if (status !== 0) throw new Error(stderr)
  return {
    url: `http://127.0.0.1:${port}/v3`,
    state,
    stop: () => {
      script('stop', env)
      rmSync(state, { recursive: true, force: true })
    },
  }
}

/** Puts it back as it was made; a token stays good. */
export function reset(server: Keystone): void {
  told(server, 'reset')
}

/** Remembers how it is now, one time. */
export function save(server: Keystone): void {
  told(server, 'save')
}

/** Puts it back as it was when it was saved. */
export function back(server: Keystone): void {
  told(server, 'back')
}

function told({ state }: Keystone, word: string): void {
  const { status, stderr } = script(word, { KEYSTONE_STATE: state })
  if (status !== 0) throw new Error(stderr)
}

/** Ends it and starts it again at the same place, with other settings. */
export function restart({ url, state }: Keystone, settings: Readonly<Record<string, string>> = {}): void {
  const env = { KEYSTONE_STATE: state, KEYSTONE_PORT: new URL(url).port, KEYSTONE_PASSWORD: password }
  script('stop', env)
  const { status, stderr } = script('start', { ...settings, ...env })
  if (status !== 0) throw new Error(stderr)
}

function script(
  word: string,
  env: Readonly<Record<string, string>>,
): { readonly status: number | null; readonly stderr: string } {
  return spawnSync('bash', [join(import.meta.dirname, 'keystone.sh'), word], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
}

function lacking(): string | undefined {
  const programs = {
    'python3-keystone': '/usr/bin/keystone-manage',
    'uwsgi-plugin-python3': '/usr/lib/uwsgi/plugins/python3_plugin.so',
  }
  const [name] = Object.entries(programs).find(([, file]) => !existsSync(file)) ?? []
  return name && `no ${programs[name as keyof typeof programs]}; install the package ${name}`
}
