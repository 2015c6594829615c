/** Where a system lags, a request may show late, and land a second time: nothing is over before its time is. */
import type { Reservation } from '../ledger/ledger.ts'
import { systemOf } from './owners.ts'
import type { Ports } from './ports.ts'

interface Sent {
  readonly ports: Ports
  /** Owner reductions whose effect has not been seen yet, by system. */
  readonly reserved: ReadonlyMap<string, readonly Reservation[]>
  /** When each system last answered to something that was sent, or did not. */
  readonly answeredAt: ReadonlyMap<string, Date>
}

/** An owner reduction is over, and its reservation released, when nothing of it can come any more. */
export async function letItShow({ ports, reserved, answeredAt }: Sent, system: string): Promise<void> {
  const answered = answeredAt.get(system)
  if (answered === undefined || (reserved.get(system) ?? []).length === 0) return
  const lag = systemOf(ports, system).connector.description.lagSeconds * 1000
  const left = lag - (ports.now().getTime() - answered.getTime())
  if (left > 0) await ports.sleep(left)
}
