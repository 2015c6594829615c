import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ContractSystem } from './system.ts'
import { contractWorld, thereOf, wishes } from './world.ts'

/** `plan`, `drift` and `adopt` only ask. Counted where requests arrive, or by the bytes of the file that is the system. */
export function readers(system: ContractSystem): void {
  it('plan, drift and adopt send no write', async () => {
    const world = await contractWorld(system)
    world.wish(wishes(3))
    expect((await world.apply()).code).toBe(0)
    await world.live.byHand({ accounts: ['dora'] })
    // everything that there is to write: creates, updates, removals
    world.wish({ people: ['p2', 'p3', 'p9'], groups: ['g1', 'g9'], policies: ['r9'] })
    const { wire } = world.live
    wire?.calls.splice(0)
    const before = image(world.root, system)
    const codes = []
    for (const words of [
      ['plan', '--detailed-exitcode'],
      ['plan', '-o', 'json', '--out', join(world.root, 'plan.json')],
      ['drift'],
      ['adopt', '--system', 'live'],
    ])
      codes.push((await world.run(...words)).code)
    expect(codes).toEqual([2, 0, 2, 0])
    if (wire === undefined) expect(image(world.root, system)).toEqual(before)
    else {
      expect(wire.calls.filter((call) => wire.isWrite(call))).toEqual([])
      expect(wire.calls.length).toBeGreaterThan(4)
    }
    expect(await world.live.there()).toEqual({
      ...thereOf(wishes(3)),
      accounts: ['dora', 'p1', 'p2', 'p3'],
    })
    await world.close()
  }, 120_000)
}

/** Of a system that is a file: its bytes. */
function image(root: string, { name }: ContractSystem): string {
  return name === 'directory' ? readFileSync(join(root, '.rolecall/people.db')).toString('base64') : ''
}
