/** An organisation of a given size, as manifests: what a Keystone is filled with, to see how long that takes. */
import { document, documents } from './world.ts'

interface Size {
  readonly users: number
  readonly groups: number
  readonly projects: number
  readonly grants: number
}

/** The size that rolecall is built for here, and a twentieth of it for every day. */
export const full: Size = { users: 1000, groups: 100, projects: 50, grants: 3000 }
export const daily: Size = { users: 50, groups: 5, projects: 5, grants: 60 }

const roles = ['member', 'reader', 'deployer', 'operator', 'auditor', 'viewer'] as const

export function organisation({ users, groups, projects, grants }: Size): string {
  const name = (what: string, number: number): string => `${what}-${String(number).padStart(4, '0')}`
  const all: string[] = []
  for (const role of roles.slice(2)) all.push(document('Role', role, { system: 'stack' }))
  for (let at = 0; at < projects; at++)
    all.push(document('Project', name('project', at), { system: 'stack', type: 'openstack' }))
  for (let at = 0; at < groups; at++)
    all.push(document('Group', name('group', at), { systems: { stack: {} } }))
  for (let at = 0; at < users; at++)
    all.push(
      document('User', name('user', at), {
        email: `user-${at}@acme.example`,
        groups: [name('group', at % groups)],
        accounts: { stack: {} },
      }),
    )
  // each grant once: subject, role and project go through all their combinations
  for (let at = 0; at < grants; at++)
    all.push(
      document('AccessPolicy', name('policy', at), {
        systems: ['stack'],
        subjects: [{ user: name('user', at % users) }],
        roles: [roles[Math.floor(at / users) % roles.length]],
        resources: [{ project: name('project', (at + Math.floor(at / users)) % projects) }],
      }),
    )
  return documents(...all)
}
