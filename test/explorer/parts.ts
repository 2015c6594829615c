/** What is explored, in two parts of much the same work, so that two processes share them: each has its own test file. */
import { expect, it } from 'vitest'
import { bundled } from '../bundled.ts'
import type { Scenario } from './world.ts'

/** As one file of plain modules it takes a fifth less than the way in which tests are loaded. */
const { explore, inBoth, inStack, inVpn } = (await import(
  await bundled(new URL('./worlds.ts', import.meta.url))
)) as typeof import('./worlds.ts')

const deep = process.env['ROLECALL_DEEP'] === '1'

/** In test:deep two faults may meet in a world: of the states that come of it the nearest are visited. */
function withTwoFaults(world: Scenario): readonly (readonly [Scenario, number])[] {
  return deep ? [[{ ...world, title: `${world.title}, with two faults`, faults: 2 }, 2_000_000]] : []
}

/** How many of a world's states are visited, nearest first: all that there are, where faults do not meet. */
const parts: readonly (readonly (readonly [Scenario, number])[])[] = [
  [[inStack, Infinity], ...withTwoFaults(inStack)],
  [[inVpn, Infinity], [inBoth, Infinity], ...withTwoFaults(inVpn)],
]

/** So many in all, without those of the deep run. */
const least = [400_000, 700_000] as const

export function explorePart(part: 0 | 1): void {
  it(`G3: in every state that two runs can reach there is an owner, and no other promise is broken (part ${part + 1} of 2)`, async () => {
    let states = 0
    for (const [world, most] of parts[part] ?? []) {
      const started = process.cpuUsage().user
      const found = await explore(world, undefined, most)
      const whole = found.states < most ? 'all of them' : 'the nearest'
      console.log(
        `explorer, part ${part + 1}, ${world.title}: ${found.states} states (${whole}), ${found.transitions} transitions, ` +
          `${found.broken === undefined ? 0 : 1} violations, ${Math.round((process.cpuUsage().user - started) / 1e6)} s of processor time`,
      )
      expect(found.broken).toBeUndefined()
      states += found.states
    }
    expect(states).toBeGreaterThanOrEqual(least[part])
  }, 3_600_000)
}
