import { impactOf } from '../access/impact.ts'
import type { Impact } from '../model/access.ts'
import { isWrite } from '../model/change.ts'
import { inverse, renamesIn, settle } from '../plan/renaming.ts'
import { sidesOf } from '../plan/sides.ts'
import { personBehind } from './person.ts'
import type { GuardCase } from './case.ts'

/** What one system's part of a plan means for people, worked out once: the plan shows it, and a guard judges it. */
export function meaningOf(one: GuardCase): Impact {
  const known = meanings.get(one)
  if (known !== undefined) return known
  const { config, description, rules, observation } = one
  const writes = one.steps.map(({ change }) => change).filter(isWrite)
  const origins = inverse(settle(renamesIn(writes), observation.graph)).get('account')
  const impact = impactOf({
    ...sidesOf(observation.graph, writes, description),
    rules,
    system: config.name,
    writes,
    person: personBehind(one, (coming) => origins?.get(coming) ?? coming),
  })
  meanings.set(one, impact)
  return impact
}

const meanings = new WeakMap<GuardCase, Impact>()
