import type { Ownership, Rules } from '../../connector/contract.ts'
import { splitTarget, type Resource } from '../../model/resource.ts'
import { access } from './access.ts'
import { invariants, standing } from './invariants.ts'

/**
 * What holds in a CloudConnexa account: who owns it, what a role is worth, and what no plan may do. What is not known
 * here (a role, a status) is never taken for harmless and never counts as an owner.
 */
export const rules: Rules = {
  ownership,
  // Roles stand on accounts and on nothing else: no group gives one.
  ownershipDependsOn: () => [],
  power,
  invariants,
  standing,
  access,
  // C6: the Owner's account is changed and deleted by the Owner alone.
  sealed: (resource) => resource.ref.kind === 'account' && roleOf(resource) === 'Owner',
}

function ownership(account: Resource): Ownership {
  const role = roleOf(account)
  if (role !== 'Owner' && role !== 'Administrator') return { owner: false, unusable: [] }
  const { status, state } = account.fields
  const pending = status === 'active' && (state === undefined || state === 'INVITED')
  const unusable =
    status === 'suspended'
      ? ['suspended']
      : status !== 'active'
        ? [`of unknown status ${JSON.stringify(status ?? 'nothing')}`]
        : pending
          ? ['invited and not signed in yet']
          : []
  return {
    owner: true,
    unusable,
    ...(pending ? { pending } : {}),
    ...(signsInElsewhere(account) ? { viaProvider: true } : {}),
  }
}

/** The Owner signs in with the account's own password, whatever the others do. */
function signsInElsewhere(account: Resource): boolean {
  const { authentication } = account.fields
  return roleOf(account) !== 'Owner' && authentication !== undefined && authentication !== 'local'
}

function power(account: Resource): ReturnType<Rules['power']> {
  if (account.fields['status'] === 'suspended') return 'none'
  switch (roleOf(account)) {
    case 'Owner':
      return 'owner'
    case 'Administrator':
      return 'administrator'
    case 'Member':
      return 'member'
    case undefined:
    default:
      return 'unknown'
  }
}

function roleOf(account: Resource): string | undefined {
  const [role] = account.links['role'] ?? []
  return role === undefined ? undefined : splitTarget(role).name
}
