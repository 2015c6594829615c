import type { GraphView } from '../model/graph.ts'
import type { Json } from '../model/json.ts'
import {
  collectionOf,
  kinds,
  splitTarget,
  type Kind,
  type Resource,
  type ResourceRef,
} from '../model/resource.ts'
import { isUsable, ownersAfter, ownersBefore } from './owners.ts'
import { perScene, type Scene } from './scene.ts'

/**
 * What the whole plan takes away, counted in every dimension by comparing the state before with the state after:
 * so what goes along with a removed resource is counted where it belongs, whichever change took it.
 */
export interface Dimension {
  /** As a sentence says it: `accounts`, `memberships`, `policy subjects`. */
  readonly name: string
  /** How many there are now in this system, without those of ignored accounts. */
  readonly size: number
  readonly removed: readonly Removal[]
}

export interface Removal {
  /** What goes, or what loses something. */
  readonly ref: ResourceRef
  /** What it loses: a link target, a privilege; absent when it goes itself. */
  readonly what?: string
  /** The account that loses by it, where it is one, by the key it ends with. */
  readonly account?: string
}

/** Every dimension of which there is anything, by name. */
export const removals = perScene((scene): ReadonlyMap<string, Dimension> => {
  const tally = tallyOf()
  if (scene.writes.length === 0) return tally.dimensions
  for (const resource of counted(scene, scene.was)) count(scene, tally, resource, scene.was, scene.end)
  countOwners(scene, tally)
  return tally.dimensions
})

/** How many the plan adds in a dimension, owners aside: all there is of what is new, and what the rest would lose on the way back. */
export function additions(scene: Scene, dimension: string): number {
  const { fresh, back } = added(scene)
  return (fresh.get(dimension)?.size ?? 0) + (back.get(dimension)?.removed.length ?? 0)
}

const added = perScene((scene) => {
  const [fresh, back] = [tallyOf(), tallyOf()]
  for (const resource of counted(scene, scene.end)) {
    const isNew = scene.was.get(resource.ref.kind, resource.ref.key) === undefined
    count(scene, isNew ? fresh : back, resource, scene.end, scene.was)
  }
  return { fresh: fresh.dimensions, back: back.dimensions }
})

/**
 * All that is taken away, but for the stopping of who is compromised: a suspension removes nothing, so it waits for no
 * proof, no count and no second look.
 */
export const taken = perScene((scene): readonly Removal[] =>
  [...removals(scene).values()].flatMap(({ name, removed }) =>
    isPower(name) ? removed.filter((removal) => !isStopped(scene, removal)) : removed,
  ),
)

function isPower(dimension: string): boolean {
  return ['suspensions', 'demotions', 'owner reductions'].includes(dimension)
}

function isStopped(scene: Scene, { account }: Removal): boolean {
  if (account === undefined || !scene.compromised(account)) return false
  const then = scene.end.get('account', account)
  return then !== undefined && isSuspended(then)
}

interface Tally {
  readonly dimensions: ReadonlyMap<string, Dimension>
  has(name: string, amount: number): void
  loses(name: string, removal: Removal): void
}

function tallyOf(): Tally {
  const dimensions = new Map<string, { name: string; size: number; removed: Removal[] }>()
  const dimension = (name: string) => {
    const known = dimensions.get(name) ?? { name, size: 0, removed: [] }
    dimensions.set(name, known)
    return known
  }
  return {
    dimensions,
    has: (name, amount) => {
      if (amount > 0) dimension(name).size += amount
    },
    loses: (name, removal) => dimension(name).removed.push(removal),
  }
}

function* counted(scene: Scene, state: GraphView): Iterable<Resource> {
  for (const kind of kinds)
    for (const resource of state.all(kind))
      if (kind !== 'account' || !scene.ignored(scene.live('account', resource.ref.key))) yield resource
}

/** What the resource has in one state, and what of it not in the other. */
function count(scene: Scene, tally: Tally, resource: Resource, from: GraphView, to: GraphView): void {
  const { kind, key } = resource.ref
  const after = to.get(kind, key)
  countResource(scene, tally, resource, after)
  if (kind === 'account')
    countPower(scene, tally, { account: resource, in: from }, { account: after, in: to })
}

function countResource(scene: Scene, tally: Tally, before: Resource, after: Resource | undefined): void {
  const ref = liveRef(scene, before.ref)
  const account = ref.kind === 'account' ? { account: before.ref.key } : {}
  tally.has(collectionOf[ref.kind], 1)
  if (!after) tally.loses(collectionOf[ref.kind], { ref, ...accountOf(before) })
  const described = scene.description.kinds[ref.kind]
  if (!described) return

  const memberships: string[] = []
  const membershipsAfter: string[] = []
  for (const [name, link] of Object.entries(described.links)) {
    const targets = before.links[name] ?? []
    if (link.membership === true) {
      memberships.push(...targets)
      membershipsAfter.push(...(after?.links[name] ?? []))
    }
    const dimension = linkDimension(ref.kind, name, link.membership === true)
    if (dimension === undefined) continue
    tally.has(dimension, targets.length)
    if (before === after || (!after && dimension !== 'managed groups')) continue
    for (const what of lost(targets, after?.links[name] ?? []))
      tally.loses(dimension, { ref, what, ...account })
  }
  tally.has('memberships', new Set(memberships).size)
  if (before !== after)
    for (const what of lost(memberships, membershipsAfter))
      tally.loses('memberships', { ref, what, ...account })

  for (const [name, field] of Object.entries(described.fields)) {
    const dimension = fieldDimension(ref.kind, name, field.shape)
    if (dimension === undefined) continue
    const values = listOf(before.fields[name])
    tally.has(dimension, values.length)
    if (before === after || (!after && dimension !== 'privileges')) continue
    const kept = new Set(listOf(after?.fields[name]))
    for (const what of values) if (!kept.has(what)) tally.loses(dimension, { ref, what })
  }
}

function liveRef(scene: Scene, ref: ResourceRef): ResourceRef {
  return { ...ref, key: scene.live(ref.kind, ref.key) }
}

/** A grant is lost by the account that is its subject. */
function accountOf({ ref, links }: Resource): { account?: string } {
  if (ref.kind === 'account') return { account: ref.key }
  if (ref.kind !== 'grant') return {}
  const subject = splitTarget(links['subject']?.[0] ?? '')
  return subject.type === 'account' ? { account: subject.name } : {}
}

/**
 * The dimension of a link, beside memberships. Of a removed resource, memberships and managed groups are counted;
 * its other links are what it consists of, and count as the resource. What an account's role and its reach give
 * is counted as power, and a grant is nothing but its links.
 */
function linkDimension(kind: Kind, name: string, membership: boolean): string | undefined {
  if (membership) return name === 'manages' ? 'managed groups' : undefined
  return kind === 'grant' || kind === 'account' ? undefined : `${kind} ${name}`
}

/** Only fields that are rights themselves: settings of a group or a name are changed, not removed. */
function fieldDimension(kind: Kind, name: string, shape: string): string | undefined {
  if (kind === 'role' && name === 'privileges') return 'privileges'
  if ((kind === 'role' || kind === 'scope') && shape === 'set') return `${kind} ${name}`
  return kind === 'mapping' && shape === 'ordered' ? `${kind} ${name}` : undefined
}

/** Targets that are no longer there, each once. */
function lost(before: readonly string[], after: readonly string[]): readonly string[] {
  if (before.length === 0) return []
  const kept = new Set(after)
  return [...new Set(before)].filter((target) => !kept.has(target))
}

function listOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value)
    ? value.map((item: Json) => (typeof item === 'string' ? item : JSON.stringify(item)))
    : []
}

/** Power over others is a dimension of its own: two of three administrators are few accounts and much power. */
function countPower(
  scene: Scene,
  tally: Tally,
  before: { readonly account: Resource; readonly in: GraphView },
  after: { readonly account: Resource | undefined; readonly in: GraphView },
): void {
  const { ref } = before.account
  const removal: Removal = { ref: liveRef(scene, ref), account: ref.key }
  if (!isSuspended(before.account)) {
    tally.has('suspensions', 1)
    if (after.account && isSuspended(after.account)) tally.loses('suspensions', removal)
  }
  const power = powerIn(scene, before.account, before.in)
  if (power === 'owner' || power === 'administrator' || power === 'unknown') {
    tally.has('demotions', 1)
    const then = after.account ? powerIn(scene, after.account, after.in) : 'none'
    const falls = then !== power && !rises(power, then)
    if (falls || (after.account && isNarrowed(scene, before.account, after.account)))
      tally.loses('demotions', removal)
  }
}

/** Whether its power reaches less than before, whatever its tier: a first limit takes away all that lies outside it. */
function isNarrowed({ description }: Scene, before: Resource, after: Resource): boolean {
  if (before === after) return false
  return Object.entries(description.kinds[before.ref.kind]?.links ?? {}).some(([name, { limits }]) => {
    if (limits !== true) return false
    const [was, is] = [before.links[name] ?? [], after.links[name] ?? []]
    return is.length > 0 && (was.length === 0 || lost(was, is).length > 0)
  })
}

function countOwners(scene: Scene, tally: Tally): void {
  for (const [coming, owner] of ownersBefore(scene)) {
    if (scene.ignored(owner.ref.key) || scene.automation.has(owner.ref.key)) continue
    tally.has('owner reductions', 1)
    const then = ownersAfter(scene).get(coming)
    if (!then || (isUsable(owner) && !isUsable(then)))
      tally.loses('owner reductions', { ref: owner.ref, account: coming })
  }
}

export type Power = ReturnType<Scene['rules']['power']>

/** Whether power grew. An unknown power may be any: neither coming from it nor going to it is a rise. */
export function rises(before: Power, after: Power): boolean {
  return rank[after] > rank[before]
}

/** No number is above or below what is none. */
const rank: Readonly<Record<Power, number>> = {
  unknown: NaN,
  owner: 3,
  administrator: 2,
  member: 1,
  none: 0,
}

/** What the account can do over others now: a suspended one nothing. */
export function powerIn(scene: Scene, account: Resource, graph: GraphView): Power {
  return isSuspended(account) ? 'none' : scene.rules.power(account, graph)
}

function isSuspended(account: Resource): boolean {
  return account.fields['status'] === 'suspended'
}
