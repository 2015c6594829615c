import { foldKey, type Description } from '../connector/describe.ts'
import type { Observation, Rules } from '../connector/contract.ts'
import { isWrite, type Write } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { GraphView } from '../model/graph.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { matches } from '../model/pattern.ts'
import type { Step } from '../model/plan.ts'
import { refKey, type Kind, type ResourceRef } from '../model/resource.ts'
import type { Guardrail, Person, SystemConfig } from '../model/workspace.ts'
import { inverse, renamesIn, seenThrough, settle, type Renames } from '../plan/renaming.ts'
import { simulate } from '../plan/simulate.ts'

/** What is known of one system when its part of a plan is judged. */
export interface GuardCase {
  readonly config: SystemConfig
  readonly description: Description
  readonly rules: Rules
  readonly observation: Observation
  readonly desired: DesiredGraph
  readonly steps: readonly Step[]
  /** The account behind the credentials, where the system can tell. */
  readonly identity?: string
  readonly people: ReadonlyMap<string, Person>
  /** What rolecall applied before; without it, nothing can be known to have changed its identity. */
  readonly inventory?: readonly InventoryEntry[]
}

/** The day, the moment and the rules of the team. */
interface Times {
  /** UTC day, `YYYY-MM-DD`. */
  readonly today: string
  /** RFC 3339, UTC. */
  readonly now: string
  readonly guardrails: readonly Guardrail[]
}

/**
 * A case with what several guards need of it, worked out once and only when asked for: the writes, the states
 * they can lead to, and which of them touch a resource.
 */
export interface Scene extends GuardCase, Times {
  readonly start: GraphView
  /** All writes done. */
  readonly end: GraphView
  /** In the order of the plan, each with its step. */
  readonly writes: readonly Write[]
  readonly stepOf: ReadonlyMap<Write, Step>
  /** The state after some of the writes, whatever became of the others. */
  after(writes: readonly Write[]): GraphView
  /** The writes on a resource, also under the key it had or will have. */
  touching(ref: Pick<ResourceRef, 'kind' | 'key'>): readonly Write[]
  /** Which key of the start ends as which. */
  readonly renames: Renames
  /** The state as it was read, with every name as it will be: to be compared with the end, key by key. */
  readonly was: GraphView
  /** The key that a resource of the start ends with. Accounts are told apart by it throughout. */
  coming(kind: Kind, key: string): string
  /** The key as it was read of what ends with this one; of something new, its own. */
  live(kind: Kind, coming: string): string
  /** Handle of the person behind an account, by the key it ends with: the manifests know it, else the inventory, else its key. */
  person(coming: string): string
  /** Whether the manifests say so of the account that ends with this key: then it is stopped, whatever it is. */
  compromised(coming: string): boolean
  /** Live keys of rolecall's own accounts. */
  readonly automation: ReadonlySet<string>
  /** Whether the system's `ignore` names the account of this live key. */
  ignored(live: string): boolean
}

export function sceneOf(one: GuardCase, times: Times): Scene {
  const { description, desired } = one
  const start = one.observation.graph
  const stepOf = new Map<Write, Step>()
  for (const step of one.steps) if (isWrite(step.change)) stepOf.set(step.change, step)
  const writes = [...stepOf.keys()]
  const touched = touchedBy(writes)
  const renames = settle(renamesIn(writes), start)
  const back = inverse(renames)
  const live = (kind: Kind, key: string) => back.get(kind)?.get(key) ?? key
  const handles = lazy(() => handlesOf(one.inventory ?? []))
  const end = lazy(() => simulate(start, writes, description))
  const fold = (key: string) => foldKey(description, 'account', key)

  const left = (one.config.ignore.account ?? []).map(fold)

  return {
    ...one,
    ...times,
    start,
    get end() {
      return end()
    },
    writes,
    stepOf,
    after: (some) => simulate(start, some, description),
    touching: (ref) => touched.get(refKey(ref)) ?? [],
    renames,
    was: seenThrough(start, renames),
    coming: (kind, key) => renames.get(kind)?.get(key) ?? key,
    live,
    person: (coming) => {
      const key = live('account', coming)
      return desired.wishes.account.get(coming)?.person ?? handles().get(key) ?? key
    },
    compromised: (coming) => desired.wishes.account.get(coming)?.compromised === true,
    automation: new Set(one.config.automation.map(fold)),
    ignored: (key) => left.some((pattern) => matches(pattern, key)),
  }
}

function touchedBy(writes: readonly Write[]): ReadonlyMap<string, readonly Write[]> {
  const touched = new Map<string, Write[]>()
  const add = (key: string, write: Write) => {
    const known = touched.get(key)
    if (known) known.push(write)
    else touched.set(key, [write])
  }
  for (const write of writes) {
    add(refKey(write.ref), write)
    if (write.action === 'rename') add(`${write.ref.kind}:${write.from}`, write)
  }
  return touched
}

function handlesOf(inventory: readonly InventoryEntry[]): ReadonlyMap<string, string> {
  const accounts = inventory.filter((entry) => entry.kind === 'account')
  return new Map(accounts.map((entry) => [entry.key, entry.handle]))
}

function lazy<V>(make: () => V): () => V {
  let made: { value: V } | undefined
  return () => (made ??= { value: make() }).value
}

/** Works something out of a scene once, however many guards ask for it. */
export function perScene<V>(make: (scene: Scene) => V): (scene: Scene) => V {
  const known = new WeakMap<Scene, { value: V }>()
  return (scene) => {
    const found = known.get(scene) ?? { value: make(scene) }
    known.set(scene, found)
    return found.value
  }
}
