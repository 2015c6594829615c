import { describe, expect, it } from 'vitest'
import { connectorOf } from '../../src/commands/connector.ts'
import type { Observation } from '../../src/connector/contract.ts'
import { check } from '../../src/guard/check.ts'
import { refusals } from '../../src/guard/exit.ts'
import type { Change } from '../../src/model/change.ts'
import type { Resource } from '../../src/model/resource.ts'
import { context, create, guardCase, remove, rename, update } from '../guard/case.ts'
import { config } from '../plan/world.ts'
import { account, cloud, customer, grant, project, role, thing, typed } from './graph.ts'

/** Whatever comes to the same as removing the last owner is refused as that, whichever thing the plan writes. */

function codes(
  live: readonly Resource[],
  changes: readonly Change[],
  settings: { readonly profile?: string } = {},
): string[] {
  const { rules, description } = connectorOf(config({ connector: 'openstack', ...settings }))
  const proofs = Object.fromEntries(
    Object.entries(description.kinds).map(([kind, { evidence }]) => [
      kind,
      { complete: true, evidence, count: 0 },
    ]),
  ) as Observation['proofs']
  const one = guardCase({ live, changes, rules, description, proofs })
  return refusals(check([one], context())).map(({ code }) => code)
}

/** Everything of a state, as a list. */
function all(...resources: readonly Resource[]): readonly Resource[] {
  const graph = cloud(...resources)
  return (['role', 'project', 'group', 'account', 'grant'] as const).flatMap((kind) => [...graph.all(kind)])
}

describe('the last owner of a Keystone', () => {
  const admin = thing('role', 'admin', { fields: { immutable: true }, links: { implies: [] } })
  const web = project('web')
  const ops = thing('group', 'ops')
  const ana = account('ana', { links: { groups: ['group:ops'] } })
  const held = grant('group:ops', 'admin', 'project:web')
  const live = all(admin, web, ops, ana, held, account('bo'))
  const home = project('Default/', { fields: { type: 'domain' }, links: { domain: [] } })
  const on = { fields: { enabled: true } }
  const off = { fields: { enabled: false } }

  it.each<[string, Change, string]>([
    ['the account is removed', remove(ana), 'last-owner'],
    [
      'it is suspended',
      update(ana, { fields: { status: 'active' } }, { fields: { status: 'suspended' } }),
      'last-owner',
    ],
    ['it leaves the group', update(ana, { links: { groups: ['group:ops'] } }, {}), 'last-owner'],
    ['the group is removed', remove(ops), 'last-owner'],
    ['the assignment is taken away', remove(held), 'last-owner'],
    ['the project is disabled', update(web, on, off), 'last-owner'],
    ['its domain is disabled', update(home, on, off), 'last-owner'],
    ['the role is renamed', rename(admin, 'root'), 'last-owner'],
    ['the role is removed', remove(admin), 'last-owner'],
    [
      'the role can be changed by anybody',
      update(admin, { fields: { immutable: true } }, { fields: { immutable: false } }),
      'system-invariant',
    ],
  ])('%s: refused', (_, change, code) => {
    expect(codes(live, [change])).toContain(code)
  })

  it('what has nothing to do with it is not refused', () => {
    expect(
      codes(live, [remove(account('bo')), update(project('web'), {}, { fields: { description: 'x' } })]),
    ).toEqual([])
  })
})

describe('the owners of an account at CloudVPS', () => {
  const graph = customer(
    project('web'),
    thing('group', 'ops'),
    typed('ana', 'customer-admin'),
    typed('finn', 'customer-billing', { links: { groups: ['group:ops'] } }),
  )
  const live = (['role', 'project', 'group', 'account', 'grant'] as const).flatMap((kind) => [
    ...graph.all(kind),
  ])
  const entrance = project('0042', { fields: { type: 'interface' } })
  const main = typed('main', 'main-customer')
  const type = (key: string, from: string, to: string): Change =>
    update(typed(key, from), { links: { role: [`role:${from}`] } }, { links: { role: [`role:${to}`] } })
  const refused = (...changes: Change[]): string[] => codes(live, changes, { profile: 'cloudvps' })

  it.each<[string, Change]>([
    ['V4: the main-customer is removed', remove(main)],
    ['V4: it is given another type', type('main', 'main-customer', 'customer-admin')],
    ['V4: somebody else becomes one', type('ana', 'customer-admin', 'main-customer')],
    [
      'V1: the interface project is disabled',
      update(entrance, { fields: { enabled: true } }, { fields: { enabled: false } }),
    ],
    ['V1: it is renamed', rename(entrance, '0043')],
    ['V1: it is removed', remove(entrance)],
    ['V1: another one is made', create(project('0043', { fields: { type: 'interface' } }))],
    ['the role of a type is renamed', rename(role('customer-admin'), 'boss')],
    [
      'V6: who sees billing alone is given a role',
      create(grant('account:finn', 'compute-operator', 'project:web')),
    ],
    ['V6: the same by a group', create(grant('group:ops', 'compute-operator', 'project:web'))],
    ['V5: anybody is given the admin of the cloud', create(grant('account:ana', 'admin', 'project:web'))],
  ])('%s: refused', (_, change) => {
    expect(refused(change)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(sealed-owner|system-invariant|last-owner)$/)]),
    )
  })

  it('V5: a customer-admin comes and goes as any other', () => {
    expect(refused(type('ana', 'customer-admin', 'customer-tech'))).toEqual([])
  })
})
