/** Chooses the ledger that the Settings name. The client is loaded only when one is opened. */
import type { LedgerConfig } from '../model/workspace.ts'
import type { Ledger, LedgerReader } from './ledger.ts'

/** Opens the ledger for apply, creating it where there is none. Rejects with LedgerUnreachable. `root` is absolute. */
export async function openLedger(_config: LedgerConfig, _root: string, _now: () => Date): Promise<Ledger> {
  return Promise.reject(new Error('not written yet'))
}

/**
 * Opens the ledger for asking only. Where there is none yet it is empty and `created`, and nothing is written.
 * Rejects with LedgerUnreachable.
 */
export async function openLedgerReader(_config: LedgerConfig, _root: string): Promise<LedgerReader> {
  return Promise.reject(new Error('not written yet'))
}
