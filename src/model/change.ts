import type { JsonObject } from './json.ts'
import type { Resource, ResourceRef } from './resource.ts'
import type { Cause } from './span.ts'

/** One operation of a JSON Patch (RFC 6902). Sets are objects keyed by member, so `/links/groups/group:oncall`. */
export type Operation =
  | { readonly op: 'add'; readonly path: string; readonly value: JsonObject[string] }
  | { readonly op: 'replace'; readonly path: string; readonly value: JsonObject[string] }
  | { readonly op: 'remove'; readonly path: string }
export type Patch = readonly Operation[]

/**
 * The part of a resource that a change touches: only the fields and links that differ.
 *
 * Of a *set*, `before` holds the members that go and `after` those that come, not the whole set: members that
 * the plan does not name may change meanwhile without making it stale. Scalars, ordered lists and maps are whole.
 * A value that was or will be absent has no key.
 */
export interface Part {
  readonly fields: Resource['fields']
  readonly links: Resource['links']
}

/**
 * Why a resource, or a part of one, is left as it is:
 * `unmanaged` nobody declared it; `stage` the system's stage holds the change back; `sealed` no plan may
 * write it; `mapped` the identity provider decides it; `undated` only what a date brings is carried out, and this is
 * an edit that is still to be applied, or somebody's hand.
 */
export type KeepReason = 'unmanaged' | 'stage' | 'sealed' | 'mapped' | 'undated'

/** What the diff found, before the order is known. Each situation has just what it needs. */
export type Change =
  | { readonly action: 'create'; readonly ref: ResourceRef; readonly after: Resource; readonly cause: Cause }
  | {
      readonly action: 'update'
      readonly ref: ResourceRef
      readonly id?: string
      readonly before: Part
      readonly after: Part
      readonly patch: Patch
      readonly cause: Cause
    }
  | {
      /** The key changes from `from` to `ref.key`, and with it whatever else differs. */
      readonly action: 'rename'
      readonly ref: ResourceRef
      readonly id?: string
      readonly from: string
      readonly before: Part
      readonly after: Part
      readonly patch: Patch
      readonly cause: Cause
    }
  | {
      readonly action: 'delete'
      readonly ref: ResourceRef
      readonly before: Resource
      /**
       * Whose links to it go along with it, as `account:ana`, sorted by code unit; absent when nobody's do. Somebody
       * who joined since is not among them, and makes the plan stale: no reviewer saw that loss.
       */
      readonly along?: readonly string[]
      readonly cause: Cause
    }
  | {
      /** The system has no interface for it: `steps` tell a person what to do; `before`/`after` let drift see it done. */
      readonly action: 'manual'
      readonly ref: ResourceRef
      readonly before: Part
      readonly after: Part
      readonly steps: readonly string[]
      readonly cause: Cause
    }
  | {
      readonly action: 'keep'
      readonly ref: ResourceRef
      readonly reason: KeepReason
      /** What would have been done: absent for `unmanaged`. */
      readonly held?: 'create' | 'update' | 'rename' | 'delete'
      /** Held rename: the name it keeps for now; `ref` has the wished one. */
      readonly from?: string
      readonly before?: Part
      readonly after?: Part
      readonly cause?: Cause
    }

export type Action = Change['action']

/** A change that apply sends. Manual steps and keeps are shown and never sent. */
export type Write = Extract<Change, { action: 'create' | 'update' | 'rename' | 'delete' }>

export function isWrite(change: Change): change is Write {
  return change.action !== 'keep' && change.action !== 'manual'
}
