import type { Description } from '../connector/describe.ts'
import type { GraphView } from '../model/graph.ts'
import {
  kinds,
  refKey,
  splitTarget,
  type Kind,
  type LinkTarget,
  type ResourceRef,
} from '../model/resource.ts'
import { byText } from './sets.ts'

/**
 * Whose links the system takes away when this is removed, as `account:ana`, sorted by code unit: the members of a
 * group lose their memberships with it, and no change of their own says so.
 */
export function goesAlong(
  ref: Pick<ResourceRef, 'kind' | 'key'>,
  graph: GraphView,
  description: Description,
): readonly string[] {
  // Most removals are of accounts, which nothing goes along with: they cost no look at the whole state.
  const cascades = kinds.some((kind) =>
    Object.values(description.kinds[kind]?.links ?? {}).some(
      ({ onRemove, to }) => onRemove === 'cascade' && to.includes(ref.kind),
    ),
  )
  return cascades ? (pointing(graph, description).get(refKey(ref)) ?? []) : []
}

/** Whose links, and which: `account:ana` → `groups`. */
export type LinksAlong = Readonly<Record<string, readonly string[]>>

/** Which links of those who go along point at what is removed: what is restored when it is made again. */
export function linksAlong(
  ref: Pick<ResourceRef, 'kind' | 'key'>,
  along: readonly string[],
  graph: GraphView,
  description: Description,
): LinksAlong {
  const links = along.map((one) => {
    const { type, name } = splitTarget(one)
    const kind = type as Kind
    const targets = graph.get(kind, name)?.links ?? {}
    const names = Object.keys(targets).filter(
      (link) =>
        description.kinds[kind]?.links[link]?.onRemove === 'cascade' &&
        targets[link]?.includes(refKey(ref)) === true,
    )
    return [one, names] as const
  })
  return Object.fromEntries(links.filter(([, names]) => names.length > 0))
}

type Pointing = ReadonlyMap<LinkTarget, readonly string[]>

/** Worked out once for each state: a plan asks once a removal, and must not look at every account each time. */
function pointing(graph: GraphView, description: Description): Pointing {
  const known = memory.get(graph)
  if (known?.description === description) return known.pointing
  const found = new Map<LinkTarget, Set<string>>()
  for (const kind of kinds) {
    const links = Object.entries(description.kinds[kind]?.links ?? {})
    const names = links.filter(([, { onRemove }]) => onRemove === 'cascade').map(([name]) => name)
    if (names.length === 0) continue
    for (const { ref, links: targets } of graph.all(kind))
      for (const target of names.flatMap((name) => targets[name] ?? [])) {
        const there = found.get(target)
        if (there) there.add(refKey(ref))
        else found.set(target, new Set([refKey(ref)]))
      }
  }
  const sorted = new Map([...found].map(([target, refs]) => [target, [...refs].sort(byText)]))
  memory.set(graph, { description, pointing: sorted })
  return sorted
}

const memory = new WeakMap<GraphView, { description: Description; pointing: Pointing }>()
