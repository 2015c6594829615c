/**
 * A repository of our own in a temporary folder, from which a remote of the user's clone is reached. The clone keeps its
 * refs, its FETCH_HEAD, its objects and its whole history: what is fetched here may be shallow, so that a runner that
 * was started a minute ago does not fetch years of history.
 */
import {
  catFile,
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
import { makeFolder, removeFolder } from './temporary.ts'

export interface Outpost {
  /** Runs git there. Rejects with GitUnreachable. */
  run(args: readonly string[], input?: string): Promise<string>
  /** Objects by name, one a line. */
  objects(input: string): Promise<Uint8Array>
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
    return {
      run: (args, input) => git(args, input === undefined ? ready : { ...ready, input }),
      objects: (input) => catFile({ ...ready, input }),
      close: () => removeFolder(home),
    }
  } catch (error) {
    await removeFolder(home)
    throw error
  }
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
