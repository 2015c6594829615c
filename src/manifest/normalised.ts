/**
 * What holds after defaults, beside what stands in the file (`Written…`). Short forms are gone: every list item
 * is a Reference, every settings block a Layer, and each knows where it was written.
 */
import type { JsonObject } from '../model/json.ts'
import type { Kind } from '../model/resource.ts'
import type { Cause } from '../model/span.ts'
import type { Settings, SystemConfig } from '../model/workspace.ts'
import type { Period, Status } from './dates.ts'
import type { RawDocument } from './document.ts'
import type { Place } from './place.ts'

/** What every document has. */
export interface Named {
  readonly handle: string
  readonly raw: RawDocument
  readonly cause: Cause
  /** Names it was known by. */
  readonly previously: readonly string[]
  /** `metadata.state: absent`. */
  readonly absent: boolean
}

/** One item of a list that names something, with the days on which it counts. */
export interface Reference extends Period {
  readonly name: string
  readonly place: Place
}

/** Keys and values written in one place, for a system to be compared with. */
export interface Layer {
  readonly values: JsonObject
  readonly place: Place
}

/** A person's own groups: `others` are secondary where there are primaries. */
export interface Memberships {
  /** The one that is said to be the primary group, or the sole group there is (M2). */
  readonly primary?: Reference
  readonly others: readonly Reference[]
}

export interface User extends Named, Period {
  readonly type: 'person' | 'service' | 'break-glass'
  readonly email?: string
  readonly previousEmails: readonly string[]
  readonly givenName?: string
  readonly familyName?: string
  readonly employment?: 'employee' | 'contractor' | 'third-party'
  /** Who answers for a third party; `owner` and `purpose` are a service's. */
  readonly purpose?: string
  readonly sponsor?: Reference
  readonly owner?: Reference
  readonly labels?: Readonly<Record<string, string>>
  readonly status: Status
  readonly groups?: Memberships
  readonly accounts: readonly AccountEntry[]
}

/** One key of `User.spec.accounts`. */
export interface AccountEntry {
  /** The key: the system's name, or a name of its own for a further account there. */
  readonly name: string
  readonly system: string
  readonly place: Place
  /** What differs from the defaults; absent for `none`: no account there, whatever the groups say. */
  readonly layer?: Layer
  /** Of this account, in place of the person's: its primary group and its further ones. */
  readonly primaryGroup?: Reference
  readonly groups?: readonly Reference[]
}

export interface Group extends Named {
  readonly name: string
  readonly description?: string
  readonly members?: readonly Reference[]
  readonly managers?: readonly Reference[]
  readonly parent?: Reference
  readonly systems: ReadonlyMap<string, GroupEntry>
}

/** One key of `Group.spec.systems`. */
export interface GroupEntry {
  /** Native name; absent where it is the group's. */
  readonly name?: string
  /** The connector's settings: what is written here, before what `sameAs` brings. */
  readonly layers: readonly Layer[]
  /** Values of the account that every member has here; absent where membership gives none. */
  readonly account?: Layer
  readonly sameAs?: Reference
  readonly preset?: Reference
}

export interface Role extends Named {
  readonly system: Reference
  readonly name: string
  readonly description?: string
  readonly cloneOf?: Reference
  /** The whole set, or what is put on top of `cloneOf` and taken from it. */
  readonly privileges?:
    | { readonly exact: readonly string[] }
    | { readonly add: readonly string[]; readonly remove: readonly string[] }
  readonly directoryGroups?: readonly string[]
  readonly implies?: readonly Reference[]
  /** Everywhere, or in the enterprise that a Project stands for. */
  readonly availability?: 'global' | Reference
}

export interface Project extends Named {
  readonly system: Reference
  readonly name: string
  readonly type?: string
  readonly description?: string
}

export interface Scope extends Named {
  readonly system: Reference
  readonly name: string
  readonly description?: string
  readonly enterprises?: 'all' | readonly Reference[]
  readonly datacenters?: 'all' | readonly string[]
}

export interface Policy extends Named, Period {
  readonly systems: readonly Reference[]
  readonly name: string
  readonly description?: string
  readonly subjects?: readonly TypedReference[]
  readonly resources?: readonly TypedReference[]
  readonly roles?: readonly Reference[]
}

/** `{group: finance}`, `{everyone: true}`, `{application: fra1/payroll}`. */
export interface TypedReference extends Reference {
  readonly type: string
}

export interface Mapping extends Named {
  readonly systems: readonly Reference[]
  readonly name: string
  readonly mode?: string
  readonly fallback?: 'none' | Reference
  readonly rules?: readonly MappingRule[]
}

export interface MappingRule {
  readonly attribute: string
  readonly in: readonly string[]
  readonly group: Reference
}

/** A System before the handles in it have been turned into accounts. */
export interface System extends Named {
  /** Whether it stands as it does on the protected branch, beside documents of a change that is not merged. */
  readonly isProtected: boolean
  readonly connector: string
  /** Complete but for the people in it, who are accounts only when all accounts are known. */
  readonly config: Omit<SystemConfig, 'owners'>
  readonly exclusive: readonly Reference[]
  readonly ignore: readonly Ignored[]
  readonly account?: Layer
  readonly owners: {
    readonly expected?: readonly Reference[]
    readonly anchors: readonly Reference[]
    readonly minimum: number
  }
  readonly suspendTo?: Reference
  readonly profile?: Reference
}

/** One key of `System.spec.ignore`. */
export interface Ignored {
  readonly kind: Kind
  readonly collection: Reference
  readonly patterns: readonly string[]
}

export interface SettingsDocument extends Named {
  readonly settings: Settings
  readonly approvals?: Place
}
