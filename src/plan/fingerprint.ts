import type { Description, KindDescription } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import type { Step } from '../model/plan.ts'
import type { Resource } from '../model/resource.ts'
import { goesAlong } from './along.ts'
import { namesIn, type Delta } from './delta.ts'
import { sha256 } from './digest.ts'
import { ofManifests } from './fields.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'
import { list, memberName } from './sets.ts'

/**
 * Digest of just what a change touches in the state it was made from; '' for a create that finds nothing there, and
 * for a keep. A set counts only with the members that the change names: others may come and go meanwhile.
 *
 * `actual` is the state seen through the renames of the plan (`moved` sees to that), since changes speak of things by
 * the names they will have.
 */
export function fingerprint(change: Change, actual: GraphView, description: Description): string {
  const kind = description.kinds[change.ref.kind]
  const live = actual.get(change.ref.kind, change.ref.key)
  switch (change.action) {
    case 'keep':
      return ''
    case 'create':
      return live === undefined ? '' : sha256({ id: live.id ?? null })
    case 'delete':
      return sha256(live === undefined ? null : wholeOf(live, joined(change, actual, description), kind))
    case 'rename': {
      const stillThere = actual.get(change.ref.kind, change.from) !== undefined
      return sha256({ stillThere, touched: live === undefined ? null : touchedOf(live, change, kind) })
    }
    case 'update':
    case 'manual':
      return sha256(live === undefined ? null : touchedOf(live, change, kind))
  }
}

/** The steps whose resources moved since the plan was made: a fresh read against the saved fingerprints. */
export function moved(steps: readonly Step[], actual: GraphView, description: Description): Step[] {
  const changes = steps.map((step) => step.change)
  const seen = seenThrough(actual, settle(renamesIn(changes), actual))
  return steps.filter((step) => fingerprint(step.change, seen, description) !== step.fingerprint)
}

/**
 * Who would lose a link by this removal and is not in the plan for it: sorted, as `account:ana`. Those of the plan
 * may leave by themselves meanwhile; then less goes along than was reviewed.
 */
export function joined(
  { ref, along = [] }: Extract<Change, { action: 'delete' }>,
  actual: GraphView,
  description: Description,
): readonly string[] {
  const now = goesAlong(ref, actual, description)
  if (now.length === 0) return now
  const planned = new Set(along)
  return now.filter((one) => !planned.has(one))
}

/** The steps with no more going along with each removal than goes now. */
export function withinAlong(steps: readonly Step[], actual: GraphView, description: Description): Step[] {
  const seen = seenThrough(actual, settle(renamesIn(steps.map(({ change }) => change)), actual))
  return steps.map((step) => {
    if (step.change.action !== 'delete' || step.change.along === undefined) return step
    const { along, ...change } = step.change
    const now = new Set(goesAlong(change.ref, seen, description))
    const still = along.filter((one) => now.has(one))
    return { ...step, change: still.length === 0 ? change : { ...change, along: still } }
  })
}

function wholeOf(live: Resource, came: readonly string[], kind: KindDescription | undefined): object {
  const whole = ofManifests(live, kind)
  return came.length === 0 ? whole : { whole, came }
}

function touchedOf(live: Resource, { before, after }: Delta, kind: KindDescription | undefined): object {
  const fields = namesIn(before.fields, after.fields).map((name): [string, unknown] => [
    name,
    kind?.fields[name]?.shape === 'set'
      ? named(list(live.fields[name]), list(before.fields[name]), list(after.fields[name]))
      : (live.fields[name] ?? null),
  ])
  const links = namesIn(before.links, after.links).map((name): [string, unknown] => [
    name,
    kind?.links[name]?.shape === 'one'
      ? (live.links[name] ?? [])
      : named(live.links[name] ?? [], before.links[name] ?? [], after.links[name] ?? []),
  ])
  return { id: live.id ?? null, fields: Object.fromEntries(fields), links: Object.fromEntries(links) }
}

/** Which of the members that go or come are there. */
function named(live: readonly Json[], goes: readonly Json[], comes: readonly Json[]): string[] {
  const there = new Set(live.map(memberName))
  return [...goes, ...comes].map(memberName).filter((member) => there.has(member))
}
