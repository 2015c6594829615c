/** The files of a git ledger as plain texts, without git: what is asked of them, and what a write makes of them. */
import { Draft, Files, type Ask, type Texts } from '../../src/ledger/git-files.ts'

export class PlainTexts implements Texts {
  /** What was asked for at once, each time. */
  readonly asked: string[][] = []
  readonly #files: Map<string, string>
  #tip = 1

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.#files = new Map(Object.entries(files))
  }

  get tip(): string {
    return `commit ${this.#tip}`
  }

  read(paths: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
    this.asked.push([...paths])
    return Promise.resolve(new Map(paths.map((path) => [path, this.#files.get(path)])))
  }

  /** Somebody writes: the tip is another one then. */
  land(changes: Iterable<readonly [string, string | undefined]>): void {
    this.#tip += 1
    for (const [path, content] of changes)
      if (content === undefined) this.#files.delete(path)
      else this.#files.set(path, content)
  }

  /** All of them, in the order of their names. */
  all(): Record<string, string> {
    return Object.fromEntries([...this.#files].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** Asks of the files as they are each time. */
export function askOf(texts: PlainTexts): Ask {
  return (work) => work(new Draft(new Files(texts)))
}

/** Writes, and gives what was changed: texts by path, undefined for what is gone. */
export async function written(
  texts: PlainTexts,
  write: (draft: Draft) => Promise<void>,
): Promise<Record<string, string | undefined>> {
  const draft = new Draft(new Files(texts))
  await write(draft)
  texts.land(draft.changes)
  return Object.fromEntries(draft.changes)
}

/** A file with each value in a line of its own. */
export function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}
