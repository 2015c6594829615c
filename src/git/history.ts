/**
 * What a branch said earlier: its own commits (first parents) that touched certain files, the newest first, and the
 * files as each of them left them. Three processes, however many commits; file contents in a few more.
 */
import { parseBatch } from './batch.ts'
import { git, MissingContent, type Repository } from './repository.ts'

export interface Commit {
  readonly id: string
  /** RFC 3339, UTC: when it was committed. Absent for one that is only named. */
  readonly at?: string
  /** Its first line, as its author wrote it. */
  readonly subject?: string
}

/** One commit, and how the files were before it. */
export interface Step {
  readonly commit: Commit
  /** Per file that it touched: the content before; undefined where it was not there. */
  readonly before: readonly { readonly file: string; readonly id: string | undefined }[]
}

/** The commits after `since` (of all of history without it) that touched one of the paths, the newest first. */
export async function stepsBack(
  repository: Repository,
  head: string,
  { paths, since }: { readonly paths: readonly string[]; readonly since?: string | undefined },
): Promise<Step[]> {
  const range = since === undefined ? [head] : [head, `^${since}`]
  const answer = await git(repository.root).raw([
    ...['log', '-z', '--first-parent', '-m', '--raw', '--no-renames', '--no-abbrev', '--no-ext-diff'],
    `--format=${mark}%H${between}%cI${between}%s`,
    ...['--end-of-options', ...range, '--'],
    ...paths.map((path) => `:(top,literal)${repository.prefix}${path}`),
  ])
  const steps: { commit: Commit; before: Step['before'][number][] }[] = []
  const fields = answer.split('\0')
  for (let index = 0; index < fields.length; index += 1) {
    const field = (fields[index] ?? '').replace(/^\n/, '')
    if (field.startsWith(mark)) {
      const [id = '', at = '', ...subject] = field.slice(mark.length).split(between)
      steps.push({
        commit: { id, at: new Date(at).toISOString(), subject: subject.join(' ') },
        before: [],
      })
    } else if (field.startsWith(':')) {
      const [mode = '', , id = ''] = field.slice(1).split(' ')
      const file = (fields[(index += 1)] ?? '').slice(repository.prefix.length)
      // Only regular files, as everywhere: the content of a link lies elsewhere.
      steps.at(-1)?.before.push({ file, id: mode.startsWith('100') ? id : undefined })
    }
  }
  return steps
}

/** Bytes that a text of git does not hold by accident; a subject that holds them is only shown differently. */
const mark = '\u0001'
const between = '\u0002'

/** Contents by id, in one process. Throws MissingContent. */
export async function contentsOf(
  repository: Repository,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  if (ids.length === 0) return found
  const answer: unknown = await git(repository.root, ids.map((id) => `${id}\n`).join(''))
    .binaryCatFile(['--batch'])
    .catch(() => undefined)
  const objects = answer instanceof Uint8Array ? parseBatch(answer, ids.length) : undefined
  if (objects === undefined) throw new MissingContent()
  for (const object of objects) {
    if (object === undefined) throw new MissingContent()
    found.set(object.id, object.bytes)
  }
  return found
}

/** Where a commit stands to the head of a branch: in its past; beside it, from a common commit on; or unknown here. */
type Descent =
  | { readonly how: 'ancestor' }
  | { readonly how: 'beside'; readonly from: string }
  | { readonly how: 'unknown' }

export async function descentOf(repository: Repository, id: string, head: string): Promise<Descent> {
  if (!/^[0-9a-f]{40,64}$/.test(id)) return { how: 'unknown' }
  // An id that git does not know is an error, no common commit an empty answer.
  const answer = await git(repository.root)
    .raw(['merge-base', id, head])
    .catch(() => '')
  const [base = ''] = answer.trim().split('\n')
  if (base === id) return { how: 'ancestor' }
  if (base !== '') return { how: 'beside', from: base }
  return { how: 'unknown' }
}
