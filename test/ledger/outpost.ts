/** A remote and the outpost from which it is reached (`src/git/outpost.ts`), as plain values: what git answers, without git. */
import { createHash } from 'node:crypto'
import type { BatchObject } from '../../src/git/batch.ts'
import { GitUnreachable } from '../../src/git/call.ts'
import type { Outpost } from '../../src/git/outpost.ts'

/** Bytes of a file, or the commit of a submodule. */
type Entry = Uint8Array | { readonly submodule: string }

interface Commit {
  readonly parent: string | undefined
  readonly files: ReadonlyMap<string, Entry>
}

export class PlainOutpost implements Outpost {
  /** What the ref of the remote names. */
  head: string | undefined
  /** What was run, and what fast-import was told. */
  readonly runs: string[][] = []
  readonly told: string[] = []
  readonly asked: string[][] = []
  /** Each is done before the next run of that command: it may throw, or let somebody be faster. */
  readonly before = new Map<string, (() => void)[]>()
  /** Each is done after the next push was taken, and before that is said. */
  readonly after: (() => void)[] = []
  closed = 0
  #fetched: string | undefined
  readonly #commits = new Map<string, Commit>()
  readonly #ref: string

  constructor(ref: string) {
    this.#ref = ref
  }

  run(args: readonly string[]): Promise<string> {
    this.runs.push([...args])
    return Promise.resolve().then(() => {
      this.before.get(args[0] ?? '')?.shift()?.()
      return this.#answer(args)
    })
  }

  objects(names: readonly string[]): Promise<readonly (BatchObject | undefined)[]> {
    this.asked.push([...names])
    return Promise.resolve(names.map((name) => this.#object(name)))
  }

  commit(text: string): Promise<string> {
    this.told.push(text)
    const parent = /^from (\w+)$/m.exec(text)?.[1]
    const files = new Map(parent === undefined ? [] : this.#commits.get(parent)?.files)
    for (const [, path = '', content = ''] of text.matchAll(/^M 100644 inline (.+)\ndata \d+\n(.*)\n$/gm))
      files.set(path, Buffer.from(content))
    for (const [, path = ''] of text.matchAll(/^D (.+)$/gm)) files.delete(path)
    return Promise.resolve(this.make(parent, files))
  }

  close(): Promise<void> {
    this.closed += 1
    return Promise.resolve()
  }

  /** A commit on another one. */
  make(parent: string | undefined, files: ReadonlyMap<string, Entry>): string {
    const id = createHash('sha1').update(`${this.#commits.size}`).digest('hex')
    this.#commits.set(id, { parent, files })
    return id
  }

  /** Somebody else puts a text on what is there. */
  others(path: string, entry: Entry | string): string {
    const files = new Map(this.#commits.get(this.head ?? '')?.files)
    files.set(path, typeof entry === 'string' ? Buffer.from(entry) : entry)
    this.head = this.make(this.head, files)
    return this.head
  }

  #answer(args: readonly string[]): string {
    switch (args[0] ?? '') {
      case 'ls-remote':
        return this.head === undefined ? '' : `${'0'.repeat(40)}\t${this.#ref}2\n${this.head}\t${this.#ref}\n`
      case 'fetch':
        if (this.head === undefined) throw new GitUnreachable(`couldn't find remote ref ${this.#ref}`)
        this.#fetched = this.head
        return ''
      case 'push':
        return this.#push(args)
      case 'rev-list':
        return this.#isIn(args[3] ?? '', (args[4] ?? '').slice(1)) ? '0\n' : '1\n'
      default:
        throw new Error(`git ${args.join(' ')} is not known here`)
    }
  }

  #push(args: readonly string[]): string {
    const lease = args.find((arg) => arg.startsWith('--force-with-lease='))?.split(':')[1]
    const [commit = ''] = (args.at(-1) ?? '').split(':')
    if (lease !== (this.head ?? '')) throw new GitUnreachable('failed to push some refs to it')
    const isNew = this.head === undefined
    this.head = commit
    this.after.shift()?.()
    return `To it\n${isNew ? '*' : ' '}\t${commit}:${this.#ref}\tdone\nDone\n`
  }

  #isIn(commit: string, tip: string): boolean {
    for (let one: string | undefined = tip; one !== undefined; one = this.#commits.get(one)?.parent)
      if (one === commit) return true
    return false
  }

  #object(name: string): BatchObject | undefined {
    const [, commit = '', steps = '0'] = /^(\w+)~(\d+)$/.exec(name) ?? []
    if (commit !== '') {
      let id: string | undefined = commit
      for (let step = 0; step < Number(steps); step += 1) id = this.#commits.get(id ?? '')?.parent
      return id === undefined ? undefined : { id, type: 'commit', bytes: Buffer.from('commit') }
    }
    if (name === 'refs/rolecall/fetched^{commit}')
      return this.#fetched === undefined || !this.#commits.has(this.#fetched)
        ? undefined
        : { id: this.#fetched, type: 'commit', bytes: Buffer.from('commit') }
    const at = name.indexOf(':')
    return this.#at(this.#commits.get(name.slice(0, at))?.files ?? new Map(), name.slice(at + 1))
  }

  #at(files: ReadonlyMap<string, Entry>, path: string): BatchObject | undefined {
    const entry = files.get(path)
    if (entry !== undefined) return 'submodule' in entry ? undefined : { id: '1', type: 'blob', bytes: entry }
    const inside = [...files.keys()].filter((file) => path === '' || file.startsWith(`${path}/`))
    if (inside.length === 0) return undefined
    const names = new Set(inside.map((file) => file.slice(path === '' ? 0 : path.length + 1).split('/')[0]))
    const bytes = [...names].flatMap((name) => [Buffer.from(`100644 ${name}\0`), Buffer.alloc(20, 65)])
    return { id: '2', type: 'tree', bytes: Buffer.concat(bytes) }
  }
}
