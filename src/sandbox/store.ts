/** What a sandbox holds: one plain value, in memory or in a file that a restart finds again. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** A value, what reads see of it, and where it is kept. */
export class Store<T> {
  readonly #file: string | undefined
  #current: T
  #old: { readonly value: T; left: number } | undefined

  /** `file` is read if it is there; otherwise it begins as `fresh` says. */
  constructor(fresh: () => T, file?: string) {
    this.#file = file
    this.#current =
      file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : fresh()
    this.#save()
  }

  /** As it is. */
  get now(): T {
    return this.#current
  }

  /** As one read sees it: while reads lag, as it was. Each look counts. */
  look(): T {
    if (this.#old === undefined) return this.#current
    const { value } = this.#old
    this.#old.left -= 1
    if (this.#old.left <= 0) this.#old = undefined
    return value
  }

  /** Another one altogether, and every read sees it. */
  set(value: T): void {
    this.#current = value
    this.#old = undefined
    this.#save()
  }

  /** Changes it in place, all or nothing: what throws leaves it as it was. `lag`: so many reads see it as it was. */
  change<R>(by: (value: T) => R, lag = 0): R {
    const next = structuredClone(this.#current)
    const result = by(next)
    if (lag > 0) this.#old = { value: this.#current, left: lag }
    this.#current = next
    this.#save()
    return result
  }

  #save(): void {
    if (this.#file === undefined) return
    const half = `${this.#file}.new`
    writeFileSync(half, `${JSON.stringify(this.#current, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(half, this.#file)
  }
}
