import type { Rank } from '../model/access.ts'
import type { Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Proof } from '../model/plan.ts'
import type { Kind, LinkTarget, Resource, ResourceRef } from '../model/resource.ts'
import type { SystemConfig } from '../model/workspace.ts'
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
  /**
   * Why a live resource is there without anybody having declared it, one phrase: it follows from another, and the
   * system itself keeps it. Then it is neither drift nor removed. `outcome` is the state as it is wished.
   */
  implied?(resource: Resource, outcome: GraphView): string | undefined
  /**
   * Whether this new account cannot be made without a password, by the description's `newPassword`. Absent: none needs
   * one. It is in the operator's hands before the create is sent, and nowhere else.
   */
  needsPassword?(created: Resource): boolean
  /**
   * What is wrong with the system as it stands, whatever a plan does: shown as warnings with every plan. `settings` are
   * those that the System declares.
   */
  standing?(graph: GraphView, settings: JsonObject): readonly Violation[]
  /** Who may do what, and through what. */
  readonly access: AccessRules
}

/**
 * What follows from what in a system, told of one thing at a time. The generic part (`src/access`) walks from thing to
 * thing, indexes, answers and compares, so nothing here looks for anybody or adds anything up.
 *
 * Things are named as links name them: `account:ana`, `group:oncall`, `role:deployer`, and what is no resource:
 * `everyone:*` for every account that passes to it, `network:hq`, `attribute:groups=eng` for whoever is behind them.
 */
export interface AccessRules {
  /**
   * What this one thing passes on and gives. It may look at the thing itself, at what `hangsOn` names, and at nothing
   * else: all other things are asked for themselves. Asked of everything that is passed to, known or
   * not: a role that nobody knows gives a right of rank `unknown`, never none. What replaces something else (rows instead of defaults) is worked out here, inside the one thing.
   */
  facts(thing: Thing, graph: GraphView): AccessFacts
  /**
   * The resources that `facts` and `within` look at too for this one, each of which may hang on others: the domain
   * that disables its accounts, the project of a grant, and the domain of that project.
   */
  hangsOn?(resource: Resource): readonly LinkTarget[]
  /**
   * The targets that hold this one in them, one step up: whoever may do something to one of these may do it here. A
   * group that can be a destination holds its members; `all:*` holds everything, if the system has such a thing. It may
   * look at the target, and at resources that name it in their links.
   */
  within(target: LinkTarget, graph: GraphView): readonly LinkTarget[]
  /** Settings that an account has from something else, each with where it comes from. Absent: there are none here. */
  inherits?(account: Resource, graph: GraphView): readonly Inherited[]
  /**
   * What of a plan widens access without naming anybody and does not show as a right that everyone gains: rules of a
   * mapping in another order, several groups instead of the first, the last limit taken away.
   */
  widens?(before: GraphView, after: GraphView, writes: readonly Write[]): readonly Widening[]
}

/** One thing to tell the facts of. Without a resource it is not in the graph: built in, native, or unknown. */
export interface Thing {
  readonly type: string
  readonly name: string
  readonly resource?: Resource
}

export interface AccessFacts {
  readonly passes: readonly Pass[]
  readonly rights: readonly GivenRight[]
  /** An account that cannot be used: what others say of it (grants, policies that name it) does not hold either. */
  readonly barred?: true
  /** Why it gives less than one may think: `"only" replaces "everywhere"`. Shown with what is lost by it. */
  readonly note?: string
}

/** Whoever has `from` has `to` as well. An end that is absent is the thing that says so. */
export interface Pass {
  readonly from?: LinkTarget
  readonly to?: LinkTarget
  /** What the rights beyond are held on, where these do not say: the project that a role is given on. */
  readonly on?: LinkTarget
  /** Rights beyond are worth at most this here: the top role with a small scope. */
  readonly atMost?: Rank
}

/** Without `on` it is held on whatever the way to it says: a privilege of a role. */
export interface GivenRight {
  readonly action: string
  readonly on?: LinkTarget
  readonly rank: Rank
}

/** A setting that holds for an account because something else has it. */
export interface Inherited {
  readonly name: string
  readonly value: Json
  readonly from: LinkTarget
}

/** A cause of access for people whom nobody named. */
export interface Widening {
  readonly refs: readonly ResourceRef[]
  /** One sentence: what widens, and for whom. */
  readonly message: string
  /** Keys of the accounts that it can reach, where they are known. */
  readonly accounts?: readonly string[]
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
  /** What the system said of its rate while it was read; the description's counts where it said nothing. */
  readonly callsPerSecond?: number
  /**
   * All live names of what manifests name natively, by type (`application`, `network`, `region`): a name of such a type
   * that is not among them is an error at plan. A type that is missing here is not checked.
   */
  readonly natives?: Natives
}

/** Names by type. A full name may be `network/application`; its last part stands for it where that is unique. */
export type Natives = Readonly<Record<string, readonly string[]>>

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
   * Sends writes, at most `description.batch` at once and none of which needs another; one result for each, in order.
   * All or nothing, or each by itself. A write whose before-value no longer holds is `failed`, with the difference.
   * `passwords`, by the key of the account, for the creates that need one.
   */
  write(writes: readonly Write[], passwords?: ReadonlyMap<string, Secret>): Promise<readonly WriteResult[]>
  close(): Promise<void>
}

/** What a connector is given to reach one system: checked configuration and the border's effects. */
export interface Target {
  readonly system: string
  readonly endpoint?: string
  /** `System.spec.settings`, checked against the connector's schema. */
  readonly settings: JsonObject
  /** `System.spec.profile`, which the connector has. */
  readonly profile?: string
  /** Resolved credentials by name; empty for a system that needs none. */
  readonly credentials: Readonly<Record<string, Secret>>
  /** Absolute path of the workspace root, for settings that name a file. */
  readonly root: string
  readonly now: () => Date
  /** Resolves after so many milliseconds, or as soon as `stop` is aborted; the machine's timer where it is absent. */
  readonly sleep?: (milliseconds: number, stop?: AbortSignal) => Promise<void>
  /** Once aborted, nothing further is sent, nobody waits for a turn any more, and a read that is under way is let go. */
  readonly stop?: AbortSignal
  /** For a writer: nothing is sent at or after this moment, and nobody waits for it in vain. */
  readonly deadline?: Date
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
  /** What is decided otherwise under a profile or a setting of the system; pure. */
  variant?(config: Pick<SystemConfig, 'profile' | 'settings'>): Partial<Pick<Connector, 'rules' | 'floor'>>
  openReader(target: Target): Promise<Reader>
  openWriter(target: Target): Promise<Writer>
}
