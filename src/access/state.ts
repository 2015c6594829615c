import type { AccessRules, AccessFacts } from '../connector/contract.ts'
import type { Right } from '../model/access.ts'
import type { GraphView } from '../model/graph.ts'
import type { LinkTarget, Resource } from '../model/resource.ts'
import {
  heldBy,
  isBetter,
  keyOf,
  passageOf,
  type Held,
  type Passage,
  type Reach,
  type Things,
} from './things.ts'

/** What one account starts from: where it passes to, and what it may do by itself. */
export interface Start {
  readonly passages: readonly Passage[]
  readonly own: Reach
}

/**
 * Access in one state of one system. Accounts are many and nothing passes to them, so each is looked at when it is
 * asked about, and what it has is put together from what is reached by each of its passages.
 */
export class State {
  readonly #rules: AccessRules
  readonly #graph: GraphView
  readonly #things: Things
  readonly #within = new Map<LinkTarget, readonly LinkTarget[]>()

  constructor(rules: AccessRules, graph: GraphView, things: Things) {
    this.#rules = rules
    this.#graph = graph
    this.#things = things
  }

  start(key: string): Start | undefined {
    const resource = this.#graph.get('account', key)
    return resource && this.startOf(resource)
  }

  startOf(resource: Resource): Start {
    const name = `account:${resource.ref.key}`
    const facts = this.#rules.facts({ type: 'account', name: resource.ref.key, resource }, this.#graph)
    if (facts.barred === true) return { passages: [], own: empty }
    const passages = facts.passes.map((pass) => passageOf(pass, pass.to ?? name))
    return { passages: [...passages, ...this.#things.from(name)], own: ownOf(facts) }
  }

  reach(passage: Passage): Reach {
    return this.#things.reach(passage)
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
  covers(reaches: readonly Reach[], { action, on }: Right): boolean {
    if (reaches.length === 0) return false
    return this.within(on).some((target) => {
      const key = keyOf(action, target)
      return reaches.some((reach) => reach.has(key))
    })
  }
}

/** Whoever no account stands for starts from what is said of them. */
export function startAtLarge(name: LinkTarget, things: Things): Start {
  return { passages: things.from(name), own: ownOf(things.factsOf(name)) }
}

function ownOf({ rights }: AccessFacts): Reach {
  if (rights.length === 0) return empty
  return new Map(rights.map((right) => heldBy(right, {}, [])).map((held) => [held.key, held]))
}

const empty: Reach = new Map()

/** Everything that is had by starting from this, each right by its best way. */
export function rightsFrom(state: State, { own, passages }: Start): Held[] {
  const reaches = [own, ...passages.map((passage) => state.reach(passage))]
  const keys = new Set(reaches.flatMap((reach) => [...reach.keys()]))
  return [...keys].flatMap((key) => best(reaches, key) ?? [])
}

/** The best way to a right among several reaches. */
export function best(reaches: readonly Reach[], key: string): Held | undefined {
  let found: Held | undefined
  for (const reach of reaches) {
    const held = reach.get(key)
    if (held && (found === undefined || isBetter(held, found))) found = held
  }
  return found
}
