import { expect, it } from 'vitest'
import type { ContractSystem } from './system.ts'
import { contractWorld, thereOf, wishes } from './world.ts'

/** What was applied or adopted is equal: a plan that always finds something is not read any more. */
export function roundtrip(system: ContractSystem): void {
  it('after apply a plan is empty, and so is one after what was applied was changed', async () => {
    const world = await contractWorld(system)
    for (const wished of [wishes(4), wishes(6), wishes(5, 3, 2), wishes(2, 2, 0)]) {
      world.wish(wished)
      const applied = await world.apply()
      expect(applied.code, applied.err + applied.out).toBe(0)
      expect(await world.live.there()).toEqual(thereOf(wished))
      const again = await world.plan()
      expect(again.code, again.out).toBe(0)
      expect((await world.drift()).code).toBe(0)
    }
    await world.close()
  }, 120_000)

  it('after adopt a plan is empty', async () => {
    const world = await contractWorld(system)
    world.wish(wishes(3))
    expect((await world.apply()).code).toBe(0)
    await world.live.byHand({ accounts: ['dora'], groups: ['by-hand'] })
    world.wish()
    const adopted = await world.run('adopt', '--system', 'live')
    expect(adopted.code, adopted.err).toBe(0)
    const again = await world.plan()
    expect(again.code, again.out + again.err).toBe(0)
    await world.close()
  }, 120_000)
}
