/**
 * The manifests of an undone run as they were before it, on a new branch: what takes it back in git as well. Each
 * document that the run's changes came from is put back, if nobody has changed it since.
 */
import { isDeepStrictEqual } from 'node:util'
import { sentBy, type SentSteps, type SentStep } from '../apply/journal.ts'
import { branchExists, commitOnBranch, isBranchName } from '../git/branch.ts'
import { commitOf, isAncestor, parentOf, type Repository } from '../git/repository.ts'
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts'
import type { Source } from '../manifest/document.ts'
import { readManifests } from '../manifest/read.ts'
import { documentsOf, withDocument, withMore, type WrittenDocument } from '../manifest/splice.ts'
import type { Workspace } from '../model/workspace.ts'
import { showRef } from '../model/resource.ts'
import type { Left } from '../plan/inverse.ts'
import { terminal } from '../render/encode.ts'
import { descriptions } from '../systems/registry.ts'
import type { Border } from './border.ts'
import { exit, Fault, type ExitCode } from './exit.ts'
import { repositoryOf, sourcesAt, type Loaded } from './workspace.ts'

export interface Reverting {
  /** Writes the branch, and says what it holds; `left` stays as the run made it. */
  write(left: readonly Left[], border: Border): Promise<ExitCode>
}

interface Asked {
  readonly record: RunRecord
  readonly sent: SentSteps
  readonly loaded: Loaded
  readonly ledger: LedgerReader
  /** Only these; empty is all. */
  readonly systems: readonly string[]
  readonly now: Date
}

/** Finds out, before anything is sent, whether the branch can be written at all. Throws Fault. */
export async function prepareBranch(name: string, asked: Asked): Promise<Reverting> {
  const { record, sent, loaded, ledger, systems, now } = asked
  const { root } = loaded.workspace
  if (record.commit === undefined) {
    throw new Fault(
      exit.unknown,
      `Run ${record.run} was not of a commit, so nobody knows what its manifests were before.`,
      'Take it back without --branch, and mend the manifests by hand.',
    )
  }
  const repository = await repositoryOf(root, record.commit)
  if (!(await isBranchName(repository, name)))
    throw new Fault(exit.fault, `"${name}" cannot be the name of a branch.`, 'Give --branch another one.')
  if (await branchExists(repository, name))
    throw new Fault(
      exit.fault,
      `There is a branch "${name}" already.`,
      'Give --branch the name of a new one.',
    )
  const to = await commitOf(repository, record.commit)
  const from = await commitBefore(repository, record, to, ledger)
  const steps = sent.steps.filter(
    ({ write, outcome }) =>
      outcome?.result !== 'failed' &&
      outcome?.result !== 'skipped' &&
      (systems.length === 0 || systems.includes(write.ref.system)),
  )
  return {
    write: async (left, border) => {
      const kept = new Set(left.map(({ step }) => step))
      const taken = steps.filter(({ id }) => !kept.has(id))
      return writeBranch({ repository, name, record, from, to, root, now }, taken, border)
    },
  }
}

/** The commit that was applied last before this one: of an earlier run, else its parent. */
async function commitBefore(
  repository: Repository,
  record: RunRecord,
  to: string,
  ledger: LedgerReader,
): Promise<string> {
  const runs = await ledger.runs(Number.MAX_SAFE_INTEGER)
  const systems = new Set(sentBy(await ledger.readJournal(record.run)).systems)
  for (const earlier of runs.slice(runs.findIndex(({ run }) => run === record.run) + 1)) {
    if (earlier.commit === undefined || earlier.commit === to) continue
    const { systems: its, undoes } = sentBy(await ledger.readJournal(earlier.run))
    if (undoes !== undefined || !its.some((system) => systems.has(system))) continue
    if (await isAncestor(repository, earlier.commit, to)) return earlier.commit
  }
  const parent = await parentOf(repository, to)
  if (parent !== undefined) return parent
  throw new Fault(
    exit.unknown,
    `Run ${record.run} was of the very first commit, and there is nothing before it.`,
    'Take it back without --branch, and mend the manifests by hand.',
  )
}

interface Range {
  readonly repository: Repository
  readonly name: string
  readonly record: RunRecord
  readonly from: string
  readonly to: string
  readonly root: string
  readonly now: Date
}

async function writeBranch(range: Range, steps: readonly SentStep[], border: Border): Promise<ExitCode> {
  const { repository, name, record, from, to } = range
  const head = await commitOf(repository, 'HEAD')
  const [before, after, today] = [
    await sourcesAt(repository, from),
    await sourcesAt(repository, to),
    await sourcesAt(repository, head),
  ]
  const [was, is] = [documentsOf(changedIn(before, after)), documentsOf(changedIn(after, before))]
  const now = documentsOf(today)
  const { names, unexplained } = documentsBehind(steps, before, was, is, range)
  const files = new Map<string, string | undefined>(today.map(({ file, text }) => [file, text]))
  const touched = new Set<string>()
  const told: string[] = []
  const conflicts: string[] = []
  for (const document of names) {
    const verb = revert(files, touched, {
      was: was.get(document),
      is: is.get(document),
      now: now.get(document),
    })
    if (verb === 'conflict') conflicts.push(document)
    else told.push(`  ${verb} ${terminal(document)}\n`)
  }
  const edits = new Map([...touched].map((file) => [file, files.get(file)]))
  if (edits.size > 0) {
    const message = `Take back run ${record.run}\n\nDocuments as they were at ${from}.\n`
    const commit = await commitOnBranch(repository, { name, parent: head, message, edits }).catch(
      (error: unknown) => {
        throw new Fault(
          exit.partial,
          `git did not make the branch "${name}": ${error instanceof Error ? error.message.trim() : String(error)}.`,
          'Mend that, and run rolecall undo with --plan and --branch again: what was sent stays taken back.',
        )
      },
    )
    border.err(
      `Wrote branch ${terminal(name)} (${commit.slice(0, 12)}), with documents as at ${from.slice(0, 12)}:\n`,
    )
  } else border.err('No branch was written, since no document is to be put back.\n')
  border.err(told.join(''))
  for (const document of conflicts)
    border.err(`  left out: ${terminal(document)} was changed after the run; put it back by hand\n`)
  for (const { write } of unexplained)
    border.err(
      `  left out: ${terminal(showRef(write.ref))} came from no document that changed up to ${to.slice(0, 12)} (a date, or a default)\n`,
    )
  return conflicts.length + unexplained.length > 0 ? exit.partial : exit.done
}

/** Files that differ between two commits: the only ones in which a document can. */
function changedIn(sources: readonly Source[], others: readonly Source[]): readonly Source[] {
  const texts = new Map(others.map(({ file, text }) => [file, text]))
  return sources.filter(({ file, text }) => texts.get(file) !== text)
}

/** The documents that these steps came from and that changed with the run; and the steps that came from none. */
function documentsBehind(
  steps: readonly SentStep[],
  before: readonly Source[],
  was: ReadonlyMap<string, WrittenDocument>,
  is: ReadonlyMap<string, WrittenDocument>,
  range: Range,
): { readonly names: readonly string[]; readonly unexplained: readonly SentStep[] } {
  const changed = (name: string): boolean =>
    (was.has(name) || is.has(name)) && !isDeepStrictEqual(was.get(name)?.value, is.get(name)?.value)
  let earlier: Workspace | undefined
  const names = new Set<string>()
  const unexplained: SentStep[] = []
  for (const step of steps) {
    const { write } = step
    const cause = (write.cause as typeof write.cause | undefined)?.document
    if (cause !== undefined && changed(cause)) {
      names.add(cause)
      continue
    }
    // What was taken out of the manifests has no document any more: those of before say which it was.
    earlier ??= readManifests(before, {
      root: range.root,
      today: range.now.toISOString().slice(0, 10),
      connectors: descriptions,
    }).workspace
    const key = write.action === 'rename' ? write.from : write.ref.key
    const wished = earlier?.desired.get(write.ref.system)?.wishes[write.ref.kind].get(key)?.cause.document
    if (wished !== undefined && changed(wished)) names.add(wished)
    else unexplained.push(step)
  }
  return { names: [...names].sort(), unexplained }
}

/** Puts one document back where it is still as the run found it. */
function revert(
  files: Map<string, string | undefined>,
  touched: Set<string>,
  { was, is, now }: Record<'was' | 'is' | 'now', WrittenDocument | undefined>,
): string {
  if (isDeepStrictEqual(now?.value, was?.value)) return 'as before already:'
  if (!isDeepStrictEqual(now?.value, is?.value)) return 'conflict'
  const file = now?.file ?? was?.file ?? ''
  const text = files.get(file)
  touched.add(file)
  if (now === undefined) files.set(file, withMore(text, was?.body ?? ''))
  else files.set(file, withDocument(text ?? '', now.body, was?.body))
  return now === undefined ? 'put back:' : was === undefined ? 'taken out:' : 'changed back:'
}
