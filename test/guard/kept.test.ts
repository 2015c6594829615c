import { describe, expect, it } from 'vitest'
import { anchorTouched } from '../../src/guard/anchor-touched.ts'
import { check } from '../../src/guard/check.ts'
import { ownAccess } from '../../src/guard/own-access.ts'
import { sealedOwner } from '../../src/guard/sealed-owner.ts'
import type { Change, Part } from '../../src/model/change.ts'
import type { Finding } from '../../src/model/finding.ts'
import {
  account,
  config,
  context,
  create,
  guardCase,
  owner,
  place,
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

/** What must keep all it has: anchors, what rolecall itself works through, and what the system seals. */

const found = (words: CaseWords): readonly Finding[] =>
  check([guardCase(words)], context(), [anchorTouched, ownAccess, sealedOwner])
const said = (words: CaseWords): string[] =>
  found(words).map(({ message }) => message.replace(/^.*lowers it: /, ''))
const touches = (keys: readonly string[]) =>
  keys.map((key) => update(thing('group', key), {}, { fields: { description: 'x' } }))
const nine = Array.from({ length: 9 }, (_, index) => `g${index}`)
const groups = nine.map((key) => thing('group', key))

describe('what lowers an anchor', () => {
  const anchored = config({ owners: { anchors: ['ana'], minimum: 1 } })
  const ana = owner('ana')
  const lowerings = (words: CaseWords) => said({ config: anchored, ...words })

  it('is more than can be followed', () => {
    const many = owner('ana', { groups: nine })
    expect(lowerings({ ...realm, live: [many, ...groups], changes: touches(nine) })).toEqual([
      'more changes touch it than can be followed one by one.',
    ])
  })

  it('is nothing, while there is no such account', () => {
    expect(lowerings({ live: [owner('bo')], changes: [create(ana)] })).toEqual([])
  })

  it('is told of the account itself: not of its group, nor of who had the name before or has it after', () => {
    const before = update(thing('group', 'ana'), { fields: { subnets: ['10.0.0.0/8'] } }, {})
    const live = [owner('ana', { groups: ['ana'] }), thing('group', 'ana')]
    expect(lowerings({ ...realm, live, changes: [before] })).toEqual([])
    const names = {
      live: [ana, account('old'), owner('bo')],
      changes: [
        rename(account('old'), 'older'),
        rename(ana, 'old'),
        create(account('ana', { email: 'ana@acme.example' })),
      ],
    }
    const steps = guardCase(names).steps.map((step, index) => ({
      ...step,
      needs: index === 0 ? [] : [`vpn/${index}`],
    }))
    expect(lowerings({ live: names.live, steps })).toEqual(['it is renamed to "old", its username changes.'])
  })

  it('is told of an exchange of names by its own steps, one of them to a name for a moment', () => {
    const live = [ana, owner('bo')]
    const moment = rename(ana, 'moment')
    const changes = [moment, rename(owner('bo'), 'ana'), { ...rename(ana, 'bo'), from: 'moment' }]
    const steps = guardCase({ live, changes }).steps.map((step, index) => ({
      ...step,
      needs: index === 0 ? [] : [`vpn/${index}`],
    }))
    expect(lowerings({ live, steps })).toEqual([
      'it is renamed to "bo", its username changes, it is renamed to "moment".',
    ])
  })

  it('is told whichever of its two names a step goes by', () => {
    const address = (key: string) =>
      update(account(key), { fields: { email: 'a@acme.example' } }, { fields: { email: 'b@acme.example' } })
    for (const key of ['ana', 'anna'])
      expect(lowerings({ live: [ana, owner('bo')], changes: [rename(ana, 'anna'), address(key)] })).toEqual([
        'it is renamed to "anna", its username changes, its email changes.',
      ])
  })

  it('is another role, in a rename too, and no role at all', () => {
    const both = {
      ...rename(ana, 'anna'),
      before: { fields: { username: 'ana' }, links: { role: ['role:Owner'] } },
      after: { fields: { username: 'anna' }, links: { role: ['role:Administrator'] } },
    } as const
    expect(lowerings({ live: [ana, owner('bo')], changes: [both] })).toEqual([
      'it is renamed to "anna", its username changes, its power falls from owner to administrator, its role changes from Owner to Administrator.',
    ])
    const none = update(ana, { links: { role: ['role:Owner'] } }, {})
    expect(lowerings({ live: [ana, owner('bo')], changes: [none] })).toEqual([
      'its power falls from owner to none, its role changes from Owner to none.',
    ])
  })

  it('is a link that nobody knows, since it may be a reach', () => {
    const odd = update(ana, {}, { links: { unheardOf: ['scope:eu'] } })
    expect(lowerings({ live: [ana, owner('bo')], changes: [odd] })).toEqual(['its unheardOf changes.'])
  })

  it('is that it no longer counts as an owner, with every reason', () => {
    const live = [ana, owner('bo'), thing('scope', 'eu')]
    const limited = update(
      ana,
      { fields: { type: 'person' } },
      { fields: { type: 'service' }, links: { scope: ['scope:eu'] } },
    )
    expect(lowerings({ live, changes: [limited] })).toEqual([
      'its scope changes, it no longer counts as an owner (a service account and limited to scope eu).',
    ])
    const lead = thing('role', 'lead', { links: { implies: ['role:Owner'] } })
    expect(lowerings({ live: [...live, lead], changes: [role(ana, 'lead')] })).toEqual([
      'it no longer counts as an owner (not an owner), its role changes from Owner to lead.',
    ])
  })

  it('is a rise of its role that another step may undo', () => {
    const lead = thing('role', 'lead', { links: { implies: ['role:Administrator'] } })
    const less = update(lead, { links: { implies: ['role:Administrator'] } }, {})
    const live = [account('ana'), owner('bo'), lead]
    expect(lowerings({ live, changes: [role(account('ana'), 'lead')] })).toEqual([])
    expect(lowerings({ live, changes: [role(account('ana'), 'lead'), less] })).toEqual([
      'its role changes from Member to lead.',
    ])
  })

  it('is said for each anchor in order, and of those that were one until just now', () => {
    const owners = { anchors: ['zed', 'Bo'], former: ['ana'], minimum: 1 }
    const live = ['ana', 'bo', 'chen', 'zed'].map((key) => owner(key))
    const changes = live.map((one) => role(one, 'Member'))
    const settings = config({ owners, places: { 'owners.anchors': place(21) } })
    const falls = 'its power falls from owner to member, its role changes from Owner to Member.'
    expect(
      found({ live, changes, config: settings }).map(({ message, where, remedy }) => [
        message,
        where,
        remedy,
      ]),
    ).toEqual([
      [
        `bo is an anchor of "vpn", and this plan lowers it: ${falls}`,
        'rolecall.yaml:21',
        'This cannot be accepted: take bo out of owners.anchors in a merged change of its own, then make this one.',
      ],
      [
        `ana was until just now an anchor of "vpn", and this plan lowers it: ${falls}`,
        'rolecall.yaml:21',
        'This cannot be accepted: an anchor leaves in two merged changes. Leave ana as it is, apply the change that takes it out of owners.anchors, then make this one.',
      ],
      [
        `zed is an anchor of "vpn", and this plan lowers it: ${falls}`,
        'rolecall.yaml:21',
        'This cannot be accepted: take zed out of owners.anchors in a merged change of its own, then make this one.',
      ],
    ])
  })

  it('is stopped at once under its new name too, when it is compromised and another is there', () => {
    const both = {
      ...rename(ana, 'anna'),
      before: { fields: { username: 'ana', status: 'active' }, links: {} },
      after: { fields: { username: 'anna', status: 'suspended' }, links: {} },
    } as const
    const wishes = [{ ref: ref('account', 'anna'), compromised: true }, { ref: ref('account', 'bo') }]
    expect(lowerings({ live: [ana, owner('bo')], wishes, changes: [both] })).toEqual([])
  })
})

describe('what rolecall itself loses', () => {
  const bot = account('ci-bot', { groups: ['tools'], manages: ['tools'] })
  const tools = thing('group', 'tools', { links: { parent: [] } })
  const live = [owner('ana'), account('bo', { groups: ['tools'] }), bot, tools]
  const own = (words: Partial<CaseWords>) => said({ identity: 'CI-Bot', live, ...words })

  it('is its own memberships, each once, and nobody else’s', () => {
    const links = { groups: ['group:tools'], manages: ['group:tools'] } as const
    expect(own({ changes: [update(bot, { links: { manages: links.manages } }, {})] })).toEqual([
      'it loses group:tools.',
    ])
    expect(own({ changes: [update(bot, { links }, {})] })).toEqual(['it loses group:tools.'])
    expect(own({ changes: [update(account('bo'), { links: { groups: links.groups } }, {})] })).toEqual([])
  })

  it('is told under the name it will have', () => {
    const moved = {
      ...rename(bot, 'robot'),
      before: { fields: {}, links: { groups: ['group:tools'], manages: ['group:tools'] } },
    } as const
    expect(own({ changes: [moved] })).toEqual([
      'it is renamed to "robot", its username changes, it loses group:tools.',
    ])
  })

  it('is nothing where the account is not there, whatever the credentials say', () => {
    const grant = thing('grant', 'account:ghost operator', { links: { subject: ['account:ghost'] } })
    expect(own({ identity: 'ghost', live: [...live, grant], changes: [remove(grant)] })).toEqual([])
  })

  it('is a grant of its own, and none of a group that only has the name of its role', () => {
    const grant = (subject: 'account:ci-bot' | 'group:above') =>
      thing('grant', `${subject} operator`, { links: { subject: [subject], role: ['role:operator'] } })
    const named = thing('group', 'Member', { links: { parent: ['group:above'] } })
    const grants = [grant('account:ci-bot'), grant('group:above'), thing('grant', 'odd')]
    const words = { live: [...live, named, thing('group', 'above'), ...grants] }
    expect(own({ ...words, changes: [remove(grant('account:ci-bot'))] })).toEqual([
      'it loses the grant account:ci-bot operator.',
    ])
    expect(own({ ...words, changes: [remove(grant('group:above')), remove(thing('grant', 'odd'))] })).toEqual(
      [],
    )
  })

  it('is a right of the roles it has, and of no other', () => {
    const stranger = thing('role', 'stranger', { fields: { privileges: ['stop'] } })
    const change = update(stranger, { fields: { privileges: ['stop'] } }, {})
    expect(own({ live: [...live, stranger], changes: [change] })).toEqual([])
  })

  it('is a right of a role that comes with that of its grant, however far', () => {
    const role = (key: string, implies: readonly string[] = []) =>
      thing('role', key, {
        fields: { privileges: ['stop'] },
        links: { implies: implies.map((one) => `role:${one}` as const) },
      })
    const [lead, operator, viewer] = [
      role('lead', ['operator']),
      role('operator', ['viewer']),
      role('viewer'),
    ]
    const grant = thing('grant', 'account:ci-bot lead', {
      links: { subject: ['account:ci-bot'], role: ['role:lead'] },
    })
    const change = update(viewer, { fields: { privileges: ['stop'] } }, {})
    expect(own({ live: [...live, lead, operator, viewer, grant], changes: [change] })).toEqual([
      'its role viewer loses stop.',
    ])
  })

  it('is told of each of its accounts in order, with the line that names them', () => {
    const settings = config({ automation: ['zed', 'abe'], places: { automation: place(23) } })
    const bots = ['abe', 'ci-bot', 'zed'].map((key) => account(key))
    expect(
      found({
        live: [owner('ana'), ...bots],
        config: settings,
        identity: 'ci-bot',
        changes: bots.map(remove),
      }).map(({ refs, where }) => [refs[0]?.key, where]),
    ).toEqual([
      ['abe', 'rolecall.yaml:23'],
      ['ci-bot', 'built in'],
      ['zed', 'rolecall.yaml:23'],
    ])
  })
})

describe('what is sealed', () => {
  const root = owner('root', { sealed: true, groups: ['crew'] })
  const crew = thing('group', 'crew', { links: { role: ['role:Owner'], parent: [] } })

  it('is named once and in order, however it is changed', () => {
    const operator = thing('role', 'operator', { fields: { sealed: true } })
    const stripped = update(crew, { links: { role: ['role:Owner'] } }, {})
    const words = { ...realm, live: [owner('ana'), root, crew, operator] }
    const changes = [update(operator, {}, { fields: { description: 'x' } }), suspend(root), stripped]
    expect(found({ ...words, changes })).toEqual([
      {
        code: 'sealed-owner',
        system: 'vpn',
        severity: 'refuse',
        acceptable: false,
        where: 'built in',
        refs: [ref('account', 'root'), ref('role', 'operator')],
        count: 2,
        message:
          'This plan changes 2 sealed things of "vpn" (account root, role operator); no plan may write what is sealed.',
        remedy: 'This cannot be accepted: declare what is sealed as it is, or leave it out of the manifests.',
      },
    ])
  })

  it('is refused when more touches it than can be followed', () => {
    const many = owner('root', { sealed: true, groups: nine })
    expect(found({ ...realm, live: [owner('ana'), many, ...groups], changes: touches(nine) })).toMatchObject([
      { code: 'sealed-owner', count: 1 },
    ])
  })
  it('is declared as it is: what the manifests want of it otherwise is refused', () => {
    const held = (words: Partial<Extract<Change, { action: 'keep' }>>): Change => ({
      action: 'keep',
      ref: root.ref,
      reason: 'sealed',
      ...words,
    })
    const part = (words: Partial<Part>): Part => ({ fields: {}, links: {}, ...words })
    const wants = (change: Change) =>
      found({ live: [owner('ana'), root], changes: [change] }).map(
        ({ message }) => /root of "vpn" (\w+): it is sealed/.exec(message)?.[1],
      )
    expect(found({ live: [owner('ana'), root], changes: [held({ held: 'delete' })] })).toEqual([
      {
        code: 'sealed-owner',
        system: 'vpn',
        severity: 'refuse',
        acceptable: false,
        where: 'built in',
        refs: [root.ref],
        count: 1,
        message:
          'The manifests want account root of "vpn" removed: it is sealed, and the credentials of rolecall cannot change or delete it.',
        remedy:
          'This cannot be accepted: declare the account as it is; only the owner can change it, in the system itself.',
      },
    ])
    const role = part({ links: { role: ['role:Member'] } })
    const status = part({ fields: { status: 'suspended' } })
    const email = part({ fields: { email: 'r@x' }, links: { groups: ['group:crew'] } })
    expect(wants(held({ held: 'delete' }))).toEqual(['removed'])
    expect(wants(held({ held: 'rename', ...{ before: email, after: email } }))).toEqual(['renamed'])
    expect(wants(held({ held: 'create' }))).toEqual(['made'])
    expect(wants(held({}))).toEqual(['changed'])
    for (const one of [role, status]) {
      expect(wants(held({ held: 'update', before: part({}), after: one }))).toEqual(['changed'])
      expect(wants(held({ held: 'update', before: one, after: part({}) }))).toEqual(['changed'])
    }
    expect(wants(held({ held: 'update', before: email, after: email }))).toEqual([])
    expect(wants(held({ held: 'delete', reason: 'unmanaged' }))).toEqual([])
    expect(wants(held({ held: 'delete', ref: ref('role', 'root') }))).toEqual([])
    expect(wants(update(account('chen'), status, status))).toEqual([])
  })
})
