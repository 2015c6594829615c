import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, type GuardCase } from '../../src/guard/check.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Guardrail, Person } from '../../src/model/workspace.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { corpus } from '../cel/corpus.ts'
import { worlds } from '../plan/arbitrary.ts'
import { config, desired, stepsOf, system, type World } from '../plan/world.ts'
import { allRead, context, guardrail } from './case.ts'

/** No rule of the corpus is ever without an answer, whatever the plan: nothing that it can ask for is missing. */

const guardrails = corpus.map((words, index) => guardrail({ ...words, name: `rule-${index}` }))

function caseOf(world: World): GuardCase {
  return {
    config: config(world.config),
    description,
    rules,
    observation: {
      graph: new Graph(system, world.live ?? []),
      proofs: allRead,
      readAt: '2026-11-22T10:00:00Z',
      calls: 1,
    },
    desired: desired(world.wishes ?? [], world.comparesGrants),
    steps: stepsOf(world),
    people: new Map(peopleOf(world).map((person) => [person.name, person])),
  }
}

/** Some declared in every way, and some not at all. */
function peopleOf({ live = [], wishes = [] }: World): Person[] {
  const names = [...live, ...wishes].flatMap(({ ref }) => (ref.kind === 'account' ? [ref.key] : []))
  return [...new Set(names)].flatMap((name, index): Person[] => {
    const type = (['person', 'service', 'break-glass'] as const)[index % 3] ?? 'person'
    const cause = { file: 'access/people.yaml', line: 1, document: `User/${name}` }
    if (index % 4 === 3) return []
    const labels: Record<string, string> = index % 2 === 0 ? {} : { mfa: 'hardware', payroll: 'yes' }
    return [{ name, type, labels, cause, ...(index % 3 === 0 && { employment: 'contractor' as const }) }]
  })
}

function said(world: World, rules: readonly Guardrail[]): string[] {
  return check([caseOf(world)], context({ guardrails: rules })).flatMap(({ code, message }) =>
    code === 'guardrail' ? [message] : [],
  )
}

describe('for any organisation and any wishes', () => {
  it('every rule of the corpus has an answer', () => {
    const runs = process.env['ROLECALL_DEEP'] === '1' ? 20_000 : 400
    let asked = 0
    fc.assert(
      fc.property(worlds, (world) => {
        const messages = said(world, guardrails)
        asked += messages.length
        expect(messages.filter((message) => message.includes('cannot be evaluated'))).toEqual([])
      }),
      { numRuns: runs },
    )
    expect(asked, 'rules that said no, or nothing was tried').toBeGreaterThan(runs / 4)
  }, 600_000)

  it('a rule is asked about every write of its sort and about nothing else', () => {
    const sorts = [...new Set(corpus.flatMap(({ on }) => on))].filter((on) => on !== 'account.power')
    const never = sorts.map((on) => guardrail({ name: on, on: [on], rule: 'change.kind == ""' }))
    fc.assert(
      fc.property(worlds, (world) => {
        const one = caseOf(world)
        const found = check([one], context({ guardrails: never })).filter(({ code }) => code === 'guardrail')
        const counts = new Map(found.map(({ guardrail: name = '', count }) => [name, count]))
        for (const on of sorts) {
          const keys = one.steps.flatMap(({ change: { ref, action } }) =>
            `${ref.kind}.${action}` === on && !ref.key.includes('-aside') ? [ref.key] : [],
          )
          expect(counts.get(on) ?? 0, on).toBe(new Set(keys).size)
        }
      }),
      { numRuns: 150 },
    )
  })
})
