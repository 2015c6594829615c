/**
 * What the protected branch's history adds to Acceptances: whether one is older than the ledger, which then cannot know
 * what was spent of it, and how people were labelled whom nobody declares any more.
 */
import type { RawDocument, Source } from '../manifest/document.ts'
import { contentDigest } from '../manifest/content.ts'
import { parseOnce } from '../manifest/parse.ts'
import { upgradeDocument } from '../manifest/upgrade.ts'
import type { Acceptance, Workspace } from '../model/workspace.ts'
import { words } from '../plan/past.ts'
import { revisions, type Revision } from './revisions.ts'
import type { ProtectedBranch } from './workspace.ts'

interface Asked {
  readonly branch: ProtectedBranch
  readonly now: Date
}

/**
 * By name: why an Acceptance counts as spent, as the end of a sentence. `since`: when the ledger was made; undefined
 * where there is none yet.
 */
export async function lapsed(
  { acceptances, document }: Workspace,
  since: string | undefined,
  { branch, now }: Asked,
): Promise<ReadonlyMap<string, string>> {
  const today = now.toISOString().slice(0, 10)
  const open = acceptances.filter(({ until }) => until >= today)
  if (open.length === 0) return new Map()
  if (since === undefined)
    return new Map(
      open.map(({ name }) => [
        name,
        'there is no ledger yet to count what is spent of it; run rolecall apply, which makes one, then write another reason, and it is a new one',
      ]),
    )
  const before = await stateAt(since, { branch, now }, new Set(open.flatMap(({ name }) => words(name))))
  const known = new Set(
    before?.flatMap(({ value }) => (value['kind'] === 'Acceptance' ? [contentDigest(value)] : [])),
  )
  return new Map(
    open
      .filter(({ name }) => known.has(document(`Acceptance/${name}`)?.digest ?? ''))
      .map(({ name }) => [
        name,
        `it is older than the ledger (made ${since}), which cannot know what was spent of it; write another reason, and it is a new one`,
      ]),
  )
}

/** What the branch said at a time; git counts in whole seconds. */
async function stateAt(
  time: string,
  { branch, now }: Asked,
  wanted: ReadonlySet<string>,
): Promise<readonly RawDocument[] | undefined> {
  const second = Math.floor(Date.parse(time) / 1000)
  for await (const revision of revisions(branch, { wanted, now }))
    if (Date.parse(revision.commit.at ?? '') / 1000 < second) return documentsIn(revision, 'Acceptance')
  return undefined
}

/**
 * Acceptances that choose people by labels, with those among `gone` who bore them when they were last declared: who is
 * to leave has no document any more.
 */
export async function withFormerPeople(
  acceptances: readonly Acceptance[],
  gone: ReadonlySet<string>,
  asked: Asked,
): Promise<readonly Acceptance[]> {
  const open = acceptances.filter(({ labels }) => labels !== undefined)
  if (open.length === 0 || gone.size === 0) return acceptances
  const labels = await lastLabels(gone, asked)
  return acceptances.map((one) => {
    if (one.labels === undefined) return one
    const wanted = Object.entries(one.labels)
    const former = [...labels].flatMap(([name, has]) =>
      wanted.every(([label, value]) => has[label] === value) ? [name] : [],
    )
    return { ...one, people: [...new Set([...(one.people ?? []), ...former])].sort() }
  })
}

type Labels = Readonly<Record<string, unknown>>

async function lastLabels(
  handles: ReadonlySet<string>,
  { branch, now }: Asked,
): Promise<ReadonlyMap<string, Labels>> {
  const open = new Map([...handles].map((handle) => [handle, words(handle)]))
  const found = new Map<string, Labels>()
  for await (const revision of revisions(branch, { wanted: new Set([...open.values()].flat()), now })) {
    const named = [...open].filter(([, parts]) => revision.mentions(parts))
    if (named.length === 0) continue
    for (const { value } of documentsIn(revision, 'User') ?? []) {
      const metadata = value['metadata']
      if (
        value['kind'] !== 'User' ||
        typeof metadata !== 'object' ||
        metadata === null ||
        !('name' in metadata)
      )
        continue
      const { name, labels = {} } = metadata
      if (typeof name !== 'string' || !open.delete(name)) continue
      found.set(name, (labels ?? {}) as Labels)
    }
    if (open.size === 0) break
  }
  return found
}

/** Documents of a state, from the files that can hold one of this kind; undefined where a file is no text. */
function documentsIn(revision: Revision, kind: string): readonly RawDocument[] | undefined {
  const holds = ({ text }: Source): boolean => text.includes(kind) || text.includes('\\')
  const sources = revision.sources()?.filter(holds)
  return (
    sources &&
    parseOnce(sources).documents.flatMap((raw) => {
      const upgraded = upgradeDocument(raw)
      return 'document' in upgraded ? [upgraded.document] : []
    })
  )
}
