import type { LinkTarget } from '../model/resource.ts'
import { best, isEveryone, nameOf, type Held, type Passage, type Reach } from './held.ts'
import type { Start, State } from './state.ts'

/** Two states, or what differs between them. */
export interface Pair<T> {
  readonly before: T
  readonly after: T
}

/** What one subject may do afterwards and not before, and the other way round: each right by its best way. */
export interface Difference {
  readonly gains: readonly Held[]
  readonly losses: readonly Held[]
}

/**
 * Compares what one subject starts from. Right by right only what is reached by a passage that comes or goes is looked
 * at, and of one that stays what it leads to now and did not: the work is that of the change, not of all that is had.
 * A right that is had by another way, or on something that holds its target, is no change; and what everyone gains or
 * loses is told of everyone, not of each by name. Who starts from the same has one start for both.
 */
export function compare(states: Pair<State>, starts: Pair<Start | undefined>, deltas: Deltas): Difference {
  const { gains, losses } =
    starts.before === starts.after ? stays(starts.after, deltas) : moves(states, starts, deltas)
  if (gains.length + losses.length === 0) return nothing
  const before = standing(states.before, starts.before, starts.after)
  const after = standing(states.after, starts.after, starts.before)
  return { gains: surplus(gains, after, before), losses: surplus(losses, before, after) }
}

const none: readonly Held[] = []
const nothing: Difference = { gains: none, losses: none }

/** What a passage that stays leads to on one side only. */
export type Deltas = (passage: Passage) => Difference

/** `leads`: whether anything can differ there at all. */
export function deltasOf({ before, after }: Pair<State>, leads: (name: LinkTarget) => boolean): Deltas {
  const known = new Map<string, Difference>()
  return (passage) => {
    if (!leads(passage.to)) return nothing
    const name = nameOf(passage)
    const found = known.get(name) ?? difference(before.reach(passage), after.reach(passage))
    known.set(name, found)
    return found
  }
}

function difference(before: Reach, after: Reach): Difference {
  const missing = (from: Reach, other: Reach): Held[] =>
    [...from.values()].filter(({ key }) => !other.has(key))
  const [gains, losses] = [missing(after, before), missing(before, after)]
  return gains.length + losses.length === 0 ? nothing : { gains, losses }
}

/** What may be gained and lost by somebody who starts from the same. */
function stays(start: Start | undefined, deltas: Deltas): Difference {
  const [gains, losses]: [Held[], Held[]] = [[], []]
  for (const passage of start?.passages ?? []) {
    const delta = deltas(passage)
    if (delta === nothing || isEveryone(passage.to)) continue
    for (const held of delta.gains) gains.push(held)
    for (const held of delta.losses) losses.push(held)
  }
  return { gains, losses }
}

function moves(states: Pair<State>, { before, after }: Pair<Start | undefined>, deltas: Deltas): Difference {
  return {
    gains: exceeding(states.after, after, before, (passage) => deltas(passage).gains),
    losses: exceeding(states.before, before, after, (passage) => deltas(passage).losses),
  }
}

/** Rights that the one side has and the other may not have. */
function exceeding(
  state: State,
  one: Start | undefined,
  other: Start | undefined,
  delta: (passage: Passage) => readonly Held[],
): readonly Held[] {
  if (one === undefined) return none
  const kept = new Set(other?.passages.map(nameOf))
  const found = [...one.own.values()]
  for (const passage of one.passages) {
    if (isShared(passage, other)) continue
    const rights = kept.has(nameOf(passage)) ? delta(passage) : state.reach(passage).values()
    for (const held of rights) found.push(held)
  }
  return found
}

function isShared({ to }: Passage, other: Start | undefined): boolean {
  return isEveryone(to) && other?.passages.some((passage) => passage.to === to) === true
}

/** All that a subject has on one side. */
interface Standing {
  readonly state: State
  /** Without what it has as one of everyone, before as after. */
  readonly reaches: readonly Reach[]
  readonly asEveryone: readonly Reach[]
}

function standing(state: State, start: Start | undefined, other: Start | undefined): Standing {
  const reaches: Reach[] = []
  const asEveryone: Reach[] = []
  if (start !== undefined && start.own.size > 0) reaches.push(start.own)
  for (const passage of start?.passages ?? []) {
    const reach = state.reach(passage)
    if (reach.size > 0) (isShared(passage, other) ? asEveryone : reaches).push(reach)
  }
  return { state, reaches, asEveryone }
}

/** What one side has and the other has not. */
function surplus(inQuestion: readonly Held[], one: Standing, other: Standing): readonly Held[] {
  if (inQuestion.length === 0) return none
  const found = new Map<string, Held>()
  for (const held of inQuestion) {
    if (found.has(held.key)) continue
    if (other.state.covers(other.reaches, held) || other.state.covers(other.asEveryone, held)) continue
    if (one.state.covers(one.asEveryone, held)) continue
    found.set(held.key, best(one.reaches, held.key) ?? held)
  }
  return [...found.values()]
}
