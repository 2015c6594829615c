/**
 * The manifests as the protected branch had them, one state after another, the newest first. States differ in a few
 * files: each content is read, searched and parsed once, and nothing is parsed that nobody asks for.
 */
import { contentsOf, stepsBack, type Commit, type Step } from '../git/history.ts'
import { filesAt, type Repository } from '../git/repository.ts'
import { decode } from '../manifest/bytes.ts'
import type { Source } from '../manifest/document.ts'
import { rootFile } from '../manifest/load.ts'
import { words } from '../plan/past.ts'
import { accessOf, isManifest, type ProtectedBranch } from './workspace.ts'

/** One state of the manifests, and how long it held. It is only to be asked before the next one is taken. */
export interface Revision {
  readonly commit: Commit
  /** The commit that changed it; absent for the state that holds now. */
  readonly endedBy?: Commit
  /** RFC 3339, UTC, both included: from its commit to the next one. */
  readonly from: string
  readonly to: string
  /** Whether each of these words stands somewhere in it, or may: letters can be written as escapes. */
  readonly mentions: (words: readonly string[]) => boolean
  /** Undefined where a file is no text. */
  readonly sources: () => readonly Source[] | undefined
  /** Those that can hold a System. */
  readonly systems: () => readonly Source[]
}

/**
 * `since`: a commit in the branch's past and when it was looked at; its state is the last one. `wanted`: all words that
 * will be asked for.
 */
export async function* revisions(
  branch: ProtectedBranch,
  {
    since,
    wanted,
    now,
  }: {
    readonly since?: { readonly commit: string; readonly at: string } | undefined
    readonly wanted: ReadonlySet<string>
    readonly now: Date
  },
): AsyncGenerator<Revision> {
  const { repository, head } = branch
  const { steps, folders } = await stepsOf(branch, since?.commit)
  const read = reader(repository, steps)
  const state = stateOf(wanted)
  for (const file of await filesAt(repository, head, within(folders)))
    state.set(file.file, read.keep(file.file, file.id, file.bytes))

  let [endedBy, to]: [Commit | undefined, string] = [undefined, now.toISOString()]
  for (const [index, { commit, before }] of steps.entries()) {
    const from = earlier(commit.at ?? to, to)
    yield { commit, ...(endedBy === undefined ? {} : { endedBy }), from, to, ...state.view() }
    const contents = await read.before(index)
    for (const { file, id } of before) state.set(file, id === undefined ? undefined : contents(file, id))
    endedBy = commit
    to = from
  }
  if (since === undefined) return
  const from = earlier(since.at, to)
  yield {
    commit: { id: since.commit },
    ...(endedBy === undefined ? {} : { endedBy }),
    from,
    to,
    ...state.view(),
  }
}

function earlier(one: string, other: string): string {
  return one < other ? one : other
}

/** All commits that touched a manifest, wherever the manifests lay at the time. */
async function stepsOf(
  { repository, head, folder }: ProtectedBranch,
  since: string | undefined,
): Promise<{ steps: readonly Step[]; folders: ReadonlySet<string> }> {
  const folders = new Set([folder])
  for (;;) {
    const steps = await stepsBack(repository, head, { paths: [rootFile, ...folders], since })
    const ids = steps.flatMap(({ before }) =>
      before.flatMap(({ file, id }) => (file === rootFile ? (id ?? []) : [])),
    )
    const known = folders.size
    for (const bytes of (await contentsOf(repository, [...new Set(ids)])).values()) {
      const decoded = decode(rootFile, bytes)
      if ('text' in decoded) folders.add(accessOf([{ file: rootFile, text: decoded.text }]))
    }
    if (folders.size === known) return { steps, folders }
  }
}

function within(folders: ReadonlySet<string>): (file: string) => boolean {
  return (file) =>
    file === rootFile || ([...folders].some((folder) => isBelow(file, folder)) && isManifest(file))
}

function isBelow(file: string, folder: string): boolean {
  return folder === '.' || file.startsWith(`${folder}/`)
}

type Kept = Source | 'no text'

/** Contents are fetched a few commits ahead, in ever larger portions: who finds what they look for early reads little. */
function reader(
  repository: Repository,
  steps: readonly Step[],
): {
  keep(file: string, id: string, bytes: Uint8Array): Kept
  before(index: number): Promise<(file: string, id: string) => Kept>
} {
  const kept = new Map<string, Kept>()
  let [fetched, portion] = [0, 8]
  const keep = (file: string, id: string, bytes: Uint8Array): Kept => {
    const decoded = decode(file, bytes)
    const source = 'text' in decoded ? { file, text: decoded.text } : 'no text'
    kept.set(`${id} ${file}`, source)
    return source
  }
  return {
    keep,
    before: async (index) => {
      if (index >= fetched) {
        const ahead = steps.slice(fetched, fetched + portion).flatMap(({ before }) => before)
        const missing = ahead.filter(({ file, id }) => id !== undefined && !kept.has(`${id} ${file}`))
        const contents = await contentsOf(repository, [...new Set(missing.flatMap(({ id }) => id ?? []))])
        for (const { file, id = '' } of missing) keep(file, id, contents.get(id) ?? new Uint8Array())
        fetched += portion
        portion = Math.min(portion * 2, 512)
      }
      return (file, id) => kept.get(`${id} ${file}`) ?? 'no text'
    },
  }
}

/** The files of one state, and which of the wanted words stand in how many of them. */
function stateOf(wanted: ReadonlySet<string>): {
  set(file: string, source: Kept | undefined): void
  view(): Pick<Revision, 'mentions' | 'sources' | 'systems'>
} {
  const files = new Map<string, Kept>()
  const systems = new Map<string, Source>()
  const counts = new Map<string, number>()
  const count = (source: Kept | undefined, by: 1 | -1): void => {
    if (typeof source !== 'object') return
    for (const word of wordsIn(source, wanted)) counts.set(word, (counts.get(word) ?? 0) + by)
  }
  return {
    set: (file, source) => {
      if (file !== rootFile && !isManifest(file)) return
      count(files.get(file), -1)
      if (source === undefined) files.delete(file)
      else files.set(file, source)
      systems.delete(file)
      if (typeof source === 'object' && /kind['"]?\s*:\s*['"]?System\b/.test(source.text))
        systems.set(file, source)
      count(source, 1)
    },
    view: () => ({
      systems: () => [...systems.values()],
      mentions: (asked) =>
        (counts.get(anyWord) ?? 0) > 0 || asked.every((word) => (counts.get(word) ?? 0) > 0),
      sources: () => {
        const root = files.get(rootFile)
        const folder = accessOf(typeof root === 'object' ? [root] : [])
        const own = [...files].filter(([file]) => file === rootFile || isBelow(file, folder))
        const sources = own.flatMap(([, source]) => (typeof source === 'object' ? [source] : []))
        return sources.length === own.length ? sources.sort((a, b) => (a.file < b.file ? -1 : 1)) : undefined
      },
    }),
  }
}

const found = new WeakMap<Source, ReadonlySet<string>>()

function wordsIn(source: Source, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const known = found.get(source)
  if (known) return known
  const own = new Set(words(source.text).filter((word) => wanted.has(word)))
  if (/\\(?:[xuU]|\r?\n)/.test(source.text)) own.add(anyWord)
  found.set(source, own)
  return own
}

/** Stands for a text in which a word may be written so that it is not seen. */
const anyWord = '\\'
