/** Random plans in two halves, so that two processes share them: each has its own test file. */
import { expect, it } from 'vitest'
import { bundled } from '../bundled.ts'

/** As one file of plain modules it takes a fifth less than the way in which tests are loaded. */
const { tryPlan } = (await import(
  await bundled(new URL('./random.ts', import.meta.url))
)) as typeof import('./random.ts')

const isDeep = process.env['ROLECALL_DEEP'] === '1'
const plans = isDeep ? 500_000 : 5000
/** Of so many plans one is started again at a random point, and of so many more one at every point. */
const again = isDeep ? { somewhere: 20, everywhere: 2000 } : { somewhere: 10, everywhere: 1000 }

/** One half has the odd seeds, the other the even ones. */
export function tryHalf(half: 0 | 1): void {
  it(`G1: an owner is left at every point of random plans, and a new run goes on from there (half ${half + 1} of 2)`, async () => {
    const started = process.cpuUsage().user
    const sizes = new Sizes()
    const sum = { points: 0, restarts: 0, refused: 0, lowering: 0 }
    for (let seed = half + 1; sizes.plans < plans; seed += 2) {
      const tried = await tryPlan(seed, startedAgain(sizes.plans))
      if (tried.verdict === 'refused') sum.refused += 1
      if (tried.verdict !== 'carried out') continue
      sizes.add(tried.steps)
      sum.points += tried.points
      sum.restarts += tried.restarts
      if (tried.lowersOwner) sum.lowering += 1
    }
    console.log(
      `random plans, half ${half + 1}: ${sizes.plans} plans of ${sizes.part(0.5)} steps in the median (a quarter has at most ` +
        `${sizes.part(0.25)}, another at least ${sizes.part(0.75)}), ${sizes.steps + sizes.plans} prefixes, ${sum.points} points ` +
        `of crash, ${sum.restarts} restarts, 0 violations; ${sum.refused} more were refused; ` +
        `${Math.round((process.cpuUsage().user - started) / 1e6)} s of processor time`,
    )
    expect(sizes.part(0.75)).toBeGreaterThanOrEqual(12)
    // the promise is about plans that lower owners: most of them do
    expect(sum.lowering).toBeGreaterThan(plans / 2)
  }, 7_200_000)
}

function startedAgain(number: number): 'nowhere' | 'somewhere' | 'everywhere' {
  if (number % again.everywhere === 0) return 'everywhere'
  return number % again.somewhere === 0 ? 'somewhere' : 'nowhere'
}

/** How many plans there were of each number of steps. */
class Sizes {
  readonly #plans: number[] = []
  plans = 0
  steps = 0

  add(steps: number): void {
    this.#plans[steps] = (this.#plans[steps] ?? 0) + 1
    this.plans += 1
    this.steps += steps
  }

  /** So large a part of the plans has at most so many steps. */
  part(share: number): number {
    let left = Math.floor(this.plans * share)
    for (const [steps, plans = 0] of this.#plans.entries()) {
      if (left < plans) return steps
      left -= plans
    }
    return 0
  }
}
