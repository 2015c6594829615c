/** What a system cannot have is told with its reason, and not passed over in silence. */
import { it } from 'vitest'
import type { Capability, ContractSystem, Live, Wire } from './system.ts'

/** A test that needs a capability; where the system lacks it, a skipped one that says why. */
export function needs(
  system: ContractSystem,
  capability: Capability,
  name: string,
  test: () => Promise<void>,
  timeout?: number,
): void {
  const reason = system.lacks[capability]
  if (reason === undefined) it(name, test, timeout)
  else it.skip(`${name}: ${reason}`)
}

/** All of them in the deep run; otherwise one in so many, and with each turn another; never none. */
export function sampled<T>({ sample = 1 }: ContractSystem, all: readonly T[], turn = 0): readonly T[] {
  if (process.env['ROLECALL_DEEP'] === '1') return all
  const some = all.filter((_, at) => (at + turn) % sample === 0)
  return some.length > 0 ? some : all.slice(0, 1)
}

export function wireOf({ wire }: Live): Wire {
  if (wire === undefined) throw new Error('the system has calls, and no wire')
  return wire
}
