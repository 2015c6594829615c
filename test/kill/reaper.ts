/**
 * Counts the calls that change something: of the ledger, of its locks, of a writer. Told of each just before it is made,
 * and just after it is durable.
 */
const changing = ['lock', 'begin', 'write', 'beat', 'release']

export class Reaper {
  calls = 0
  readonly #passes: (point: string) => void

  constructor(passes: (point: string) => void) {
    this.#passes = passes
  }

  over<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key)
        if (typeof value !== 'function' || !changing.includes(String(key))) return value
        return (...given: unknown[]) =>
          this.#call(() => Reflect.apply(value, object, given) as Promise<unknown>)
      },
    })
  }

  async #call(work: () => Promise<unknown>): Promise<unknown> {
    const number = (this.calls += 1)
    this.#passes(`before ${number}`)
    const answer = await work()
    this.#passes(`after ${number}`)
    return answer !== null && typeof answer === 'object' && 'beat' in answer ? this.over(answer) : answer
  }
}
