import type { JsonObject } from '../model/json.ts'
import type { Evidence } from '../model/plan.ts'
import type { Kind } from '../model/resource.ts'

/**
 * How a field or link is written:
 * `write` any time; `create-only` with the create and never again; `manual` by a person, the API cannot;
 * `read` set by the system and never declared; `write-only` sent and never read back.
 */
export type WriteMode = 'write' | 'create-only' | 'manual' | 'read' | 'write-only'

interface Described {
  /** One sentence for people: shown in docs and hovers. */
  readonly about: string
  readonly write: WriteMode
}

/** A value of a resource. `shape` decides how two values are compared and shown. */
export interface FieldDescription extends Described {
  /** `set`: a list without order or repeats; `ordered`: a list whose order means something; `map`: an object by key. */
  readonly shape: 'scalar' | 'set' | 'ordered' | 'map'
  /** Two spellings that differ only in A-Z/a-z are equal. ASCII only: Unicode folding merges people. */
  readonly caseInsensitive?: boolean
  /** What a scalar is, or the items of a list: a text unless said otherwise. Rules of a team are checked against it. */
  readonly value?: 'text' | 'number' | 'flag' | 'structure'
  /**
   * For a manual field: what a person does, with `{name}` for the resource and `{value}` for the wish. A step with
   * `{item}` is told once for each item of a list, which `{number}` counts from 1.
   */
  readonly steps?: readonly string[]
  /** `false`: the system does not show it. It is compared with what the protected branch said last, and is no drift. */
  readonly readable?: false
  /** The type of `Observation.natives` whose names the value is of; of a structure, its `attribute`. */
  readonly native?: string
}

/**
 * What a system shows of sign-ins, as fields of its accounts: `fields: { …, ...signInFields }`. Both are RFC 3339 in UTC,
 * and what is not there is not known: never is said by `signInsFrom` alone, since when a sign-in would have been seen
 * (when the account was made, or the record of sign-ins was begun).
 */
export const signInFields = {
  lastSignIn: {
    about: 'When somebody signed in last (RFC 3339, UTC); absent where that is not known.',
    write: 'read',
    shape: 'scalar',
  },
  signInsFrom: {
    about: 'Since when a sign-in would have been recorded (RFC 3339, UTC); absent where none may have been.',
    write: 'read',
    shape: 'scalar',
  },
} as const satisfies Readonly<Record<string, FieldDescription>>

/** References to other things, always a list; `one` holds at most one. */
export interface LinkDescription extends Described {
  readonly shape: 'one' | 'set'
  /** The kinds and native types it may point at. */
  readonly to: readonly string[]
  /** What removing the target does here: `cascade` the link goes along, `restrict` the target may not go. */
  readonly onRemove: 'cascade' | 'restrict'
  /** A membership is counted and reported as such, pair by pair. */
  readonly membership?: boolean
  /** Without a target there is no limit, so that a first one takes something away. */
  readonly limits?: boolean
  /** Targets that are no resources are live names, by their type in `Observation.natives`. */
  readonly native?: true
  readonly steps?: readonly string[]
}

/** One kind of resource in one sort of system. */
export interface KindDescription {
  readonly about: string
  /** Natural keys that differ only in A-Z/a-z are the same key; then `ref.key` is lower case. */
  readonly keyCaseInsensitive: boolean
  /** Whether a live resource can be renamed in place, keeping its id. */
  readonly rename: boolean
  /** Whether the kind may be created and deleted here; `false`: fixed by the system. */
  readonly writable: boolean
  /** The only keys there are, each with what it holds while it is not shown: none is made or removed. */
  readonly fixed?: Readonly<Record<string, JsonObject>>
  readonly fields: Readonly<Record<string, FieldDescription>>
  readonly links: Readonly<Record<string, LinkDescription>>
  /** All of them must hold before anything of the kind is removed; none means nothing ever is. */
  readonly evidence: readonly Evidence[]
  /** What undo cannot restore of such a write, one phrase; absent where it restores all. */
  readonly irreversible?: Readonly<Partial<Record<'create' | 'update' | 'rename' | 'delete', string>>>
  /** Calls that such a write takes, about, where it is not one: an object may have to be read before it is sent back. */
  readonly calls?: Readonly<Partial<Record<'create' | 'update' | 'rename' | 'delete', number>>>
}

/** The conditions of a usable owner (design 7) that a system can or cannot show. */
export const usableConditions = [
  'person',
  'accepted',
  'enabled',
  'lasts',
  'whole-system',
  'can-log-in',
  'direct',
  'distinct',
] as const
export type UsableCondition = (typeof usableConditions)[number]
export type Readability = 'read' | 'not applicable' | 'not readable'

/** What the system asks of a password. One of each sort of character is in it, whether asked for or not. */
export interface PasswordRules {
  /** Characters at least and at most. */
  readonly min: number
  readonly max: number
  /** The signs besides letters and digits that it takes, such as `-_.`; one of them is always used. Empty for none. */
  readonly symbols: string
}

/** Everything generic code must know about one sort of system. Pure data; a missing entry does not compile. */
export interface Description {
  readonly connector: string
  readonly about: string
  /** Kinds the system has; an absent kind declared for it is an error of the manifest. */
  readonly kinds: Readonly<Partial<Record<Kind, KindDescription>>>
  /** Built-in role names. */
  readonly roles: readonly string[]
  /** What the built-in roles may do, where that is known: what `cloneOf` starts from. */
  readonly rolePrivileges?: Readonly<Record<string, readonly string[]>>
  /** Whether roles beyond the built-in ones may be declared (`Role`). */
  readonly declaredRoles: boolean
  /** A role that nobody declares may be a live one of that name: whether it is there is seen at plan. */
  readonly openRoles?: true
  /** The key of an account that names its one role; absent where accounts have none of their own, only grants. */
  readonly accountRole?: string
  /** Roles whose holders count for the floor, the minimum and anchors. */
  readonly ownerRoles: readonly string[]
  /** Varieties with rules of their own, by the name that `System.spec.profile` gives them. */
  readonly profiles?: Readonly<Record<string, Profile>>
  /** How an account is stopped without being removed. */
  readonly suspend: 'native' | 'none'
  /** Whether a person has one primary group here, and how many further ones at most. */
  readonly primaryGroups: boolean
  readonly maxSecondaryGroups: number
  readonly nestedGroups: boolean
  /** What keys an account here: the user name (the handle by default) or the e-mail address. */
  readonly accountKey: 'username' | 'email'
  /**
   * Accounts of people who sign in through an identity provider (`authentication`) appear there with their first sign-in:
   * none is made for them.
   */
  readonly accountsFromProvider?: true
  readonly usable: Readonly<Record<UsableCondition, Readability>>
  /** Where new accounts may need a password from us; `Rules.needsPassword` says which. */
  readonly newPassword?: PasswordRules
  /** Writes sent in one transaction at most; 1 where each write is a call of its own. */
  readonly batch: number
  /** Calls a second the system bears, for the estimate; 0 is unlimited. */
  readonly callsPerSecond: number
  /** Seconds a read may lag behind a write. */
  readonly lagSeconds: number
  /** Credentials that are taken from these environment variables, by name, in a System that names none itself. */
  readonly environment?: Readonly<Record<string, string>>
  /** What the connector adds to the manifest language, as JSON Schema (draft 2020-12) of closed objects. */
  readonly schemas: {
    /** `System.spec.settings`. */
    readonly system: JsonObject
    /** `Group.spec.systems.<name>` beside the portable `name, account, sameAs, preset`. */
    readonly group: JsonObject
    /** `User.spec.accounts.<name>` beside the portable keys. */
    readonly account: JsonObject
    /** Types of `AccessPolicy` resources that the system knows, besides managed kinds. */
    readonly resourceTypes: readonly string[]
    readonly subjectTypes: readonly string[]
    readonly projectTypes: readonly string[]
    /** `Role.spec.settings` and `Project.spec.settings`, where the system has any. */
    readonly role?: JsonObject
    readonly project?: JsonObject
  }
  /** Types of projects on which no policy gives roles, each with what does: one sentence. */
  readonly withoutPolicies?: Readonly<Record<string, string>>
  /** Types of projects that stand outside of the interface: they are only named, and roles on them are given by hand. */
  readonly byHand?: readonly string[]
}

/** A known variety of a system, and what is different there. */
export interface Profile {
  /** One sentence for people. */
  readonly about: string
  readonly differs: Partial<Omit<Description, 'connector' | 'profiles'>>
}

/** The description under a profile of its system; undefined where the system has none of that name. */
export function withProfile(description: Description, profile: string): Description | undefined {
  const known = description.profiles?.[profile]
  return known && { ...description, ...known.differs }
}

/** The natural key in its comparable form. */
export function foldKey(description: Description, kind: Kind, key: string): string {
  return description.kinds[kind]?.keyCaseInsensitive === true ? asciiLower(key) : key
}

/** Folds A-Z only: full Unicode folding would make two people one (U+212A is a K to `toLowerCase`). */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
