import type { GivenRight, Inherited, Rules } from '../connector/contract.ts'
import type { GraphView } from '../model/graph.ts'
import { kinds, splitTarget, type Kind, type LinkTarget } from '../model/resource.ts'
import { byText } from '../plan/sets.ts'
import { isBetter, isEveryone, isKind, keyOf, nameOf, type Held, type Reach } from './held.ts'
import { byWorth } from './lines.ts'
import { rightsFrom, startAtLarge, State, type Start } from './state.ts'
import { Things } from './things.ts'

/** Somebody who may do what was asked about, and the best way to it. */
export interface Holder {
  /** `account:ana`, or whoever no account stands for: `everyone:*`, `network:hq`. */
  readonly subject: LinkTarget
  readonly held: Held
}

interface Holders {
  /** Whoever is not named. Whom everyone includes is not listed again, unless by another way. */
  readonly atLarge: readonly Holder[]
  readonly accounts: readonly Holder[]
  /** Accounts with a right there whose power nobody knows: it may be this one. */
  readonly perhaps: readonly Holder[]
}

/** Access in one state of one system, indexed once and then asked. */
export class Access {
  readonly #rules: Rules
  readonly #graph: GraphView
  readonly #things: Things
  readonly #state: State
  readonly #accounts: readonly LinkTarget[]
  /** Accounts by what they start from, each passage once however many have it. */
  readonly #starting: readonly Starting[]

  constructor(rules: Rules, graph: GraphView) {
    this.#rules = rules
    this.#graph = graph
    this.#things = Things.of(rules.access, graph)
    this.#state = new State(rules.access, graph, this.#things)
    const starts = new Starts(this.#state)
    const names: LinkTarget[] = []
    for (const account of graph.all('account')) {
      const name = `account:${account.ref.key}`
      names.push(name)
      starts.add(name, this.#state.startOf(account))
    }
    this.#accounts = names.sort(byText)
    this.#starting = starts.all()
    for (const { to } of this.#starting) if (to !== undefined) this.#things.meet(to)
  }

  /**
   * Everything a subject may do, the most privileged first, each right by its best way; an account also as one of
   * everyone. Empty for whom nobody knows.
   */
  rightsOf(subject: LinkTarget): readonly Held[] {
    const { type, name } = splitTarget(subject)
    const start = type === 'account' ? this.#state.start(name) : startAtLarge(subject, this.#things)
    return start === undefined ? [] : rightsFrom(this.#state, start).sort(byWorth)
  }

  /** Everybody who is not named and has something said of them. */
  atLarge(): readonly LinkTarget[] {
    return [...this.#things.all()]
      .flatMap(({ name, from }) => (from.length === 0 || isKind(splitTarget(name).type) ? [] : [name]))
      .sort(byText)
  }

  whoCan(action: string, on: LinkTarget): Holders {
    const targets = new Set(this.#state.within(on))
    const keys = [...targets].map((target) => keyOf(action, target))
    const may = (reach: Reach): Held | undefined => {
      let found: Held | undefined
      for (const key of keys) {
        const held = reach.get(key)
        if (held && (found === undefined || isBetter(held, found))) found = held
      }
      return found
    }
    const unknown = (reach: Reach): Held | undefined =>
      [...reach.values()].find((held) => held.rank === 'unknown' && targets.has(held.on))
    const leading = this.#leadingTo(
      (given) => (given.action === action || given.rank === 'unknown') && targets.has(given.on ?? on),
    )
    const accounts = this.#bestOf(may, leading)
    const perhaps = this.#bestOf(unknown, leading)
    for (const name of accounts.keys()) perhaps.delete(name)
    const atLarge = this.atLarge().map((subject) => ({ subject, reach: this.#state.reach({ to: subject }) }))
    return {
      atLarge: atLarge.flatMap(({ subject, reach }) => without(subject, may(reach))),
      accounts: this.#listed(accounts),
      perhaps: [
        ...atLarge.flatMap(({ subject, reach }) =>
          may(reach) === undefined ? without(subject, unknown(reach)) : [],
        ),
        ...this.#listed(perhaps),
      ],
    }
  }

  inherits(account: string): readonly Inherited[] {
    const resource = this.#graph.get('account', account)
    return resource === undefined ? [] : (this.#rules.access.inherits?.(resource, this.#graph) ?? [])
  }

  /**
   * Actions and targets that are spoken of, whether anybody has them or not: a question about anything else is a slip.
   * What is in the graph is a target as well.
   */
  words(): { readonly actions: readonly string[]; readonly targets: readonly LinkTarget[] } {
    const actions = new Set<string>()
    const targets = new Set<LinkTarget>()
    for (const kind of kinds)
      for (const { ref } of this.#graph.all(kind)) if (isTarget(kind)) targets.add(`${kind}:${ref.key}`)
    for (const { facts } of this.#things.all()) {
      if (facts === undefined) continue
      const { passes, rights } = facts
      for (const { action } of rights) actions.add(action)
      for (const { on } of [...passes, ...rights]) if (on !== undefined) targets.add(on)
    }
    const atLarge = this.atLarge().map((to) => this.#state.reach({ to }))
    for (const reach of [...atLarge, ...this.#starting.map((one) => one.reach())])
      for (const { action, on } of reach.values()) {
        actions.add(action)
        targets.add(on)
      }
    return { actions: [...actions].sort(byText), targets: [...targets].sort(byText) }
  }

  /** Everything from which one comes to a right like this: most of an organisation has nothing to do with a question. */
  #leadingTo(isMeant: (given: GivenRight) => boolean): ReadonlySet<LinkTarget> {
    const leading = new Set<LinkTarget>()
    for (const { name, facts } of this.#things.all())
      if (facts?.rights.some(isMeant) === true) leading.add(name)
    for (const name of leading) for (const { from } of this.#things.into(name)) leading.add(from)
    return leading
  }

  #bestOf(find: (reach: Reach) => Held | undefined, leading: ReadonlySet<LinkTarget>): Map<LinkTarget, Held> {
    const found = new Map<LinkTarget, Held>()
    for (const { to, reach, accounts } of this.#starting) {
      if (to !== undefined && !leading.has(to)) continue
      const held = find(reach())
      if (held === undefined) continue
      for (const name of accounts) {
        const known = found.get(name)
        if (known === undefined || isBetter(held, known)) found.set(name, held)
      }
    }
    return found
  }

  #listed(found: ReadonlyMap<LinkTarget, Held>): Holder[] {
    if (found.size === 0) return []
    return this.#accounts.flatMap((subject) => {
      const held = found.get(subject)
      return held === undefined ? [] : [{ subject, held }]
    })
  }
}

/** What something can be done to; the rest says who may do what. */
function isTarget(kind: Kind): boolean {
  return kind === 'account' || kind === 'group' || kind === 'project' || kind === 'scope'
}

/** One thing that accounts start from: a passage, or a right of their own. */
interface Starting {
  readonly to: LinkTarget | undefined
  readonly reach: () => Reach
  readonly accounts: readonly LinkTarget[]
}

/** Accounts by what they start from: each passage once, however many have it. */
class Starts {
  readonly #state: State
  readonly #found = new Map<string, Starting & { readonly accounts: LinkTarget[] }>()

  constructor(state: State) {
    this.#state = state
  }

  add(account: LinkTarget, { own, passages }: Start): void {
    for (const passage of passages)
      if (!isEveryone(passage.to))
        this.#put(nameOf(passage), passage.to, () => this.#state.reach(passage), account)
    for (const [key, held] of own) this.#put(`own\n${key}`, undefined, () => new Map([[key, held]]), account)
  }

  all(): readonly Starting[] {
    return [...this.#found.values()]
  }

  #put(name: string, to: LinkTarget | undefined, reach: () => Reach, account: LinkTarget): void {
    const known = this.#found.get(name)
    if (known) known.accounts.push(account)
    else this.#found.set(name, { to, reach, accounts: [account] })
  }
}

/** The way without the subject that it starts from. */
function without(subject: LinkTarget, held: Held | undefined): Holder[] {
  return held === undefined ? [] : [{ subject, held: { ...held, through: held.through.slice(1) } }]
}
