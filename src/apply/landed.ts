/** Whether a system shows a write as done: what reading back and verifying ask. */
import { movedSince } from '../connector/before.ts'
import type { Description, KindDescription } from '../connector/describe.ts'
import type { Part, Write } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import type { Kind, Resource } from '../model/resource.ts'
import { applyDelta } from '../plan/delta.ts'
import { compare, type Wished } from '../plan/fields.ts'
import type { Found } from './run.ts'

/** The resource of a kind and key as it is now. */
export type Lookup = (kind: Kind, key: string) => Resource | undefined

/** `done`: what the write asked for is there; `not done`: all is as before; `unclear`: neither. */
export function landed(write: Write, live: Lookup, description: Description): Found {
  if (missing(write, live, description).length === 0) return 'done'
  return untouched(write, live, description) ? 'not done' : 'unclear'
}

/** What of the write does not show, one phrase each; empty when it is done. */
export function missing(write: Write, live: Lookup, description: Description): readonly string[] {
  const { kind, key } = write.ref
  const found = live(kind, key)
  if (write.action === 'delete')
    return found === undefined || isAnother(found, write.before.id) ? [] : ['it is still there']
  if (found === undefined) return ['it is not there']
  const described = description.kinds[kind]
  if (described === undefined) return ['the system has no such kind']
  const wished = write.action === 'create' ? write.after : touched(found, write, described)
  return [...oldName(write, live), ...differing(described, wished, found)]
}

function oldName(write: Write, live: Lookup): readonly string[] {
  if (write.action !== 'rename' || write.from === write.ref.key) return []
  const old = live(write.ref.kind, write.from)
  return old === undefined || isAnother(old, write.id) ? [] : ['the old name is still there']
}

function untouched(write: Write, live: Lookup, description: Description): boolean {
  const found = live(write.ref.kind, write.action === 'rename' ? write.from : write.ref.key)
  if (write.action === 'create') return found === undefined
  return found !== undefined && movedSince(description, found, write).length === 0
}

/** The names that the write touches, with the values they should have. */
function touched(
  live: Resource,
  delta: { readonly before: Part; readonly after: Part },
  kind: KindDescription,
): Wished {
  const whole = applyDelta(live, delta, kind)
  const names = (part: keyof Part): string[] => Object.keys({ ...delta.before[part], ...delta.after[part] })
  return {
    fields: Object.fromEntries(
      names('fields').map((name): [string, Json] => [name, whole.fields[name] ?? null]),
    ),
    links: Object.fromEntries(names('links').map((name) => [name, whole.links[name] ?? []])),
  }
}

function differing(kind: KindDescription, wished: Wished, live: Resource): readonly string[] {
  const { before, after } = compare(kind, wished, live).written
  const names = new Set(
    [before, after].flatMap(({ fields, links }) => [...Object.keys(fields), ...Object.keys(links)]),
  )
  return [...names].sort().map((name) => `${name} is not as written`)
}

/** The name was taken by something else meanwhile. */
function isAnother(live: Resource, id: string | undefined): boolean {
  return id !== undefined && live.id !== undefined && live.id !== id
}
