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
  readonly primary: Reference | undefined
  readonly others: readonly Reference[]
}

export interface User extends Named, Period {
  readonly type: 'person' | 'service' | 'break-glass'
  readonly email: string | undefined
  readonly previousEmails: readonly string[]
  readonly givenName: string | undefined
  readonly familyName: string | undefined
  readonly employment: 'employee' | 'contractor' | 'third-party' | undefined
  /** Who answers for a third party; `owner` and `purpose` are a service's. */
  readonly purpose: string | undefined
  readonly sponsor: Reference | undefined
  readonly owner: Reference | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly attributes: Readonly<Record<string, readonly string[]>> | undefined
  readonly status: Status
  readonly groups: Memberships | undefined
  readonly accounts: readonly AccountEntry[]
}

/** One key of `User.spec.accounts`. */
export interface AccountEntry {
  /** The key: the system's name, or a name of its own for a further account there. */
  readonly name: string
  readonly system: string
  readonly place: Place
  /** What differs from the defaults; absent for `none`: no account there, whatever the groups say. */
  readonly layer: Layer | undefined
  /** Of this account, in place of the person's: its primary group and its further ones. */
  readonly primaryGroup: Reference | undefined
  readonly groups: readonly Reference[] | undefined
}

export interface Group extends Named {
  readonly name: string
  readonly description: string | undefined
  readonly members: readonly Reference[] | undefined
  readonly managers: readonly Reference[] | undefined
  readonly parent: Reference | undefined
  readonly systems: ReadonlyMap<string, GroupEntry>
}

/** One key of `Group.spec.systems`. */
export interface GroupEntry {
  /** Native name; absent where it is the group's. */
  readonly name: string | undefined
  /** The connector's settings: what is written here, before what `sameAs` brings. */
  readonly layers: readonly Layer[]
  /** Values of the account that every member has here; absent where membership gives none. */
  readonly account: Layer | undefined
  readonly sameAs: Reference | undefined
  readonly preset: Reference | undefined
}

export interface Role extends Named {
  readonly system: Reference
  readonly name: string
  readonly description: string | undefined
  readonly cloneOf: Reference | undefined
  /** The whole set, or what is put on top of `cloneOf` and taken from it. */
  readonly privileges: Privileges | undefined
  readonly directoryGroups: readonly string[] | undefined
  readonly implies: readonly Reference[] | undefined
  /** Everywhere, or in the enterprise that a Project stands for. */
  readonly availability: 'global' | Reference | undefined
  /** The connector's own. */
  readonly settings: Layer | undefined
}

export type Privileges =
  | { readonly exact: readonly string[] }
  | { readonly add: readonly string[]; readonly remove: readonly string[] }

export interface Project extends Named {
  readonly system: Reference
  readonly name: string
  readonly type: string | undefined
  readonly description: string | undefined
  /** The connector's own. */
  readonly settings: Layer | undefined
}

export interface Scope extends Named {
  readonly system: Reference
  readonly name: string
  readonly description: string | undefined
  readonly enterprises: 'all' | readonly Reference[] | undefined
  readonly datacenters: 'all' | readonly string[] | undefined
}

export interface Policy extends Named, Period {
  readonly systems: readonly Reference[]
  readonly name: string
  readonly description: string | undefined
  readonly subjects: readonly TypedReference[] | undefined
  readonly resources: readonly TypedReference[] | undefined
  readonly roles: readonly Reference[] | undefined
}

/** `{group: finance}`, `{everyone: true}`, `{application: fra1/payroll}`. */
export interface TypedReference extends Reference {
  readonly type: string
}

export interface Mapping extends Named {
  readonly systems: readonly Reference[]
  /** Where none is written, the handle is the name, or the system decides which one is meant. */
  readonly name: Reference | undefined
  readonly mode: string | undefined
  readonly fallback: 'none' | Reference | undefined
  readonly rules: readonly MappingRule[] | undefined
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
  readonly account: Layer | undefined
  readonly owners: {
    readonly expected: readonly Reference[] | undefined
    readonly anchors: readonly Reference[]
    readonly minimum: number
  }
  readonly suspendTo: Reference | undefined
  readonly profile: Reference | undefined
  /** Written keys that this version cannot obey, and must not ignore. */
  readonly tolerate: Place | undefined
}

/** One key of `System.spec.ignore`. */
export interface Ignored {
  readonly kind: Kind
  readonly collection: Reference
  readonly patterns: readonly string[]
}

export interface SettingsDocument extends Named {
  readonly settings: Settings
  readonly approvals: Place | undefined
}
