/** What a run made is removed, if nobody has had to do with it since. */
import type { KindDescription } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import { kinds, refKey, type Resource } from '../model/resource.ts'
import { goesAlong } from './along.ts'
import { compare, ofManifests } from './fields.ts'
import {
  causeOf,
  isSameField,
  leaving,
  listed,
  shown,
  without,
  words,
  type Wanted,
  type Work,
} from './inverse-work.ts'
import { isBuiltIn } from './ownership.ts'
import { renamed } from './renaming.ts'
import { list, memberName } from './sets.ts'
import type { Trace } from './trace.ts'

/** What is removed: just as the run left it, and nothing that came since points at it. */
export function toRemove(
  work: Work,
  wanted: ReadonlyMap<string, Wanted>,
): Extract<Change, { action: 'delete' }>[] {
  const { description, names, seen } = work
  const made = new Map<string, { trace: Trace; live: Resource }>()
  for (const trace of work.traces) {
    if (trace.fate.is !== 'made') continue
    const after = renamed(trace.fate.after, names)
    const live = seen.get(trace.kind, after.ref.key)
    const there = work.actual.get(trace.kind, trace.key) ?? work.actual.get(trace.kind, after.ref.key)
    const kind = description.kinds[trace.kind]
    // Its name may be that of another by now, who has it back.
    if (live === undefined || there === undefined || kind === undefined || work.given.has(refKey(live.ref)))
      continue
    const reason = isBuiltIn(description, live)
      ? 'the system brings it along itself'
      : movedSinceMade(kind, after, live)
    if (reason === undefined) made.set(refKey(live.ref), { trace, live })
    else work.left.push(leaving(trace, reason))
  }
  const pointers = pointing(work, made, wanted)
  for (let settled = false; !settled;) {
    settled = true
    for (const [key, { trace }] of made) {
      const holder = pointers.get(key)?.find((one) => !made.has(one))
      if (holder === undefined) continue
      work.left.push(leaving(trace, `${words(holder)} is linked to it now`))
      made.delete(key)
      settled = false
    }
  }
  return [...made.values()].map(({ trace, live }) => {
    const along = goesAlong(live.ref, seen, description)
    const before = ofManifests(live, description.kinds[trace.kind])
    const common = { action: 'delete', ref: live.ref, before, cause: causeOf(work, trace) } as const
    return along.length === 0 ? common : { ...common, along }
  })
}

/** One phrase for what is not as the run left it: a value that is another, a link that came. */
function movedSinceMade(kind: KindDescription, after: Resource, live: Resource): string | undefined {
  for (const [name, value] of Object.entries(after.fields)) {
    const now = live.fields[name]
    if (kind.fields[name]?.shape === 'set') {
      const came = list(
        compare(kind, { fields: { [name]: value }, links: {} }, live).written.before.fields[name],
      )
      if (came.length > 0) return `${came.map(memberName).join(', ')} came to its ${name} since`
    } else if (!isSameField(kind, name, value, now))
      return `${name} is ${shown(now)} now, and the run left ${shown(value)}`
  }
  for (const [name, targets] of Object.entries(live.links)) {
    const came = without(targets, after.links[name] ?? [])
    if (came.length > 0) return `${listed(came)} came to its ${name} since`
  }
  return undefined
}

/** Who still points at each of these once all else is taken back, as `account:ana`. */
function pointing(
  { seen }: Work,
  made: ReadonlyMap<string, unknown>,
  wanted: ReadonlyMap<string, Wanted>,
): ReadonlyMap<string, readonly string[]> {
  const pointers = new Map<string, string[]>()
  if (made.size === 0) return pointers
  for (const kind of kinds)
    for (const resource of seen.all(kind)) {
      const holder = refKey(resource.ref)
      const then = wanted.get(holder)?.links ?? {}
      for (const [name, targets] of Object.entries(resource.links))
        for (const target of then[name] ?? targets)
          if (made.has(target)) {
            const known = pointers.get(target) ?? []
            pointers.set(target, known)
            known.push(holder)
          }
    }
  return pointers
}
