/**
 * Runs that were killed, and what they left. What such a run had in flight when it ended is looked for in the first read of the run
 * that comes after it, before anything else is sent; then the old run is closed as interrupted.
 */
import type { Description } from '../connector/describe.ts'
import type { Reader } from '../connector/contract.ts'
import type { Ledger, LedgerChange, LedgerReader, Reservation } from '../ledger/ledger.ts'
import { showRef } from '../model/resource.ts'
import { readDirectly } from './direct.ts'
import { foundLater, sentOf, tell, type Told } from './journal.ts'
import { landed, type Lookup } from './landed.ts'
import type { Recovered } from './report.ts'

export interface Recovery {
  /** Looks for what killed runs had in flight in this system. The caller holds its lock, so they do run no more. */
  look(system: string, live: Lookup, description: Description): Promise<void>
  /** Closes each killed run all of whose systems have been looked at, and writes `also` with it. */
  close(also: readonly LedgerChange[]): Promise<void>
  recovered(): readonly Recovered[]
}

/** What a recovery has found and done so far: plain data, so that a run can be put away and taken up again. */
export interface Recalled {
  /** Runs that were killed; absent until the first look. */
  unfinished?: readonly Unfinished[]
  readonly closed: Unfinished[]
}

interface Unfinished {
  readonly run: string
  readonly startedAt: string
  readonly told: Told
  readonly open: Set<string>
  readonly steps: Recovered['steps'][number][]
}

/** Killed runs that are looked at in one go; a next run looks at the next. */
const most = 100

/** `run` is the run that looks; it is not a killed one itself. */
export function newRecovery(ledger: Ledger, run: string, recalled: Recalled = { closed: [] }): Recovery {
  const { closed } = recalled

  return {
    look: async (system, live, description) => {
      recalled.unfinished ??= await unfinished(ledger, run)
      for (const old of recalled.unfinished) {
        if (!old.open.delete(system)) continue
        const writes = [...old.told.inFlight].filter(([, write]) => write.ref.system === system)
        const steps = writes.map(([id, write]) => ({
          id,
          ref: write.ref,
          found: landed(write, live, description),
        }))
        if (steps.length > 0)
          await ledger.write([
            {
              do: 'journal',
              run: old.run,
              records: [
                foundLater(
                  run,
                  steps.map(({ id, found }) => [id, found]),
                ),
              ],
            },
            {
              do: 'audit',
              event: 'steps found',
              detail: {
                ...{ run: old.run, foundBy: run },
                steps: steps.map(({ id, ref, found }) => ({ id, resource: showRef(ref), found })),
              },
            },
          ])
        old.steps.push(...steps)
      }
    },

    close: async (also) => {
      const over = (recalled.unfinished ?? []).filter((old) => old.open.size === 0 && !closed.includes(old))
      const changes = [...over.flatMap((old) => closing(old, run)), ...also]
      if (changes.length > 0) await ledger.write(changes)
      closed.push(...over)
    },

    recovered: () => closed.map(({ run: name, startedAt, steps }) => ({ run: name, startedAt, steps })),
  }
}

/**
 * Reservations of other runs that are over: the run never came to send the step, or a direct read shows the step
 * done, or shows all as it was before. What shows neither stands, whatever its age.
 *
 * The caller holds the lock of the system, so the other run cannot write down any more that it is about to send,
 * and has held it for longer than a read may lag, so that what was sent before shows. A process that was put to sleep
 * between writing down and sending is still there, and sends when it wakes: as long as it is seen to be there, that
 * nothing was done says nothing.
 */
export async function overByNow(
  reservations: readonly Reservation[],
  ledger: Pick<LedgerReader, 'readJournal'>,
  reader: Pick<Reader, 'read'>,
  description: Description,
  isBeside: (holder: Reservation) => boolean,
): Promise<ReadonlySet<Reservation>> {
  const over = new Set<Reservation>()
  for (const reservation of reservations) {
    const sent = sentOf(await ledger.readJournal(reservation.run), reservation.step)
    if (sent === undefined) continue
    if (sent !== 'nothing') {
      const found = landed(sent, await readDirectly(reader, [sent]), description)
      if (found === 'unclear' || (found === 'not done' && isBeside(reservation))) continue
    }
    over.add(reservation)
  }
  return over
}

function closing(old: Unfinished, run: string): readonly LedgerChange[] {
  const detail = { run: old.run, foundBy: run, inFlight: old.steps.length }
  return [
    { do: 'finish', run: old.run, state: 'interrupted' },
    { do: 'audit', event: 'run was interrupted', detail },
  ]
}

async function unfinished(ledger: Ledger, run: string): Promise<Unfinished[]> {
  const records = await ledger.runs(most, { state: 'running' })
  const others = records.filter((record) => record.run !== run)
  return Promise.all(
    others.map(async (record) => {
      const told = tell(await ledger.readJournal(record.run))
      return { run: record.run, startedAt: record.startedAt, told, open: new Set(told.systems), steps: [] }
    }),
  )
}
