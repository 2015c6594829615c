/** A right that somebody has, the ways to it, and which of two ways is told: shared by all that walks and compares. */
import type { GivenRight, Pass } from '../connector/contract.ts'
import { ranks, type Rank, type Right } from '../model/access.ts'
import { kinds, type Kind, type LinkTarget } from '../model/resource.ts'
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
  readonly via?: LinkTarget | undefined
  readonly on?: LinkTarget | undefined
  readonly atMost?: Rank | undefined
}

/** What is reached by one passage, by the key of the right. */
export type Reach = ReadonlyMap<string, Held>

export function passageOf({ on, atMost }: Pass, to: LinkTarget): Passage {
  return { to, via: undefined, on, atMost }
}

/** Tells passages apart. Names of live things may hold anything, so the lengths say where each ends. */
export function nameOf({ to, via = '', on = '', atMost }: Passage): string {
  if (via === '' && on === '' && atMost === undefined) return to
  return `${to.length} ${via.length} ${atMost ?? ''}\n${to}${via}${on}`
}

/** The passage that one after the other comes to. */
export function onwards(so: Passage, next: Passage): Passage {
  const atMost =
    so.atMost === undefined || next.atMost === undefined
      ? (so.atMost ?? next.atMost)
      : lesser(so.atMost, next.atMost)
  return { to: next.to, via: undefined, on: next.on ?? so.on, atMost }
}

export function wayOf({ via, to }: Passage): readonly LinkTarget[] {
  return via === undefined ? [to] : [via, to]
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
  if (one.rank !== other.rank) return ranks.indexOf(one.rank) < ranks.indexOf(other.rank)
  if (one.through.length !== other.through.length) return one.through.length < other.through.length
  return byWay(one.through, other.through) < 0
}

/** Step by step, by name. */
export function byWay(one: readonly LinkTarget[], other: readonly LinkTarget[]): number {
  for (const [at, name] of one.entries()) {
    const order = byText(name, other[at] ?? '')
    if (order !== 0) return order
  }
  return one.length - other.length
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

export function isKind(type: string): type is Kind {
  return (kinds as readonly string[]).includes(type)
}

export function isEveryone(name: LinkTarget): boolean {
  return name.startsWith('everyone:')
}

function lesser(one: Rank, other: Rank): Rank {
  return ranks.indexOf(one) > ranks.indexOf(other) ? one : other
}
