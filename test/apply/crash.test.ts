import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Progress } from '../../src/apply/ports.ts'
import { exitOf, type RunReport } from '../../src/apply/report.ts'
import { LedgerUnreachable, type Ledger } from '../../src/ledger/ledger.ts'
import { openSqlite } from '../../src/ledger/sqlite.ts'
import type { Plan } from '../../src/model/plan.ts'
import { bundled } from '../bundled.ts'
import { Killer, watching } from './faults.ts'
import { makeWorld, reasonOf, system, told, type Wishes, type World } from './world.ts'

const script = await bundled(new URL('./killed.ts', import.meta.url))
const start: Wishes = {
  groups: ['eng', 'ops'],
  people: {
    ana: { role: 'Owner', groups: ['eng'] },
    bo: { groups: ['eng'] },
    chen: { groups: ['ops'] },
    dee: {},
  },
  policies: { eng: 'payroll' },
}
/** A grant, a handover, a removal, a rename: every phase of a run. */
const next: Wishes = {
  groups: ['eng', 'operations'],
  renamed: { ops: 'operations' },
  people: {
    ana: { groups: ['eng'] },
    bo: { role: 'Owner', groups: ['eng'] },
    chen: { groups: ['operations', 'eng'] },
    eve: { groups: ['eng'] },
  },
  policies: { eng: 'payroll' },
}
const worlds: World[] = []
async function worldAt(wishes: Wishes): Promise<World> {
  const world = makeWorld()
  worlds.push(world)
  await world.reach(wishes)
  return world
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

async function killedAt(world: World, at: number): Promise<Killer> {
  const killer = new Killer(at)
  const plan = await world.plan(next)
  const run = world.apply(plan, next, {
    ledger: killer.wrap(world.ledger, 'ledger'),
    reader: (reader) => killer.wrap(reader, 'reader'),
    writer: (writer) => killer.wrap(writer, 'writer'),
  })
  await run.catch(() => undefined)
  return killer
}

describe('a run that is killed', () => {
  // killed after a call and before its answer is killed before the next call: nothing happens in between
  it('F1-F4, F7: before any call leaves an owner, and running again finishes the work', async () => {
    const goal = await worldAt(start)
    await goal.reach(next)
    const wanted = withoutIds(await goal.live())
    for (let at = 0; ; at += 1) {
      const world = await worldAt(start)
      const killer = await killedAt(world, at)
      const name = killer.names[at] ?? 'never'
      expect(await world.owners(), name).not.toEqual([])

      world.pass(61)
      const report = await world.reach(next)
      expect([name, exitOf(report)]).toEqual([name, 0])
      expect(withoutIds(await world.live()), name).toEqual(wanted)
      expect((await world.plan(next)).systems[0]?.steps, name).toEqual([])
      expect(await world.ledger.runs(9, { state: 'running' }), name).toEqual([])
      expect(await inventoryOf(world), name).toEqual(await inventoryOf(goal))
      expect(await world.ledger.reservations(system), name).toEqual([])
      await world.close()
      if (!killer.struck) break
    }
  }, 120_000)

  it('F7: is finished without its ledger too', async () => {
    for (const at of [8, 14, 20, 26, 32]) {
      const world = await worldAt(start)
      await killedAt(world, at)
      const without = openSqlite(`${world.root}/other.db`, { now: world.now })
      // without an inventory nothing is known to be ours: what was to be removed is left, and nothing else
      const plan = await world.plan({ ...next, people: { ...next.people, dee: {} } })
      const report = await world.apply(
        plan,
        { ...next, people: { ...next.people, dee: {} } },
        { ledger: without },
      )
      expect(report.ending.how).not.toBe('stale')
      expect(exitOf(report)).toBe(0)
      await without.close()
    }
  }, 60_000)

  it('had something in flight: the next run reads it back first and says what became of it', async () => {
    const names = (await killedAt(await worldAt(start), 9999)).names
    const write = names.indexOf('writer.write')
    for (const [later, found] of [
      [1, 'done'],
      [0, 'not done'],
    ] as const) {
      const world = await worldAt(start)
      await killedAt(world, write + later)
      world.pass(61)
      const report = await world.reach(next)
      expect(report.recovered).toHaveLength(1)
      expect(new Set(report.recovered[0]?.steps.map((step) => step.found))).toEqual(new Set([found]))
      expect(await world.ledger.runs(9, { state: 'interrupted' })).toHaveLength(1)
      expect((await world.reach(next)).recovered).toEqual([])
    }
  })

  it('stays open until all of its systems were looked at: elsewhere it may be running still', async () => {
    const world = await worldAt(start)
    const startedAt = world.now().toISOString()
    const old = {
      run: 'r0',
      actor: 'bo',
      intent: 'i',
      digest: 'd',
      state: 'running',
      startedAt,
      tool: 't',
    } as const
    await world.ledger.begin(old)
    await world.ledger.write([
      { do: 'journal', run: 'r0', records: [{ type: 'run', systems: [system, 'wiki'] }] },
    ])
    expect((await world.reach(next)).recovered).toEqual([])
    expect(await world.ledger.runs(9, { state: 'running' })).toMatchObject([{ run: 'r0' }])
  })

  it('does not keep the next one waiting for its heartbeat when its process is known to be dead', async () => {
    const world = await worldAt(start)
    for (const [index, point] of ['after 1', 'before 1', 'after 1'].entries()) {
      const child = spawn(process.execPath, [script, world.root, point, String(index)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      const [, signal] = (await once(child, 'close')) as [number, string]
      expect([point, signal]).toEqual([point, 'SIGKILL'])
      expect(await world.owners()).not.toEqual([])
    }
    const report = await world.reach(next)
    expect([exitOf(report), report.ending.how]).toEqual([0, 'finished'])
    expect(await world.owners()).toEqual(['bo'])
    expect((await world.plan(next)).systems[0]?.steps).toEqual([])
  }, 60_000)
})

describe('F24: a ledger that is lost', () => {
  it('at any call lets nothing further be sent, says what is known, and running again finishes the work', async () => {
    for (let at = 0; ; at += 1) {
      const world = await worldAt(start)
      const plan = await world.plan(next)
      let [calls, lost, sentAfter] = [0, '', 0]
      const ledger = new Proxy(world.ledger, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key)
          if (typeof value !== 'function' || key === 'close') return value
          return (...given: unknown[]) => {
            if (calls++ >= at) {
              lost ||= String(key)
              return Promise.reject(new LedgerUnreachable('The disk is full.'))
            }
            return Reflect.apply(value, target, given) as unknown
          }
        },
      })
      const counting = watching(() => {
        if (lost !== '') sentAfter += 1
      })
      const report = await world.apply(plan, next, { ledger, writer: counting })
      expect([lost, sentAfter]).toEqual([lost, 0])
      if (lost === '') break
      expect(report.ending).toEqual({ how: 'ledger', message: 'The disk is full.' })
      const sent = told(report).some((line) => line.endsWith('done'))
      expect([lost, exitOf(report)]).toEqual([lost, sent ? 5 : 4])
      expect(await world.owners()).not.toEqual([])
      world.pass(61)
      expect([lost, exitOf(await world.reach(next))]).toEqual([lost, 0])
      await world.close()
    }
  }, 120_000)

  it('F23: a holder that slept while another took over sends nothing more when it wakes', async () => {
    const world = await worldAt(start)
    let taken: Ledger | undefined
    let batches = 0
    const sleeping = watching(async () => {
      batches += 1
      if (batches > 1) return
      world.pass(61)
      taken = openSqlite(`${world.root}/ledger.db`, { now: world.now })
      await taken.lock(system, { run: 'r0', actor: 'bo', host: 'elsewhere', pid: 7 })
    })
    const report = await world.reach(next, { writer: sleeping })
    expect(report.ending).toEqual({
      how: 'ledger',
      message: 'The lock of system "people" is not held by this run any more: another run took it over.',
    })
    expect([batches, exitOf(report)]).toEqual([1, 5])
    expect(await taken?.lock(system, { run: 'r1', actor: 'bo', host: 'elsewhere', pid: 7 })).toMatchObject({
      heldBy: { run: 'r0' },
    })
    await taken?.close()
  })

  it('F23: a holder that fell asleep between writing down and sending sends nothing when it wakes', async () => {
    const world = await worldAt(start)
    let [batches, slept] = [0, false]
    const ledger: Ledger = {
      ...world.ledger,
      write: async (changes) => {
        await world.ledger.write(changes)
        const intends = changes.some(
          (change) => change.do === 'journal' && change.records.some(({ type }) => type === 'intent'),
        )
        if (!intends || slept) return
        slept = true
        world.pass(61)
        const other = openSqlite(`${world.root}/ledger.db`, { now: world.now })
        await other.lock(system, { run: 'r0', actor: 'bo', host: 'elsewhere', pid: 7 })
        await other.close()
      },
    }
    const before = await world.live()
    const report = await world.reach(next, {
      ledger,
      writer: watching(() => {
        batches += 1
      }),
    })
    expect([slept, batches, await world.live()]).toEqual([true, 0, before])
    expect(report.ending).toEqual({
      how: 'ledger',
      message: 'The lock of system "people" is not held by this run any more: another run took it over.',
    })
    expect(exitOf(report)).toBe(4)
    world.pass(61)
    expect(exitOf(await world.reach(next))).toBe(0)
  })

  it('F23: a holder that falls asleep while it proves that the lock is its own sends nothing when it wakes', async () => {
    const { report, proofs, sent } = await provingSlowly(await worldAt(start), async ({ root, now }) => {
      const other = openSqlite(`${root}/ledger.db`, { now })
      await other.lock(system, { run: 'r0', actor: 'bo', host: 'elsewhere', pid: 7 })
      await other.close()
    })
    expect([proofs, sent, exitOf(report)]).toEqual([2, 0, 4])
    expect(report.ending).toEqual({
      how: 'ledger',
      message: 'The lock of system "people" is not held by this run any more: another run took it over.',
    })
  })

  it('a run whose proofs all come too late sends nothing', async () => {
    const { report, proofs, sent } = await provingSlowly(await worldAt(start), () => undefined)
    expect([proofs, sent, exitOf(report)]).toEqual([3, 0, 4])
    expect(report.ending).toEqual({
      how: 'ledger',
      message:
        'Whether the locks are still held could not be known in time: each of 3 proofs took longer than 30 s.',
    })
  })

  it('a run that works keeps its lock, however long it takes', async () => {
    const world = await worldAt(start)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      let rival: unknown
      const slow = watching(async () => {
        for (let quarter = 0; quarter < 8; quarter += 1) {
          world.pass(15)
          await vi.advanceTimersByTimeAsync(15_000)
        }
        const other = openSqlite(`${world.root}/ledger.db`, { now: world.now })
        rival = await other.lock(system, { run: 'r0', actor: 'bo', host: 'elsewhere', pid: 7 })
        await other.close()
      })
      const report = await world.reach(next, { writer: slow })
      expect(rival).toHaveProperty('heldBy')
      expect(report.ending.how).toBe('finished')
    } finally {
      vi.useRealTimers()
    }
  })

  it('a heartbeat that finds the lock taken over ends the run at the next answer', async () => {
    const world = await worldAt(start)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const robbed = watching(async () => {
        world.pass(61)
        const other = openSqlite(`${world.root}/ledger.db`, { now: world.now })
        await other.lock(system, { run: 'r0', actor: 'bo', host: 'elsewhere', pid: 7 })
        await other.close()
        await vi.advanceTimersByTimeAsync(15_000)
      })
      const stopping: string[] = []
      const report = await world.reach(next, {
        writer: robbed,
        progress: (event) => {
          if (event.type === 'stopping') stopping.push(event.why)
        },
      })
      expect([report.ending.how, stopping]).toEqual(['ledger', ['ledger']])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('F26: SIGINT and SIGTERM', () => {
  const interrupted = async (world: World, plan: Plan, at: number): Promise<RunReport> => {
    const controller = new AbortController()
    let writes = 0
    return world.apply(plan, next, {
      interrupt: controller.signal,
      writer: watching(() => {
        writes += 1
        if (writes === at) controller.abort()
      }),
    })
  }

  it.each([1, 2, 3])(
    'during write %i: it ends, nothing further is sent, the lock is free, a second run finishes',
    async (at) => {
      const world = await worldAt(start)
      const report = await interrupted(world, await world.plan(next), at)
      expect([report.ending.how, exitOf(report)]).toEqual(['interrupted', 130])
      const results = told(report).map((line) => line.split(' ')[2])
      expect(new Set(results.slice(0, results.lastIndexOf('done')))).toEqual(new Set(['done']))
      expect(results.includes('skipped')).toBe(at < 3)
      expect(await world.owners()).not.toEqual([])
      expect(await world.ledger.runs(1)).toMatchObject([{ state: 'stopped' }])
      expect(exitOf(await world.reach(next))).toBe(0)
    },
  )

  it('a write that does not end is given up and uncertain, within 5 seconds', async () => {
    const world = await worldAt(start)
    const controller = new AbortController()
    const hanging = watching(() => {
      setTimeout(() => {
        controller.abort()
      }, 10)
      return new Promise(() => undefined)
    })
    const began = Date.now()
    const report = await world.reach(next, { interrupt: controller.signal, writer: hanging })
    expect(Date.now() - began).toBeLessThan(5000)
    expect(exitOf(report)).toBe(130)
    expect(told(report)[0]).toMatch(/uncertain$/)
    expect(reasonOf(report, 'operations')).toBe('the run was interrupted before an answer came')
    expect(report.next).toBe('A second run reads back what is uncertain and sends what is left.')
    const again = await world.reach(next)
    expect(exitOf(again)).toBe(0)
  })

  it('before the run begins lets nothing begin', async () => {
    const world = await worldAt(start)
    const before = await world.live()
    const report = await world.reach(next, { interrupt: AbortSignal.abort() })
    expect([exitOf(report), await world.live()]).toEqual([130, before])
    expect(await world.ledger.runs(9)).toHaveLength(1)
  })
})

describe('apply --for', () => {
  it('stops between steps when the time is over; what was sent is verified; a second run sends the rest', async () => {
    const world = await worldAt(start)
    const plan = await world.plan(next)
    const deadline = new Date(world.now().getTime() + 60_000)
    const slow = watching(() => {
      world.pass(40)
    })
    const report = await world.apply(plan, next, { deadline, writer: slow })
    expect([report.ending.how, exitOf(report)]).toEqual(['deadline', 5])
    expect(report.systems[0]?.verified).toBe('converged')
    const results = told(report).map((line) => line.split(' ')[2])
    expect([results.includes('done'), results.at(-1)]).toEqual([true, 'skipped'])
    expect(exitOf(await world.reach(next))).toBe(0)
  })

  it.each([
    [
      'the last write',
      (world: World) => ({
        writer: watching(() => {
          world.pass(61)
        }),
      }),
    ],
    [
      'the last look',
      (world: World) => ({
        progress: ({ type }: Progress) => {
          if (type === 'verifying') world.pass(61)
        },
      }),
    ],
  ])('a time that is over during %s takes nothing from a run that did everything', async (_name, slow) => {
    const world = makeWorld()
    worlds.push(world)
    const small: Wishes = { groups: ['eng'] }
    const plan = await world.plan(small)
    const deadline = new Date(world.now().getTime() + 60_000)
    const report = await world.apply(plan, small, { deadline, ...slow(world) })
    expect([report.ending.how, exitOf(report)]).toEqual(['finished', 0])
    expect(await world.ledger.runs(1)).toMatchObject([{ state: 'done' }])
  })

  it('what is live already goes into the inventory although the time was over', async () => {
    const world = await worldAt(start)
    const other = openSqlite(`${world.root}/other.db`, { now: world.now })
    const wishes: Wishes = { ...start, groups: ['eng', 'ops', 'sales'], people: { ...start.people, eve: {} } }
    const deadline = new Date(world.now().getTime() + 60_000)
    const slow = watching(() => {
      world.pass(61)
    })
    await world.reach(wishes, { deadline, ledger: other, writer: slow })
    expect((await other.inventory(system)).map(({ key }) => key)).toContain('dee')
    await other.close()
  })
})

/** Native ids grow with every create, also of a run that was rolled back. */
function withoutIds(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ id=\S+/, ''))
}

async function inventoryOf(world: World): Promise<string[]> {
  const entries = await world.ledger.inventory(system)
  return entries.map(({ kind, key, handle, wish }) => `${kind}:${key} ${handle} ${wish}`).sort()
}

interface Proving {
  readonly report: RunReport
  /** How often the lock was proven, or could not be. */
  readonly proofs: number
  /** How often something was sent. */
  readonly sent: number
}

/** Runs where it takes a minute to write down what is about to be sent, and another to hear that the lock is one's own. */
async function provingSlowly(
  world: World,
  meanwhile: (world: World) => Promise<void> | void,
): Promise<Proving> {
  let [proofs, sent] = [0, 0]
  const ledger: Ledger = {
    ...world.ledger,
    lock: async (...candidate) => {
      const lock = await world.ledger.lock(...candidate)
      if ('heldBy' in lock) return lock
      const beat = async (): Promise<void> => {
        proofs += 1
        await lock.beat()
        world.pass(61)
        await meanwhile(world)
      }
      return { ...lock, beat }
    },
    write: async (changes) => {
      await world.ledger.write(changes)
      world.pass(61)
    },
  }
  const writer = watching(() => {
    sent += 1
  })
  const report = await world.reach(next, { ledger, writer })
  return { report, proofs, sent }
}
