/** Lists come in pages: `page` from 0 and `size` from 1 to 1000, in an envelope with totals. */
import type { Context } from 'hono'
import type { PageFault } from '../faults.ts'
import type { SandboxEnv } from '../server.ts'
import { Refusal } from './errors.ts'
import type { World } from './world.ts'

interface Page<T> {
  content: readonly T[]
  totalElements: number
  totalPages: number
  numberOfElements: number
  page: number
  size: number
}

/** The page of `items` that the query asks for, or what the fault makes of it, each item as it is shown. */
export function paged<T>(
  context: Context<SandboxEnv>,
  items: readonly T[],
  world: World,
  shown: (item: T) => unknown = (item) => item,
): Response {
  const { unknowns } = world
  const asked = number(context, 'page', 0, Infinity) ?? 0
  const wish = number(context, 'size', 1, 1000) ?? Number(unknowns.defaultPageSize)
  const size = Math.min(wish, world.largestPage)
  world.turns += 1
  const ordered = unknowns.order === 'stable' ? items : rotated(items, world.turns)
  const last = Math.max(0, Math.ceil(items.length / size) - 1)
  if (asked > last && unknowns.pageBeyond === 'refuse')
    throw Refusal.of('page', 'INVALID', 'There is no such page')
  const page = cut(ordered, asked > last && unknowns.pageBeyond === 'last' ? last : asked, size)
  const trouble = context.get('trouble')
  const answer = trouble !== undefined && 'page' in trouble ? spoiled(trouble.page, page, ordered) : page
  return context.json({ ...answer, content: answer.content.map(shown) })
}

function cut<T>(items: readonly T[], page: number, size: number): Page<T> {
  const content = items.slice(page * size, (page + 1) * size)
  return {
    content,
    totalElements: items.length,
    totalPages: Math.ceil(items.length / size),
    numberOfElements: content.length,
    page,
    size,
  }
}

function spoiled<T>(fault: PageFault, page: Page<T>, items: readonly T[]): Page<T> {
  const next = cut(items, page.page + 1, page.size)
  const before = cut(items, Math.max(0, page.page - 1), page.size)
  switch (fault) {
    case 'wrong':
      return next
    case 'repeated':
      // the first page has none before it: the second one comes in its place
      return { ...(page.page === 0 ? next : before), page: page.page }
    case 'empty':
      return { ...page, content: [], numberOfElements: 0 }
    case 'short':
      return { ...page, content: page.content.slice(0, -1), numberOfElements: page.content.length - 1 }
    case 'moved':
      return {
        ...page,
        totalElements: page.totalElements + page.size,
        totalPages: page.totalPages + 1,
      }
  }
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

function number(context: Context<SandboxEnv>, name: string, least: number, most: number): number | undefined {
  const text = context.req.query(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw Refusal.of(name, 'INVALID', `${name} must be a number from ${least} to ${most}`)
}
