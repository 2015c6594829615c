/** Carries out what the machine asks for, and tells it what came of it. */
import type { Plan } from '../model/plan.ts'
import type { Ports } from './ports.ts'
import type { RunReport } from './report.ts'

/**
 * Runs a plan that the guards let through: sends its steps in order, keeps the journal, confirms owners before
 * each reduction, reads again what was touched.
 *
 * Does not reject for what goes wrong outside (that is in the report); `exitOf(report)` is the exit code.
 * Closes the readers and writers it opened, not the ledger.
 */
export async function execute(_plan: Plan, _ports: Ports): Promise<RunReport> {
  await Promise.reject(new Error('not written yet'))
  throw new Error('unreachable')
}
