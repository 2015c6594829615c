/** What is not as the plan read it, in words: found before the first write, it ends the run. */
import type { Observation } from '../connector/contract.ts'
import { movedSince } from '../connector/before.ts'
import type { Description } from '../connector/describe.ts'
import { isWrite, type Change } from '../model/change.ts'
import type { GraphView } from '../model/graph.ts'
import type { OwnerView, Step, SystemPlan } from '../model/plan.ts'
import { collectionOf, type Kind } from '../model/resource.ts'
import { sha256 } from '../plan/digest.ts'
import { joined, moved } from '../plan/fingerprint.ts'
import { ownerContext, ownerViews } from '../plan/owners.ts'
import { renamesIn, seenThrough, settle } from '../plan/renaming.ts'
import type { AppliedSystem, Ports } from './ports.ts'
import type { Moved } from './report.ts'

/** What a comparison needs of a system: nothing is opened. */
type Planned = Pick<AppliedSystem, 'config' | 'connector' | 'desired'> & Pick<Ports, 'people'>

/**
 * All that moved between the read of the plan and this one: what its steps touch, and who owns the system. Empty:
 * the plan may be carried out. `plannedAt` is when the plan was made (RFC 3339).
 */
export function movedSincePlan(
  plan: SystemPlan,
  { graph }: Observation,
  system: Planned,
  plannedAt: string,
): Moved[] {
  const { description } = system.connector
  // what is by hand or kept is not sent: somebody who did it meanwhile made nothing stale
  const steps = moved(plan.steps, graph, description).filter(({ change }) => isWrite(change))
  const came = joinedSince(plan, graph, description)
  return [
    ...steps.map((step) => ({
      system: plan.name,
      ref: step.change.ref,
      message: inWords(step, graph, description, came),
    })),
    ...movedOwners(plan, graph, system, plannedAt),
  ]
}

/**
 * Why nothing may be removed or created after this read; undefined when every collection that loses or gains something
 * was read whole. Where a system has no proof to give, a create is not stopped: it would be for ever.
 */
export function unprovenFor(
  system: SystemPlan,
  { proofs }: Observation,
  { kinds: described }: Description,
): string | undefined {
  const kinds = new Set<Kind>()
  for (const { change } of system.steps) {
    const { kind } = change.ref
    const offersProof = described[kind] !== undefined && described[kind].evidence.length > 0
    if (change.action === 'delete' || (change.action === 'create' && offersProof)) kinds.add(kind)
  }
  for (const kind of kinds) {
    const proof = proofs[kind]
    if (proof?.complete !== true)
      return `its ${collectionOf[kind]} were not read whole: ${proof?.reason ?? 'the system gives no proof'}`
  }
  return undefined
}

/** Who came to what is removed, by the names that the plan uses: those that things have after its renames. */
function joinedSince(
  { steps }: SystemPlan,
  graph: GraphView,
  description: Description,
): (change: Change) => readonly string[] {
  let seen: GraphView | undefined
  return (change) => {
    if (change.action !== 'delete') return []
    seen ??= seenThrough(graph, settle(renamesIn(steps.map((step) => step.change)), graph))
    return joined(change, seen, description)
  }
}

function inWords(
  { change }: Step,
  graph: GraphView,
  description: Description,
  came: (change: Change) => readonly string[],
): string {
  if (change.action === 'create') return 'it is there already'
  const key = change.action === 'rename' ? change.from : change.ref.key
  const live = graph.get(change.ref.kind, key)
  if (live === undefined) return 'it is not there any more'
  if (change.action === 'keep' || change.action === 'manual') return 'it changed'
  const id = change.action === 'delete' ? change.before.id : change.id
  if (id !== undefined && live.id !== id) return 'another has its name now'
  const phrases = movedSince(description, live, change, came(change))
  return phrases.length === 0 ? 'it changed' : phrases.join('; ')
}

/** The plan was judged by the owners it saw: with others, the verdict may be another. */
function movedOwners(plan: SystemPlan, graph: GraphView, system: Planned, plannedAt: string): Moved[] {
  const writes = plan.steps.map(({ change }) => change).filter(isWrite)
  const context = ownerContext({ ...system, ...system.connector }, graph, writes, plannedAt)
  const owners = ownerViews(context, graph, (key) => context.coming('account', key))
  if (sha256(owners) === plan.ownersFingerprint) return []
  const byAccount = (views: readonly OwnerView[]): Map<string, OwnerView> =>
    new Map(views.map((view) => [view.account, view]))
  const [was, is] = [byAccount(plan.owners.before), byAccount(owners)]
  const accounts = [...new Set([...was.keys(), ...is.keys()])].sort()
  return accounts
    .filter((account) => sha256(was.get(account) ?? null) !== sha256(is.get(account) ?? null))
    .map((account) => ({
      system: plan.name,
      ref: { system: plan.name, kind: 'account', key: account },
      message: `${standing(is.get(account))}; when the plan was made it was ${standing(was.get(account)).replace('it is ', '')}`,
    }))
}

function standing(view: OwnerView | undefined): string {
  if (view === undefined) return 'it is no owner'
  return view.usable
    ? 'it is a usable owner'
    : `it is an owner who is not counted (${view.because.join(', ')})`
}
