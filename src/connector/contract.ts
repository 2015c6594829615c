import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { JsonObject } from '../model/json.ts'
import type { Proof } from '../model/plan.ts'
import type { Kind, Resource, ResourceRef } from '../model/resource.ts'
import type { Description } from './describe.ts'

/** Whether one account owns its system, and if it cannot be counted on, why. */
export interface Ownership {
  /** Holds the top, unrestricted right, usable or not. */
  readonly owner: boolean
  /** Conditions read as unmet, each a short phrase (`suspended`, `a service account`); empty when usable. */
  readonly unusable: readonly string[]
  /**
   * All of `unusable` ends once the person acts: an invitation that is not accepted yet, a first sign-in. What lowers the
   * other owners then waits for them, and is not refused.
   */
  readonly pending?: true
  /**
   * The right comes from an identity provider, by what the system shows of the account: it counts above the first owner
   * only. Rights through groups that a mapping fills, or in a system with `memberships: identity-provider`, need not be
   * said: whoever owns nothing without these memberships is found out.
   */
  readonly viaProvider?: true
  /**
   * Until when account and assignment last, where the system has an end for them: a UTC day, inclusive, or a moment
   * (RFC 3339). Within 72 hours, or unreadable, it does not count.
   */
  readonly lasts?: string
}

/** The native names that a manifest's role, policy or setting may use, and what follows from what. Pure. */
export interface Rules {
  /** Who owns the system in this state and whether that can be counted on. Unknown roles and values never count. */
  ownership(account: Resource, graph: GraphView): Ownership
  /** Resources that an account's ownership or power hangs on besides itself (its role, groups that carry the right). */
  ownershipDependsOn(account: Resource, graph: GraphView): readonly ResourceRef[]
  /** The tier of power for people and guardrails. An unknown role is `unknown`, never `none`. */
  power(account: Resource, graph: GraphView): 'owner' | 'administrator' | 'member' | 'none' | 'unknown'
  /** What the system forbids in the outcome, or depends on: one sentence and one way forward each. */
  invariants(before: GraphView, after: GraphView, writes: readonly Write[]): readonly Violation[]
  /** Accounts or roles that no plan may write. */
  sealed(resource: Resource): boolean
}

export interface Violation {
  readonly refs: readonly ResourceRef[]
  readonly message: string
  readonly remedy: string
}

/** The state of a system with the proof that each collection was read whole. */
export interface Observation {
  readonly graph: GraphView
  readonly proofs: Readonly<Partial<Record<Kind, Proof>>>
  /** RFC 3339, UTC. */
  readonly readAt: string
  readonly calls: number
}

/** Asks, never tells. `plan`, `drift`, `adopt` and `validate` are only ever handed one of these. */
export interface Reader {
  /** The account behind the credentials; `undefined` where the system has no such answer. */
  whoami(): Promise<string | undefined>
  observe(): Promise<Observation>
  /** A direct read of one resource, past every cache; `undefined` only on a clear "not found". */
  read(ref: ResourceRef): Promise<Resource | undefined>
  /** The raw payloads of a direct read of all accounts that hold an owner role, for the independent checker. */
  ownerPayloads(): Promise<readonly JsonObject[]>
  close(): Promise<void>
}

/** What became of one write. */
export type WriteResult =
  | { readonly outcome: 'done'; readonly id?: string }
  /** Definitely not done. `message` is one sentence for people, already stripped of control characters. */
  | { readonly outcome: 'failed'; readonly message: string }
  /** Sent, and no trustworthy answer came back: it is read back before anything else. */
  | { readonly outcome: 'uncertain'; readonly message: string }
  /** Accepted, and waits for a person. */
  | { readonly outcome: 'waiting'; readonly forWhom: string; readonly message: string }

/** Tells. Only `apply` opens one. */
export interface Writer {
  /**
   * Sends writes, at most `description.batch` at once, all or nothing; one result for each, in order.
   * A write whose before-value no longer holds is `failed`, with the difference.
   */
  write(writes: readonly Write[]): Promise<readonly WriteResult[]>
  close(): Promise<void>
}

/** What a connector is given to reach one system: checked configuration and the border's effects. */
export interface Target {
  readonly system: string
  readonly endpoint?: string
  /** `System.spec.settings`, checked against the connector's schema. */
  readonly settings: JsonObject
  /** Resolved credentials by name; empty for a system that needs none. */
  readonly credentials: Readonly<Record<string, Secret>>
  /** Absolute path of the workspace root, for settings that name a file. */
  readonly root: string
  readonly now: () => Date
}

/** A secret: no string form, no JSON form, no inspection. Only `reveal()` gives it out, at the moment of use. */
export interface Secret {
  reveal(): string
}

/**
 * The independent checker's view: one native payload of a direct read → owner or not. Shares no code with `rules`, and
 * must agree with it on every account: `usable` here is what `unusable` being empty is there.
 */
export type FloorReader = (payload: JsonObject) => FloorView
export interface FloorView {
  /** Its key as the graph has it; empty where the payload has none. */
  readonly account: string
  readonly owner: boolean
  readonly usable: boolean
  /** As `Ownership.lasts`. */
  readonly lasts?: string
}

/** One sort of system. `describe`, `rules` and `floor` load eagerly, clients when they are opened. */
export interface Connector {
  readonly description: Description
  readonly rules: Rules
  readonly floor: FloorReader
  openReader(target: Target): Promise<Reader>
  openWriter(target: Target): Promise<Writer>
}
