/** Chooses the ledger that the Settings name. The client is loaded only when one is opened. */
import { resolve } from 'node:path'
import type { LedgerConfig, SecretReference } from '../model/workspace.ts'
import type { Ledger, LedgerReader } from './ledger.ts'
import type { PostgresPlace } from './postgres.ts'

/** What a ledger takes from its surroundings. */
export interface LedgerSurroundings {
  /** Absolute path of the workspace; a ledger's file is relative to it. */
  readonly root: string
  /** For git, which reaches its remote as the operator's own git does. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Fetches what a reference leads to; rejects, with words for people, when it leads nowhere. */
  readonly secret: (reference: SecretReference) => Promise<string>
  /** The clock, for heartbeats and records. */
  readonly now: () => Date
}

/** Opens the ledger for apply and creates it where there is none. Rejects with LedgerUnreachable. */
export async function openLedger(config: LedgerConfig, surroundings: LedgerSurroundings): Promise<Ledger> {
  const { root, env, now } = surroundings
  switch (config.type) {
    case 'file': {
      const { openSqlite } = await import('./sqlite.ts')
      return openSqlite(resolve(root, config.path), { now })
    }
    case 'postgres': {
      const { openPostgres } = await import('./postgres.ts')
      return openPostgres(await placeOf(config, surroundings), { now })
    }
    case 'git': {
      const { openGit } = await import('./git.ts')
      return openGit({ root, env, ref: config.ref, remote: config.remote }, { now })
    }
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
  const { root, env, now } = surroundings
  switch (config.type) {
    case 'file': {
      const { openSqliteReader } = await import('./sqlite.ts')
      return openSqliteReader(resolve(root, config.path), now)
    }
    case 'postgres': {
      const { openPostgresReader } = await import('./postgres.ts')
      return openPostgresReader(await placeOf(config, surroundings), now)
    }
    case 'git': {
      const { openGitReader } = await import('./git.ts')
      return openGitReader({ root, env, ref: config.ref, remote: config.remote }, now)
    }
  }
}

async function placeOf(
  { url, schema }: Extract<LedgerConfig, { type: 'postgres' }>,
  { root, secret }: LedgerSurroundings,
): Promise<PostgresPlace> {
  return { url: await secret(url), schema, root }
}
