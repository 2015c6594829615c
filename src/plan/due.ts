import type { Description, KindDescription } from '../connector/describe.ts'
import type { Change, Part, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey } from '../model/resource.ts'
import { emptyPart, isEmpty, namesIn, partition, patchOf, pick, type Delta } from './delta.ts'
import { edges } from './edges.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'

/**
 * What of a difference a date alone has made. The same manifests, asked what they said on an earlier day, must have been
 * content with what is live: then nobody edited anything since and nobody touched the system, and only the day is another.
 */
interface Parted {
  /** What the others have too; undefined where they have nothing of it. */
  readonly shared: Write | undefined
  readonly rest: Write | undefined
}

/** Changes by the resource they are about. */
export function byResource(changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> {
  const found = new Map<string, Change[]>()
  for (const change of changes) {
    if (change.action === 'keep' && change.held === undefined) continue
    const known = found.get(refKey(change.ref))
    if (known) known.push(change)
    else found.set(refKey(change.ref), [change])
  }
  return found
}

/** Divides a change by what other changes of the same resource do, also those that are held back. */
export function part(change: Write, others: readonly Change[], kind: KindDescription | undefined): Parted {
  const whole = { shared: change, rest: undefined }
  const none = { shared: undefined, rest: change }
  if (others.length === 0) return none
  const actions = new Set(others.map((other) => (other.action === 'keep' ? other.held : other.action)))
  if (change.action !== 'update')
    return change.action === 'rename' || actions.has(change.action) ? whole : none
  // What is not there, or is called otherwise, cannot be compared member by member.
  if (['create', 'delete', 'rename'].some((action) => actions.has(action as Write['action']))) return whole
  const deltas = others.map(deltaOf)
  const isOne = (name: string): boolean => kind?.links[name]?.shape !== 'set'
  const byName = partition(change, (where, name) =>
    where === 'fields' || isOne(name)
      ? deltas.some(({ before, after }) => name in before[where] || name in after[where])
      : false,
  )
  const members = (side: 'before' | 'after', wanted: boolean): Part['links'] =>
    pick(
      Object.fromEntries(
        Object.entries(byName.rest[side].links).map(([name, targets]) => [
          name,
          isOne(name)
            ? wanted
              ? []
              : targets
            : targets.filter(
                (target) => deltas.some((delta) => delta[side].links[name]?.includes(target)) === wanted,
              ),
        ]),
      ),
      (_, targets) => targets.length > 0,
    )
  return {
    shared: withDelta(
      change,
      join(byName.chosen, { before: members('before', true), after: members('after', true) }),
      kind,
    ),
    rest: withDelta(
      change,
      {
        before: { fields: byName.rest.before.fields, links: members('before', false) },
        after: { fields: byName.rest.after.fields, links: members('after', false) },
      },
      kind,
    ),
  }
}

/** Two parts of one change put together again. */
export function together(one: Write, other: Write | undefined, kind: KindDescription | undefined): Write {
  if (other === undefined || one.action !== 'update' || other.action !== 'update') return one
  const merged = (side: 'before' | 'after'): Part => ({
    fields: { ...one[side].fields, ...other[side].fields },
    links: Object.fromEntries(
      namesIn(one[side].links, other[side].links).map((name) => [
        name,
        [...new Set([...(one[side].links[name] ?? []), ...(other[side].links[name] ?? [])])].sort(),
      ]),
    ),
  })
  return withDelta(one, { before: merged('before'), after: merged('after') }, kind) ?? one
}

/** Those of `due` that need nothing of what is left out, not even through others. */
export function standingAlone(
  due: readonly Write[],
  left: readonly Write[],
  { actual, description }: { readonly actual: GraphView; readonly description: Description },
): ReadonlySet<Write> {
  const all = [...due, ...left]
  const seen = seenThrough(actual, settle(renamesIn(all), actual))
  const needs = edges(all, { actual, seen, description })
  const out = new Set<Change>(left)
  for (let more = true; more;) {
    more = false
    for (const write of due)
      if (!out.has(write) && [...(needs.get(write) ?? [])].some((first) => out.has(first))) {
        out.add(write)
        more = true
      }
  }
  return new Set(due.filter((write) => !out.has(write)))
}

function deltaOf(change: Change): Delta {
  if (change.action === 'create') return { before: emptyPart, after: change.after }
  if (change.action === 'delete') return { before: change.before, after: emptyPart }
  return { before: change.before ?? emptyPart, after: change.after ?? emptyPart }
}

function join({ before, after }: Delta, links: { before: Part['links']; after: Part['links'] }): Delta {
  return {
    before: { fields: before.fields, links: { ...before.links, ...links.before } },
    after: { fields: after.fields, links: { ...after.links, ...links.after } },
  }
}

function withDelta<W extends Write>(
  change: W,
  delta: Delta,
  kind: KindDescription | undefined,
): W | undefined {
  return isEmpty(delta) ? undefined : { ...change, ...delta, patch: patchOf(delta, kind) }
}
