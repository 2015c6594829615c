import jsonpatch, { type Operation } from 'fast-json-patch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Change } from '../../src/model/change.ts'
import type { GraphView } from '../../src/model/graph.ts'
import type { Step } from '../../src/model/plan.ts'
import { unfounded } from '../../src/plan/founded.ts'
import { directory } from '../../src/systems/directory/index.ts'
import { makeWorld, system, type World } from '../apply/world.ts'
import { config, desired } from '../plan/world.ts'

/** Who can write a plan file can make its digests right again: what then is left of the binding. */

let world: World
let steps: readonly Step[]
let actual: GraphView
beforeAll(async () => {
  world = makeWorld()
  const groups = ['eng', 'ops']
  await world.reach({ groups, people: { ana: { role: 'Owner' }, bo: { role: 'Owner' }, chen: {}, dee: {} } })
  const people = { ana: { role: 'Owner' }, bo: {}, chen: { groups: ['eng'] }, eve: { groups: ['ops'] } }
  const plan = await world.plan({ groups, people })
  steps = plan.systems[0]?.steps ?? []
  actual = (await world.observe()).graph
})
afterAll(() => world.close())

const { description, rules } = directory
const judged = (saved: readonly Step[], wanted: readonly Change[] = steps.map(({ change }) => change)) =>
  unfounded(saved, { system, wanted, actual, description, rules, config: config(), desired: desired([]) })

describe('a saved plan whose digests are right', () => {
  it('stands as it is, and beside what a fresh diff asks for besides', () => {
    expect(steps.map(({ change }) => `${change.action} ${change.ref.key}`)).toEqual([
      'update chen',
      'create eve',
      'update bo',
      'delete dee',
    ])
    expect(judged(steps)).toEqual([])
    const fewer = steps.slice(0, 1)
    expect(judged(fewer)).toEqual([])
  })

  it.each<[string, Operation]>([
    [
      'an owner made of somebody',
      { op: 'replace', path: '/1/change/after/links/role', value: ['role:Owner'] },
    ],
    ['another person created', { op: 'replace', path: '/1/change/ref/key', value: 'mallory' }],
    ['another removed', { op: 'replace', path: '/3/change/ref/key', value: 'ana' }],
    ['another id of what is changed', { op: 'replace', path: '/0/change/id', value: '1' }],
    ['another group', { op: 'replace', path: '/0/change/after/links/groups', value: ['group:ops'] }],
    ['a group more', { op: 'add', path: '/0/change/after/links/groups/-', value: 'group:ops' }],
    ['a field more', { op: 'add', path: '/0/change/after/fields/status', value: 'suspended' }],
    ['another patch', { op: 'replace', path: '/0/change/patch', value: [] }],
    ['another cause', { op: 'replace', path: '/0/change/cause/document', value: 'User/ana' }],
    [
      'another state before its removal',
      { op: 'replace', path: '/3/change/before/fields/status', value: 'suspended' },
    ],
  ])('does nothing that the manifests do not ask for: %s', (_name, operation) => {
    expect(judged(edited([operation]))).toEqual([expect.stringMatching(/: the manifests do not ask for it$/)])
  })

  it.each<[string, readonly Operation[]]>([
    ['an owner lowered without a look', [{ op: 'replace', path: '/2/lowers', value: [] }]],
    ['another owner lowered', [{ op: 'replace', path: '/2/lowers', value: ['ana'] }]],
    ['an owner lowered first', [{ op: 'move', from: '/2', path: '/0' }]],
    ['a removal first', [{ op: 'move', from: '/3', path: '/0' }]],
    ['a need made up', [{ op: 'replace', path: '/3/needs', value: ['people/1'] }]],
    ['another id', [{ op: 'replace', path: '/0/id', value: 'people/9' }]],
    ['another fingerprint', [{ op: 'replace', path: '/3/fingerprint', value: '0'.repeat(64) }]],
    ['the owner reduction dropped from the middle', [{ op: 'remove', path: '/2' }]],
  ])('has the steps that follow from its changes: %s', (_name, operations) => {
    expect(judged(edited(operations)).length).toBeGreaterThan(0)
  })

  it('falls with the wish that it came from', () => {
    const wanted = steps.slice(1).map(({ change }) => change)
    expect(judged(steps, wanted)).toEqual(['people/1 people account:chen: the manifests do not ask for it'])
  })
})

function edited(operations: readonly Operation[]): readonly Step[] {
  return jsonpatch.applyPatch(structuredClone(steps), operations, false, true).newDocument
}
