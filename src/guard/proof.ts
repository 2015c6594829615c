import type { Observation } from '../connector/contract.ts'
import type { Description } from '../connector/describe.ts'
import type { Change } from '../model/change.ts'
import type { DesiredGraph } from '../model/desired.ts'
import type { InventoryEntry } from '../model/inventory.ts'
import { kinds, type Kind } from '../model/resource.ts'
import type { SystemConfig } from '../model/workspace.ts'

/** What was compared in one system, and on which read. */
export interface ComparedRead {
  readonly config: Pick<SystemConfig, 'exclusive'>
  readonly description: Description
  readonly observation: Pick<Observation, 'proofs'>
  readonly desired: DesiredGraph
  readonly inventory: readonly InventoryEntry[]
  readonly changes: readonly Change[]
}

/** A collection that may hold more than was read. */
export interface Unproven {
  readonly kind: Kind
  /** A clause: `page 3 of 5 failed`. */
  readonly reason: string
}

/**
 * Collections that count in a comparison and are not proven to be read whole, in the order of the kinds. What is
 * wished, applied, exclusive or different counts: of such a collection neither "equal" nor "gone" is sure.
 */
export function unprovenCompared(read: ComparedRead): readonly Unproven[] {
  return kinds.flatMap((kind) => {
    if (!isCompared(read, kind)) return []
    const reason = missingProof(read, kind, () => removesAny(read.changes, kind))
    return reason === undefined ? [] : [{ kind, reason }]
  })
}

/**
 * Why a collection is not proven to be read whole; undefined when it is, or when the system has none of the kind.
 * Where a system offers no proof, that is only said when something of the kind is lost.
 */
export function missingProof(
  { description, observation }: Pick<ComparedRead, 'description' | 'observation'>,
  kind: Kind,
  losesAny: () => boolean,
): string | undefined {
  const described = description.kinds[kind]
  if (!described) return undefined
  if (described.evidence.length === 0) return losesAny() ? 'the system offers no proof for them' : undefined
  const proof = observation.proofs[kind]
  if (!proof) return 'not read'
  if (!proof.complete) return proof.reason
  const lacking = described.evidence.filter((evidence) => !proof.evidence.includes(evidence))
  return lacking.length === 0 ? undefined : `without ${lacking.join(' and ')}`
}

function isCompared({ config, desired, inventory, changes }: ComparedRead, kind: Kind): boolean {
  return (
    desired.wishes[kind].size > 0 ||
    config.exclusive.includes(kind) ||
    inventory.some((entry) => entry.kind === kind) ||
    changes.some((change) => change.ref.kind === kind && !isUnmanaged(change))
  )
}

function isUnmanaged(change: Change): boolean {
  return change.action === 'keep' && change.reason === 'unmanaged'
}

function removesAny(changes: readonly Change[], kind: Kind): boolean {
  return changes.some(
    (change) =>
      change.ref.kind === kind &&
      (change.action === 'delete' || (change.action === 'keep' && change.held === 'delete')),
  )
}
