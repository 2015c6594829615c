/** Whether a fresh plan is the one that was reviewed, or what an interrupted run has left of it. */
import type { LedgerReader } from '../ledger/ledger.ts'
import { isWrite } from '../model/change.ts'
import type { Plan } from '../model/plan.ts'
import { digestOf, tell, type Told } from './journal.ts'

/** Runs with one intent that are looked at; each retry adds one. */
const retries = 100

/**
 * For `apply --expect INTENT`: whether the plan's intent is the expected one, or each of its writes is one that
 * a run with that intent had planned and not done. Rejects with LedgerUnreachable.
 */
export async function isExpected(plan: Plan, intent: string, ledger: LedgerReader): Promise<boolean> {
  if (plan.intent === intent) return true
  const runs = await ledger.runs(retries, { intent })
  for (const { run } of runs) {
    if (isRemainder(plan, tell(await ledger.readJournal(run)))) return true
  }
  return false
}

/** Whether each write of the plan is one that the run had planned and that is not known to be done. */
function isRemainder(plan: Plan, told: Told): boolean {
  const left = new Set<string>()
  for (const [id, digest] of told.writes) if (told.outcomes.get(id)?.result !== 'done') left.add(digest)
  return plan.systems.every(({ steps }) =>
    steps.every(({ change }) => !isWrite(change) || left.has(digestOf(change))),
  )
}
