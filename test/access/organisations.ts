/** Random small organisations with everything that the portable model knows, and what becomes of them. */
import fc from 'fast-check'
import type { Resource } from '../../src/model/resource.ts'
import { grant, live, person, wish, type World } from '../plan/world.ts'

const some = <T>(items: readonly T[]) => fc.subarray([...items])
const maybe = <T>(items: readonly T[]) => fc.constantFrom(...items, undefined)
const named = (type: string, names: readonly string[]) => names.map((name) => `${type}:${name}`)

const groups = ['ants', 'bees', 'cats', 'dogs'] as const
const accounts = ['ana', 'bo', 'chen', 'dee'] as const
const roles = ['operator', 'viewer'] as const
const projects = ['web', 'shop'] as const

/** A state in which every reference leads somewhere and nothing stands under itself. */
const states: fc.Arbitrary<readonly Resource[]> = fc
  .record({
    groups: some(groups),
    accounts: some(accounts),
    roles: some(roles),
    projects: some(projects),
    scoped: fc.boolean(),
    mapped: fc.boolean(),
  })
  .chain((here) => {
    const inGroups = some(named('group', here.groups))
    const targets = [
      ...named('project', here.projects),
      ...named('group', here.groups),
      'application:mail',
      'all:*',
    ]
    const subjects = [
      ...named('group', here.groups),
      ...named('account', here.accounts),
      'everyone:*',
      'network:hq',
    ]
    const parts: fc.Arbitrary<Resource>[] = [
      ...here.groups.map((key, at) =>
        maybe(here.groups.slice(0, at)).map((parent) =>
          live('group', key, {
            fields: { maxDevices: at },
            links: { parent: parent ? [`group:${parent}`] : [] },
          }),
        ),
      ),
      ...here.roles.map((key, at) =>
        fc
          .record({
            privileges: some(['read', 'write']),
            directory: fc.boolean(),
            implies: maybe([...here.roles.slice(0, at), 'Administrator']),
          })
          .map(({ privileges, directory, implies }) =>
            live('role', key, {
              fields: { privileges, directoryGroups: directory ? ['cn=ops'] : [] },
              links: { implies: implies ? [`role:${implies}`] : [] },
            }),
          ),
      ),
      ...here.projects.map((key) => fc.constant(live('project', key))),
      ...(here.scoped
        ? [
            some(named('project', here.projects)).map((enterprises) =>
              live('scope', 'eu', { links: { enterprises } }),
            ),
          ]
        : []),
      ...(here.mapped && here.groups.length > 0
        ? [
            some(here.groups).map((list) =>
              live('mapping', 'sign-in', {
                fields: {
                  mode: 'multiple',
                  fallback: 'none',
                  rules: list.map((group) => ({ attribute: 'groups', in: [`idp-${group}`], group })),
                },
                links: { groups: named('group', list).sort() },
              }),
            ),
          ]
        : []),
      ...here.accounts.map((key) =>
        fc
          .record({
            primary: maybe(here.groups),
            groups: inGroups,
            manages: inGroups,
            role: fc.constantFrom('Owner', 'Administrator', 'Member', 'mystery', ...here.roles),
            scope: fc.boolean(),
            status: fc.constantFrom('active', 'active', 'active', 'suspended'),
          })
          .map((one) => {
            const primaryGroup = one.primary ? [`group:${one.primary}`] : []
            return person(key, {
              fields: { status: one.status },
              links: {
                primaryGroup,
                groups: one.groups.filter((group) => !primaryGroup.includes(group)).sort(),
                manages: one.manages.sort(),
                role: [`role:${one.role}`],
                scope: one.scope && here.scoped ? ['scope:eu'] : [],
              },
            })
          }),
      ),
      ...['wiki', 'mail', 'servers'].map((key) =>
        fc.record({ subjects: some(subjects), resources: some(targets) }).map((links) =>
          live('policy', key, {
            links: { subjects: links.subjects.sort(), resources: links.resources.sort() },
          }),
        ),
      ),
    ]
    const possible = here.roles.flatMap((role) =>
      subjects.flatMap((subject) => targets.map((target) => grant(subject, role, target))),
    )
    const grants = fc.subarray(possible, { maxLength: Math.min(4, possible.length) })
    return fc.tuple(fc.tuple(...parts), grants).map(([list, held]) => [...list, ...held])
  })

/** One organisation and what its manifests make of it: another one, exactly. */
export const organisations: fc.Arbitrary<Required<Pick<World, 'live' | 'wishes'>> & World> = fc
  .tuple(states, states)
  .chain(([live, target]) => fc.shuffledSubarray([...target]).map((wished) => ({ live, target: wished })))
  .map(({ live, target }) => ({
    live,
    wishes: target.map((one) => wish(one, { exactGroups: true, exactMembers: true, exactManagers: true })),
    comparesGrants: true,
    config: { exclusive: ['role', 'project', 'scope', 'group', 'account', 'policy', 'grant', 'mapping'] },
  }))
