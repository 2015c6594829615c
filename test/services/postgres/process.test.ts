import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { firstBroken } from '../../../src/ledger/audit.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { openPostgres, type PostgresPlace } from '../../../src/ledger/postgres.ts'
import { bundled } from '../../bundled.ts'
import { taken } from '../../ledger/suite.ts'
import { dropPlace, newPlace, withPostgres } from './place.ts'

const script = await bundled(new URL('./worker.ts', import.meta.url))

withPostgres('processes that share a ledger', () => {
  let place: PostgresPlace
  let ledger: Ledger
  const children: ChildProcess[] = []
  const now = (): Date => new Date()

  /** A worker, and what it says. */
  const worker = (part: string, name: string, at = place) => {
    const child = spawn(process.execPath, [script, part, JSON.stringify(at), name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    return { child, lines, ended: once(child, 'close') }
  }

  beforeEach(async () => {
    place = newPlace()
    ledger = await openPostgres(place, { now, isGone: ({ run }) => run === 'paused' })
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await ledger.close()
    await dropPlace(place)
  })

  it('keeps what it acknowledged when the process is killed', async () => {
    const { child, lines, ended } = worker('append', 'r1')
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBeGreaterThan(100)
    child.kill('SIGKILL')
    await ended
    const kept = (await ledger.readJournal('r1')).map(({ record }) => record['n'])
    expect(kept.length).toBeGreaterThanOrEqual(Number(lines.at(-1)))
    expect(kept).toEqual(kept.map((_, index) => index + 1))
  })

  it('F23: a holder that stops in the middle of a write, and is taken over, writes nothing when it wakes up', async () => {
    const patience = { connect: 5000, statement: 5000, lock: 4000, idle: 1000, silence: 8000 }
    const { child, lines, ended } = worker('pause', 'paused', { ...place, patience })
    await expect.poll(() => lines, { timeout: 30_000 }).toEqual(['stops'])

    // waits until the server has given up the transaction of the one that sleeps
    const lock = await taken(ledger, 'vpn', 'r2')
    expect(lock.generation).toBe(2)
    await ledger.write([{ do: 'journal', run: 'r2', records: [{ by: 'r2' }] }])
    child.kill('SIGCONT')
    await ended
    expect(lines).toEqual(['stops', 'LockLost'])
    expect(await ledger.readJournal('paused')).toEqual([])
  })

  it('nobody takes a lock over while its holder writes, however late it is', async () => {
    const patience = { connect: 9000, statement: 9000, lock: 8000, idle: 7000, silence: 9000 }
    const { child, lines, ended } = worker('pause', 'paused', { ...place, patience })
    await expect.poll(() => lines, { timeout: 30_000 }).toEqual(['stops'])
    let over = false
    const takeover = taken(ledger, 'vpn', 'r2').then(() => (over = true))
    await pause(1000)
    expect(over).toBe(false)
    child.kill('SIGCONT')
    await Promise.all([ended, takeover])
    expect(lines).toEqual(['stops', 'written'])
    expect(await ledger.readJournal('paused')).toHaveLength(1)
  })

  it('F22: two that race for a lock begin each of 50 plans once, and nothing they write is lost or doubled', async () => {
    const racers = ['ana', 'bo'].map((name) => worker('race', name))
    await Promise.all(racers.map(({ ended }) => ended))
    const said = racers.flatMap(({ lines }) => lines)
    expect(said).toHaveLength(100)
    expect(new Set(said.filter((line) => line.endsWith(' begun') && !line.includes('was'))).size).toBe(50)
    expect(said.filter((line) => line.includes('was begun'))).toHaveLength(50)
    expect(await ledger.runs(1000)).toHaveLength(50)
    expect(await ledger.spent('a')).toBe(50)
    const rounds = (await ledger.readJournal('all')).map(({ record }) => record['round'])
    expect(rounds).toEqual([...Array(50).keys()])
    expect(await firstBroken(ledger.auditRecords())).toBeUndefined()
    expect((await taken(ledger, 'vpn', 'after')).generation).toBe(101)
  })
})
