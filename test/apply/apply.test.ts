import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitOf } from '../../src/apply/report.ts'
import { makeWorld, told, type Wishes, type World } from './world.ts'

const start: Wishes = {
  groups: ['eng', 'ops'],
  people: {
    ana: { role: 'Owner', groups: ['eng'] },
    bo: { role: 'Member', groups: ['eng', 'ops'] },
    chen: { role: 'Administrator' },
  },
  policies: { eng: 'payroll' },
}
let world: World
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => world.close())

describe('apply', () => {
  it('D2: carries out a plan, after which a new plan is empty', async () => {
    const report = await world.reach(start)
    expect(told(report)).toEqual([])
  })
})
