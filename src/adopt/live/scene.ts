import { asciiLower, type Description } from '../../connector/describe.ts'
import type { RawDocument } from '../../manifest/document.ts'
import type { Change } from '../../model/change.ts'
import type { DesiredGraph } from '../../model/desired.ts'
import type { GraphView } from '../../model/graph.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import {
  kinds,
  refKey,
  splitTarget,
  type Kind,
  type LinkTarget,
  type Resource,
  type ResourceRef,
} from '../../model/resource.ts'
import { handleMaker, handleOf } from '../handles.ts'

/** What adoption looks at: one live system beside the manifests, and how everything there is called in them. */

export interface AdoptInput {
  readonly system: string
  readonly description: Description
  readonly actual: GraphView
  readonly desired: DesiredGraph
  /** The full difference between the two, whatever the system's stage. */
  readonly changes: readonly Change[]
  /** Every document of the repository. */
  readonly documents: readonly RawDocument[]
  /** Live resources that the language refuses, by `kind:key`, each with the reason. */
  readonly refused: ReadonlyMap<string, string>
}

export interface Scene extends AdoptInput {
  /** Live resources that no manifest declares, by kind, sorted by key. */
  readonly strangers: Readonly<Record<Kind, readonly Resource[]>>
  /** Documents by kind and handle. */
  readonly document: (kind: string, handle: string) => JsonObject | undefined
  /** The handle under which a link target of the system stands in manifests; undefined where it has none. */
  readonly handle: (target: LinkTarget) => string | undefined
  /** Handles for documents that are not about one live thing. */
  readonly newHandle: (kind: string, name: string) => string
  /** Defaults of accounts, as the System document has them. */
  readonly accountDefaults: JsonObject
  /** Live resources that no manifest can say. */
  readonly left: readonly LeftAlone[]
}

export interface LeftAlone {
  readonly ref: ResourceRef
  /** Follows its name: `has no role`. */
  readonly because: string
}

/** The kind of document that declares a kind of resource. */
export const documentKind = {
  role: 'Role',
  project: 'Project',
  scope: 'Scope',
  group: 'Group',
  account: 'User',
  policy: 'AccessPolicy',
  grant: 'AccessPolicy',
  mapping: 'GroupMapping',
} as const satisfies Record<Kind, string>

export function look(input: AdoptInput): Scene {
  const documents = new Map(input.documents.map(({ value }) => [documentName(value), value]))
  const newHandle = handleMakers(input.documents)
  const handles = declaredHandles(input)
  const handle = (target: LinkTarget): string | undefined => {
    const { type, name } = splitTarget(target)
    const isNative =
      type === 'role' && (input.description.openRoles ?? input.description.roles.includes(name))
    return handles.get(target) ?? (isNative ? name : undefined)
  }
  const { strangers, left } = sayable(
    strangersOf(input),
    (live) => unsayable(live) ?? input.refused.get(refKey(live.ref)),
  )
  for (const kind of named) {
    for (const { ref } of strangers[kind]) {
      const isTaken = documents.has(`${documentKind[kind]}/${handleOf(ref.key)}`)
      const name = isTaken ? `${input.system}.${handleOf(ref.key)}` : ref.key
      handles.set(`${kind}:${ref.key}`, newHandle(documentKind[kind], name))
    }
  }
  const hasRole = input.description.accountRole !== undefined
  const accounts = sayable(strangers, (live) => (hasRole ? roleless(live, handle) : undefined))
  const known = knownPeople(input)
  for (const account of accounts.strangers.account) {
    const person = known(account) ?? newHandle('User', account.ref.key)
    handles.set(`account:${account.ref.key}`, person)
  }
  return {
    ...input,
    strangers: accounts.strangers,
    left: [...left, ...accounts.left],
    document: (kind, name) => documents.get(`${kind}/${name}`),
    handle,
    newHandle,
    accountDefaults: objectAt(documents.get(`System/${input.system}`), 'spec', 'defaults', 'account'),
  }
}

const named = ['role', 'project', 'scope', 'group', 'policy', 'mapping'] as const

type ByKind = Record<Kind, Resource[]>

/** What the difference leaves unmanaged, and what it would remove though nobody declares it gone. */
function strangersOf({ actual, desired, changes }: AdoptInput): ByKind {
  const found = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as ByKind
  const seen = new Set<string>()
  for (const change of changes) {
    const isStranger =
      change.action === 'delete' || (change.action === 'keep' && change.reason === 'unmanaged')
    const { kind, key } = change.ref
    const live = actual.get(kind, key)
    if (!isStranger || !live || desired.wishes[kind].has(key) || seen.has(`${kind}:${key}`)) continue
    seen.add(`${kind}:${key}`)
    found[kind].push(live)
  }
  return found
}

/** Things that are declared, by the key that is live: a rename has not happened yet. */
function declaredHandles({ desired, changes }: AdoptInput): Map<LinkTarget, string> {
  const handles = new Map<LinkTarget, string>()
  for (const kind of kinds) {
    for (const { ref, handle, state } of desired.wishes[kind].values()) {
      if (state !== 'absent' && kind !== 'grant') handles.set(`${kind}:${ref.key}`, handle)
    }
  }
  for (const change of changes) {
    const handle = handles.get(`${change.ref.kind}:${change.ref.key}`)
    if (change.action === 'rename' && handle !== undefined)
      handles.set(`${change.ref.kind}:${change.from}`, handle)
  }
  return handles
}

function sayable(
  strangers: ByKind,
  because: (live: Resource) => string | undefined,
): { readonly strangers: ByKind; readonly left: readonly LeftAlone[] } {
  const left: LeftAlone[] = []
  const stays = (live: Resource): boolean => {
    const reason = because(live)
    if (reason !== undefined) left.push({ ref: live.ref, because: reason })
    return reason === undefined
  }
  const kept = kinds.map((kind) => [kind, strangers[kind].filter(stays)] as const)
  return { strangers: Object.fromEntries(kept) as ByKind, left }
}

function unsayable({ ref }: Resource): string | undefined {
  if (/\p{Cc}/u.test(ref.key)) return 'has a control character in its name'
  return ref.kind !== 'grant' && ref.key.length > 256 ? 'has a name of more than 256 characters' : undefined
}

/** A role is never left out of a manifest, so an account whose role has no word cannot be declared. */
function roleless({ ref, links }: Resource, handle: Scene['handle']): string | undefined {
  if (ref.kind !== 'account') return undefined
  const [role] = links['role'] ?? []
  if (role === undefined) return 'has no role'
  return handle(role) === undefined ? `has the role ${splitTarget(role).name}, which nobody knows` : undefined
}

function handleMakers(documents: readonly RawDocument[]): Scene['newHandle'] {
  const makers = new Map<string, (name: string) => string>()
  return (kind, name) => {
    const taken = (): string[] =>
      documents.flatMap(({ value }) => (value['kind'] === kind ? (nameOf(value) ?? []) : []))
    const maker = makers.get(kind) ?? handleMaker(taken())
    makers.set(kind, maker)
    return maker(name)
  }
}

/**
 * The person whom the manifests know already: by the same e-mail address, else by the handle, unless the addresses
 * speak against it. A person with an account in this system, or who is said to have none, is somebody else.
 */
function knownPeople({ desired, system, documents }: AdoptInput): (account: Resource) => string | undefined {
  const has = new Set([...desired.wishes.account.values()].map((wish) => wish.person))
  const byEmail = new Map<string, string[]>()
  const byHandle = new Map<string, string | undefined>()
  for (const { value } of documents) {
    const handle = nameOf(value)
    const isFree = !has.has(handle) && objectAt(value, 'spec', 'accounts')[system] === undefined
    if (value['kind'] !== 'User' || handle === undefined || !isFree) continue
    const email = emailOf(value)
    byHandle.set(handle, email)
    if (email !== undefined) byEmail.set(email, [...(byEmail.get(email) ?? []), handle])
  }
  return (account) => {
    const written = text(account.fields['email'])
    const email = written === undefined ? undefined : asciiLower(written)
    const same =
      email === undefined ? [] : (byEmail.get(email) ?? []).filter((handle) => byHandle.has(handle))
    const wanted = handleOf(account.ref.key)
    const other = byHandle.get(wanted)
    const isNamed = byHandle.has(wanted) && (email === undefined || other === undefined || other === email)
    const person = same.length === 1 ? same[0] : isNamed ? wanted : undefined
    if (person !== undefined) byHandle.delete(person)
    return person
  }
}

function emailOf(user: JsonObject): string | undefined {
  const email = text(objectAt(user, 'spec')['email'])
  return email === undefined ? undefined : asciiLower(email)
}

/** `Kind/handle`. */
export function documentName(value: JsonObject): string {
  return `${text(value['kind']) ?? ''}/${nameOf(value) ?? ''}`
}

function nameOf(value: JsonObject | undefined): string | undefined {
  return text(objectAt(value, 'metadata')['name'])
}

/** The map at a path; an empty one where there is none. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const at = path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)
  return isObject(at) ? at : {}
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
