/** The files of a git ledger: what is at the tip, believed only in the shape in which it was written, and what a write changes. */
import type { FileChanges, Register } from '../git/register.ts'
import type { Json } from '../model/json.ts'
import type { Shape } from './shape.ts'

/** A file does not look like one that rolecall wrote. The message is a part of a sentence. */
export class Damaged extends Error {
  override name = 'Damaged'
}

/** Where the files lie: each tip has its own. */
export type Texts = Pick<Register, 'tip' | 'read'>

/** Each file is read once for as long as the tip is the same. */
export class Files {
  readonly #register: Texts
  readonly #read = new Map<string, string | undefined>()
  #tip: string | undefined

  constructor(register: Texts) {
    this.#register = register
  }

  /** Reads many files by one process; those that were read are not read again. */
  async load(paths: Iterable<string>): Promise<void> {
    if (this.#tip !== this.#register.tip) this.#read.clear()
    this.#tip = this.#register.tip
    const missing = [...new Set(paths)].filter((path) => !this.#read.has(path))
    if (missing.length === 0) return
    for (const [path, content] of await this.#register.read(missing)) this.#read.set(path, content)
  }

  async text(path: string): Promise<string | undefined> {
    await this.load([path])
    return this.#read.get(path)
  }

  /** What was written is known without reading it: call it once the changes are the tip. */
  landed(changes: FileChanges): void {
    this.#tip = this.#register.tip
    for (const [path, content] of changes) this.#read.set(path, content)
  }
}

/** The files as one write sees them: its own changes, and else what is at the tip. */
export class Draft {
  readonly changes = new Map<string, string | undefined>()
  readonly #files: Files

  constructor(files: Files) {
    this.#files = files
  }

  load(paths: Iterable<string>): Promise<void> {
    return this.#files.load(paths)
  }

  /** The value of a file of one; undefined where there is no file. */
  async value<T>(path: string, shape: Shape): Promise<T | undefined> {
    const content = await this.#text(path)
    return content === undefined ? undefined : (parsed(content, shape, path) as T)
  }

  /** The values of a file of one a line; none where there is no file. */
  async lines<T>(path: string, shape: Shape): Promise<T[]> {
    const content = await this.#text(path)
    if (content === undefined) return []
    if (!content.endsWith('\n')) throw new Damaged(`${path} is cut short`)
    return content
      .slice(0, -1)
      .split('\n')
      .map((line, index) => parsed(line, shape, `line ${index + 1} of ${path}`) as T)
  }

  put(path: string, value: Json | object): void {
    this.changes.set(path, `${JSON.stringify(value)}\n`)
  }

  /** A file without a line is no file. */
  putLines(path: string, values: readonly object[]): void {
    const content = values.map((value) => `${JSON.stringify(value)}\n`).join('')
    this.changes.set(path, content === '' ? undefined : content)
  }

  putText(path: string, content: string): void {
    this.changes.set(path, content)
  }

  async #text(path: string): Promise<string | undefined> {
    return this.changes.has(path) ? this.changes.get(path) : this.#files.text(path)
  }
}

function parsed(content: string, shape: Shape, place: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    throw new Damaged(`${place} is not JSON`)
  }
  if (!shape(value)) throw new Damaged(`${place} is not what rolecall writes there`)
  return value
}

/** Gives `work` the files as they are now. `guardedBy` is the system whose lock has to be held to change what is asked for. */
export type Ask = <T>(work: (draft: Draft) => Promise<T>, guardedBy?: string) => Promise<T>
