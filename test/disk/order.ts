/** What the failing disk of a process is told, in the file that it reads (failing.c); and what the rounds of a process tell. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** As they are numbered in failing.c. */
export const faults = {
  'the disk is full': 1,
  'a write fails': 2,
  'a sync fails': 3,
  'a write is cut short': 4,
  'the file system is read-only': 5,
} as const
export type Fault = keyof typeof faults

const size = 64

/** The file is as long as what is mapped of it. */
export function healthy(): Buffer {
  return Buffer.alloc(size)
}

export class Disk {
  readonly #descriptor: number

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r+')
  }

  /** From now on the call `at` on a file whose name begins with `name` fails. */
  breaks(fault: Fault, at: number, name: string): void {
    const order = healthy()
    order.writeBigInt64LE(BigInt(faults[fault]), 0)
    order.writeBigInt64LE(BigInt(at), 8)
    order.write(name, 24)
    writeSync(this.#descriptor, order, 0, size, 0)
  }

  mends(): void {
    writeSync(this.#descriptor, healthy(), 0, size, 0)
  }

  /** Calls since it was told to fail. */
  get calls(): number {
    const order = healthy()
    readSync(this.#descriptor, order, 0, size, 0)
    return Number(order.readBigInt64LE(16))
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** What a process is started with. */
export interface Rounds {
  /** Where it works; what is below is its own. */
  readonly base: string
  readonly fault: Fault
  /** `ledger.db` or `people.db`. */
  readonly file: string
  /** How many plans are tried, and how far the calls that fail are apart. */
  readonly plans: number
  readonly step: number
}

/** One run over a disk that fails, and the one after it. */
export interface Round {
  readonly name: string
  /** The call that was to fail was made while the run lasted. */
  readonly struck: boolean
  /** `unopened` when not even the ledger could be opened. */
  readonly how: string
  readonly message: string
  readonly exit: number
  readonly steps: readonly string[]
  /** Batches that were sent after the ledger had said for the first time that it could not. */
  readonly sentAfter: number
  /** Something of ours was sent that is not among what the report calls done or uncertain. */
  readonly unreported: readonly string[]
  /** What a closing ledger threw. */
  readonly closing: string
  readonly owners: number
  /** Another host would get the lock at once. */
  readonly isFree: boolean
  /** What the audit log, runs and journal of the ledger say of each other. */
  readonly audit: readonly string[]
  /** The next run. */
  readonly again: { readonly exit: number; readonly isGoal: boolean; readonly left: readonly string[] }
}
