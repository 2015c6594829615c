/**
 * Starts the services before the tests and ends them after. A service is a folder here with a `server.ts`: it starts
 * what the machine has as a private server, or says why it cannot; then its tests are skipped with that reason.
 */
import type { TestProject } from 'vitest/node'
import { startKeystone, type Keystone } from './keystone/server.ts'
import { startPostgres } from './postgres/server.ts'

/** How the tests reach a service, or why they cannot. */
type Provided<T> = T | { readonly missing: string }

declare module 'vitest' {
  interface ProvidedContext {
    postgres: Provided<{ readonly url: string }>
    keystone: Provided<Keystone>
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres()
  provide('postgres', 'missing' in postgres ? postgres : { url: postgres.url })
  const keystone = await startKeystone()
  provide('keystone', 'missing' in keystone ? keystone : { url: keystone.url, state: keystone.state })
  return async () => {
    if (!('missing' in postgres)) await postgres.stop()
    if (!('missing' in keystone)) keystone.stop()
  }
}
