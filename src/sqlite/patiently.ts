/**
 * Waiting for a file that another program holds. SQLite's own wait stops the whole process, so that a signal is not
 * heard before it ends; here SQLite waits for moments only, and we wait in between.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** How long SQLite itself waits at a time, in milliseconds: the `busy_timeout` of a connection. */
export const moment = 50

/** How long we wait for the file altogether, in milliseconds. */
const patience = 5000

/** Runs `work` until the file is free for it, for so long at most or until it is `givenUp`; each time from the start. */
export async function patiently<T>(work: () => T, givenUp: () => boolean = () => false): Promise<T> {
  const until = performance.now() + patience
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error
      await pause(moment)
      if (givenUp()) throw error
    }
  }
}

/** Whatever words it was put into on its way. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isHeld = 'code' in error && /^SQLITE_(BUSY|LOCKED)/.test(String(error.code))
  return isHeld || isBusy(error.cause)
}
