import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { lastOwner } from '../../src/guard/last-owner.ts'
import type { Finding } from '../../src/model/finding.ts'
import {
  account,
  context,
  create,
  guardCase,
  owner,
  ref,
  remove,
  rename,
  role,
  suspend,
  thing,
  update,
  type CaseWords,
} from './case.ts'
import * as realm from './realm.ts'

/** Who is counted on and who is not, and what a person is told about it. */

const found = (words: CaseWords): readonly Finding[] => check([guardCase(words)], context(), [lastOwner])
const cannot = { where: 'built in', severity: 'refuse', acceptable: false, code: 'last-owner', system: 'vpn' }
const crew = thing('group', 'crew', { links: { role: ['role:Owner'], parent: [] } })
const stripped = update(crew, { links: { role: ['role:Owner'] } }, {})

describe('a hand-over that cannot be watched', () => {
  it('is one to an owner whom more writes touch than can be followed', () => {
    const groups = Array.from({ length: 9 }, (_, index) => thing('group', `g${index}`))
    const bo = owner('bo', { groups: groups.map(({ ref: { key } }) => key) })
    const changes = groups.map((group) => update(group, {}, { fields: { description: 'x' } }))
    expect(
      found({ ...realm, live: [owner('ana'), bo, ...groups], changes: [...changes, remove(owner('ana'))] }),
    ).toEqual([
      {
        ...cannot,
        refs: [ref('account', 'bo')],
        count: 1,
        message:
          'This plan lowers every usable owner of "vpn" (now 2: ana, bo), and bo can be lowered on the way by a step that does not say so; at every point of a run at least 1 must remain.',
        remedy:
          'This cannot be accepted: make two plans of it, one that gives the owner role and then one that takes it away.',
      },
    ])
  })

  it('is one in which somebody new is lowered by a step that knows nothing of them yet', () => {
    const changes = [
      create(account('bo', { groups: ['crew'] })),
      stripped,
      role(account('chen'), 'Owner'),
      role(owner('ana'), 'Member'),
    ]
    const live = [owner('ana'), account('chen'), crew]
    expect(found({ ...realm, live, changes })).toMatchObject([
      {
        refs: [ref('account', 'bo')],
        message:
          'This plan lowers every usable owner of "vpn" (now 1: ana), and bo can be lowered on the way by a step that does not say so; at every point of a run at least 1 must remain.',
      },
    ])
    expect(found({ ...realm, live, changes: changes.slice(1) })).toEqual([])
  })

  it('is one in which somebody who goes is lowered before by a step that does not say so', () => {
    const live = [owner('ana'), account('bo'), account('chen', { groups: ['crew'] }), crew]
    const changes = [
      role(account('bo'), 'Owner'),
      role(owner('ana'), 'Member'),
      stripped,
      remove(account('chen', { groups: ['crew'] })),
    ]
    const { steps } = guardCase({ ...realm, live, changes })
    expect(steps.map(({ lowers }) => lowers)).toEqual([[], ['ana'], ['chen'], ['chen']])
    expect(found({ ...realm, live, steps })).toEqual([])
    const silent = steps.map((step) => (step.change === stripped ? { ...step, lowers: [] } : step))
    expect(found({ ...realm, live, steps: silent })).toMatchObject([{ refs: [ref('account', 'chen')] }])
  })

  it('names people by the name they have now', () => {
    const steps = guardCase({
      live: [owner('ana'), account('bo')],
      changes: [role(account('bo'), 'Owner'), rename(owner('ana'), 'anna'), role(account('anna'), 'Member')],
    }).steps.map((step, index) => ({
      ...step,
      lowers: [] as readonly string[],
      needs: index === 2 ? ['vpn/2'] : [],
    }))
    const live = [owner('ana'), account('bo')]
    const [finding] = found({ live, steps })
    expect(finding?.refs).toEqual([ref('account', 'ana')])
    expect(finding?.message).toContain(', and ana can be lowered on the way')
    const telling = (lowers: string) =>
      found({ live, steps: steps.map((step, index) => (index === 2 ? { ...step, lowers: [lowers] } : step)) })
    expect(telling('ana')).toEqual([])
    expect(telling('anna')).toEqual([])
    expect(telling('bo')).toHaveLength(1)
  })
})

describe('a plan that leaves nobody', () => {
  it('says whom to promote as soon as one of the owners is compromised', () => {
    const live = [owner('ana'), owner('bo')]
    const wishes = [{ ref: ref('account', 'ana'), compromised: true }, { ref: ref('account', 'bo') }]
    const [finding] = found({ live, wishes, changes: [suspend(owner('ana')), suspend(owner('bo'))] })
    expect(finding?.remedy).toBe(
      'This cannot be accepted: nobody else has a working account there, so create an owner; that and the suspension may stand in one change.',
    )
  })

  it('counts people, not accounts, and says every reason why another is not counted', () => {
    const live = [owner('ana'), owner('ana-admin'), owner('bo', { status: 'suspended', type: 'service' })]
    const wishes = live.map((one) => ({ ref: one.ref, person: one.ref.key.replace('-admin', '') }))
    const changes = [remove(owner('ana')), remove(owner('ana-admin'))]
    expect(found({ live, wishes, changes })[0]?.message).toBe(
      'This plan leaves "vpn" with 0 usable owners (now 1: ana, ana-admin); at every point of a run at least 1 must remain (not counted: bo, a service account and suspended).',
    )
  })
})

describe('a system that nobody owns', () => {
  const live = [account('ana'), owner('bo', { status: 'suspended' })]
  const idle = update(account('ana'), {}, { fields: { givenName: 'Ana' } })

  it('may be given an owner, and nothing is said about it', () => {
    expect(found({ live, changes: [role(account('ana'), 'Owner')] })).toEqual([])
  })

  it('is warned about while it has none', () => {
    expect(found({ live, changes: [idle] })).toEqual([
      {
        ...cannot,
        severity: 'warn',
        refs: [ref('account', 'bo')],
        count: 0,
        message: '"vpn" has no usable owner, before this plan or after it (not counted: bo, suspended).',
        remedy: 'Give an owner role to a person who can use it: until then, no plan may take anything away.',
      },
    ])
    expect(found({ live })).toEqual([])
  })
})
