/** Random organisations: a live state, wishes taken from another state, and what an earlier run may have left. */
import fc from 'fast-check'
import type { Wish } from '../../src/model/desired.ts'
import type { InventoryEntry } from '../../src/model/inventory.ts'
import { refKey, type Kind, type Resource } from '../../src/model/resource.ts'
import { applied, grant, live, person, wish, type World } from './world.ts'

const groupNames = ['ants', 'bees', 'cats', 'Dogs', 'ögel'] as const
const accountNames = ['ana', 'bo', 'chen', 'dee', 'eve'] as const
const policyNames = ['web', 'db'] as const
const roleNames = ['operator', 'viewer'] as const

const some = <T>(items: readonly T[]) => fc.subarray([...items])
const chance = fc.boolean()

/** A state in which every reference leads somewhere, no group stands under itself, and all ids are its own. */
export function states(prefix: string): fc.Arbitrary<readonly Resource[]> {
  return fc
    .record({
      groups: some(groupNames),
      accounts: some(accountNames),
      policies: some(policyNames),
      roles: some(roleNames),
    })
    .chain(({ groups, accounts, policies, roles }) => {
      const of = (names: readonly string[]) =>
        some(names).map((list) => list.map((name) => `group:${name}`).sort())
      const groupAt = (key: string, index: number) =>
        fc
          .record({
            parent: fc.option(fc.constantFrom(...groups.slice(0, index), undefined)),
            maxDevices: fc.constantFrom(1, 2),
            regions: some(['eu', 'us']),
          })
          .map(({ parent, ...fields }) =>
            live('group', key, {
              fields,
              links: { parent: parent === null || parent === undefined ? [] : [`group:${parent}`] },
              id: `${prefix}group/${key}`,
            }),
          )
      const accountAt = (key: string) =>
        fc
          .record({
            primary: some(groups),
            groups: of(groups),
            manages: of(groups),
            role: fc.constantFrom('Owner', 'Member', ...roles),
            status: fc.constantFrom('active', 'suspended'),
          })
          .map((one) => {
            const primaryGroup = one.primary.slice(0, 1).map((name) => `group:${name}`)
            const secondary = one.groups.filter((group) => !primaryGroup.includes(group))
            return person(key, {
              fields: { status: one.status },
              links: { primaryGroup, groups: secondary, manages: one.manages, role: [`role:${one.role}`] },
              id: `${prefix}account/${key}`,
            })
          })
      const policyAt = (key: string) =>
        fc.record({ subjects: of(groups), everyone: chance }).map(({ subjects, everyone }) =>
          live('policy', key, {
            links: { subjects: everyone ? ['everyone:*', ...subjects] : subjects, resources: ['all:*'] },
            id: `${prefix}policy/${key}`,
          }),
        )
      const possibleGrants = roles.flatMap((role) =>
        groups.map((group) => grant(`group:${group}`, role, 'project:web')),
      )
      return fc
        .tuple(
          fc.tuple(...groups.map(groupAt)),
          fc.tuple(...accounts.map(accountAt)),
          fc.tuple(...policies.map(policyAt)),
          some(possibleGrants),
        )
        .map((parts): Resource[] => [
          ...roles.map((key) =>
            live('role', key, { fields: { privileges: ['read'] }, id: `${prefix}role/${key}` }),
          ),
          live('project', 'web', { id: `${prefix}project/web` }),
          ...parts
            .flat()
            .map((one) => (one.ref.kind === 'grant' ? { ...one, id: `${prefix}grant/${one.ref.key}` } : one)),
        ])
    })
}

/** Wishes for a state: whole or in part, from either side, with some former names that are live. */
function wishesFor(state: readonly Resource[], actual: readonly Resource[]): fc.Arbitrary<Wish[]> {
  const names = (kind: Kind, of: readonly Resource[]) =>
    of.filter((one) => one.ref.kind === kind).map((one) => one.ref.key)
  return fc.tuple(
    ...state.map((resource) => {
      const { kind } = resource.ref
      const former = names(kind, actual).filter((key) => !names(kind, state).includes(key))
      return fc
        .record({
          exactGroups: chance,
          exactMembers: chance,
          exactManagers: chance,
          fields: chance,
          former: some(kind === 'grant' ? [] : former),
        })
        .map((choice) =>
          wish(choice.fields || kind === 'account' ? resource : { ...resource, fields: {} }, {
            exactGroups: kind === 'account' && choice.exactGroups,
            exactMembers: kind === 'group' && choice.exactMembers,
            exactManagers: kind === 'group' && choice.exactManagers,
            previousKeys: choice.former.slice(0, 1),
          }),
        )
    }),
  )
}

/** Some of what is live was applied, now and then for a document that wishes another name today; one for each. */
function inventories(
  actual: readonly Resource[],
  target: readonly Resource[],
): fc.Arbitrary<InventoryEntry[]> {
  return some(actual).chain((list) =>
    fc.tuple(...list.map((one) => chance.map((moved) => ({ one, moved })))).map((entries) => {
      const taken = new Set(entries.filter(({ moved }) => !moved).map(({ one }) => refKey(one.ref)))
      return entries.map(({ one: { ref, id }, moved }) => {
        const free = target.find((other) => other.ref.kind === ref.kind && !taken.has(refKey(other.ref)))
        const handle = moved && ref.kind !== 'grant' && free ? free.ref.key : ref.key
        taken.add(`${ref.kind}:${handle}`)
        return applied(ref.kind, ref.key, { ...(id === undefined ? {} : { id }), handle })
      })
    }),
  )
}

export const worlds: fc.Arbitrary<Required<Pick<World, 'wishes' | 'live' | 'inventory'>> & World> = fc
  .tuple(states('a/'), states('b/'))
  .chain(([actual, target]) =>
    fc.record({
      live: fc.constant(actual),
      wishes: wishesFor(target, actual),
      inventory: inventories(actual, target),
      comparesGrants: chance,
      config: some(['group', 'account', 'policy', 'grant', 'role'] as const).map((exclusive) => ({
        exclusive,
      })),
    }),
  )
