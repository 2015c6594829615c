import { describe, expect, it } from 'vitest'
import type { Rules } from '../../src/connector/contract.ts'
import { check, datedGuards } from '../../src/guard/check.ts'
import { ownersBefore } from '../../src/guard/owners.ts'
import { refusals } from '../../src/guard/exit.ts'
import { sceneOf } from '../../src/guard/scene.ts'
import type { Wish } from '../../src/model/desired.ts'
import type { Person, SystemConfig } from '../../src/model/workspace.ts'
import { assumedOf, ownerContext, ownerViews } from '../../src/plan/owners.ts'
import type { Resource } from '../../src/model/resource.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import {
  account,
  config,
  context,
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

/** Each condition of a usable owner, one by one: `bo` fails it, so `ana` is the last one and cannot go. */

const system = { description: realm.description, rules: realm.rules }

function because(words: CaseWords, key = 'bo'): readonly string[] | undefined {
  const { today, now, guardrails } = context()
  return ownersBefore(sceneOf(guardCase({ ...system, ...words }), { today, now, guardrails })).get(key)
    ?.because
}

/** Whether ana can be removed today, whatever is to come. */
function codes(words: CaseWords): readonly string[] {
  return refusals(
    check([guardCase({ ...system, ...words, changes: [remove(owner('ana'))] })], context(), datedGuards),
  ).map(({ code }) => code)
}

const withFields = (one: Resource, fields: Resource['fields']): Resource => ({
  ...one,
  fields: { ...one.fields, ...fields },
})
const admins = thing('group', 'admins', { links: { role: ['role:Owner'], parent: [] } })
const leaders = thing('group', 'leaders', { links: { role: [], parent: ['group:admins'] } })
const nested = account('bo', { groups: ['leaders'] })
const bot: Person = {
  name: 'bot',
  type: 'service',
  labels: {},
  cause: { file: 'access/people.yaml', line: 1, document: 'User/bot' },
}
const wish = (words: Partial<Wish>): Partial<Wish>[] => [{ ref: ref('account', 'bo'), ...words }]

describe.each<[string, CaseWords, string]>([
  ['U1: a service', { live: [owner('bo', { type: 'service' })] }, 'a service account'],
  [
    'U1: a sort of account nobody knows',
    { live: [owner('bo', { type: 'robot' })] },
    'of unknown type "robot"',
  ],
  [
    'U1: the automation',
    { live: [owner('bo')], config: config({ automation: ['bo'] }) },
    'an account of the automation',
  ],
  [
    'U1: spelled otherwise',
    { live: [owner('bo')], config: config({ automation: ['Bo'] }) },
    'an account of the automation',
  ],
  [
    'left alone',
    { live: [owner('bo')], config: config({ ignore: { account: ['B*'] } }) },
    'ignored in this system',
  ],
  [
    'U1: declared as a service where the system has no such sort',
    {
      live: [owner('bo')],
      description: { ...realm.description, usable: { ...directory.usable, person: 'not readable' } },
      wishes: wish({ person: 'bot' }),
      people: [bot],
    },
    'declared as a service',
  ],
  [
    'U2: in a state nobody knows',
    { live: [withFields(owner('bo'), { invitation: 'odd' })] },
    'invited ("odd")',
  ],
  ['U3: suspended', { live: [owner('bo', { status: 'suspended' })] }, 'suspended'],
  [
    'U3: of a status nobody knows',
    { live: [owner('bo', { status: 'dormant' })] },
    'of unknown status "dormant"',
  ],
  [
    'U4: the account ends',
    { live: [owner('bo')], wishes: wish({ until: '2026-11-24' }) },
    'ends on 2026-11-24',
  ],
  ['U4: on a day nobody can read', { live: [owner('bo')], wishes: wish({ until: 'soon' }) }, 'ends on soon'],
  [
    'U4: the system ends the role',
    { live: [withFields(owner('bo'), { roleEnds: '2026-11-25T10:04:59Z' })] },
    'ends on 2026-11-25T10:04:59Z',
  ],
  [
    'U4: the system has an end nobody can read',
    { live: [withFields(owner('bo'), { roleEnds: '?' })] },
    'ends on ?',
  ],
  [
    'U4: the membership that carries the right ends',
    { live: [nested, leaders, admins], wishes: wish({ ending: { 'group:leaders': '2026-11-23' } }) },
    'its right ends on 2026-11-23',
  ],
  [
    'U5: a part of the system',
    { live: [owner('bo', { scope: 'eu' }), thing('scope', 'eu')] },
    'limited to scope eu',
  ],
  ['compromised', { live: [owner('bo')], wishes: wish({ compromised: true }) }, 'compromised'],
])('%s', (_name, words, reason) => {
  it('does not count, and says why', () => {
    expect(because(words)).toEqual([reason])
  })

  it('leaves the only other owner in place', () => {
    expect(codes({ ...words, live: [owner('ana'), ...words.live] })).toContain('last-owner')
  })
})

describe('what does count', () => {
  it.each<[string, CaseWords]>([
    ['U1: break-glass', { live: [owner('bo', { type: 'break-glass' })] }],
    ['U2: an accepted invitation', { live: [withFields(owner('bo'), { invitation: 'accepted' })] }],
    ['U4: an account that lasts', { live: [owner('bo')], wishes: wish({ until: '2026-11-25' }) }],
    ['U4: a role that lasts', { live: [withFields(owner('bo'), { roleEnds: '2026-11-25T10:05:01Z' })] }],
    [
      'U4: a membership that lasts',
      { live: [nested, leaders, admins], wishes: wish({ ending: { 'group:leaders': '2026-11-25' } }) },
    ],
    [
      'U4: a membership that ends beside one that stays',
      {
        live: [account('bo', { groups: ['admins', 'leaders'] }), leaders, admins],
        wishes: wish({ ending: { 'group:leaders': '2026-11-23' } }),
      },
    ],
    ['U7: a nested group that nothing touches', { live: [nested, leaders, admins] }],
    [
      'U1: a person, where the system shows what sort it is, whom the manifests are about to make a service',
      { live: [owner('bo')], wishes: wish({ person: 'bot' }), people: [bot] },
    ],
    [
      'U1: somebody who is declared as a person, where the system has no such sort',
      {
        live: [owner('bo')],
        description: { ...realm.description, usable: { ...directory.usable, person: 'not readable' } },
        wishes: wish({ person: 'bo' }),
        people: [{ ...bot, name: 'bo', type: 'person' }],
      },
    ],
  ])('%s', (_name, words) => {
    expect(because(words)).toEqual([])
    expect(codes({ ...words, live: [owner('ana'), ...words.live] })).not.toContain('last-owner')
  })
})

describe('U8: a right that an identity provider gives', () => {
  const told = withFields(owner('bo'), { roleFrom: 'okta' })
  const mapping = thing('mapping', 'sso', { links: { groups: ['group:leaders'] } })
  const fallback = thing('mapping', 'sso', { fields: { fallback: 'leaders' } })
  const fed = config({ memberships: 'identity-provider' })
  const cases: readonly [string, CaseWords][] = [
    ['as the system says', { live: [told] }],
    ['as a value that nobody knows says', { live: [withFields(owner('bo'), { roleFrom: 7 })] }],
    ['through memberships that it decides', { live: [nested, leaders, admins], config: fed }],
    ['through a group that a mapping fills', { live: [nested, leaders, admins, mapping] }],
    ['through the group of everybody else', { live: [nested, leaders, admins, fallback] }],
  ]

  it.each(cases)('%s: never the first', (_name, words) => {
    expect(because(words)).toEqual([])
    expect(codes({ ...words, live: [owner('ana'), ...words.live] })).toContain('last-owner')
  })

  it.each(cases)('%s: counts above the first', (_name, words) => {
    const two = { ...config(words.config), owners: { anchors: [], minimum: 2 } }
    const found = (live: readonly Resource[]) => codes({ ...words, live, config: two })
    expect(found([owner('ana'), owner('chen'), ...words.live])).not.toContain('owners-below-minimum')
    expect(found([owner('ana'), owner('chen')])).toContain('owners-below-minimum')
  })

  it('is said in the refusal', () => {
    const [finding] = check(
      [guardCase({ ...system, live: [owner('ana'), told], changes: [remove(owner('ana'))] })],
      context(),
    )
    expect(finding?.message).toBe(
      'This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, whose right an identity provider gives and takes).',
    )
  })

  it('a right through a group that no mapping fills stands, whatever other groups the account is in', () => {
    const both = account('bo', { groups: ['admins', 'crew'] })
    const crew = thing('group', 'crew')
    const other = thing('mapping', 'sso', { links: { groups: ['group:crew'] } })
    expect(codes({ live: [owner('ana'), both, crew, admins, other] })).not.toContain('last-owner')
  })

  it("a right beside it that is the account's own stands", () => {
    const both = { ...nested, links: { ...nested.links, role: ['role:Owner'] } }
    expect(codes({ live: [owner('ana'), both, leaders, admins], config: fed })).not.toContain('last-owner')
  })

  it('a plan that makes a mapping fill the group on the way counts on nobody in it', () => {
    const create = (after: Resource) => ({
      action: 'create' as const,
      ref: after.ref,
      after,
      cause: config().cause,
    })
    const words = { ...system, live: [owner('ana'), nested, leaders, admins] }
    const found = check(
      [guardCase({ ...words, changes: [create(mapping), remove(owner('ana'))] })],
      context(),
    )
    expect(found.map(({ code }) => code)).toContain('last-owner')
  })
})

describe('U7: a right through what the plan touches', () => {
  it.each([
    ['the membership', update(nested, { links: { groups: ['group:leaders'] } }, {})],
    ['the link between two groups', update(leaders, { links: { parent: ['group:admins'] } }, {})],
    ['the group that carries it', role(admins, 'Member')],
    ['the group, which goes', remove(leaders)],
  ])('%s: nobody to rely on meanwhile', (_name, change) => {
    const words = { ...system, live: [owner('ana'), nested, leaders, admins] }
    const found = check([guardCase({ ...words, changes: [change, remove(owner('ana'))] })], context())
    expect(found.map(({ code }) => code)).toContain('last-owner')
  })
})

describe('an owner', () => {
  const told = (words: CaseWords, key: string) => {
    const { today, now, guardrails } = context()
    return ownersBefore(sceneOf(guardCase({ ...system, ...words }), { today, now, guardrails })).get(key)
  }

  it('is a person by the handle that declares it, else by its name of now', () => {
    const live = [owner('bo')]
    expect(told({ live, wishes: wish({ person: 'robert' }) }, 'bo')?.person).toBe('robert')
    expect(told({ live, wishes: [] }, 'bo')?.person).toBe('bo')
    const renamed = { live, changes: [rename(owner('bo'), 'bob')], wishes: [] }
    expect(told(renamed, 'bob')).toMatchObject({ person: 'bo', ref: { key: 'bo' }, coming: 'bob' })
  })

  it('is a person by the same names where no inventory is at hand', () => {
    const {
      desired,
      people,
      config: settings,
      observation,
    } = guardCase({
      live: [owner('bo')],
      wishes: [{ ref: ref('account', 'ana'), person: 'robert' }],
    })
    const parts = { config: settings, desired, people, ...system }
    const changes = [rename(owner('bo'), 'bob')]
    const { person } = ownerContext(parts, observation.graph, changes, context().now)
    expect(['ana', 'bob', 'chen'].map(person)).toEqual(['robert', 'bo', 'chen'])
  })

  it('is left alone, or is the automation, by its name of now', () => {
    const changes = [rename(owner('bo'), 'bob')]
    const because = (words: Partial<SystemConfig>) =>
      told({ live: [owner('bo')], changes, config: config(words) }, 'bob')?.because
    expect(because({ ignore: { account: ['bo'] } })).toEqual(['ignored in this system'])
    expect(because({ automation: ['bo'] })).toEqual(['an account of the automation'])
    expect(because({ ignore: { account: ['bob'] }, automation: ['bob'] })).toEqual([])
  })

  it('who cannot be counted on anyway is not looked at for what ends besides', () => {
    const live = [{ ...nested, fields: { ...nested.fields, status: 'suspended' } }, leaders, admins]
    expect(because({ live, wishes: wish({ ending: { 'group:leaders': '2026-11-23' } }) })).toEqual([
      'suspended',
    ])
  })

  it('whose right only stays for a part of the system when a membership ends is not counted', () => {
    const partly: Rules = {
      ...realm.rules,
      ownership: ({ links }) => ({
        owner: true,
        unusable: (links['groups'] ?? []).length > 0 ? [] : ['limited to scope eu'],
      }),
    }
    const words = { live: [nested], wishes: wish({ ending: { 'group:leaders': '2026-11-23' } }) }
    expect(because({ ...words, rules: partly })).toEqual(['its right ends on 2026-11-23'])
    const limited: Rules = { ...realm.rules, ownership: () => ({ owner: true, unusable: ['limited'] }) }
    expect(because({ ...words, rules: limited })).toEqual(['limited'])
  })

  it('is shown with its person, what is missing and where the right comes from, by name', () => {
    const live = [
      owner('zed'),
      withFields(owner('bo'), { roleFrom: 'okta' }),
      owner('ana', { status: 'suspended' }),
      account('chen'),
    ]
    const {
      desired,
      people,
      config: settings,
      observation,
    } = guardCase({
      live,
      wishes: wish({ person: 'robert' }),
    })
    const parts = { config: settings, desired, people, ...system }
    const owners = ownerContext(parts, observation.graph, [], context().now)
    expect(ownerViews(owners, observation.graph, (key) => key)).toStrictEqual([
      { account: 'ana', usable: false, because: ['suspended'] },
      { account: 'bo', person: 'robert', usable: true, because: [], viaProvider: true },
      { account: 'zed', usable: true, because: [] },
    ])
  })
})

it('what a system cannot show is assumed, and named', () => {
  const usable = { ...directory.usable, accepted: 'not readable', 'can-log-in': 'not readable' } as const
  expect(assumedOf({ ...directory, usable })).toEqual(['accepted', 'can-log-in'])
  expect(assumedOf(directory)).toEqual([])
})

describe('U2: who has been invited', () => {
  const invited = withFields(owner('bo'), { invitation: 'pending' })
  const handsOver = (other: Resource, words: Partial<CaseWords> = {}) =>
    check(
      [
        guardCase({
          ...system,
          live: [owner('ana'), other],
          changes: [role(owner('ana'), 'Member')],
          ...words,
        }),
      ],
      context(),
    )

  it('is not counted', () => {
    expect(because({ live: [invited] })).toEqual(['invited ("pending")'])
  })

  it('is waited for: nothing is refused, and the plan says whom it waits for', () => {
    expect(handsOver(invited)).toMatchObject([
      {
        code: 'last-owner',
        severity: 'warn',
        message:
          'Nobody else can be counted on as an owner of "vpn" yet (now 1: ana); what lowers them waits for bo, invited ("pending").',
        remedy: 'Remind bo: nothing is lowered before.',
        refs: [ref('account', 'bo')],
      },
    ])
  })

  it('is told with all that they have still to do', () => {
    const ownership: Rules['ownership'] = (account, graph) => ({
      ...realm.rules.ownership(account, graph),
      ...(account.ref.key === 'bo' ? { unusable: ['invited', 'never signed in'], pending: true } : {}),
    })
    const changes = [remove(owner('ana'))]
    const found = { live: [owner('ana'), invited], changes, rules: { ...realm.rules, ownership } }
    expect(check([guardCase({ ...found, description: realm.description })], context())).toMatchObject([
      { message: expect.stringContaining('waits for bo, invited and never signed in.') as string },
    ])
  })

  it('is not waited for while one of those who are lowered is compromised', () => {
    const live = [owner('ana'), owner('chen'), invited]
    const wishes = live.map(({ ref: of }) => ({
      ref: of,
      ...(of.key === 'ana' ? { compromised: true } : {}),
    }))
    const changes = [suspend(owner('ana')), role(owner('chen'), 'Member')]
    const found = check([guardCase({ live, wishes, changes, ...system })], context())
    expect(found.filter(({ code }) => code === 'last-owner')).toMatchObject([{ severity: 'refuse' }])
  })

  it.each<[string, Resource, Partial<CaseWords>]>([
    ['suspended too', withFields(owner('bo', { status: 'suspended' }), { invitation: 'pending' }), {}],
    ['with an invitation that expired', withFields(owner('bo'), { invitation: 'expired' }), {}],
    ['the automation', invited, { config: config({ automation: ['bo'] }) }],
    ['by an identity provider', withFields(owner('bo'), { invitation: 'pending', roleFrom: 'provider' }), {}],
    [
      'with a right that ends soon',
      withFields(owner('bo'), { invitation: 'pending', roleEnds: '2026-11-23' }),
      {},
    ],
    [
      'through a membership that ends soon',
      withFields(account('bo', { groups: ['admins'] }), { invitation: 'pending' }),
      {
        live: [
          owner('ana'),
          admins,
          withFields(account('bo', { groups: ['admins'] }), { invitation: 'pending' }),
        ],
        wishes: [
          ...wish({ ending: { 'group:admins': '2026-11-23' } }),
          { ref: ref('account', 'ana') },
          { ref: ref('group', 'admins') },
        ],
      },
    ],
  ])('is not waited for when %s', (_name, other, words) => {
    expect(refusals(handsOver(other, words)).map(({ code }) => code)).toContain('last-owner')
  })

  it('is not waited for in an emergency: somebody who can own the system at once is to be promoted', () => {
    const wishes = [
      { ref: ref('account', 'ana'), compromised: true, person: 'ana' },
      ...wish({ person: 'bo' }),
    ]
    expect(refusals(handsOver(invited, { wishes })).map(({ code }) => code)).toContain('last-owner')
  })
})
