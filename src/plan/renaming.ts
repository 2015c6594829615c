import type { Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import { byText } from './sets.ts'

/**
 * Names change in one place and are used in many: members, parents and subjects name a group by its key. Whoever
 * compares, simulates or checks therefore looks at the state *through* the renames, so that a renamed group is one
 * change and nothing that mentions it is.
 */
export interface Rename {
  readonly kind: Kind
  readonly from: string
  readonly to: string
}

/** Key → key, by kind. */
export type Renames = ReadonlyMap<Kind, ReadonlyMap<string, string>>

export function renamesIn(changes: Iterable<Change>): Rename[] {
  const renames: Rename[] = []
  for (const change of changes)
    if (change.action === 'rename')
      renames.push({ kind: change.ref.kind, from: change.from, to: change.ref.key })
  return renames
}

/** Which live key ends as which, whatever order the renames are given in; what cannot happen is left out. */
export function settle(renames: readonly Rename[], view: GraphView): Renames {
  const settled = new Map<Kind, Map<string, string>>()
  if (renames.length === 0) return settled
  const byFrom = new Map(renames.map((rename) => [nameOf(rename.kind, rename.from), rename]))
  const isLive = (kind: Kind, key: string): boolean => view.get(kind, key) !== undefined
  for (const { kind, from, to } of renames) {
    if (!isLive(kind, from)) continue
    let end = to
    // A name that is not live was made by a rename of this very list: two that change places use one.
    for (let hops = 0; hops < renames.length && !isLive(kind, end); hops++)
      end = byFrom.get(nameOf(kind, end))?.to ?? end
    const ofKind = settled.get(kind) ?? new Map<string, string>()
    settled.set(kind, ofKind.set(from, end))
  }
  for (const [kind, ofKind] of settled) dropBlocked(ofKind, (key) => isLive(kind, key))
  return settled
}

/**
 * The order in which each new name is free when it is taken: `a → b` comes after `b → c`. Two that change places
 * need a third name for a moment, which comes out as a rename of its own. All `from` are live.
 */
export function inSequence(renames: readonly Rename[], view: GraphView): Rename[] {
  const byFrom = new Map(renames.map((rename) => [nameOf(rename.kind, rename.from), rename]))
  const placed = new Set<Rename>()
  return [...renames].sort(bySource).flatMap((start) => {
    const chain: Rename[] = []
    let next: Rename | undefined = start
    while (next !== undefined && !placed.has(next)) {
      placed.add(next)
      chain.push(next)
      next = byFrom.get(nameOf(next.kind, next.to))
    }
    if (next !== start || chain.length === 0) return chain.reverse()
    const aside = freeName(start, view)
    return [{ ...start, to: aside }, ...chain.slice(1).reverse(), { ...start, from: aside }]
  })
}

export function inverse(renames: Renames): Renames {
  return new Map([...renames].map(([kind, keys]) => [kind, new Map([...keys].map(([a, b]) => [b, a]))]))
}

/** The state in which everything already has its new name. Nothing is copied; links are read as they are asked for. */
export function seenThrough(view: GraphView, renames: Renames): GraphView {
  if (renames.size === 0) return view
  const back = inverse(renames)
  let grants: ReadonlyMap<string, string> | undefined
  const seen = (resource: Resource): Resource => renamed(resource, renames)
  const liveKey = (kind: Kind, key: string): string | undefined => {
    // The key of a grant is made of what it links, so it follows their names.
    if (kind === 'grant') return (grants ??= keysSeen(view, seen)).get(key)
    return back.get(kind)?.get(key) ?? (renames.get(kind)?.has(key) === true ? undefined : key)
  }
  return {
    system: view.system,
    ...(view.facts === undefined ? {} : { facts: view.facts }),
    get: (kind, key) => {
      const live = liveKey(kind, key)
      const resource = live === undefined ? undefined : view.get(kind, live)
      return resource && seen(resource)
    },
    *all(kind) {
      for (const resource of view.all(kind)) yield seen(resource)
    },
  }
}

/** The resource under its new key and with its links to new names; itself where nothing of it changes. */
export function renamed<R extends Pick<Resource, 'ref' | 'links'>>(resource: R, renames: Renames): R {
  if (renames.size === 0) return resource
  const links = renamedLinks(resource.links, renames)
  const key =
    renames.get(resource.ref.kind)?.get(resource.ref.key) ??
    (links !== resource.links && resource.ref.key === grantKey(resource)
      ? grantKey({ ...resource, links })
      : undefined)
  if (links === resource.links && key === undefined) return resource
  return { ...resource, ref: key === undefined ? resource.ref : { ...resource.ref, key }, links }
}

/** The natural key of a grant, `<subject> <role> <resource>`; undefined for anything else. */
export function grantKey({ ref, links }: Pick<Resource, 'ref' | 'links'>): string | undefined {
  const [subject, role, resource] = [links['subject']?.[0], links['role']?.[0], links['resource']?.[0]]
  if (ref.kind !== 'grant' || subject === undefined || role === undefined || resource === undefined)
    return undefined
  return `${subject} ${splitTarget(role).name} ${resource}`
}

function renamedLinks(links: Resource['links'], renames: Renames): Resource['links'] {
  let mapped: Record<string, readonly LinkTarget[]> | undefined
  for (const [name, targets] of Object.entries(links)) {
    if (!targets.some((target) => renamedTarget(target, renames) !== target)) continue
    mapped ??= { ...links }
    mapped[name] = targets.map((target) => renamedTarget(target, renames)).sort(byText)
  }
  return mapped ?? links
}

function renamedTarget(target: LinkTarget, renames: Renames): LinkTarget {
  const { type, name } = splitTarget(target)
  const key = renames.get(type as Kind)?.get(name)
  return key === undefined ? target : `${type}:${key}`
}

function keysSeen(view: GraphView, seen: (resource: Resource) => Resource): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  for (const resource of view.all('grant')) keys.set(seen(resource).ref.key, resource.ref.key)
  return keys
}

/** A name that something else holds on to cannot be taken, nor one that waits for such a name. */
function dropBlocked(ofKind: Map<string, string>, isLive: (key: string) => boolean): void {
  let dropped = true
  while (dropped) {
    dropped = false
    for (const [from, to] of ofKind) if (isLive(to) && !ofKind.has(to)) dropped = ofKind.delete(from)
  }
}

function freeName({ kind, from }: Rename, view: GraphView): string {
  let aside = `${from}-aside`
  while (view.get(kind, aside) !== undefined) aside += '-'
  return aside
}

function nameOf(kind: Kind, key: string): string {
  return `${kind}:${key}`
}

function bySource(a: Rename, b: Rename): number {
  return byText(nameOf(a.kind, a.from), nameOf(b.kind, b.from))
}
