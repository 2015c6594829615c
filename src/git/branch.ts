/**
 * A commit on a new branch, made of objects alone: the working tree, the index and the branch that is checked out
 * stay as they are. No filter, hook or editor of the repository runs on the way.
 */
import { git, type Repository } from './repository.ts'

/** A file of the new commit, by its path relative to the workspace: its text, or undefined where it is taken out. */
type Edits = ReadonlyMap<string, string | undefined>

/** Whether git takes the name for a branch. What begins with a dash would be taken for an option. */
export async function isBranchName(repository: Repository, name: string): Promise<boolean> {
  if (name.startsWith('-') || name === '') return false
  try {
    return (await git(repository.root).raw(['check-ref-format', '--branch', name])).trim() === name
  } catch {
    return false
  }
}

export async function branchExists(repository: Repository, name: string): Promise<boolean> {
  const found = await git(repository.root).raw(['for-each-ref', '--format=%(refname)', `refs/heads/${name}`])
  return found.split('\n').includes(`refs/heads/${name}`)
}

/** Makes the branch from `parent` with one commit and gives its id. Rejects where there is such a branch by now. */
export async function commitOnBranch(
  repository: Repository,
  { name, parent, message, edits }: { name: string; parent: string; message: string; edits: Edits },
): Promise<string> {
  const { root, prefix } = repository
  const blobs = new Map<string, string | undefined>()
  for (const [file, text] of edits)
    blobs.set(
      prefix + file,
      text === undefined
        ? undefined
        : await ask(root, ['hash-object', '-w', '--stdin', '--no-filters'], text),
    )
  const tree = await edited(root, await ask(root, ['rev-parse', `${parent}^{tree}`]), blobs)
  if (tree === undefined) throw new Error('a commit without any file')
  const commit = await ask(root, ['commit-tree', tree, '-p', parent], message)
  await ask(root, ['update-ref', `refs/heads/${name}`, commit, '0'.repeat(commit.length)])
  return commit
}

/** A tree with the blobs in it, and without those that are undefined; undefined where nothing is left. */
async function edited(
  root: string,
  tree: string | undefined,
  blobs: ReadonlyMap<string, string | undefined>,
): Promise<string | undefined> {
  const entries = new Map<string, string>()
  const listing = tree === undefined ? '' : await git(root).raw(['ls-tree', '-z', tree])
  for (const entry of listing.split('\0').filter((line) => line !== ''))
    entries.set(entry.slice(entry.indexOf('\t') + 1), entry.slice(0, entry.indexOf('\t')))
  const below = new Map<string, Map<string, string | undefined>>()
  for (const [path, blob] of blobs) {
    const slash = path.indexOf('/')
    const name = slash < 0 ? path : path.slice(0, slash)
    if (slash >= 0)
      below.set(
        name,
        (below.get(name) ?? new Map<string, string | undefined>()).set(path.slice(slash + 1), blob),
      )
    else if (blob === undefined) entries.delete(name)
    else
      entries.set(
        name,
        `${entries.get(name)?.startsWith('100755') === true ? '100755' : '100644'} blob ${blob}`,
      )
  }
  for (const [name, inner] of below) {
    const [, type, id] = entries.get(name)?.split(' ') ?? []
    const made = await edited(root, type === 'tree' ? id : undefined, inner)
    if (made === undefined) entries.delete(name)
    else entries.set(name, `040000 tree ${made}`)
  }
  if (entries.size === 0) return undefined
  const lines = [...entries].map(([name, entry]) => `${entry}\t${name}\0`).join('')
  return ask(root, ['mktree', '-z'], lines)
}

async function ask(root: string, args: string[], input?: string): Promise<string> {
  return (await git(root, input).raw(args)).trim()
}
