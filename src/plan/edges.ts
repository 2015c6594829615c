import type { Description } from '../connector/describe.ts'
import { isWrite, type Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, type LinkTarget, type Resource } from '../model/resource.ts'
import { parentsFirst, type Edge } from './upwards.ts'

/** For each change those that must be done before it is sent. */
export type Edges = ReadonlyMap<Change, ReadonlySet<Change>>

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
