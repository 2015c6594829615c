/** Chooses the ledger that the Settings name. The client is loaded only when one is opened. */
import { resolve } from 'node:path'
import type { LedgerConfig } from '../model/workspace.ts'
import { LedgerUnreachable, type Ledger, type LedgerReader } from './ledger.ts'

/**
 * Opens the ledger for apply and creates it where there is none. Rejects with LedgerUnreachable.
 *
 * @param root absolute path of the workspace; a ledger's file is relative to it
 * @param now the clock, for heartbeats and records
 */
export async function openLedger(config: LedgerConfig, root: string, now: () => Date): Promise<Ledger> {
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(fileOf(config, root), { now })
}

/**
 * Opens the ledger for asking only. Where there is none yet it answers as an empty one that is `created`, and
 * nothing is written. Rejects with LedgerUnreachable.
 */
export async function openLedgerReader(config: LedgerConfig, root: string): Promise<LedgerReader> {
  const { openSqliteReader } = await import('./sqlite.ts')
  return openSqliteReader(fileOf(config, root))
}

function fileOf(config: LedgerConfig, root: string): string {
  if (config.type === 'file') return resolve(root, config.path)
  throw new LedgerUnreachable(
    `This version of rolecall keeps its ledger in a file only; Settings name a ledger in ${config.type}.`,
  )
}
