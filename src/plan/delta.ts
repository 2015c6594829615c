import jsonpatch from 'fast-json-patch'
import type { KindDescription } from '../connector/describe.ts'
import type { Operation, Part, Patch } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import type { LinkTarget, Resource } from '../model/resource.ts'
import { byText, list, memberName, setApply, spelling } from './sets.ts'

/** What differs in one resource: only the touched names; of a set only the members that go and come. */
export interface Delta {
  readonly before: Part
  readonly after: Part
}

export const emptyPart: Part = { fields: {}, links: {} }
export const emptyDelta: Delta = { before: emptyPart, after: emptyPart }

export function isEmpty(delta: Delta): boolean {
  return delta === emptyDelta || !(hasNames(delta.before) || hasNames(delta.after))
}

/** Whether something comes: a value, a target, a member. */
export function adds({ after }: Pick<Delta, 'after'>): boolean {
  return hasNames(after)
}

function hasNames({ fields, links }: Part): boolean {
  return Object.keys(fields).length + Object.keys(links).length > 0
}

/** The resource with the touched names as they will be; a set loses and gains members and keeps the rest. */
export function applyDelta(
  live: Resource,
  { before, after }: Delta,
  kind: KindDescription | undefined,
): Resource {
  const fields: Record<string, Json> = { ...live.fields }
  for (const name of namesIn(before.fields, after.fields)) {
    const described = kind?.fields[name]
    const value = after.fields[name]
    if (described?.shape === 'set') {
      const goes = list(before.fields[name])
      fields[name] = setApply(list(fields[name]), goes, list(value), spelling(described))
    } else if (value === undefined) Reflect.deleteProperty(fields, name)
    else fields[name] = value
  }
  const links: Record<string, readonly LinkTarget[]> = { ...live.links }
  for (const name of namesIn(before.links, after.links))
    links[name] =
      kind?.links[name]?.shape === 'one'
        ? (after.links[name] ?? [])
        : setApply(links[name] ?? [], before.links[name] ?? [], after.links[name] ?? [])
  return { ...live, fields, links }
}

/** The JSON Patch (RFC 6902) between the two parts. Sets are objects by member: in a list, one that comes moves all. */
export function patchOf({ before, after }: Delta, kind: KindDescription | undefined): Patch {
  const operations = jsonpatch.compare(byMember(before, after, kind), byMember(after, before, kind))
  return operations
    .filter((operation) => operation.op === 'add' || operation.op === 'replace' || operation.op === 'remove')
    .map((operation) => operation as Operation)
}

/** The names that `choose` wants, and the others. */
export function partition(
  { before, after }: Delta,
  choose: (part: 'fields' | 'links', name: string) => boolean,
): { readonly chosen: Delta; readonly rest: Delta } {
  const take = (whole: Part, wanted: boolean): Part => ({
    fields: pick(whole.fields, (name) => choose('fields', name) === wanted),
    links: pick(whole.links, (name) => choose('links', name) === wanted),
  })
  return {
    chosen: { before: take(before, true), after: take(after, true) },
    rest: { before: take(before, false), after: take(after, false) },
  }
}

/** What only adds (members that come, values where there were none), and what takes something away. */
export function additions(
  { before, after }: Delta,
  kind: KindDescription | undefined,
): { readonly adding: Delta; readonly rest: Delta } {
  const onlyAdds = (part: 'fields' | 'links', name: string): boolean =>
    (kind?.[part][name]?.shape === 'set' || !(name in before[part])) &&
    !(part === 'links' && kind?.links[name]?.limits === true)
  const { chosen, rest } = partition({ before: emptyPart, after }, onlyAdds)
  return { adding: chosen, rest: { before, after: rest.after } }
}

export function pick<Value>(
  record: Readonly<Record<string, Value>>,
  wanted: (name: string, value: Value) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name, value]) => wanted(name, value)))
}

export function namesIn(before: object, after: object): string[] {
  const names = Object.keys(before)
  for (const name of Object.keys(after)) if (!Object.hasOwn(before, name)) names.push(name)
  return names.length < 2 ? names : names.sort(byText)
}

/** A part in the shape that patches speak of; a set that only one side mentions is empty on the other. */
function byMember(part: Part, other: Part, kind: KindDescription | undefined): object {
  const members = (values: readonly Json[]): object =>
    Object.fromEntries(values.map((member) => [memberName(member), true]))
  const fields = Object.entries(part.fields).map(([name, value]): [string, unknown] => [
    name,
    kind?.fields[name]?.shape === 'set' ? members(list(value)) : value,
  ])
  const links = Object.entries(part.links).map(([name, targets]): [string, unknown] => [
    name,
    members(targets),
  ])
  const emptySets = (described: 'fields' | 'links'): [string, unknown][] =>
    Object.keys(other[described])
      .filter((name) => !(name in part[described]))
      .filter((name) => described === 'links' || kind?.fields[name]?.shape === 'set')
      .map((name): [string, unknown] => [name, {}])
  return {
    fields: Object.fromEntries([...emptySets('fields'), ...fields]),
    links: Object.fromEntries([...emptySets('links'), ...links]),
  }
}
