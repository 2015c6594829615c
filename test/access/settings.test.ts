import { expect, it } from 'vitest'
import { impactOf } from '../../src/access/impact.ts'
import type { Write } from '../../src/model/change.ts'
import { Graph } from '../../src/model/graph.ts'
import type { Resource } from '../../src/model/resource.ts'
import { sidesOf } from '../../src/plan/sides.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { live, person, system } from '../plan/world.ts'

const cause = { file: 'access/all.yaml', line: 1, document: 'User/x' }
const group = (key: string, fields: Resource['fields']) =>
  live('group', key, { fields, links: { parent: [] } })
const sales = group('sales', { maxDevices: 2, regions: ['eu'], internetAccess: 'local' })
const ops = group('ops', { maxDevices: 5, regions: ['eu'] })
const member = (key: string, primary?: string) =>
  person(key, { links: { primaryGroup: primary === undefined ? [] : [`group:${primary}`] } })

const moved = (key: string, from: string | undefined, to: string | undefined): Write => {
  const links = (name: string | undefined) => ({ primaryGroup: name === undefined ? [] : [`group:${name}`] })
  return {
    ...{ action: 'update', ref: member(key).ref, patch: [], cause },
    before: { fields: {}, links: links(from) },
    after: { fields: {}, links: links(to) },
  }
}

const settingsIn = (resources: readonly Resource[], writes: readonly Write[]) => {
  const sides = sidesOf(new Graph(system, resources), writes, description)
  return impactOf({ ...sides, rules, system, writes, person: (account) => account }).settings
}

it('whoever gets another primary group is told what it sets otherwise, and not what it sets the same', () => {
  expect(settingsIn([sales, ops, member('ana', 'sales')], [moved('ana', 'sales', 'ops')])).toEqual([
    {
      ...{ system, accounts: ['ana'], from: 'group:sales', to: 'group:ops' },
      settings: [
        { name: 'internetAccess', before: 'local' },
        { name: 'maxDevices', before: 2, after: 5 },
      ],
    },
  ])
})

it('those who move alike share one change, and those who come from elsewhere have their own', () => {
  const people = [member('chen', 'sales'), member('ana', 'sales'), member('bo')]
  const writes = [moved('chen', 'sales', 'ops'), moved('bo', undefined, 'ops'), moved('ana', 'sales', 'ops')]
  const told = settingsIn([sales, ops, ...people], writes)
  expect(told.map(({ accounts, from, to }) => [accounts, from, to])).toEqual([
    [['ana', 'chen'], 'group:sales', 'group:ops'],
    [['bo'], undefined, 'group:ops'],
  ])
})

it('whoever has no primary group any more loses all that it set', () => {
  expect(settingsIn([ops, member('ana', 'ops')], [moved('ana', 'ops', undefined)])).toEqual([
    {
      ...{ system, accounts: ['ana'], from: 'group:ops' },
      settings: [
        { name: 'maxDevices', before: 5 },
        { name: 'regions', before: ['eu'] },
      ],
    },
  ])
})

it('a group that sets all the same changes nothing, and is not told', () => {
  const twin = group('twin', ops.fields)
  expect(settingsIn([ops, twin, member('ana', 'ops')], [moved('ana', 'ops', 'twin')])).toEqual([])
})

it('what a group itself is set to anew is told of the group, and not of its members, also if they are written', () => {
  const update: Write = {
    ...{ action: 'update', ref: ops.ref, patch: [], cause },
    before: { fields: { maxDevices: 5 }, links: {} },
    after: { fields: { maxDevices: 9 }, links: {} },
  }
  const renamed: Write = {
    ...{ action: 'update', ref: member('ana').ref, patch: [], cause },
    before: { fields: { type: 'person' }, links: {} },
    after: { fields: { type: 'service' }, links: {} },
  }
  expect(settingsIn([ops, member('ana', 'ops')], [update, renamed])).toEqual([])
})

it('who comes and who goes has no settings that change', () => {
  const ana = member('ana', 'ops')
  const bo = member('bo', 'ops')
  const writes: Write[] = [
    { action: 'create', ref: ana.ref, after: ana, cause },
    { action: 'delete', ref: bo.ref, before: bo, along: [], cause },
  ]
  expect(settingsIn([ops, bo], writes)).toEqual([])
})
