/** One half of the random plans, so that two processes share them: each has a test file of its own. */
import { expect, it } from 'vitest'
import { tryPlan } from './random.ts'

/** A plan with all its points takes a fiftieth of a second: the hour of test:deep has room for so many, beside the rest. */
const plans = process.env['ROLECALL_DEEP'] === '1' ? 20_000 : 2000
/** Of so many plans one is started again at a random point, and of so many more one at every point. */
const again = { somewhere: 10, everywhere: 1000 }

export function randomPlans(half: 0 | 1): void {
  it(`G1: an owner is left at every point of random plans, and a new run goes on from there (half ${half + 1} of 2)`, async () => {
    const started = process.cpuUsage().user
    const steps: number[] = []
    const sum = { points: 0, restarts: 0, refused: 0, lowering: 0 }
    for (let seed = 1 + half; steps.length < plans / 2; seed += 2) {
      const number = steps.length
      const where =
        number % again.everywhere === 0
          ? 'everywhere'
          : number % again.somewhere === 0
            ? 'somewhere'
            : 'nowhere'
      const tried = await tryPlan(seed, where)
      if (tried.verdict === 'refused') sum.refused += 1
      if (tried.verdict !== 'carried out') continue
      steps.push(tried.steps)
      sum.points += tried.points
      sum.restarts += tried.restarts
      if (tried.lowersOwner) sum.lowering += 1
    }
    const median = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0
    const prefixes = steps.reduce((all, one) => all + one + 1, 0)
    console.log(
      `random plans, half ${half + 1}: ${steps.length} plans of ${median} steps in the median, ${prefixes} prefixes, ` +
        `${sum.points} points of crash, ${sum.restarts} restarts, 0 violations; ${sum.refused} more were refused; ` +
        `${Math.round((process.cpuUsage().user - started) / 1e6)} s of processor time`,
    )
    expect(median).toBeGreaterThanOrEqual(12)
    // the promise is about plans that lower owners: most of them do
    expect(sum.lowering).toBeGreaterThan(steps.length / 2)
  }, 3_600_000)
}
