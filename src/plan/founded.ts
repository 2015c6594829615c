import type { Rules } from '../connector/contract.ts'
import type { Description, KindDescription } from '../connector/describe.ts'
import { isWrite, type Change, type Part, type Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import type { Step } from '../model/plan.ts'
import { refKey, showRef, type Resource } from '../model/resource.ts'
import { namesIn, patchOf } from './delta.ts'
import { canonical } from './digest.ts'
import { ofManifests } from './fields.ts'
import { order } from './order.ts'
import { list, memberName } from './sets.ts'

/** What is true now, for a plan that was saved a while ago. */
interface Now {
  readonly system: string
  /** What the manifests ask for over the fresh read: the diff as a new plan has it. */
  readonly wanted: readonly Change[]
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
}

/**
 * What of a saved plan has no ground: one phrase each, empty when the plan stands. Each write must be asked for by the
 * manifests, and the steps must be those that follow from the changes: their order, what each needs, whom it lowers,
 * what it found. The digests only say that a file is whole; who can write the file can make them right again, and what
 * apply believes of a step must not hang on that.
 *
 * A fresh diff may ask for more: what moved meanwhile and is not in the plan does not make it another one.
 */
export function unfounded(steps: readonly Step[], now: Now): readonly string[] {
  const wanted = new Map<string, Write[]>()
  for (const change of now.wanted.filter(isWrite)) {
    const known = wanted.get(refKey(change.ref))
    if (known) known.push(change)
    else wanted.set(refKey(change.ref), [change])
  }
  const unasked = steps.filter(({ change }) => {
    if (!isWrite(change)) return false
    const kind = now.description.kinds[change.ref.kind]
    return wanted.get(refKey(change.ref))?.some((whole) => covers(whole, change, kind)) !== true
  })
  if (unasked.length > 0)
    return unasked.map(({ id, change }) => `${id} ${showRef(change.ref)}: the manifests do not ask for it`)
  const again = ordered(steps, now)
  if (again === undefined) return ['its changes have no order in which they could be sent']
  return steps.flatMap((step, place) => {
    const made = again[place]
    return made !== undefined && canonical(made) === canonical(step)
      ? []
      : [
          `${step.id} ${showRef(step.change.ref)}: its place, its needs or whom it lowers is not what follows from the changes`,
        ]
  })
}

/** The steps of the same changes, made anew; undefined where they go in a circle. */
function ordered(steps: readonly Step[], now: Now): readonly Step[] | undefined {
  try {
    const made = order(
      steps.map(({ change }) => change),
      now,
    )
    return made.length === steps.length ? made : undefined
  } catch {
    return undefined
  }
}

/** Whether `part` does nothing that `whole` does not do too. */
function covers(whole: Write, part: Write, kind: KindDescription | undefined): boolean {
  if (whole.cause.document !== part.cause.document) return false
  switch (part.action) {
    case 'create':
      return whole.action === 'create' && same(whole.after, part.after)
    case 'delete':
      return (
        whole.action === 'delete' &&
        same(ofManifests(whole.before, kind), ofManifests(part.before, kind)) &&
        (whole.along ?? []).every((one) => part.along?.includes(one) === true)
      )
    case 'update':
      return (whole.action === 'update' || whole.action === 'rename') && coversDelta(whole, part, kind)
    case 'rename':
      return whole.action === 'rename' && whole.from === part.from && coversDelta(whole, part, kind)
  }
}

type Altered = Extract<Write, { action: 'update' | 'rename' }>

function coversDelta(whole: Altered, part: Altered, kind: KindDescription | undefined): boolean {
  const isSet = { fields: shapes(kind?.fields), links: shapes(kind?.links) }
  return (
    whole.id === part.id &&
    canonical(part.patch) === canonical(patchOf(part, kind)) &&
    (['fields', 'links'] as const).every((side) =>
      namesIn(part.before[side], part.after[side]).every((name) =>
        (['before', 'after'] as const).every((when) =>
          coversValue(valueOf(whole[when], side, name), valueOf(part[when], side, name), isSet[side](name)),
        ),
      ),
    )
  )
}

/** Of a set the plan may name fewer members than a fresh diff, of anything else it must name the same value. */
function coversValue(whole: Json | undefined, part: Json | undefined, isSet: boolean): boolean {
  if (!isSet) return same(whole, part)
  const members = new Set(list(whole).map(memberName))
  return list(part).every((member) => members.has(memberName(member)))
}

function valueOf(part: Part, side: 'fields' | 'links', name: string): Json | undefined {
  return part[side][name]
}

function shapes(
  described: Readonly<Record<string, { readonly shape: string }>> | undefined,
): (name: string) => boolean {
  return (name) => described?.[name]?.shape === 'set'
}

function same(a: Resource | Json | undefined, b: Resource | Json | undefined): boolean {
  return canonical(a ?? null) === canonical(b ?? null)
}
