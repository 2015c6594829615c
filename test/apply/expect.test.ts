import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isExpected } from '../../src/apply/expect.ts'
import { failing } from './faults.ts'
import { makeWorld, type Wishes, type World } from './world.ts'

const start: Wishes = { groups: ['eng', 'ops'], people: { ana: { role: 'Owner' }, bo: { groups: ['ops'] } } }

let world: World
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => world.close())

describe('apply --expect', () => {
  const expected = async (intent: string, wishes = start): Promise<boolean> =>
    isExpected(await world.plan(wishes), intent, world.ledger)

  it('takes a fresh plan with the intent that was reviewed', async () => {
    const { intent } = await world.plan(start)
    world.pass(100)
    expect(await expected(intent)).toBe(true)
  })

  it('refuses any other, whatever is in the ledger', async () => {
    const { intent } = await world.plan(start)
    expect(await expected('0'.repeat(64))).toBe(false)
    expect(await expected(intent, { ...start, groups: ['eng'], people: { ana: { role: 'Owner' } } })).toBe(
      false,
    )
    expect(await expected(intent, { ...start, groups: ['eng', 'ops', 'more'] })).toBe(false)
  })

  it('takes what a run with that intent left undone', async () => {
    const plan = await world.plan(start)
    await world.apply(plan, start, { writer: failing(({ ref: { key } }) => key === 'ops') })
    expect((await world.plan(start)).intent).not.toBe(plan.intent)
    expect(await expected(plan.intent)).toBe(true)
  })

  it('refuses what it left undone with anything beside it', async () => {
    const plan = await world.plan(start)
    await world.apply(plan, start, { writer: failing(({ ref: { key } }) => key === 'ops') })
    expect(await expected(plan.intent, { ...start, groups: ['eng', 'ops', 'more'] })).toBe(false)
    const other = { ...start, people: { ...start.people, bo: { groups: ['ops'], role: 'Owner' } } }
    expect(await expected(plan.intent, other)).toBe(false)
  })

  it('refuses to do again what that run has done and someone undid', async () => {
    const plan = await world.plan(start)
    await world.apply(plan, start)
    const { graph } = await world.observe()
    const before = graph.get('account', 'bo')!
    const cause = { file: 'access/all.yaml', line: 1, document: 'User/bo' }
    await world.byHand({ action: 'delete', ref: before.ref, before, cause })
    expect(await expected(plan.intent)).toBe(false)
  })

  it('is content when all of it is done', async () => {
    const plan = await world.plan(start)
    await world.apply(plan, start)
    expect(await expected(plan.intent)).toBe(true)
  })
})
