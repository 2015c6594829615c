import type { Description } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type Kind, type LinkTarget, type ResourceRef } from '../model/resource.ts'
import { simulate } from './simulate.ts'

/** A change, and one that must be done before it. */
export type Edge = readonly [Change, Change]

/**
 * Whatever can stand under its own kind (a group under a group) must never stand under itself, not even between two
 * steps. Where old and new paths together would make a circle, the upper one changes first: its path upwards is then
 * as it will be, and what will be has no circle.
 */
export function parentsFirst(
  changes: readonly Change[],
  /** `seen` is the live state under its new names. */
  { seen, description }: { readonly seen: GraphView; readonly description: Description },
): readonly Edge[] {
  const moving = changes.flatMap((change) =>
    change.action === 'update' || change.action === 'rename'
      ? movedLinks(change, description).map((link) => ({ change, link }))
      : [],
  )
  if (moving.length < 2) return []
  const found: Edge[] = []
  // what is new may be a part of the path
  const made = changes.filter(
    (change) =>
      change.action === 'create' &&
      upwards(change.ref.kind, description).some((link) => (change.after.links[link] ?? []).length > 0),
  ) as Extract<Change, { action: 'create' }>[]
  const end = simulate(
    seen,
    [...moving.map(({ change }) => ({ ...change, action: 'update' as const })), ...made],
    description,
  )
  const movers = new Map(moving.map(({ change, link }) => [`${link} ${refKey(change.ref)}`, change]))
  for (const { change, link } of moving) {
    const { kind, key } = change.ref
    for (const above of named(change.after.links[link], kind)) {
      const both = (at: string): string[] => [...over(seen, kind, at, link), ...over(end, kind, at, link)]
      if (!reach(above, both).has(key)) continue
      for (const first of nearest(
        above,
        (at) => over(end, kind, at, link),
        (at) => movers.get(`${link} ${kind}:${at}`),
      ))
        found.push([change, first])
    }
  }
  return found
}

/** Whether the thing of that name stands under itself. */
export function isUnderItself(view: GraphView, { kind, key }: ResourceRef, link: string): boolean {
  const next = (at: string): string[] => over(view, kind, at, link)
  return next(key).some((above) => reach(above, next).has(key))
}

/** The links by which the change puts its thing under others of its own kind, or takes it away from there. */
export function movedLinks(
  { ref, before, after }: Extract<Change, { action: 'update' | 'rename' }>,
  description: Description,
): string[] {
  return upwards(ref.kind, description).filter((link) => link in before.links || link in after.links)
}

/** Links by which a thing stands under others of its own kind. */
export function upwards(kind: Kind, description: Description): string[] {
  const links = Object.entries(description.kinds[kind]?.links ?? {})
  return links.filter(([, link]) => link.to.includes(kind)).map(([name]) => name)
}

function over(view: GraphView, kind: Kind, key: string, link: string): string[] {
  return named(view.get(kind, key)?.links[link], kind)
}

/** The names of those targets that are of the kind. */
function named(targets: readonly LinkTarget[] = [], kind: Kind): string[] {
  return targets
    .map(splitTarget)
    .filter(({ type }) => type === kind)
    .map(({ name }) => name)
}

function reach(start: string, next: (at: string) => string[]): ReadonlySet<string> {
  const reached = new Set([start])
  for (const at of reached) for (const further of next(at)) reached.add(further)
  return reached
}

/** The first that move on each path upwards. */
function nearest(
  start: string,
  next: (at: string) => string[],
  moves: (at: string) => Change | undefined,
): Change[] {
  const reached = new Set([start])
  const found: Change[] = []
  for (const at of reached) {
    const mover = moves(at)
    if (mover) found.push(mover)
    else for (const further of next(at)) reached.add(further)
  }
  return found
}
