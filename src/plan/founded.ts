import type { Rules } from '../connector/contract.ts'
import type { Description, KindDescription } from '../connector/describe.ts'
import { isWrite, type Change, type Part, type Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import { Overlay, type GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import type { Step } from '../model/plan.ts'
import { refKey, showRef, splitTarget, type Resource } from '../model/resource.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { applyDelta, namesIn, patchOf } from './delta.ts'
import { canonical } from './digest.ts'
import { ofManifests } from './fields.ts'
import { order } from './order.ts'
import type { OwnerContext } from './owners.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'
import { list, memberName } from './sets.ts'
import { isUnderItself, movedLinks, type Edge } from './upwards.ts'

/** What is true now, for a plan that was saved a while ago. */
interface Now {
  readonly system: string
  readonly config: Pick<SystemConfig, 'cause'>
  readonly desired: DesiredGraph
  /** What the manifests ask for over the fresh read: the diff as a new plan has it. */
  readonly wanted: readonly Change[]
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  /** Who is compromised, and who else owns the system: told as of when the plan was made. */
  readonly owners?: OwnerContext
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
    return (
      wanted
        .get(refKey(change.ref))
        ?.some((whole) => mayComeFrom(whole, change, now) && covers(whole, change, kind)) !== true
    )
  })
  if (unasked.length > 0)
    return unasked.map(({ id, change }) => `${id} ${showRef(change.ref)}: the manifests do not ask for it`)
  const paths = pathsIn(steps, now.description)
  const again = ordered(steps, paths, now)
  if (again === undefined) return ['its changes have no order in which they could be sent']
  const others = steps.filter((step, place) => !isSame(again[place], step))
  if (others.length > 0)
    return others.map(
      ({ id, change }) =>
        `${id} ${showRef(change.ref)}: its place, its needs or whom it lowers is not what follows from the changes`,
    )
  return tooEarly(steps, now).map(
    ({ id, change }) =>
      `${id} ${showRef(change.ref)}: what it is put under stands elsewhere now, and would be under it for a moment`,
  )
}

/** The steps of the same changes, made anew; undefined where they go in a circle. */
function ordered(
  steps: readonly Step[],
  paths: readonly Edge[],
  { owners, ...now }: Now,
): readonly Step[] | undefined {
  try {
    const made = order(
      steps.map(({ change }) => change),
      { ...now, paths, ...(owners === undefined ? {} : { owners }) },
    )
    return made.length === steps.length ? made : undefined
  } catch {
    return undefined
  }
}

/** What nobody sends is told by its fingerprint for the reader alone: whoever did it meanwhile made nothing stale. */
function isSame(made: Step | undefined, step: Step): boolean {
  if (made === undefined) return false
  const { fingerprint } = isWrite(step.change) ? made : step
  return canonical({ ...made, fingerprint }) === canonical(step)
}

/**
 * Which move waited for which when the plan was made. That hangs on what stands above the two, which the plan may not
 * touch at all: who moved that meanwhile has made no other plan of it, as long as the places still do.
 */
function pathsIn(steps: readonly Step[], description: Description): readonly Edge[] {
  const moving = new Map(
    steps.filter(({ change }) => isMove(change, description)).map((step) => [step.id, step]),
  )
  return [...moving.values()].flatMap(({ change, needs }) =>
    needs.flatMap((id): Edge[] => {
      const first = moving.get(id)?.change
      return first?.ref.kind === change.ref.kind ? [[change, first]] : []
    }),
  )
}

/** A rename is none: what it would move is a step of its own, see `order`. */
function isMove(change: Change, description: Description): boolean {
  return change.action === 'update' && movedLinks(change, description).length > 0
}

/**
 * The moves that, where they stand in the plan, would now put something under itself. That is told of the very states in
 * between: who puts changes in order is careful, and lets some wait that need not.
 */
function tooEarly(steps: readonly Step[], { actual, description }: Now): readonly Step[] {
  const renames = settle(renamesIn(steps.map(({ change }) => change)), actual)
  const state = new Overlay(seenThrough(actual, renames))
  return steps.filter(({ change }) => {
    if (change.action === 'create') state.set(change.after)
    if (change.action !== 'update') return false
    const live = state.get(change.ref.kind, change.ref.key)
    if (live) state.set(applyDelta(live, change, description.kinds[change.ref.kind]))
    return movedLinks(change, description).some((link) => isUnderItself(state, change.ref, link))
  })
}

/**
 * Whether the document that `part` names is one that asks for it. Of an account that may be the group's, where only its
 * side speaks of the members that come and go, and is the account's as soon as there is more to change.
 */
function mayComeFrom(whole: Write, part: Write, { desired, config }: Now): boolean {
  const { document } = part.cause
  if (document === whole.cause.document) return true
  if (part.ref.kind !== 'account' || part.action === 'create' || part.action === 'delete') return false
  const { group, account } = desired.wishes
  const groups = [part.before, part.after].flatMap(({ links }) => Object.values(links).flat())
  const asking = [
    account.get(part.ref.key) ?? config,
    ...groups.map(splitTarget).flatMap(({ type, name }) => (type === 'group' ? (group.get(name) ?? []) : [])),
  ]
  return asking.some(({ cause }) => cause.document === document)
}

/** Whether `part` does nothing that `whole` does not do too. */
function covers(whole: Write, part: Write, kind: KindDescription | undefined): boolean {
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
