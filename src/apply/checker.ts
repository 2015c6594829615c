/**
 * The second look before an owner is lowered. It knows the raw answer of the system and the step, and nothing of
 * the planner, the rules or the graph: a mistake made there is not made here again.
 */
import type { FloorReader } from '../connector/contract.ts'
import { asciiLower } from '../connector/describe.ts'
import type { Write } from '../model/change.ts'
import type { JsonObject } from '../model/json.ts'

/**
 * Keys of the accounts that own the system and that the step does not touch, lower case where keys fold, sorted.
 *
 * @param payloads native answers of a direct read of all accounts with an owner role
 * @param read says of one of them whose it is, and whether it owns the system and can be used
 * @param lowers accounts that the plan says the step lowers; the step's own account is left out in any case
 */
export function ownersLeft(
  payloads: readonly JsonObject[],
  read: FloorReader,
  write: Write,
  lowers: readonly string[],
): readonly string[] {
  const touched = new Set(lowers.map(asciiLower))
  if (write.ref.kind === 'account') touched.add(asciiLower(write.ref.key))
  if (write.action === 'rename' && write.ref.kind === 'account') touched.add(asciiLower(write.from))
  const left = new Set<string>()
  for (const payload of payloads) {
    const { account, owner, usable } = read(payload)
    if (account !== '' && owner && usable && !touched.has(asciiLower(account))) left.add(account)
  }
  return [...left].sort()
}
