/** What a ledger that does not exist yet answers, so that asking does not create it. */
import type { LedgerReader } from './ledger.ts'

export function emptyLedger(now: Date): LedgerReader {
  return {
    created: true,
    createdAt: now.toISOString(),
    lastSeen: () => Promise.resolve(undefined),
    inventory: () => Promise.resolve([]),
    runs: () => Promise.resolve([]),
    readJournal: () => Promise.resolve([]),
    reservations: () => Promise.resolve([]),
    spent: () => Promise.resolve(0),
    auditRecords: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
    }),
    close: () => Promise.resolve(),
  }
}
