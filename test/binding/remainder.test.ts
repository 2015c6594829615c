import fc from 'fast-check'
import process from 'node:process'
import { expect, it } from 'vitest'
import { isExpected } from '../../src/apply/expect.ts'
import { exitOf } from '../../src/apply/report.ts'
import type { Writer } from '../../src/connector/contract.ts'
import { isWrite } from '../../src/model/change.ts'
import type { Plan } from '../../src/model/plan.ts'
import { digestOf } from '../../src/apply/journal.ts'
import { makeWorld, type PersonWish, type Wishes } from '../apply/world.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 400 : 25

const names = ['bo', 'chen', 'dee', 'eve'] as const
const groups = ['eng', 'ops', 'qa'] as const

/** An organisation with ana as its firm owner: wishes for others, for groups, and for what their members reach. */
const organisations: fc.Arbitrary<Wishes> = fc.subarray([...groups]).chain((there) => {
  const person: fc.Arbitrary<PersonWish> = fc.record({
    role: fc.constantFrom('Owner', 'Member'),
    status: fc.constantFrom('active' as const, 'suspended' as const),
    groups: fc.subarray(there),
  })
  return fc
    .record({
      people: fc
        .subarray([...names])
        .chain((list) => fc.tuple(...list.map((name) => person.map((one) => [name, one] as const)))),
      policies: fc.subarray(there),
    })
    .map(({ people, policies }) => ({
      groups: there,
      people: { ana: { role: 'Owner' }, ...Object.fromEntries(people) },
      policies: Object.fromEntries(policies.map((group) => [group, 'payroll'])),
    }))
})

/** A system that takes so many writes and no more. */
const takes =
  (count: number, how: 'fails' | 'crashes') =>
  (writer: Writer): Writer => {
    let left = count
    return {
      close: () => writer.close(),
      write: async (writes) => {
        if (left < writes.length && how === 'crashes') throw new Error('the process is gone')
        if (left < writes.length)
          return writes.map(() => ({ outcome: 'failed' as const, message: 'no more for today' }))
        left -= writes.length
        return writer.write(writes)
      },
    }
  }

const digests = ({ systems }: Plan): string[] =>
  systems.flatMap(({ steps }) => steps.flatMap(({ change }) => (isWrite(change) ? [digestOf(change)] : [])))

it('T8: what was cut off anywhere is expected by its intent, and done to the end; with anything besides it is not', async () => {
  const cuts = { none: 0, some: 0 }
  await fc.assert(
    fc.asyncProperty(
      organisations,
      organisations,
      fc.record({ much: fc.constantFrom('none', 'some', 'some'), dice: fc.nat() }),
      fc.constantFrom('fails' as const, 'deadline' as const),
      async (before, after, { much, dice }, how) => {
        const world = makeWorld()
        try {
          await world.apply(await world.plan(before, { guarded: false }), before)
          const plan = await world.plan(after, { guarded: false })
          const all = digests(plan)
          fc.pre(all.length > 0)
          const cut = much === 'none' ? 0 : 1 + (dice % all.length)
          cuts[cut === 0 ? 'none' : 'some'] += 1
          let sent = 0
          const counted = (writer: Writer): Writer => ({
            close: () => writer.close(),
            write: async (writes) => {
              sent += writes.length
              if (how === 'deadline' && sent >= cut) world.pass(3600)
              return writer.write(writes)
            },
          })
          const deadline = new Date(world.now().getTime() + 1_800_000)
          await world.apply(plan, after, {
            connector: { batch: 1 },
            writer: how === 'fails' ? takes(cut, 'fails') : counted,
            ...(how === 'deadline' ? { deadline } : {}),
          })
          const more = { ...after, groups: [...(after.groups ?? []), 'later'] }
          expect(
            await isExpected(await world.plan(more, { guarded: false }), plan.intent, world.ledger),
          ).toBe(false)
          const rest = await world.plan(after, { guarded: false })
          expect(
            await isExpected(rest, plan.intent, world.ledger),
            JSON.stringify(rest.systems[0]?.steps),
          ).toBe(true)
          const left = new Set(all)
          expect(digests(rest).filter((digest) => !left.has(digest))).toEqual([])
          expect(exitOf(await world.apply(rest, after))).toBe(0)
          const reached = await world.plan(after, { guarded: false })
          expect(digests(reached)).toEqual([])
          expect(await isExpected(reached, plan.intent, world.ledger)).toBe(true)
        } finally {
          await world.close()
        }
      },
    ),
    { numRuns },
  )
  expect(Object.values(cuts).every((count) => count > 0)).toBe(true)
}, 600_000)
