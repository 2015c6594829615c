/** What a run removed is made again, with the links that went along. */
import type { KindDescription } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import { refKey, splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import { isEmpty } from './delta.ts'
import { compare, creation } from './fields.ts'
import { causeOf, isLive, leaving, wantedOf, words, type Wanted, type Work } from './inverse-work.ts'
import { renamed } from './renaming.ts'
import { setApply } from './sets.ts'
import type { Trace } from './trace.ts'

interface MadeAgain {
  readonly creates: readonly Extract<Change, { action: 'create' }>[]
  /** What is there again already, as it was. */
  readonly already: ReadonlySet<string>
}

/** What can be made again: its name is free, and all that it cannot do without is there or made as well. */
export function toMakeAgain(work: Work): MadeAgain {
  const { description, names, seen } = work
  const already = new Set<string>()
  const gone = work.traces.flatMap((trace) => {
    if (trace.fate.is !== 'gone') return []
    const before = renamed(trace.fate.before, names)
    const live = seen.get(trace.kind, before.ref.key)
    if (live === undefined) return [{ trace, before }]
    if (isAsBefore(before, live, description.kinds[trace.kind])) already.add(refKey(before.ref))
    else {
      work.left.push(leaving(trace, 'there is another of its name now'))
      work.taken.add(refKey(before.ref))
    }
    return []
  })
  const made = new Map(gone.map((one) => [refKey(one.before.ref), one]))
  const missing = (target: LinkTarget): boolean => !made.has(target) && !isLive(work, target)
  for (let settled = false; !settled;) {
    settled = true
    for (const [key, { trace, before }] of made) {
      const needed = needs(before, description.kinds[trace.kind]).find(missing)
      if (needed === undefined) continue
      work.left.push(leaving(trace, `${words(needed)} is not there any more`))
      made.delete(key)
      settled = false
    }
  }
  const creates = [...made.values()].flatMap(({ trace, before }) => {
    const described = description.kinds[trace.kind]
    if (described === undefined) return []
    const lost = Object.values(before.links).flatMap((targets) => targets.filter(missing))
    for (const target of new Set(lost))
      work.left.push(leaving(trace, `${words(target)}, which it was linked to, is not there any more`))
    const links = Object.entries(before.links).map(
      ([name, targets]) => [name, targets.filter((target) => !missing(target))] as const,
    )
    const { sent } = creation(described, { fields: before.fields, links: Object.fromEntries(links) })
    const after = { ref: before.ref, fields: sent.fields, links: sent.links }
    return [{ action: 'create' as const, ref: before.ref, after, cause: causeOf(work, trace) }]
  })
  return { creates, already }
}

/** It was made again already, with all that undo could give it. */
function isAsBefore(before: Resource, live: Resource, kind: KindDescription | undefined): boolean {
  if (kind === undefined) return false
  const { sent } = creation(kind, before)
  const { written, byHand } = compare(kind, sent, live)
  return isEmpty(written) && isEmpty(byHand)
}

/** Links that it cannot be without: all that hold on to their target. */
function needs({ links }: Resource, kind: KindDescription | undefined): readonly LinkTarget[] {
  return Object.entries(links).flatMap(([name, targets]) =>
    kind?.links[name]?.shape === 'one' && kind.links[name].onRemove === 'restrict' ? targets : [],
  )
}

/** Links that went along with what was removed, of those who are there: they come back with it. */
export function wantAlong(
  work: Work,
  trace: Trace,
  wanted: Map<string, Wanted>,
  { makes, already }: { readonly makes: ReadonlySet<string>; readonly already: ReadonlySet<string> },
): void {
  const { names: renames, seen, description } = work
  const { write, along = {} } = trace.step
  const target = refKey(renamed({ ref: write.ref, links: {} }, renames).ref)
  if (!makes.has(target) && !already.has(target)) return
  for (const [one, names] of Object.entries(along)) {
    const { type, name } = splitTarget(one)
    const kind = type as Kind
    const key = renames.get(kind)?.get(name) ?? name
    // Who is made again has the link already.
    if (makes.has(refKey({ kind, key }))) continue
    const live = seen.get(kind, key)
    if (live === undefined || work.taken.has(refKey(live.ref))) {
      work.left.push(leaving(trace, `${words(one)}, who was linked to it, is not there any more`))
      continue
    }
    const want = wantedOf(wanted, live, causeOf(work, trace))
    for (const link of names) {
      const now = want.links[link] ?? live.links[link] ?? []
      if (description.kinds[kind]?.links[link]?.shape === 'one' && now.length > 0 && !now.includes(target))
        work.left.push(leaving(trace, `the ${link} of ${words(one)} is ${now.map(words).join(', ')} now`))
      else want.links[link] = setApply(now, [], [target])
    }
  }
}
