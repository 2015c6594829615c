/** Visits every state that a scenario can reach, nearest first, and asks the oracle in each. */
import { brokenIn } from './oracle.ts'
import { Cells, togetherAt, type Known, type State, type Transition } from './values.ts'
import {
  allDefences,
  cellsOf,
  constants,
  startOf,
  togetherOf,
  transitionsOf,
  type Defences,
  type Scenario,
  type Shown,
} from './world.ts'

interface Explored {
  readonly states: number
  readonly transitions: number
  /** Transitions that the real code carried out; the others were the same again. */
  readonly carriedOut: number
  /** The first promise that was broken, and the shortest way there. */
  readonly broken?: { readonly what: string; readonly way: readonly string[] }
  /** States in which nothing can happen any more. */
  readonly ends: readonly State[]
  readonly cells: Cells
}

export async function explore(
  scenario: Scenario,
  defences: Defences = allDefences,
  most = Infinity,
): Promise<Explored> {
  const cells = new Cells(cellsOf(scenario), constants)
  const known = (name: string, transition: Transition): Known => ({
    ...{ name, transition, memory: cells.memoryOf(name) },
  })
  const inPlaces = togetherOf(scenario, defences)
  const transitions = Array.from(transitionsOf(scenario, defences), ([name, transition]) => {
    const { may, parts = [] } = inPlaces.get(name) ?? { may: transition }
    return {
      ...known(name, may),
      parts: parts.map((part, place) => known(`${name}, part ${place + 1}`, part)),
    }
  })
  const first = cells.state(startOf(scenario))
  const states = new States(first.length)
  states.add(first, -1, -1)
  const systems = scenario.systems.map((words, index) => ({ ...words, cell: index }))
  const sound = systems.map(() => new Set<number>())
  const ends: State[] = []
  let taken = 0
  const result = (broken?: Explored['broken']): Explored => ({
    ...{ states: states.count, transitions: taken, carriedOut: cells.carriedOut, ends, cells },
    ...(broken === undefined ? {} : { broken }),
  })
  const next = new Uint16Array(first.length)
  for (let at = 0; at < states.count && states.count < most; at += 1) {
    const state = states.get(at)
    let isEnd = true
    for (let number = 0; number < transitions.length; number += 1) {
      const entry = transitions[number]
      if (entry === undefined) continue
      const { name, transition, memory, parts } = entry
      const leaf =
        parts.length > 0
          ? (togetherAt(entry, parts, state) ?? (await cells.together(entry, parts, state)))
          : (memory.at(state) ?? (await cells.carryOut(name, transition, state)))
      if (leaf.writes === undefined) continue
      taken += 1
      isEnd = false
      next.set(state)
      const { writes } = leaf
      for (let place = 0; place < writes.length; place += 2) next[writes[place] ?? 0] = writes[place + 1] ?? 0
      const isNew = states.add(next, at, number)
      const wayThere = (): string[] => [...states.way(at), number].map((one) => transitions[one]?.name ?? '')
      if (leaf.flaw !== undefined) return result({ what: leaf.flaw, way: wayThere() })
      if (!isNew) continue
      for (const { name: system, cell, live, anchors } of systems) {
        const id = next[cell] ?? 0
        if (sound[cell]?.has(id) === true) continue
        const shown = cells.value(next, system) as Shown
        const what = brokenIn(live, shown.now, anchors)
        if (what !== undefined) return result({ what, way: wayThere() })
        sound[cell]?.add(id)
      }
    }
    if (isEnd) ends.push(Array.from(state))
  }
  return result()
}

/** States by number, without repeats, each with the step that led to it first. */
class States {
  count = 0
  readonly #width: number
  /** By the hash of a state its number, or the place after it where that is taken; -1 where there is none. */
  #places = new Int32Array(1 << 14).fill(-1)
  #cells: Uint16Array
  #parents = new Int32Array(1 << 12)
  #steps = new Uint8Array(1 << 12)

  constructor(width: number) {
    this.#width = width
    this.#cells = new Uint16Array(width << 12)
  }

  get(at: number): Uint16Array {
    return this.#cells.subarray(at * this.#width, (at + 1) * this.#width)
  }

  add(state: ArrayLike<number>, parent: number, step: number): boolean {
    if (this.count === this.#parents.length) this.#grow()
    const place = this.#placeOf(state)
    if ((this.#places[place] ?? -1) >= 0) return false
    this.#places[place] = this.count
    this.#cells.set(state, this.count * this.#width)
    this.#parents[this.count] = parent
    this.#steps[this.count] = step
    this.count += 1
    return true
  }

  way(at: number): number[] {
    const steps: number[] = []
    for (let here = at; (this.#parents[here] ?? -1) >= 0; here = this.#parents[here] ?? -1)
      steps.push(this.#steps[here] ?? 0)
    return steps.reverse()
  }

  /** Where the state is, or where it belongs. */
  #placeOf(state: ArrayLike<number>): number {
    const last = this.#places.length - 1
    let hash = 0x811c9dc5
    for (let cell = 0; cell < this.#width; cell += 1)
      hash = Math.imul(hash ^ (state[cell] ?? 0), 0x01000193) ^ (hash >>> 15)
    let place = (hash ^ (hash >>> 13)) & last
    for (let at = this.#places[place] ?? -1; at >= 0; at = this.#places[place] ?? -1) {
      if (this.#isAt(at, state)) return place
      place = (place + 1) & last
    }
    return place
  }

  #isAt(at: number, state: ArrayLike<number>): boolean {
    const start = at * this.#width
    for (let cell = 0; cell < this.#width; cell += 1)
      if (this.#cells[start + cell] !== state[cell]) return false
    return true
  }

  #grow(): void {
    this.#places = new Int32Array(this.#places.length * 2).fill(-1)
    for (let at = 0; at < this.count; at += 1) this.#places[this.#placeOf(this.get(at))] = at
    const cells = new Uint16Array(this.#cells.length * 2)
    cells.set(this.#cells)
    const parents = new Int32Array(this.#parents.length * 2)
    parents.set(this.#parents)
    const steps = new Uint8Array(this.#steps.length * 2)
    steps.set(this.#steps)
    this.#cells = cells
    this.#parents = parents
    this.#steps = steps
  }
}
