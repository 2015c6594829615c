import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Resource } from '../../src/model/resource.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  account,
  context,
  create,
  guardCase,
  owner,
  place,
  ref,
  rename,
  thing,
  type CaseWords,
} from './case.ts'

/** As a person meets it, with sign-ins that somebody writes down: test/lifecycle/dormant.test.ts. */
function found(words: CaseWords): Finding[] {
  const findings = check([guardCase(words)], context({ dormantAfter: { days: 90 } }))
  return findings.filter(({ code }) => code === 'dormant-account')
}

function told(words: CaseWords): unknown[] {
  return found(words).map(({ refs, message, dormant = [] }) => ({
    refs: refs.map(({ key }) => key),
    dormant: dormant.map((one) => one.account),
    unknown: /not known.*: (.*)\.$/.exec(message)?.[1],
  }))
}

const since = (day: string, one: Resource): Resource => ({
  ...one,
  fields: { ...one.fields, lastSignIn: `${day}T08:30:00Z` },
})
const idle = since('2026-01-01', owner('ana'))

it('the account of the credentials is rolecall at work, and signs in', () => {
  expect(told({ live: [idle] })).toMatchObject([{ dormant: ['ana'] }])
  expect(told({ live: [idle], identity: 'ana' })).toEqual([])
})

it('who cannot be used is no danger, whatever the role is worth', () => {
  const one = since('2026-01-01', owner('ana', { status: 'suspended' }))
  const power = (): 'owner' => 'owner'
  expect(told({ live: [one], rules: { ...rules, power } })).toEqual([])
})

it('what the plan makes has no past that could be unknown', () => {
  const live = [since('2026-11-20', account('bo'))]
  expect(told({ live: [...live, owner('zoe')] })).toEqual([{ refs: ['zoe'], dormant: [], unknown: 'zoe' }])
  expect(told({ live, changes: [create(owner('zoe'))], wishes: [{ ref: ref('account', 'zoe') }] })).toEqual(
    [],
  )
})

it('what the plan renames is called what it is called now', () => {
  const wishes = [{ ref: ref('account', 'anna') }]
  expect(told({ live: [idle], changes: [rename(idle, 'anna')], wishes })).toEqual([
    { refs: ['ana'], dormant: ['ana'], unknown: undefined },
  ])
})

it('the later of a sign-in and the beginning of the record counts: between the two nobody looked', () => {
  const record = { signInsFrom: '2026-11-01T00:00:00Z' }
  expect(told({ live: [{ ...idle, fields: { ...idle.fields, ...record } }] })).toEqual([])
})

describe('what is known, and what is not', () => {
  const remedy = 'It only warns: ask whose they are, and take from them or suspend what nobody uses.'
  const common = { code: 'dormant-account', system: 'vpn', severity: 'warn', where: 'built in', remedy }

  it('is said of what is dormant alone', () => {
    const ana = { name: 'ana', type: 'person', labels: {}, cause: place(1) } as const
    expect(found({ live: [idle], people: [ana] })).toEqual([
      {
        ...{ ...common, acceptable: false, refs: [idle.ref], count: 1 },
        message: 'Nobody has signed in to 1 privileged account of "vpn" for 90 days or longer.',
        dormant: [
          {
            ...{ account: 'ana', person: 'ana', lastSignIn: '2026-01-01T08:30:00Z', power: 'owner' },
            rights: [{ action: 'role:Owner', on: 'all:*', rank: 'owner' }],
          },
        ],
      },
    ])
  })

  it('is said of what is unknown alone, in the order of names', () => {
    const live = [since('2026-11-20', account('bo')), owner('zoe'), account('abe', { role: 'Administrator' })]
    expect(found({ live })).toStrictEqual([
      {
        ...{ ...common, acceptable: false, refs: [ref('account', 'abe'), ref('account', 'zoe')], count: 0 },
        message:
          'Of 2 privileged accounts of "vpn" it is not known when somebody signed in last, so nobody can say whether they are dormant: abe, zoe.',
      },
    ])
  })

  it('is not said of each account where nothing is known of any', () => {
    expect(told({ live: [owner('zoe')] })).toEqual([])
  })
})

describe('is not told of', () => {
  it('an account for emergencies, whether the system or the manifests say that it is one', () => {
    const glass = since('2026-01-01', owner('ana', { type: 'break-glass' }))
    const ana = { name: 'ana', type: 'break-glass', labels: {}, cause: place(1) } as const
    expect(told({ live: [glass] })).toEqual([])
    expect(told({ live: [idle], people: [ana] })).toEqual([])
  })

  it('the accounts of rolecall, also while the plan renames them', () => {
    expect(told({ live: [idle], config: { automation: ['ana'] } })).toEqual([])
    const wishes = [{ ref: ref('account', 'anna') }]
    expect(told({ live: [idle], changes: [rename(idle, 'anna')], wishes, identity: 'ana' })).toEqual([])
  })
})

describe('privileged is', () => {
  const webOwners = [
    thing('group', 'ops', { links: { parent: [] } }),
    thing('grant', 'group:ops Owner project:web', {
      links: { subject: ['group:ops'], role: ['role:Owner'], resource: ['project:web'] },
    }),
    thing('project', 'web'),
  ]
  const web = { action: 'role:Owner', on: 'project:web', rank: 'owner' }
  const rightsOf = (words: CaseWords): unknown[] =>
    found(words).flatMap(({ dormant = [] }) => dormant.map(({ power, rights }) => ({ power, rights })))

  it('who has a privileged right on something, and no power over the system', () => {
    const ana = since('2026-01-01', account('ana', { groups: ['ops'], manages: ['ops'] }))
    expect(rightsOf({ live: [...webOwners, ana] })).toEqual([{ power: 'member', rights: [web] }])
  })

  it('who has power that no right shows', () => {
    const power = (): 'unknown' => 'unknown'
    const live = [since('2026-01-01', account('ana'))]
    expect(rightsOf({ live, rules: { ...rules, power } })).toEqual([{ power: 'unknown', rights: [] }])
    expect(rightsOf({ live })).toEqual([])
  })

  it('told by the most that one may do first', () => {
    const ana = since('2026-01-01', account('ana', { role: 'Administrator', groups: ['ops'] }))
    const everywhere = { action: 'role:Administrator', on: 'all:*', rank: 'administrator' }
    expect(rightsOf({ live: [...webOwners, ana] })).toEqual([
      { power: 'administrator', rights: [web, everywhere] },
    ])
  })

  it('told from the most powerful to the least, and of equals by name', () => {
    const live = [
      account('abe', { groups: ['ops'] }),
      account('bea', { role: 'Auditor' }),
      account('cy', { role: 'Administrator' }),
      owner('zoe'),
      owner('dan'),
    ].map((one) => since('2026-01-01', one))
    expect(told({ live: [...webOwners, ...live] })).toMatchObject([
      { dormant: ['dan', 'zoe', 'cy', 'bea', 'abe'] },
    ])
  })
})
