/** Chooses the ledger that the Settings name. The client is loaded only when one is opened. */
import { resolve } from 'node:path'
import type { LedgerConfig, SecretReference } from '../model/workspace.ts'
import { LedgerUnreachable, type Ledger, type LedgerReader } from './ledger.ts'
import type { PostgresPlace } from './postgres.ts'

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
export async function openLedger(config: LedgerConfig, surroundings: LedgerSurroundings): Promise<Ledger> {
  const { root, now } = surroundings
  switch (config.type) {
    case 'file': {
      const { openSqlite } = await import('./sqlite.ts')
      return openSqlite(resolve(root, config.path), { now })
    }
    case 'postgres': {
      const { openPostgres } = await import('./postgres.ts')
      return openPostgres(await placeOf(config, surroundings), { now })
    }
    case 'git':
      throw notYet()
  }
}

/**
 * Opens the ledger for asking only. Where there is none yet it answers as an empty one that is `created`, and
 * nothing is written. Rejects with LedgerUnreachable.
 */
export async function openLedgerReader(
  config: LedgerConfig,
  surroundings: LedgerSurroundings,
): Promise<LedgerReader> {
  const { root, now } = surroundings
  switch (config.type) {
    case 'file': {
      const { openSqliteReader } = await import('./sqlite.ts')
      return openSqliteReader(resolve(root, config.path), now)
    }
    case 'postgres': {
      const { openPostgresReader } = await import('./postgres.ts')
      return openPostgresReader(await placeOf(config, surroundings), now)
    }
    case 'git':
      throw notYet()
  }
}

async function placeOf(
  { url, schema }: Extract<LedgerConfig, { type: 'postgres' }>,
  { root, secret }: LedgerSurroundings,
): Promise<PostgresPlace> {
  return { url: await secret(url), schema, root }
}

function notYet(): LedgerUnreachable {
  return new LedgerUnreachable('This version of rolecall cannot keep its ledger in git.')
}
