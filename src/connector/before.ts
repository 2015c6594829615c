import { isDeepStrictEqual } from 'node:util'
import type { Part, Write } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import type { Resource } from '../model/resource.ts'
import { asciiLower, type Description, type FieldDescription, type KindDescription } from './describe.ts'

/**
 * The last look before a write is sent: does what it touches still stand as it did when the plan was made? What a
 * plan does not name may change meanwhile. Every connector asks this of a fresh read, so it is answered once.
 */

/**
 * What moved since, one phrase each (`status is now "suspended", not "active"`); empty when nothing did.
 * For a delete everything counts that was there or came since; members that left do not matter any more. `pointing`
 * is what loses a link by a delete as it stands now (`account:ana`): whoever is not in the plan came since.
 */
export function movedSince(
  description: Description,
  live: Resource,
  write: Exclude<Write, { action: 'create' }>,
  pointing: readonly string[] = [],
): readonly string[] {
  const kind = description.kinds[live.ref.kind]
  if (write.action === 'delete')
    return [
      ...movedSinceWhole(kind, live, write.before),
      ...without(pointing, write.along ?? []).map((one) => `${show(one)} is now in it`),
    ]
  const { before, after } = write
  const fields = names(before.fields, after.fields).flatMap((name) =>
    kind?.fields[name]?.shape === 'set'
      ? setMoved(name, list(live.fields[name]), list(before.fields[name]), list(after.fields[name]))
      : valueMoved(kind, name, live, before),
  )
  const links = names(before.links, after.links).flatMap((name) =>
    setMoved(name, live.links[name] ?? [], before.links[name] ?? [], after.links[name] ?? []),
  )
  return [...fields, ...links]
}

/** The whole set after a delta: `before` holds the members that go, `after` those that come. Sorted by code unit. */
export function mergeSet(
  now: Json | undefined,
  goes: Json | undefined,
  comes: Json | undefined,
): readonly Json[] {
  const stays = list(now).filter((member) => !list(goes).includes(member))
  // Without a comparison of its own, sort goes by code unit; with one for people it would not be the same everywhere.
  return [...new Set([...stays, ...list(comes)])].sort()
}

function movedSinceWhole(
  kind: KindDescription | undefined,
  live: Resource,
  was: Resource,
): readonly string[] {
  // What the system sets itself is in no plan, and nothing that somebody did.
  const fields = names(live.fields, was.fields)
    .filter((name) => kind?.fields[name]?.write !== 'read')
    .flatMap((name) => valueMoved(kind, name, live, was))
  const links = Object.entries(live.links)
    .filter(([name]) => kind?.links[name]?.write !== 'read')
    .flatMap(([name, now]) => setMoved(name, now, [], without(now, was.links[name] ?? [])))
  return [...fields, ...links]
}

function valueMoved(
  kind: KindDescription | undefined,
  name: string,
  live: Part,
  was: Part,
): readonly string[] {
  const [value, expected] = [live.fields[name], was.fields[name]]
  if (same(kind?.fields[name], value, expected)) return []
  return [`${name} is now ${show(value)}, not ${show(expected)}`]
}

function setMoved(
  name: string,
  now: readonly Json[],
  goes: readonly Json[],
  comes: readonly Json[],
): readonly string[] {
  const live = new Set(now)
  return [
    ...goes.filter((member) => !live.has(member)).map((member) => `${show(member)} is no longer in ${name}`),
    ...comes.filter((member) => live.has(member)).map((member) => `${show(member)} is now in ${name}`),
  ]
}

function same(
  described: FieldDescription | undefined,
  now: Json | undefined,
  was: Json | undefined,
): boolean {
  if (described?.caseInsensitive === true && typeof now === 'string' && typeof was === 'string') {
    return asciiLower(now) === asciiLower(was)
  }
  return isDeepStrictEqual(now, was)
}

function show(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

function names(...parts: readonly object[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => Object.keys(part)))]
}

function without(now: readonly Json[], was: readonly Json[]): readonly Json[] {
  const known = new Set(was)
  return now.filter((member) => !known.has(member))
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
