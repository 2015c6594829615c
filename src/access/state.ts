import type { AccessRules, AccessFacts } from '../connector/contract.ts'
import type { GraphView } from '../model/graph.ts'
import type { LinkTarget, Resource } from '../model/resource.ts'
import { best, heldBy, keyOf, passageOf, type Held, type Passage, type Reach } from './held.ts'
import { Reaches } from './reach.ts'
import type { Things } from './things.ts'

/** What one account starts from: where it passes to, and what it may do by itself. */
export interface Start {
  readonly passages: readonly Passage[]
  readonly own: Reach
  /** It is there and cannot be used. */
  readonly barred?: true
}

/**
 * Access in one state of one system. Accounts are many and nothing passes to them, so each is looked at when it is
 * asked about, and what it has is put together from what is reached by each of its passages.
 */
export class State {
  readonly #rules: AccessRules
  readonly #graph: GraphView
  readonly #things: Things
  readonly #reaches: Reaches
  readonly #within = new Map<LinkTarget, readonly LinkTarget[]>()
  readonly #holding = new Map<string, readonly string[]>()

  constructor(rules: AccessRules, graph: GraphView, things: Things, reaches = new Reaches(things)) {
    this.#rules = rules
    this.#graph = graph
    this.#things = things
    this.#reaches = reaches
  }

  start(key: string): Start | undefined {
    const resource = this.#graph.get('account', key)
    return resource && this.startOf(resource)
  }

  /** `facts`: where somebody has asked for them already. */
  startOf(resource: Resource, facts = this.#factsOf(resource)): Start {
    if (facts.barred === true) return barred
    const name = `account:${resource.ref.key}`
    const passages: Passage[] = facts.passes.map((pass) => passageOf(pass, pass.to ?? name))
    for (const passage of this.#things.from(name)) passages.push(passage)
    return { passages, own: ownOf(facts.rights) }
  }

  #factsOf(resource: Resource): AccessFacts {
    return this.#rules.facts({ type: 'account', name: resource.ref.key, resource }, this.#graph)
  }

  reach(passage: Passage): Reach {
    return this.#reaches.of(passage)
  }

  /** The target and everything that holds it, however many steps up. */
  within(target: LinkTarget): readonly LinkTarget[] {
    const known = this.#within.get(target)
    if (known) return known
    const found = new Set([target])
    for (const each of found) for (const above of this.#rules.within(each, this.#graph)) found.add(above)
    const all = [...found]
    this.#within.set(target, all)
    return all
  }

  /** Whether one of these reaches gives the right, on the target itself or on something that holds it here. */
  covers(reaches: readonly Reach[], right: Pick<Held, 'key' | 'action' | 'on'>): boolean {
    if (reaches.length === 0) return false
    for (const key of this.#keysHolding(right)) for (const reach of reaches) if (reach.has(key)) return true
    return false
  }

  /** The same right on everything that holds its target: made once, and asked of everybody. */
  #keysHolding({ key, action, on }: Pick<Held, 'key' | 'action' | 'on'>): readonly string[] {
    let keys = this.#holding.get(key)
    if (keys === undefined) {
      keys = this.within(on).map((target) => keyOf(action, target))
      this.#holding.set(key, keys)
    }
    return keys
  }
}

/** Whoever no account stands for starts from what is said of them. */
export function startAtLarge(name: LinkTarget, things: Things): Start {
  const { rights } = things.factsOf(name)
  return { passages: things.from(name), own: ownOf(rights) }
}

function ownOf(rights: AccessFacts['rights']): Reach {
  if (rights.length === 0) return empty
  return new Map(rights.map((right) => heldBy(right, {}, [])).map((held) => [held.key, held]))
}

const empty: Reach = new Map()
const barred: Start = { passages: [], own: empty, barred: true }

/** Everything that is had by starting from this, each right by its best way. */
export function rightsFrom(state: State, { own, passages }: Start): Held[] {
  const reaches = [own, ...passages.map((passage) => state.reach(passage))]
  const keys = new Set(reaches.flatMap((reach) => [...reach.keys()]))
  return [...keys].flatMap((key) => best(reaches, key) ?? [])
}
