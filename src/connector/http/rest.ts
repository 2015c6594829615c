/** Waiting, where nothing else was given to wait with. */
import { setTimeout as timer } from 'node:timers/promises'

/** Resolves after so many milliseconds, or as soon as `stop` is aborted. */
export async function rest(milliseconds: number, stop?: AbortSignal): Promise<void> {
  await timer(milliseconds, undefined, stop === undefined ? {} : { signal: stop }).catch((error: unknown) => {
    if (stop?.aborted !== true) throw error
  })
}
