/**
 * What the protected branch knows of live things that nobody declares: who declared them, and which commit took them
 * out. A ledger that was lost is rebuilt from this; one that is whole asks only for what came since.
 */
import { descentOf, type Commit } from '../git/history.ts'
import type { Source } from '../manifest/document.ts'
import { parseOnce } from '../manifest/parse.ts'
import { readManifests } from '../manifest/read.ts'
import type { LastSeen } from '../ledger/ledger.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { collectionOf, kinds, refKey, type Resource } from '../model/resource.ts'
import type { SystemConfig } from '../model/workspace.ts'
import { byCommit, ignoring, indexInventory } from '../plan/ownership.ts'
import { rebuilt, undeclared, wordsOf, type Past } from '../plan/past.ts'
import { isWholeRead } from '../plan/census.ts'
import { descriptions } from '../systems/registry.ts'
import type { Connector, Observation } from '../connector/contract.ts'
import { revisions, type Revision } from './revisions.ts'
import { fromWholeClone, type ProtectedBranch } from './workspace.ts'

/** One system whose live side was read. */
interface Looked {
  readonly config: SystemConfig
  readonly connector: Pick<Connector, 'description'>
  readonly observation: Observation
  readonly desired: DesiredGraph
  readonly inventory: readonly InventoryEntry[]
  readonly lastSeen?: LastSeen | undefined
}

/** By system. Where nothing is undeclared, git is not asked. Throws Fault where the clone cannot answer. */
export async function lookBack(
  branch: ProtectedBranch,
  systems: readonly Looked[],
  { root, now }: { readonly root: string; readonly now: Date },
): Promise<ReadonlyMap<string, Past>> {
  const searches = await Promise.all(systems.map((system) => searchOf(system, branch)))
  const together = new Map<string, Search[]>()
  for (const search of searches) {
    if (search.open.length === 0 || search.since === 'nothing') continue
    const key = search.since === undefined ? '' : `${search.since.commit} ${search.since.at}`
    together.set(key, [...(together.get(key) ?? []), search])
  }
  await fromWholeClone(async () => {
    for (const group of together.values()) await walk(group, branch, { root, now })
  })
  return new Map(searches.map((search) => [search.system.config.name, search.past]))
}

/** Where the history is asked from: all of it, from a commit on, or not at all. */
type Since = { readonly commit: string; readonly at: string } | 'nothing' | undefined

interface Search {
  readonly system: Looked
  readonly since: Since
  /** What is still to be explained. */
  open: readonly Candidate[]
  readonly past: Past & {
    readonly rebuilt: InventoryEntry[]
    readonly handedBack: InventoryEntry[]
    readonly grounds: Map<string, string>
    readonly unclear: Map<string, string>
  }
}

interface Candidate {
  readonly live: Resource
  readonly words: readonly string[]
  /** What the ledger has of it. */
  readonly entry: InventoryEntry | undefined
}

async function searchOf(system: Looked, { repository, head }: ProtectedBranch): Promise<Search> {
  const { config, connector, observation, desired, inventory, lastSeen } = system
  const index = indexInventory(inventory)
  const sides = { config, description: connector.description, desired, actual: observation.graph }
  const open = undeclared(sides, inventory).map((live) => ({
    live,
    words: wordsOf(live),
    entry: index.of(live),
  }))
  const { since, rewritten } =
    open.length === 0 ? { since: undefined, rewritten: undefined } : await sinceOf(lastSeen, repository, head)
  return {
    ...{ system, open, since },
    past: {
      commit: head,
      whole: isWholeRead(observation, connector.description),
      ...{ rebuilt: [], handedBack: [], grounds: new Map(), unclear: new Map() },
      ...(rewritten === undefined ? {} : { rewritten }),
    },
  }
}

/** What was taken out before the last run is in the inventory, or is over: only what came since is asked. */
async function sinceOf(
  lastSeen: LastSeen | undefined,
  repository: ProtectedBranch['repository'],
  head: string,
): Promise<{ since: Since; rewritten?: string }> {
  if (lastSeen?.commit === undefined) return { since: undefined }
  const { commit, at } = lastSeen
  const descent = await descentOf(repository, commit, head)
  if (descent.how === 'ancestor') return { since: { commit, at } }
  if (descent.how === 'beside') return { since: { commit: descent.from, at }, rewritten: commit }
  return { since: 'nothing', rewritten: commit }
}

async function walk(
  searches: readonly Search[],
  branch: ProtectedBranch,
  { root, now }: { readonly root: string; readonly now: Date },
): Promise<void> {
  const [{ since } = { since: undefined }] = searches
  if (since === 'nothing') return
  const wanted = new Set(searches.flatMap(({ open }) => open.flatMap(({ words }) => words)))
  for await (const revision of revisions(branch, { since, wanted, now })) {
    const ignored = ignoredBy(revision)
    for (const search of searches) handBack(search, ignored)
    if (searches.some(({ open }) => open.some(({ words }) => revision.mentions(words))))
      ask(searches, revision, root)
    if (searches.every(({ open }) => open.length === 0)) return
  }
}

/** `System.ignore` says of a thing that it is not rolecall's: what was declared before that is over. */
function handBack(search: Search, ignored: ReturnType<typeof ignoredBy>): void {
  const { config, connector } = search.system
  const patterns = ignored.get(config.name)
  if (patterns === undefined) return
  const isIgnored = ignoring({ ...config, ignore: patterns }, connector.description)
  search.open = search.open.filter(({ live, entry }) => {
    if (!isIgnored(live.ref)) return true
    if (entry) search.past.handedBack.push(entry)
    return false
  })
}

/** What is named somewhere in this state is looked for in what it declared, on each day on which that differed. */
function ask(searches: readonly Search[], revision: Revision, root: string): void {
  const sources = revision.sources()
  for (const day of daysOf(revision, sources ?? [])) {
    const named = searches.map((search) => search.open.filter(({ words }) => revision.mentions(words)))
    if (named.every((some) => some.length === 0)) return
    const desired = sources && declaredIn(sources, day, root)
    searches.forEach((search, index) => {
      for (const candidate of named[index] ?? []) explain(search, candidate, { revision, desired, day })
    })
    if (desired === undefined) return
  }
}

interface Answer {
  readonly revision: Revision
  /** Undefined where its manifests cannot be read by this version. */
  readonly desired: ReadonlyMap<string, DesiredGraph> | undefined
  readonly day: string
}

function explain(search: Search, candidate: Candidate, { revision, desired, day }: Answer): void {
  const { live, entry } = candidate
  const { past } = search
  const name = refKey(live.ref)
  if (desired === undefined) {
    if (!past.unclear.has(name)) past.unclear.set(name, revision.commit.id)
    return
  }
  const wish = desired.get(search.system.config.name)?.wishes[live.ref.kind].get(live.ref.key)
  if (wish === undefined) return
  search.open = search.open.filter((one) => one !== candidate)
  past.unclear.delete(name)
  past.grounds.set(name, groundOf(revision, day))
  const by = revision.endedBy ?? revision.commit
  if (entry === undefined) past.rebuilt.push(rebuilt(live, wish, byCommit(by.id)))
}

/** The end of a sentence that begins with "no longer declared;". */
function groundOf({ commit, endedBy, to }: Revision, day: string): string {
  if (endedBy !== undefined) return `taken out by commit ${titled(endedBy)}`
  return day === dayOf(to)
    ? 'the protected branch still declares it'
    : `its days are over, in what commit ${titled(commit)} declares`
}

/** Id and subject, which is somebody's text: bounded here, encoded by who shows it. */
function titled({ id, subject }: Commit): string {
  const all = Array.from(subject ?? '')
  const short = all.length > 60 ? `${all.slice(0, 59).join('')}…` : all.join('')
  return short === '' ? id.slice(0, 12) : `${id.slice(0, 12)} "${short}"`
}

function declaredIn(
  sources: readonly Source[],
  today: string,
  root: string,
): ReadonlyMap<string, DesiredGraph> | undefined {
  return readManifests(sources, { root, today, connectors: descriptions, parse: parseOnce }).workspace
    ?.desired
}

/**
 * The days that tell all that a state ever declared: its last (today, for the one that holds), its first, and each day
 * between that stands in it. What a date has ended was declared until then.
 */
function daysOf({ from, to }: Revision, sources: readonly Source[]): readonly string[] {
  const [first, last] = [dayOf(from), dayOf(to)]
  const between = new Set(sources.flatMap(datesIn).filter((day) => day > first && day < last))
  return [...new Set([last, first, ...[...between].sort()])]
}

const dates = new WeakMap<Source, readonly string[]>()

function datesIn(source: Source): readonly string[] {
  const known = dates.get(source) ?? source.text.match(/\b\d{4}-\d\d-\d\d\b/g) ?? []
  dates.set(source, known)
  return known
}

function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** What each System of a state leaves alone. */
function ignoredBy(revision: Revision): ReadonlyMap<string, SystemConfig['ignore']> {
  return new Map(
    parseOnce(revision.systems()).documents.flatMap(({ value }) => {
      const [metadata, spec] = [value['metadata'], value['spec']].map(objectOf)
      const ignore = objectOf(spec?.['ignore'])
      if (value['kind'] !== 'System' || typeof metadata?.['name'] !== 'string' || ignore === undefined)
        return []
      const patterns = kinds.map((kind) => [kind, textsOf(ignore[collectionOf[kind]])] as const)
      return [[metadata['name'], Object.fromEntries(patterns)] as const]
    }),
  )
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
