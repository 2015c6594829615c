/** What is written into the ledger of what a run has seen and is about to remove: the inventory, and how much there was. */
import type { Observation } from '../connector/contract.ts'
import type { Ledger, LedgerChange } from '../ledger/ledger.ts'
import type { Finding } from '../model/finding.ts'
import type { Step } from '../model/plan.ts'
import type { Wish } from '../model/desired.ts'
import { isByHand } from '../plan/by-hand.ts'
import { without } from '../plan/census.ts'
import { ignoring } from '../plan/ownership.ts'
import { afterRead, type InventoryChange } from './inventory.ts'
import type { AppliedSystem } from './ports.ts'
import { afterPast, isNews, removedKinds, sight } from './seen.ts'

interface Remembering {
  readonly findings: readonly Finding[]
  /** What stays as it is remembered: see `afterRead`. */
  readonly pending: ReadonlySet<string>
  readonly run: string
}

/** What a run leaves in memory of a system, after its last read of it. */
export async function remembering(
  ledger: Pick<Ledger, 'inventory' | 'lastSeen'>,
  { config, connector: { description }, desired, past }: AppliedSystem,
  seen: Observation,
  { findings, pending, run }: Remembering,
): Promise<readonly LedgerChange[]> {
  const system = config.name
  const [inventory, lastSeen] = [await ledger.inventory(system), await ledger.lastSeen(system)]
  const isIgnored = ignoring(config, description)
  const looked = sight(seen, { system, description, past, lastSeen, findings })
  const byHand = (wish: Wish): boolean => isByHand(wish, desired.wishes, description)
  const change = afterRead(seen, desired, { inventory, pending, isIgnored, run, isByHand: byHand })
  return [
    ...recording([
      looked.doubted ? { ...change, forget: [] } : change,
      afterPast(seen, past, { inventory, desired, isIgnored }),
    ]),
    ...(isNews(lastSeen, looked.seen) ? [{ do: 'see', seen: looked.seen } as const] : []),
  ]
}

/** What is about to be removed is not missed when the next run reads, however this one ends. */
export async function expecting(
  ledger: Pick<Ledger, 'lastSeen'>,
  system: string,
  steps: readonly Step[],
): Promise<readonly LedgerChange[]> {
  const removed = removedKinds(steps)
  const seen = removed.length === 0 ? undefined : await ledger.lastSeen(system)
  return seen === undefined ? [] : [{ do: 'see', seen: without(seen, removed) }]
}

export function recording(changes: readonly InventoryChange[]): readonly LedgerChange[] {
  const [put, forget] = [changes.flatMap((one) => one.put), changes.flatMap((one) => one.forget)]
  return put.length + forget.length === 0 ? [] : [{ do: 'record', put, forget }]
}
