import { describe, expect, it } from 'vitest'
import { check, guards, type GuardCase, type GuardContext } from '../../src/guard/check.ts'
import { refusals } from '../../src/guard/exit.ts'
import type { Finding } from '../../src/model/finding.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import {
  account,
  allRead,
  config,
  context,
  create,
  guardCase,
  guardrail,
  names,
  owner,
  past,
  place,
  ref,
  remove,
  role,
  seen,
  suspend,
  thing,
  update,
} from './case.ts'

/** Every refusal in full: what a person reads, where the rule is set, and whether it can be accepted. */

interface Example {
  readonly says: string
  readonly one: GuardCase
  readonly context?: GuardContext
  readonly finding: Omit<Finding, 'system'>
  /** Guards that refuse it as well. */
  readonly besides?: readonly Finding['code'][]
}

const anchors = config({
  owners: { anchors: ['ana'], minimum: 1 },
  places: { 'owners.anchors': place(21) },
})
const automation = config({ automation: ['ci-bot'], places: { automation: place(23) } })
const bot = account('ci-bot', { role: 'Administrator', type: 'service', groups: ['tools'] })
const payroll = thing('policy', 'payroll', {
  links: { subjects: ['group:finance'], resources: ['application:payroll'] },
})
const crowd = names('m', 20).map((name) => account(name))
const cannot = { where: 'built in', severity: 'refuse', acceptable: false } as const
const ana = ref('account', 'ana')

const examples: readonly Example[] = [
  {
    says: 'a person is to switch a mapping to several groups',
    one: guardCase({
      live: [
        owner('ana'),
        account('bo'),
        thing('mapping', 'saml', {
          fields: {
            mode: 'single',
            rules: ['eng', 'oncall'].map((group) => ({ attribute: 'groups', in: [group], group })),
          },
        }),
      ],
      people: [
        {
          name: 'ana',
          type: 'person',
          labels: {},
          attributes: { groups: ['eng', 'oncall'] },
          cause: place(1),
        },
      ],
      changes: [
        {
          action: 'manual',
          ref: ref('mapping', 'saml'),
          before: { fields: { mode: 'single' }, links: {} },
          after: { fields: { mode: 'multiple' }, links: {} },
          steps: ['Switch it.'],
          cause: place(1),
        },
      ],
    }),
    finding: {
      code: 'access-widened',
      severity: 'refuse',
      where: 'built in',
      acceptable: true,
      refs: [ana, ref('account', 'bo'), ref('mapping', 'saml')],
      count: 2,
      people: ['ana', 'bo'],
      message:
        'Giving people all groups that match, and not the first alone, changes the groups of 1 person at the next sign-in: ana (+ oncall). 1 person of whom nobody wrote down what the provider sends may gain everything: bo.',
      remedy:
        'Write down `attributes` of those of whom nothing is known, look at who gains what, and write an Acceptance that names them and has `atMost: 2`.',
    },
  },
  {
    says: 'the only owner is removed',
    one: guardCase({ live: [owner('ana'), account('bo')], changes: [remove(owner('ana'))] }),
    finding: {
      ...cannot,
      code: 'last-owner',
      refs: [ana],
      count: 0,
      message:
        'This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
      remedy:
        'This cannot be accepted: give an owner role to another person who can use it, and apply that first.',
    },
  },
  {
    says: 'something is taken away while nobody owns the system',
    one: guardCase({
      live: [owner('ana', { status: 'suspended' }), account('bo'), account('chen')],
      changes: [remove(account('bo'))],
    }),
    finding: {
      ...cannot,
      code: 'last-owner',
      refs: [ana],
      count: 0,
      message:
        '"vpn" has no usable owner, and this plan takes away 1 thing; until there is an owner, a plan may only add (not counted: ana, suspended).',
      remedy: 'This cannot be accepted: give an owner role to a person who can use it, and apply that alone.',
    },
  },
  {
    says: 'two owners become one where two are wanted',
    one: guardCase({
      live: [owner('ana'), owner('bo')],
      changes: [role(owner('bo'), 'Member')],
      config: { owners: { anchors: [], minimum: 2 }, places: { 'owners.minimum': place(22) } },
    }),
    finding: {
      code: 'owners-below-minimum',
      severity: 'refuse',
      refs: [ref('account', 'bo')],
      count: 1,
      message: 'This plan lowers bo and leaves "vpn" with 1 usable owner (now 2); owners.minimum is 2.',
      where: 'rolecall.yaml:22',
      remedy: 'Give an owner role to another person as well, or write an Acceptance for it.',
      acceptable: true,
      people: ['bo'],
    },
  },
  {
    says: 'the sealed owner is written',
    one: guardCase({
      live: [owner('ana', { sealed: true }), owner('bo')],
      changes: [
        update(
          owner('ana'),
          { fields: { email: 'ana@acme.example' } },
          { fields: { email: 'a@acme.example' } },
        ),
      ],
    }),
    finding: {
      ...cannot,
      code: 'sealed-owner',
      refs: [ana],
      count: 1,
      message: 'This plan changes 1 sealed thing of "vpn" (account ana); no plan may write what is sealed.',
      remedy: 'This cannot be accepted: declare what is sealed as it is, or leave it out of the manifests.',
    },
    besides: ['system-invariant'],
  },
  {
    says: 'a group in use by a policy is removed',
    one: guardCase({
      live: [
        owner('ana'),
        thing('group', 'finance'),
        thing('policy', 'payroll', { links: { subjects: ['group:finance'] } }),
      ],
      changes: [remove(thing('group', 'finance'))],
    }),
    finding: {
      ...cannot,
      code: 'system-invariant',
      refs: [ref('policy', 'payroll')],
      count: 1,
      message: 'policy:payroll still refers to group:finance, which would be removed.',
      remedy: 'Keep group:finance, or change policy:payroll in the same plan.',
    },
  },
  {
    says: "rolecall's own account is lowered",
    one: guardCase({
      live: [owner('ana'), bot, thing('group', 'tools')],
      changes: [role(bot, 'Member'), remove(thing('group', 'tools'))],
      config: automation,
    }),
    finding: {
      ...cannot,
      code: 'own-access',
      refs: [ref('account', 'ci-bot')],
      count: 1,
      message:
        'rolecall itself uses ci-bot in "vpn", and this plan lowers it: its power falls from administrator to member, its role changes from Administrator to Member, it loses group:tools.',
      where: 'rolecall.yaml:23',
      remedy: 'This cannot be accepted: leave ci-bot as it is, or give rolecall other credentials first.',
    },
  },
  {
    says: 'an anchor is suspended, though others own the system',
    one: guardCase({
      live: [owner('ana'), owner('bo'), owner('chen')],
      changes: [suspend(owner('ana'))],
      config: anchors,
    }),
    finding: {
      ...cannot,
      code: 'anchor-touched',
      refs: [ana],
      count: 1,
      message: 'ana is an anchor of "vpn", and this plan lowers it: its power falls from owner to none.',
      where: 'rolecall.yaml:21',
      remedy:
        'This cannot be accepted: take ana out of owners.anchors in a merged change of its own, then make this one.',
    },
  },
  {
    says: 'something is removed although a page was missing',
    one: guardCase({
      live: [owner('ana'), account('bo')],
      changes: [remove(account('bo'))],
      proofs: { ...allRead, account: { complete: false, reason: 'page 3 of 5 failed' } },
    }),
    finding: {
      ...cannot,
      code: 'unproven-read',
      refs: [ref('account', 'bo')],
      count: 1,
      message:
        'The accounts of "vpn" are not proven to be read whole (page 3 of 5 failed), and this plan takes away 1 thing; nothing is removed on an unproven read.',
      remedy:
        'This cannot be accepted: run again, and if it stays so, `rolecall doctor --system vpn` says what the read lacks.',
    },
  },
  {
    says: 'a group would be made that a short read may have missed',
    one: guardCase({
      live: [owner('ana')],
      changes: [create(thing('group', 'finance'))],
      proofs: { ...allRead, group: { complete: false, reason: 'the pages show 40 of 41' } },
    }),
    finding: {
      ...cannot,
      code: 'unproven-read',
      refs: [ref('group', 'finance')],
      count: 1,
      message:
        'The groups of "vpn" are not proven to be read whole (the pages show 40 of 41), and this plan creates 1 of them; what the read missed would be made a second time.',
      remedy:
        'This cannot be accepted: run again, and if it stays so, `rolecall doctor --system vpn` says what the read lacks.',
    },
  },
  {
    says: 'a new account needs a password, and only apply knows a place for it',
    one: {
      ...guardCase({ live: [owner('ana')], changes: [create(account('zoe'))] }),
      description: { ...description, newPassword: { min: 12, max: 64, symbols: '-' } },
      rules: { ...rules, needsPassword: () => true },
    },
    finding: {
      ...cannot,
      code: 'no-secret-sink',
      severity: 'warn',
      refs: [ref('account', 'zoe')],
      count: 1,
      message:
        'In "vpn" 1 new account needs a password, which is made when the plan is carried out and written to a place of yours before the account is.',
      remedy: 'Name the place to apply: --secrets-to file:PATH, or --secrets-to exec:PROGRAM.',
    },
  },
  {
    says: 'nobody has used the power of an owner for long, and of another nobody knows',
    one: guardCase({
      live: [
        { ...owner('ana'), fields: { ...owner('ana').fields, lastSignIn: '2026-08-24T23:59:59Z' } },
        { ...owner('bo'), fields: { ...owner('bo').fields, lastSignIn: '2026-08-25T00:00:00Z' } },
        { ...owner('chen'), fields: { ...owner('chen').fields, lastSignIn: 'long ago' } },
      ],
    }),
    context: context({ dormantAfter: { days: 90, cause: place(4) } }),
    finding: {
      ...cannot,
      code: 'dormant-account',
      severity: 'warn',
      refs: [ana, ref('account', 'chen')],
      count: 1,
      message:
        'Nobody has signed in to 1 privileged account of "vpn" for 90 days or longer. Of 1 privileged account of "vpn" it is not known when somebody signed in last, so nobody can say whether it is dormant: chen.',
      where: 'rolecall.yaml:4',
      remedy: 'It only warns: ask whose they are, and take from them or suspend what nobody uses.',
      dormant: [
        {
          account: 'ana',
          lastSignIn: '2026-08-24T23:59:59Z',
          power: 'owner',
          rights: [{ action: 'role:Owner', on: 'all:*', rank: 'owner' }],
        },
      ],
    },
  },
  {
    says: 'everything goes because nothing is declared',
    one: guardCase({
      live: [owner('ana'), thing('group', 'finance')],
      changes: [remove(thing('group', 'finance'))],
      wishes: [],
    }),
    finding: {
      ...cannot,
      code: 'empty-desired',
      refs: [ref('group', 'finance')],
      count: 1,
      message: 'Nothing is declared for "vpn", and this plan takes away 1 thing there.',
      remedy:
        'This cannot be accepted: look whether this is the right folder and branch; what is to go on purpose is declared with `state: absent`, and a person with `status: left`.',
    },
  },
  {
    says: 'a stranger under a known name would be given a role',
    one: guardCase({
      live: [owner('ana'), account('bo', { id: '9' })],
      changes: [role(account('bo'), 'Administrator')],
      inventory: [{ system: 'vpn', kind: 'account', key: 'bo', id: '5', handle: 'bo', wish: 'x', run: 'r1' }],
    }),
    finding: {
      code: 'identity-changed',
      severity: 'refuse',
      refs: [ref('account', 'bo')],
      count: 1,
      message:
        'The account bo of "vpn" has the id 9, and rolecall knew it as 5: the same name may be somebody else.',
      where: 'built in',
      remedy:
        'Find out who made it, then delete it over there, or write an Acceptance with `ids: {was: "5", now: "9"}`.',
      acceptable: true,
      ids: { was: '5', now: '9' },
    },
  },
  {
    says: 'an owner is reduced and the undeclared removed, in CI, where no run finds the ledger of another',
    one: guardCase({
      live: [owner('ana'), owner('bo'), account('chen'), thing('group', 'old'), thing('group', 'kept')],
      wishes: ['ana', 'bo', 'chen'].map((name) => ({ ref: ref('account', name) })),
      changes: [role(owner('bo'), 'Member'), remove(thing('group', 'old'))],
      config: { exclusive: ['group', 'policy'] },
    }),
    context: context({ ledger: { created: true, inCi: true } }),
    finding: {
      ...cannot,
      code: 'ledger-not-durable',
      refs: [ref('account', 'bo'), ref('group', 'old')],
      count: 2,
      message:
        'This plan reduces 1 owner and removes 1 undeclared thing of exclusive collections (groups) in "vpn", and there was no ledger before this run, which is in CI.',
      remedy:
        'This cannot be accepted: keep the ledger where it outlives the runner (`ledger: {git: {ref: refs/rolecall/ledger}}`, or PostgreSQL). One that lasts and is still to be made is made by the first apply: of a plan without this, or outside CI.',
    },
  },
  {
    says: 'what few could reach is for everyone',
    one: guardCase({
      live: [owner('ana'), owner('bo'), payroll],
      changes: [update(payroll, {}, { links: { subjects: ['everyone:*'] } })],
    }),
    finding: {
      ...cannot,
      code: 'access-widened',
      refs: [ref('policy', 'payroll')],
      count: 1,
      acceptable: true,
      message:
        'This plan gives everyone in "vpn" 1 right that not everyone had: reach application:payroll. That is 2 accounts today, and every one that comes.',
      remedy: 'Name the groups that need it, or write an Acceptance that has `atMost: 1`.',
    },
  },
  {
    says: 'eleven accounts of twenty-one go at once',
    one: guardCase({ live: [owner('ana'), ...crowd], changes: crowd.slice(0, 11).map(remove) }),
    finding: {
      code: 'removal-limit',
      severity: 'refuse',
      refs: names('m', 11).map((name) => ref('account', name)),
      count: 11,
      message: 'This plan takes away 11 of 21 accounts in "vpn"; the limit is 10 (10 % would be 2).',
      where: 'built in',
      remedy:
        'Make smaller plans of it, or write an Acceptance that names who it is about and has `atMost: 11`.',
      acceptable: true,
      people: names('m', 11),
    },
  },
  {
    says: 'a rule of the team',
    one: guardCase({ live: [owner('ana')], changes: [create(owner('bo'))] }),
    context: context({ guardrails: [guardrail()] }),
    finding: {
      ...cannot,
      where: 'access/guardrails.yaml:4',
      code: 'guardrail',
      refs: [ref('account', 'bo')],
      count: 1,
      message:
        'Guardrail "contractors" does not hold for account:bo of "vpn": Contractors hold no administrative role.',
      remedy:
        'This cannot be accepted: change what it is about, or the Guardrail in a merged change of its own.',
      guardrail: 'contractors',
      people: ['bo'],
    },
  },
  {
    says: 'a read shows far fewer than the last one, and something is taken away',
    one: guardCase({
      live: [owner('ana'), owner('bo'), ...crowd],
      changes: [remove(account('m01'))],
      memory: { inventory: [], lastSeen: seen({ account: 33 }) },
    }),
    finding: {
      where: 'built in',
      severity: 'refuse',
      acceptable: true,
      code: 'sharp-drop',
      refs: [],
      count: 11,
      message:
        'The read of "vpn" shows 22 accounts, and the last one, at 2026-11-22T09:00:00Z, showed 33; a read that shows 11 fewer or more (the larger of 10 and 10 %) is not believed at once, and this plan takes away 1 thing.',
      remedy:
        'Find out where the other accounts are. An apply that is refused for this remembers the read, and one at least 10 minutes later whose read shows the same goes on; or write an Acceptance that has `atMost: 11`.',
    },
  },
  {
    says: 'the commit that was applied last is not in the history any more',
    one: guardCase({
      live: [owner('ana'), account('bo'), account('chen'), thing('group', 'guests')],
      wishes: [{ ref: ana }],
      memory: { inventory: [], past: past({ rewritten: '1111111111111111111111111111111111111111' }) },
    }),
    finding: {
      ...cannot,
      code: 'released',
      refs: [ref('account', 'bo'), ref('account', 'chen')],
      count: 2,
      message:
        'The protected branch no longer has commit 111111111111, which was applied last in "vpn": 2 accounts (bo, chen) may be rolecall\'s own, and nobody declares them.',
      remedy:
        'Bring that commit back into the branch, or say of each what it is: declare it (`rolecall adopt --system vpn`), leave it alone (`ignore`), or let it go (`metadata.state: absent`).',
    },
  },
  {
    says: 'a commit that nobody can read names what nobody declares',
    one: guardCase({
      live: [owner('ana'), account('bo'), account('chen')],
      wishes: [{ ref: ana }],
      memory: {
        inventory: [],
        past: past({ unclear: new Map([['account:bo', '3333333333333333333333333333333333333333']]) }),
      },
    }),
    finding: {
      ...cannot,
      code: 'released',
      refs: [ref('account', 'bo')],
      count: 1,
      message:
        'Commit 333333333333 of the protected branch names 1 account (bo) of "vpn", and its manifests cannot be read by this version: it may be rolecall\'s own, and nobody declares it.',
      remedy:
        'Say of each what it is: declare it (`rolecall adopt --system vpn`), leave it alone (`ignore`), or let it go (`metadata.state: absent`).',
    },
  },
]

describe('each guard', () => {
  it.each(examples)('$finding.code: $says', ({ one, context: given = context(), finding }) => {
    const findings = check([one], given).filter(({ code }) => code === finding.code)
    expect(findings).toEqual([{ system: 'vpn', ...finding }])
  })

  it.each(examples)('$finding.code switched off lets this through: $says', (example) => {
    const others = guards.filter(({ code }) => code !== example.finding.code)
    expect(others).toHaveLength(guards.length - 1)
    const refusing = refusals(check([example.one], example.context ?? context(), others))
    expect(refusing.map(({ code }) => code)).toEqual(example.besides ?? [])
  })

  it('has an example here', () => {
    expect([...new Set(examples.map(({ finding }) => finding.code))].sort()).toEqual(
      [...new Set(guards.map(({ code }) => code))].sort(),
    )
  })

  it('findings come by system and code, whatever the order of the systems', () => {
    const bad = { live: [owner('ana'), owner('bo')], changes: [remove(owner('ana')), remove(owner('bo'))] }
    const switchCase = guardCase({ ...bad, config: config({ name: 'switch' }) })
    const both = check([guardCase(bad), switchCase], context())
    expect(both).toEqual(check([switchCase, guardCase(bad)], context(), [...guards].reverse()))
    expect(both.map(({ system, code }) => `${system} ${code}`)).toEqual([
      'switch last-owner',
      'switch removal-limit',
      'vpn last-owner',
      'vpn removal-limit',
    ])
  })

  it.each([
    ['there was one', { created: false, inCi: true }],
    ['the run is not in CI', { created: true, inCi: false }],
  ])('a ledger is asked for nothing where %s', (_, ledger) => {
    const one = guardCase({ live: [owner('ana'), owner('bo')], changes: [role(owner('bo'), 'Member')] })
    expect(check([one], context({ ledger }))).toEqual([])
  })

  it('a new ledger in CI is good enough for what adds, and for the removal of what is declared absent', () => {
    const gone = thing('group', 'old')
    const live = [owner('ana'), account('bo'), gone, thing('group', 'kept')]
    const wishes = [...live.map(({ ref }) => ({ ref })).filter((wish) => wish.ref !== gone.ref)]
    const words = { live, config: { exclusive: ['group'] as const } }
    const given = context({ ledger: { created: true, inCi: true } })
    expect(check([guardCase({ ...words, changes: [create(account('chen'))] })], given)).toEqual([])
    const absent = { ref: gone.ref, state: 'absent' } as const
    const declared = guardCase({ ...words, wishes: [...wishes, absent], changes: [remove(gone)] })
    expect(check([declared], given)).toEqual([])
    const elsewhere = guardCase({ live, wishes, changes: [remove(gone)], config: { exclusive: ['policy'] } })
    expect(check([elsewhere], given)).toEqual([])
    const swept = guardCase({ ...words, wishes, changes: [remove(gone)] })
    expect(check([swept], given)).toMatchObject([{ code: 'ledger-not-durable', refs: [gone.ref] }])
  })

  it('is content with a plan that changes nothing', () => {
    const one = guardCase({ live: [owner('ana', { status: 'suspended' })], wishes: [] })
    expect(check([one], context({ guardrails: [guardrail()] }))).toEqual([])
  })
})
