/**
 * States as short lists of numbers. A state is a list of cells; each value that a cell can have is kept once and known
 * by its number. A transition is carried out by the real code the first time, and what it read and wrote is kept:
 * wherever those cells hold the same values again, the same happens again, and the code is not run a second time.
 */
import type { Store } from './plain-ledger.ts'

/** What a transition did: undefined where it is not possible in such a state. */
interface Leaf {
  /** Cell and value, one pair after the other: there are hundreds of thousands of them. */
  readonly writes?: readonly number[]
  readonly flaw?: string
}
interface Branch {
  readonly cell: number
  readonly next: Few
}

/** What follows by the value of a cell. Most have one or two values: those need no map of their own. */
class Few {
  readonly #ids: number[] = []
  readonly #nodes: (Branch | Leaf)[] = []
  #many: Map<number, Branch | Leaf> | undefined

  get(id: number): Branch | Leaf | undefined {
    if (this.#many !== undefined) return this.#many.get(id)
    const place = this.#ids.indexOf(id)
    return place < 0 ? undefined : this.#nodes[place]
  }

  set(id: number, node: Branch | Leaf): void {
    if (this.#many === undefined && this.#ids.length === 8)
      this.#many = new Map(this.#ids.map((known, place) => [known, this.#nodes[place] ?? node]))
    if (this.#many !== undefined) {
      this.#many.set(id, node)
      return
    }
    const place = this.#ids.indexOf(id)
    if (place >= 0) this.#nodes[place] = node
    else {
      this.#ids.push(id)
      this.#nodes.push(node)
    }
  }
}

const impossible: Leaf = {}

export type State = readonly number[]

/** Carries out one transition on the cells it is handed: false where it is not possible, text for a broken promise. */
export type Transition = (store: Store) => Promise<boolean | string> | boolean | string

export class Cells {
  readonly names: readonly string[]
  readonly #index: ReadonlyMap<string, number>
  readonly #values: unknown[][]
  readonly #ids: Map<string, number>[]
  readonly #memories = new Map<string, Memory>()
  readonly #constants: ReadonlyMap<string, unknown>
  /** Transitions that the real code carried out. */
  carriedOut = 0

  constructor(names: readonly string[], constants: Readonly<Record<string, unknown>>) {
    this.names = names
    this.#index = new Map(names.map((name, index) => [name, index]))
    this.#values = names.map(() => [])
    this.#ids = names.map(() => new Map<string, number>())
    this.#constants = new Map(Object.entries(constants))
  }

  state(values: Readonly<Record<string, unknown>>): State {
    return this.names.map((name, cell) => this.#idOf(cell, values[name]))
  }

  value(state: ArrayLike<number>, name: string): unknown {
    const cell = this.#index.get(name) ?? -1
    return this.#values[cell]?.[state[cell] ?? -1]
  }

  /** How many values the cells have had. */
  get sizes(): readonly number[] {
    return this.#values.map(({ length }) => length)
  }

  /** What is known of the transition of this name. */
  memoryOf(name: string): Memory {
    const known = this.#memories.get(name) ?? new Memory(name, this.names)
    this.#memories.set(name, known)
    return known
  }

  /** What happens in several places at once, each part carried out only where it was not yet. */
  async together(may: Known, parts: readonly Known[], state: ArrayLike<number>): Promise<Leaf> {
    for (const { name, transition, memory } of [may, ...parts]) {
      const leaf = memory.at(state) ?? (await this.carryOut(name, transition, state))
      if (memory === may.memory && leaf.writes === undefined) return impossible
    }
    return togetherAt(may, parts, state) ?? impossible
  }

  async carryOut(name: string, transition: Transition, state: ArrayLike<number>): Promise<Leaf> {
    this.carriedOut += 1
    const reads: number[] = []
    const written = new Map<number, unknown>()
    const answer = await transition({
      get: (cellName) => {
        const cell = this.#index.get(cellName)
        if (cell === undefined) return this.#constants.get(cellName)
        if (written.has(cell)) return written.get(cell)
        if (!reads.includes(cell)) reads.push(cell)
        return this.#values[cell]?.[state[cell] ?? -1]
      },
      set: (cellName, value) => {
        const cell = this.#index.get(cellName)
        if (cell !== undefined) written.set(cell, value)
      },
    })
    const leaf: Leaf =
      answer === false
        ? impossible
        : {
            writes: Array.from(written, ([cell, value]) => [cell, this.#idOf(cell, value)]).flat(),
            ...(typeof answer === 'string' ? { flaw: answer } : {}),
          }
    this.memoryOf(name).keep(reads, state, leaf)
    return leaf
  }

  #idOf(cell: number, value: unknown): number {
    const text = canon(value)
    const ids = this.#ids[cell]
    const values = this.#values[cell]
    if (ids === undefined || values === undefined) throw new Error(`There is no cell ${cell}.`)
    const known = ids.get(text)
    if (known !== undefined) return known
    if (values.length > 0xffff)
      throw new Error(`The cell ${this.names[cell] ?? ''} has too many values for 16 bits.`)
    ids.set(text, values.length)
    values.push(value)
    return values.length - 1
  }
}

/** A transition with what is known of it. */
export interface Known {
  readonly name: string
  readonly transition: Transition
  readonly memory: Memory
}

/** What happens in several places at once; undefined while a part is not known. */
export function togetherAt(may: Known, parts: readonly Known[], state: ArrayLike<number>): Leaf | undefined {
  const first = may.memory.at(state)
  if (first?.writes === undefined) return first
  const writes: number[] = []
  for (const { memory } of parts) {
    const leaf = memory.at(state)
    if (leaf === undefined) return undefined
    if (leaf.writes !== undefined) writes.push(...leaf.writes)
  }
  return writes.length === 0 ? impossible : { writes }
}

/** What one transition did, by the numbers of the values that it read, in the order in which it read them. */
class Memory {
  readonly #name: string
  readonly #names: readonly string[]
  /** The cell that it reads first, and what follows: most of what cannot happen ends there. */
  #cell = 0
  readonly #first: (Branch | Leaf | undefined)[] = []

  constructor(name: string, names: readonly string[]) {
    this.#name = name
    this.#names = names
  }

  /** What it does here, if that is known. */
  at(state: ArrayLike<number>): Leaf | undefined {
    let at = this.#first[state[this.#cell] ?? 0]
    while (at !== undefined && 'cell' in at) at = at.next.get(state[at.cell] ?? -1)
    return at
  }

  keep([first, ...rest]: readonly number[], state: ArrayLike<number>, leaf: Leaf): void {
    if (first === undefined || (this.#first.length > 0 && first !== this.#cell)) throw this.#unsteady(first)
    this.#cell = first
    const id = state[first] ?? 0
    let put = (node: Branch | Leaf): void => void (this.#first[id] = node)
    let at = this.#first[id]
    for (const cell of rest) {
      if (at === undefined) put((at = { cell, next: new Few() }))
      if (!('cell' in at) || at.cell !== cell) throw this.#unsteady(cell)
      const { next } = at
      const id = state[cell] ?? -1
      put = (node) => {
        next.set(id, node)
      }
      at = next.get(id)
    }
    put(leaf)
  }

  #unsteady(cell = -1): Error {
    return new Error(`${this.#name} is not a function of what it reads: ${this.#names[cell] ?? 'nothing'}`)
  }
}

const named = new WeakMap<object, string>()

/** A large value that is known by a name of its own wherever it stands in another. */
export function name<T extends object>(value: T, as: string): T {
  named.set(value, `§${as}`)
  return value
}

/** One text for equal values, maps, sets and errors included. Kept with each value, which is never changed in place. */
export function canon(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return value === undefined ? '-' : JSON.stringify(value)
  const known = named.get(value)
  if (known !== undefined) return known
  const text = textOf(value)
  named.set(value, text)
  return text
}

const quotes = new Map<string, string>()

/** The same few texts are asked for again and again. */
function quoted(text: string): string {
  const known = quotes.get(text) ?? JSON.stringify(text)
  quotes.set(text, known)
  return known
}

function textOf(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canon).join(',')}]`
  if (value instanceof Map) return `M[${Array.from(value, canon).join(',')}]`
  if (value instanceof Set) return `S[${Array.from(value, canon).join(',')}]`
  if (value instanceof Date) return `D${value.getTime()}`
  if (value instanceof Error) return `E${value.name}:${value.message}`
  const members = value as Readonly<Record<string, unknown>>
  let text = '{'
  for (const key of Object.keys(members).sort())
    if (members[key] !== undefined) text += `${key}:${canon(members[key])},`
  return `${text}}`
}
