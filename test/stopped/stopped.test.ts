/** F23: a holder that is stopped past its lease, while another process takes over and works, and then wakes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { bundled } from '../bundled.ts'
import { makeWorld, type Wishes } from '../apply/world.ts'

/** The lease of a minute is over after a third of a second. */
const speed = 200
const from: Wishes = { groups: ['eng'], people: { ana: { role: 'Owner' }, bo: { role: 'Owner' } } }
const anaGoes: Wishes = { ...from, people: { ana: {}, bo: { role: 'Owner' }, chen: {}, dee: {} } }
const boGoes: Wishes = { ...from, people: { ana: { role: 'Owner' }, bo: {} } }
const points =
  process.env['ROLECALL_DEEP'] === '1'
    ? Array.from({ length: 8 }, (_, index) => [`before ${index + 2}`, `after ${index + 2}`]).flat()
    : ['after 2', 'after 3', 'before 4', 'after 4', 'before 7']
const script = await bundled(new URL('./asleep.ts', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'rolecall-stopped-'))
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
})

it.each(points)(
  'stopped %s, it writes nothing down and sends at most what was in flight, and an owner stays',
  async (point) => {
    const began = Date.now()
    const now = (): Date => new Date(began + (Date.now() - began) * speed)
    const root = mkdtempSync(join(base, 'at-'))
    const first = makeWorld(root, { now })
    await first.reach(from)
    await first.ledger.close()
    const what = JSON.stringify({ root, to: anaGoes, point, from: began, speed })
    const child = spawn(process.execPath, [script, what], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let told = ''
    child.stdout.on('data', (text: Buffer) => (told += text.toString()))
    const closed = once(child, 'close')
    try {
      while (!told.includes('asleep\n') && child.exitCode === null) await pause(5)
      expect(told).toBe('asleep\n')
      await pause(400)
      const world = makeWorld(root, { now })
      const report = await world.reach(boGoes)
      expect(report.ending.how).not.toBe('locked')
      const before = await world.ledger.readJournal('asleep')
      child.kill('SIGCONT')
      await closed
      const woken = JSON.parse(told.split('\n')[1] ?? '') as { how: string; sent: number }
      expect(woken.how).toBe('ledger')
      expect(woken.sent).toBeLessThanOrEqual(1)
      expect(await world.ledger.readJournal('asleep')).toEqual(before)
      expect(await world.owners()).not.toEqual([])
      await world.close()
    } finally {
      child.kill('SIGKILL')
    }
  },
  60_000,
)
