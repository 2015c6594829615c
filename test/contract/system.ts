/**
 * What a connector brings to the contract suite, in one file beside this one: how to make a live system, how manifests
 * reach it, what is in it (seen past the connector), and how it is made to fail. What a system cannot have is said.
 */
import type { Call } from '../../src/sandbox/server.ts'
import type { Faults, FaultRule } from '../../src/sandbox/faults.ts'
import type { Clock } from './runs.ts'

export interface ContractSystem {
  /** The name of the connector. */
  readonly name: string
  /** What it does not have, and why: each test that needs it is skipped with these words. */
  readonly lacks: Readonly<Partial<Record<Capability, string>>>
  /** Paths of further lists that come in pages, from which things take their names. */
  readonly otherLists?: Readonly<Record<string, RegExp>>
  /** When its clock begins; a day of our own where it is absent. The tokens of a real server end by a real clock. */
  readonly now?: () => Date
  /** A real server takes its time: outside of the deep run, of all that can go wrong one in so many is tried. */
  readonly sample?: number
  /** So many things can be given hostile names in the time that there is; 10,000 where it is absent. */
  readonly hostile?: number
  /** A fresh live system, as after signing up. */
  readonly open: (options: OpenOptions) => Promise<Live>
}

/** `calls`: an HTTP API with faults at each call; `pages`: lists that come in pages; `tokens`: sign-in that expires. */
export type Capability = 'calls' | 'pages' | 'tokens'

export interface OpenOptions {
  /** The folder of the workspace. */
  readonly root: string
  readonly clock: Clock
  /** Items on a page, where there are pages. */
  readonly pageSize?: number
  /** The secret half of the credentials, where there is one. */
  readonly secret?: string
}

export interface Live {
  /** `System.spec` but for `stage`; the system is called `live`. */
  readonly spec: object
  readonly env: Readonly<Record<string, string>>
  /** Documents without which no other is valid here: owners, groups that are always there. */
  readonly base: readonly Document[]
  /** What a person's `accounts` and a group's `systems` say of this system. */
  readonly account: object
  readonly group: object
  /** What a policy may reach here. */
  readonly resources: readonly object[]
  /** The roles that a policy of this name gives there; absent where reaching is all. */
  readonly roles?: (policy: string) => readonly string[]
  /** Words that an apply needs there. */
  readonly toApply?: readonly string[]
  /** Names of what is there but for the base, sorted, repeated where something is there twice. */
  readonly there: () => Promise<There> | There
  /** Puts accounts and groups there by hand. */
  readonly byHand: (there: Partial<There>) => Promise<void> | void
  /** Requests at the socket, and what is made to go wrong with them. */
  readonly wire?: Wire
  readonly close: () => Promise<void>
}

export interface Wire {
  readonly calls: Call[]
  readonly faults: Pick<Faults, 'clear'> & { add(...rules: readonly FaultRule[]): void }
  /** Whether a request changes something; asking for a token does not. */
  readonly isWrite: (call: Call) => boolean
  /** Paths of the lists that come in pages, by what they list. */
  readonly lists: Readonly<Partial<Record<keyof There, RegExp>>>
  /** Makes one of the further lists so long; what was there stands at its end. */
  readonly fill?: (list: string, count: number) => void
  /** Remembers how the system is; the result brings it back. Where it is absent, each fault meets a new system. */
  readonly mark?: () => () => void
}

/** What the suite makes and looks for, by native name. */
export interface There {
  readonly accounts: readonly string[]
  readonly groups: readonly string[]
  readonly policies: readonly string[]
}

export interface Document {
  readonly kind: string
  readonly name: string
  readonly spec: object
}
