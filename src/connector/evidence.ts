/**
 * Whether a collection was read whole, judged in one place for every system: a list that lost somebody on the way looks
 * just like one in which somebody was removed. Pure; whatever does not add up is a reason, never a guess.
 */
import type { Evidence, Proof } from '../model/plan.ts'

/** One page as it came, with what it says of the whole. */
export interface PageFacts {
  /** Native ids, in the order of the page. */
  readonly ids: readonly string[]
  /** How many there are in all, where the page says so. */
  readonly total?: number
  /** Whether the page says that none follows it; absent where it says nothing. */
  readonly last?: boolean
  /** How many a page holds at most; absent where that is not known. */
  readonly size?: number
}

/** What is known of one collection once it was read. */
export interface CollectionFacts {
  /** One pass, page by page; a second one where `two-pass` is declared. */
  readonly passes: readonly (readonly PageFacts[])[]
  /** Numbers of items at which this system is known to cut a list. */
  readonly caps?: readonly number[]
  /** Of a list without pages: the system says itself that it was cut. */
  readonly truncated?: boolean
  /** Ids that an earlier proven read showed, with what a direct read found of those the list lacks. */
  readonly sentinels?: {
    readonly expected: readonly string[]
    /** Clear "not found", while the caller was seen to be accepted. */
    readonly gone: ReadonlySet<string>
  }
  /** The caller was seen to hold a right that shows it everything. */
  readonly callerSeesAll?: boolean
}

/** The proof by all that the connector declares, or the first thing that does not add up. */
export function prove(declared: readonly Evidence[], facts: CollectionFacts): Proof {
  const [first = []] = facts.passes
  const count = first.reduce((sum, { ids }) => sum + ids.length, 0)
  if (facts.passes.length === 0) return { complete: false, reason: 'it was not read' }
  for (const pass of facts.passes) {
    const reason = brokenIn(pass) ?? cutIn(pass, facts)
    if (reason !== undefined) return { complete: false, reason }
  }
  for (const evidence of declared) {
    const reason = lacking[evidence](facts, first)
    if (reason !== undefined) return { complete: false, reason }
  }
  return declared.length === 0
    ? { complete: false, reason: 'the system offers no proof for them' }
    : { complete: true, evidence: [...declared], count }
}

/** What no whole list shows, whichever evidence there is. */
function brokenIn(pages: readonly PageFacts[]): string | undefined {
  if (pages.length === 0) return 'no page was read'
  const seen = new Map<string, number>()
  for (const [index, { ids, last }] of pages.entries()) {
    const number = index + 1
    const followed = index < pages.length - 1
    const before = ids.flatMap((id) => seen.get(id) ?? [])[0]
    if (before !== undefined) return `page ${number} shows again what page ${before} showed`
    if (new Set(ids).size < ids.length) return `page ${number} shows one thing twice`
    for (const id of ids) seen.set(id, number)
    if (followed && ids.length === 0) return `page ${number} of ${pages.length} is empty`
    if (followed && last === true) return `page ${number} says that it is the last, and more follow`
  }
  const totals = pages.flatMap(({ total }) => (total === undefined ? [] : [total]))
  const moved = totals.find((total) => total !== totals[0])
  if (moved !== undefined)
    return `the number of all moved from ${totals[0] ?? 0} to ${moved} while the pages were read`
  if (totals[0] !== undefined && totals[0] !== seen.size) return `the pages show ${seen.size} of ${totals[0]}`
  return undefined
}

/** A list that ends exactly where this system cuts lists may have been cut. */
function cutIn(pages: readonly PageFacts[], { caps = [], truncated }: CollectionFacts): string | undefined {
  if (truncated === true) return 'the system says that it cut the list'
  const count = pages.reduce((sum, { ids }) => sum + ids.length, 0)
  return caps.includes(count) ? `${count} is exactly where the system cuts a list` : undefined
}

const lacking: Readonly<
  Record<Evidence, (facts: CollectionFacts, pages: readonly PageFacts[]) => string | undefined>
> = {
  transaction: () => 'an answer over HTTP is no transaction',
  total: (_facts, pages) =>
    pages.every(({ total }) => total !== undefined)
      ? undefined
      : 'a page does not say how many there are in all',
  'last-page': (_facts, pages) => endReason(pages),
  'two-pass': ({ passes }) => secondReason(passes),
  'uncapped-single': (_facts, pages) =>
    pages.length === 1 ? undefined : `one list was expected, and there were ${pages.length} pages`,
  sentinel: ({ sentinels }, pages) => sentinelReason(sentinels, pages),
  'unfiltered-caller': ({ callerSeesAll }) =>
    callerSeesAll === true ? undefined : 'it is not sure that these credentials see everything',
}

function endReason(pages: readonly PageFacts[]): string | undefined {
  const end = pages.at(-1)
  if (end?.last !== true) return 'the last page does not say that it is the last'
  const short = pages.findIndex(
    ({ ids, size }, index) => index < pages.length - 1 && size !== undefined && ids.length < size,
  )
  return short < 0 ? undefined : `page ${short + 1} of ${pages.length} is not full`
}

/** The same things in whichever order: what came or went in between may have moved others from page to page. */
function secondReason([first, second]: CollectionFacts['passes']): string | undefined {
  if (first === undefined || second === undefined) return 'it was read once only'
  const [one, two] = [first, second].map((pages) => new Set(pages.flatMap(({ ids }) => ids)))
  const same = one?.size === two?.size && [...(one ?? [])].every((id) => two?.has(id))
  return same ? undefined : 'two reads in a row do not show the same'
}

function sentinelReason(
  sentinels: CollectionFacts['sentinels'],
  pages: readonly PageFacts[],
): string | undefined {
  if (sentinels === undefined) return 'it was not looked for what an earlier read showed'
  const seen = new Set(pages.flatMap(({ ids }) => ids))
  const missing = sentinels.expected.filter((id) => !seen.has(id) && !sentinels.gone.has(id))
  return missing.length === 0
    ? undefined
    : `${missing.length} that an earlier read showed ${missing.length === 1 ? 'is' : 'are'} not in it, and not clearly gone`
}
