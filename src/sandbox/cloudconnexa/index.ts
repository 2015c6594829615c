/**
 * CloudConnexa on the loopback address: the API v1.2.3 as the vendor documents it, for tests and for trying rolecall without
 * an account. What the documentation leaves open can be read either way (`unknowns`), and what can go wrong goes wrong on
 * demand (`faults`). It knows nothing of the connector.
 */
import { Hono } from 'hono'
import type { Limits } from '../bucket.ts'
import { Faults } from '../faults.ts'
import { faulty, listen, type Listening, type SandboxEnv } from '../server.ts'
import { Store } from '../store.ts'
import { accessGroups } from './access-groups.ts'
import { accountOf, type Seed } from './account.ts'
import { Refusal } from './errors.ts'
import { documentedLimits, limited, permitted, unlimited } from './limits.ts'
import { tokens } from './oauth.ts'
import { places } from './places.ts'
import { policies } from './policies.ts'
import { portal, type Portal } from './portal.ts'
import { settings } from './settings.ts'
import { readings, type Unknowns } from './unknowns.ts'
import { userGroups } from './user-groups.ts'
import { users } from './users.ts'
import type { Account } from './wire.ts'
import type { Api, World } from './world.ts'

export interface SandboxOptions {
  /** 0 or absent: a free one. */
  readonly port?: number
  /** Kept there, and found again; absent: in memory. */
  readonly file?: string
  /** What it begins with where the file is not there yet. */
  readonly seed?: Seed | Account
  readonly unknowns?: Partial<Unknowns>
  /** `documented` where absent; `off` never makes anybody wait. */
  readonly limits?: Limits | 'documented' | 'off'
  /** Items that a page holds at most, so that few of them make several pages; 1000 where absent, as documented. */
  readonly largestPage?: number
  /** Seconds that an access token is valid; 43199 where absent. */
  readonly tokenSeconds?: number
  readonly now?: () => Date
}

export interface CloudConnexaSandbox extends Listening {
  /** An API key with every permission. */
  readonly credentials: { readonly clientId: string; readonly clientSecret: string }
  readonly faults: Faults
  readonly portal: Portal
  /** The account as it is now. */
  readonly account: () => Account
  /** How it reads now what the documentation leaves open; `read` changes it. */
  readonly unknowns: () => Unknowns
  readonly read: (readings: Partial<Unknowns>) => void
  /** Makes the account this one. */
  readonly restore: (account: Account) => void
}

export async function startCloudConnexa(options: SandboxOptions = {}): Promise<CloudConnexaSandbox> {
  const { seed = 'acme', now = () => new Date() } = options
  const store = new Store(
    () => (typeof seed === 'string' ? accountOf(seed) : structuredClone(seed)),
    options.file,
  )
  const [key] = store.now.keys
  if (key === undefined) throw new Error('the account has no API key')
  const faults = new Faults()
  const { largestPage = 1000 } = options
  const world: World = { store, unknowns: readings(options.unknowns), now, largestPage, turns: 0 }
  const server = await listen(serving(world, faults, options), options.port)
  const { clientId, clientSecret } = key
  return {
    ...server,
    credentials: { clientId, clientSecret },
    faults,
    portal: portal(store),
    account: () => structuredClone(store.now),
    unknowns: () => ({ ...world.unknowns }),
    read: (readings) => {
      Object.assign(world.unknowns, readings)
    },
    restore: (account) => {
      store.set(structuredClone(account))
    },
  }
}

function serving(world: World, faults: Faults, options: SandboxOptions): Api {
  const api: Api = new Hono<SandboxEnv>()
  const { endpoint, guard } = tokens(world, options.tokenSeconds ?? 43_199)
  api.use(faulty(faults))
  endpoint(api)
  api.use('/api/v1/*', guard, limited(limitsOf(options), world), permitted(world))
  for (const part of [users, userGroups, accessGroups, policies, places, settings]) part(api, world)
  api.notFound(() => new Refusal(404, 'No such endpoint').response())
  api.onError((error) => (error instanceof Refusal ? error : broken(error)).response())
  return api
}

function limitsOf({ limits = 'documented' }: SandboxOptions): Limits {
  if (typeof limits !== 'string') return limits
  return limits === 'off' ? unlimited : documentedLimits
}

function broken(error: Error): Refusal {
  return new Refusal(500, error.message)
}
