/**
 * What a run did to each thing, as one: several of its writes may be about one, and only where it began and where it
 * ended can be turned round.
 */
import type { Description, KindDescription } from '../connector/describe.ts'
import type { Write } from '../model/change.ts'
import type { Json } from '../model/json.ts'
import { refKey, type Kind, type LinkTarget, type Resource, type ResourceRef } from '../model/resource.ts'
import type { LinksAlong } from './along.ts'
import { applyDelta, emptyDelta, namesIn, type Delta } from './delta.ts'
import { list, memberName } from './sets.ts'

/** A step that was done, with what its run wrote down of it. */
export interface DoneStep {
  readonly id: string
  readonly write: Write
  /** Of a removal: whose links went along, and which. */
  readonly along?: LinksAlong
  /** Of a creation: the native id, where the system has one. */
  readonly nativeId?: string
}

/** One thing from before the run to after it. */
export interface Trace {
  readonly kind: Kind
  /** The step that began it: the one that is named. */
  readonly step: DoneStep
  /** `made`: as the run left it; `gone`: as it was before; `changed`: what differs, and the name it had. */
  readonly fate:
    | { readonly is: 'made'; readonly after: Resource }
    | { readonly is: 'gone'; readonly before: Resource }
    | { readonly is: 'changed'; readonly from: string; readonly delta: Delta }
  /** The key after the run; of what is gone the one it had. */
  readonly key: string
  readonly id?: string
}

/** `steps` in the order in which they were done. */
export function tracesOf(steps: readonly DoneStep[], description: Description): readonly Trace[] {
  const gone: Trace[] = []
  const there = new Map<string, Trace>()
  for (const step of steps) {
    const { write } = step
    const from = refKey(write.action === 'rename' ? { ...write.ref, key: write.from } : write.ref)
    const known = there.get(from)
    there.delete(from)
    const next = follow(known, step, description.kinds[write.ref.kind])
    if (next === undefined) continue
    if (next.fate.is === 'gone') gone.push(next)
    else there.set(refKey(write.ref), next)
  }
  return [...gone, ...there.values()]
}

/** What one more write makes of a thing; undefined where the run took away what it had made itself. */
function follow(
  known: Trace | undefined,
  step: DoneStep,
  kind: KindDescription | undefined,
): Trace | undefined {
  const { write } = step
  const { ref } = write
  const common = { kind: ref.kind, step: known?.step ?? step, key: ref.key }
  switch (write.action) {
    case 'create':
      return {
        ...common,
        step,
        ...withId(step.nativeId),
        fate: { is: 'made', after: write.after },
      }
    case 'delete': {
      if (known?.fate.is === 'made') return undefined
      const { before } = write
      return { ...common, step, ...withId(before.id), fate: { is: 'gone', before } }
    }
    case 'rename':
    case 'update': {
      const id = withId(known?.id ?? write.id)
      if (known?.fate.is === 'made') {
        const after = { ...applyDelta(known.fate.after, write, kind), ref }
        return { ...common, ...id, fate: { is: 'made', after } }
      }
      const before = known?.fate.is === 'changed' ? known.fate : undefined
      const from = before?.from ?? (write.action === 'rename' ? write.from : ref.key)
      const delta = before === undefined ? write : joined(before.delta, write, kind)
      return { ...common, ...id, fate: { is: 'changed', from, delta: partsOf(delta) } }
    }
  }
}

/** The thing by the name it has after the run. */
export function refOf({ kind, key, step }: Trace): ResourceRef {
  return { system: step.write.ref.system, kind, key }
}

/** Two deltas as one: of a value the first before and the last after, of a set what is left of comings and goings. */
function joined(first: Delta, second: Delta, kind: KindDescription | undefined): Delta {
  const side = (part: 'fields' | 'links', which: 'before' | 'after'): Record<string, Json> => {
    const names = new Set([
      ...namesIn(first.before[part], first.after[part]),
      ...namesIn(second.before[part], second.after[part]),
    ])
    const values = [...names].flatMap((name): [string, Json][] => {
      const value = valueOf(part, which, name)
      return value === undefined ? [] : [[name, value]]
    })
    return Object.fromEntries(values)
  }
  const valueOf = (part: 'fields' | 'links', which: 'before' | 'after', name: string): Json | undefined => {
    if (kind?.[part][name]?.shape === 'set') {
      const [one, other] = which === 'before' ? [first, second] : [second, first]
      const opposite = which === 'before' ? 'after' : 'before'
      const members = [
        ...without(list(one[which][part][name]), list(other[opposite][part][name])),
        ...without(list(other[which][part][name]), list(one[opposite][part][name])),
      ]
      return members.length === 0 ? undefined : members
    }
    const touches = (delta: Delta): boolean => name in delta.before[part] || name in delta.after[part]
    const [wanted, otherwise] = which === 'before' ? [first, second] : [second, first]
    return (touches(wanted) ? wanted : otherwise)[which][part][name]
  }
  const part = (which: 'before' | 'after'): Delta['before'] => ({
    fields: side('fields', which),
    links: side('links', which) as Record<string, readonly LinkTarget[]>,
  })
  return { before: part('before'), after: part('after') }
}

function partsOf({ before, after }: Delta): Delta {
  return before === emptyDelta.before && after === emptyDelta.after ? emptyDelta : { before, after }
}

function without(members: readonly Json[], gone: readonly Json[]): readonly Json[] {
  const names = new Set(gone.map(memberName))
  return members.filter((member) => !names.has(memberName(member)))
}

function withId(id: string | undefined): { id?: string } {
  return id === undefined ? {} : { id }
}
