/** What is explored, in two parts of much the same work, so that two processes share them: each has its own test file. */
import { expect, it } from 'vitest'
import { explore } from './explore.ts'
import { scenario, type Both } from './scenarios.ts'
import type { Scenario } from './world.ts'

const owners = { ana: 'Owner ops', bo: 'Owner', chen: 'Member dev' }
const both: Both = { vpn: owners, stack: owners }
const groups = [['ops', 'dev']] as const

const inVpn = scenario({
  title: 'two changes, each of which takes one of two owners of vpn',
  ...{ live: both, groups, attempts: [2, 1] },
  wishes: [
    { ...both, vpn: { ...owners, ana: 'Member ops' } },
    { ...both, vpn: { ...owners, bo: 'Member' } },
  ],
})
const inBoth = scenario({
  title: 'a group and an owner go while another is made one, in both systems',
  live: { vpn: owners, stack: owners },
  groups: [['ops', 'dev'], ['ops', 'dev'], ['dev']],
  attempts: [1, 1],
  wishes: [
    { vpn: { ...owners, chen: 'Owner dev' }, stack: { ...owners, ana: 'Member ops', chen: 'Owner dev' } },
    { vpn: { ...owners, ana: 'Member' }, stack: { ...owners, ana: 'Owner', bo: 'Member' } },
  ],
})
const inStack = scenario({
  title: 'two changes, each of which takes one of two owners of stack',
  ...{ live: both, groups, attempts: [2, 1] },
  wishes: [
    { ...both, stack: { ...owners, ana: 'Member ops' } },
    { ...both, stack: { ...owners, bo: 'Member' } },
  ],
})

const deep = process.env['ROLECALL_DEEP'] === '1'

/** In test:deep two faults may meet in a world: of the states that come of it the nearest are visited. */
function withTwoFaults(world: Scenario): readonly (readonly [Scenario, number])[] {
  return deep ? [[{ ...world, title: `${world.title}, with two faults`, faults: 2 }, 2_000_000]] : []
}

/** How many of a world's states are visited, nearest first; in test:deep all that there are. */
const parts: readonly (readonly (readonly [Scenario, number])[])[] = [
  [[inStack, Infinity], ...withTwoFaults(inStack)],
  [[inVpn, deep ? Infinity : 200_000], [inBoth, deep ? Infinity : 100_000], ...withTwoFaults(inVpn)],
]

/** So many in all, without those of the deep run. */
const least = [700_000, 300_000] as const

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
