/** What a run has open while it lasts, and what its steps and systems are called there. */
import type { Observation, Reader, Writer } from '../connector/contract.ts'
import type { LedgerChange, Lock, LockHolder, Reservation } from '../ledger/ledger.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { Plan, Step, SystemPlan } from '../model/plan.ts'
import type { Lookup } from './landed.ts'
import { systemOf } from './owners.ts'
import type { Ports } from './ports.ts'
import type { Purse } from './purse.ts'
import type { Recovery } from './recovery.ts'

/** What is open while a run lasts. */
export interface Session {
  readonly plan: Plan
  readonly ports: Ports
  readonly locks: Lock[]
  readonly readers: Map<string, Reader>
  readonly writers: Map<string, Writer>
  /** The last read of each system. */
  readonly seen: Map<string, Observation>
  /** Native ids that writes answered with, by step. */
  readonly ids: Map<string, string>
  /** Owner reductions of this run whose effect has not been seen yet. */
  readonly reserved: Map<string, Reservation[]>
  /** What a system that is done leaves to be remembered: it goes with the next write, the last one of the run at the latest. */
  readonly unwritten: LedgerChange[]
  readonly recovery: Recovery
  readonly purse: Purse
  /** When this run held all its locks: from then on no earlier run writes into the ledger. */
  lockedAt?: Date
  /** When its locks last were seen to be held. */
  heardAt?: Date
  /** When a system last answered to something that was sent, or did not: from then on it has its time to show it. */
  readonly answeredAt: Map<string, Date>
  held?: { readonly system: string; readonly holder: LockHolder }
}

/** Closes what was opened; a reader that cannot be closed any more hides nothing. */
export async function closeAll({ readers, writers }: Session): Promise<void> {
  await Promise.allSettled([...readers.values(), ...writers.values()].map((each) => each.close()))
}

export async function observe(session: Session, system: string): Promise<Observation> {
  const reader = await readerOf(session, system)
  const observation = await reader.observe()
  session.seen.set(system, observation)
  return observation
}

export function lookupIn({ graph }: Observation): Lookup {
  return (kind, key) => graph.get(kind, key)
}

export async function readerOf({ ports, readers }: Session, system: string): Promise<Reader> {
  const reader = readers.get(system) ?? (await systemOf(ports, system).openReader())
  readers.set(system, reader)
  return reader
}

export async function writerOf({ ports, writers }: Session, system: string): Promise<Writer> {
  const writer = writers.get(system) ?? (await systemOf(ports, system).openWriter())
  writers.set(system, writer)
  return writer
}

export function planOf({ plan }: Session, system: number): SystemPlan {
  const found = plan.systems[system]
  if (found === undefined) throw new Error(`The plan has no system at place ${system}.`)
  return found
}

export function stepOf({ name, steps }: SystemPlan, place: number): Step {
  const step = steps[place]
  if (step === undefined) throw new Error(`The plan of "${name}" has no step at place ${place}.`)
  return step
}

export function writeOf({ id, change }: Step): Write {
  if (!isWrite(change)) throw new Error(`Step ${id} is never sent.`)
  return change
}
