import { isWrite, type Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { Step } from '../model/plan.ts'
import type { Impact } from '../model/access.ts'
import { refKey, type ResourceRef } from '../model/resource.ts'
import type { Guardrail, Settings } from '../model/workspace.ts'
import { ownerContext, type OwnerContext } from '../plan/owners.ts'
import { seenThrough } from '../plan/renaming.ts'
import { simulate } from '../plan/simulate.ts'
import type { GuardCase } from './case.ts'
import { meaningOf } from './meaning.ts'
import { personBehind } from './person.ts'

/** The day, the moment and the rules of the team. */
interface Times {
  /** UTC day, `YYYY-MM-DD`. */
  readonly today: string
  /** RFC 3339, UTC. */
  readonly now: string
  readonly guardrails: readonly Guardrail[]
  /** The run is one of CI, and found no ledger. */
  readonly newLedgerInCi?: boolean
  readonly dormantAfter?: Settings['dormantAfter']
}

/**
 * A case with what several guards need of it, worked out once and only when asked for: the writes, the states
 * they can lead to, and which of them touch a resource.
 */
export interface Scene extends GuardCase, Omit<Times, 'now'>, OwnerContext {
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
  /** The state as it was read, with every name as it will be: to be compared with the end, key by key. */
  readonly was: GraphView
  /** What it means for people. */
  readonly impact: Impact
  /** Handle of the person behind an account, by the key it ends with: the manifests know it, else the inventory, else its key. */
  person(coming: string): string
  /** Whether the manifests say so of the account that ends with this key: then it is stopped, whatever it is. */
  compromised(coming: string): boolean
  /** What `perScene` found: kept here, it is gone as soon as the scene is. */
  readonly found: Map<unknown, unknown>
}

export function sceneOf(one: GuardCase, times: Times): Scene {
  const { description, desired } = one
  const start = one.observation.graph
  const stepOf = new Map<Write, Step>()
  for (const step of one.steps) if (isWrite(step.change)) stepOf.set(step.change, step)
  const writes = [...stepOf.keys()]
  const touched = touchedBy(writes)
  const owners = ownerContext(one, start, writes, times.now)
  const end = lazy(() => simulate(start, writes, description))

  return {
    ...one,
    ...times,
    ...owners,
    start,
    get end() {
      return end()
    },
    writes,
    stepOf,
    after: (some) => simulate(start, some, description),
    touching: (ref) => touched.get(refKey(ref)) ?? [],
    was: seenThrough(start, owners.renames),
    person: personBehind(one, (coming) => owners.live('account', coming)),
    get impact() {
      return meaningOf(one)
    },
    compromised: (coming) => desired.wishes.account.get(coming)?.compromised === true,
    found: new Map(),
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

function lazy<V>(make: () => V): () => V {
  let made: { value: V } | undefined
  return () => (made ??= { value: make() }).value
}

/** Works something out of a scene once, however many guards ask for it. */
export function perScene<V>(make: (scene: Scene) => V): (scene: Scene) => V {
  return (scene) => {
    const found = (scene.found.get(make) as { value: V } | undefined) ?? { value: make(scene) }
    scene.found.set(make, found)
    return found.value
  }
}
