import type { Rules } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import { isWrite, type Change, type Write } from '../model/change.ts'
import { Overlay, type GraphView } from '../model/graph.ts'
import { refKey, type LinkTarget, type Resource, type ResourceRef } from '../model/resource.ts'
import { applyDelta } from './delta.ts'
import { renamesIn, seenThrough, settle } from './renaming.ts'

/**
 * The state after these writes: the graph below seen through them, not a copy. Their order does not matter. Links of
 * others follow a rename, and memberships go along with what is deleted. A write whose resource is not there (it
 * was done already, or somebody removed it) changes nothing.
 */
export function simulate(actual: GraphView, writes: Iterable<Write>, description: Description): GraphView {
  const all = [...writes]
  const overlay = new Overlay(seenThrough(actual, settle(renamesIn(all), actual)))
  const gone = new Set<LinkTarget>()
  for (const write of all) {
    if (write.action === 'delete') {
      overlay.remove(write.ref.kind, write.ref.key)
      gone.add(refKey(write.ref))
    } else if (write.action === 'create') {
      overlay.set(write.after)
    } else {
      const live = overlay.get(write.ref.kind, write.ref.key)
      if (live) overlay.set(applyDelta(live, write, description.kinds[write.ref.kind]))
    }
  }
  return gone.size === 0 ? overlay : without(overlay, gone, description)
}

/**
 * Keys of the accounts that are usable owners before this change and not after it alone, or whose right only an identity
 * provider gives then; sorted by code unit.
 */
export function lowered(change: Change, actual: GraphView, description: Description, rules: Rules): string[] {
  if (!isWrite(change)) return []
  const candidates = ownersTouchedBy(change, usableOwners(actual, rules))
  if (candidates.length === 0) return []
  const after = simulate(actual, [change], description)
  return candidates.filter((key) => {
    const name =
      change.action === 'rename' && change.ref.kind === 'account' && key === change.from
        ? change.ref.key
        : key
    const account = after.get('account', name)
    const before = actual.get('account', key)
    return standing(account, after, rules) < (before ? standing(before, actual, rules) : 0)
  })
}

/** What can stand alone is worth more than what an identity provider gives and takes. */
function standing(account: Resource | undefined, graph: GraphView, rules: Rules): 0 | 1 | 2 {
  if (account === undefined) return 0
  const { owner, unusable, viaProvider } = rules.ownership(account, graph)
  return !owner || unusable.length > 0 ? 0 : viaProvider === true ? 1 : 2
}

/** Usable owners of a state, and by each resource that ownership hangs on the owners that hang on it. */
interface UsableOwners {
  readonly keys: ReadonlySet<string>
  readonly hangOn: ReadonlyMap<string, readonly string[]>
}

/** Looked at once for each state: a plan asks for it once a change, and must not look at every account each time. */
export function usableOwners(graph: GraphView, rules: Rules): UsableOwners {
  const known = memory.get(graph)
  if (known?.rules === rules) return known.owners
  const keys = new Set<string>()
  const hangOn = new Map<string, string[]>()
  for (const account of graph.all('account')) {
    if (!isUsable(account, graph, rules)) continue
    keys.add(account.ref.key)
    for (const ref of rules.ownershipDependsOn(account, graph)) {
      const owners = hangOn.get(refKey(ref))
      if (owners) owners.push(account.ref.key)
      else hangOn.set(refKey(ref), [account.ref.key])
    }
  }
  const owners = { keys, hangOn }
  memory.set(graph, { rules, owners })
  return owners
}

/** Those usable owners whose ownership the change could alter, sorted: itself, and what hangs on the resource. */
export function ownersTouchedBy(write: Write, owners: UsableOwners): string[] {
  const touched = new Set<string>()
  for (const ref of namesOf(write)) {
    if (ref.kind === 'account' && owners.keys.has(ref.key)) touched.add(ref.key)
    for (const key of owners.hangOn.get(refKey(ref)) ?? []) touched.add(key)
  }
  return [...touched].sort()
}

const memory = new WeakMap<GraphView, { rules: Rules; owners: UsableOwners }>()

function isUsable(account: Resource, graph: GraphView, rules: Rules): boolean {
  const { owner, unusable } = rules.ownership(account, graph)
  return owner && unusable.length === 0
}

function namesOf(write: Write): ResourceRef[] {
  return write.action === 'rename' ? [write.ref, { ...write.ref, key: write.from }] : [write.ref]
}

/** The state in which links to what is gone went along, where the description says that they do. */
function without(view: GraphView, gone: ReadonlySet<LinkTarget>, description: Description): GraphView {
  const seen = (resource: Resource): Resource => {
    const described = description.kinds[resource.ref.kind]?.links
    let links: Record<string, readonly LinkTarget[]> | undefined
    for (const [name, targets] of Object.entries(resource.links)) {
      if (described?.[name]?.onRemove !== 'cascade' || !targets.some((target) => gone.has(target))) continue
      links ??= { ...resource.links }
      links[name] = targets.filter((target) => !gone.has(target))
    }
    return links ? { ...resource, links } : resource
  }
  return {
    system: view.system,
    ...(view.facts === undefined ? {} : { facts: view.facts }),
    get: (kind, key) => {
      const resource = view.get(kind, key)
      return resource && seen(resource)
    },
    *all(kind) {
      for (const resource of view.all(kind)) yield seen(resource)
    },
  }
}
