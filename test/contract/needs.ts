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

/** All of them in the deep run; otherwise one in so many, and with each turn another. */
export function sampled<T>({ sample = 1 }: ContractSystem, all: readonly T[], turn = 0): readonly T[] {
  return process.env['ROLECALL_DEEP'] === '1' ? all : all.filter((_, at) => (at + turn) % sample === 0)
}

export function wireOf({ wire }: Live): Wire {
  if (wire === undefined) throw new Error('the system has calls, and no wire')
  return wire
}
