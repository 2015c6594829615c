/** What takes a run back in a system that was read: for undo, and for a saved plan of one before it is carried out. */
import { sentBy, type SentSteps } from '../apply/journal.ts'
import { doneOf } from '../apply/taken-back.ts'
import type { LedgerReader } from '../ledger/ledger.ts'
import { inverseOf, type Left } from '../plan/inverse.ts'
import type { Errand } from './reconcile.ts'

type ChangesIn = NonNullable<Errand['changesIn']>

/** `left` is given what is not taken back. */
export function takingBack(sent: SentSteps, left: Left[]): ChangesIn {
  return ({ config, connector: { description, rules }, observation: { graph } }) => {
    const here = sent.steps.filter(({ write }) => write.ref.system === config.name)
    const { done, unclear } = doneOf(here, (kind, key) => graph.get(kind, key), description)
    const found = inverseOf({ steps: done, actual: graph, description, rules, config })
    left.push(...unclear, ...found.left)
    return found.changes
  }
}

/** What would take back now the run that a saved plan takes back. Of a run that nobody knows that is nothing. */
export async function takingBackRun(run: string, ledger: LedgerReader): Promise<ChangesIn> {
  return takingBack(sentBy(await ledger.readJournal(run)), [])
}
