import { describe, expect, it } from 'vitest'
import { driftedImpact } from '../../src/guard/drifted.ts'
import type { Change } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Resource } from '../../src/model/resource.ts'
import { held } from '../../src/plan/stage.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { account, create, remove, rename, role, thing } from './case.ts'

/** What it meant for people: `ana owner → member`, and each right with who has it, or who had it. */
function told(live: readonly Resource[], ...changes: readonly Change[]): unknown[] {
  const { powers, access, people } = driftedImpact({
    ...{ rules, description, system: 'vpn', changes },
    actual: new Graph('vpn', live),
    person: (coming, now) => `${coming} who is ${now}`,
  })
  return [
    ...powers.map(({ account: key, before, after }) => `${key} ${before} → ${after}`),
    ...access.map(({ change, action, on, subjects }) => `${change} ${action} ${on}: ${subjects.join(' ')}`),
    ...Object.entries(people['vpn'] ?? {}).map(([key, name]) => `${key}: ${name}`),
  ]
}

type Writing = Exclude<Change, { action: 'keep' }>
const staged = (change: Change): Change => held(change as Writing, 'stage')

describe.each([
  ['that would be sent', (change: Change) => change],
  ['that the stage holds back', staged],
])('told from a change %s:', (_name, as) => {
  it('power that somebody came to by hand', () => {
    const ana = account('ana', { role: 'Owner' })
    expect(told([ana], as(role(ana, 'Member')))).toEqual([
      'ana member → owner',
      'gain role:Owner all:*: account:ana',
      'loss role:Member all:*: account:ana',
      'ana: ana who is ana',
    ])
  })

  it('an account that somebody removed', () => {
    expect(told([], as(create(account('ana'))))).toEqual([
      'loss role:Member all:*: account:ana',
      'ana: ana who is ana',
    ])
  })

  it('an account that somebody made', () => {
    const eve = account('eve')
    expect(told([eve], as(remove(eve)))).toEqual([
      'gain role:Member all:*: account:eve',
      'eve: eve who is eve',
    ])
  })

  it('an account that somebody renamed, and of which they changed the role', () => {
    const live = account('eve', { role: 'Administrator' })
    const before = { links: { role: ['role:Administrator'] }, fields: { username: 'eve' } }
    const after = { links: { role: ['role:Member'] }, fields: { username: 'ana' } }
    expect(told([live], as({ ...rename(live, 'ana'), before, after }))).toEqual([
      'ana member → administrator',
      'gain role:Administrator all:*: account:ana',
      'loss role:Member all:*: account:ana',
      'ana: ana who is eve',
    ])
  })
})

describe('nothing is told', () => {
  const ana = account('ana', { role: 'Owner' })

  it('of what nobody declares, and of a step by hand', () => {
    const cause = { file: 'access/people.yaml', line: 3, document: 'User/ana' }
    const parts = {
      before: { fields: {}, links: { role: ['role:Owner'] } },
      after: { fields: {}, links: {} },
    }
    expect(told([ana], { action: 'keep', ref: ana.ref, reason: 'unmanaged' })).toEqual([])
    expect(told([ana], { action: 'manual', ref: ana.ref, ...parts, steps: ['Ask.'], cause })).toEqual([])
  })

  it('of a removal held back of what is gone already', () => {
    expect(told([], staged(remove(ana)))).toEqual([])
  })
})

it('what is held back may only add or only take away', () => {
  const wiki = { subjects: ['group:ops'], resources: ['application:wiki'] }
  const groups = { fields: {}, links: { groups: ['group:ops'] } }
  const reach = (...of: readonly string[]): unknown[] => {
    const ana = account('ana', { groups: of })
    const update = { action: 'keep', held: 'update', reason: 'stage', ref: ana.ref } as const
    const parts = of.length === 0 ? { after: groups } : { before: groups }
    return told([thing('group', 'ops'), thing('policy', 'wiki', { links: wiki }), ana], {
      ...update,
      ...parts,
    })
  }
  expect(reach('ops')).toEqual(['gain reach application:wiki: account:ana', 'ana: ana who is ana'])
  expect(reach()).toEqual(['loss reach application:wiki: account:ana', 'ana: ana who is ana'])
})
