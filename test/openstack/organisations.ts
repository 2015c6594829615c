/** Random small clouds: two domains, projects below projects, roles that imply roles, and what becomes of them. */
import fc from 'fast-check'
import type { Resource } from '../../src/model/resource.ts'
import { grant, live, wish, type World } from '../plan/world.ts'

const maybe = <T>(items: readonly T[]) => fc.constantFrom(...items, undefined)
const some = <T>(items: readonly T[]) => fc.subarray([...items])

const domains = ['Default', 'acme'] as const
const projects = ['web', 'shop', 'acme/api', 'acme/db'] as const
const groups = ['ants', 'acme/bees'] as const
const accounts = ['ana', 'bo', 'acme/chen', 'acme/dee'] as const
const types = [
  'main-customer',
  'customer-admin',
  'customer-billing',
  'customer-tech',
  'customer-client',
] as const

type Organisation = Required<Pick<World, 'live' | 'wishes'>> & World

/** Any Keystone; in CloudVPS accounts have a type, there is the interface project, and roles are not made. */
export const clouds = organisations(false)
export const customers = organisations(true)

function organisations(cloudvps: boolean): fc.Arbitrary<Organisation> {
  const states = statesOf(cloudvps)
  const others = fc.tuple(states, states)
  const alike = states.chain((before) =>
    fc
      .subarray([...before], { minLength: 1, maxLength: 3 })
      .map((some) => [before, before.flatMap((one) => (some.includes(one) ? altered(one) : [one]))] as const),
  )
  return fc.oneof(others, alike).map(([before, after]) => ({
    live: before,
    wishes: after.map((one) => wish(one)),
    comparesGrants: true,
    config: { exclusive: ['role', 'project', 'group', 'account', 'grant'] },
  }))
}

/** The same a little differently: the rest of a state hangs on how it is, and not on whether it is there. */
function altered(one: Resource): readonly Resource[] {
  const { kind } = one.ref
  if (kind === 'grant') return []
  if (kind === 'account')
    return [{ ...one, fields: { status: one.fields['status'] === 'active' ? 'suspended' : 'active' } }]
  if (kind !== 'project' || one.ref.key === '0042' || one.ref.key === 'Default/') return [one]
  return [{ ...one, fields: { ...one.fields, enabled: one.fields['enabled'] !== true } }]
}

function homeOf(key: string): string {
  return key.includes('/') ? (key.split('/')[0] ?? '') : 'Default'
}

function inDomain(key: string): string[] {
  return [`project:${homeOf(key)}/`]
}

/** A state in which every reference leads somewhere and no project stands under itself; roles may imply in a circle. */
function statesOf(cloudvps: boolean): fc.Arbitrary<readonly Resource[]> {
  const made = ['deployer', 'root']
  const roles = cloudvps ? [...types, 'compute-operator', 'member'] : [...made, 'admin', 'member']
  return fc
    .record({ projects: some(projects), groups: some(groups), accounts: some(accounts) })
    .chain((here) => {
      const parts: fc.Arbitrary<Resource>[] = [
        ...domains.map((name) =>
          fc.boolean().map((off) =>
            live('project', `${name}/`, {
              fields: { type: 'domain', enabled: !(off && name === 'acme') },
              links: { parent: [], domain: [] },
            }),
          ),
        ),
        ...(cloudvps
          ? [
              fc.constant(
                live('project', '0042', {
                  fields: { type: 'interface', enabled: true },
                  links: { parent: [], domain: inDomain('0042') },
                }),
              ),
            ]
          : []),
        ...here.projects.map((key, at) => {
          const above = here.projects.slice(0, at).filter((each) => homeOf(each) === homeOf(key))
          return fc.tuple(maybe(above), fc.boolean(), fc.boolean()).map(([parent, one, other]) =>
            live('project', key, {
              fields: { type: 'openstack', enabled: one || other },
              links: { parent: parent === undefined ? [] : [`project:${parent}`], domain: inDomain(key) },
            }),
          )
        }),
        ...roles.map((key) =>
          some(cloudvps ? [] : [...made, 'admin', 'member']).map((implied) =>
            live('role', key, {
              links: { implies: made.includes(key) ? implied.map((each) => `role:${each}`).sort() : [] },
            }),
          ),
        ),
        ...here.groups.map((key) => fc.constant(live('group', key, { links: { domain: inDomain(key) } }))),
        ...here.accounts.map((key) =>
          fc
            .record({ groups: some(here.groups), on: fc.nat({ max: 3 }), type: fc.constantFrom(...types) })
            .map(({ groups: of, on, type }) =>
              live('account', key, {
                fields: { status: on > 0 ? 'active' : 'suspended' },
                links: {
                  groups: of.map((each) => `group:${each}`).sort(),
                  domain: inDomain(key),
                  ...(cloudvps ? { role: [`role:${type}`] } : {}),
                },
              }),
            ),
        ),
      ]
      const resources = [
        ...here.projects.flatMap((key) => [`project:${key}`, `projectsUnder:${key}`]),
        ...domains.flatMap((name) => [`domain:${name}`, `projectsIn:${name}`]),
        ...(cloudvps ? ['project:0042'] : []),
        'system:all',
      ]
      const subjects = [
        ...here.groups.map((key) => `group:${key}`),
        ...here.accounts.map((key) => `account:${key}`),
        'foreign:user/123',
      ]
      const possible = subjects.flatMap((subject) =>
        roles.flatMap((role) => resources.map((resource) => grant(subject, role, resource))),
      )
      return fc
        .tuple(fc.tuple(...parts), fc.subarray(possible, { maxLength: 6 }))
        .map(([list, held]) => [...list, ...held])
    })
}
