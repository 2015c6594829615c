import type { AccessRules } from '../connector/contract.ts'
import type { Part, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type LinkTarget } from '../model/resource.ts'
import type { Pair } from './compare.ts'
import { best, heldBy, isKind, keyOf, passageOf, type Held, type Passage, type Reach } from './held.ts'
import type { State } from './state.ts'
import type { Things } from './things.ts'

/** A right on something that holds more than before, or less, for somebody who has it and keeps it. */
interface Exposure {
  readonly change: 'gain' | 'loss'
  readonly subject: LinkTarget
  readonly right: Held
  /** What came into what the right is on, or went out of it. */
  readonly target: LinkTarget
  readonly through: readonly LinkTarget[]
}

interface Sides {
  readonly rules: AccessRules
  readonly views: Pair<GraphView>
  readonly states: Pair<State>
  readonly things: Pair<Things>
  /** Those whose own access may differ. */
  readonly accounts: readonly string[]
  /** What is not written, and may be held by something else because of what it hangs on. */
  readonly hung: readonly LinkTarget[]
}

/**
 * Whoever joins a group that others may reach is reached by them from then on, though nothing of theirs was written.
 * So of all that is written, and all that is named by it, what holds it is compared, and who has a right on that is
 * looked up.
 */
export function exposuresOf(writes: readonly Write[], sides: Sides): readonly Exposure[] {
  const targets = new Set([...targetsOf(writes), ...sides.hung])
  const moves = [...targets].flatMap((target) => movesOf(target, sides))
  if (moves.length === 0) return []
  const holders = new Set(moves.map(({ holder }) => holder))
  const gain = rightsOn(holders, sides, 'after')
  const same = sides.things.before === sides.things.after && [...holders].every(isGroup)
  const had = { gain, loss: same ? gain : rightsOn(holders, sides, 'before') }
  const keeping = new Keeping(sides)
  return moves.flatMap((move) =>
    (had[move.change].get(move.holder) ?? []).flatMap((grip) => exposures(move, grip, sides, keeping)),
  )
}

/**
 * For whom the move means something: whoever the right is given to, if they had it before and did not get at the target
 * otherwise. Where they had it not, some of them may have had it by another way.
 */
function exposures({ change, target, holder }: Move, grip: Grip, sides: Sides, keeping: Keeping): Exposure[] {
  const { subject, right, way } = grip
  const having = change === 'gain' ? sides.states.after : sides.states.before
  const lacking = change === 'gain' ? sides.states.before : sides.states.after
  const aimed = { action: right.action, on: target, key: keyOf(right.action, target) }
  const isNews = (who: LinkTarget): boolean => !lacking.covers(reachesOf(lacking, who), aimed)
  if (keeping.isKept(subject, right))
    return isNews(subject) ? [{ change, subject, right, target, through: [...way, holder] }] : []
  return keeping
    .accounts(right)
    .filter(isNews)
    .map((who) => {
      const through = best(reachesOf(having, who), right.key)?.through ?? way
      return { change, subject: who, right, target, through: [...through, holder] }
    })
}

/** Who has a right before and after: asked for each move into and out of what it is on, and worked out once. */
class Keeping {
  readonly #sides: Sides
  readonly #kept = new Map<string, Map<LinkTarget, boolean>>()
  readonly #accounts = new Map<string, readonly LinkTarget[]>()

  constructor(sides: Sides) {
    this.#sides = sides
  }

  isKept(who: LinkTarget, right: Held): boolean {
    const ofRight = this.#kept.get(right.key) ?? new Map<LinkTarget, boolean>()
    this.#kept.set(right.key, ofRight)
    const found = ofRight.get(who) ?? this.#keeps(who, right)
    ofRight.set(who, found)
    return found
  }

  /** Of those whose own access may differ. */
  accounts(right: Held): readonly LinkTarget[] {
    const known = this.#accounts.get(right.key)
    if (known) return known
    const found = [...this.#sides.accounts]
      .map((key) => `account:${key}`)
      .filter((who) => this.#keeps(who, right))
    this.#accounts.set(right.key, found)
    return found
  }

  #keeps(who: LinkTarget, right: Held): boolean {
    const { before, after } = this.#sides.states
    return [before, after].every((state) => state.covers(reachesOf(state, who), right))
  }
}

interface Move {
  readonly change: 'gain' | 'loss'
  readonly target: LinkTarget
  readonly holder: LinkTarget
}

/** What is gone is reached by nobody, and that is no loss of theirs. */
function movesOf(target: LinkTarget, { views, states }: Sides): Move[] {
  const [was, is] = [states.before.within(target), states.after.within(target)]
  if (was.length === is.length && was.every((holder, at) => holder === is[at])) return []
  const { type, name } = splitTarget(target)
  const isGone = isKind(type) && views.after.get(type, name) === undefined
  return [...between('gain', target, is, was), ...(isGone ? [] : between('loss', target, was, is))]
}

function between(
  change: Move['change'],
  target: LinkTarget,
  from: readonly LinkTarget[],
  to: readonly LinkTarget[],
): Move[] {
  const stays = new Set(to)
  return from
    .filter((holder) => !stays.has(holder) && holder !== 'all:*')
    .map((holder) => ({ change, target, holder }))
}

function targetsOf(writes: readonly Write[]): ReadonlySet<LinkTarget> {
  const targets = new Set<LinkTarget>()
  for (const write of writes) {
    targets.add(refKey(write.ref))
    const parts: readonly Part[] =
      write.action === 'create'
        ? [write.after]
        : write.action === 'delete'
          ? [write.before]
          : [write.before, write.after]
    for (const { links } of parts) for (const target of Object.values(links).flat()) targets.add(target)
  }
  return targets
}

/** Who has a right on a thing: whole groups as groups, and the way from them to it. */
interface Grip {
  readonly subject: LinkTarget
  readonly right: Held
  readonly way: readonly LinkTarget[]
}

function rightsOn(
  holders: ReadonlySet<LinkTarget>,
  { rules, views, things, states }: Sides,
  side: keyof Pair<unknown>,
): Map<LinkTarget, Grip[]> {
  const found = new Map<LinkTarget, Grip[]>()
  const add = (subject: LinkTarget, right: Held, way: readonly LinkTarget[]): void => {
    const known = found.get(right.on)
    if (known) known.push({ subject, right, way })
    else found.set(right.on, [{ subject, right, way }])
  }
  const addPassage = (from: LinkTarget, passage: Passage): void => {
    if (passage.on === undefined || !holders.has(passage.on)) return
    for (const right of states[side].reach(passage).values())
      if (right.on === passage.on)
        for (const subject of subjectsOf(from, things[side]))
          add(subject, right, [...(subject === from ? [] : [from]), ...right.through])
  }
  for (const { name, facts, from } of things[side].all()) {
    for (const given of facts?.rights ?? []) {
      if (given.on === undefined || !holders.has(given.on)) continue
      for (const subject of subjectsOf(name, things[side]))
        add(subject, heldBy(given, {}, []), subject === name ? [] : [name])
    }
    for (const passage of from) addPassage(name, passage)
  }
  // What an account itself is limited to is a scope; of groups only others say that somebody may reach them.
  if (![...holders].every(isGroup))
    for (const resource of views[side].all('account')) {
      const thing = { type: 'account', name: resource.ref.key, resource }
      for (const pass of rules.facts(thing, views[side]).passes)
        addPassage(refKey(resource.ref), passageOf(pass, pass.to ?? ''))
    }
  return found
}

function isGroup(name: LinkTarget): boolean {
  return name.startsWith('group:')
}

/** Who is spoken of when a thing has something: itself, or those whom it is given to. */
function subjectsOf(name: LinkTarget, things: Things): readonly LinkTarget[] {
  const { type } = splitTarget(name)
  return type === 'account' || type === 'group' || !isKind(type)
    ? [name]
    : things.into(name).map(({ from }) => from)
}

function reachesOf(state: State, subject: LinkTarget): readonly Reach[] {
  const { type, name } = splitTarget(subject)
  if (type !== 'account') return [state.reach({ to: subject })]
  const start = state.start(name)
  return start === undefined ? [] : [start.own, ...start.passages.map((passage) => state.reach(passage))]
}
