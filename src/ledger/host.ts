/**
 * Whether the holder of a lock is known to be dead: then nobody has to wait for its heartbeat to go stale. A
 * process number means something only among processes that see the same numbers, so the host's name carries
 * what tells two containers of one name apart.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A name for the place where this process runs; equal only for processes that see each other. */
export function hostName(): string {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8))
  const namespace = quietly(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0])
  return [hostname(), boot, namespace].filter((part) => part !== undefined).join('/')
}

/** True only on positive evidence: the process ran here, and there is no such process any more. */
export function isGone(holder: { readonly host: string; readonly pid: number }): boolean {
  if (holder.host !== hostName()) return false
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
