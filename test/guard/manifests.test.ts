import { describe, expect, it } from 'vitest'
import { check, type GuardCase } from '../../src/guard/check.ts'
import { exitCodeOf, refusals } from '../../src/guard/exit.ts'
import type { Finding } from '../../src/model/finding.ts'
import { Graph } from '../../src/model/graph.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { kinds, type Resource } from '../../src/model/resource.ts'
import { readManifests } from '../../src/manifest/read.ts'
import { diff } from '../../src/plan/diff.ts'
import { order } from '../../src/plan/order.ts'
import { description } from '../../src/systems/directory/describe.ts'
import { rules } from '../../src/systems/directory/rules.ts'
import { account, allRead, names, owner, thing } from './case.ts'

/** From the text of manifests to the refusal: what a team writes, what is live, and what they are told. */

const today = '2026-11-22'

function settings(system: string): string {
  return `apiVersion: rolecall/v1
kind: Settings
metadata: {name: acme}
spec: {}
---
apiVersion: rolecall/v1
kind: System
metadata: {name: vpn}
spec:
  connector: directory
  settings: {file: .rolecall/vpn.db}
  stage: full
${system}`
}

function person(name: string, role: string, more = ''): string {
  return `apiVersion: rolecall/v1
kind: User
metadata: {name: ${name}}
spec:
${more}  accounts:
    vpn: {role: ${role}}
`
}

/** The findings of a plan for these manifests, over this live state, all of which rolecall applied before. */
function findings(system: string, people: readonly string[], live: readonly Resource[]): readonly Finding[] {
  const sources = [
    { file: 'rolecall.yaml', text: settings(system) },
    { file: 'access/people.yaml', text: people.join('---\n') },
  ]
  const { workspace, diagnostics } = readManifests(sources, {
    root: '/acme',
    today,
    connectors: { directory: description },
  })
  if (!workspace) throw new Error(JSON.stringify(diagnostics, undefined, 2))
  const cases = [...workspace.systems.values()].map((config): GuardCase => {
    const actual = new Graph('vpn', live)
    const desired = workspace.desired.get(config.name)
    if (!desired) throw new Error(`nothing is desired of ${config.name}`)
    const inventory = kinds.flatMap((kind) => [...actual.all(kind)].map(applied))
    const changes = diff({ desired, actual, description, rules, config, inventory })
    return {
      config,
      description,
      rules,
      observation: { graph: actual, proofs: allRead, readAt: `${today}T10:00:00Z`, calls: 1 },
      desired,
      steps: order(changes, { actual, description, rules, system: 'vpn' }),
      people: workspace.people,
      inventory,
    }
  })
  return check(cases, {
    acceptances: workspace.acceptances,
    spent: new Map(),
    guardrails: workspace.guardrails,
    today,
    now: `${today}T10:00:00Z`,
  })
}

function applied({ ref }: Resource): InventoryEntry {
  return { ...ref, handle: ref.key, wish: 'as applied', run: 'earlier' }
}

const codesOf = (found: readonly Finding[]) => refusals(found).map(({ code }) => code)

describe('D3: plans that would remove the last owner are refused', () => {
  it('D3: the document of the only owner is deleted', () => {
    const found = findings('', [person('bo', 'Member')], [owner('ana'), account('bo')])
    expect(found).toEqual([
      {
        code: 'last-owner',
        system: 'vpn',
        severity: 'refuse',
        refs: [{ system: 'vpn', kind: 'account', key: 'ana' }],
        count: 0,
        message:
          'This plan leaves "vpn" with 0 usable owners (now 1: ana); at every point of a run at least 1 must remain.',
        where: 'built in',
        remedy:
          'This cannot be accepted: give an owner role to another person who can use it, and apply that first.',
        acceptable: false,
      },
    ])
    expect(exitCodeOf(found)).toBe(3)
  })

  it.each([
    ['another role', person('ana', 'Administrator')],
    ['suspended', person('ana', 'Owner', '  status: suspended\n')],
    ['left', person('ana', 'Owner', '  status: left\n  until: 2026-11-20\n')],
    ['expired', person('ana', 'Owner', '  until: 2026-11-20\n')],
    ['a service', person('ana', 'Owner', '  type: service\n  owner: bo\n  purpose: builds\n')],
  ])('D3: the only owner is %s', (_, ana) => {
    expect(codesOf(findings('', [ana, person('bo', 'Member')], [owner('ana'), account('bo')]))).toEqual([
      'last-owner',
    ])
  })

  it('D3: no Acceptance covers it, since none can be written', () => {
    const acceptance = `apiVersion: rolecall/v1
kind: Acceptance
metadata: {name: all-gone}
spec: {finding: last-owner, systems: [vpn], atMost: 9, reason: It is over, until: 2026-12-01}
`
    expect(() => findings('', [person('bo', 'Member'), acceptance], [owner('ana'), account('bo')])).toThrow(
      /last-owner/,
    )
  })

  it('the owner role passes to another person in one change', () => {
    const people = [person('ana', 'Member'), person('bo', 'Owner')]
    expect(codesOf(findings('', people, [owner('ana'), account('bo')]))).toEqual([])
  })
})

describe('the rules that a team sets', () => {
  it('a minimum is named with the line it stands on', () => {
    const found = findings(
      '  owners:\n    minimum: 2\n',
      [person('ana', 'Owner'), person('bo', 'Member')],
      [owner('ana'), owner('bo')],
    )
    expect(found).toMatchObject([
      {
        code: 'owners-below-minimum',
        message: 'This plan lowers bo and leaves "vpn" with 1 usable owner (now 2); owners.minimum is 2.',
        where: 'rolecall.yaml:14',
      },
    ])
  })

  it('an anchor is named with the line it stands on', () => {
    const found = findings(
      '  owners:\n    anchors: [ana]\n    minimum: 1\n',
      [person('ana', 'Administrator'), person('bo', 'Owner')],
      [owner('ana'), owner('bo')],
    )
    expect(found).toMatchObject([
      {
        code: 'anchor-touched',
        message:
          'ana is an anchor of "vpn", and this plan lowers it: its power falls from owner to administrator, its role changes from Owner to Administrator.',
        where: 'rolecall.yaml:14',
      },
    ])
  })

  it('a limit is named with the line it stands on, and an Acceptance of the same change covers it', () => {
    const crowd = names('m', 8)
    const live = [owner('ana'), ...crowd.map((name) => account(name))]
    const system = '  limits:\n    removals: {moreThan: 3}\n'
    const kept = [person('ana', 'Owner'), ...crowd.slice(4).map((name) => person(name, 'Member'))]
    expect(findings(system, kept, live)).toMatchObject([
      {
        code: 'removal-limit',
        message: 'This plan takes away 4 of 9 accounts in "vpn"; the limit is 3 (10 % would be 0).',
        where: 'rolecall.yaml:14',
        people: crowd.slice(0, 4),
      },
    ])
    const acceptance = `apiVersion: rolecall/v1
kind: Acceptance
metadata: {name: november}
spec: {finding: removal-limit, systems: [vpn], atMost: 4, reason: Contracts end, until: 2026-12-01}
`
    expect(findings(system, [...kept, acceptance], live)).toMatchObject([{ acceptedBy: 'november' }])
  })

  it('who is compromised is stopped at once: no limit and no anchor stands in the way, only the floor', () => {
    const crowd = names('m', 4)
    const live = [owner('ana'), owner('bo'), ...crowd.map((name) => account(name))]
    const system = '  owners: {anchors: [ana], minimum: 1}\n'
    const stopped = (bo: string) => [
      ...['ana', ...crowd].map((name) =>
        person(name, name === 'ana' ? 'Owner' : 'Member', '  status: compromised\n'),
      ),
      person('bo', 'Owner', bo),
    ]
    expect(codesOf(findings(system, stopped(''), live))).toEqual([])
    expect(codesOf(findings(system, stopped('  status: compromised\n'), live))).toEqual([
      'last-owner',
      'anchor-touched',
    ])
  })

  it('a guardrail is not passed over in silence', () => {
    const rule = `apiVersion: rolecall/v1
kind: Guardrail
metadata: {name: no-contractors}
spec:
  on: [account.power]
  severity: refuse
  rule: "true"
  message: Contractors hold no administrative role
`
    const found = findings('', [person('ana', 'Owner'), person('bo', 'Member'), rule], [owner('ana')])
    expect(found).toMatchObject([{ code: 'guardrail', severity: 'refuse', where: 'access/people.yaml:15' }])
  })

  it('S31: manifests that declare nobody take nobody away', () => {
    const live = [owner('ana'), owner('bo'), thing('group', 'finance')]
    expect(codesOf(findings('', ['\n'], live))).toEqual(['last-owner', 'empty-desired', 'removal-limit'])
  })
})
