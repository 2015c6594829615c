import type { AccessFacts, AccessRules, GivenRight, Pass, Thing } from '../connector/contract.ts'
import { ranks, type Rank, type Right } from '../model/access.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds, splitTarget, type Kind, type LinkTarget, type Resource } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'

/** A right, and the way to it: everything that is passed, from what the account itself has to what gives the right. */
export interface Held extends Right {
  /** `release.create project:web-prod`: the same for everybody who has it. */
  readonly key: string
  readonly through: readonly LinkTarget[]
}

/** One step of a way. */
export interface Passage {
  readonly to: LinkTarget
  /** The mapping that says so, where it is neither end. */
  readonly via?: LinkTarget
  readonly on?: LinkTarget
  readonly atMost?: Rank
}

/** What is reached by one passage, by the key of the right. */
export type Reach = ReadonlyMap<string, Held>

/**
 * Everything that passes access on in one state, but for accounts: groups, policies, grants, roles and what is named
 * by them. They are few beside the accounts, so they are asked once and indexed whole, and what is reached through
 * one of them is worked out once however many have it.
 */
export class Things {
  readonly #rules: AccessRules
  readonly #graph: GraphView
  readonly #facts = new Map<LinkTarget, AccessFacts>()
  readonly #resources = new Map<LinkTarget, Resource>()
  readonly #passages = new Map<LinkTarget, Passage[]>()
  readonly #inOrder = new Set<LinkTarget>()
  readonly #into = new Map<LinkTarget, LinkTarget[]>()
  readonly #reaches = new Map<LinkTarget, Map<string, Reach>>()

  constructor(rules: AccessRules, graph: GraphView) {
    this.#rules = rules
    this.#graph = graph
    for (const kind of kinds)
      if (kind !== 'account') for (const resource of graph.all(kind)) this.#ask(resource.ref, resource)
    for (const to of [...this.#into.keys()]) this.meet(to)
    // A fact about the system as a whole may give everyone something, with no resource that says so.
    this.meet('everyone:*')
  }

  /** Things that are in no graph are known once something passes to them. */
  meet(name: LinkTarget): void {
    const open = [name]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { type, name: key } = splitTarget(next)
      if (this.#facts.has(next) || type === 'account') continue
      this.#ask({ kind: type, key })
      open.push(...(this.#passages.get(next) ?? []).map(({ to }) => to))
    }
  }

  factsOf(name: LinkTarget): AccessFacts {
    this.meet(name)
    return this.#facts.get(name) ?? nothing
  }

  /** All that have facts. */
  names(): Iterable<LinkTarget> {
    return this.#facts.keys()
  }

  resourceOf(name: LinkTarget): Resource | undefined {
    return this.#resources.get(name)
  }

  /** What it passes to, sorted: ways must not hang on the order of a graph. Of an account, what others say of it. */
  from(name: LinkTarget): readonly Passage[] {
    const passages = this.#passages.get(name) ?? none
    if (passages.length > 1 && !this.#inOrder.has(name)) {
      passages.sort(byPassage)
      this.#inOrder.add(name)
    }
    return passages
  }

  all(): Iterable<readonly [LinkTarget, readonly Passage[]]> {
    return this.#passages
  }

  /** What passes to it, accounts only where others say so. */
  into(name: LinkTarget): readonly LinkTarget[] {
    return this.#into.get(name) ?? none
  }

  /** Everything that is had by having what the passage leads to, each right by its best way. */
  reach(passage: Passage): Reach {
    const known = this.#reaches.get(passage.to) ?? new Map<string, Reach>()
    this.#reaches.set(passage.to, known)
    const { on, atMost, via } = passage
    const isPlain = on === undefined && atMost === undefined && via === undefined
    const at = isPlain ? '' : `${on ?? ''}\n${atMost ?? ''}\n${via ?? ''}`
    const found = known.get(at) ?? this.#walk(passage)
    known.set(at, found)
    return found
  }

  /** Breadth first, so that the first way to a right is the shortest; of equally short ones, the first by name. */
  #walk(start: Passage): Reach {
    const reached = new Map<string, Held>()
    const open: { readonly passage: Passage; readonly through: readonly LinkTarget[] }[] = [
      { passage: start, through: wayOf(start) },
    ]
    const seen = new Set<string>()
    for (const { passage, through } of open) {
      const { to, on, atMost } = passage
      const state = `${to}\n${on ?? ''}\n${atMost ?? ''}`
      if (seen.has(state)) continue
      seen.add(state)
      for (const given of this.factsOf(to).rights) keep(reached, heldBy(given, passage, through))
      for (const next of this.from(to))
        open.push({ passage: onwards(passage, next), through: [...through, ...wayOf(next)] })
    }
    return reached
  }

  #ask({ kind, key }: { readonly kind: string; readonly key: string }, resource?: Resource): void {
    const name = `${kind}:${key}`
    const thing: Thing = { type: kind, name: key, ...(resource === undefined ? {} : { resource }) }
    const facts = this.#rules.facts(thing, this.#graph)
    this.#facts.set(name, facts)
    if (resource !== undefined) this.#resources.set(name, resource)
    for (const pass of facts.passes) {
      const { from = name, to = name } = pass
      const via = pass.from !== undefined && pass.to !== undefined ? { via: name } : {}
      push(this.#passages, from, { ...passageOf(pass, to), ...via })
      this.#inOrder.delete(from)
      push(this.#into, to, from)
    }
  }
}

const nothing: AccessFacts = { passes: [], rights: [] }
const none: never[] = []

/** Tells passages of one thing apart. */
export function nameOf({ to, via, on, atMost }: Passage): string {
  return on === undefined && via === undefined && atMost === undefined
    ? to
    : `${to}\n${via ?? ''}\n${on ?? ''}\n${atMost ?? ''}`
}

export function passageOf({ on, atMost }: Pass, to: LinkTarget): Passage {
  return { to, ...(on === undefined ? {} : { on }), ...(atMost === undefined ? {} : { atMost }) }
}

/** A right as it is held at the end of a way. What is held on nothing that anybody said is held on everything. */
export function heldBy(
  { action, on: own, rank }: GivenRight,
  { on, atMost = 'owner' }: Pick<Passage, 'on' | 'atMost'>,
  through: readonly LinkTarget[],
): Held {
  const target = own ?? on ?? 'all:*'
  return { action, on: target, rank: lesser(rank, atMost), key: keyOf(action, target), through }
}

export function keyOf(action: string, on: LinkTarget): string {
  return `${action} ${on}`
}

/** The better of two ways to the same right: what is worth more, then what is shorter, then by name. */
export function isBetter(one: Held, other: Held): boolean {
  const rank = ranks.indexOf(one.rank) - ranks.indexOf(other.rank)
  const length = one.through.length - other.through.length
  return (rank || length || byText(one.through.join('\n'), other.through.join('\n'))) < 0
}

function keep(reached: Map<string, Held>, held: Held): void {
  const known = reached.get(held.key)
  if (known === undefined || isBetter(held, known)) reached.set(held.key, held)
}

function onwards(so: Passage, next: Passage): Passage {
  const on = next.on ?? so.on
  const atMost =
    so.atMost === undefined || next.atMost === undefined
      ? (so.atMost ?? next.atMost)
      : lesser(so.atMost, next.atMost)
  return {
    to: next.to,
    ...(on === undefined ? {} : { on }),
    ...(atMost === undefined ? {} : { atMost }),
  }
}

function wayOf({ via, to }: Passage): readonly LinkTarget[] {
  return via === undefined ? [to] : [via, to]
}

function lesser(one: Rank, other: Rank): Rank {
  return ranks.indexOf(one) > ranks.indexOf(other) ? one : other
}

function byPassage(a: Passage, b: Passage): number {
  return byText(a.to, b.to) || byText(a.via ?? '', b.via ?? '') || byText(a.on ?? '', b.on ?? '')
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const known = lists.get(key)
  if (known) known.push(value)
  else lists.set(key, [value])
}

export function isKind(type: string): type is Kind {
  return (kinds as readonly string[]).includes(type)
}
