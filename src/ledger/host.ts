/**
 * Whether the holder of a lock is known to be dead: then nobody has to wait for its heartbeat to go stale. A
 * process number means something only among processes that see the same numbers, so the host's name carries
 * what tells two containers of one name apart.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import process from 'node:process'

/** A name for the place where this process runs; equal only for processes that see each other. */
export function hostName(): string {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8))
  const namespace = quietly(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0])
  return [hostname(), boot, namespace].join('/')
}

interface Holder {
  readonly host: string
  readonly pid: number
}

/** True only on positive evidence: the process ran here, and there is no such process any more. */
export function isGone({ host, pid }: Holder): boolean {
  return host === hostName() && !exists(pid)
}

/** True only on positive evidence: there is another process of that number here, asleep or at work. */
export function isBeside({ host, pid }: Holder): boolean {
  return host === hostName() && pid !== process.pid && exists(pid)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
