import type { Violation } from '../../connector/contract.ts'
import type { Write } from '../../model/change.ts'
import { refKey } from '../../model/resource.ts'

/** What a write would do and must not, with the way forward: `what` goes on from the name of the thing. */
export function violation({ ref }: Write, what: string, remedy: string): Violation {
  return { refs: [ref], message: `${refKey(ref)} ${what}.`, remedy }
}
