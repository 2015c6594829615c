/** Says for a run that it lives, and finds out when another one has taken its place meanwhile. */
import { LockLost, type Lock } from '../ledger/ledger.ts'
import type { Ports } from './ports.ts'

/** What has to be kept alive. */
interface Holding {
  readonly ports: Pick<Ports, 'now'>
  readonly locks: readonly Lock[]
  /** When the locks last were seen to be held. */
  heardAt?: Date
}

/** How often a holder says that it lives; four of them fit into the time after which it is taken for dead. */
const heartbeat = 15_000

/** Longer than a beat takes to come, and far shorter than the time after which a lock is taken over. */
const heardRecently = 30_000

/** Lets all locks beat until it is told to stop; says so once when one of them is lost. */
export function beat(holding: Holding, lost: (message: string) => void): () => void {
  const timer = setInterval(() => {
    hold(holding).catch((error: unknown) => {
      clearInterval(timer)
      lost(error instanceof Error ? error.message : String(error))
    })
  }, heartbeat)
  timer.unref()
  return () => {
    clearInterval(timer)
  }
}

/** So many proofs may each be too old when they come. */
const proofs = 3

/**
 * A process that was put to sleep after it wrote down what it is about to send may wake when another run has taken its
 * lock over, and then it must not send. It may also sleep while it waits for the proof that the lock is its own: a proof
 * counts from when it was asked for, and one that is old when it comes is asked for again. Rejects with LockLost.
 */
export async function stillHeld(holding: Holding): Promise<void> {
  for (let asked = 0; !isHeardRecently(holding); asked += 1) {
    if (asked === proofs)
      throw new LockLost(
        `Whether the locks are still held could not be known in time: each of ${proofs} proofs took longer than ${heardRecently / 1000} s.`,
      )
    await hold(holding)
  }
}

function isHeardRecently({ heardAt, ports }: Holding): boolean {
  return heardAt !== undefined && ports.now().getTime() - heardAt.getTime() <= heardRecently
}

async function hold(holding: Holding): Promise<void> {
  const now = holding.ports.now()
  await Promise.all(holding.locks.map((lock) => lock.beat()))
  holding.heardAt = now
}
