/** What became of a write that may take several calls: the first that does not succeed decides, and what was done before it counts. */
import type { WriteResult } from '../../connector/contract.ts'
import { ConnectorFault } from '../../connector/fault.ts'
import type { HttpWriter } from '../../connector/http/http.ts'
import type { Sent } from '../../connector/http/answer.ts'
import type { Write } from '../../model/change.ts'
import { refKey } from '../../model/resource.ts'
import { NotThere } from './items.ts'

/** Why a call is not sent, as a phrase that follows the name of the resource. Never leaves this connector. */
export class Refusal extends Error {
  override name = 'Refusal'
}

/** A call whose answer ends the write. */
class Ended extends Error {
  override name = 'Ended'
  readonly sent: Exclude<Sent, { outcome: 'done' }>
  constructor(sent: Exclude<Sent, { outcome: 'done' }>) {
    super(sent.message)
    this.sent = sent
  }
}

/** Sends the calls of one write. `done` counts those that the system carried out. */
export interface Calls {
  done: number
  /** Rejects where the call did not succeed. */
  send(...call: Parameters<HttpWriter['send']>): Promise<Extract<Sent, { outcome: 'done' }>>
  /** The answer, whatever it is, for calls of which some refusals are answers. */
  ask(...call: Parameters<HttpWriter['send']>): Promise<Sent>
  /** Rejects where the answer was not a success. */
  take(sent: Sent): Extract<Sent, { outcome: 'done' }>
}

export async function outcomeOf(
  http: HttpWriter,
  write: Write,
  work: (calls: Calls) => Promise<string | undefined>,
): Promise<WriteResult> {
  const ask = async (...call: Parameters<HttpWriter['send']>): Promise<Sent> => {
    const sent = await http.send(...call)
    if (sent.outcome === 'done') calls.done++
    return sent
  }
  const take: Calls['take'] = (sent) => {
    if (sent.outcome !== 'done') throw new Ended(sent)
    return sent
  }
  const calls: Calls = { done: 0, ask, take, send: async (...call) => take(await ask(...call)) }
  try {
    const id = await work(calls)
    return { outcome: 'done', ...(id === undefined ? {} : { id }) }
  } catch (error) {
    const { outcome, message } = ended(error, write)
    // Half of it is done: what the other half would have been is for a fresh look to say.
    if (calls.done > 0 && outcome === 'failed')
      return { outcome: 'uncertain', message: `A part of it was done. ${message}` }
    return { outcome, message }
  }
}

function ended(error: unknown, write: Write): { outcome: 'failed' | 'uncertain'; message: string } {
  if (error instanceof Ended)
    return { outcome: error.sent.outcome === 'uncertain' ? 'uncertain' : 'failed', message: error.message }
  const about = clean(refKey(write.ref))
  if (error instanceof Refusal || error instanceof NotThere)
    return { outcome: 'failed', message: `${about} was left as it is: ${clean(error.message)}.` }
  if (error instanceof ConnectorFault) return { outcome: 'failed', message: error.message }
  throw error
}

/** A name in the message could move the cursor of the terminal that it is shown on. */
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD')
}
