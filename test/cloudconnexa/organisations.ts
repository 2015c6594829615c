/** Random small accounts of CloudConnexa, as they are read, and what manifests make of them. */
import fc from 'fast-check'
import type { Resource } from '../../src/model/resource.ts'
import { live, wish, type World } from '../plan/world.ts'

const groups = ['engineering', 'finance', 'oncall'] as const
const people = ['bo', 'chen', 'dee', 'eli'] as const
const places = ['network:hq', 'network:*', 'host:build-1', 'ipService:hq/office-lan']
const destinations = [
  ...['application:fra1/payroll', 'application:hq/payroll', 'ipService:fra1/ldap', 'application:build-1/ci'],
  ...['network:fra1', 'network:*', 'host:build-1', 'host:*', 'everyone:*', 'all:*'],
]

/** What a read knows of the account as a whole. */
export const placesThere = { fra1: ['network'], hq: ['network'], 'build-1': ['host'] }

interface Of {
  /** Roles that a person may have; the Owner is there always. */
  readonly roles: readonly string[]
  /** Least on each side of a policy. */
  readonly least: number
}

const some = <T>(items: readonly T[], minLength = 0) => fc.subarray([...items], { minLength })

function states({ roles, least }: Of): fc.Arbitrary<readonly Resource[]> {
  return fc
    .record({ groups: some(groups), people: some(people), policies: some(['p', 'q', 'r']) })
    .chain((here) => {
      const all = ['Default', ...here.groups]
      const inGroups = all.map((name) => `group:${name}`)
      const account = (key: string): fc.Arbitrary<Resource> =>
        fc
          .record({
            role: fc.constantFrom(...roles),
            primary: fc.constantFrom(...inGroups),
            secondary: some(inGroups),
            status: fc.constantFrom('active', 'active', 'suspended'),
          })
          .map(({ role, primary, secondary, status }) =>
            live('account', key, {
              fields: { username: key, email: `${key}@acme.example`, status },
              links: {
                role: [`role:${role}`],
                primaryGroup: [primary],
                groups: secondary.filter((group) => group !== primary).sort(),
              },
            }),
          )
      const policy = (key: string): fc.Arbitrary<Resource> =>
        fc
          .record({
            subjects: some([...inGroups, 'everyone:*', ...places], least),
            resources: some([...inGroups, ...destinations], least),
          })
          .map(({ subjects, resources }) =>
            live('policy', key, { links: { subjects: subjects.sort(), resources: whole(resources).sort() } }),
          )
      return fc
        .tuple(fc.tuple(...here.people.map(account)), fc.tuple(...here.policies.map(policy)))
        .map(([accounts, policies]) => [...all.map((key) => live('group', key)), ...accounts, ...policies])
    })
}

/** A policy that is for everything says so once: so it is read. */
function whole(resources: readonly string[]): string[] {
  const each = ['everyone:*', 'host:*', 'network:*']
  const isAll = resources.includes('all:*') || each.every((target) => resources.includes(target))
  return isAll ? [...resources.filter((one) => ![...each, 'all:*'].includes(one)), 'all:*'] : [...resources]
}

/** Set at sign-up, and no plan writes it. */
export const ana = live('account', 'ana@acme.example', {
  fields: { username: 'ana@acme.example', email: 'ana@acme.example', status: 'active' },
  links: { role: ['role:Owner'], primaryGroup: ['group:Default'], groups: [] },
})

/** The access group that full mesh leaves behind. */
const fullMesh = live('policy', 'Default Full Mesh Access', {
  fields: { default: true },
  links: { subjects: ['everyone:*', 'host:*', 'network:*'], resources: ['all:*'] },
})

export interface Organisation {
  readonly live: readonly Resource[]
  readonly topology: 'custom' | 'full-mesh' | undefined
  readonly wishes: NonNullable<World['wishes']>
  readonly config: NonNullable<World['config']>
}

/** One account and what its manifests make of it: another one, exactly. */
export function organisations(of: Of): fc.Arbitrary<Organisation> {
  return fc
    .record({
      now: states(of),
      then: states({ ...of, roles: ['Administrator', 'Member'] }),
      topology: fc.constantFrom('custom', 'custom', 'custom', 'full-mesh', undefined),
      left: fc.constantFrom([], [], [fullMesh]),
    })
    .map(({ now, then, topology, left }) => ({
      live: [ana, ...now, ...left],
      topology,
      wishes: [ana, ...then].map((one) => wish(one, { exactGroups: true, exactMembers: true })),
      config: { connector: 'cloudconnexa', exclusive: ['group', 'account', 'policy'] },
    }))
}
