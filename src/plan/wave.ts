import type { Description } from '../connector/describe.ts'
import type { Change, Write } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import { isEmpty, partition, patchOf } from './delta.ts'
import { isFirm, ownersIn, type OwnerContext } from './owners.ts'
import { ownersTouchedBy, simulate, usableOwners } from './simulate.ts'

/**
 * Who is compromised is stopped before anything else is done anywhere. That is the suspension and nothing more (where a
 * system has none, the removal): a suspension takes nothing away that could be missed, so little can speak against it.
 */
export function stops(change: Change, description: Description, owners: OwnerContext | undefined): boolean {
  if (change.ref.kind !== 'account' || !isCompromised(owners, change.ref.key)) return false
  if (change.action === 'delete') return description.suspend === 'none'
  return change.action === 'update' && suspends(change, description)
}

/** The suspension of somebody compromised as a change of its own; what else differs waits for its turn. */
export function stopAlone(
  change: Change,
  description: Description,
  owners: OwnerContext | undefined,
): Change[] {
  if (change.action !== 'update' || !stops(change, description, owners)) return [change]
  const kind = description.kinds.account
  const { chosen, rest } = partition(change, (part, name) => isSwitch(part, name, description))
  const { action, ref, id, cause } = change
  const whole = { action, ref, ...(id === undefined ? {} : { id }), cause }
  const stop: Write = { ...whole, ...chosen, patch: patchOf(chosen, kind) }
  return isEmpty(rest) ? [change] : [stop, { ...whole, ...rest, patch: patchOf(rest, kind) }]
}

/**
 * Who has to become an owner first: where nobody but the compromised owns the system and can be counted on, nothing could
 * be stopped before the successor is there. `lowers` are the accounts that the plan lowers, by their keys of afterwards.
 */
export function successions(
  changes: readonly Write[],
  lowers: ReadonlySet<string>,
  { actual, owners }: { readonly actual: GraphView; readonly owners: OwnerContext },
): ReadonlySet<Change> {
  const { rules, description } = owners
  const now = ownersIn(owners, actual, (key) => owners.coming('account', key))
  if ([...now.values()].some((owner) => isFirm(owner) && !lowers.has(owner.coming))) return new Set()
  const end = usableOwners(simulate(actual, changes, description), rules)
  return new Set(
    changes.filter(
      (change) =>
        (change.action === 'create' || change.action === 'update') &&
        ownersTouchedBy(change, end).some((key) => !isFirm(now.get(key))),
    ),
  )
}

function isCompromised(owners: OwnerContext | undefined, key: string): boolean {
  return owners?.desired.wishes.account.get(key)?.compromised === true
}

function suspends(
  { before, after }: Extract<Change, { action: 'update' }>,
  { suspend, kinds }: Description,
): boolean {
  if (suspend === 'native') return after.fields['status'] === 'suspended'
  return [before, after].some((part) =>
    Object.keys(part.links).some((name) => kinds.account?.links[name]?.membership === true),
  )
}

/** Where a system has no switch of its own, an account is stopped by the one group it is left in. */
function isSwitch(part: 'fields' | 'links', name: string, { suspend, kinds }: Description): boolean {
  return suspend === 'native'
    ? part === 'fields' && name === 'status'
    : part === 'links' && kinds.account?.links[name]?.membership === true
}
