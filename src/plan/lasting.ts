import type { DesiredGraph } from '../model/desired.ts'
import { Overlay, type GraphView } from '../model/graph.ts'
import { splitTarget, type Kind, type LinkTarget } from '../model/resource.ts'
import type { Renames } from './renaming.ts'

/**
 * Who owns a system today and not three days from now, with nobody doing anything, is not one to count on. What ends by
 * itself is known to the manifests (and to systems that have dates of their own), so it is looked at here.
 */
const hour = 3_600_000
/** 72 hours are time to notice and to put it right; five minutes more for clocks that differ. */
const enough = 72 * hour + hour / 12

/**
 * Whether a day (inclusive, UTC) or a moment (RFC 3339) is too near. So is one that cannot be read, and what merely holds
 * one somewhere, for a lenient reader of dates finds one in any text.
 */
export function endsSoon(until: string | undefined, now: string): until is string {
  if (until === undefined) return false
  const time = /^\d{4}-\d\d-\d\d(T|$)/.exec(until)?.[1]
  if (time === undefined) return true
  const end = Date.parse(time === '' ? `${until}T24:00:00Z` : until)
  return !(end - Date.parse(now) > enough)
}

/** The moment from which exactly that lasts which still holds on this day: who owns a system then. */
export function lastingOn(day: string): string {
  return new Date(Date.parse(day) - enough).toISOString()
}

/** What ends soon: whole grants and policies, and single memberships and subjects. */
export interface Ending {
  /** The first day on which something that this account may hang on ends; undefined when nothing does. */
  readonly dayOf: (account: string) => string | undefined
  readonly parts: readonly Part[]
}

interface Part {
  readonly kind: Kind
  readonly key: string
  /** The links that go; undefined when all of it goes. */
  readonly targets?: ReadonlySet<LinkTarget>
}

/** `back` tells the names of now: the manifests know only those that things will have. */
export function endingSoon(desired: DesiredGraph, now: string, back: Renames): Ending {
  const parts: Part[] = []
  const days = new Map<string, string | undefined>()
  let shared: string | undefined
  const note = (part: Part, day: string): void => {
    for (const key of new Set([part.key, formerly(part.kind, part.key, back)])) {
      parts.push({ ...part, key })
      if (part.kind === 'account') days.set(key, earlier(days.get(key), day))
      else shared = earlier(shared, day)
    }
  }
  for (const kind of ['account', 'policy', 'grant'] as const)
    for (const { ref, until, ending = {} } of desired.wishes[kind].values()) {
      // of the account itself more is known than its day
      if (kind !== 'account' && endsSoon(until, now)) note({ kind, key: ref.key }, until)
      for (const [target, day] of Object.entries(ending))
        if (endsSoon(day, now)) note({ kind, key: ref.key, targets: namesOf(target, back) }, day)
    }
  return { parts, dayOf: (account) => earlier(days.get(account), shared) }
}

const seen = new WeakMap<GraphView, { ending: Ending; view: GraphView }>()

/** The state as it will be when all of this is over. Made once for each state. */
export function withoutEnding(graph: GraphView, ending: Ending): GraphView {
  const known = seen.get(graph)
  if (known?.ending === ending) return known.view
  const view = new Overlay(graph)
  for (const { kind, key, targets } of ending.parts) {
    const resource = view.get(kind, key)
    if (resource === undefined) continue
    if (targets === undefined) view.remove(kind, key)
    else {
      const links = Object.entries(resource.links).map(([name, all]): [string, readonly LinkTarget[]] => [
        name,
        all.filter((target) => !targets.has(target)),
      ])
      view.set({ ...resource, links: Object.fromEntries(links) })
    }
  }
  seen.set(graph, { ending, view })
  return view
}

/** The name of now; its own for what is not renamed. */
function formerly(kind: Kind, key: string, back: Renames): string {
  return back.get(kind)?.get(key) ?? key
}

function namesOf(target: LinkTarget, back: Renames): ReadonlySet<LinkTarget> {
  const { type, name } = splitTarget(target)
  return new Set([target, `${type}:${formerly(type as Kind, name, back)}`])
}

/** What is undefined sorts last. */
function earlier(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || (other ?? one) < one ? other : one
}
