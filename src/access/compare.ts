import type { LinkTarget } from '../model/resource.ts'
import { isEveryone } from './affected.ts'
import { best, type Start, type State } from './state.ts'
import { nameOf, type Held, type Passage, type Reach } from './things.ts'

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
 * loses is told of everyone, not of each by name.
 */
export function compare(states: Pair<State>, starts: Pair<Start | undefined>, deltas: Deltas): Difference {
  const before = standing(states.before, starts.before, starts.after)
  const after = standing(states.after, starts.after, starts.before)
  return {
    gains: surplus(after, before, (passage) => deltas(passage).gains),
    losses: surplus(before, after, (passage) => deltas(passage).losses),
  }
}

/** What a passage that stays leads to on one side only. */
export type Deltas = (passage: Passage) => Difference

export function deltasOf({ before, after }: Pair<State>): Deltas {
  const known = new Map<LinkTarget, Map<string, Difference>>()
  return (passage) => {
    const ofThing = known.get(passage.to) ?? new Map<string, Difference>()
    known.set(passage.to, ofThing)
    const name = nameOf(passage)
    const found = ofThing.get(name) ?? difference(before.reach(passage), after.reach(passage))
    ofThing.set(name, found)
    return found
  }
}

function difference(before: Reach, after: Reach): Difference {
  if (before === after) return { gains: none, losses: none }
  const missing = (from: Reach, other: Reach): Held[] =>
    [...from.values()].filter(({ key }) => !other.has(key))
  return { gains: missing(after, before), losses: missing(before, after) }
}

const none: readonly Held[] = []

/** One side of a subject. */
interface Standing {
  readonly state: State
  /** Passages by name, without those to everyone that both sides have. */
  readonly passages: ReadonlyMap<string, Passage>
  readonly own: Reach
  readonly reaches: readonly Reach[]
  /** What it has as one of everyone, before as after. */
  readonly asEveryone: readonly Reach[]
}

function standing(state: State, start: Start | undefined, other: Start | undefined): Standing {
  const { passages = [], own = empty } = start ?? {}
  const isShared = (passage: Passage): boolean =>
    isEveryone(passage.to) && other?.passages.some(({ to }) => to === passage.to) === true
  const named = passages.filter((passage) => !isShared(passage))
  return {
    state,
    own,
    passages: new Map(named.map((passage) => [nameOf(passage), passage])),
    reaches: [own, ...named.map((passage) => state.reach(passage))],
    asEveryone: passages.filter(isShared).map((passage) => state.reach(passage)),
  }
}

const empty: Reach = new Map()

/** What one side has and the other has not. */
function surplus(
  one: Standing,
  other: Standing,
  delta: (passage: Passage) => readonly Held[],
): readonly Held[] {
  const found = new Map<string, Held>()
  const look = (held: Held): void => {
    if (found.has(held.key) || other.state.covers([...other.reaches, ...other.asEveryone], held)) return
    if (one.state.covers(one.asEveryone, held)) return
    found.set(held.key, best(one.reaches, held.key) ?? held)
  }
  for (const [name, passage] of one.passages) {
    const rights = other.passages.has(name) ? delta(passage) : one.state.reach(passage).values()
    for (const held of rights) look(held)
  }
  for (const held of one.own.values()) look(held)
  return found.size === 0 ? none : [...found.values()]
}
