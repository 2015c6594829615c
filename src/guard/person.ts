import type { InventoryEntry } from '../model/inventory.ts'
import type { GuardCase } from './case.ts'

/**
 * Who is behind an account, by the key it ends with: the manifests know it, else what was applied to it before, else it
 * is called by its own key.
 */
export function personBehind(
  { desired, inventory = [] }: Pick<GuardCase, 'desired' | 'inventory'>,
  live: (coming: string) => string,
): (coming: string) => string {
  let handles: ReadonlyMap<string, string> | undefined
  return (coming) => {
    const declared = desired.wishes.account.get(coming)?.person
    if (declared !== undefined) return declared
    const key = live(coming)
    return (handles ??= handlesOf(inventory)).get(key) ?? key
  }
}

function handlesOf(inventory: readonly InventoryEntry[]): ReadonlyMap<string, string> {
  const accounts = inventory.filter((entry) => entry.kind === 'account')
  return new Map(accounts.map((entry) => [entry.key, entry.handle]))
}
