import type { AccessRules } from '../connector/contract.ts'
import type { Part, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { refKey, splitTarget, type LinkTarget } from '../model/resource.ts'
import type { Pair } from './compare.ts'
import { best, type State } from './state.ts'
import { heldBy, isKind, passageOf, type Held, type Passage, type Reach, type Things } from './things.ts'

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
  readonly accounts: ReadonlySet<string>
}

/**
 * Whoever joins a group that others may reach is reached by them from then on, though nothing of theirs was written.
 * So of all that is written, and all that is named by it, what holds it is compared, and who has a right on that is
 * looked up.
 */
export function exposuresOf(writes: readonly Write[], sides: Sides): readonly Exposure[] {
  const moves = [...targetsOf(writes)].flatMap((target) => movesOf(target, sides))
  if (moves.length === 0) return []
  const holders = new Set(moves.map(({ holder }) => holder))
  const gain = rightsOn(holders, sides, 'after')
  const same = sides.things.before === sides.things.after && [...holders].every(isGroup)
  const had = { gain, loss: same ? gain : rightsOn(holders, sides, 'before') }
  return moves.flatMap((move) =>
    (had[move.change].get(move.holder) ?? []).flatMap((grip) => exposures(move, grip, sides)),
  )
}

/**
 * For whom the move means something: whoever the right is given to, if they had it before and did not get at the target
 * otherwise. Where they had it not, some of them may have had it by another way.
 */
function exposures(
  { change, target, holder }: Move,
  { subject, right, way }: Grip,
  sides: Sides,
): Exposure[] {
  const { before, after } = sides.states
  const lacking = change === 'gain' ? before : after
  const keeps = (who: LinkTarget): boolean =>
    [before, after].every((state) => state.covers(reachesOf(state, who), right))
  const isNews = (who: LinkTarget): boolean =>
    !lacking.covers(reachesOf(lacking, who), { ...right, on: target })
  if (keeps(subject))
    return isNews(subject) ? [{ change, subject, right, target, through: [...way, holder] }] : []
  return [...sides.accounts]
    .map((key) => `account:${key}`)
    .filter((who) => keeps(who) && isNews(who))
    .map((who) => {
      const having = change === 'gain' ? after : before
      const through = best(reachesOf(having, who), right.key)?.through ?? way
      return { change, subject: who, right, target, through: [...through, holder] }
    })
}

interface Move {
  readonly change: 'gain' | 'loss'
  readonly target: LinkTarget
  readonly holder: LinkTarget
}

/** What is gone is reached by nobody, and that is no loss of theirs. */
function movesOf(target: LinkTarget, { views, states }: Sides): Move[] {
  const was = new Set(states.before.within(target))
  const is = new Set(states.after.within(target))
  const { type, name } = splitTarget(target)
  const isGone = isKind(type) && views.after.get(type, name) === undefined
  const between = (
    change: Move['change'],
    from: ReadonlySet<LinkTarget>,
    to: ReadonlySet<LinkTarget>,
  ): Move[] =>
    [...from]
      .filter((holder) => !to.has(holder) && holder !== 'all:*')
      .map((holder) => ({ change, target, holder }))
  return [...between('gain', is, was), ...(isGone ? [] : between('loss', was, is))]
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
  for (const name of things[side].names()) {
    for (const given of things[side].factsOf(name).rights) {
      if (given.on === undefined || !holders.has(given.on)) continue
      for (const subject of subjectsOf(name, things[side]))
        add(subject, heldBy(given, {}, []), subject === name ? [] : [name])
    }
  }
  for (const [from, passages] of things[side].all()) for (const passage of passages) addPassage(from, passage)
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
  return type === 'account' || type === 'group' || !isKind(type) ? [name] : things.into(name)
}

function reachesOf(state: State, subject: LinkTarget): readonly Reach[] {
  const { type, name } = splitTarget(subject)
  if (type !== 'account') return [state.reach({ to: subject })]
  const start = state.start(name)
  return start === undefined ? [] : [start.own, ...start.passages.map((passage) => state.reach(passage))]
}
