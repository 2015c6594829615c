/**
 * From what stands in a file to what holds: defaults filled in, short forms written out. One document at a time and
 * without looking at another, so that 100,000 people need not be held in two forms at once.
 */
import type { JsonObject } from '../model/json.ts'
import type { Cause } from '../model/span.ts'
import type { Manifest, Path, RawDocument } from './document.ts'
import type {
  WrittenAccessPolicy,
  WrittenGroupMembership,
  WrittenPersonMembership,
  WrittenResource,
  WrittenRoleSpec,
  WrittenSubject,
  WrittenUserSpec,
} from './generated/types.ts'
import type {
  AccountEntry,
  Group,
  GroupEntry,
  Layer,
  Mapping,
  Memberships,
  Named,
  Policy,
  Privileges,
  Project,
  Reference,
  Role,
  Scope,
  TypedReference,
  User,
} from './normalised.ts'
import type { Period } from './dates.ts'
import { under, type Place } from './place.ts'

/** The manifest of one kind: `ManifestOf<'User'>`. */
export type ManifestOf<K extends Manifest['kind']> = Extract<Manifest, { readonly kind: K }>

export function normalizeUser(manifest: ManifestOf<'User'>): User {
  const { raw, metadata, spec } = manifest
  const { handle, cause, previously, absent } = named(manifest)
  // Spelled out: a spread before sixteen keys took a quarter of the time of the whole stage.
  return {
    handle,
    raw,
    cause,
    previously,
    absent,
    from: spec.from,
    until: spec.until,
    type: spec.type ?? 'person',
    status: spec.status ?? 'active',
    email: spec.email,
    previousEmails: spec.previousEmails ?? none,
    givenName: spec.givenName,
    familyName: spec.familyName,
    employment: spec.employment,
    purpose: spec.purpose,
    sponsor: maybe(raw, spec.sponsor, 'spec', 'sponsor'),
    owner: maybe(raw, spec.owner, 'spec', 'owner'),
    labels: metadata.labels,
    attributes: spec.attributes,
    groups: spec.groups && memberships(raw, spec.groups),
    accounts: spec.accounts ? accountEntries(raw, spec.accounts) : none,
  }
}

export function normalizeGroup(manifest: ManifestOf<'Group'>): Group {
  const { raw, metadata, spec } = manifest
  const people = (side: 'members' | 'managers'): readonly Reference[] | undefined =>
    spec[side]?.map((item, i) => member(raw, item, ['spec', side, i]))
  const systems = Object.entries(spec.systems ?? {}).map(([system, written]): [string, GroupEntry] => [
    system,
    groupEntry(written as JsonObject, { raw, path: ['spec', 'systems', system] }),
  ])
  return {
    ...named(manifest),
    name: spec.name ?? metadata.name,
    description: spec.description,
    members: people('members'),
    managers: people('managers'),
    parent: maybe(raw, spec.parent, 'spec', 'parent'),
    systems: new Map(systems),
  }
}

export function normalizeRole(manifest: ManifestOf<'Role'>): Role {
  const { raw, metadata, spec } = manifest
  return {
    ...named(manifest),
    system: reference(raw, spec.system, 'spec', 'system'),
    name: spec.name ?? metadata.name,
    description: spec.description,
    cloneOf: maybe(raw, spec.cloneOf, 'spec', 'cloneOf'),
    privileges: spec.privileges && privileges(spec.privileges),
    directoryGroups: spec.directoryGroups,
    implies: spec.implies && references(raw, spec.implies, ['spec', 'implies']),
    availability:
      typeof spec.availability === 'object'
        ? reference(raw, spec.availability.enterprise, 'spec', 'availability', 'enterprise')
        : spec.availability,
    settings: settingsLayer(raw, spec.settings),
  }
}

export function normalizeProject(manifest: ManifestOf<'Project'>): Project {
  const { raw, metadata, spec } = manifest
  return {
    ...named(manifest),
    system: reference(raw, spec.system, 'spec', 'system'),
    name: spec.name ?? metadata.name,
    type: spec.type,
    description: spec.description,
    settings: settingsLayer(raw, spec.settings),
  }
}

function settingsLayer(raw: RawDocument, values: unknown): Layer | undefined {
  return values === undefined
    ? undefined
    : { values: values as JsonObject, place: { raw, path: ['spec', 'settings'] } }
}

export function normalizeScope(manifest: ManifestOf<'Scope'>): Scope {
  const { raw, metadata, spec } = manifest
  const { enterprises, datacenters } = spec
  return {
    ...named(manifest),
    system: reference(raw, spec.system, 'spec', 'system'),
    name: spec.name ?? metadata.name,
    description: spec.description,
    enterprises: Array.isArray(enterprises)
      ? references(raw, enterprises, ['spec', 'enterprises'])
      : enterprises,
    datacenters,
  }
}

export function normalizePolicy(manifest: ManifestOf<'AccessPolicy'>): Policy {
  const { raw, metadata, spec } = manifest
  return {
    ...named(manifest),
    from: spec.from,
    until: spec.until,
    systems: references(raw, spec.systems, ['spec', 'systems']),
    name: spec.name ?? metadata.name,
    description: spec.description,
    subjects: spec.subjects && typed(raw, spec.subjects, 'subjects'),
    resources: spec.resources && typed(raw, spec.resources, 'resources'),
    roles: spec.roles && references(raw, spec.roles, ['spec', 'roles']),
  }
}

export function normalizeMapping(manifest: ManifestOf<'GroupMapping'>): Mapping {
  const { raw, spec } = manifest
  return {
    ...named(manifest),
    systems: references(raw, spec.systems, ['spec', 'systems']),
    name: maybe(raw, spec.name, 'spec', 'name'),
    mode: spec.mode,
    fallback: spec.fallback === 'none' ? spec.fallback : maybe(raw, spec.fallback, 'spec', 'fallback'),
    rules: spec.rules?.map((rule, i) => ({
      attribute: rule.attribute,
      in: rule.in,
      group: reference(raw, rule.group, 'spec', 'rules', i, 'group'),
    })),
  }
}

const none: readonly never[] = []

/** What every document has. The cause is one object for all wishes of a document. */
export function named(manifest: Manifest): Named {
  const { raw, kind } = manifest
  const metadata: { name: string; previously?: readonly string[]; state?: 'absent' } = manifest.metadata
  return {
    handle: metadata.name,
    raw,
    cause: causeOf(raw, kind, metadata.name),
    previously: metadata.previously ?? none,
    absent: metadata.state === 'absent',
  }
}

function causeOf(raw: RawDocument, kind: string, name: string): Cause {
  return { file: raw.source.file, line: raw.line, document: `${kind}/${name}` }
}

export function reference(raw: RawDocument, name: string, ...path: Path): Reference {
  return { name, place: { raw, path } }
}

function maybe(raw: RawDocument, name: string | undefined, ...path: Path): Reference | undefined {
  return name === undefined ? undefined : { name, place: { raw, path } }
}

export function references(raw: RawDocument, names: readonly string[], path: Path): Reference[] {
  return names.map((name, i) => reference(raw, name, ...path, i))
}

function privileges(written: NonNullable<WrittenRoleSpec['privileges']>): Privileges {
  return Array.isArray(written)
    ? { exact: written }
    : { add: written.add ?? none, remove: written.remove ?? none }
}

/** `groups: [x]`, a sole group, is the primary (M2); of several in a plain list none is said to be. */
function memberships(raw: RawDocument, written: NonNullable<WrittenUserSpec['groups']>): Memberships {
  const path = ['spec', 'groups']
  if (!Array.isArray(written)) {
    const { primary, secondary = [] } = written
    return {
      primary: maybe(raw, primary, ...path, 'primary'),
      others: secondary.map((item, i) => membership(raw, item, [...path, 'secondary', i])),
    }
  }
  const all = written.map((item, i) => membership(raw, item, [...path, i]))
  const [sole] = all
  return sole && all.length === 1 ? { primary: sole, others: none } : { primary: undefined, others: all }
}

function membership(raw: RawDocument, item: WrittenPersonMembership, path: Path): Reference {
  return typeof item === 'string'
    ? { name: item, place: { raw, path } }
    : { name: item.group, from: item.from, until: item.until, place: { raw, path: [...path, 'group'] } }
}

function member(raw: RawDocument, item: WrittenGroupMembership, path: Path): Reference {
  return typeof item === 'string'
    ? { name: item, place: { raw, path } }
    : { name: item.user, from: item.from, until: item.until, place: { raw, path: [...path, 'user'] } }
}

function accountEntries(raw: RawDocument, written: NonNullable<WrittenUserSpec['accounts']>): AccountEntry[] {
  return Object.entries(written).map(([name, account]) => {
    const place: Place = { raw, path: ['spec', 'accounts', name] }
    if (account === 'none')
      return { name, system: name, place, layer: undefined, primaryGroup: undefined, groups: undefined }
    const { system = name, primaryGroup, groups } = account
    const path = ['spec', 'accounts', name, 'groups']
    return {
      name,
      system,
      place,
      layer: { values: account as JsonObject, place },
      primaryGroup: maybe(raw, primaryGroup, 'spec', 'accounts', name, 'primaryGroup'),
      groups: groups?.map((item, i) => membership(raw, item, [...path, i])),
    }
  })
}

const groupKeys: ReadonlySet<string> = new Set(['name', 'account', 'sameAs', 'preset'])

function groupEntry(written: JsonObject, place: Place): GroupEntry {
  const { name, account, sameAs, preset } = written
  const settings = Object.fromEntries(Object.entries(written).filter(([key]) => !groupKeys.has(key)))
  const at = (key: string, value: unknown): Reference | undefined =>
    typeof value === 'string' ? { name: value, place: under(place, key) } : undefined
  return {
    layers: Object.keys(settings).length > 0 ? [{ values: settings, place }] : [],
    name: typeof name === 'string' ? name : undefined,
    account:
      account === undefined ? undefined : { values: account as JsonObject, place: under(place, 'account') },
    sameAs: at('sameAs', sameAs),
    preset: at('preset', preset),
  }
}

/** Keys of a subject or resource that say when and why, and not what. */
const beside: ReadonlySet<string> = new Set(['from', 'until', 'reason'])

function typed(
  raw: RawDocument,
  written: readonly (WrittenSubject | WrittenResource)[],
  side: keyof WrittenAccessPolicy['spec'] & ('subjects' | 'resources'),
): TypedReference[] {
  return written.flatMap((item, i) => {
    const entry = Object.entries(item as JsonObject).find(([key]) => !beside.has(key))
    if (!entry) return []
    const [type, value] = entry
    const name = typeof value === 'string' ? value : '*'
    const { from, until } = item as Period
    return [{ type, name, from, until, place: { raw, path: ['spec', side, i, type] } }]
  })
}
