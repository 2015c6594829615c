import { expect, it } from 'vitest'
import { caller, type Caller } from './account.ts'

/** So many users beside the owner, put there by hand. */
async function people(count: number, options?: Parameters<typeof caller>[0]): Promise<Caller> {
  const one = await caller(options)
  one.sandbox.portal.change(({ users }) => {
    const [owner] = users
    for (let at = 1; at <= count; at += 1)
      users.push({ ...owner!, id: `id-${at}`, username: `u${at}`, role: 'MEMBER' })
  })
  return one
}

interface Page {
  readonly content: readonly { readonly username: string }[]
  readonly totalElements: number
  readonly totalPages: number
  readonly numberOfElements: number
  readonly page: number
}

async function page({ call }: Caller, query: string): Promise<Page & { readonly names: readonly string[] }> {
  const body = (await call('GET', `users?${query}`)).body as Page
  return { ...body, names: body.content.map(({ username }) => username.replace('@acme.example', '')) }
}

it('1.6: a page is counted from 0, with totals in its envelope', async () => {
  const one = await people(6)
  const { content: _, names, ...envelope } = await page(one, 'page=1&size=3')
  expect(names).toEqual(['u3', 'u4', 'u5'])
  expect(envelope).toEqual({ totalElements: 7, totalPages: 3, numberOfElements: 3, page: 1, size: 3 })
})

it('1.6: a size is 1 to 1000, a page is a number', async () => {
  const { call } = await caller()
  const statuses = []
  for (const query of ['size=1', 'size=1000', 'size=0', 'size=1001', 'page=-1', 'page=one'])
    statuses.push((await call('GET', `users?${query}`)).status)
  expect(statuses).toEqual([200, 200, 400, 400, 400, 400])
})

it('open question 17: the default size, the order of a list and the page after the last can be read either way', async () => {
  const small = await people(24, { unknowns: { defaultPageSize: '20', pageBeyond: 'last' } })
  expect((await page(small, '')).numberOfElements).toBe(20)
  expect(await page(small, 'page=9')).toMatchObject({ page: 1, numberOfElements: 5 })
  expect(await page(await people(1), 'page=9')).toMatchObject({ page: 9, content: [], totalElements: 2 })
  const { call } = await people(1, { unknowns: { pageBeyond: 'refuse' } })
  expect((await call('GET', 'users?page=1')).status).toBe(400)
  const unstable = await people(3, { unknowns: { order: 'unstable' } })
  const read = [await page(unstable, 'page=0&size=2'), await page(unstable, 'page=1&size=2')]
  expect(new Set(read.flatMap(({ names }) => names)).size).toBeLessThan(4)
})

it('each fault of a page is what it says, once, and only on the page asked for', async () => {
  const one = await people(6)
  const faults = ['wrong', 'repeated', 'empty', 'short', 'moved'] as const
  const seen = []
  for (const fault of faults) {
    one.sandbox.faults.add({ path: '/api/v1/users', pageNumber: 1, times: 1, trouble: { page: fault } })
    expect((await page(one, 'page=0&size=3')).names).toEqual(['ana', 'u1', 'u2'])
    const { names, page: number, totalElements: total } = await page(one, 'page=1&size=3')
    seen.push({ fault, names, number, total })
    expect((await page(one, 'page=1&size=3')).names).toEqual(['u3', 'u4', 'u5'])
  }
  expect(seen).toEqual([
    { fault: 'wrong', names: ['u6'], number: 2, total: 7 },
    { fault: 'repeated', names: ['ana', 'u1', 'u2'], number: 1, total: 7 },
    { fault: 'empty', names: [], number: 1, total: 7 },
    { fault: 'short', names: ['u3', 'u4'], number: 1, total: 7 },
    { fault: 'moved', names: ['u3', 'u4', 'u5'], number: 1, total: 10 },
  ])
})
