/** A ref of a remote as plain values, and registers of it as `src/git/register.ts` has them over git: without a process. */
import type { LedgerRegister } from '../../src/ledger/git.ts'
import { Replaced, type FileChanges } from '../../src/git/register.ts'

interface Commit {
  readonly id: string
  readonly summary: string
  readonly at: Date
  readonly files: ReadonlyMap<string, string>
  readonly parent: Commit | undefined
}

export class PlainRemote {
  head: Commit | undefined
  #made = 0
  /** Fails whatever is asked of it. */
  fault: Error | undefined
  /** Done once before the next swap is tried: somebody is faster. */
  before: (() => Promise<void>) | undefined
  /** What was asked of it. */
  readonly calls: string[] = []
  open = 0

  readonly register = (): Promise<LedgerRegister> => {
    this.open += 1
    return Promise.resolve(new PlainRegister(this))
  }

  commit(parent: Commit | undefined, changes: FileChanges, summary: string, at: Date): Commit {
    const files = new Map(parent?.files)
    for (const [path, content] of changes)
      if (content === undefined) files.delete(path)
      else files.set(path, content)
    this.#made += 1
    return { id: `commit ${this.#made}`, summary, at, files, parent }
  }

  /** Somebody else puts a text there, or takes it out. */
  put(path: string, content: string | undefined): void {
    this.head = this.commit(this.head, new Map([[path, content]]), 'by hand', new Date(0))
  }

  /** The summaries from the first to the last. */
  log(): string[] {
    const all: string[] = []
    for (let one = this.head; one !== undefined; one = one.parent) all.unshift(one.summary)
    return all
  }
}

class PlainRegister implements LedgerRegister {
  #at: Commit | undefined
  readonly #remote: PlainRemote

  constructor(remote: PlainRemote) {
    this.#remote = remote
    this.#at = remote.head
  }

  get tip(): string | undefined {
    return this.#at?.id
  }

  refresh(): Promise<boolean> {
    this.#called('refresh')
    const { head } = this.#remote
    if (head === this.#at) return Promise.resolve(false)
    if (!this.#isIn(head)) return Promise.reject(new Replaced('it is another one'))
    this.#at = head
    return Promise.resolve(true)
  }

  read(paths: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
    this.#called(`read ${paths.join(' ')}`)
    return Promise.resolve(new Map(paths.map((path) => [path, this.#at?.files.get(path)])))
  }

  async swap(files: FileChanges, summary: string, at: Date): Promise<boolean> {
    const { before } = this.#remote
    this.#remote.before = undefined
    await before?.()
    this.#called('swap')
    if (this.#remote.head !== this.#at) {
      this.#at = this.#remote.head
      return false
    }
    this.#at = this.#remote.head = this.#remote.commit(this.#at, files, summary, at)
    return true
  }

  close(): Promise<void> {
    this.#remote.open -= 1
    return Promise.resolve()
  }

  /** Whether a commit is what was seen last, or came after it. */
  #isIn(head: Commit | undefined): boolean {
    let one = head
    while (one !== undefined && one !== this.#at) one = one.parent
    return one === this.#at
  }

  #called(what: string): void {
    this.#remote.calls.push(what)
    if (this.#remote.fault !== undefined) throw this.#remote.fault
  }
}
