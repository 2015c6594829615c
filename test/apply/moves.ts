/** Moves from an organisation with an owner to another one. */
import fc from 'fast-check'
import type { PersonWish, Wishes } from './world.ts'

export const names = ['ana', 'bo', 'chen', 'dee', 'eve']
const person: fc.Arbitrary<PersonWish> = fc.record({
  role: fc.constantFrom('Owner', 'Owner', 'Member', 'Administrator'),
  status: fc.constantFrom('active', 'active', 'active', 'suspended'),
  groups: fc.subarray(['eng', 'ops']),
})
const organisation: fc.Arbitrary<Wishes> = fc
  .tuple(
    fc.array(fc.option(person, { nil: undefined, freq: 4 }), { minLength: 5, maxLength: 5 }),
    fc.subarray(['eng', 'ops']),
  )
  .map(([people, allowed]) => ({
    groups: ['eng', 'ops'],
    people: Object.fromEntries(
      people.flatMap((wish, index) => (wish === undefined ? [] : [[names[index] ?? '', wish]])),
    ),
    policies: Object.fromEntries(allowed.map((group) => [group, 'payroll'])),
  }))

export interface Move {
  readonly from: Wishes
  readonly to: Wishes
}

/** Two or three people change, and the policies: a plan that changes more is refused too often to be of use here. */
export const move: fc.Arbitrary<Move> = fc
  .tuple(organisation, organisation, fc.subarray(names, { minLength: 2, maxLength: 3 }))
  .map(([drawn, other, changing]) => {
    const from: Wishes = { ...drawn, people: { ...drawn.people, ana: { role: 'Owner' } } }
    const people = Object.fromEntries(
      names.flatMap((name) => {
        const wish = (changing.includes(name) ? other : from).people?.[name]
        return wish === undefined ? [] : [[name, wish]]
      }),
    )
    return { from, to: { ...other, people } }
  })

/** The same in every run, and more than are needed: not all of them are let through. */
export const sampledMoves = (): readonly Move[] => fc.sample(move, { numRuns: 330, seed: 7 })
