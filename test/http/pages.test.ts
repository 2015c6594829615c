import { describe, expect, it } from 'vitest'
import { prove, type PageFacts } from '../../src/connector/evidence.ts'
import { openHttpReader } from '../../src/connector/http/http.ts'
import { readList, type Page } from '../../src/connector/http/pages.ts'
import { path } from '../../src/connector/http/path.ts'
import type { Evidence } from '../../src/model/plan.ts'
import { clock, dialect, server, target } from './server.ts'

/** Whether a list is whole: whatever does not add up is said, and nothing is taken for complete that only looks so. */

type Answer = {
  readonly content: string[]
  readonly totalElements: number
  readonly totalPages: number
  readonly page: number
}
type Fault = (pages: Answer[]) => (Answer | number)[]

const size = 3
/** So many pages of three, the last with one. */
const pagesOf = (count: number): Answer[] =>
  Array.from({ length: count }, (_, page) => ({
    content: Array.from({ length: page < count - 1 ? size : 1 }, (_one, at) => `u${page * size + at}`),
    totalElements: (count - 1) * size + 1,
    totalPages: count,
    page,
  }))

/** Reads through a real server that answers page by page as told; a number is a status. */
async function read(answers: (Answer | number)[], evidence: Evidence[] = ['total', 'last-page']) {
  const { origin, asked } = await server((context) => {
    const page = Number(context.req.query('page'))
    const answer = answers[page] ?? { content: [], totalElements: 0, totalPages: 0, page }
    return typeof answer === 'number' ? context.json({}, answer as 403) : context.json(answer)
  })
  const http = openHttpReader(target(origin), dialect({ limits: { attempts: 1 } }))
  const list = await readList<string, number>({
    evidence,
    id: (one) => one,
    now: clock().now,
    page: async (at = 0): Promise<Page<string, number>> => {
      const { body } = await http.read(path`/users`, { query: { page: at } })
      const { content, totalElements, totalPages } = body as unknown as Answer
      const last = at >= totalPages - 1
      return { items: content, total: totalElements, size, last, ...(last ? {} : { next: at + 1 }) }
    },
  })
  return { ...list, calls: asked.length }
}

const set =
  (at: number, change: (page: Answer) => Answer | number): Fault =>
  (pages) =>
    pages.map((page, index) => (index === at ? change(page) : page))

describe('a list of pages', () => {
  it.each([1, 2, 3, 7])('of %i is proven whole, with one call each', async (count) => {
    const { items, proof, calls } = await read(pagesOf(count))
    expect(items).toHaveLength((count - 1) * size + 1)
    expect(proof).toEqual({ complete: true, evidence: ['total', 'last-page'], count: items.length })
    expect(calls).toBe(count)
  })

  it('that is empty is proven empty', async () => {
    const { items, proof } = await read([{ content: [], totalElements: 0, totalPages: 0, page: 0 }])
    expect([items, proof.complete]).toEqual([[], true])
  })

  const faults: readonly (readonly [string, (at: number, count: number) => Fault])[] = [
    ['may not be read', (at) => set(at, () => 403)],
    [
      'shows what another one showed',
      (at, count) => (pages) =>
        set(at, (page) => ({ ...page, content: pages[at === 0 ? count - 1 : at - 1]?.content ?? [] }))(pages),
    ],
    ['is empty', (at) => set(at, (page) => ({ ...page, content: [] }))],
    ['lacks one', (at) => set(at, (page) => ({ ...page, content: page.content.slice(1) }))],
    [
      'shows one twice',
      (at) =>
        set(at, (page) => ({
          ...page,
          content: [...page.content.slice(1), ...page.content.slice(-1), ...page.content.slice(-1)],
        })),
    ],
    ['has one more', (at) => set(at, (page) => ({ ...page, content: [...page.content, 'stranger'] }))],
    [
      'says that there is one more in all',
      (at) => set(at, (page) => ({ ...page, totalElements: page.totalElements + 1 })),
    ],
    [
      'says that it is the last',
      (at) => set(at, (page) => ({ ...page, totalPages: at + 1, totalElements: page.totalElements })),
    ],
  ]
  const cases = [1, 2, 3, 7].flatMap((count) =>
    Array.from({ length: count }, (_, at) =>
      faults.map(([says, fault]) => ({ says, fault: fault(at, count), at, count })),
    ).flat(),
  )
  // A page that is the only one repeats nobody, and the last one says rightly that it is the last.
  const possible = cases.filter(({ says, at, count }) =>
    says === 'shows what another one showed'
      ? count > 1
      : says === 'says that it is the last'
        ? at < count - 1
        : true,
  )
  it.each(possible)(
    'F14: F15: of $count is not whole when page $at (from 0) $says',
    async ({ fault, count }) => {
      const { proof } = await read(fault(pagesOf(count)))
      expect(proof).toMatchObject({ complete: false })
    },
  )

  it.each([500, 401])('ends the read with a fault when a page is answered with %i', async (status) => {
    await expect(read(set(1, () => status)(pagesOf(3)))).rejects.toMatchObject({ status })
  })

  it('read twice shows the same, or is not whole', async () => {
    let round = 0
    const two = (second: string[]) =>
      readList<string, number>({
        evidence: ['two-pass'],
        id: (one) => one,
        now: clock().now,
        page: () => Promise.resolve({ items: round++ === 0 ? ['a', 'b'] : second }),
      }).finally(() => (round = 0))
    expect((await two(['b', 'a'])).proof.complete).toBe(true)
    for (const second of [['a'], ['a', 'c'], ['a', 'b', 'c']])
      expect((await two(second)).proof).toEqual({
        complete: false,
        reason: 'two reads in a row do not show the same',
      })
  })

  it('whose links lead in a circle, or never to an end, ends', async () => {
    const time = clock()
    const circle = await readList<string, string>({
      evidence: ['last-page'],
      id: (one) => one,
      now: time.now,
      page: (at = 'x') => Promise.resolve({ items: [at], next: at === 'x' ? 'y' : at === 'y' ? 'z' : 'y' }),
    })
    expect(circle.proof).toEqual({ complete: false, reason: 'page 3 leads back to a page that was read' })
    const endless = await readList<string, number>({
      evidence: ['last-page'],
      id: (one) => one,
      now: time.now,
      page: async (at = 0) => {
        await time.sleep(60_000)
        return { items: [String(at)], next: at + 1 }
      },
    })
    expect(endless.proof).toEqual({ complete: false, reason: 'page 62 was not reached within an hour' })
  })

  it('whose accounts of an earlier read are missing is whole only if each is clearly gone', async () => {
    const found = { ana: 'there', bo: 'gone', chen: 'unclear' } as const
    const listed = (expected: (keyof typeof found)[]) =>
      readList<string, number>({
        evidence: ['sentinel'],
        id: (one) => one,
        now: clock().now,
        page: () => Promise.resolve({ items: ['dee'] }),
        sentinels: {
          expected: [...expected, 'dee'],
          look: (id) => Promise.resolve(found[id as keyof typeof found]),
        },
      })
    expect((await listed(['bo'])).proof.complete).toBe(true)
    for (const name of ['ana', 'chen'] as const)
      expect((await listed(['bo', name])).proof).toEqual({
        complete: false,
        reason: '1 that an earlier read showed is not in it, and not clearly gone',
      })
  })
})

describe('the proof', () => {
  const page = (words: Partial<PageFacts> = {}): PageFacts => ({ ids: ['a', 'b'], ...words })
  const facts = (pages: PageFacts[], more: object = {}) => ({ passes: [pages], ...more })
  it.each<[string, Evidence[], Parameters<typeof prove>[1], string]>([
    ['no evidence is declared', [], facts([page()]), 'the system offers no proof for them'],
    ['nothing was read', ['total'], { passes: [] }, 'it was not read'],
    ['a pass is empty', ['total'], facts([]), 'no page was read'],
    ['there is no total', ['total'], facts([page()]), 'a page does not say how many there are in all'],
    [
      'a page has no total',
      ['total'],
      facts([page({ total: 4 }), page({ ids: ['c', 'd'] })]),
      'a page does not say how many there are in all',
    ],
    [
      'the total moves',
      ['total'],
      facts([page({ total: 4 }), page({ ids: ['c', 'd'], total: 5 })]),
      'the number of all moved from 4 to 5 while the pages were read',
    ],
    ['there are fewer than said', ['total'], facts([page({ total: 3 })]), 'the pages show 2 of 3'],
    ['there are more than said', ['total'], facts([page({ total: 1 })]), 'the pages show 2 of 1'],
    [
      'the last page does not say so',
      ['last-page'],
      facts([page()]),
      'the last page does not say that it is the last',
    ],
    [
      'a page before the end is not full',
      ['last-page'],
      facts([page({ size: 3 }), page({ ids: ['c'], last: true, size: 3 })]),
      'page 1 of 2 is not full',
    ],
    [
      'a page in the middle says it is the last',
      ['total'],
      facts([page({ last: true }), page({ ids: ['c'] })]),
      'page 1 says that it is the last, and more follow',
    ],
    [
      'a page is repeated',
      ['last-page'],
      facts([page(), page({ ids: ['c', 'b'], last: true })]),
      'page 2 shows again what page 1 showed',
    ],
    [
      'a page shows one twice',
      ['last-page'],
      facts([page({ ids: ['a', 'a'], last: true })]),
      'page 1 shows one thing twice',
    ],
    [
      'a page in the middle is empty',
      ['last-page'],
      facts([page({ ids: [] }), page({ last: true })]),
      'page 1 of 2 is empty',
    ],
    ['it was read once', ['two-pass'], facts([page()]), 'it was read once only'],
    [
      'one list came in pages',
      ['uncapped-single'],
      facts([page(), page({ ids: ['c'] })]),
      'one list was expected, and there were 2 pages',
    ],
    [
      'a cap is reached exactly',
      ['uncapped-single'],
      facts([page()], { caps: [2, 100] }),
      '2 is exactly where the system cuts a list',
    ],
    [
      'the system says that it cut',
      ['uncapped-single'],
      facts([page()], { truncated: true }),
      'the system says that it cut the list',
    ],
    [
      'nobody looked for what was there',
      ['sentinel'],
      facts([page()]),
      'it was not looked for what an earlier read showed',
    ],
    [
      'the caller may not see all',
      ['unfiltered-caller'],
      facts([page()]),
      'it is not sure that these credentials see everything',
    ],
    [
      'the caller does not see all',
      ['unfiltered-caller'],
      facts([page()], { callerSeesAll: false }),
      'it is not sure that these credentials see everything',
    ],
    ['a transaction is claimed', ['transaction'], facts([page()]), 'an answer over HTTP is no transaction'],
    [
      'one of two lacks',
      ['uncapped-single', 'unfiltered-caller'],
      facts([page()]),
      'it is not sure that these credentials see everything',
    ],
  ])('is none when %s', (_says, declared, known, reason) => {
    expect(prove(declared, known)).toEqual({ complete: false, reason })
  })

  it('is all that is declared, and the count', () => {
    expect(
      prove(['uncapped-single', 'unfiltered-caller'], facts([page()], { caps: [100], callerSeesAll: true })),
    ).toEqual({
      complete: true,
      evidence: ['uncapped-single', 'unfiltered-caller'],
      count: 2,
    })
  })
})
