import type { Rules } from '../connector/contract.ts'
import { foldKey, type Description } from '../connector/describe.ts'
import { isWrite, type Action, type Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Step } from '../model/plan.ts'
import { kinds, showRef } from '../model/resource.ts'
import { adds, isEmpty, partition, patchOf } from './delta.ts'
import { edges, type Edges } from './edges.ts'
import { fingerprint } from './fingerprint.ts'
import { loweredByEach } from './lowers.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'
import type { OwnerContext } from './owners.ts'
import { byText } from './sets.ts'
import { movedLinks, type Edge } from './upwards.ts'
import { stopAlone, stops, successions } from './wave.ts'

/** What the order of one system hangs on. */
interface OrderContext {
  readonly actual: GraphView
  readonly description: Description
  readonly rules: Rules
  readonly system: string
  /** Who is said to be compromised, and who else owns the system; without it there is no first wave. */
  readonly owners?: OwnerContext
  /** Which waits for which on the way upwards, where that was found before; see `parentsFirst`. */
  readonly paths?: readonly Edge[]
}

/**
 * Changes → steps. Who is compromised is stopped first. Then renames, then everything that gives, then the owner reductions, then what only takes away, then
 * removals; inside each phase by reference, and never before what the step needs. What no step sends (by hand, kept)
 * comes last. The same changes in any order give the same steps.
 */
export function order(given: readonly Change[], context: OrderContext): Step[] {
  const { actual, description, system, owners, paths } = context
  const together = loweredByEach(given.filter(isWrite), context)
  const changes = given
    .flatMap((change) => renameAlone(change, context, together))
    .flatMap((change) => stopAlone(change, description, owners))
  const lowers = changes.length === given.length ? together : loweredByEach(changes.filter(isWrite), context)
  const seen = seenThrough(actual, settle(renamesIn(changes), actual))
  const needs = edges(changes, { actual, seen, description, ...(paths === undefined ? {} : { paths }) })
  const isReduction = (change: Change): boolean => lowers.has(change)
  const wave = firstWave(changes, lowers, context)
  const phase = (change: Change): number => wave.get(change) ?? phaseOf(change, isReduction)
  const sorted = sequence(changes, needs, isReduction, phase)
  const first = withNeeds(wave.keys(), needs)
  const ids = new Map(sorted.map((change, index) => [change, `${system}/${index + 1}`]))
  const place = new Map(sorted.map((change, index) => [change, index]))
  return sorted.map((change) => ({
    id: ids.get(change) ?? '',
    change,
    needs: [...(needs.get(change) ?? [])]
      .sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0))
      .map((first) => ids.get(first) ?? ''),
    lowers: lowers.get(change) ?? [],
    ...(first.has(change) ? { first: true } : {}),
    fingerprint: fingerprint(change, seen, description),
  }))
}

/**
 * A rename comes first of all, since others use the new name. What it carries along may have to come late: an owner
 * reduction is sent alone, and a new place among its own kind may have to wait for others that use the new name. Then
 * the change is taken apart.
 */
function renameAlone(
  change: Change,
  { description }: OrderContext,
  lowers: ReadonlyMap<Change, readonly string[]>,
): Change[] {
  if (change.action !== 'rename' || isEmpty(change)) return [change]
  const moves = movedLinks(change, description).length > 0
  if (!moves && !lowers.has(change)) return [change]
  const kind = description.kinds[change.ref.kind]
  const { from, action: _, ...rest } = change
  const isName = (part: 'fields' | 'links', name: string): boolean => {
    const value = part === 'fields' ? change.after.fields[name] : undefined
    return typeof value === 'string' && foldKey(description, change.ref.kind, value) === change.ref.key
  }
  // Where the key is spelled out in a field as well, the two are one thing in the system and change together.
  const { chosen: name, rest: others } = partition(change, isName)
  if (isEmpty(others)) return [change]
  return [
    { ...rest, action: 'rename', from, ...name, patch: patchOf(name, kind) },
    { ...rest, action: 'update', ...others, patch: patchOf(others, kind) },
  ]
}

const phases = {
  ...{ succeed: 0, stopOwner: 1, stop: 2 },
  ...{ rename: 3, give: 4, reduce: 5, afterReduction: 6, take: 7, remove: 8, byHand: 9, keep: 10 },
}

/** What stops who is compromised, owners first: once a step has failed, no owner is lowered any more. */
function firstWave(
  changes: readonly Change[],
  lowers: ReadonlyMap<Change, readonly string[]>,
  { actual, description, owners }: OrderContext,
): ReadonlyMap<Change, number> {
  const stopping = owners === undefined ? [] : changes.filter((change) => stops(change, description, owners))
  const wave = new Map(
    stopping.map((change) => [change, lowers.has(change) ? phases.stopOwner : phases.stop]),
  )
  if (owners === undefined || !stopping.some((change) => lowers.has(change))) return wave
  const lowered = new Set([...lowers.values()].flat())
  for (const change of successions(changes.filter(isWrite), lowered, { actual, owners }))
    if (!lowers.has(change)) wave.set(change, wave.get(change) ?? phases.succeed)
  return wave
}

function withNeeds(start: Iterable<Change>, needs: Edges): ReadonlySet<Change> {
  const all = new Set(start)
  for (const change of all) for (const first of needs.get(change) ?? []) all.add(first)
  return all
}

function phaseOf(change: Change, isReduction: (change: Change) => boolean): number {
  if (isReduction(change)) return phases.reduce
  switch (change.action) {
    case 'create':
      return phases.give
    case 'update':
      return adds(change) ? phases.give : phases.take
    case 'delete':
      return phases.remove
    case 'manual':
      return phases.byHand
    case 'rename':
    case 'keep':
      return phases[change.action]
  }
}

/** By phase, and each after what it needs. What needs an owner reduction cannot be among those that come before it. */
function sequence(
  changes: readonly Change[],
  needs: Edges,
  isReduction: (change: Change) => boolean,
  phaseOfOne: (change: Change) => number,
): Change[] {
  const phase = new Map(changes.map((change) => [change, phaseOfOne(change)]))
  const byPhase = (a: Change, b: Change): number =>
    (phase.get(a) ?? 0) - (phase.get(b) ?? 0) || byReference(a, b)
  const sorted = needsFirst([...changes].sort(byPhase), needs)
  const late = new Set<Change>()
  for (const change of sorted) {
    const waits = [...(needs.get(change) ?? [])].some((first) => late.has(first))
    if (waits || isReduction(change)) late.add(change)
    if (waits && (phase.get(change) ?? 0) < phases.afterReduction) phase.set(change, phases.afterReduction)
  }
  return needsFirst([...changes].sort(byPhase), needs)
}

/** Keeps the order as far as it can, and pulls up what something needs. Without recursion: a chain may be long. */
function needsFirst(sorted: readonly Change[], needs: Edges): Change[] {
  const done = new Set<Change>()
  const open = new Set<Change>()
  const place = new Map(sorted.map((change, index) => [change, index]))
  for (const start of sorted) {
    const stack = [start]
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      const change = at
      const missing = [...(needs.get(change) ?? [])].filter(
        (first) => !done.has(first) && !inOneGo(change, first, open),
      )
      if (done.has(change) || missing.length === 0) {
        stack.pop()
        open.delete(change)
        done.add(change)
      } else {
        open.add(change)
        if (missing.some((first) => open.has(first))) throw new Error(circle([...open]))
        stack.push(...missing.sort((a, b) => (place.get(b) ?? 0) - (place.get(a) ?? 0)))
      }
    }
  }
  return [...done]
}

/** Removals that hold on to each other have no order: the system takes them in one go, or says which one it refuses. */
function inOneGo(change: Change, first: Change, open: ReadonlySet<Change>): boolean {
  return change.action === 'delete' && first.action === 'delete' && open.has(first)
}

function circle(changes: readonly Change[]): string {
  return `These changes wait for each other: ${changes.map(({ ref }) => showRef(ref)).join(', ')}.`
}

const rank: Record<Action, number> = { rename: 0, create: 1, update: 2, delete: 3, manual: 4, keep: 5 }

/** References point backwards in the list of kinds; what is removed goes the other way round. */
function byReference(a: Change, b: Change): number {
  const kind = kinds.indexOf(a.ref.kind) - kinds.indexOf(b.ref.kind)
  return (
    (a.action === 'delete' && b.action === 'delete' ? -kind : kind) ||
    byText(a.ref.key, b.ref.key) ||
    rank[a.action] - rank[b.action] ||
    byText(reasonOf(a), reasonOf(b))
  )
}

function reasonOf(change: Change): string {
  return change.action === 'keep' ? change.reason : ''
}
