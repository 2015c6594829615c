import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { mappingIn, simulate } from '../../src/access/simulate.ts'
import { documents, vpnWorld, type VpnWorld } from './world.ts'

const people = documents(
  ['User', 'ana', 'accounts: {vpn: {username: ana@acme.example, role: Owner}}'],
  ['User', 'bo', 'attributes: {groups: [eng-all, eng-oncall]}\naccounts: {vpn: {role: Member}}'],
  ['User', 'chen', 'attributes: {groups: [eng-all]}\naccounts: {vpn: {role: Member}}'],
  ['User', 'dan', 'accounts: {vpn: {role: Member}}'],
)
const groups = documents(
  ['Group', 'engineering', 'systems:\n  vpn: {}'],
  ['Group', 'oncall', 'systems:\n  vpn: {}'],
  ['Group', 'everybody', 'systems:\n  vpn: {}'],
)
const byProvider = 'authentication: saml\nmemberships: identity-provider'

function mapping(mode: string, rules: readonly (readonly [string, string])[], fallback = 'none'): string {
  const lines = rules.map(([sent, group]) => `  - {attribute: groups, in: [${sent}], group: ${group}}`)
  return documents([
    'GroupMapping',
    'vpn-saml',
    `systems: [vpn]\n${mode === '' ? '' : `mode: ${mode}\n`}fallback: ${fallback}\nrules:\n${lines.join('\n')}`,
  ])
}

const two = [
  ['eng-all', 'engineering'],
  ['eng-oncall', 'oncall'],
] as const

async function mapped(manifest: string): Promise<VpnWorld> {
  const world = await vpnWorld({ system: byProvider })
  world.write('people.yaml', people)
  world.write('groups.yaml', groups)
  world.write('mapping.yaml', manifest)
  return world
}

/** What a person does in the portal: the rules of the manifests, by the ids of the groups. */
function asInPortal(world: VpnWorld, rules: readonly (readonly [string, string])[]): void {
  world.sandbox.portal.change((account) => {
    account.authentication = 'saml'
    account.mappings.saml.mappings = rules.map(([sent, group], index) => ({
      groupId: account.userGroups.find(({ name }) => name === group)?.id ?? '?',
      idpGroupNames: [sent],
      sortingOrder: index + 1,
    }))
  })
}

const flat = (text: string): string => text.replace(/\s+/g, ' ')

describe('access simulate', () => {
  it('M8: the first match is the primary group, later ones are secondary, in processing order', async () => {
    const world = await mapped(mapping('multiple', [...two, ['eng-all', 'everybody']]))
    const { code, out } = await world.rolecall(
      ...[
        'access',
        'simulate',
        '--system',
        'vpn',
        '--attribute',
        'groups=eng-oncall',
        '--attribute',
        'groups=eng-all',
      ],
    )
    expect(code).toBe(0)
    expect(out).toBe(`vpn  for groups=eng-oncall, groups=eng-all

mapping saml, multiple: the first rule that matches gives the primary group, later ones secondary
  primary    engineering
  secondary  oncall, everybody
  rule 1     eng-all → engineering
  rule 2     eng-oncall → oncall
  rule 3     eng-all → everybody

It takes effect at the next sign-in.
`)
    expect(world.sandbox.calls).toEqual([])
  })

  it('M9: in single mode the first match decides alone', async () => {
    const world = await mapped(mapping('single', two))
    const { out } = await world.rolecall(
      'access',
      'simulate',
      '--system',
      'vpn',
      '--user',
      'bo',
      '-o',
      'json',
    )
    expect(JSON.parse(out)).toEqual({
      format: 'rolecall/simulation/v1',
      system: 'vpn',
      attributes: { groups: ['eng-all', 'eng-oncall'] },
      mappings: [
        {
          mapping: 'saml',
          mode: 'single',
          primary: 'engineering',
          secondary: [],
          matches: [
            { rule: 1, value: 'eng-all', group: 'engineering' },
            { rule: 2, value: 'eng-oncall', group: 'oncall' },
          ],
          beyond: [],
          byFallback: false,
        },
      ],
    })
  })

  it('M8: whom no rule matches gets the fallback, and without one nothing', async () => {
    const world = await mapped(mapping('multiple', two, 'everybody'))
    const ask = ['access', 'simulate', '--system', 'vpn', '--attribute', 'groups=sales'] as const
    expect((await world.rolecall(...ask)).out).toContain(
      'primary    everybody (the fallback: no rule matches)',
    )
    world.write('mapping.yaml', mapping('multiple', two))
    expect((await world.rolecall(...ask)).out).toContain(
      'primary    none: no rule matches, and there is no fallback',
    )
  })

  it.each([
    [['--user', 'dan'], 'The manifests do not say what the provider sends of "dan".'],
    [['--user', 'eve'], 'There is no User "eve".'],
    [['--attribute', 'groups'], '"groups" is not an attribute with a value.'],
    [[], 'Nothing is said of whom to simulate.'],
  ])('%j is answered with the way forward', async (more, message) => {
    const world = await mapped(mapping('multiple', two))
    const { code, err } = await world.rolecall('access', 'simulate', '--system', 'vpn', ...more)
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it('M4, M8: at most twenty secondary groups, and what lies beyond is said', () => {
    const rules = Array.from({ length: 25 }, (_, index) => ({
      attribute: 'groups',
      in: ['x'],
      group: `g${index}`,
    }))
    const { primary, secondary, beyond } = simulate(
      mappingIn({ mode: 'multiple', rules }),
      { groups: ['x'] },
      20,
    )
    expect(primary).toBe('g0')
    expect(secondary).toEqual(rules.slice(1, 21).map(({ group }) => group))
    expect(beyond).toEqual(['g21', 'g22', 'g23', 'g24'])
  })
})

describe('mapping rules', () => {
  it('M8, M11: a difference is steps for a person, in processing order, with when they take effect; drift sees them done', async () => {
    const world = await mapped(mapping('multiple', two))
    const { code, out } = await world.rolecall('plan')
    expect(code).toBe(0)
    expect(flat(out)).toContain(
      flat(`1. In the portal, set the user group mapping rules of saml to these and no others, in this processing order:
      2. Rule 1: attribute groups, in eng-all, group engineering.
      3. Rule 2: attribute groups, in eng-oncall, group oncall.
      4. They take effect for each person at the next sign-in.`),
    )
    expect((await world.rolecall('apply', '--auto-approve')).code).toBe(0)
    expect(world.writes().filter((call) => call.includes('mapping'))).toEqual([])
    expect((await world.rolecall('drift')).out).toContain('to be done by hand  1 resource')
    asInPortal(world, two)
    expect((await world.rolecall('drift')).out).not.toContain('to be done by hand')
    asInPortal(world, [two[1], two[0]])
    expect((await world.rolecall('drift')).out).toContain('to be done by hand  1 resource')
  })

  it('M10: rules in another order name who gets what, and whom nobody can tell, and wait for an Acceptance', async () => {
    const world = await mapped(mapping('multiple', two))
    await world.rolecall('apply', '--auto-approve')
    asInPortal(world, two)
    world.write('mapping.yaml', mapping('multiple', [two[1], two[0]]))
    const { code, out } = await world.rolecall('plan')
    expect(code).toBe(3)
    expect(flat(out)).toContain(
      'refused access-widened vpn rule: built in Another order of the rules changes the groups of 1 person at the next sign-in: bo (primary engineering → oncall). 1 person of whom nobody wrote down what the provider sends may gain everything: dan.',
    )
    expect(out).toContain('names:\n        - bo\n        - dan\n')
    world.write(
      'accept.yaml',
      documents([
        'Acceptance',
        'reorder',
        'finding: access-widened\nsystems: [vpn]\nnames: [bo, dan]\natMost: 2\nreason: looked at both\nuntil: 2026-12-01',
      ]),
    )
    expect((await world.rolecall('plan')).code).toBe(0)
  })

  it('a rule of another attribute than the one the provider sends groups in is told at its line', async () => {
    const world = await mapped(
      mapping('multiple', two).replace(
        'attribute: groups, in: [eng-oncall]',
        'attribute: group, in: [eng-oncall]',
      ),
    )
    const { code, err } = await world.rolecall('plan')
    expect(code).toBe(1)
    expect(err).toContain('unknown-attribute')
    expect(err).toContain('Did you mean "groups"?')
  })
})

describe('the mode, which the system does not show', () => {
  function git(world: VpnWorld, ...args: readonly string[]): void {
    execFileSync('git', ['-C', world.root, '-c', 'user.name=t', '-c', 'user.email=t@t.example', ...args], {
      stdio: 'pipe',
    })
  }

  it('M9, M10: switching it is a step of the plan that carries it, asks for the people to be named, and is no drift afterwards', async () => {
    const world = await vpnWorld({ system: byProvider, settings: 'protectedRef: main' })
    world.write('people.yaml', people)
    world.write('groups.yaml', groups)
    world.write('mapping.yaml', mapping('single', two))
    git(world, 'init', '-q', '-b', 'main')
    git(world, 'add', '-A')
    git(world, 'commit', '-qm', 'one')
    await world.rolecall('apply', '--auto-approve')
    asInPortal(world, two)
    expect((await world.rolecall('plan')).out).not.toContain('by hand')

    git(world, 'checkout', '-qb', 'change')
    world.write('mapping.yaml', mapping('multiple', two))
    git(world, 'commit', '-qam', 'two')
    const { code, out } = await world.rolecall('plan')
    expect(code).toBe(3)
    expect(flat(out)).toContain('bo (+ oncall)')
    expect(flat(out)).toContain('may gain everything: dan.')
    expect(flat(out)).toContain(
      '1. In the portal, set the user group mapping of saml to multiple: `multiple` is the Enable button of its notice about multiple user group mapping. 2. It takes effect for each person at the next sign-in.',
    )
    git(world, 'checkout', '-q', 'main')
    git(world, 'merge', '-q', '--ff-only', 'change')
    expect((await world.rolecall('drift')).out).not.toContain('by hand')
  })

  it('M9: without a protected branch nobody can compare it, and plan and drift say so', async () => {
    const world = await mapped(mapping('multiple', two))
    await world.rolecall('apply', '--auto-approve')
    asInPortal(world, two)
    const [message, remedy] = [
      'Nobody can tell whether mapping saml has "mode" as it is declared: cloudconnexa does not show it, and there is no earlier version to compare with.',
      'Look at it in vpn itself; with `protectedRef` in Settings, a change of it is a step of the plan that carries it.',
    ]
    const plan = await world.rolecall('plan')
    expect(flat(plan.out)).toContain(`warning system-invariant vpn rule: built in ${message} ${remedy}`)
    expect(plan.code).toBe(0)
    expect((await world.rolecall('drift')).err).toContain(`warning: vpn: ${message}\n  ${remedy}\n`)
    // who does not declare it is not asked to look
    world.write('mapping.yaml', mapping('', two))
    expect((await world.rolecall('plan')).out).not.toContain('system-invariant')
  })
})
