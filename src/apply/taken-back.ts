/** Which steps of a run are to be taken back: those that were done, whoever found that out and when. */
import type { Description } from '../connector/describe.ts'
import type { Left } from '../plan/inverse-work.ts'
import type { DoneStep } from '../plan/trace.ts'
import type { SentStep } from './journal.ts'
import { landed, type Lookup } from './landed.ts'

interface Standing {
  /** In the order in which they were sent. */
  readonly done: readonly DoneStep[]
  /** Sent, and not even a look at the system shows whether they were done. */
  readonly unclear: readonly Left[]
}

/** The steps of one system; `live` shows it as it is now. */
export function doneOf(steps: readonly SentStep[], live: Lookup, description: Description): Standing {
  const done: DoneStep[] = []
  const unclear: Left[] = []
  for (const step of steps) {
    const { id, write } = step
    const verdict = verdictOf(step) ?? landed(write, live, description)
    if (verdict === 'done') done.push(step)
    else if (verdict === 'unclear')
      unclear.push({
        ...{ step: id, action: write.action, ref: write.ref },
        reason: 'the run did not learn whether it was done, and the system shows neither',
      })
  }
  return { done, unclear }
}

/** What is known of it; undefined where only a look can tell. What waits for a person was accepted, and may be there. */
function verdictOf({ outcome, found }: SentStep): 'done' | 'not done' | undefined {
  if (outcome?.result === 'done' || found === 'done') return 'done'
  return outcome?.result === 'failed' || outcome?.result === 'skipped' || found === 'not done'
    ? 'not done'
    : undefined
}
