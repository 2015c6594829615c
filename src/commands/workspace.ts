/**
 * From the working directory to a workspace without errors: which files count, and as of which commit.
 *
 * With a protected ref, what decides over credentials and guards (System, Settings, Guardrail, Acceptance) counts
 * only from there, so that a pull request cannot point a system at another host or accept its own finding.
 */
import { posix } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { ruleReading } from '../cel/open.ts'
import {
  commitOf,
  commitsOf,
  filesAt,
  mergedBefore,
  MissingContent,
  openRepository,
  UnknownRef,
  type CommittedFile,
  type Repository,
} from '../git/repository.ts'
import { uncommitted } from '../git/status.ts'
import { decode } from '../manifest/bytes.ts'
import type { Connectors, Source } from '../manifest/document.ts'
import { editedSystems } from '../manifest/edited.ts'
import { findRoot, loadSources, rootFile } from '../manifest/load.ts'
import { parseOnce } from '../manifest/parse.ts'
import { manifestsOf, type Manifests, type Reading } from '../manifest/read.ts'
import { withRests } from '../manifest/steps.ts'
import { systemsAhead } from '../manifest/systems-ahead.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { SystemAlone, Workspace } from '../model/workspace.ts'
import { withFormerAnchors } from './anchors.ts'
import { exit, Fault, InvalidManifests } from './exit.ts'

interface LoadOptions {
  readonly cwd: string
  readonly now: Date
  readonly connectors: Connectors
  /** Instead of the one that Settings name. */
  readonly protectedRef?: string
  /** `declared`: what stands in the working tree; `protected`: all of it as the protected ref has it (drift). */
  readonly compare: 'declared' | 'protected'
  /** Told the systems as soon as they are known, while the rest is still being read; not where anything of them is at fault. */
  readonly onSystems?: (systems: readonly SystemAlone[], root: string) => Promise<void>
}

export interface Loaded {
  readonly workspace: Workspace
  /** Warnings and hints; a workspace with errors is not handed on. */
  readonly diagnostics: readonly Diagnostic[]
  /** The commit of the manifests: only where git was asked and nothing is uncommitted. */
  readonly commit?: string
  /** Manifest files that no commit has. */
  readonly uncommitted: readonly string[]
  /** Systems that the protected ref does not have yet. */
  readonly afterMerge: readonly string[]
  /** Systems for which other documents will count once the change at hand is merged: it has no intent for them. */
  readonly edited: readonly string[]
  /** Where the protected branch is, for what it said earlier; absent without a protected ref. */
  readonly branch?: ProtectedBranch
  /** The same manifests on another day. */
  readonly on: (day: string) => Pick<Reading, 'workspace' | 'diagnostics'>
  readonly turns: Manifests['turns']
}

export interface ProtectedBranch {
  readonly repository: Repository
  readonly ref: string
  /** Its newest commit, and where the manifests lie there. */
  readonly head: string
  readonly folder: string
  /** What it said just before the last merge, where the manifests at hand are that merge. */
  readonly before?: string
}

/** Throws InvalidManifests with all diagnostics, and Fault where there is no workspace or git cannot answer. */
export async function loadWorkspace(options: LoadOptions): Promise<Loaded> {
  const root = await rootOf(options.cwd)
  const { sources, diagnostics } = await loadSources(root)
  if (diagnostics.some(isError)) throw new InvalidManifests(diagnostics)
  const ref = options.protectedRef ?? settingOf(sources, 'protectedRef')
  if (ref === undefined) {
    await options.onSystems?.(systemsAhead(sources, options.connectors), root)
    return { ...(await read(root, sources, options)), uncommitted: [], afterMerge: [], edited: [] }
  }
  return await loadProtected(root, sources, ref, options)
}

/**
 * The manifests as one commit has them, every document of it, as they count on the day of `now`. Throws as `loadWorkspace`;
 * where git cannot answer, with exit 4.
 */
export async function workspaceAt(
  ref: string,
  options: Pick<LoadOptions, 'cwd' | 'now' | 'connectors'>,
): Promise<{ readonly workspace: Workspace; readonly commit: string }> {
  const root = await rootOf(options.cwd)
  const repository = await openRepository(root)
  if (repository === undefined)
    throw new Fault(
      exit.unknown,
      `The commit "${ref}" cannot be read: ${root} is not in a git repository, or there is no git program.`,
      'Run in a clone of the repository.',
    )
  const id = await commit(repository, ref, 'Fetch it, or name another.')
  const sources = await fromWholeClone(() => sourcesAt(repository, id))
  const { workspace } = await read(root, sources, options)
  return { workspace, commit: id }
}

/** The folder of `rolecall.yaml`. */
export async function rootOf(cwd: string): Promise<string> {
  const root = await findRoot(cwd)
  if (root !== undefined) return root
  throw new Fault(
    exit.fault,
    `There is no ${rootFile} in ${cwd} or above it, up to the root of the git repository.`,
    'Go to the repository, name it with -C DIR, or write a first one with rolecall init.',
  )
}

async function loadProtected(
  root: string,
  sources: readonly Source[],
  ref: string,
  options: LoadOptions,
): Promise<Loaded> {
  const repository = await repositoryOf(root, ref)
  const [found, here, parent] = await commitsOf(repository, [ref, 'HEAD', `${ref}^{commit}^1`])
  const head = found ?? (await commit(repository, ref))
  const protectedSources = await sourcesAt(repository, head)
  await options.onSystems?.(systemsAhead(protectedSources, options.connectors), root)
  const open = await uncommitted(repository, [rootFile, accessOf(sources)])
  const compared = options.compare === 'protected' ? protectedSources : sources
  const at = options.compare === 'protected' ? head : (here ?? (await commit(repository, 'HEAD')))
  const isClean = options.compare === 'protected' || open.length === 0
  const known = new Set(systemNames(protectedSources))
  const manifests = await read(root, compared, options, protectedSources)
  const before = at === found ? parent : await mergedBefore(repository, at, head)
  const earlier = before === undefined ? [] : await systemFilesAt(repository, before)
  const anchored = (workspace: Workspace): Workspace => withFormerAnchors(workspace, [compared, earlier])
  return {
    ...manifests,
    workspace: anchored(manifests.workspace),
    on: (day) => {
      const { workspace, diagnostics } = manifests.on(day)
      return { workspace: workspace && anchored(workspace), diagnostics }
    },
    ...(isClean ? { commit: at } : {}),
    uncommitted: open,
    afterMerge: systemNames(sources).filter((name) => !known.has(name)),
    branch: {
      ...{ repository, ref, head, folder: accessOf(protectedSources) },
      ...(before === undefined ? {} : { before }),
    },
    edited: editedSystems(compared, protectedSources, [...known]),
  }
}

async function read(
  root: string,
  sources: readonly Source[],
  { now, connectors }: Pick<LoadOptions, 'now' | 'connectors'>,
  protectedSources?: readonly Source[],
): Promise<Pick<Loaded, 'workspace' | 'diagnostics' | 'on' | 'turns'>> {
  const asked = {
    root,
    connectors,
    ...(protectedSources === undefined ? {} : { protectedSources }),
    ...(await ruleReading([...sources, ...(protectedSources ?? [])], connectors)),
  }
  const manifests = await withRests(manifestsOf(sources, asked), rest)
  const { workspace, diagnostics } = await withRests(manifests.reading(now.toISOString().slice(0, 10)), rest)
  if (workspace === undefined) throw new InvalidManifests(diagnostics)
  return { ...manifests, workspace, diagnostics }
}

/** What came in meanwhile is taken. */
function rest(): Promise<void> {
  return setImmediate()
}

export async function repositoryOf(root: string, ref: string): Promise<Repository> {
  const repository = await openRepository(root)
  if (repository === undefined) {
    throw new Fault(
      exit.unknown,
      `The protected ref "${ref}" cannot be read: ${root} is not in a git repository, or there is no git program.`,
      'Run in a clone of the repository, or take protectedRef out of Settings.',
    )
  }
  if (repository.shallow) {
    throw new Fault(
      exit.unknown,
      'This is a shallow clone, so what was declared earlier cannot be seen.',
      'Fetch all of the history: "git fetch --unshallow", or "fetch-depth: 0" for actions/checkout.',
    )
  }
  return repository
}

async function commit(
  repository: Repository,
  ref: string,
  fix = 'Fetch it, or name another with --protected-ref.',
): Promise<string> {
  try {
    return await commitOf(repository, ref)
  } catch (error) {
    if (!(error instanceof UnknownRef)) throw error
    throw new Fault(exit.unknown, error.message, fix)
  }
}

/** `rolecall.yaml` and the manifests as the commit has them. */
export async function sourcesAt(repository: Repository, id: string): Promise<Source[]> {
  const settings = await filesAt(repository, id, (file) => file === rootFile)
  if (settings.length === 0) {
    throw new Fault(
      exit.unknown,
      `The commit ${id.slice(0, 12)} has no ${rootFile} here, so no system of it counts.`,
      'Merge it first, or name another commit: --protected-ref HEAD counts the one at hand.',
    )
  }
  const first = settings.map(toSource)
  const access = `${accessOf(first)}/`
  const manifests = await filesAt(repository, id, (file) => file.startsWith(access) && isManifest(file))
  return [...first, ...manifests.map(toSource)]
}

/** What may hold a System at a commit of the branch; none for one that this clone does not have. */
export async function systemFilesOf(
  { repository, head, before }: ProtectedBranch,
  id: string,
): Promise<Source[]> {
  const known = id === head || id === before ? id : await commitOf(repository, id).catch(() => undefined)
  return known === undefined ? [] : await systemFilesAt(repository, known)
}

/** What `work` gives where the clone has all that it asks git for; a partial one is told what to do. */
export async function fromWholeClone<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MissingContent)) throw error
    throw new Fault(
      exit.unknown,
      'This clone is partial: git left out what files said earlier, so what was declared then cannot be seen.',
      'Clone without --filter, or fetch the rest: "git fetch --refetch --no-filter".',
    )
  }
}

/** What may hold a System at an earlier commit; none where there was no workspace yet. */
async function systemFilesAt(repository: Repository, id: string): Promise<Source[]> {
  const files = await fromWholeClone(() => filesAt(repository, id, (file) => isManifest(file)))
  return files.flatMap(({ file, bytes }) => {
    const decoded = decode(file, bytes)
    return 'fault' in decoded || !decoded.text.includes('anchors') ? [] : [{ file, text: decoded.text }]
  })
}

function toSource({ file, bytes }: CommittedFile): Source {
  const decoded = decode(file, bytes)
  if ('fault' in decoded) throw new InvalidManifests([decoded.fault])
  return { file, text: decoded.text }
}

/** As the loader of the working tree picks files: YAML, and nothing hidden. */
export function isManifest(file: string): boolean {
  return /\.ya?ml$/i.test(file) && !file.split('/').some((part) => part.startsWith('.'))
}

export function accessOf(sources: readonly Source[]): string {
  return posix.normalize(settingOf(sources, 'access') ?? 'access').replace(/\/$/, '')
}

/** One text of `Settings.spec`, before it is known whether the manifests are valid: it decides what is read. */
function settingOf(sources: readonly Source[], key: string): string | undefined {
  const settings = sources.filter(({ file }) => file === rootFile)
  for (const { value } of parseOnce(settings).documents) {
    const spec = value['kind'] === 'Settings' ? value['spec'] : undefined
    const found =
      typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? Object.entries(spec) : []
    const setting: unknown = found.find(([name]) => name === key)?.[1]
    if (typeof setting === 'string' && setting !== '') return setting
  }
  return undefined
}

/** Only files that can hold a System are parsed for it: there may be 100,000 others. */
function systemNames(sources: readonly Source[]): string[] {
  const candidates = sources.filter(({ text }) => /kind['"]?\s*:\s*['"]?System\b/.test(text))
  return parseOnce(candidates)
    .documents.flatMap(({ value }) => {
      const metadata = value['kind'] === 'System' ? value['metadata'] : undefined
      const name =
        typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata['name'] : undefined
      return typeof name === 'string' ? [name] : []
    })
    .sort()
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}
