import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exitOf } from '../../src/apply/report.ts'
import type { Write } from '../../src/model/change.ts'
import { failing, losing, lying, watching } from './faults.ts'
import { move, names } from './moves.ts'
import { makeWorld } from './world.ts'

/** What becomes of the write of each account, drawn once for each run. */
const fate = fc.constantFrom('well', 'well', 'fails', 'lost', 'landed and lost', 'lies')
const fates = fc.array(fate, { minLength: names.length, maxLength: names.length })

describe('whatever is wished, and whatever goes wrong', () => {
  it('D3: an owner is left after every write of every plan that the guards let through, and the next run goes on', async () => {
    let handovers = 0
    await fc.assert(
      fc.asyncProperty(move, fates, fc.constantFrom(1, 2, 500), async ({ from, to }, drawn, batch) => {
        const world = makeWorld()
        try {
          await world.reach(from)
          const plan = await world.plan(to, { guarded: true }).catch(() => undefined)
          if (plan === undefined) return
          const is = (what: string) => (write: Write) =>
            write.ref.kind === 'account' && drawn[names.indexOf(write.ref.key)] === what
          const check = watching(
            () => undefined,
            async () => {
              expect(await world.owners()).not.toEqual([])
            },
          )
          await world.apply(plan, to, {
            connector: { batch },
            writer: (writer) =>
              failing(is('fails'))(
                losing(
                  is('lost'),
                  false,
                )(losing(is('landed and lost'), true)(lying(is('lies'))(check(writer)))),
              ),
          })
          expect(await world.owners()).not.toEqual([])
          if (plan.systems[0]?.steps.some(({ lowers }) => lowers.length > 0) === true) handovers += 1

          const rest = await world.plan(to).catch(() => undefined)
          if (rest === undefined) return
          expect(exitOf(await world.apply(rest, to))).toBe(0)
          expect((await world.plan(to)).systems[0]?.steps).toEqual([])
        } finally {
          await world.close()
        }
      }),
      { numRuns: 60 },
    )
    // the property is about plans that lower owners: it must have seen some
    expect(handovers).toBeGreaterThan(3)
  }, 120_000)
})
