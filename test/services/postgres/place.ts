/** Where a test keeps its ledger: a schema of its own in the one database, so that tests do not meet. */
import { randomBytes } from 'node:crypto'
import { describe, inject } from 'vitest'
import type { PostgresPlace } from '../../../src/ledger/postgres.ts'
import { sql } from './server.ts'

const provided = inject('postgres')

/** The URL of the superuser; empty where there is no server, and then nothing that would use it is run. */
export const url = 'url' in provided ? provided.url : ''

/** `describe` for what needs the server; skipped, with the reason in its name, where there is none. */
export function withPostgres(name: string, tests: () => void): void {
  if ('missing' in provided) describe.skip(`${name} (skipped: ${provided.missing})`, tests)
  else describe(name, tests)
}

export function newPlace(): PostgresPlace {
  return { url, root: '/', schema: `t_${randomBytes(6).toString('hex')}` }
}

export async function dropPlace({ schema }: PostgresPlace): Promise<void> {
  await sql(url, `drop schema if exists "${schema}" cascade`)
}
