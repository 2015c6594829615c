/** What the two runners of a race and their starter say to each other. All of it is plain JSON. */
import process from 'node:process'
import type { LedgerConfig, SecretReference } from '../../src/model/workspace.ts'
import type { Wishes } from '../apply/world.ts'

/** What a runner is forked with. */
export interface Start {
  /** Where the directory is: one for both. */
  readonly root: string
  /** Where the ledger's configuration counts from: a clone each, where the ledger is in git. */
  readonly workspace: string
  readonly config: LedgerConfig
  readonly defence: Defence
}

/** `lock stolen`: each finds the other dead, and takes its lock whenever it asks. Then reservations are all there is. */
export type Defence = 'whole' | 'lock stolen' | 'lock stolen, reservations unseen'

export interface Round {
  readonly run: string
  readonly wishes: Wishes
  /** Milliseconds that each write takes to arrive. */
  readonly latency: number
  /** Who finds the lock taken tries again with the same plan until it is free; else that is the end of the run. */
  readonly persists: boolean
}

export type Told =
  | { readonly type: 'ready' }
  | { readonly type: 'planned'; readonly lowers: readonly string[] }
  | { readonly type: 'over'; readonly end: End }

export interface End {
  readonly how: string
  readonly exit: number
  /** `delete account:ana done` */
  readonly steps: readonly string[]
  /** The machine's clock in milliseconds: when it began to apply, and when it was over. */
  readonly from: number
  readonly to: number
}

export type Order = { readonly type: 'plan'; readonly round: Round } | { readonly type: 'apply' }

/** Both own the system, and both are known to the ledger. */
export const bothOwn: Wishes = { people: { ana: { role: 'Owner' }, bo: { role: 'Owner' } } }

/** What is wished by each of two who know nothing of each other: the other of two owners goes, or is a Member. */
export const goes: Readonly<Record<'ana' | 'bo', readonly Wishes[]>> = {
  ana: [
    { people: { bo: { role: 'Owner' } } },
    { people: { ana: { role: 'Member' }, bo: { role: 'Owner' } } },
    { people: { ana: { role: 'Owner', status: 'suspended' }, bo: { role: 'Owner' } } },
  ],
  bo: [
    { people: { ana: { role: 'Owner' } } },
    { people: { bo: { role: 'Member' }, ana: { role: 'Owner' } } },
    { people: { bo: { role: 'Owner', status: 'suspended' }, ana: { role: 'Owner' } } },
  ],
}

/** The address of a ledger that is on a server stands in a variable. */
export function secret(reference: SecretReference): Promise<string> {
  const value = 'env' in reference ? process.env[reference.env] : undefined
  return value === undefined
    ? Promise.reject(new Error('There is no such variable.'))
    : Promise.resolve(value)
}
