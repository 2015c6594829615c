import { expect, it } from 'vitest'
import { impactOf } from '../../src/access/impact.ts'
import type { Write } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import { sidesOf } from '../../src/plan/sides.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { person, system } from '../plan/world.ts'

const bo = person('bo')

const powersOf = (before: string, after: string) => {
  const write: Write = {
    ...{ action: 'update', ref: bo.ref, patch: [] },
    before: { fields: {}, links: { role: [before] } },
    after: { fields: {}, links: { role: [after] } },
    cause: { file: 'access/all.yaml', line: 1, document: 'User/bo' },
  }
  const live = { ...bo, links: { ...bo.links, role: [before] } }
  const sides = sidesOf(new Graph(system, [live]), [write], description)
  return impactOf({ ...sides, rules, system, writes: [write], person: (key) => key }).powers
}

it('who comes to a power that nobody knows, or leaves it, is told as one who comes to power', () => {
  expect(powersOf('role:Member', 'role:mystery')).toEqual([
    { system, account: 'bo', before: 'member', after: 'unknown' },
  ])
  expect(powersOf('role:mystery', 'role:Member')).toEqual([
    { system, account: 'bo', before: 'unknown', after: 'member' },
  ])
})
