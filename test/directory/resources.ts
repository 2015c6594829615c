import type { Part, Write } from '../../src/model/change.ts'
import type { Kind, Resource, ResourceRef } from '../../src/model/resource.ts'

/** Short forms of resources and writes of the system `people`. */

export const cause = { file: 'access/all.yaml', line: 1, document: 'User/ana' }

export function ref(kind: Kind, key: string): ResourceRef {
  return { system: 'people', kind, key }
}

type Values = Partial<Part>

export function resource(kind: Kind, key: string, { fields = {}, links = {} }: Values = {}): Resource {
  return { ref: ref(kind, key), fields, links }
}

export function create(kind: Kind, key: string, values: Values = {}): Write {
  const own = kind === 'account' ? { username: key, type: 'person', status: 'active' } : {}
  const after = resource(kind, key, { ...values, fields: { ...own, ...values.fields } })
  const named = { ...after, ref: ref(kind, fold(kind, key)) }
  return { action: 'create', ref: named.ref, after: named, cause }
}

export function update(kind: Kind, key: string, before: Values, after: Values, id?: string): Write {
  return {
    action: 'update',
    ref: ref(kind, key),
    ...(id === undefined ? {} : { id }),
    before: { fields: {}, links: {}, ...before },
    after: { fields: {}, links: {}, ...after },
    patch: [],
    cause,
  }
}

export function rename(kind: Kind, from: string, to: string, before: Values = {}, after: Values = {}): Write {
  return { ...update(kind, to, before, after), action: 'rename', from } as Write
}

export function remove(before: Resource, ...along: readonly string[]): Write {
  return { action: 'delete', ref: before.ref, before, ...(along.length === 0 ? {} : { along }), cause }
}

function fold(kind: Kind, key: string): string {
  return kind === 'account' ? key.toLowerCase() : key
}

export const done = { outcome: 'done' }
