import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Write } from '../../src/model/change.ts'
import { create, done } from '../directory/resources.ts'
import { adoptWorld } from './live.ts'

it('whatever is live and can be said: after adopt the plan is empty, and a second adopt changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyDirectory, async (writes) => {
      const world = adoptWorld()
      expect(await world.people.write(...writes)).toMatchObject(writes.map(() => done))
      expect(await world.adopt('create')).not.toMatch(/no manifest|Still different|not live/)
      expect(await world.plan()).toEqual([])
      const before = world.files().map(world.read)
      expect(await world.adopt()).toContain('everything live is in the manifests already')
      expect(world.files().map(world.read)).toEqual(before)
    }),
    { numRuns: 25 },
  )
})

/** Names that are no handles, and some that YAML could take for something else; no two look alike. */
const names = [
  'alpha',
  'Payroll (restricted)',
  'ops/eu',
  "d'arc",
  '007',
  'true',
  'null',
  '- dash',
  '#hash',
  'a: b',
  '{x}',
  '1e3',
  'naïve',
  '*',
  '@team',
]

const someNames = fc.shuffledSubarray(names, { maxLength: 5 })
/** A repository without any document is an error of its own. */
const atLeastOne = fc.shuffledSubarray(names, { minLength: 1, maxLength: 5 })
const text = fc.constantFrom(
  '',
  'x',
  'Everyone: who "builds" #1',
  '2026-12-06',
  'no',
  '  padded ',
  'two\nlines',
)
const list = fc.subarray(['eu-central-1', '10.0.0.0/8', 'yes', 'a b', '0x1F'])

/** A directory in the order in which it can be made. */
const anyDirectory: fc.Arbitrary<Write[]> = fc
  .record({
    role: someNames,
    project: someNames,
    scope: someNames,
    group: someNames,
    account: atLeastOne,
    policy: someNames,
    mapping: someNames,
    isFlat: fc.boolean(),
  })
  .chain((known) => {
    const targets = (...kinds: ('role' | 'project' | 'scope' | 'group' | 'account')[]): string[] =>
      kinds.flatMap((kind) => known[kind].map((name) => `${kind}:${kind === 'account' ? fold(name) : name}`))
    const roles = ['role:Owner', 'role:Administrator', 'role:Member', ...targets('role')]
    const parts = [
      ...known.role.map((name, index) =>
        make(
          'role',
          name,
          { description: text, privileges: list },
          { implies: some(targets('role').slice(0, index)) },
        ),
      ),
      ...known.project.map((name) => make('project', name, { type: fc.constant('openstack') }, {})),
      ...known.scope.map((name) =>
        make('scope', name, { datacenters: list }, { enterprises: some(targets('project')) }),
      ),
      ...known.group.map((name, index) =>
        make(
          'group',
          name,
          { description: text, regions: list, maxDevices: fc.integer({ min: 1, max: 9 }) },
          { parent: one(targets('group').slice(0, index)) },
        ),
      ),
      ...known.account.map((name) =>
        anyAccount(name, known.isFlat, targets('group'), roles, targets('scope')),
      ),
      ...known.policy.map((name) =>
        make(
          'policy',
          name,
          { description: text },
          {
            subjects: some([...targets('group', 'account'), 'everyone:*', 'network:hq']),
            resources: some([...targets('group', 'project'), 'application:a/b', 'all:*']),
          },
        ),
      ),
      ...known.group.flatMap((name) =>
        targets('project').map((project) =>
          fc.constantFrom(...roles.slice(1)).map((role) =>
            create('grant', `group:${name} ${role.slice(5)} ${project}`, {
              links: { subject: [`group:${name}`], role: [role], resource: [project] },
            }),
          ),
        ),
      ),
      ...known.mapping.map((name) => anyMapping(name, known.group)),
    ]
    return fc.tuple<Write[]>(...parts)
  })

function anyAccount(
  name: string,
  isFlat: boolean,
  groups: readonly string[],
  roles: readonly string[],
  scopes: readonly string[],
): fc.Arbitrary<Write> {
  const memberships = some(groups).chain((all) =>
    fc
      .subarray(all)
      .map((manages) =>
        isFlat || all.length === 0
          ? { groups: all, manages }
          : { primaryGroup: all.slice(0, 1), groups: all.slice(1), manages },
      ),
  )
  const fields = fc.record(
    {
      email: fc.constantFrom('x@acme.example', 'Y@acme.example'),
      givenName: fc.constantFrom('Ana', 'Zoë'),
      employment: fc.constantFrom('employee', 'contractor'),
      status: fc.constantFrom('active', 'suspended'),
      type: fc.constantFrom('person', 'service', 'break-glass'),
      labels: fc.constant({ team: 'x: y' }),
    },
    { requiredKeys: [] },
  )
  return fc
    .tuple(fields, memberships, fc.constantFrom(...roles), one(scopes))
    .map(([values, links, role, scope]) =>
      create('account', name, { fields: values, links: { ...links, role: [role], scope } }),
    )
}

function anyMapping(name: string, groups: readonly string[]): fc.Arbitrary<Write> {
  const rule = fc.record({
    attribute: fc.constantFrom('groups', 'department'),
    in: fc.constantFrom(['a'], ['a', 'b: c']),
    group: fc.constantFrom(...(groups.length > 0 ? groups : ['none'])),
  })
  return fc.array(rule, { maxLength: groups.length > 0 ? 3 : 0 }).map((rules) => {
    const used = [...new Set(rules.map(({ group }) => `group:${group}`))].sort()
    return create('mapping', name, {
      fields: { mode: 'multiple', fallback: 'none', rules },
      links: { groups: used },
    })
  })
}

function make(
  kind: 'role' | 'project' | 'scope' | 'group' | 'policy',
  name: string,
  fields: Record<string, fc.Arbitrary<unknown>>,
  links: Record<string, fc.Arbitrary<string[]>>,
): fc.Arbitrary<Write> {
  return fc
    .record({ fields: fc.record(fields, { requiredKeys: [] }), links: fc.record(links) })
    .map((values) => {
      // Dictionaries of fast-check have no prototype; what a connector gives has one.
      return create(kind, name, JSON.parse(JSON.stringify(values)) as Parameters<typeof create>[2])
    })
}

function one(targets: readonly string[]): fc.Arbitrary<string[]> {
  return fc.subarray([...targets], { maxLength: Math.min(1, targets.length) })
}

function some(targets: readonly string[]): fc.Arbitrary<string[]> {
  return fc.subarray([...targets]).map((all) => all.sort())
}

function fold(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
