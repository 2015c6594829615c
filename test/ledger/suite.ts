/**
 * What every ledger must do, whatever keeps it: the same tests run over each implementation. A `Store` stands for
 * one place where a ledger is kept; several processes are several ledgers opened on it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstBroken } from '../../src/ledger/audit.ts'
import {
  LedgerUnreachable,
  LockLost,
  type InventoryEntry,
  type Ledger,
  type LedgerReader,
  type Lock,
  type LockHolder,
  type RunRecord,
} from '../../src/ledger/ledger.ts'

interface Store {
  /** Another process, as it were: its own ledger on the same place. `gone` says whom it knows to be dead. */
  open(now: () => Date, gone?: (holder: LockHolder) => boolean): Promise<Ledger>
  reader(now: () => Date): Promise<LedgerReader>
  /** Puts something in place of the ledger that cannot be used. */
  ruin(): Promise<void>
  drop(): Promise<void>
}

/** `entries` is how large an inventory is that it takes in one go. */
export function ledgerSuite(name: string, make: () => Promise<Store>, entries = 100_000): void {
  describe(`${name} ledger`, () => {
    let store: Store
    let time: number
    const now = (): Date => new Date(time)
    const opened: (Ledger | LedgerReader)[] = []
    const open = async (gone?: (holder: LockHolder) => boolean): Promise<Ledger> => {
      const ledger = await store.open(now, gone)
      opened.push(ledger)
      return ledger
    }

    beforeEach(async () => {
      time = Date.parse('2026-05-04T10:00:00Z')
      store = await make()
    })
    afterEach(async () => {
      for (const ledger of opened.splice(0)) await ledger.close().catch(() => undefined)
      await store.drop()
    })

    describe('what it remembers', () => {
      it('is created by the first to open it, and by nobody after', async () => {
        const made = new Date(time).toISOString()
        expect(await open()).toMatchObject({ created: true, createdAt: made })
        time += 60_000
        expect(await open()).toMatchObject({ created: false, createdAt: made })
        expect(await store.reader(now)).toMatchObject({ created: false, createdAt: made })
      })

      it('finds everything again after it was closed and opened', async () => {
        const before = await open()
        await taken(before, 'vpn', 'r1')
        await before.write([{ do: 'record', put: [ana], forget: [] }])
        await before.begin(runRecord('r1'))
        await before.write([{ do: 'journal', run: 'r1', records: [{ type: 'one' }] }])
        await before.write([{ do: 'spend', acceptance: 'a'.repeat(64), amount: 2, run: 'r1' }])
        await before.write([{ do: 'audit', event: 'run started', detail: { run: 'r1' } }])
        await before.close()

        const after = await open()
        expect(await after.inventory('vpn')).toEqual([ana])
        expect(await after.runs(10)).toEqual([runRecord('r1')])
        expect(await after.readJournal('r1')).toMatchObject([{ sequence: 1, record: { type: 'one' } }])
        expect(await after.spent('a'.repeat(64))).toBe(2)
      })

      it('makes all changes of one write or none of them', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        const both = [
          { do: 'journal', run: 'r1', records: [{ type: 'one' }] },
          { do: 'reserve', reservations: [{ ...reservation('r1', 'ana'), system: 'wiki' }] },
        ] as const
        await expect(ledger.write(both)).rejects.toThrow(LockLost)
        expect(await ledger.readJournal('r1')).toEqual([])
        const run = runRecord('r1')
        await expect(ledger.begin(run, both)).rejects.toThrow(LockLost)
        expect(await ledger.runs(10)).toEqual([])
        expect(await ledger.begin(run, [both[0]])).toBe(true)
        expect(await ledger.begin({ ...run, run: 'r2' }, [both[0]])).toBe(false)
        expect(await ledger.readJournal('r1')).toHaveLength(1)
      })

      it('keeps what was last seen of each system, for who holds its lock', async () => {
        const ledger = await open()
        const seen = {
          system: 'vpn',
          at: now().toISOString(),
          commit: 'c1',
          census: { account: { count: 3, digest: 'd1' } },
        }
        await expect(ledger.write([{ do: 'see', seen }])).rejects.toThrow(LockLost)
        await taken(ledger, 'vpn', 'r1')
        await ledger.write([{ do: 'see', seen: { ...seen, commit: 'c0' } }])
        await ledger.write([{ do: 'see', seen }])
        expect(await ledger.lastSeen('vpn')).toEqual(seen)
        expect(await ledger.lastSeen('wiki')).toBeUndefined()
      })

      it('shows an open ledger the commits of another at once', async () => {
        const [writer, watcher] = [await open(), await open()]
        await taken(writer, 'vpn', 'r1')
        await writer.write([{ do: 'record', put: [ana], forget: [] }])
        expect(await watcher.inventory('vpn')).toEqual([ana])
      })
    })

    describe('inventory', () => {
      it('replaces an entry of the same system, kind and key, and keeps the others', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        await taken(ledger, 'wiki', 'r1')
        const elsewhere = { ...ana, system: 'wiki' }
        const group = { ...ana, kind: 'group' as const }
        await ledger.write([{ do: 'record', put: [ana, elsewhere, group], forget: [] }])
        const { id: _id, ...withoutId } = { ...ana, wish: 'f'.repeat(64), run: 'r2' }
        await ledger.write([{ do: 'record', put: [withoutId], forget: [] }])
        expect(sorted(await ledger.inventory('vpn'))).toEqual(sorted([withoutId, group]))
        expect(await ledger.inventory('wiki')).toEqual([elsewhere])
      })

      it('forgets exactly what it is told', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        const bo = { ...ana, key: 'bo' }
        await ledger.write([{ do: 'record', put: [ana, bo], forget: [] }])
        await ledger.write([{ do: 'record', put: [], forget: [ana, { ...ana, key: 'nobody' }] }])
        expect(await ledger.inventory('vpn')).toEqual([bo])
      })

      it(`takes ${entries.toLocaleString('en')} entries in one go`, async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        const put = Array.from({ length: entries }, (_, index) => ({ ...ana, key: `person-${index}` }))
        await ledger.write([{ do: 'record', put, forget: [] }])
        expect(await ledger.inventory('vpn')).toHaveLength(entries)
      })

      it('is all or nothing: one entry of a system that is not locked keeps all out', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        const mixed = ledger.write([{ do: 'record', put: [ana, { ...ana, system: 'wiki' }], forget: [] }])
        await expect(mixed).rejects.toThrow('The lock of system "wiki" is not held by this run.')
        expect(await ledger.inventory('vpn')).toEqual([])
      })

      it('carries names that no one would choose', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        const odd = ["'; drop table inventory; --", '__proto__', 'a\nb', '\u{1F980} crab', ' ', '%_'].map(
          (key) => ({ ...ana, key, handle: key }),
        )
        await ledger.write([{ do: 'record', put: odd, forget: [] }])
        expect(sorted(await ledger.inventory('vpn'))).toEqual(sorted(odd))
      })
    })

    describe('locks', () => {
      it('gives a system to one holder and tells the next who has it', async () => {
        const [first, second] = [await open(), await open()]
        await taken(first, 'vpn', 'r1')
        expect(await second.lock('vpn', holder('r2'))).toEqual({
          heldBy: { ...holder('r1'), since: now().toISOString(), heartbeat: now().toISOString() },
        })
      })

      it('does not let one system stand in the way of another', async () => {
        const [first, second] = [await open(), await open()]
        await taken(first, 'vpn', 'r1')
        await taken(second, 'wiki', 'r2')
      })

      it('is free again when it was released, and its generation grows', async () => {
        const [first, second] = [await open(), await open()]
        const lock = await taken(first, 'vpn', 'r1')
        await lock.release()
        expect((await taken(second, 'vpn', 'r2')).generation).toBe(lock.generation + 1)
      })

      it('is held for as long as its holder says that it lives', async () => {
        const [first, second] = [await open(), await open()]
        const lock = await taken(first, 'vpn', 'r1')
        for (let beat = 0; beat < 5; beat += 1) {
          time += 59_000
          await lock.beat()
        }
        time += 59_999
        expect(await second.lock('vpn', holder('r2'))).toHaveProperty('heldBy')
      })

      it('F23: is taken over after 60 s of silence, and the old holder writes nothing any more', async () => {
        const [first, second] = [await open(), await open()]
        const lock = await taken(first, 'vpn', 'r1')
        await first.write([{ do: 'record', put: [ana], forget: [] }])
        time += 60_000
        expect((await taken(second, 'vpn', 'r2')).generation).toBe(lock.generation + 1)

        await expect(lock.beat()).rejects.toThrow(LockLost)
        await expect(first.write([{ do: 'record', put: [], forget: [ana] }])).rejects.toThrow(LockLost)
        await expect(
          first.write([{ do: 'journal', run: 'r1', records: [{ type: 'late' }] }]),
        ).rejects.toThrow('another run took it over')
        await expect(first.begin(runRecord('r1'))).rejects.toThrow(LockLost)
        await expect(first.write([{ do: 'finish', run: 'r1', state: 'done' }])).rejects.toThrow(LockLost)
        await expect(first.write([{ do: 'spend', acceptance: 'a', amount: 1, run: 'r1' }])).rejects.toThrow(
          LockLost,
        )
        await expect(
          first.write([{ do: 'reserve', reservations: [reservation('r1', 'ana')] }]),
        ).rejects.toThrow(LockLost)
        await expect(
          first.write([{ do: 'unreserve', reservations: [reservation('r1', 'ana')] }]),
        ).rejects.toThrow(LockLost)
        await expect(first.write([{ do: 'audit', event: 'late', detail: {} }])).rejects.toThrow(LockLost)
        expect(await second.inventory('vpn')).toEqual([ana])
        expect(await second.readJournal('r1')).toEqual([])
      })

      it('is given back by a write, which is still made under it, and by none that does not land', async () => {
        const [first, second] = [await open(), await open()]
        const lock = await taken(first, 'vpn', 'r1')
        await taken(first, 'wiki', 'r1')
        const unlock = { do: 'unlock', system: 'vpn' } as const
        await expect(second.write([unlock])).rejects.toThrow(LockLost)
        await expect(first.write([unlock, { do: 'unlock', system: 'office' }])).rejects.toThrow(LockLost)
        expect(await second.lock('vpn', holder('r2'))).toMatchObject({ heldBy: { run: 'r1' } })

        await first.write([unlock, { do: 'record', put: [ana], forget: [] }])
        expect((await taken(second, 'vpn', 'r2')).generation).toBe(lock.generation + 1)
        expect(await second.inventory('vpn')).toEqual([ana])
        await expect(lock.beat()).rejects.toThrow(LockLost)
        await expect(first.write([{ do: 'record', put: [], forget: [ana] }])).rejects.toThrow(LockLost)
        // and the other is held as before
        await first.write([{ do: 'record', put: [{ ...ana, system: 'wiki' }], forget: [] }])
        expect(await second.lock('wiki', holder('r2'))).toMatchObject({ heldBy: { run: 'r1' } })
        await lock.release()
        expect(await first.lock('vpn', holder('r1'))).toMatchObject({ heldBy: { run: 'r2' } })
      })

      it('that another took over is not given back by a write', async () => {
        const [first, second, third] = [await open(), await open(), await open()]
        await taken(first, 'vpn', 'r1')
        time += 60_000
        await taken(second, 'vpn', 'r2')
        await expect(first.write([{ do: 'unlock', system: 'vpn' }])).rejects.toThrow(LockLost)
        expect(await third.lock('vpn', holder('r3'))).toMatchObject({ heldBy: { run: 'r2' } })
      })

      it('does not free the new holder when the old one releases', async () => {
        const [first, second, third] = [await open(), await open(), await open()]
        const lock = await taken(first, 'vpn', 'r1')
        time += 60_000
        await taken(second, 'vpn', 'r2')
        await lock.release()
        expect(await third.lock('vpn', holder('r3'))).toMatchObject({ heldBy: { run: 'r2' } })
      })

      it('that was given back has no heartbeat any more', async () => {
        const ledger = await open()
        const lock = await taken(ledger, 'vpn', 'r1')
        await lock.release()
        await expect(lock.beat()).rejects.toThrow(LockLost)
      })

      it('takes over at once from a holder that is known to be dead', async () => {
        const first = await open()
        await taken(first, 'vpn', 'r1')
        const second = await open(({ run }) => run === 'r1')
        await taken(second, 'vpn', 'r2')
      })

      it('takes a heartbeat from a clock that was an hour ahead for silence', async () => {
        const [first, second] = [await open(), await open()]
        time += 3_600_000
        await taken(first, 'vpn', 'r1')
        time -= 3_600_000
        await taken(second, 'vpn', 'r2')
      })

      it('is not handed to its holder a second time', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        expect(await ledger.lock('vpn', holder('r1'))).toHaveProperty('heldBy')
      })

      it('lets one of many win a race', async () => {
        const ledgers = await Promise.all(Array.from({ length: 8 }, () => open()))
        const answers = await Promise.all(
          ledgers.map((ledger, index) => ledger.lock('vpn', holder(`r${index}`))),
        )
        expect(answers.filter((answer) => 'generation' in answer)).toHaveLength(1)
      })
    })

    describe('runs', () => {
      it('begins a plan once', async () => {
        const [first, second] = [await open(), await open()]
        expect(await first.begin(runRecord('r1'))).toBe(true)
        expect(await second.begin({ ...runRecord('r2'), digest: runRecord('r1').digest })).toBe(false)
        expect(await second.runs(10)).toEqual([runRecord('r1')])
      })

      it('keeps all that a record of one says', async () => {
        const ledger = await open()
        const { commit: _commit, ...bare } = runRecord('r1')
        await ledger.begin(bare)
        await ledger.begin(runRecord('r2'))
        expect(await ledger.runs(10)).toEqual([runRecord('r2'), bare])
      })

      it('lists the latest first, up to the limit, narrowed before it is counted', async () => {
        const ledger = await open()
        for (const run of ['r1', 'r2', 'r3']) await ledger.begin(runRecord(run))
        await ledger.write([{ do: 'finish', run: 'r2', state: 'partial' }])
        expect((await ledger.runs(2)).map(({ run }) => run)).toEqual(['r3', 'r2'])
        expect((await ledger.runs(1, { state: 'partial' })).map(({ run }) => run)).toEqual(['r2'])
        expect((await ledger.runs(9, { intent: 'intent of r1' })).map(({ run }) => run)).toEqual(['r1'])
        expect(await ledger.runs(9, { state: 'partial', intent: 'intent of r1' })).toEqual([])
      })

      it('says when and how a run ended', async () => {
        const ledger = await open()
        await ledger.begin(runRecord('r1'))
        time += 5000
        await ledger.write([{ do: 'finish', run: 'r1', state: 'done' }])
        expect(await ledger.runs(1)).toMatchObject([{ state: 'done', finishedAt: now().toISOString() }])
      })
    })

    describe('journal', () => {
      it('keeps the records of each run in the order in which they came', async () => {
        const ledger = await open()
        await ledger.write([{ do: 'journal', run: 'r1', records: [{ n: 1 }, { n: 2 }] }])
        await ledger.write([{ do: 'journal', run: 'r2', records: [{ n: 1 }] }])
        await ledger.write([{ do: 'journal', run: 'r1', records: [{ n: 3, text: 'ü\n"' }] }])
        expect((await ledger.readJournal('r1')).map(({ sequence, record }) => [sequence, record])).toEqual([
          [1, { n: 1 }],
          [2, { n: 2 }],
          [3, { n: 3, text: 'ü\n"' }],
        ])
        expect(await ledger.readJournal('r2')).toHaveLength(1)
        expect(await ledger.readJournal('nobody')).toEqual([])
      })
    })

    describe('reservations', () => {
      it('stand until they are released, whatever their age', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        await ledger.write([
          { do: 'reserve', reservations: [reservation('r1', 'ana'), reservation('r1', 'bo')] },
        ])
        time += 365 * 86_400_000
        await taken(await open(), 'vpn', 'r2')
        const later = await open()
        expect(sorted(await later.reservations('vpn'))).toEqual(
          sorted([reservation('r1', 'ana'), reservation('r1', 'bo')]),
        )
        expect(await later.reservations('wiki')).toEqual([])
      })

      it('are released one by one', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        await ledger.write([
          { do: 'reserve', reservations: [reservation('r1', 'ana'), reservation('r1', 'bo')] },
        ])
        await ledger.write([
          { do: 'unreserve', reservations: [reservation('r1', 'ana'), reservation('r2', 'bo')] },
        ])
        expect(await ledger.reservations('vpn')).toEqual([reservation('r1', 'bo')])
      })

      it('cannot be made without the lock', async () => {
        const ledger = await open()
        await expect(
          ledger.write([{ do: 'reserve', reservations: [reservation('r1', 'ana')] }]),
        ).rejects.toThrow(LockLost)
        const lock = await taken(ledger, 'vpn', 'r1')
        await lock.release()
        await expect(
          ledger.write([{ do: 'reserve', reservations: [reservation('r1', 'ana')] }]),
        ).rejects.toThrow(LockLost)
      })
    })

    describe('acceptances', () => {
      it('are spent cumulatively, each by its own content', async () => {
        const ledger = await open()
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: 3, run: 'r1' }])
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: 2, run: 'r1' }])
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: 4, run: 'r2' }])
        expect([await ledger.spent('one'), await ledger.spent('two')]).toEqual([9, 0])
      })

      it('get back what the very run had spent, and never more than that', async () => {
        const ledger = await open()
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: 3, run: 'r1' }])
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: 4, run: 'r2' }])
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: -2, run: 'r2' }])
        expect(await ledger.spent('one')).toBe(5)
        await ledger.write([{ do: 'spend', acceptance: 'one', amount: -9, run: 'r2' }])
        expect(await ledger.spent('one')).toBe(3)
        await ledger.write([{ do: 'spend', acceptance: 'two', amount: -1, run: 'r1' }])
        expect(await ledger.spent('two')).toBe(0)
      })
    })

    describe('audit', () => {
      it('chains each record to the one before', async () => {
        const ledger = await open()
        await ledger.write([{ do: 'audit', event: 'run started', detail: { run: 'r1', who: 'ana' } }])
        await ledger.write([{ do: 'audit', event: 'run finished', detail: { run: 'r1' } }])
        const [first, second] = await collect(ledger)
        expect(first).toMatchObject({ sequence: 1, previous: '0'.repeat(64) })
        expect(second).toMatchObject({ sequence: 2, previous: first?.hash })
        expect(await firstBroken(ledger.auditRecords())).toBeUndefined()
      })

      it('shows the first record that was changed, moved or taken out', async () => {
        const ledger = await open()
        for (const run of ['r1', 'r2', 'r3'])
          await ledger.write([{ do: 'audit', event: 'run finished', detail: { run } }])
        const records = await collect(ledger)
        const [one, two, three] = records as [(typeof records)[0], (typeof records)[0], (typeof records)[0]]
        expect(await firstBroken([one, { ...two, detail: { run: 'r9' } }, three])).toBe(2)
        expect(await firstBroken([one, { ...two, at: '2020-01-01T00:00:00.000Z' }, three])).toBe(2)
        expect(await firstBroken([one, three])).toBe(2)
        expect(await firstBroken([two, one, three])).toBe(1)
        expect(await firstBroken([two, three])).toBe(1)
      })

      it('is read whole, however long it is', async () => {
        const ledger = await open()
        const ticks = [...Array(1003).keys()].map(
          (detail) => ({ do: 'audit', event: 'tick', detail }) as const,
        )
        await ledger.write(ticks.slice(0, 3))
        await ledger.write(ticks.slice(3))
        expect((await collect(ledger)).map(({ detail }) => detail)).toEqual([...Array(1003).keys()])
      })
    })

    describe('asking only', () => {
      it('answers as an empty ledger where there is none, and creates nothing', async () => {
        const reader = await store.reader(now)
        opened.push(reader)
        expect(reader.created).toBe(true)
        expect([
          await reader.inventory('vpn'),
          await reader.runs(10),
          await reader.readJournal('r1'),
          await reader.reservations('vpn'),
          await reader.spent('one'),
          await collect(reader),
        ]).toEqual([[], [], [], [], 0, []])
        expect((await open()).created).toBe(true)
      })

      it('sees what was recorded, beside an open writer and after it', async () => {
        const ledger = await open()
        await taken(ledger, 'vpn', 'r1')
        await ledger.write([{ do: 'record', put: [ana], forget: [] }])
        const beside = await store.reader(now)
        opened.push(beside)
        expect([beside.created, await beside.inventory('vpn')]).toEqual([false, [ana]])
        await ledger.close()
        const after = await store.reader(now)
        opened.push(after)
        expect(await after.inventory('vpn')).toEqual([ana])
      })
    })

    describe('F24: what cannot be used', () => {
      it('is LedgerUnreachable, for writing and for asking', async () => {
        await store.ruin()
        await expect(open()).rejects.toThrow(LedgerUnreachable)
        await expect(store.reader(now)).rejects.toThrow(LedgerUnreachable)
      })
    })
  })
}

export const ana: InventoryEntry = {
  system: 'vpn',
  kind: 'account',
  key: 'ana',
  id: '17',
  handle: 'ana',
  wish: 'a'.repeat(64),
  run: 'r1',
}

function holder(run: string): Omit<LockHolder, 'since' | 'heartbeat'> {
  return { run, actor: 'ana', host: 'runner-1', pid: 4711 }
}

export async function taken(ledger: Ledger, system: string, run: string): Promise<Lock> {
  const lock = await ledger.lock(system, holder(run))
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy.run}`)
  return lock
}

function runRecord(run: string): RunRecord {
  return {
    run,
    actor: 'ana',
    commit: 'c0ffee',
    intent: `intent of ${run}`,
    digest: `digest of ${run}`,
    state: 'running',
    startedAt: '2026-05-04T10:00:00.000Z',
    tool: 'rolecall 0.0.0',
  }
}

function reservation(run: string, account: string) {
  return { system: 'vpn', account, run, step: 'vpn/3', host: 'runner-1', pid: 4711 }
}

async function collect(ledger: LedgerReader) {
  const records = []
  for await (const record of ledger.auditRecords()) records.push(record)
  return records
}

function sorted<T>(items: readonly T[]): T[] {
  const text = (item: T): string => JSON.stringify(item, Object.keys(item as object).sort())
  return [...items].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}
