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
  const groups = spec.groups === undefined ? undefined : memberships(raw, spec.groups)
  const { email, givenName, familyName, employment } = spec
  return {
    ...named(manifest),
    ...period(spec),
    type: spec.type ?? 'person',
    status: spec.status ?? 'active',
    previousEmails: spec.previousEmails ?? none,
    ...(email !== undefined && { email }),
    ...(givenName !== undefined && { givenName }),
    ...(familyName !== undefined && { familyName }),
    ...(employment !== undefined && { employment }),
    ...(spec.sponsor !== undefined && { sponsor: reference(raw, spec.sponsor, 'spec', 'sponsor') }),
    ...(spec.owner !== undefined && { owner: reference(raw, spec.owner, 'spec', 'owner') }),
    ...(spec.purpose !== undefined && { purpose: spec.purpose }),
    ...(metadata.labels && { labels: metadata.labels }),
    ...(groups && { groups }),
    accounts: spec.accounts ? accountEntries(raw, spec.accounts) : none,
  }
}

export function normalizeGroup(manifest: ManifestOf<'Group'>): Group {
  const { raw, metadata, spec } = manifest
  const people = (side: 'members' | 'managers'): readonly Reference[] | undefined =>
    spec[side]?.map((item, i) => member(raw, item, ['spec', side, i]))
  const members = people('members')
  const managers = people('managers')
  return {
    ...named(manifest),
    name: spec.name ?? metadata.name,
    ...(spec.description !== undefined && { description: spec.description }),
    ...(members && { members }),
    ...(managers && { managers }),
    ...(spec.parent !== undefined && { parent: reference(raw, spec.parent, 'spec', 'parent') }),
    systems: new Map(
      Object.entries(spec.systems ?? {}).map(([system, written]) => [
        system,
        groupEntry(written as JsonObject, { raw, path: ['spec', 'systems', system] }),
      ]),
    ),
  }
}

export function normalizeRole(manifest: ManifestOf<'Role'>): Role {
  const { raw, metadata, spec } = manifest
  const { privileges, availability } = spec
  return {
    ...named(manifest),
    system: reference(raw, spec.system, 'spec', 'system'),
    name: spec.name ?? metadata.name,
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.cloneOf !== undefined && { cloneOf: reference(raw, spec.cloneOf, 'spec', 'cloneOf') }),
    ...(privileges && {
      privileges: Array.isArray(privileges)
        ? { exact: privileges }
        : { add: privileges.add ?? none, remove: privileges.remove ?? none },
    }),
    ...(spec.directoryGroups && { directoryGroups: spec.directoryGroups }),
    ...(spec.implies && { implies: references(raw, spec.implies, ['spec', 'implies']) }),
    ...(availability !== undefined && {
      availability:
        availability === 'global'
          ? availability
          : reference(raw, availability.enterprise, 'spec', 'availability', 'enterprise'),
    }),
  }
}

export function normalizeProject(manifest: ManifestOf<'Project'>): Project {
  const { raw, metadata, spec } = manifest
  return {
    ...named(manifest),
    system: reference(raw, spec.system, 'spec', 'system'),
    name: spec.name ?? metadata.name,
    ...(spec.type !== undefined && { type: spec.type }),
    ...(spec.description !== undefined && { description: spec.description }),
  }
}

export function normalizeScope(manifest: ManifestOf<'Scope'>): Scope {
  const { raw, metadata, spec } = manifest
  const { enterprises, datacenters } = spec
  return {
    ...named(manifest),
    system: reference(raw, spec.system, 'spec', 'system'),
    name: spec.name ?? metadata.name,
    ...(spec.description !== undefined && { description: spec.description }),
    ...(enterprises !== undefined && {
      enterprises:
        enterprises === 'all' ? enterprises : references(raw, enterprises, ['spec', 'enterprises']),
    }),
    ...(datacenters !== undefined && { datacenters }),
  }
}

export function normalizePolicy(manifest: ManifestOf<'AccessPolicy'>): Policy {
  const { raw, metadata, spec } = manifest
  return {
    ...named(manifest),
    ...period(spec),
    systems: references(raw, spec.systems, ['spec', 'systems']),
    name: spec.name ?? metadata.name,
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.subjects && { subjects: typed(raw, spec.subjects, 'subjects') }),
    ...(spec.resources && { resources: typed(raw, spec.resources, 'resources') }),
    ...(spec.roles && { roles: references(raw, spec.roles, ['spec', 'roles']) }),
  }
}

export function normalizeMapping(manifest: ManifestOf<'GroupMapping'>): Mapping {
  const { raw, metadata, spec } = manifest
  const { mode, fallback, rules } = spec
  return {
    ...named(manifest),
    systems: references(raw, spec.systems, ['spec', 'systems']),
    name: spec.name ?? metadata.name,
    ...(mode !== undefined && { mode }),
    ...(fallback !== undefined && {
      fallback: fallback === 'none' ? fallback : reference(raw, fallback, 'spec', 'fallback'),
    }),
    ...(rules && {
      rules: rules.map((rule, i) => ({
        attribute: rule.attribute,
        in: rule.in,
        group: reference(raw, rule.group, 'spec', 'rules', i, 'group'),
      })),
    }),
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

export function references(raw: RawDocument, names: readonly string[], path: Path): Reference[] {
  return names.map((name, i) => reference(raw, name, ...path, i))
}

function period({ from, until }: Period): Period {
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) }
}

/** `groups: [x]`, a sole group, is the primary (M2); of several in a plain list none is said to be. */
function memberships(raw: RawDocument, written: NonNullable<WrittenUserSpec['groups']>): Memberships {
  const path = ['spec', 'groups']
  if (!Array.isArray(written)) {
    const { primary, secondary = [] } = written
    return {
      ...(primary !== undefined && { primary: reference(raw, primary, ...path, 'primary') }),
      others: secondary.map((item, i) => membership(raw, item, [...path, 'secondary', i])),
    }
  }
  const all = written.map((item, i) => membership(raw, item, [...path, i]))
  const [sole] = all
  return sole && all.length === 1 ? { primary: sole, others: none } : { others: all }
}

function membership(raw: RawDocument, item: WrittenPersonMembership, path: Path): Reference {
  return typeof item === 'string'
    ? { name: item, place: { raw, path } }
    : { name: item.group, ...period(item), place: { raw, path: [...path, 'group'] } }
}

function member(raw: RawDocument, item: WrittenGroupMembership, path: Path): Reference {
  return typeof item === 'string'
    ? { name: item, place: { raw, path } }
    : { name: item.user, ...period(item), place: { raw, path: [...path, 'user'] } }
}

function accountEntries(raw: RawDocument, written: NonNullable<WrittenUserSpec['accounts']>): AccountEntry[] {
  return Object.entries(written).map(([name, account]) => {
    const place: Place = { raw, path: ['spec', 'accounts', name] }
    if (account === 'none') return { name, system: name, place }
    const { primaryGroup, groups } = account
    return {
      name,
      system: account.system ?? name,
      place,
      layer: { values: account as JsonObject, place },
      ...(primaryGroup !== undefined && {
        primaryGroup: { name: primaryGroup, place: under(place, 'primaryGroup') },
      }),
      ...(groups && {
        groups: groups.map((item, i) => membership(raw, item, [...place.path, 'groups', i])),
      }),
    }
  })
}

const groupKeys: ReadonlySet<string> = new Set(['name', 'account', 'sameAs', 'preset'])

function groupEntry(written: JsonObject, place: Place): GroupEntry {
  const { name, account, sameAs, preset } = written
  const settings = Object.fromEntries(Object.entries(written).filter(([key]) => !groupKeys.has(key)))
  const own: Layer[] = Object.keys(settings).length > 0 ? [{ values: settings, place }] : []
  return {
    layers: own,
    ...(typeof name === 'string' && { name }),
    ...(account !== undefined && {
      account: { values: account as JsonObject, place: under(place, 'account') },
    }),
    ...(typeof sameAs === 'string' && { sameAs: { name: sameAs, place: under(place, 'sameAs') } }),
    ...(typeof preset === 'string' && { preset: { name: preset, place: under(place, 'preset') } }),
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
    return [{ type, name, ...period(item as Period), place: { raw, path: ['spec', side, i, type] } }]
  })
}
