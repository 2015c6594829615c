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
  const open = new Set(writes)
  const digests = new Map<Write, string>()
  const digestFor = (write: Write): string => {
    const digest = digests.get(write) ?? digestOf(write)
    digests.set(write, digest)
    return digest
  }
  const found = new Map<Write, Waiting>()
  for (const { run } of await ledger.runs(runsBack)) {
    if (open.size === 0) break
    const { sent, planned } = indexed(endsIn(await ledger.readJournal(run)))
    for (const write of open) {
      // of many writes a digest is work, and hardly any run leaves something that was not sent
      const unsent = planned.size === 0 ? undefined : planned.get(digestFor(write))
      const end = sent.get(showRef(write.ref)) ?? unsent
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
function indexed(ends: readonly EndedStep[]): Readonly<Record<'sent' | 'planned', Map<string, EndedStep>>> {
  const sent = new Map<string, EndedStep>()
  const planned = new Map<string, EndedStep>()
  for (const end of ends) {
    if (end.ref !== undefined) sent.set(showRef(end.ref), end)
    else if (end.digest !== undefined) planned.set(end.digest, end)
  }
  return { sent, planned }
}
