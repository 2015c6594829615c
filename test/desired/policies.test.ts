import { describe, expect, it } from 'vitest'
import { codes, describing, desired, read, wish, world } from '../world.ts'

const base = world()
  .group('finance', { name: 'Finance (EU)' })
  .group('servers')
  .project('web', { name: 'web-prod' })
  .role('operator', { name: 'Operator' })
  .user('ana', { accounts: { dir: { username: 'asilva' } } })

describe('a policy without roles: subjects may reach resources', () => {
  it('handles become keys over there, native names stay, and both are sorted', () => {
    const { ref, links } = wish(
      base.policy('payroll', {
        name: 'Payroll (restricted)',
        subjects: [{ network: 'hq' }, { group: 'finance' }, { user: 'ana' }, { everyone: true }],
        resources: [{ application: 'fra1/payroll' }, { group: 'servers' }, { project: 'web' }],
      }),
      'policy',
      'Payroll (restricted)',
    )
    expect(ref.key).toBe('Payroll (restricted)')
    expect(links).toEqual({
      subjects: ['account:asilva', 'everyone:*', 'group:Finance (EU)', 'network:hq'],
      resources: ['application:fra1/payroll', 'group:servers', 'project:web-prod'],
    })
  })

  it('everything is said, and never meant by nothing', () => {
    expect(wish(base.policy('p', { resources: [{ all: true }] }), 'policy', 'p').links['resources']).toEqual([
      'all:*',
    ])
  })

  it('a type that the system lacks is an error', () => {
    const { policy, ...kinds } = describing({})['directory']?.kinds ?? {}
    if (!policy?.links['subjects']) throw new Error('a policy has subjects')
    const narrow = {
      ...policy,
      links: { ...policy.links, subjects: { ...policy.links['subjects'], to: ['group'] } },
    }
    const connectors = describing({ kinds: { ...kinds, policy: narrow } })
    expect(codes(base.policy('p', { subjects: [{ user: 'ana' }] }), { connectors })).toEqual([
      'unsupported-type',
    ])
  })

  it('a subject whose account is gone or to come is left out with it', () => {
    const people = world()
      .user('gone', { accounts: { dir: {} }, status: 'left', until: '2026-01-01' })
      .user('next', { accounts: { dir: {} }, from: '2027-01-01' })
      .user('here', { accounts: { dir: {} }, status: 'suspended' })
    const policy = people.policy('p', { subjects: [{ user: 'gone' }, { user: 'next' }, { user: 'here' }] })
    expect(wish(policy, 'policy', 'p').links['subjects']).toEqual(['account:here'])
  })

  it.each([
    [{ subjects: [{ group: 'finanse' }] }, 'unknown-group'],
    [{ subjects: [{ user: 'anna' }] }, 'unknown-user'],
    [{ resources: [{ project: 'web-prod' }] }, 'unknown-project'],
    [{ systems: ['dri'] }, 'unknown-system'],
  ])('%o is %s, never a shorter list', (spec, code) => {
    expect(codes(base.policy('p', spec))).toEqual([code])
  })
})

describe('a policy with roles: grants', () => {
  const operators = base.policy('operators', {
    subjects: [{ group: 'finance' }, { user: 'ana' }],
    roles: ['operator', 'Member'],
    resources: [{ project: 'web' }],
  })

  it('one for each subject, role and resource', () => {
    expect([...desired(operators).wishes.grant.keys()].sort()).toEqual([
      'account:asilva Member project:web-prod',
      'account:asilva Operator project:web-prod',
      'group:Finance (EU) Member project:web-prod',
      'group:Finance (EU) Operator project:web-prod',
    ])
  })

  it('each links its three sides', () => {
    expect(wish(operators, 'grant', 'account:asilva Operator project:web-prod').links).toEqual({
      subject: ['account:asilva'],
      role: ['role:Operator'],
      resource: ['project:web-prod'],
    })
  })

  it('only a system with such a policy compares grants', () => {
    expect(desired(operators).comparesGrants).toBe(true)
    expect(desired(base).comparesGrants).toBe(false)
  })

  it('two policies may give the same grant', () => {
    const again = operators.policy('more', {
      subjects: [{ user: 'ana' }],
      roles: ['operator'],
      resources: [{ project: 'web' }],
    })
    expect(codes(again)).toEqual([])
    expect(desired(again).wishes.grant.size).toBe(4)
  })

  it('a policy that is declared absent gives none', () => {
    const gone = base.policy(
      'p',
      { subjects: [{ user: 'ana' }], roles: ['operator'], resources: [{ project: 'web' }] },
      { state: 'absent' },
    )
    expect(desired(gone).wishes.grant.size).toBe(0)
  })
})

describe('mappings', () => {
  const mapping = base.mapping('saml', {
    mode: 'multiple',
    fallback: 'servers',
    rules: [
      { attribute: 'groups', in: ['okta:eng', 'eng-all'], group: 'servers' },
      { attribute: 'groups', in: ['fin'], group: 'finance' },
    ],
  })

  it('M8: the order of the rules stays; groups stand in them by their name over there', () => {
    expect(wish(mapping, 'mapping', 'saml')).toMatchObject({
      fields: {
        mode: 'multiple',
        fallback: 'servers',
        rules: [
          { attribute: 'groups', in: ['eng-all', 'okta:eng'], group: 'servers' },
          { attribute: 'groups', in: ['fin'], group: 'Finance (EU)' },
        ],
      },
      links: { groups: ['group:Finance (EU)', 'group:servers'] },
    })
  })

  it('the group to fall back to is linked beside those of the rules', () => {
    const rules = [{ attribute: 'groups', in: ['fin'], group: 'finance' }]
    expect(wish(base.mapping('m', { fallback: 'servers', rules }), 'mapping', 'm').links).toEqual({
      groups: ['group:Finance (EU)', 'group:servers'],
    })
  })

  it('`fallback: none` is a value, and what is absent is not managed', () => {
    expect(wish(base.mapping('m', { fallback: 'none' }), 'mapping', 'm')).toMatchObject({
      fields: { fallback: 'none' },
      links: {},
    })
    expect(wish(base.mapping('m'), 'mapping', 'm').fields).toEqual({})
  })

  it('a rule for a group that is not there is an error, never a shorter list', () => {
    const { diagnostics } = read(
      base.mapping('m', { rules: [{ attribute: 'groups', in: ['x'], group: 'finanse' }] }),
    )
    expect(diagnostics).toMatchObject([
      { code: 'unknown-group', fix: 'Did you mean "finance"? The groups are finance, servers.' },
    ])
  })
})

describe('scopes and projects', () => {
  it('a scope names projects and data centres, or all of them', () => {
    const some = world()
      .project('globex', { type: 'enterprise', name: 'Globex GmbH' })
      .scope('eu', { enterprises: ['globex'], datacenters: ['fra', 'ams'] })
    expect(wish(some, 'scope', 'eu')).toMatchObject({
      fields: { datacenters: ['ams', 'fra'] },
      links: { enterprises: ['project:Globex GmbH'] },
    })
    expect(
      wish(world().scope('eu', { enterprises: 'all', datacenters: 'all' }), 'scope', 'eu'),
    ).toMatchObject({
      fields: { datacenters: ['all'] },
      links: { enterprises: ['all:*'] },
    })
  })

  it('a project of another system cannot be in a scope', () => {
    const apart = world()
      .system('dir')
      .system('vpn')
      .project('globex', { system: 'vpn' })
      .scope('eu', { enterprises: ['globex'] })
    expect(codes(apart)).toEqual(['project-not-in-system'])
  })
})
