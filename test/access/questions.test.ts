import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Access } from '../../src/access/questions.ts'
import { Graph } from '../../src/model/graph.ts'
import type { LinkTarget } from '../../src/model/resource.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { system } from '../plan/world.ts'
import { directoryBrute, targetsIn } from './brute.ts'
import { organisations } from './organisations.ts'

const numRuns = process.env['ROLECALL_DEEP'] === '1' ? 5000 : 200

describe('for any organisation', () => {
  it('who can do a thing, and what somebody can do, is what a look at everybody and everything comes to', () => {
    fc.assert(
      fc.property(organisations, ({ live }) => {
        const graph = new Graph(system, live)
        const targets = targetsIn(graph)
        const { facts, behind, held } = directoryBrute(graph, targets)
        const access = new Access(rules, graph)

        const asked = new Map<string, string[]>()
        for (const fact of facts) {
          const [subject = '', action = '', ...target] = fact.split(' ')
          const question = `${action} ${target.join(' ')}`
          asked.set(question, [...(asked.get(question) ?? []), subject])
        }
        for (const [question, subjects] of asked) {
          const [action = '', ...target] = question.split(' ')
          const { atLarge, accounts } = access.whoCan(action, target.join(' '))
          const told = [...atLarge, ...accounts].flatMap(({ subject }) => behind(subject))
          expect(new Set(told), question).toEqual(new Set(subjects))
        }

        for (const account of graph.all('account')) {
          const name: LinkTarget = `account:${account.ref.key}`
          const told = access
            .rightsOf(name)
            .flatMap(({ action, on }) => held(on).map((target) => `${name} ${action} ${target}`))
          const known = [...facts].filter((fact) => fact.startsWith(`${name} `))
          expect(new Set(told)).toEqual(new Set(known))
        }
      }),
      { numRuns },
    )
  })
})
