/** Faults around a real reader, writer or ledger: what the network, the system or a crash can do to each call. */
import type { Reader, Writer, WriteResult } from '../../src/connector/contract.ts'
import type { Write } from '../../src/model/change.ts'

/** Answers for some writes in place of the system: the real writer gets the others. A batch is one transaction. */
export function failing(fails: (write: Write) => boolean) {
  return (writer: Writer): Writer => ({
    ...writer,
    write: (writes) =>
      writes.some(fails)
        ? Promise.resolve(
            writes.map((write): WriteResult => ({
              outcome: 'failed',
              message: fails(write) ? 'the system says no' : 'rolled back with another',
            })),
          )
        : writer.write(writes),
  })
}

/** The reply is lost: `landed` says whether the writes were carried out before it was. */
export function losing(loses: (write: Write) => boolean, landed: boolean) {
  return (writer: Writer): Writer => ({
    ...writer,
    write: async (writes) => {
      if (!writes.some(loses)) return writer.write(writes)
      if (landed) await writer.write(writes)
      throw new Error('the connection was reset.')
    },
  })
}

/** Says that all was done and does not do some of it. */
export function lying(about: (write: Write) => boolean) {
  return (writer: Writer): Writer => ({
    ...writer,
    write: async (writes) => {
      const rest = writes.filter((write) => !about(write))
      if (rest.length > 0) await writer.write(rest)
      return writes.map(() => ({ outcome: 'done' }))
    },
  })
}

/** Told of each batch before it is sent, and after. */
export function watching(
  before: (writes: readonly Write[]) => Promise<void> | void,
  after: (writes: readonly Write[]) => Promise<void> | void = () => undefined,
) {
  return (writer: Writer): Writer => ({
    ...writer,
    write: async (writes) => {
      await before(writes)
      const results = await writer.write(writes)
      await after(writes)
      return results
    },
  })
}

/** The first `count` calls of a method are answered by `answer` instead. */
export function reading(change: (reader: Reader) => Partial<Reader>) {
  return (reader: Reader): Reader => ({ ...reader, ...change(reader) })
}

class Killed extends Error {
  override name = 'Killed'
}

/**
 * A process that is killed before a given call over everything it is handed. `at` counts all calls of all wrapped
 * objects; from it on no call gets through.
 */
export class Killer {
  calls = 0
  readonly names: string[] = []
  readonly #at: number

  constructor(at: number) {
    this.#at = at
  }

  get struck(): boolean {
    return this.calls > this.#at
  }

  wrap<T extends object>(target: T, name: string): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) =>
          this.#call(`${name}.${String(key)}`, () => Reflect.apply(value, object, given) as Promise<unknown>)
      },
    })
  }

  async #call(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const number = this.calls
    this.calls += 1
    this.names.push(name)
    if (number >= this.#at) throw new Killed(name)
    const answer = await work()
    // a lock is an object with calls of its own
    return answer !== null && typeof answer === 'object' && 'beat' in answer
      ? this.wrap(answer, 'lock')
      : answer
  }
}

export function isRole(write: Write, role: string, key: string): boolean {
  const links = write.action === 'delete' ? write.before.links : write.after.links
  return write.ref.key === key && links['role']?.includes(`role:${role}`) === true
}
