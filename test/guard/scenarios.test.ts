import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { exitCodeOf, refusals } from '../../src/guard/exit.ts'
import type { Observation } from '../../src/connector/contract.ts'
import type { Change } from '../../src/model/change.ts'
import { Graph, type GraphView } from '../../src/model/graph.ts'
import { kinds, type Resource } from '../../src/model/resource.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import {
  account,
  allRead,
  config,
  context,
  create,
  desired,
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
import { rules } from '../../src/systems/directory/rules.ts'
import { description as directory } from '../../src/systems/directory/describe.ts'
import * as realm from './realm.ts'

/** The ways in which teams have locked themselves out, one by one, and the ordinary changes next to them. */

const loose = config({ owners: { anchors: [], minimum: 1 } })

function codes(words: CaseWords): readonly string[] {
  return refusals(check([guardCase({ config: loose, ...words })], context())).map(({ code }) => code)
}

function verdict(live: readonly Resource[], ...changes: readonly Change[]): readonly string[] {
  return codes({ live, changes })
}

const inAdmins = account('ana', { groups: ['admins'] })
const admins = thing('group', 'admins', { links: { role: ['role:Owner'], parent: [] } })
const leaders = thing('group', 'leaders', { links: { role: [], parent: ['group:admins'] } })

describe('who is left', () => {
  it('S1: the only owner hands over to another in one change: the grant comes first and is confirmed', () => {
    expect(
      verdict([owner('ana'), account('bo')], role(account('bo'), 'Owner'), role(owner('ana'), 'Member')),
    ).toEqual([])
  })

  it('S1: the only owner hands over to somebody new', () => {
    expect(verdict([owner('ana')], create(owner('bo')), remove(owner('ana')))).toEqual([])
  })

  it('S1: the successor is suspended in the manifests already', () => {
    expect(
      verdict([owner('ana')], create(owner('bo', { status: 'suspended' })), remove(owner('ana'))),
    ).toEqual(['last-owner'])
  })

  it('S3: a hand-over whose reduction does not say whom it lowers would run without a look', () => {
    const words = { live: [owner('ana'), account('bo')] }
    const changes = [role(account('bo'), 'Owner'), role(owner('ana'), 'Member')]
    const steps = guardCase({ ...words, changes }).steps.map((step) => ({ ...step, lowers: [] }))
    const findings = check([guardCase({ ...words, steps })], context())
    expect(findings).toMatchObject([
      {
        code: 'last-owner',
        message:
          'This plan lowers every usable owner of "vpn" (now 1: ana), and ana can be lowered on the way by a step that does not say so; at every point of a run at least 1 must remain.',
        remedy:
          'This cannot be accepted: make two plans of it, one that gives the owner role and then one that takes it away.',
      },
    ])
  })

  it('S8: of two owners one is suspended, and the other is removed', () => {
    const findings = check(
      [
        guardCase({
          live: [owner('ana'), owner('bo', { status: 'suspended' })],
          changes: [remove(owner('ana'))],
        }),
      ],
      context(),
    )
    expect(findings).toMatchObject([
      {
        code: 'last-owner',
        message:
          'This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain (not counted: bo, suspended).',
      },
    ])
  })

  it('S9: the other owner expires within 72 hours', () => {
    const live = [owner('ana'), owner('bo')]
    const wishes = (until: string) => [{ ref: ref('account', 'bo'), until }]
    expect(codes({ live, changes: [remove(owner('ana'))], wishes: wishes('2026-11-24') })).toEqual([
      'last-owner',
    ])
    expect(codes({ live, changes: [remove(owner('ana'))], wishes: wishes('2027-02-20') })).toEqual([])
  })

  it('S11: two owner accounts of one person are one owner', () => {
    const live = [owner('ana'), owner('ana-admin'), owner('bo')]
    const wishes = ['ana', 'ana-admin'].map((key) => ({ ref: ref('account', key), person: 'ana' }))
    const two = config({ owners: { anchors: [], minimum: 2 } })
    expect(
      check([guardCase({ live, wishes, config: two, changes: [remove(owner('bo'))] })], context()),
    ).toMatchObject([
      {
        code: 'owners-below-minimum',
        count: 1,
        message: 'This plan lowers bo and leaves "vpn" with 1 usable owner (now 2); owners.minimum is 2.',
      },
    ])
    expect(codes({ live, wishes, config: two, changes: [remove(owner('ana-admin'))] })).toEqual([])
  })

  it('S12: the second owner is a service, the automation, or ignored', () => {
    const others: readonly CaseWords[] = [
      { live: [owner('ana'), owner('bot', { type: 'service' })] },
      { live: [owner('ana'), owner('bot')], config: config({ automation: ['bot'] }) },
      { live: [owner('ana'), owner('bot')], config: config({ ignore: { account: ['b*t'] } }) },
      {
        live: [owner('ana'), owner('bot')],
        description: { ...directory, usable: { ...directory.usable, person: 'not readable' } },
        wishes: [{ ref: ref('account', 'bot'), person: 'deploy' }],
        people: [
          {
            name: 'deploy',
            type: 'service',
            labels: {},
            cause: { file: 'access/bots.yaml', line: 1, document: 'User/deploy' },
          },
        ],
      },
    ]
    for (const words of others)
      expect(codes({ ...words, changes: [remove(owner('ana'))] })).toContain('last-owner')
  })

  it('the other owner reaches a part of the system only, or has a status nobody knows', () => {
    const scoped = owner('bo', { scope: 'eu' })
    const dormant = owner('bo', { status: 'dormant' })
    for (const other of [scoped, dormant])
      expect(verdict([owner('ana'), other, thing('scope', 'eu')], suspend(owner('ana')))).toEqual([
        'last-owner',
      ])
  })

  it('a break-glass account counts', () => {
    expect(verdict([owner('ana'), owner('glass', { type: 'break-glass' })], remove(owner('ana')))).toEqual([])
  })

  it('the only owner is renamed', () => {
    expect(verdict([owner('ana'), account('bo')], rename(owner('ana'), 'anna'))).toEqual([])
  })

  it('the only owner hands over and takes another name and a smaller part at once', () => {
    const ana = owner('ana')
    const actual = new Graph('vpn', [ana, account('bo'), thing('scope', 'eu')])
    const wishes = [
      { ...owner('anna', { scope: 'eu' }), previousKeys: ['ana'] },
      owner('bo'),
      { ref: ref('scope', 'eu') },
    ]
    const parts = { actual, description: directory, rules }
    const changes = diff({ ...parts, desired: desired(wishes), config: loose, inventory: [] })
    const steps = order(changes, { ...parts, system: 'vpn' })
    expect(steps.map(({ change }) => change.action)).toEqual(['rename', 'update', 'update'])
    expect(codes({ live: kinds.flatMap((kind) => [...actual.all(kind)]), wishes, steps })).toEqual([])
  })

  it('two owners change places with two others one at a time, or not at all', () => {
    const live = [owner('ana'), owner('bo'), account('chen'), account('dia')]
    const raises = [role(account('chen'), 'Owner'), role(account('dia'), 'Owner')]
    expect(verdict(live, ...raises, role(owner('ana'), 'Member'))).toEqual([])
    // owners one at a time; and of those with power not two of two, where others come
    expect(verdict(live, ...raises, role(owner('ana'), 'Member'), role(owner('bo'), 'Member'))).toEqual([
      'removal-limit',
      'removal-limit',
    ])
  })

  it('the only owner does not go unseen where names move along a row', () => {
    const live = [owner('ana'), account('eve'), owner('chen', { status: 'suspended' })]
    const row = [
      rename(owner('chen', { status: 'suspended' }), 'bo'),
      rename(account('eve'), 'chen'),
      rename(owner('ana'), 'eve'),
    ]
    expect(verdict(live, ...row)).toEqual([])
    expect(verdict(live, ...row, role(owner('eve'), 'Member'))).toEqual(['last-owner'])
    expect(verdict(live, ...row, suspend(owner('eve')))).toEqual(['last-owner'])
  })

  it('a system without a usable owner can be given one, and nothing else is taken away', () => {
    const live = [owner('ana', { status: 'suspended' }), account('bo'), thing('group', 'finance')]
    expect(verdict(live, role(account('bo'), 'Owner'))).toEqual([])
    expect(
      verdict(live, update(live[0]!, { fields: { status: 'suspended' } }, { fields: { status: 'active' } })),
    ).toEqual([])
    expect(verdict(live, role(account('bo'), 'Owner'), remove(thing('group', 'finance')))).toEqual([
      'last-owner',
    ])
  })

  it('an empty system may be filled without anybody owning it, and the plan says so', () => {
    const findings = check([guardCase({ live: [], changes: [create(account('bo'))] })], context())
    expect(findings).toMatchObject([
      {
        code: 'last-owner',
        severity: 'warn',
        message: '"vpn" has no usable owner, before this plan or after it.',
      },
    ])
    expect(exitCodeOf(findings)).toBe(0)
  })
})

describe('a right that comes through a group', () => {
  const system = { description: realm.description, rules: realm.rules }

  it('S4: the group that carries the only owner is taken from her', () => {
    const change = update(inAdmins, { links: { groups: ['group:admins'] } }, {})
    expect(codes({ ...system, live: [inAdmins, admins], changes: [change] })).toContain('last-owner')
  })

  it('S5: the middle link of a nested group goes', () => {
    const nested = account('ana', { groups: ['leaders'] })
    const change = update(leaders, { links: { parent: ['group:admins'] } }, {})
    expect(codes({ ...system, live: [nested, leaders, admins], changes: [change] })).toContain('last-owner')
  })

  it('S6: the group is deleted and made again under the same name', () => {
    const found = codes({
      ...system,
      live: [inAdmins, { ...admins, id: '7' }],
      changes: [update(admins, { links: { role: ['role:Owner'] } }, { links: { role: ['role:Member'] } })],
      inventory: [
        { system: 'vpn', kind: 'group', key: 'admins', id: '3', handle: 'admins', wish: 'x', run: 'r1' },
      ],
    })
    expect(found).toEqual(['last-owner', 'identity-changed'])
  })

  it('two changes that are harmless alone and not together', () => {
    const both = account('ana', { groups: ['admins', 'crew'] })
    const crew = thing('group', 'crew', { links: { role: ['role:Owner'], parent: [] } })
    const change = (group: Resource) => update(group, { links: { role: ['role:Owner'] } }, {})
    const live = [both, admins, crew, owner('bo')]
    expect(codes({ ...system, live, changes: [change(admins), change(crew)] })).toEqual([])
    expect(codes({ ...system, live: live.slice(0, 3), changes: [change(admins), change(crew)] })).toContain(
      'last-owner',
    )
  })

  it('an owner made and unmade on the way is nobody to count on', () => {
    const bo = account('bo', { groups: ['crew'] })
    const crew = thing('group', 'crew', { links: { role: [], parent: [] } })
    const changes = [
      update(crew, {}, { links: { role: ['role:Owner'] } }),
      update(bo, { links: { groups: ['group:crew'] } }, {}),
      role(owner('ana'), 'Member'),
      role(account('chen'), 'Owner'),
    ]
    expect(codes({ ...system, live: [owner('ana'), bo, account('chen'), crew], changes })).toContain(
      'last-owner',
    )
  })
})

describe('what the system seals or forbids', () => {
  it('a sealed owner is not lowered through a group either', () => {
    const sealed = { ...inAdmins, fields: { ...inAdmins.fields, sealed: true } }
    const change = update(admins, { links: { role: ['role:Owner'] } }, {})
    const words = { ...realm, live: [sealed, admins, owner('bo')] }
    expect(codes({ ...words, changes: [change] })).toEqual(['sealed-owner'])
    expect(
      codes({ ...words, changes: [update(admins, {}, { fields: { description: 'All of us' } })] }),
    ).toEqual([])
  })

  it('a sealed account is not renamed', () => {
    expect(
      verdict([owner('ana'), account('root', { sealed: true })], rename(account('root'), 'top')),
    ).toContain('sealed-owner')
  })

  it('what may stand only once is not doubled on the way to a good end', () => {
    const single = {
      ...rules,
      invariants: (_: GraphView, after: GraphView) =>
        [...after.all('project')].length === 1
          ? []
          : [{ refs: [], message: 'There is one main project.', remedy: 'Rename it.' }],
    }
    const [old, next] = [thing('project', 'main'), thing('project', 'next')]
    expect(codes({ rules: single, live: [owner('ana'), old], changes: [create(next), remove(old)] })).toEqual(
      ['system-invariant'],
    )
    expect(codes({ rules: single, live: [owner('ana'), old], changes: [remove(old)] })).toEqual([
      'system-invariant',
    ])
  })
})

describe('what was read and declared', () => {
  it('a collection that the system gives no proof for is never removed from', () => {
    const { policy } = directory.kinds
    if (!policy) throw new Error('the directory has policies')
    const kindsHere = { ...directory.kinds, policy: { ...policy, evidence: [] } }
    const words = {
      description: { ...directory, kinds: kindsHere },
      live: [owner('ana'), account('bo'), thing('policy', 'payroll')],
    }
    const findings = check(
      [guardCase({ ...words, changes: [remove(thing('policy', 'payroll'))] })],
      context(),
    )
    expect(findings.map(({ message }) => message)).toEqual([
      'The policies of "vpn" are not proven to be read whole (the system offers no proof for them), and this plan takes away 1 thing; nothing is removed on an unproven read.',
    ])
    expect(codes({ ...words, changes: [remove(account('bo'))] })).toEqual([])
  })

  it('every thing that would go is named, of whatever kind, and each kind that was not read whole', () => {
    const { policy } = directory.kinds
    if (!policy) throw new Error('the directory has policies')
    const live = [owner('ana'), account('bo'), account('chen'), thing('policy', 'payroll')]
    const [finding, ...others] = check(
      [
        guardCase({
          description: { ...directory, kinds: { ...directory.kinds, policy: { ...policy, evidence: [] } } },
          live,
          changes: live.slice(1).map(remove),
        }),
      ],
      context(),
    ).filter(({ code }) => code === 'unproven-read')
    expect(finding?.refs).toEqual([ref('account', 'bo'), ref('account', 'chen'), ref('policy', 'payroll')])
    expect(others).toEqual([])
  })

  it('S28: a list of owners cut to one of three removes nobody, and the exit code says why', () => {
    const one = guardCase({
      live: [owner('ana'), owner('bo')],
      changes: [role(owner('bo'), 'Member')],
      proofs: { ...allRead, account: { complete: false, reason: '1 of 3 pages' } },
    })
    const findings = check([one], context())
    expect(refusals(findings).map(({ code }) => code)).toContain('unproven-read')
    expect(exitCodeOf(findings)).toBe(4)
  })

  it('what is known is added to while a page is missing, and nothing is made that it may hold', () => {
    const proofs = { ...allRead, account: { complete: false, reason: '1 of 3 pages' } } as const
    const bo = account('bo')
    const joins = update(bo, {}, { fields: { email: 'bo@acme.example' } })
    expect(codes({ live: [owner('ana'), bo], changes: [joins], proofs })).toEqual([])
    expect(codes({ live: [owner('ana')], changes: [create(bo)], proofs })).toEqual(['unproven-read'])
    expect(codes({ live: [owner('ana')], changes: [create(thing('group', 'ops'))], proofs })).toEqual([])
    // where a system has no proof to give, nothing could ever be made
    const { group } = directory.kinds
    if (group === undefined) throw new Error('the directory has groups')
    const description = { ...directory, kinds: { ...directory.kinds, group: { ...group, evidence: [] } } }
    const making = { live: [owner('ana')], changes: [create(thing('group', 'ops'))], proofs: {}, description }
    expect(codes(making)).toEqual([])
  })

  it('a collection that was not read, or without the evidence that it needs, is not proven', () => {
    const live = [owner('ana'), account('bo')]
    const said = (proofs: Observation['proofs']) =>
      check([guardCase({ live, changes: [remove(account('bo'))], proofs })], context()).map(
        ({ message }) => message,
      )
    const { group: _, ...withoutGroups } = allRead
    const after = 'and this plan takes away 1 thing; nothing is removed on an unproven read.'
    expect(said(withoutGroups)).toEqual([
      `The groups of "vpn" are not proven to be read whole (not read), ${after}`,
    ])
    expect(said({ ...allRead, role: { complete: true, evidence: ['last-page'], count: 3 } })).toEqual([
      `The roles of "vpn" are not proven to be read whole (without transaction), ${after}`,
    ])
  })

  it('S30: a role that nobody knows is neither an owner nor harmless', () => {
    const live = [owner('ana'), account('bo', { role: 'Root' })]
    expect(verdict(live, remove(owner('ana')))).toEqual(['last-owner'])
    const bots = config({ automation: ['bo'] })
    expect(
      codes({ live, config: bots, changes: [role(account('bo', { role: 'Root' }), 'Administrator')] }),
    ).toEqual(['own-access'])
  })

  it('S31: an empty folder of manifests removes nothing, and neither does one without people', () => {
    const live = [owner('ana'), account('bo'), thing('group', 'finance')]
    const changes = [remove(account('bo'))]
    expect(codes({ live, changes, wishes: [] })).toEqual(['empty-desired'])
    const groups = [{ ref: ref('group', 'finance') }]
    expect(check([guardCase({ live, changes, wishes: groups })], context())).toMatchObject([
      {
        code: 'empty-desired',
        message: 'No account is declared for "vpn", and this plan takes away 1 thing there.',
      },
    ])
    expect(codes({ live, changes, wishes: [...groups, { ref: ref('account', 'ana') }] })).toEqual([])
    const absent = { ref: ref('account', 'bo'), state: 'absent' } as const
    expect(codes({ live, changes, wishes: [...groups, absent] })).toEqual(['empty-desired'])
  })

  it('S31: a folder without people may remove what is not people, also where there are none', () => {
    const finance = thing('group', 'finance')
    const wishes = [{ ref: ref('group', 'crew') }]
    expect(codes({ live: [owner('ana'), finance], changes: [remove(finance)], wishes })).toEqual([])
    expect(codes({ live: [finance], changes: [remove(finance)], wishes })).toEqual(['last-owner'])
  })
})

describe('anchors and our own account', () => {
  const anchored = config({ owners: { anchors: ['Ana'], minimum: 1 } })
  const live = [owner('ana', { email: 'ana@acme.example' }), owner('bo'), thing('scope', 'eu')]
  const [ana] = live as [Resource]

  it.each<[string, Change]>([
    ['removed', remove(ana)],
    ['given another role', role(ana, 'Administrator')],
    ['suspended', suspend(ana)],
    ['limited to a scope', update(ana, {}, { links: { scope: ['scope:eu'] } })],
    ['made a service', update(ana, { fields: { type: 'person' } }, { fields: { type: 'service' } })],
    ['renamed', rename(ana, 'anna')],
    [
      'given another address',
      update(ana, { fields: { email: 'ana@acme.example' } }, { fields: { email: 'x@acme.example' } }),
    ],
    ['given a name elsewhere', update(ana, { fields: { username: 'ana' } }, { fields: { username: 'x' } })],
    ['given a setting nobody knows', update(ana, {}, { fields: { ipWhitelist: ['203.0.113.7'] } })],
  ])('an anchor is never %s', (_, change) => {
    expect(codes({ live, config: anchored, changes: [change] })).toEqual(['anchor-touched'])
  })

  it.each<[string, Change]>([
    ['described', update(ana, { fields: { givenName: 'An' } }, { fields: { givenName: 'Ana' } })],
    ['given a first address', update(owner('ana'), {}, { fields: { email: 'ana@acme.example' } })],
    ['put into a group', update(ana, {}, { links: { groups: ['group:finance'] } })],
  ])('an anchor may be %s', (_, change) => {
    expect(
      codes({ live: [...live, thing('group', 'finance')], config: anchored, changes: [change] }),
    ).toEqual([])
  })

  it('an anchor that is compromised is stopped at once, but not as the last owner', () => {
    const wishes = [{ ref: ref('account', 'ana'), compromised: true }]
    expect(codes({ live, config: anchored, wishes, changes: [suspend(ana)] })).toEqual([])
    expect(codes({ live: [ana], config: anchored, wishes, changes: [suspend(ana)] })).toEqual([
      'last-owner',
      'anchor-touched',
    ])
  })

  it('a rename of an anchor is called what it is', () => {
    const finding = check([guardCase({ live, config: anchored, changes: [rename(ana, 'anna')] })], context())
    expect(finding.map(({ message }) => message)).toEqual([
      'ana is an anchor of "vpn", and this plan lowers it: it is renamed to "anna", its username changes.',
    ])
  })

  it('our own account keeps its reach, though its power is the same', () => {
    const bot = account('ci-bot', { role: 'Administrator', scope: 'eu' })
    const change = update(bot, { links: { scope: ['scope:eu'] } }, { links: { scope: ['scope:us'] } })
    const findings = check(
      [
        guardCase({
          live: [owner('ana'), bot, thing('scope', 'eu'), thing('scope', 'us')],
          changes: [change],
          identity: 'ci-bot',
        }),
      ],
      context(),
    )
    expect(findings.map(({ message }) => message)).toEqual([
      'rolecall itself uses ci-bot in "vpn", and this plan lowers it: its scope changes.',
    ])
  })

  it('our own account is not limited to a scope where it had none', () => {
    const bot = account('ci-bot', { role: 'Administrator' })
    const change = update(bot, {}, { links: { scope: ['scope:eu'] } })
    const live = [owner('ana'), bot, thing('scope', 'eu')]
    expect(codes({ live, changes: [change], identity: 'ci-bot' })).toEqual(['own-access'])
  })

  it('our own account keeps what it has through roles, also through those that its role implies', () => {
    const bot = account('ci-bot', { role: 'deployer' })
    const deployer = thing('role', 'deployer', { links: { implies: ['role:operator'] } })
    const operator = thing('role', 'operator', {
      fields: { privileges: ['release.create', 'release.stop'] },
      links: { implies: ['role:Administrator'] },
    })
    const live = [owner('ana'), bot, deployer, operator]
    const said = (change: Change): string[] =>
      check([guardCase({ live, changes: [change], identity: 'ci-bot' })], context()).map(
        ({ message }) => message,
      )
    const lowers = 'rolecall itself uses ci-bot in "vpn", and this plan lowers it:'
    expect(said(update(operator, { links: { implies: ['role:Administrator'] } }, {}))).toEqual([
      `${lowers} its power falls from administrator to member.`,
    ])
    expect(said(update(deployer, { links: { implies: ['role:operator'] } }, {}))).toEqual([
      `${lowers} its power falls from administrator to member.`,
    ])
    expect(said(update(operator, { fields: { privileges: ['release.stop'] } }, {}))).toEqual([
      `${lowers} its role operator loses release.stop.`,
    ])
  })

  it('ids that begin anew do not pass names around: what has a known name and the id of another is refused', () => {
    const live = [owner('ana', { id: 'account/2' }), owner('bo', { id: 'account/1' })]
    const wishes = live.map(({ ref: of, fields, links }) => ({ ref: of, fields, links }))
    const inventory = live.map(({ ref: { key } }) => ({
      ...{ system: 'vpn', kind: 'account' as const, key, handle: key, wish: 'x', run: 'r1' },
      id: key === 'ana' ? 'account/1' : 'account/2',
    }))
    const actual = new Graph('vpn', live)
    const world = {
      desired: desired(wishes),
      actual,
      description: directory,
      rules,
      config: loose,
      inventory,
    }
    const changes = diff(world)
    expect(changes.map(({ action }) => action)).toContain('rename')
    expect(new Set(codes({ live, wishes, inventory, changes }))).toContain('identity-changed')
  })

  it('S22: the account that the credentials belong to is found by asking the system', () => {
    const bot = account('ci-bot', { role: 'Administrator' })
    const findings = check(
      [guardCase({ live: [owner('ana'), bot], changes: [remove(bot)], identity: 'ci-bot' })],
      context(),
    )
    expect(findings).toMatchObject([
      {
        code: 'own-access',
        where: 'built in',
        message: 'rolecall itself uses ci-bot in "vpn", and this plan lowers it: it is removed.',
      },
    ])
  })

  it('a grant of our own account stays, and being given more is no harm', () => {
    const grant = thing('grant', 'account:ci-bot operator project:web', {
      links: { subject: ['account:ci-bot'], role: ['role:operator'], resource: ['project:web'] },
    })
    const bot = account('ci-bot')
    const words = { live: [owner('ana'), bot, grant], config: config({ automation: ['ci-bot'] }) }
    expect(codes({ ...words, changes: [remove(grant)] })).toEqual(['own-access'])
    expect(codes({ ...words, changes: [role(bot, 'Administrator')] })).toEqual([])
  })

  it('what our own account holds through a group stays too, and so do its memberships', () => {
    const bot = account('ci-bot', { groups: ['robots'] })
    const tools = thing('group', 'tools')
    const robots = thing('group', 'robots', { links: { parent: ['group:tools'] } })
    const operator = thing('role', 'operator', { fields: { privileges: ['release.stop'] } })
    const grant = (subject: string) =>
      thing('grant', `${subject} operator project:web`, {
        links: { subject: [subject], role: ['role:operator'], resource: ['project:web'] },
      })
    const [own, above, other] = [grant('group:robots'), grant('group:tools'), grant('group:staff')]
    const live = [owner('ana'), bot, tools, robots, thing('group', 'staff'), operator, own, above, other]
    const said = (...changes: readonly Change[]): string[] =>
      check([guardCase({ live, changes, identity: 'ci-bot' })], context()).flatMap(({ code, message }) =>
        code === 'own-access' ? [message.replace(/^.*lowers it: /, '')] : [],
      )
    expect(said(remove(own))).toEqual([
      'it loses the grant group:robots operator project:web, held through group:robots.',
    ])
    expect(said(remove(above))).toEqual([
      'it loses the grant group:tools operator project:web, held through group:tools.',
    ])
    expect(said(update(robots, { links: { parent: ['group:tools'] } }, {}))).toEqual([
      'it loses the grant group:tools operator project:web, held through group:tools.',
    ])
    expect(said(update(bot, { links: { groups: ['group:robots'] } }, {}))).toEqual([
      'it loses group:robots, it loses the grant group:robots operator project:web, held through group:robots, it loses the grant group:tools operator project:web, held through group:tools.',
    ])
    expect(said(remove(own), remove(robots))).toEqual([
      'it loses group:robots, it loses the grant group:robots operator project:web, held through group:robots, it loses the grant group:tools operator project:web, held through group:tools.',
    ])
    expect(said(update(operator, { fields: { privileges: ['release.stop'] } }, {}))).toEqual([
      'its role operator loses release.stop.',
    ])
    expect(said(remove(other))).toEqual([])
    expect(said(rename(robots, 'machines'))).toEqual([])
  })
})
