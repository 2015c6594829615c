/** Whether a fresh plan is the one that was reviewed, or what an interrupted run has left of it. */
import type { LedgerReader } from '../ledger/ledger.ts'
import { isWrite } from '../model/change.ts'
import type { Plan } from '../model/plan.ts'
import { alongOf, digestOf, tell, type PlannedWrite, type Told } from './journal.ts'

/** Runs with one intent that are looked at; each retry adds one. */
const retries = 100

/**
 * For `apply --expect INTENT`: whether the plan's intent is the expected one, or each of its writes is one that
 * a run with that intent had planned and not done. A plan that has no intent for some system is never expected. Rejects with LedgerUnreachable.
 */
export async function isExpected(plan: Plan, intent: string, ledger: LedgerReader): Promise<boolean> {
  if (plan.withoutIntent !== undefined) return false
  if (plan.intent === intent) return true
  const runs = await ledger.runs(retries, { intent })
  for (const { run } of runs) {
    if (isRemainder(plan, tell(await ledger.readJournal(run)))) return true
  }
  return false
}

/**
 * Whether each write of the plan is one that the run had planned and that is not known to be done. With a removal fewer
 * may go along by now: some of them the run has removed itself.
 */
function isRemainder(plan: Plan, told: Told): boolean {
  const left = new Map<string, PlannedWrite>()
  for (const [id, write] of told.writes)
    if (told.outcomes.get(id)?.result !== 'done') left.set(write.digest, write)
  return plan.systems.every(({ steps }) =>
    steps.every(({ change }) => {
      if (!isWrite(change)) return true
      const planned = left.get(digestOf(change))
      const along = new Set(planned?.along)
      return planned !== undefined && alongOf(change).every((one) => along.has(one))
    }),
  )
}
