/**
 * What rolecall asks of git: which commit this is, and what a file said at another commit.
 * Nothing here writes. A repository is somebody else's data: no hook, monitor or inherited GIT_* variable of it may
 * decide what runs or where we look (simple-git drops the variables, the settings below switch off the rest).
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SimpleGit } from 'simple-git'
import { parseBatch } from './batch.ts'
import { heardOut, type GitSetting } from './call.ts'
import { program } from './program.ts'

/** A git working tree, seen from the workspace inside it. */
export interface Repository {
  /** Absolute path of the working tree. */
  readonly root: string
  /** Path of the workspace below it: '' or 'access/live/'. */
  readonly prefix: string
  /** The history was cut off (or grafted), so what was declared earlier cannot be seen. */
  readonly shallow: boolean
}

/** A file as a commit has it; `file` is relative to the workspace, as in every diagnostic. */
export interface CommittedFile {
  readonly file: string
  /** Of its content. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** A name that could be taken for an option, or that names nothing. */
export class UnknownRef extends Error {
  override name = 'UnknownRef'
}

/** Content that this clone does not have. */
export class MissingContent extends Error {
  override name = 'MissingContent'
}

/** The repository that holds `directory`; undefined outside of git and where there is no git program. */
export async function openRepository(directory: string): Promise<Repository | undefined> {
  try {
    const answer = await git(directory).raw([
      'rev-parse',
      '--show-toplevel',
      '--show-prefix',
      '--is-shallow-repository',
      '--git-path',
      'info/grafts',
    ])
    const [root, prefix, shallow, grafts = ''] = answer.split('\n')
    if (root === undefined || root === '') return undefined
    const isGrafted = grafts !== '' && existsSync(resolve(directory, grafts))
    return { root: resolve(root), prefix: prefix ?? '', shallow: shallow === 'true' || isGrafted }
  } catch {
    return undefined
  }
}

/** The full id of the commit that `ref` names. Throws UnknownRef. */
export async function commitOf(repository: Repository, ref: string): Promise<string> {
  if (ref.startsWith('-')) throw new UnknownRef(`"${ref}" is not the name of a branch, tag or commit.`)
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]
    const id = (await git(repository.root).raw(args)).trim()
    if (/^[0-9a-f]{40,64}$/.test(id)) return id
  } catch {
    // told below: git's own words for it are "fatal: Needed a single revision"
  }
  throw new UnknownRef(`git knows no branch, tag or commit "${ref}".`)
}

/** The same of several, by one process: undefined for what names no commit, and for all where git gives no answer. */
export async function commitsOf(
  repository: Repository,
  refs: readonly string[],
): Promise<readonly (string | undefined)[]> {
  // a line of the request is one name
  const asked = refs.map((ref) => `${ref.includes('\n') ? '' : ref}^{commit}\n`).join('')
  const answer = await git(repository.root, asked)
    .raw(['cat-file', '--batch-check'])
    .catch(() => '')
  const lines = answer.split('\n')
  return refs.map((_, index) => /^([0-9a-f]{40,64}) commit \d+$/.exec(lines[index] ?? '')?.[1])
}

/**
 * The commit before `commit`, if that is part of `branch` (both are ids); undefined for one that is yet to be merged, and
 * for the first.
 */
export async function mergedBefore(
  repository: Repository,
  commit: string,
  branch: string,
): Promise<string | undefined> {
  try {
    const base = (await git(repository.root).raw(['merge-base', commit, branch])).trim()
    return base === commit ? await commitOf(repository, `${commit}^1`) : undefined
  } catch (error) {
    if (error instanceof UnknownRef) return undefined
    throw error
  }
}

/** Whether a commit is `later` itself or comes before it. What this clone does not have is none. */
export async function isAncestor(repository: Repository, earlier: string, later: string): Promise<boolean> {
  try {
    const base = await git(repository.root).raw(['merge-base', '--end-of-options', earlier, later])
    return base.trim() === earlier
  } catch {
    return false
  }
}

/** The first parent of a commit; undefined for the very first one. */
export async function parentOf(repository: Repository, commit: string): Promise<string | undefined> {
  return commitOf(repository, `${commit}^`).catch(() => undefined)
}

/**
 * The files that `wanted` picks (by path relative to the workspace) as `commit` has them, sorted by path.
 * Symbolic links and submodules are left out: their content lies elsewhere. Two processes, however many files, and one where
 * that commit was the last to be asked for. Throws MissingContent in a partial clone.
 */
export async function filesAt(
  repository: Repository,
  commit: string,
  wanted: (file: string) => boolean,
): Promise<CommittedFile[]> {
  const names = (await listing(repository, commit)).filter(wanted).sort()
  if (names.length === 0) return []
  const asked = names.map((name) => `${commit}:${repository.prefix}${name}\n`).join('')
  const answer: unknown = await git(repository.root, asked)
    .binaryCatFile(['--batch'])
    .catch((error: unknown) => {
      throw String(error).includes('promisor') ? new MissingContent() : error
    })
  const objects = answer instanceof Uint8Array ? parseBatch(answer, names.length) : undefined
  if (objects === undefined) throw new UnknownRef(`git did not answer for commit ${commit}.`)
  return names.map((file, index) => {
    const object = objects[index]
    if (object?.type !== 'blob') throw new UnknownRef(`git did not give the content of ${file}.`)
    return { file, id: object.id, bytes: object.bytes }
  })
}

/** What was listed last: of one commit first the settings are asked for, and then what these say. */
const listed = new WeakMap<Repository, { readonly commit: string; readonly files: Promise<string[]> }>()

function listing(repository: Repository, commit: string): Promise<string[]> {
  const last = listed.get(repository)
  if (last?.commit === commit) return last.files
  const files = filesIn(repository, commit)
  listed.set(repository, { commit, files })
  return files
}

/** Regular files of the commit below the workspace. `-z`, so that no name is quoted. */
async function filesIn(repository: Repository, commit: string): Promise<string[]> {
  const tree = repository.prefix === '' ? commit : `${commit}:${repository.prefix.replace(/\/$/, '')}`
  const entries = await git(repository.root)
    .raw(['ls-tree', '-r', '-z', '--full-tree', tree])
    .catch(() => '')
  return entries
    .split('\0')
    .filter((entry) => entry.startsWith('100'))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1))
    .filter((name) => !name.includes('\n')) // a line of the request below is one name
}

/**
 * What a repository's own configuration may not decide. No transport: in a partial clone git would fetch what is missing
 * by itself, and wait for a password. No replaced objects: history is what the branch says, not what a clone pretends.
 */
export const closed: readonly GitSetting[] = [
  { key: 'core.fsmonitor', value: 'false' },
  { key: 'core.hooksPath', value: '/dev/null' },
  { key: 'core.quotePath', value: 'false' },
  { key: 'core.useReplaceRefs', value: 'false' },
  { key: 'protocol.allow', value: 'never' },
  { key: 'log.showSignature', value: 'false' },
  { key: 'log.follow', value: 'false' },
]

/** The git program in a directory; `input` is what it reads. */
export function git(directory: string, input?: string): SimpleGit {
  return program({
    baseDir: directory,
    config: closed.map(({ key, value }) => `${key}=${value}`),
    // These values switch something off; simple-git guards the keys because another value would run a program.
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true, allowUnsafeProtocolOverride: true },
    timeout: { block: 60_000 },
    ...heardOut,
    ...(input === undefined ? {} : { input: () => input }),
  })
}
