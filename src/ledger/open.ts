/** Chooses the ledger that the Settings name. The client is loaded only when one is opened. */
import { resolve } from 'node:path'
import type { LedgerConfig, SecretReference } from '../model/workspace.ts'
import { LedgerUnreachable, type Ledger, type LedgerReader } from './ledger.ts'

/** What a ledger takes from its surroundings. */
export interface LedgerSurroundings {
  /** Absolute path of the workspace; a ledger's file is relative to it. */
  readonly root: string
  /** Fetches what a reference leads to; rejects, with words for people, when it leads nowhere. */
  readonly secret: (reference: SecretReference) => Promise<string>
  /** The clock, for heartbeats and records. */
  readonly now: () => Date
}

/** Opens the ledger for apply and creates it where there is none. Rejects with LedgerUnreachable. */
export async function openLedger(config: LedgerConfig, { root, now }: LedgerSurroundings): Promise<Ledger> {
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(fileOf(config, root), { now })
}

/**
 * Opens the ledger for asking only. Where there is none yet it answers as an empty one that is `created`, and
 * nothing is written. Rejects with LedgerUnreachable.
 */
export async function openLedgerReader(
  config: LedgerConfig,
  { root, now }: LedgerSurroundings,
): Promise<LedgerReader> {
  const { openSqliteReader } = await import('./sqlite.ts')
  return openSqliteReader(fileOf(config, root), now)
}

function fileOf(config: LedgerConfig, root: string): string {
  if (config.type === 'file') return resolve(root, config.path)
  throw new LedgerUnreachable(
    `This version of rolecall keeps its ledger in a file only; Settings name a ledger in ${config.type}.`,
  )
}
