import { describe, expect, it } from 'vitest'
import { check } from '../../src/guard/check.ts'
import { exitCodeOf, refusals } from '../../src/guard/exit.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Guardrail, Person } from '../../src/model/workspace.ts'
import { inOrder as stepsInOrder } from './oracle.ts'
import { description as realm, rules as realmRules } from './realm.ts'
import {
  acceptance,
  account,
  config,
  context,
  create,
  guardCase,
  guardrail,
  names,
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

/** Rules of the team over changes, each with what it is asked about and what comes of its answer. */

const cause = { file: 'access/people.yaml', line: 2, document: 'User/x' }

function person(name: string, words: Partial<Person> = {}): Person {
  return { name, type: 'person', labels: {}, cause, ...words }
}

function found(one: CaseWords, words: Partial<Guardrail>, more: readonly Guardrail[] = []): Finding[] {
  return check([guardCase(one)], context({ guardrails: [guardrail(words), ...more] })).filter(
    ({ code }) => code === 'guardrail',
  )
}

/** Steps as they stand, for an order of one's own. */
const inOrder = (changes: CaseWords['changes'] & object) => stepsInOrder(changes, () => [])

/** The names of what a rule says no to. */
function no(one: CaseWords, words: Partial<Guardrail>): string[] {
  return found(one, words).flatMap(({ refs }) => refs.map(({ kind, key }) => `${kind}:${key}`))
}

/** A rule that never holds says what it is asked about. */
const never = 'change.kind == ""'

describe('a rule is asked about', () => {
  const group = thing('group', 'ops', { fields: { description: 'Operations' } })
  const live = [owner('ana'), account('bo'), group]
  const each: readonly [on: string, one: CaseWords, asked: string[]][] = [
    ['account.create', { live, changes: [create(account('chen')), remove(account('bo'))] }, ['account:chen']],
    [
      'account.update',
      { live, changes: [update(account('bo'), {}, { fields: { email: 'b@x' } })] },
      ['account:bo'],
    ],
    ['account.rename', { live, changes: [rename(account('bo'), 'bob')] }, ['account:bob']],
    ['account.delete', { live, changes: [remove(account('bo')), create(account('chen'))] }, ['account:bo']],
    ['group.delete', { live, changes: [remove(group), remove(account('bo'))] }, ['group:ops']],
    ['role.create', { live, changes: [create(thing('role', 'auditor'))] }, ['role:auditor']],
    ['policy.create', { live, changes: [create(thing('policy', 'web'))] }, ['policy:web']],
    ['project.create', { live, changes: [create(thing('project', 'web'))] }, ['project:web']],
    ['scope.create', { live, changes: [create(thing('scope', 'eu'))] }, ['scope:eu']],
    ['mapping.create', { live, changes: [create(thing('mapping', 'saml'))] }, ['mapping:saml']],
    ['grant.create', { live, changes: [create(thing('grant', 'a b c'))] }, ['grant:a b c']],
  ]
  it.each(each)('%s, and about nothing else', (on, one, asked) => {
    expect(no(one, { on: [on], rule: never })).toEqual(asked)
  })

  it('no grant by the name of an account, and nothing else by a link that grants have', () => {
    const people = [person('bo')]
    const links = (subject: string) => ({ links: { subject: [subject] } })
    const one = {
      live: [account('bo')],
      people,
      changes: [
        create(thing('grant', 'g', links('group:bo'))),
        create(thing('policy', 'p', links('account:bo'))),
      ],
    }
    expect(no(one, { on: ['grant.create', 'policy.create'], rule: '!person.exists' })).toEqual([])
  })

  it('the power of accounts alone', () => {
    const rules = {
      ...realmRules,
      power: (...[one, graph]: Parameters<typeof realmRules.power>) => {
        if (one.ref.kind !== 'account') throw new Error(`${one.ref.kind} has no power`)
        return realmRules.power(one, graph)
      },
    }
    const one = { live: [], changes: [create(thing('group', 'ops'))], rules }
    expect(no(one, { on: ['group.create'], rule: never })).toEqual(['group:ops'])
  })

  it('a change once, however many entries of `on` it comes under', () => {
    const changes = [role(account('bo'), 'Administrator')]
    expect(found({ live, changes }, { on: ['account.update', 'account.power'], rule: never })).toMatchObject([
      { count: 1, refs: [ref('account', 'bo')] },
    ])
  })

  it('two that change places, each once, with the name it had', () => {
    const swap = [
      rename(account('bo'), 'bo-aside'),
      rename(account('chen'), 'bo'),
      { ...rename(account('bo-aside'), 'chen') },
    ]
    const one = { live: [owner('ana'), account('bo'), account('chen')], changes: swap }
    expect(no(one, { on: ['account.rename'], rule: never })).toEqual(['account:bo', 'account:chen'])
    const rule =
      '[change.from, change.key] in [["bo", "chen"], ["chen", "bo"]] && before.exists && after.exists'
    expect(no(one, { on: ['account.rename'], rule })).toEqual([])
  })

  it('a delete by what the plan takes away, though its name goes to another', () => {
    const one = {
      live: [owner('ana'), account('bo')],
      steps: inOrder([remove(account('bo', { email: 'bo@x' })), create(account('bo'))]),
    }
    expect(no(one, { on: ['account.delete'], rule: never })).toEqual(['account:bo'])
    expect(no(one, { on: ['account.delete'], rule: 'before.email == "bo@x" && !after.exists' })).toEqual([])
  })

  it('what is made anew under its name as something that was not there', () => {
    const bo = account('bo', { email: 'bo@x' })
    const one = { live: [owner('ana'), bo], steps: inOrder([remove(bo), create(account('bo'))]) }
    expect(no(one, { on: ['account.create'], rule: never })).toEqual(['account:bo'])
    expect(no(one, { on: ['account.create'], rule: '!before.exists && after.exists' })).toEqual([])
  })

  it('a name from before where there is one', () => {
    const one = { live: [account('bo')], changes: [update(account('bo'), {}, { fields: { email: 'b@x' } })] }
    expect(no(one, { on: ['account.update'], rule: 'change.from == ""' })).toEqual([])
  })
})

describe('account.power', () => {
  const admins = thing('role', 'ops', { links: { implies: ['role:Administrator'] } })
  const plain = thing('role', 'ops', { links: { implies: [] } })
  const stopped = account('bo', { role: 'Administrator', status: 'suspended' })
  const implies = (live: typeof plain, to: string[]) =>
    update(live, { links: { implies: [...(live.links['implies'] ?? [])] } }, { links: { implies: to } })
  const becomes: readonly [why: string, one: CaseWords, asked: string[]][] = [
    [
      'another role',
      { live: [account('bo')], changes: [role(account('bo'), 'Administrator')] },
      ['account:bo'],
    ],
    ['a new account', { live: [], changes: [create(account('bo'))] }, ['account:bo']],
    ['one that is gone', { live: [account('bo')], changes: [remove(account('bo'))] }, ['account:bo']],
    ['a suspension', { live: [account('bo')], changes: [suspend(account('bo'))] }, ['account:bo']],
    [
      'what its role implies from now on, though nothing of the account is written',
      { live: [account('bo', { role: 'ops' }), plain], changes: [implies(plain, ['role:Administrator'])] },
      ['account:bo'],
    ],
    [
      'what its role no longer implies',
      { live: [account('bo', { role: 'ops' }), admins], changes: [implies(admins, [])] },
      ['account:bo'],
    ],
    [
      'the limit of its reach that goes',
      {
        live: [account('bo', { role: 'Administrator', scope: 'eu' }), thing('scope', 'eu')],
        changes: [
          update(
            account('bo', { role: 'Administrator', scope: 'eu' }),
            { links: { scope: ['scope:eu'] } },
            {},
          ),
        ],
      },
      ['account:bo'],
    ],
    [
      'a role that is not known, for another that is not known',
      {
        live: [account('bo', { role: 'x' })],
        changes: [role(account('bo', { role: 'x' }), 'y')],
      },
      ['account:bo'],
    ],
    [
      'no account that can do as little as before: one that is made suspended',
      { live: [], changes: [create(stopped)] },
      [],
    ],
    [
      'no account that can do as little as before: one that is suspended, and whose reach is another',
      {
        live: [stopped, thing('scope', 'eu')],
        changes: [update(stopped, {}, { links: { scope: ['scope:eu'] } })],
      },
      [],
    ],
    [
      'no role that is not known, where nothing of it is written',
      {
        live: [account('bo', { role: 'x' }), account('chen')],
        changes: [update(account('chen'), {}, { fields: { email: 'c@x' } })],
      },
      [],
    ],
    [
      'no link that limits nothing',
      {
        live: [account('bo', { role: 'Administrator' }), thing('group', 'ops')],
        changes: [update(account('bo'), {}, { links: { groups: ['group:ops'] } })],
      },
      [],
    ],
    [
      'no other field',
      { live: [account('bo')], changes: [update(account('bo'), {}, { fields: { email: 'b@x' } })] },
      [],
    ],
    [
      'no rename alone',
      { live: [account('bo', { role: 'Administrator' })], changes: [rename(account('bo'), 'bob')] },
      [],
    ],
  ]
  it.each(becomes)('is %s', (_, one, asked) => {
    expect(no(one, { rule: never })).toEqual(asked)
  })

  it('is what a group brings, where groups bring roles', () => {
    const boss = thing('group', 'bosses', { links: { role: ['role:Owner'] } })
    const one: CaseWords = {
      live: [owner('ana'), account('bo', { groups: ['bosses'] }), thing('group', 'bosses')],
      changes: [update(boss, {}, { links: { role: ['role:Owner'] } })],
      description: realm,
      rules: realmRules,
    }
    expect(no(one, { rule: 'after.power != "owner"' })).toEqual(['account:bo'])
    expect(no(one, { rule: 'before.power == "member"' })).toEqual([])
  })

  it('is an action of its own', () => {
    const one = { live: [account('bo')], changes: [suspend(account('bo'))] }
    expect(no(one, { rule: 'change.action == "power"' })).toEqual([])
  })

  it('is one of owner, administrator, member, none and unknown, on both sides', () => {
    const one = {
      live: [owner('ana'), account('bo'), account('eva', { role: 'lost' })],
      changes: [
        role(owner('ana'), 'Administrator'),
        remove(account('bo')),
        role(account('eva', { role: 'lost' }), 'Member'),
      ],
    }
    const rule = `[before.power, after.power] in
      [["owner", "administrator"], ["member", "none"], ["unknown", "member"]]`
    expect(no(one, { rule })).toEqual([])
  })
})

describe('what a rule sees', () => {
  it('the person behind an account, and behind the account that holds a grant', () => {
    const people = [person('bo', { employment: 'contractor', labels: { team: 'x' } }), person('ana')]
    const grant = (name: string) =>
      thing('grant', `account:${name} reader all`, {
        links: { subject: [`account:${name}`], role: ['role:reader'], resource: ['all:'] },
      })
    const one = {
      live: [account('ana')],
      people,
      changes: [create(account('bo')), create(grant('bo')), create(grant('ana'))],
    }
    const rule = 'person.employment != "contractor" && !("team" in person.labels)'
    expect(no(one, { on: ['account.create', 'grant.create'], rule })).toEqual([
      'account:bo',
      'grant:account:bo reader all',
    ])
  })

  it('the person behind an account that a grant names in another case, where case says nothing', () => {
    const { account: described } = realm.kinds
    if (described === undefined) throw new Error('the realm has accounts')
    const description = {
      ...realm,
      kinds: { ...realm.kinds, account: { ...described, keyCaseInsensitive: true } },
    }
    const grant = thing('grant', 'g', { links: { subject: ['account:Bo'] } })
    const one = { live: [account('bo')], people: [person('bo')], changes: [create(grant)], description }
    expect(no(one, { on: ['grant.create'], rule: 'person.exists' })).toEqual([])
  })

  it('nobody, and still every name, where nobody is declared', () => {
    const one = { live: [account('bo')], changes: [remove(account('bo'))] }
    const rule = `!person.exists && person.name == "" && person.type == "" && person.employment == ""
      && size(person.labels) == 0 && !after.exists && after.role == "" && after.groups == [] && after.power == "none"`
    expect(no(one, { on: ['account.delete'], rule })).toEqual([])
  })

  it('all groups of an account as its groups, by name', () => {
    const bo = {
      ...account('bo', { groups: ['b'], manages: ['c'] }),
      links: { ...account('bo').links, primaryGroup: ['group:a'], groups: ['group:b'], manages: ['group:c'] },
    }
    const one = { live: [], changes: [create(bo)] }
    const rule = 'after.groups == ["a", "b", "c"] && after.primaryGroup == "a" && after.manages == ["c"]'
    expect(no(one, { on: ['account.create'], rule })).toEqual([])
  })

  it('numbers, flags and lists of other kinds by their types, and targets of several kinds with theirs', () => {
    const one = {
      live: [],
      changes: [
        create(thing('group', 'ops', { fields: { maxDevices: 3, regions: ['eu'] } })),
        create(thing('policy', 'web', { links: { subjects: ['account:bo', 'group:ops'] } })),
      ],
    }
    expect(no(one, { on: ['group.create'], rule: 'after.maxDevices <= 3 && "eu" in after.regions' })).toEqual(
      [],
    )
    expect(no(one, { on: ['policy.create'], rule: '"group:ops" in after.subjects' })).toEqual([])
  })

  it('its system, with labels, and the day', () => {
    const one = {
      live: [],
      changes: [create(account('bo'))],
      config: { labels: { tier: 'prod' }, stage: 'additions' } as const,
    }
    const rule = `system.name == "vpn" && system.connector == "directory" && system.stage == "additions"
      && system.labels == {"tier": "prod"} && today == "2026-11-22"`
    expect(no(one, { on: ['account.create'], rule })).toEqual([])
  })
})

describe('a rule that cannot be evaluated refuses', () => {
  const one = { live: [owner('ana')], changes: [create(account('bo')), create(account('chen'))] }
  const rule = 'change.key == "chen" || person.labels.team == "x"'

  it('whatever its severity, and says which rule, which change and why', () => {
    const findings = found(one, { name: 'teams', severity: 'warn', on: ['account.create'], rule })
    expect(findings).toEqual([
      {
        code: 'guardrail',
        system: 'vpn',
        severity: 'refuse',
        refs: [ref('account', 'bo')],
        count: 1,
        message:
          'Guardrail "teams" cannot be evaluated for account:bo of "vpn", and what cannot be judged is refused (account:bo: there is no team to look up).',
        where: 'access/guardrails.yaml:4',
        guardrail: 'teams',
        remedy:
          'This cannot be accepted: write the rule so that it holds an answer for every change, as in `\'team\' in person.labels && person.labels.team == "x"`.',
        acceptable: false,
      },
    ])
    expect(exitCodeOf(findings)).toBe(3)
  })

  it('also where an Acceptance of the rule is there', () => {
    const rules = [guardrail({ name: 'teams', acceptable: true, on: ['account.create'], rule })]
    const acceptances = [acceptance({ finding: 'guardrail', guardrail: 'teams' })]
    expect(refusals(check([guardCase(one)], context({ guardrails: rules, acceptances })))).toHaveLength(1)
  })

  it('beside what it says no to, as a finding of its own', () => {
    const both = 'change.key != "chen" && person.labels.team == "x"'
    expect(found(one, { on: ['account.create'], rule: both })).toMatchObject([
      { refs: [ref('account', 'chen')] },
      { refs: [ref('account', 'bo')] },
    ])
  })

  it('and tells why of the first, by kind and name', () => {
    const mixed = {
      live: [owner('ana')],
      changes: [create(thing('group', 'ops')), create(account('zed')), create(account('bo'))],
    }
    const never = 'person.labels.team == "x"'
    const first = (on: string[]) => found(mixed, { on, rule: never })[0]?.message
    expect(first(['group.create', 'account.create'])).toContain('refused (account:bo: ')
    expect(first(['account.power'])).toContain('refused (account:bo: ')
  })

  it('on a value of another type than the system says it has', () => {
    const odd = { live: [], changes: [create(thing('group', 'ops', { fields: { maxDevices: 'many' } }))] }
    expect(found(odd, { on: ['group.create'], rule: 'after.maxDevices < 4' })).toMatchObject([
      { message: expect.stringContaining("field 'maxDevices' is not of type 'int', got 'string'") as string },
    ])
  })

  it('where its text was never read', () => {
    const [unread] = check(
      [guardCase(one)],
      context({ guardrails: [{ ...guardrail(), severity: 'warn', rules: new Map() }] }),
    )
    expect(unread).toMatchObject({
      severity: 'refuse',
      message: expect.stringContaining('was not read') as string,
    })
  })

  it('where it would take too long, at once, and forgets none of the changes', () => {
    const many = Array.from({ length: 2000 }, (_, index) => `g${index}`)
    const wide = {
      live: [owner('ana')],
      changes: ['bo', 'chen', 'dee'].map((name) => create(account(name, { groups: many }))),
    }
    const loops = 'after.groups.all(a, after.groups.all(b, after.groups.all(c, a + b != c))) || true'
    const start = process.cpuUsage()
    const findings = found(wide, { severity: 'warn', on: ['account.create'], rule: loops })
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000)
    expect(findings).toMatchObject([{ severity: 'refuse', count: 3 }])
    expect(findings[0]?.message).toContain('(account:bo: it takes too long)')
  })
})

describe('the work that a rule may take', () => {
  const loop = (depth: number) =>
    `${'after.groups.all(a, '.repeat(depth)}a != "x"${')'.repeat(depth)} || true`
  const creating = (count: number, groups: number): CaseWords => ({
    live: [owner('ana')],
    changes: names('n', count).map((name) => create(account(name, { groups: names('g', groups) }))),
  })

  it('grows with the changes', () => {
    expect(found(creating(150, 0), { on: ['account.create'], rule: loop(1) })).toEqual([])
    expect(found(creating(300, 35), { on: ['account.create'], rule: loop(2) })).toEqual([])
  })

  it('is counted over all of them', () => {
    const [finding] = found(creating(40, 50), { on: ['account.create'], rule: loop(3) })
    expect(finding?.message).toContain('it takes too long')
    expect(finding?.count).toBeLessThan(40)
  })
})

describe('what comes of an answer', () => {
  const one = { live: [owner('ana')], changes: [create(owner('bo')), create(owner('chen'))] }

  it('one finding for each rule, by name, with all that it says no to', () => {
    const second = guardrail({ name: 'aaa', on: ['account.create'], rule: 'false', message: 'No!' })
    expect(found(one, { name: 'zzz' }, [second]).map(({ message, count }) => `${count} ${message}`)).toEqual([
      '2 Guardrail "aaa" does not hold for 2 changes (account:bo, account:chen) of "vpn": No!',
      '2 Guardrail "zzz" does not hold for 2 changes (account:bo, account:chen) of "vpn": Contractors hold no administrative role.',
    ])
  })

  it('tells what it is about in order, and ends its message as it was written', () => {
    const changes = [create(account('zed')), update(account('bo'), {}, { fields: { email: 'b@x' } })]
    const words = { on: ['account.update', 'account.create'], rule: 'false', message: 'See e.g. the wiki' }
    expect(found({ live: [account('bo')], changes }, words).map(({ message }) => message)).toEqual([
      'Guardrail "contractors" does not hold for 2 changes (account:bo, account:zed) of "vpn": See e.g. the wiki.',
    ])
  })

  it('people are named where it is about accounts alone, by their own names', () => {
    const behind = (key: string, name: string) => ({ ref: ref('account', key), person: name })
    const of = (...changes: CaseWords['changes'] & object) =>
      found(
        { live: [], changes, wishes: [behind('ana', 'zoe'), behind('bo', 'yan')] },
        { on: ['account.create', 'group.create'], rule: 'false' },
      ).map(({ people }) => people)
    expect(of(create(account('ana')), create(account('bo')))).toEqual([['yan', 'zoe']])
    expect(of(create(account('ana')), create(thing('group', 'ops')))).toEqual([undefined])
  })

  it('says how to go on where it can be accepted', () => {
    expect(found(one, { acceptable: true })).toMatchObject([
      { remedy: 'Change what it is about, or write an Acceptance that names the Guardrail.' },
    ])
  })

  it('a warning only warns', () => {
    const findings = found(one, { severity: 'warn' })
    expect(findings).toMatchObject([
      { severity: 'warn', remedy: 'It only warns: look whether this is meant.' },
    ])
    expect(refusals(findings)).toEqual([])
  })

  it('an Acceptance covers only a rule that allows it, and only the one it names', () => {
    const accepted = (rule: Partial<Guardrail>, named: string) =>
      check(
        [guardCase(one)],
        context({
          guardrails: [guardrail(rule)],
          acceptances: [acceptance({ finding: 'guardrail', guardrail: named, atMost: 2 })],
        }),
      ).map(({ acceptedBy }) => acceptedBy)
    expect(accepted({ acceptable: true }, 'contractors')).toEqual(['november'])
    expect(accepted({ acceptable: true }, 'others')).toEqual([undefined])
    expect(accepted({ acceptable: false }, 'contractors')).toEqual([undefined])
  })

  it('an Acceptance is held to the people it names and to its number', () => {
    const accepted = (words: object) =>
      check(
        [guardCase(one)],
        context({
          guardrails: [guardrail({ acceptable: true })],
          acceptances: [acceptance({ finding: 'guardrail', guardrail: 'contractors', ...words })],
        }),
      ).map(({ acceptedBy }) => acceptedBy)
    expect(accepted({ people: ['bo', 'chen'] })).toEqual(['november'])
    expect(accepted({ people: ['bo'] })).toEqual([undefined])
    expect(accepted({ atMost: 1 })).toEqual([undefined])
  })

  it('each system is judged by itself', () => {
    const other = { ...guardCase(one), config: config({ name: 'switch', labels: { tier: 'test' } }) }
    const rule = '!("tier" in system.labels)'
    const findings = check([other, guardCase(one)], context({ guardrails: [guardrail({ rule })] }))
    expect(findings.map(({ system, code }) => `${system} ${code}`)).toEqual(['switch guardrail'])
  })

  it('the same whatever the order of rules, people and changes', () => {
    const rules = [guardrail({ name: 'b', rule: 'false' }), guardrail({ name: 'a', rule: 'false' })]
    const forward = check([guardCase(one)], context({ guardrails: rules }))
    const backward = check(
      [guardCase({ ...one, changes: [...one.changes].reverse() })],
      context({ guardrails: [...rules].reverse() }),
    )
    expect(backward).toEqual(forward)
  })
})
