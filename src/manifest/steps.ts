/**
 * Work that can pause between two steps of about a millisecond. Who has nothing else to do takes it at once; a plan lets
 * what comes from the network have its turn, as everything runs in one thread.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>

export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

export async function withRests<Result>(steps: Steps<Result>, rest: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await rest()
  }
}

/** The items one by one, with a pause after so many of them. */
export function* paused<Item>(items: Iterable<Item>, each: number, work: (item: Item) => void): Steps<void> {
  let count = 0
  for (const item of items) {
    work(item)
    if ((count += 1) % each === 0) yield
  }
}
