import type { LinkTarget } from '../model/resource.ts'
import { heldBy, isBetter, nameOf, onwards, wayOf, type Held, type Passage, type Reach } from './held.ts'
import type { Things } from './things.ts'

/** What is had by having a thing, worked out once however many have it. */
export class Reaches {
  readonly #things: Things
  readonly #known = new Map<string, Reach>()
  readonly #elsewhere: (passage: Passage) => Reach | undefined

  /** `elsewhere`: what another state has worked out already and is the same here. */
  constructor(things: Things, elsewhere: (passage: Passage) => Reach | undefined = () => undefined) {
    this.#things = things
    this.#elsewhere = elsewhere
  }

  /** Everything that is had by having what the passage leads to, each right by its best way. */
  of(passage: Passage): Reach {
    const name = nameOf(passage)
    let found = this.#known.get(name)
    if (found === undefined) {
      found = this.#elsewhere(passage) ?? this.#walk(passage)
      this.#known.set(name, found)
    }
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
      const state = nameOf({ to, on, atMost })
      if (seen.has(state)) continue
      seen.add(state)
      for (const given of this.#things.factsOf(to).rights) keep(reached, heldBy(given, passage, through))
      for (const next of this.#things.from(to))
        open.push({ passage: onwards(passage, next), through: [...through, ...wayOf(next)] })
    }
    return reached.size === 0 ? empty : reached
  }
}

const empty: Reach = new Map()

function keep(reached: Map<string, Held>, held: Held): void {
  const known = reached.get(held.key)
  if (known === undefined || isBetter(held, known)) reached.set(held.key, held)
}
