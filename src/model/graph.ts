import type { JsonObject } from './json.ts'
import type { Kind, Resource } from './resource.ts'

/**
 * What rules and guards ask of the state of one system. A whole graph answers, and so does a graph seen
 * through a few changes, so that a simulated state costs no copy.
 */
export interface GraphView {
  readonly system: string
  get(kind: Kind, key: string): Resource | undefined
  all(kind: Kind): Iterable<Resource>
  /** What the system says of itself as a whole and that changes what everything else means; most say nothing. */
  readonly facts?: JsonObject
}

/** All resources of one system, indexed once by kind and key. */
export class Graph implements GraphView {
  readonly system: string
  readonly #byKind: Partial<Record<Kind, Map<string, Resource>>> = {}

  readonly facts: JsonObject

  constructor(system: string, resources: Iterable<Resource> = [], facts: JsonObject = {}) {
    this.system = system
    this.facts = facts
    for (const resource of resources) this.add(resource)
  }

  /** Adds or replaces. Only builders of a graph call it; a finished graph is handed on as GraphView. */
  add(resource: Resource): void {
    const ofKind = (this.#byKind[resource.ref.kind] ??= new Map())
    ofKind.set(resource.ref.key, resource)
  }

  get(kind: Kind, key: string): Resource | undefined {
    return this.#byKind[kind]?.get(key)
  }

  all(kind: Kind): Iterable<Resource> {
    return this.#byKind[kind]?.values() ?? none
  }

  count(kind: Kind): number {
    return this.#byKind[kind]?.size ?? 0
  }
}

const none: readonly Resource[] = []

/** A graph seen through replaced, added and removed resources; the graph below is not touched. */
export class Overlay implements GraphView {
  readonly #below: GraphView
  /** By kind, once something of it is replaced: guards make one for each state that a few writes can lead to. */
  readonly #over: Partial<Record<Kind, Map<string, Resource | undefined>>> = {}

  constructor(below: GraphView) {
    this.#below = below
  }

  get system(): string {
    return this.#below.system
  }

  get facts(): JsonObject {
    return this.#below.facts ?? {}
  }

  set(resource: Resource): void {
    this.#overOf(resource.ref.kind).set(resource.ref.key, resource)
  }

  remove(kind: Kind, key: string): void {
    this.#overOf(kind).set(key, undefined)
  }

  get(kind: Kind, key: string): Resource | undefined {
    const over = this.#over[kind]
    return over?.has(key) === true ? over.get(key) : this.#below.get(kind, key)
  }

  all(kind: Kind): Iterable<Resource> {
    const over = this.#over[kind]
    return over === undefined ? this.#below.all(kind) : through(this.#below.all(kind), over)
  }

  #overOf(kind: Kind): Map<string, Resource | undefined> {
    return (this.#over[kind] ??= new Map<string, Resource | undefined>())
  }
}

function* through(
  below: Iterable<Resource>,
  over: ReadonlyMap<string, Resource | undefined>,
): Iterable<Resource> {
  for (const resource of below) if (!over.has(resource.ref.key)) yield resource
  for (const resource of over.values()) if (resource) yield resource
}
