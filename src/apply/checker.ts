/**
 * The second look before an owner is lowered. It knows the raw answer of the system and the step, and nothing of
 * the planner, the rules or the graph: a mistake made there is not made here again. It takes no code from anywhere.
 */
import type { FloorReader } from '../connector/contract.ts'
import type { Write } from '../model/change.ts'
import type { JsonObject } from '../model/json.ts'

/**
 * Keys of all accounts that own the system and can be used, sorted.
 *
 * @param payloads native answers of a direct read of all accounts with an owner role
 * @param read says of one of them whose it is, and whether it owns the system and can be used
 * @param now RFC 3339, UTC: what ends within 72 hours and 5 minutes of it, or on a day that nobody can read, is no owner
 */
export function ownersSeen(
  payloads: readonly JsonObject[],
  read: FloorReader,
  now: string,
): readonly string[] {
  const seen = new Set<string>()
  for (const payload of payloads) {
    const { account, owner, usable, lasts } = read(payload)
    if (account !== '' && owner && usable && isFarAway(lasts, now)) seen.add(account)
  }
  return [...seen].sort()
}

/**
 * Those of them that the step does not touch: neither the account it writes, under its old name or its new one, nor
 * whom the plan says that it lowers. Spellings that differ in case are taken for one: rather one owner too few.
 */
export function ownersLeft(
  payloads: readonly JsonObject[],
  read: FloorReader,
  write: Write,
  lowers: readonly string[],
  now: string,
): readonly string[] {
  const touched = new Set(lowers.map(folded))
  if (write.ref.kind === 'account') touched.add(folded(write.ref.key))
  if (write.action === 'rename' && write.ref.kind === 'account') touched.add(folded(write.from))
  return ownersSeen(payloads, read, now).filter((account) => !touched.has(folded(account)))
}

function isFarAway(day: string | undefined, now: string): boolean {
  if (day === undefined) return true
  const end = new Date(day.length === 10 ? `${day}T24:00:00Z` : day).getTime()
  return end - new Date(now).getTime() > (72 * 60 + 5) * 60_000
}

function folded(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
