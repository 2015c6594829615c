/**
 * The names of one repository, for the schema that lists them. They come from documents as they parse, faulty or
 * not: while one file is being written, the others still count.
 */
import type { Json, JsonObject } from '../model/json.ts'
import type { RawDocument } from './document.ts'

/** All lists are sorted by code unit. */
export interface WorkspaceNames {
  /** Connector by the handle of the System; empty text where the document names none. */
  readonly systems: ReadonlyMap<string, string>
  readonly users: readonly string[]
  readonly groups: readonly string[]
  readonly projects: readonly string[]
  /** Handles of Roles by the handle of their system. */
  readonly roles: ReadonlyMap<string, readonly string[]>
}

/** What has a name in these documents. What is not a name is passed over: `validate` speaks of it. */
export function namesOf(documents: readonly RawDocument[]): WorkspaceNames {
  const named = documents.flatMap(({ value }) => {
    const name = member(value['metadata'], 'name')
    return typeof name === 'string' ? [{ name, kind: value['kind'], spec: value['spec'] }] : []
  })
  const of = (kind: string): typeof named => named.filter((document) => document.kind === kind)
  const handles = (kind: string): string[] => unique(of(kind).map(({ name }) => name))
  const roles = new Map<string, string[]>()
  for (const { name, spec } of of('Role')) {
    const system = member(spec, 'system')
    if (typeof system === 'string') roles.set(system, unique([...(roles.get(system) ?? []), name]))
  }
  const connectors = new Map(of('System').map(({ name, spec }) => [name, member(spec, 'connector')]))
  return {
    systems: new Map(
      unique([...connectors.keys()]).map((name) => {
        const connector = connectors.get(name)
        return [name, typeof connector === 'string' ? connector : '']
      }),
    ),
    users: handles('User'),
    groups: handles('Group'),
    projects: handles('Project'),
    roles,
  }
}

export function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}

function member(value: Json | undefined, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)[key]
    : undefined
}
