import type { Description } from '../connector/describe.ts'
import type { DesiredGraph, Wish } from '../model/desired.ts'
import { Overlay, type GraphView } from '../model/graph.ts'
import type { Kind, LinkTarget } from '../model/resource.ts'
import type { Renames } from './renaming.ts'

/**
 * Who owns a system today and not three days from now, with nobody doing anything, is not one to count on. What ends by
 * itself is known to the manifests (and to systems that have dates of their own), so it is looked at here.
 */
const hour = 3_600_000
/** 72 hours are time to notice and to put it right; five minutes more for clocks that differ. */
const enough = 72 * hour + hour / 12

/** Whether a day (inclusive, UTC) or a moment (RFC 3339) is far enough away. One that cannot be read is not. */
export function lasts(until: string | undefined, now: string): boolean {
  if (until === undefined) return true
  const isDay = /^\d{4}-\d\d-\d\d$/.test(until)
  const end = isDay ? Date.parse(`${until}T00:00:00Z`) + 24 * hour : Date.parse(until)
  return end - Date.parse(now) > enough
}

/** The moment from which exactly that lasts which still holds on this day: who owns a system then. */
export function lastingOn(day: string): string {
  return new Date(Date.parse(day) - enough).toISOString()
}

/** What ends soon: whole grants and policies, and single memberships and subjects. */
export interface Ending {
  /** The first day on which something that this account may hang on ends; undefined when nothing does. */
  dayOf(account: string): string | undefined
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
  const days = new Map<string, string>()
  let shared: string | undefined
  const note = (part: Part, wish: Wish, day: string): void => {
    const former = back.get(part.kind)?.get(part.key)
    for (const key of former === undefined ? [part.key] : [part.key, former]) {
      parts.push({ ...part, key })
      if (wish.ref.kind === 'account') days.set(key, earlier(days.get(key), day))
    }
    if (wish.ref.kind !== 'account') shared = earlier(shared, day)
  }
  for (const kind of ['account', 'policy', 'grant'] as const)
    for (const wish of desired.wishes[kind].values()) {
      if (kind !== 'account' && wish.until !== undefined && !lasts(wish.until, now))
        note({ kind, key: wish.ref.key }, wish, wish.until)
      const soon = Object.entries(wish.ending ?? {}).filter(([, day]) => !lasts(day, now))
      const [first] = soon.map(([, day]) => day).sort()
      if (first === undefined) continue
      const targets = new Set(soon.flatMap(([target]) => [target, ...formerly(target, back)]))
      note({ kind, key: wish.ref.key, targets }, wish, first)
    }
  return {
    parts,
    dayOf: (account) => {
      const own = days.get(account)
      return own === undefined ? shared : earlier(shared, own)
    },
  }
}

const seen = new WeakMap<GraphView, { ending: Ending; view: GraphView }>()

/** The state as it will be when all of this is over. Made once for each state. */
export function withoutEnding(graph: GraphView, ending: Ending, description: Description): GraphView {
  const known = seen.get(graph)
  if (known?.ending === ending) return known.view
  const view = new Overlay(graph)
  for (const { kind, key, targets } of ending.parts) {
    const resource = view.get(kind, key)
    if (resource === undefined || description.kinds[kind] === undefined) continue
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

function formerly(target: LinkTarget, back: Renames): LinkTarget[] {
  const colon = target.indexOf(':')
  const former = back.get(target.slice(0, colon) as Kind)?.get(target.slice(colon + 1))
  return former === undefined ? [] : [`${target.slice(0, colon)}:${former}`]
}

function earlier(one: string | undefined, other: string): string {
  return one === undefined || other < one ? other : one
}
