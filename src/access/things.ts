import type { AccessFacts, AccessRules } from '../connector/contract.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds, splitTarget, type LinkTarget, type Resource } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import type { Passage } from './held.ts'

/** A passage with where it starts, and what says so. */
interface Edge extends Passage {
  readonly by: LinkTarget
  readonly from: LinkTarget
}

/** What is known of one thing, or of an account that others say something of. */
interface Node {
  readonly name: LinkTarget
  /** Absent: nobody asked. */
  readonly facts: AccessFacts | undefined
  readonly from: readonly Edge[]
  readonly into: readonly Edge[]
}

interface OwnNode extends Node {
  /** Whose it is: an index that shares the node of another makes its own before it changes it. */
  readonly owner: object
  facts: AccessFacts | undefined
  /** Absent: it is in no graph. */
  resource: Resource | undefined
  from: Edge[]
  into: Edge[]
  inOrder: boolean
}

/**
 * Everything that passes access on in one state, but for accounts: groups, policies, grants, roles and what is named
 * by them. They are few beside the accounts, so they are asked once and indexed whole.
 */
export class Things {
  readonly #rules: AccessRules
  readonly #graph: GraphView
  readonly #nodes: Map<LinkTarget, OwnNode>
  #owner = {}

  private constructor(rules: AccessRules, graph: GraphView, nodes = new Map<LinkTarget, OwnNode>()) {
    this.#rules = rules
    this.#graph = graph
    this.#nodes = nodes
  }

  static of(rules: AccessRules, graph: GraphView): Things {
    const things = new Things(rules, graph)
    for (const kind of listed)
      for (const resource of graph.all(kind)) {
        const { key } = resource.ref
        things.#put(`${kind}:${key}`, rules.facts({ type: kind, name: key, resource }, graph), resource)
      }
    for (const { name, facts, into } of things.#nodes.values())
      if (facts === undefined && into.length > 0) things.meet(name)
    // A fact about the system as a whole may give everyone something, with no resource that says so.
    things.meet('everyone:*')
    return things
  }

  /**
   * The same in another state, with the names of what says something else there. Asked again is only what comes, goes,
   * is another resource than before, or hangs on something that is written.
   */
  revised(graph: GraphView, hung: ReadonlySet<LinkTarget>): { things: Things; changed: LinkTarget[] } {
    const revised = new Things(this.#rules, graph, new Map(this.#nodes))
    this.#owner = {}
    const news = new Map<LinkTarget, readonly [AccessFacts, Resource] | undefined>()
    const there = new Set<LinkTarget>()
    for (const kind of listed)
      for (const resource of graph.all(kind)) {
        const { key } = resource.ref
        const name = `${kind}:${key}`
        there.add(name)
        const was = this.#nodes.get(name)
        if (was?.resource === resource && !hung.has(name)) continue
        const facts = this.#rules.facts({ type: kind, name: key, resource }, graph)
        // What comes says something else even where it says nothing.
        if (was?.resource === undefined || JSON.stringify(was.facts) !== JSON.stringify(facts))
          news.set(name, [facts, resource])
      }
    // So does what goes: links to what is removed go along with it.
    for (const { name, resource } of this.#nodes.values())
      if (resource !== undefined && !there.has(name)) news.set(name, undefined)
    const changed = [...news.keys()]
    revised.#forget(changed)
    for (const [name, is] of news) if (is) revised.#put(name, ...is)
    for (const name of changed) {
      if (revised.into(name).length > 0) revised.meet(name)
      for (const { to } of revised.said(name)) if (to !== undefined) revised.meet(to)
    }
    return { things: revised, changed }
  }

  /** Things that are in no graph are known once something passes to them. */
  meet(name: LinkTarget): void {
    const open = [name]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { type, name: key } = splitTarget(next)
      if (type === 'account' || this.isKnown(next)) continue
      this.#put(next, this.#rules.facts({ type, name: key }, this.#graph))
      for (const { to } of this.from(next)) open.push(to)
    }
  }

  /** Whether it was asked: then all that it leads to was, too. */
  isKnown(name: LinkTarget): boolean {
    return this.#nodes.get(name)?.facts !== undefined
  }

  factsOf(name: LinkTarget): AccessFacts {
    this.meet(name)
    return this.#nodes.get(name)?.facts ?? nothing
  }

  /** What it says, of itself and of others; nothing where nobody asked. */
  said(name: LinkTarget): AccessFacts['passes'] {
    return this.#nodes.get(name)?.facts?.passes ?? none
  }

  /** All that were asked or are spoken of. */
  all(): Iterable<Node> {
    return this.#nodes.values()
  }

  /** What it passes to, sorted: ways must not hang on the order of a graph. Of an account, what others say of it. */
  from(name: LinkTarget): readonly Edge[] {
    const node = this.#nodes.get(name)
    if (node === undefined) return none
    if (!node.inOrder) {
      node.from.sort(byPassage)
      node.inOrder = true
    }
    return node.from
  }

  /** What passes to it, accounts only where others say so. */
  into(name: LinkTarget): readonly Edge[] {
    return this.#nodes.get(name)?.into ?? none
  }

  #put(name: LinkTarget, facts: AccessFacts, resource?: Resource): void {
    const node = this.#own(name)
    node.facts = facts
    node.resource = resource
    for (const { from = name, to = name, on, atMost } of facts.passes) {
      const via = from === name || to === name ? undefined : name
      const edge: Edge = { by: name, from, to, via, on, atMost }
      const start = from === name ? node : this.#own(from)
      start.inOrder = start.from.length === 0
      start.from = added(start.from, edge)
      const end = to === name ? node : this.#own(to)
      end.into = added(end.into, edge)
    }
  }

  /** As if nobody had asked them: what they say goes from wherever it stands. */
  #forget(names: readonly LinkTarget[]): void {
    const gone = new Set(names)
    const touched = new Set<LinkTarget>()
    for (const name of names) {
      const node = this.#own(name)
      for (const { from = name, to = name } of node.facts?.passes ?? []) touched.add(from).add(to)
      node.facts = undefined
      node.resource = undefined
    }
    for (const name of touched) {
      const node = this.#own(name)
      node.from = node.from.filter(({ by }) => !gone.has(by))
      node.into = node.into.filter(({ by }) => !gone.has(by))
    }
  }

  #own(name: LinkTarget): OwnNode {
    const known = this.#nodes.get(name)
    if (known?.owner === this.#owner) return known
    const own: OwnNode = {
      name,
      owner: this.#owner,
      facts: known?.facts,
      resource: known?.resource,
      from: known === undefined ? none : [...known.from],
      into: known === undefined ? none : [...known.into],
      inOrder: known?.inOrder ?? true,
    }
    this.#nodes.set(name, own)
    return own
  }
}

const listed = kinds.filter((kind) => kind !== 'account')
const nothing: AccessFacts = { passes: [], rights: [] }
const none: never[] = []

/** A list of its own from the first on: most things have none. */
function added(edges: Edge[], edge: Edge): Edge[] {
  if (edges.length === 0) return [edge]
  edges.push(edge)
  return edges
}

function byPassage(a: Passage, b: Passage): number {
  return byText(a.to, b.to) || byText(a.via ?? '', b.via ?? '') || byText(a.on ?? '', b.on ?? '')
}
