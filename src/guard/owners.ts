import type { GraphView } from '../model/graph.ts'
import type { Resource, ResourceRef } from '../model/resource.ts'
import { perScene, type Scene } from './scene.ts'

/**
 * Who owns a system and can be counted on. The connector says what one account can do; the rest (whose account
 * it is, whether it lasts, whether it is rolecall's own) only the manifests know, so it is added here, once.
 */
export interface Owner {
  /** The account as people know it: by its key of now, or by the key it will have when it is new. */
  readonly ref: ResourceRef
  /** The key that it ends with. */
  readonly coming: string
  readonly person: string
  /** Why it is not counted, phrase by phrase; empty for a usable owner. */
  readonly because: readonly string[]
}

/** All owners of the system as it was read, usable or not, by the key they end with. */
export const ownersBefore = perScene((scene) =>
  ownersIn(scene, scene.start, (key) => scene.coming('account', key)),
)

/** All owners once every write is done, usable or not, by the key they end with. */
export const ownersAfter = perScene((scene) => ownersIn(scene, scene.end, (key) => key))

export function isUsable(owner: Owner | undefined): boolean {
  return owner?.because.length === 0
}

export function usable(owners: ReadonlyMap<string, Owner>): Owner[] {
  return [...owners.values()].filter(isUsable)
}

/** How many different people: two accounts of one person are one. */
export function distinct(owners: Iterable<Owner>): number {
  return new Set(Array.from(owners, (owner) => owner.person)).size
}

/** An account as an owner of the system in a state; undefined when it owns nothing there. */
export function ownerIn(
  scene: Scene,
  graph: GraphView,
  account: Resource,
  coming: string,
): Owner | undefined {
  const { owner, unusable } = scene.rules.ownership(account, graph)
  if (!owner) return undefined
  const ref = { ...account.ref, key: scene.live('account', coming) }
  const person = scene.person(coming)
  return { ref, coming, person, because: [...unusable, ...unusableHere(scene, ref.key, coming, person)] }
}

function ownersIn(
  scene: Scene,
  graph: GraphView,
  comingOf: (key: string) => string,
): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const account of graph.all('account')) {
    const owner = ownerIn(scene, graph, account, comingOf(account.ref.key))
    if (owner) owners.set(owner.coming, owner)
  }
  return owners
}

/** What the system cannot know: our own accounts, those left alone, and those the manifests soon end. */
function unusableHere(scene: Scene, live: string, coming: string, person: string): string[] {
  const until = scene.desired.wishes.account.get(coming)?.until
  // Where the system shows what sort of account it is, a new wish for another sort is a change and no fact yet.
  const isService = scene.description.usable.person !== 'read' && scene.people.get(person)?.type === 'service'
  return [
    ...(scene.automation.has(live) ? ['an account of the automation'] : []),
    ...(scene.ignored(live) ? ['ignored in this system'] : []),
    ...(isService ? ['declared as a service'] : []),
    ...(until !== undefined && !lasts(until, scene.now) ? [`ends on ${until}`] : []),
  ]
}

const hour = 3_600_000
/** 72 hours are time to notice and to put it right; five minutes more for clocks that differ. */
const lasting = 72 * hour + hour / 12

/** Whether the last moment of an inclusive UTC day is far enough away. A day that cannot be read is no. */
function lasts(until: string, now: string): boolean {
  const end = Date.parse(`${until}T00:00:00Z`) + 24 * hour
  return end - Date.parse(now) > lasting
}
