/** The whole way from text to desired graphs, and all diagnostics of the run. Every command starts here. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { RuleReader } from '../model/rule.ts'
import type { Settings, Workspace } from '../model/workspace.ts'
import { contents } from './content.ts'
import type { Connectors, Manifest, Problem, RawDocument, Source } from './document.ts'
import { governingDocuments, governs, labelsOfPeople } from './governing.ts'
import { identityProblems } from './identity.ts'
import { locate } from './locate.ts'
import { lostDocuments } from './lost.ts'
import { parsing, type Parsed } from './parse.ts'
import { reporter, type Reporter } from './place.ts'
import { resolving } from './resolve.ts'
import { readSettings } from './settings.ts'
import { atOnce, type Steps } from './steps.ts'
import { turnsOf } from './turns.ts'
import { uniqueManifests } from './unique.ts'
import { validateDocuments, validating } from './validate.ts'

export interface ReadOptions {
  /** Absolute path of the folder of `rolecall.yaml`. */
  readonly root: string
  /** The UTC day on which dates are judged, `YYYY-MM-DD`. */
  readonly today: string
  readonly connectors: Connectors
  /** The files as the protected branch has them: System, Settings, Guardrail and Acceptance count only from there. */
  readonly protectedSources?: readonly Source[]
  /** Reads the rules of Guardrails; without it they stay unread, and a plan that they would judge is refused. */
  readonly rules?: RuleReader
  /** Instead of parsing each source: for who reads many states of a repository that have most files in common. */
  readonly parse?: (sources: readonly Source[]) => Parsed
}

/** What the manifests say on one day. With an error there is no workspace. */
export interface Reading {
  readonly workspace: Workspace | undefined
  readonly diagnostics: Diagnostic[]
}

/**
 * parse → upgrade → validate → normalize → resolve → lint. A document at fault is left out of the later stages and
 * the others go on, so that one run shows as much as it can.
 */
export function readManifests(sources: readonly Source[], options: ReadOptions): Reading {
  return atOnce(atOnce(manifestsOf(sources, options)).reading(options.today))
}

/** Manifests that were read and checked once, and can be asked what they say on any day. */
export interface Manifests {
  /** In steps. */
  readonly reading: (today: string) => Steps<Reading>
  /** The same for another day, of which only what would be at fault is told: it was not asked for advice. */
  readonly on: (day: string) => Reading
  /** The days on which they may say something else than the day before, sorted; of the documents that are `wanted`. */
  readonly turns: (wanted?: (document: string) => boolean) => readonly string[]
}

export function* manifestsOf(
  sources: readonly Source[],
  options: Omit<ReadOptions, 'today'>,
): Steps<Manifests> {
  const first = reporter()
  const read = yield* readSources(sources, options, first)
  const settings = readSettings(read.ruling, options.protectedSources ?? sources, read.lost, first)
  const known = { read, settings, problems: first.problems, options }
  return {
    reading: function* (today) {
      const { lint, problems, readingOf } = yield* dayOf(today, known)
      yield* lint()
      return readingOf(problems())
    },
    on: (day) => {
      const { problems, readingOf } = atOnce(dayOf(day, known))
      return readingOf(problems().filter(({ severity }) => severity === 'error'))
    },
    turns: (wanted = () => true) =>
      turnsOf(
        read.manifests.filter(({ kind, metadata }) => wanted(`${kind}/${metadata.name}`)),
        settings.grace,
      ),
  }
}

/** One day, with what can be said of it: the places of it are looked up for what is told, and that is not cheap. */
interface Day {
  readonly lint: () => Steps<void>
  readonly problems: () => readonly Problem[]
  readonly readingOf: (told: readonly Problem[]) => Reading
}

interface Known {
  readonly read: Read
  readonly settings: Settings
  readonly problems: readonly Problem[]
  readonly options: Omit<ReadOptions, 'today'>
}

function* dayOf(today: string, { read, settings, problems, options }: Known): Steps<Day> {
  const report = reporter()
  const { systems, desired, lint, ...resolved } = yield* resolving({
    manifests: read.manifests,
    connectors: options.connectors,
    today,
    grace: settings.grace,
    report,
    lost: read.lost,
    isProtected: (system) => options.protectedSources !== undefined && !read.pending.has(system),
    labelsOf: labelsOfPeople(read.ruling, read.documents, options.protectedSources),
    rules: options.rules,
  })
  const readingOf = (told: readonly Problem[]): Reading => {
    const diagnostics = locate(told)
    if (diagnostics.some(({ severity }) => severity === 'error')) return { workspace: undefined, diagnostics }
    const workspace: Workspace = {
      root: options.root,
      settings,
      ...resolved,
      systems: without(systems, read.pending),
      desired: without(desired, read.pending),
      document: contents(read.manifests),
    }
    return { workspace, diagnostics }
  }
  return { lint, problems: () => [...read.problems, ...problems, ...report.problems], readingOf }
}

interface Read {
  /** What counts, one document for each kind and handle. */
  readonly manifests: readonly Manifest[]
  /** Those among which the governing ones count. */
  readonly ruling: readonly Manifest[]
  /** Systems that the protected branch lacks: they may be named, and nothing is planned for them before the merge. */
  readonly pending: ReadonlySet<string>
  /** What the files at hand hold. */
  readonly documents: readonly RawDocument[]
  readonly problems: readonly Problem[]
  readonly lost: ReturnType<typeof lostDocuments>
}

function* readSources(
  sources: readonly Source[],
  options: Omit<ReadOptions, 'today'>,
  report: Reporter,
): Steps<Read> {
  const { connectors, protectedSources } = options
  const parsed = options.parse?.(sources) ?? (yield* parsing(sources))
  const validated = yield* validating(parsed.documents, connectors)
  const own = uniqueManifests(validated.manifests, report)
  const problems = [...parsed.problems, ...validated.problems, ...identityProblems(own)]
  const { documents } = parsed
  if (!protectedSources) {
    const lost = lostDocuments(documents, validated.manifests, parsed.problems)
    return { manifests: own, ruling: own, pending: new Set(), documents, problems, lost }
  }

  const governing = governingDocuments(protectedSources, documents)
  const judged = validateDocuments(governing.documents, connectors)
  const ruling = uniqueManifests(judged.manifests, report)
  const pending = systemsBeside(own, ruling)
  const kept = own.filter((manifest) => !governs(manifest) || isPending(manifest, pending))
  return {
    manifests: [...kept, ...ruling],
    ruling,
    pending,
    documents,
    problems: [...problems, ...governing.problems, ...judged.problems],
    lost: lostDocuments(
      [...documents, ...governing.documents],
      [...validated.manifests, ...judged.manifests],
      [...parsed.problems, ...governing.problems],
    ),
  }
}

function systemsBeside(own: readonly Manifest[], ruling: readonly Manifest[]): ReadonlySet<string> {
  const known = new Set(systemNames(ruling))
  return new Set(systemNames(own).filter((name) => !known.has(name)))
}

function systemNames(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap(({ kind, metadata }) => (kind === 'System' ? [metadata.name] : []))
}

function isPending({ kind, metadata }: Manifest, pending: ReadonlySet<string>): boolean {
  return kind === 'System' && pending.has(metadata.name)
}

function without<T>(all: ReadonlyMap<string, T>, names: ReadonlySet<string>): ReadonlyMap<string, T> {
  return names.size === 0 ? all : new Map([...all].filter(([name]) => !names.has(name)))
}
