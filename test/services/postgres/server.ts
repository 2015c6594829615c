/**
 * A private PostgreSQL server from the programs of this machine (Debian's package `postgresql`): its own directory, its
 * own port of 127.0.0.1, and an end. Started as a user without rights where the tests run as root, as it refuses root.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import pg from 'pg'

export interface Server {
  /** Of the superuser, over TCP, without TLS. */
  readonly url: string
  readonly port: number
  readonly directory: string
  /** Starts it again after `stop`; with more settings. */
  readonly start: (...settings: readonly string[]) => Promise<void>
  readonly halt: () => Promise<void>
  /** Ends it and removes its files. */
  readonly stop: () => Promise<void>
}

/** A password that no message may show. */
export const password = 'canary/5ecret'

export async function startPostgres(
  ...settings: readonly string[]
): Promise<Server | { readonly missing: string }> {
  const programs = folder()
  if (programs === undefined) {
    return { missing: 'no initdb in /usr/lib/postgresql/*/bin or on PATH; install the package postgresql' }
  }
  const user = unprivileged()
  if (user === undefined) return { missing: 'as root, and there is no user postgres or nobody to run it as' }

  const directory = mkdtempSync(join(tmpdir(), 'rolecall-postgres-'))
  const data = join(directory, 'data')
  writeFileSync(join(directory, 'password'), password)
  for (const path of [directory, join(directory, 'password')]) chownSync(path, user.uid, user.gid)
  const as = { ...user, cwd: directory, env: { ...process.env, LC_ALL: 'C.UTF-8' } }
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'admin', '-A', 'scram-sha-256', `--pwfile=${directory}/password`, '-E', 'UTF8'],
    { ...as, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)

  const port = await freePort()
  const url = `postgres://admin:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`
  let child: ChildProcess | undefined
  const start = async (...more: readonly string[]): Promise<void> => {
    const options = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`]
    const written = [...options, ...settings, ...more].flatMap((setting) => ['-c', setting])
    child = spawn(join(programs, 'postgres'), ['-D', data, ...written], { ...as, stdio: 'ignore' })
    await answering(url, child)
  }
  const halt = async (): Promise<void> => {
    if (child?.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGINT') // ends its sessions and itself
    await ended
  }
  await start()
  return {
    url,
    port,
    directory,
    start,
    halt,
    stop: async () => {
      await halt()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Runs SQL as the superuser, or as whom the URL says. */
export async function sql<T extends object = Record<string, unknown>>(
  url: string,
  text: string,
  ...values: readonly unknown[]
): Promise<T[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await (values.length === 0 ? client.query<T>(text) : client.query<T>(text, [...values]))).rows
  } finally {
    await client.end()
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Where initdb and postgres are: the newest that Debian has installed, else the path. */
function folder(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  return [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ].find((path) => existsSync(join(path, 'initdb')))
}

/** Whom to run the server as; nobody else than oneself where one is not root. */
export function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  const { getuid, getgid } = process
  if (getuid === undefined || getgid === undefined) return undefined
  if (getuid() !== 0) return { uid: getuid(), gid: getgid() }
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  return undefined
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}`)
    try {
      await sql(url, 'select 1')
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error('postgres did not answer within 10 seconds')
}
