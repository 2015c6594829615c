/**
 * F26, G23: SIGINT and SIGTERM as the program hears them, at moments spread over an apply. `ROLECALL_DEEP=1` has each signal
 * at each of them; otherwise each signal and each moment comes once.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'libsql'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli, put, quickstart, rolecall, temporary } from './rolecall.ts'

const isDeep = process.env['ROLECALL_DEEP'] === '1'
/** Enough grants that an apply sends several batches, from so few documents that they take no time to speak of. */
const each = { projects: 20, roles: 14, subjects: ['user: ana', 'user: chen', 'user: dana', 'group: oncall'] }
const also: readonly [NodeJS.Signals, string][] = [
  ['SIGTERM', '500 of'],
  ['SIGINT', '1000 of'],
]
const preload = join(import.meta.dirname, 'signal.cjs')
let prepared: string

beforeAll(() => {
  prepared = quickstart()
  const projects = Array.from({ length: each.projects }, (_, index) => `web-${index}`)
  const roles = Array.from({ length: each.roles }, (_, index) => `role-${index}`)
  const targets = [
    ...projects.map((name) => document('Project', name, '{system: workshop, type: openstack}')),
    ...roles.map((name) => document('Role', name, '{system: workshop}')),
  ]
  put(prepared, 'access/targets.yaml', targets.join('---\n'))
  rolecall(prepared, ['-q', 'apply', '--auto-approve'])
  const subjects = each.subjects.map((one) => `{${one}}`).join(', ')
  const resources = projects.map((name) => `{project: ${name}}`).join(', ')
  const spec = `{systems: [workshop], subjects: [${subjects}], roles: [${roles.join(', ')}], resources: [${resources}]}`
  put(prepared, 'access/many.yaml', document('AccessPolicy', 'many', spec))
})

function document(kind: string, name: string, spec: string): string {
  return `apiVersion: rolecall/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`
}

interface Ended {
  readonly code: number | null
  /** Milliseconds from the last signal on. */
  readonly after: number
  readonly stdout: string
}

interface Running {
  readonly root: string
  readonly ends: () => Promise<Ended>
  /** Sends the signals, and tells how the program ended. */
  readonly sent: (...signals: readonly NodeJS.Signals[]) => Promise<Ended>
}

/** Starts an apply; `itself` says when a signal reaches it, from itself. */
function start(root: string, itself: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, ['--require', preload, cli, 'apply', '--auto-approve'], {
    cwd: root,
    env: { ...process.env, CI: 'true', NO_COLOR: '1', ...itself },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  const closed = once(child, 'close') as Promise<[number | null]>
  let began = performance.now()
  const ends = async (): Promise<Ended> => {
    const [code] = await closed
    return { code, after: performance.now() - began, stdout }
  }
  return {
    root,
    ends,
    sent: async (...signals) => {
      for (const [index, signal] of signals.entries()) {
        if (index > 0) await pause(300)
        began = performance.now()
        child.kill(signal)
      }
      return ends()
    },
  }
}

function copied(): string {
  const root = temporary()
  cpSync(prepared, root, { recursive: true })
  return root
}

/** While somebody else writes the system, for as long as `work` lasts. */
async function whileHeld<T>(root: string, work: () => Promise<T>): Promise<T> {
  const other = new Database(join(root, '.rolecall/workshop.db'))
  other.exec('BEGIN IMMEDIATE')
  try {
    return await work()
  } finally {
    other.exec('ROLLBACK')
    other.close()
  }
}

/** Resolves once the ledger says that something is about to be sent, and a moment later, when it is being sent. */
async function aboutToSend(root: string): Promise<void> {
  const ledger = new Database(join(root, '.rolecall/ledger.db'))
  const intents = (): number => {
    const found = ledger
      .prepare(`SELECT count(*) AS n FROM journal WHERE record LIKE '{"type":"intent"%'`)
      .get()
    return (found as { n: number }).n
  }
  const before = intents()
  while (intents() === before) await pause(10)
  ledger.close()
  await pause(200)
}

/** The next run gets the lock at once, and does what was left. */
function expectConverges(root: string): void {
  const again = rolecall(root, ['-q', 'apply', '--auto-approve'])
  expect([again.code, again.stderr]).toEqual([0, ''])
  expect(rolecall(root, ['-q', 'plan', '--detailed-exitcode']).code).toBe(0)
}

describe('an apply that is told to stop', () => {
  it.each<[NodeJS.Signals, string]>([['SIGINT', '500 of'], ['SIGTERM', '1000 of'], ...(isDeep ? also : [])])(
    'by %s after %s all: the code is 130, and the next run does the rest',
    async (signal, text) => {
      const root = copied()
      const { code, after, stdout } = await start(root, { SIGNAL: signal, SIGNAL_AT: text }).ends()
      expect(code).toBe(130)
      const done = /^Interrupted: (\d+) done, \d+ skipped\.\nA second run sends what is left\.$/m.exec(
        stdout,
      )?.[1]
      expect([done, after < 60_000]).toEqual([text.replace(' of', ''), true])
      expectConverges(root)
    },
    60_000,
  )

  it('by SIGTERM as it opens its ledger: the code is 130, nothing is sent, and the next run does all', async () => {
    const root = copied()
    const { code, stdout } = await start(root, { SIGNAL: 'SIGTERM', SIGNAL_AT: 'listening' }).ends()
    expect(code).toBe(130)
    expect(stdout).toMatch(/^Interrupted: \d+ skipped\.$/m)
    expectConverges(root)
  }, 60_000)

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'by %s while another program holds the system: what is in flight is uncertain, within five seconds',
    async (signal) => {
      const root = copied()
      const { code, after, stdout } = await whileHeld(root, async () => {
        const running = start(root)
        await aboutToSend(root)
        return running.sent(signal)
      })
      expect(code).toBe(130)
      expect(after).toBeLessThan(5000)
      expect(stdout).toMatch(/^Interrupted: 500 uncertain, \d+ skipped\.$/m)
      expectConverges(root)
    },
    60_000,
  )

  it('by a second signal: it ends at once, and the next run reads back what was in flight', async () => {
    const root = copied()
    const { code, after, stdout } = await whileHeld(root, async () => {
      const running = start(root)
      await aboutToSend(root)
      return running.sent('SIGINT', 'SIGINT')
    })
    expect([code, stdout]).toEqual([130, ''])
    expect(after).toBeLessThan(2000)
    expectConverges(root)
  }, 60_000)
})
