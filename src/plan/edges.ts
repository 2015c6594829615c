import type { Description } from '../connector/describe.ts'
import { isWrite, type Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import { simulate } from './simulate.ts'

/** For each change those that must be done before it is sent. */
export type Edges = ReadonlyMap<Change, ReadonlySet<Change>>

/** A change, and one that must be done before it. */
export type Edge = readonly [Change, Change]

interface EdgeContext {
  readonly actual: GraphView
  /** The live state under its new names. */
  readonly seen: GraphView
  readonly description: Description
  /** What `parentsFirst` found when the changes were put in order; without it, what it finds now. */
  readonly paths?: readonly Edge[]
}

/**
 * What really depends on what: a thing on those it links to and on the names it is called by, a removal on whoever has
 * to let go first, a new parent on the path being free of a circle.
 */
export function edges(changes: readonly Change[], { actual, seen, description, paths }: EdgeContext): Edges {
  const needs = new Map<Change, Set<Change>>()
  const need = (change: Change, first: Change | undefined): void => {
    if (first === undefined || first === change) return
    const known = needs.get(change)
    if (known) known.add(first)
    else needs.set(change, new Set([first]))
  }
  const made = new Map<LinkTarget, Change>()
  const freed = new Map<LinkTarget, Change>()
  const removed = new Map<LinkTarget, Change>()
  for (const change of changes) {
    if (makes(change)) made.set(refKey(change.ref), change)
    if (change.action === 'rename') freed.set(`${change.ref.kind}:${change.from}`, change)
    if (change.action === 'delete') removed.set(refKey(change.ref), change)
  }
  for (const change of changes) {
    if (change.action === 'keep') continue
    const name = refKey(change.ref)
    need(change, made.get(name))
    // A name that something else bears until that is renamed.
    if (
      actual.get(change.ref.kind, change.ref.key) &&
      (change.action === 'create' || change.action === 'rename')
    )
      need(change, freed.get(name))
    // The second half of two that change places starts from a name that the first half makes.
    if (change.action === 'rename' && actual.get(change.ref.kind, change.from) === undefined)
      need(change, made.get(`${change.ref.kind}:${change.from}`))
    for (const { target, link, goes } of mentions(change)) {
      need(change, made.get(target))
      const holds = goes && description.kinds[change.ref.kind]?.links[link]?.onRemove === 'restrict'
      const removal = removed.get(target)
      if (removal && holds && isWrite(change)) need(removal, change)
    }
  }
  for (const [change, first] of paths ?? parentsFirst(changes, { seen, description })) need(change, first)
  return needs
}

interface Mention {
  readonly link: string
  readonly target: LinkTarget
  /** Whether the change takes the link away. */
  readonly goes: boolean
}

function* mentions(change: Exclude<Change, { action: 'keep' }>): Iterable<Mention> {
  if (change.action !== 'create')
    for (const [link, target] of pairsOf(change.before.links)) yield { link, target, goes: true }
  if (change.action !== 'delete')
    for (const [link, target] of pairsOf(change.after.links)) yield { link, target, goes: false }
}

function* pairsOf(links: Resource['links']): Iterable<[string, LinkTarget]> {
  for (const [link, targets] of Object.entries(links)) for (const target of targets) yield [link, target]
}

/** Whether afterwards something has this name that had it not before. */
function makes({ action }: Change): boolean {
  return action === 'create' || action === 'rename'
}

/**
 * Whatever can stand under its own kind (a group under a group) must never stand under itself, not even between two
 * steps. Where old and new paths together would make a circle, the upper one changes first: its path upwards is then
 * as it will be, and what will be has no circle.
 */
export function parentsFirst(
  changes: readonly Change[],
  { seen, description }: Pick<EdgeContext, 'seen' | 'description'>,
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
    for (const target of change.after.links[link] ?? []) {
      const above = splitTarget(target).name
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
  const targets = view.get(kind, key)?.links[link] ?? []
  return targets.map(splitTarget).flatMap(({ type, name }) => (type === kind ? [name] : []))
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
