import type { Json } from './json.ts'

/** The kinds of thing a system can hold. Desired and actual speak of the same eight. */
export const kinds = ['role', 'project', 'scope', 'group', 'account', 'policy', 'grant', 'mapping'] as const
export type Kind = (typeof kinds)[number]

/** The plural of a kind names its collection: what `exclusive` and `ignore` in a System speak of. */
export const collectionOf: Record<Kind, string> = {
  role: 'roles',
  project: 'projects',
  scope: 'scopes',
  group: 'groups',
  account: 'accounts',
  policy: 'policies',
  grant: 'grants',
  mapping: 'mappings',
}

/** Names one resource. `key` is the natural key in the system: a user name, a group's name over there. */
export interface ResourceRef {
  readonly system: string
  readonly kind: Kind
  readonly key: string
}

/**
 * What a link points at, as `type:name`: `group:engineering`, `role:Owner`, `project:web-prod`.
 * Where `type` is a Kind, `name` is the key of a resource of the same system; any other type
 * (`application`, `network`, `everyone`) is a native thing that rolecall does not manage.
 */
export type LinkTarget = string

/**
 * One thing in one system, the same shape for desired and actual.
 *
 * `fields` hold values, `links` hold references; what each means (set or ordered, writable or not) is
 * in the connector's description. A field or link that is missing is *not managed* on the desired side
 * and *not known* on the actual side; an empty list is a value. Sets are sorted by code unit.
 */
export interface Resource {
  readonly ref: ResourceRef
  /** The system's own immutable id, where it has one. Only the actual side knows it. */
  readonly id?: string
  readonly fields: Readonly<Record<string, Json>>
  readonly links: Readonly<Record<string, readonly LinkTarget[]>>
}

/** `group:engineering`: the name of a resource inside its system. */
export function refKey(ref: Pick<ResourceRef, 'kind' | 'key'>): string {
  return `${ref.kind}:${ref.key}`
}

/** `vpn group:engineering`: the name of a resource everywhere, for people. */
export function showRef(ref: ResourceRef): string {
  return `${ref.system} ${refKey(ref)}`
}

/** Splits `group:a:b` at its first colon: native names may hold colons, types never do. */
export function splitTarget(target: LinkTarget): { type: string; name: string } {
  const colon = target.indexOf(':')
  return colon < 0
    ? { type: target, name: '' }
    : { type: target.slice(0, colon), name: target.slice(colon + 1) }
}
