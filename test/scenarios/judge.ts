/** Knows the true state and shares no code with rolecall: who can run a system, whatever any read shows of it. */
import type { Resource } from '../../src/model/resource.ts'
import type { Truth } from '../explorer/plain-system.ts'
import type { Scenario } from './scenario.ts'

/** Three days and five minutes after the moment at which all scenarios play. */
const farAway = '2026-05-07T10:05:00Z'

/**
 * Who can be counted on in the system: may sign in today and in three days, owns all of it, and nobody else's directory
 * decides about that. `unfit` are those of whom only the scenario knows why not.
 */
export function ownersOf({ things, system }: Truth, { systems, unfit = [] }: Scenario): readonly string[] {
  const filled = Object.values(things).flatMap(({ ref, links }) =>
    ref.kind === 'mapping' ? (links['groups'] ?? []) : [],
  )
  const config = systems.find(({ name }) => name === system)?.config
  return Object.values(things)
    .filter(({ ref }) => ref.kind === 'account' && !unfit.includes(ref.key))
    .filter((account) => isFit(account))
    .filter((account) => {
      const groups = config?.memberships === 'identity-provider' ? [] : (account.links['groups'] ?? [])
      const own = groups.filter((group) => !filled.includes(group))
      return [account.links['role'], ...rolesOf(own, things)].some((role) => role?.[0] === 'role:Owner')
    })
    .map(({ ref }) => ref.key)
}

function isFit({ fields, links }: Resource): boolean {
  const { type, status, invitation = 'accepted', roleFrom, roleEnds } = fields
  const lasts = roleEnds === undefined || (roleEnds as string) >= farAway.slice(0, 10)
  return (
    (type === 'person' || type === 'break-glass') &&
    status === 'active' &&
    invitation === 'accepted' &&
    roleFrom !== 'provider' &&
    (links['scope'] ?? []).length === 0 &&
    lasts
  )
}

/** Of the groups and all above them. */
function rolesOf(groups: readonly string[], things: Truth['things']): (readonly string[] | undefined)[] {
  const above = [...groups]
  for (const group of above)
    above.push(...(things[group]?.links['parent'] ?? []).filter((parent) => !above.includes(parent)))
  return above.map((group) => things[group]?.links['role'])
}
