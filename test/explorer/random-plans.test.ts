import { expect, it } from 'vitest'
import { tryPlan } from './random.ts'

const plans = process.env['ROLECALL_DEEP'] === '1' ? 200_000 : 10_000
/** Of so many plans one is started again at a random point, and of so many more one at every point. */
const again = { somewhere: 10, everywhere: 1000 }

it('G1: an owner is left at every point of random plans, and a new run goes on from there', async () => {
  const started = process.cpuUsage().user
  const steps: number[] = []
  const sum = { points: 0, restarts: 0, refused: 0, lowering: 0 }
  for (let seed = 1; steps.length < plans; seed += 1) {
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
  steps.sort((a, b) => a - b)
  const part = (share: number): number => steps[Math.floor(steps.length * share)] ?? 0
  const prefixes = steps.reduce((all, one) => all + one + 1, 0)
  console.log(
    `random plans: ${steps.length} plans of ${part(0.5)} steps in the median (a quarter has at most ${part(0.25)}, ` +
      `another at least ${part(0.75)}), ${prefixes} prefixes, ${sum.points} points of crash, ${sum.restarts} restarts, ` +
      `0 violations; ${sum.refused} more were refused; ` +
      `${Math.round((process.cpuUsage().user - started) / 1e6)} s of processor time`,
  )
  expect(part(0.5)).toBeGreaterThanOrEqual(12)
  // the promise is about plans that lower owners: most of them do
  expect(sum.lowering).toBeGreaterThan(steps.length / 2)
}, 3_600_000)
