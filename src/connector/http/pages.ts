/** Reads a list page by page, and says with it whether that was all of it. */
import type { Evidence, Proof } from '../../model/plan.ts'
import { prove, type CollectionFacts, type PageFacts } from '../evidence.ts'
import { ConnectorFault } from '../fault.ts'

/** A page as the connector read it, and what leads to the next one (a number, a cursor, a link); none at the end. `last` is what
 * the page says of itself, and not that nothing leads on: a link that is missing looks the same. */
export interface Page<Item, Next> extends Omit<PageFacts, 'ids'> {
  readonly items: readonly Item[]
  readonly next?: Next
}

interface Listing<Item, Next> {
  /** What the description declares for this kind. */
  readonly evidence: readonly Evidence[]
  /** Reads the page that `at` leads to, the first one for undefined. 403 as a ConnectorFault makes the list unproven. */
  readonly page: (at: Next | undefined) => Promise<Page<Item, Next>>
  readonly id: (item: Item) => string
  readonly facts?: Omit<CollectionFacts, 'passes' | 'sentinels'>
  /** What an earlier proven read showed, and how one is looked for; where `sentinel` is declared. */
  readonly sentinels?: {
    readonly expected: readonly string[]
    /** `gone` only for a clear "not found" while the caller is accepted. */
    readonly look: (id: string) => Promise<'there' | 'gone' | 'unclear'>
  }
  readonly now: () => Date
}

export interface Collection<Item> {
  readonly items: readonly Item[]
  readonly proof: Proof
}

/** Milliseconds for one pass. What takes longer shows no one moment, and something that never ends does. */
const longest = 60 * 60_000

/** Items once each, in their order. A system that cannot be reached or does not know us rejects; a list that is not whole says so. */
export async function readList<Item, Next>(listing: Listing<Item, Next>): Promise<Collection<Item>> {
  const { id, evidence, facts } = listing
  const passes: Page<Item, Next>[][] = []
  let broken: string | undefined
  while (passes.length < (evidence.includes('two-pass') ? 2 : 1) && broken === undefined) {
    const { pages, reason } = await onePass(listing)
    passes.push(pages)
    broken = reason
  }
  const items = new Map(passes.at(-1)?.flatMap((page) => page.items.map((item) => [id(item), item])))
  if (broken !== undefined) return { items: [...items.values()], proof: { complete: false, reason: broken } }
  const sentinels = await lookFor(listing, items)
  const proof = prove(evidence, {
    ...facts,
    passes: passes.map((pages) => pages.map((page) => ({ ...page, ids: page.items.map(id) }))),
    ...(sentinels === undefined ? {} : { sentinels }),
  })
  return { items: [...items.values()], proof }
}

/** `reason`: why it ended before its end. */
async function onePass<Item, Next>({
  page,
  now,
}: Listing<Item, Next>): Promise<{ readonly pages: Page<Item, Next>[]; readonly reason?: string }> {
  const pages: Page<Item, Next>[] = []
  const until = now().getTime() + longest
  const led = new Set<Next>()
  for (let at: Next | undefined; ;) {
    const number = pages.length + 1
    if (now().getTime() > until) return { pages, reason: `page ${number} was not reached within an hour` }
    let read: Page<Item, Next>
    try {
      read = await page(at)
    } catch (error) {
      if (!(error instanceof ConnectorFault) || error.status !== 403) throw error
      return { pages, reason: `page ${number} may not be read (403)` }
    }
    pages.push(read)
    at = read.next
    if (at === undefined) return { pages }
    if (read.items.length === 0)
      return { pages, reason: `page ${number} is empty, and more are said to follow` }
    if (led.has(at)) return { pages, reason: `page ${number} leads back to a page that was read` }
    led.add(at)
  }
}

async function lookFor<Item, Next>(
  { evidence, sentinels }: Listing<Item, Next>,
  items: ReadonlyMap<string, Item>,
): Promise<CollectionFacts['sentinels']> {
  if (sentinels === undefined || !evidence.includes('sentinel')) return undefined
  const gone = new Set<string>()
  for (const id of sentinels.expected)
    if (!items.has(id) && (await sentinels.look(id)) === 'gone') gone.add(id)
  return { expected: sentinels.expected, gone }
}
