import type { Write } from '../../model/change.ts'
import { refKey } from '../../model/resource.ts'
import { codeOf, faultOf } from './faults.ts'

/** Why a write is not done, as a phrase that follows the name of the resource. Never leaves this connector. */
export class Refusal extends Error {
  override name = 'Refusal'
}

/**
 * One sentence for people on what became of a write, from whatever stopped it. What is neither a refusal nor a
 * fault of the file is a bug of ours, and is thrown on.
 */
export function sentence(file: string, error: unknown, write: Write | undefined): string {
  const about = write === undefined ? 'The transaction' : refKey(write.ref)
  if (error instanceof Refusal) return clean(`${about} was left as it is: ${error.message}.`)
  const constraint = constraintPhrase(error, write)
  if (constraint !== undefined) return clean(`${about} was refused: ${constraint}.`)
  const fault = faultOf(file, error)
  if (fault === undefined) throw error
  return clean(fault.message)
}

/** What the tables forbid. SQLite names the check; for the rest it depends on what was tried. */
function constraintPhrase(error: unknown, write: Write | undefined): string | undefined {
  const code = codeOf(error) ?? ''
  if (!(error instanceof Error) || !code.startsWith('SQLITE_CONSTRAINT')) return undefined
  if (code === 'SQLITE_CONSTRAINT_CHECK') return lowerFirst(error.message.replace(/^.*failed: /, ''))
  if (/_(UNIQUE|PRIMARYKEY)$/.test(code)) return 'there is one already'
  if (/_(FOREIGNKEY|TRIGGER)$/.test(code)) {
    return write?.action === 'delete'
      ? 'something else still refers to it'
      : 'it refers to something that is not there'
  }
  return lowerFirst(error.message)
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** A name in the message could move the cursor of the terminal that it is shown on. */
function clean(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD')
}
