/**
 * A repository of our own in a temporary folder, from which a remote of the user's clone is reached. The clone keeps its
 * refs, its FETCH_HEAD, its objects and its whole history: what is fetched here may be shallow, so that a runner that
 * was started a minute ago does not fetch years of history.
 */
import { randomUUID } from 'node:crypto'
import { parseBatch, type BatchObject } from './batch.ts'
import {
  environment,
  git,
  GitUnreachable,
  isWay,
  settingsIn,
  silence as usual,
  type Environment,
  type GitSetting,
} from './call.ts'
import { openRepository } from './repository.ts'
import { Resident } from './resident.ts'
import { makeFolder, removeFolder } from './temporary.ts'

export interface Outpost {
  /** Runs git there. Rejects with GitUnreachable. */
  run(args: readonly string[]): Promise<string>
  /** Objects by name; undefined for one that is not there. All of them come from one process. */
  objects(names: readonly string[]): Promise<readonly (BatchObject | undefined)[]>
  /** Makes what a `commit` of fast-import with the mark 1 says, and gives its id. One process makes them all. */
  commit(text: string): Promise<string>
  close(): Promise<void>
}

/** There is no clone, or it has no such remote: nothing that waiting would mend. `fix` says what does. */
export class NoRemote extends Error {
  override name = 'NoRemote'
  readonly fix: string

  constructor(message: string, fix: string) {
    super(message)
    this.fix = fix
  }
}

/** What is reached, and from where. */
export interface RemotePlace {
  /** Where the clone is. */
  readonly directory: string
  readonly remote: string
  readonly env: Environment
  /** After so many milliseconds without a word git is given up. */
  readonly silence?: number
}

/** Opens one. Rejects with NoRemote or GitUnreachable. */
export async function openOutpost(place: RemotePlace): Promise<Outpost> {
  const { directory, remote, env: ambient, silence = usual } = place
  const clone = await openRepository(directory)
  if (clone === undefined)
    throw new NoRemote(
      `${directory} is not in a git repository, or there is no git program`,
      'Run `git init`, and `git remote add` with the address of a repository that all runners share.',
    )
  const passed = settingsIn(ambient).filter((setting) => isWay(setting, remote))
  const env = environment(ambient, passed)
  const configured = await settings({ directory: clone.root, env, silence })
  checkRemote(configured, remote, clone.root)

  const home = await makeFolder().catch((error: unknown) => {
    throw new GitUnreachable(`no temporary folder can be made: ${String(error)}`, { cause: error })
  })
  try {
    // Run where the clone is, for an address may be a path relative to it.
    const there = { directory: clone.root, env: { ...env, GIT_DIR: home }, silence }
    const format = configured.find(({ key }) => key === 'extensions.objectformat')?.value ?? 'sha1'
    await git(['init', '--bare', '--template=', `--object-format=${format}`], there)
    const everywhere = await settings(there)
    const own = beyond(configured, everywhere).filter((setting) => isWay(setting, remote))
    const ready = {
      directory: clone.root,
      env: unasked({ ...environment(ambient, [...passed, ...own]), GIT_DIR: home }, configured),
      silence,
    }
    const reading = new Resident(['cat-file', '--batch'], ready)
    const writing = new Resident(['fast-import', '--quiet', '--force'], ready)
    return {
      run: (args) => git(args, ready),
      objects: (names) => objectsOf(reading, names),
      commit: (text) => commitOf(writing, text),
      close: async () => {
        await Promise.all([reading.close(), writing.close()])
        await removeFolder(home)
      },
    }
  } catch (error) {
    await removeFolder(home)
    throw error
  }
}

async function objectsOf(
  reading: Resident,
  names: readonly string[],
): Promise<readonly (BatchObject | undefined)[]> {
  // what nobody can have named is missing, and says that all before it have come
  const last = randomUUID()
  const answer = await reading.ask([...names, last, ''].join('\n'), (end) =>
    end.endsWith(`${last} missing\n`),
  )
  const objects = parseBatch(answer, names.length)
  if (objects === undefined) throw new GitUnreachable('git did not give all of its files')
  return objects
}

/** What was made is there for other processes once the pack is closed, which the checkpoint does. */
async function commitOf(writing: Resident, text: string): Promise<string> {
  const answer = await writing.ask(`${text}checkpoint\nget-mark :1\n`, (end) => end.endsWith('\n'))
  const commit = Buffer.from(answer).toString('utf8').trim()
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw new GitUnreachable('git did not make a commit')
  return commit
}

async function settings(call: Parameters<typeof git>[1]): Promise<GitSetting[]> {
  const listed = await git(['config', '--list', '-z'], call)
  return listed
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n')
      return end < 0
        ? { key: entry, value: 'true' }
        : { key: entry.slice(0, end), value: entry.slice(end + 1) }
    })
}

/** A name that is no remote would be taken for an address, and an address can name a program. */
function checkRemote(configured: readonly GitSetting[], remote: string, root: string): void {
  const urls = (name: string): number =>
    configured.filter(({ key }) => key === `remote.${remote}.${name}`).length
  const remotes = configured.flatMap(({ key }) => /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? [])
  if (urls('url') === 0)
    throw new NoRemote(
      `the repository ${root} has no remote "${remote}"`,
      remotes.length === 0
        ? `Add the repository that all runners share: git remote add ${remote} URL.`
        : `Name one in Settings (spec.ledger.git.remote); there are: ${[...new Set(remotes)].join(', ')}.`,
    )
  if (urls('url') > 1 || urls('pushurl') > 1)
    throw new NoRemote(
      `the remote "${remote}" of ${root} is pushed to several addresses, and only one of them can hold the ledger`,
      'Name a remote with one address in Settings (spec.ledger.git.remote).',
    )
}

/** What the clone is told beyond what every repository of this user is told, in its order. */
function beyond(configured: readonly GitSetting[], everywhere: readonly GitSetting[]): GitSetting[] {
  const text = ({ key, value }: GitSetting): string => `${key}\n${value}`
  const left = new Map<string, number>()
  for (const setting of everywhere) left.set(text(setting), (left.get(text(setting)) ?? 0) + 1)
  return configured.filter((setting) => {
    const known = left.get(text(setting)) ?? 0
    if (known > 0) left.set(text(setting), known - 1)
    return known === 0
  })
}

/** ssh asks at the terminal whatever git was told; where the operator chose how it runs, that is left alone. */
function unasked(
  env: Readonly<Record<string, string>>,
  configured: readonly GitSetting[],
): Readonly<Record<string, string>> {
  const chosen =
    ['GIT_SSH', 'GIT_SSH_COMMAND', 'SSH_ASKPASS'].some((name) => env[name] !== undefined) ||
    configured.some(({ key }) => key === 'core.sshcommand')
  return chosen ? env : { ...env, GIT_SSH_COMMAND: 'ssh -oBatchMode=yes' }
}
