/** What of a difference waits for a person: the runs know for whom and since when, and a system shows at most that it is not done. */
import { digestOf, endsIn, type EndedStep } from '../apply/journal.ts'
import type { LedgerReader } from '../ledger/ledger.ts'
import { isWrite, type Write } from '../model/change.ts'
import { showRef } from '../model/resource.ts'
import type { Workspace } from '../model/workspace.ts'
import type { Waiting } from '../plan/drift.ts'
import type { Border } from './border.ts'
import { withLedger } from './memory.ts'
import type { SystemCase } from './reconcile.ts'

/** Runs that are looked at, the latest first: a daily one for three months. */
const runsBack = 100

/** Asks the ledger only where something differs. Rejects with LedgerUnreachable. */
export async function waitingIn(
  cases: readonly Pick<SystemCase, 'changes'>[],
  workspace: Workspace,
  border: Pick<Border, 'env' | 'now'>,
): Promise<readonly Waiting[]> {
  const writes = cases.flatMap(({ changes }) => changes.filter(isWrite))
  if (writes.length === 0) return []
  return await withLedger(workspace, border, async (ledger) => await waitingFor(writes, ledger))
}

/** From the last run that knew of a change back to the first of those, without a gap, in which it waited. */
export async function waitingFor(
  writes: readonly Write[],
  ledger: Pick<LedgerReader, 'runs' | 'readJournal'>,
): Promise<readonly Waiting[]> {
  const open = new Map(writes.map((write) => [write, digestOf(write)]))
  const found = new Map<Write, Waiting>()
  for (const { run } of await ledger.runs(runsBack)) {
    if (open.size === 0) break
    const ends = indexed(endsIn(await ledger.readJournal(run)))
    for (const [write, digest] of open) {
      const end = ends.get(showRef(write.ref)) ?? ends.get(digest)
      if (end === undefined) continue
      if (end.outcome.result !== 'waiting') open.delete(write)
      else {
        const { forWhom } = found.get(write) ?? end.outcome
        found.set(write, { ref: write.ref, forWhom, since: end.at })
      }
    }
  }
  return [...found.values()]
}

/** By what a step was sent for; one that was not sent, by what was planned: for another change nothing waits. */
function indexed(ends: readonly EndedStep[]): ReadonlyMap<string, EndedStep> {
  return new Map(
    ends.flatMap((end): [string, EndedStep][] => {
      const name = end.ref === undefined ? end.digest : showRef(end.ref)
      return name === undefined ? [] : [[name, end]]
    }),
  )
}
