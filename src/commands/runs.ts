/** Finds one run in the ledger by its name, or by enough of its beginning. */
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts'
import { exit, Fault } from './exit.ts'

/** Throws Fault where none, or more than one, is meant. */
export async function findRun(ledger: Pick<LedgerReader, 'runs'>, name: string): Promise<RunRecord> {
  const all = await ledger.runs(Number.MAX_SAFE_INTEGER)
  const exact = all.find(({ run }) => run === name)
  if (exact !== undefined) return exact
  const found = name === '' ? [] : all.filter(({ run }) => run.startsWith(name))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new Fault(
    exit.fault,
    only === undefined
      ? `The ledger knows no run "${name}".`
      : `"${name}" may be any of ${found.length} runs, the latest of them ${only.run}.`,
    'rolecall log lists them, the latest first.',
  )
}
